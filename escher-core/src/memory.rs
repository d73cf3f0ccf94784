//! What is remembered: the stores, which are the truth. The index can be rebuilt from them.

use async_trait::async_trait;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::plan::Seal;
use crate::selector::{Field, KnownWords, Op};
use crate::words::vocabulary;
use crate::{Approval, Change, CloudId, Diff, Entry, Estate, Head, PlanDoc, PlanId, Resource, ResourceId, Result, RunId, Selector, State};

vocabulary! {
    /// The five collections.
    Collection, "collection" {
        /// The current inventory.
        Estate = "estate",
        /// Conversations.
        Chat = "chat",
        /// What was executed.
        Operations = "operations",
        /// Daily costs, audits, compliance; immutable.
        Reports = "reports",
        /// Rules, alerts, scans, morning reports.
        Alerts = "alerts",
    }
}

vocabulary! {
    /// Where a plan stands.
    PlanStatus, "plan status" {
        /// Awaits a decision.
        Pending = "pending",
        /// Somebody said yes.
        Approved = "approved",
        /// Somebody said no; final.
        Rejected = "rejected",
        /// A run of it was begun; final.
        Started = "started",
    }
}

/// A document of a collection other than the estate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Unique in its collection.
    pub id: String,
    /// When it was made.
    pub at: Timestamp,
    /// What it says, for search.
    pub text: String,
    /// All of it.
    pub body: Value,
}

/// A plan and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanRecord {
    /// The plan.
    pub doc: PlanDoc,
    /// Where it stands.
    pub status: PlanStatus,
    /// The approval, if any.
    pub approval: Option<Approval>,
    /// The run, once started.
    pub run: Option<RunId>,
    /// The signatures over what neither digest nor approval covers; none in records of versions that did not sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Seal>,
}

/// A run. Its steps are in the journal; counts are derived from there and kept here once it has finished.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunRecord {
    /// Its id.
    pub id: RunId,
    /// The plan it carries out.
    pub plan: PlanId,
    /// The plan's goal, for lists.
    pub goal: String,
    /// Who it runs as.
    pub principal: String,
    /// When it began.
    pub started: Timestamp,
    /// When it ended; `None` while it runs or after it was killed.
    pub finished: Option<Timestamp>,
    /// Steps done.
    pub done: usize,
    /// Steps failed or with an unknown outcome.
    pub failed: usize,
    /// Steps skipped.
    pub skipped: usize,
    /// The run that this one takes back, if any.
    pub undoes: Option<RunId>,
    /// The journal's head as it was when the run began and, later, when it ended: lines that the journal must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
}

/// What a selector admits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// Entries that match, in the order of their ids.
    pub matched: Vec<Entry>,
    /// How many left the answer open.
    pub unknown: usize,
}

impl Selection {
    /// Takes out what is terminated, unless the selector asks for it: by its state or by its id.
    ///
    /// A selector admits whatever matches; but a person who counts, lists or changes machines does not mean those that
    /// exist only in a cloud's memory. Who answers a person or makes a plan calls this, and says how many it left out.
    pub fn leave_out_terminated(&mut self, selector: &Selector, now: Timestamp) -> Vec<Entry> {
        let (left_out, kept) = std::mem::take(&mut self.matched)
            .into_iter()
            .partition(|entry| entry.resource.state == Some(State::Terminated) && !asked_for(selector, &entry.resource, now));
        self.matched = kept;
        left_out
    }
}

/// Whether one condition of the selector, by itself, points at this resource by its state or its id.
fn asked_for(selector: &Selector, resource: &Resource, now: Timestamp) -> bool {
    selector.leaves().into_iter().any(|leaf| {
        let field = match leaf {
            Selector::Compare { field, op: Op::Eq | Op::Like, .. } | Selector::In { field, .. } => field,
            _ => return false,
        };
        let points = match field.word() {
            "state" | "raw-state" | "id" => !matches!(field, Field::Tag(_)),
            // EC2 has names only as tags; without one its resources are called by their ids.
            "name" => resource.service() == "ec2" && resource.name == resource.id.last_segment(),
            _ => false,
        };
        points && leaf.matches(resource, now) == Some(true)
    })
}

/// What changed in the estate after a revision.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// The revision these changes lead to.
    pub to: u64,
    /// New or different entries.
    pub upserts: Vec<Entry>,
    /// Gone.
    pub removed: Vec<ResourceId>,
}

/// A change that is on record, and what a selector decides about it by.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The change.
    pub change: Change,
    /// For a removal, the resource as it was last known.
    pub resource: Option<Resource>,
}

/// The truth about the estate.
#[async_trait]
pub trait EstateStore: Send + Sync {
    /// The part of the estate of one cloud and account, or of all where `None`.
    async fn estate(&self, part: Option<(CloudId, &str)>) -> Result<Estate>;
    /// Writes a diff in one transaction; returns the estate's new revision. A quiet diff only moves `last_seen`
    /// and leaves the revision.
    async fn apply(&self, diff: &Diff) -> Result<u64>;
    /// One entry, by its canonical id.
    async fn entry(&self, id: &ResourceId) -> Result<Option<Entry>>;
    /// The part of the estate with these ids, as far as it is there.
    async fn known(&self, ids: &[ResourceId]) -> Result<Estate> {
        let mut entries = Vec::new();
        for id in ids {
            entries.extend(self.entry(id).await?);
        }
        Ok(Estate::new(entries))
    }
    /// Everything that a selector admits: exact and complete.
    async fn select(&self, selector: &Selector, now: Timestamp) -> Result<Selection>;
    /// The ids of everything that a selector admits, in their order: [`EstateStore::select`] without what they are.
    async fn admitted(&self, selector: &Selector, now: Timestamp) -> Result<Vec<ResourceId>> {
        let selection = self.select(selector, now).await?;
        Ok(selection.matched.into_iter().map(|entry| entry.resource.id).collect())
    }
    /// Tag keys, attributes and relations in use.
    async fn known_words(&self) -> Result<KnownWords>;
    /// The estate's revision.
    async fn revision(&self) -> Result<u64>;
    /// At most `limit` changes after a revision, in order; `None` when that is too long ago and only a rebuild helps.
    async fn changes(&self, after: u64, limit: usize) -> Result<Option<Changes>>;
    /// What appeared, changed or was removed at or after a moment, newest first.
    async fn history(&self, since: Timestamp) -> Result<Vec<Recorded>>;
}

/// The truth about documents: every collection but the estate.
#[async_trait]
pub trait DocumentStore: Send + Sync {
    /// Adds or replaces a document; `Reports` are immutable and refuse a second one of the same id.
    async fn put(&self, collection: Collection, document: &Document) -> Result<()>;
    /// A document by its id.
    async fn document(&self, collection: Collection, id: &str) -> Result<Option<Document>>;
    /// Removes a document for good; whether there was one. `Reports` are immutable and refuse it.
    async fn remove(&self, collection: Collection, id: &str) -> Result<bool>;
    /// Documents, newest first.
    async fn list(&self, collection: Collection, limit: usize) -> Result<Vec<Document>>;
}

/// The truth about plans and runs.
#[async_trait]
pub trait PlanStore: Send + Sync {
    /// Adds a plan, or moves one on.
    async fn put_plan(&self, plan: &PlanRecord) -> Result<()>;
    /// Moves a plan to started and adds its run, both or neither; a plan is started once.
    async fn start_run(&self, plan: &PlanRecord, run: &RunRecord) -> Result<()>;
    /// A plan by id.
    async fn plan(&self, id: &PlanId) -> Result<Option<PlanRecord>>;
    /// Plans, newest first.
    async fn plans(&self, limit: usize) -> Result<Vec<PlanRecord>>;
    /// Adds a run, or moves one on.
    async fn put_run(&self, run: &RunRecord) -> Result<()>;
    /// A run by id.
    async fn run(&self, id: &RunId) -> Result<Option<RunRecord>>;
    /// Runs, newest first.
    async fn runs(&self, limit: usize) -> Result<Vec<RunRecord>>;
}
