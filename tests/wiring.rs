//! Operations over parts that are not the ones Escher takes by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use escher::core::selector::{KnownWords, World};
use escher::core::{
    Brain, Capabilities, Changes, CloudId, Decision, Diff, Entry, Error, ErrorKind, Estate, EstateStore, Finding, Frame, Hits, Index,
    Intent, Kind, Link, Occasion, PlanDoc, PlanTemplate, Policy, Query, Recorded, Rel, Resource, ResourceId, Result, Selection, Selector,
    Utterance, Verdict,
};
use escher::{Escher, Overrides, Reply, SearchRequest};
use escher_server::OfflineBrain;
use jiff::Timestamp;

use crate::support::{Desk, block_on};

/// An estate of a few resources that counts how often all of it is read.
struct Few {
    entries: Vec<Entry>,
    whole: AtomicUsize,
}

impl Few {
    fn of(resources: Vec<Resource>) -> Arc<Self> {
        let entries = resources.into_iter().map(|resource| Entry::new(resource, Timestamp::UNIX_EPOCH)).collect();
        Arc::new(Self { entries, whole: AtomicUsize::new(0) })
    }
}

#[async_trait]
impl EstateStore for Few {
    async fn estate(&self, _: Option<(CloudId, &str)>) -> Result<Estate> {
        self.whole.fetch_add(1, Ordering::Relaxed);
        Ok(Estate::new(self.entries.clone()))
    }
    async fn apply(&self, _: &Diff) -> Result<u64> {
        Err(Error::internal("nothing is written here"))
    }
    async fn entry(&self, id: &ResourceId) -> Result<Option<Entry>> {
        Ok(self.entries.iter().find(|entry| entry.resource.id == *id).cloned())
    }
    async fn select(&self, selector: &Selector, now: Timestamp) -> Result<Selection> {
        // Relations are decided over what these resources report of each other.
        let truths = World::new(self.entries.iter().map(|entry| &entry.resource)).truths(selector, now);
        let matched = self.entries.iter().zip(truths).filter(|(_, truth)| *truth == Some(true)).map(|(entry, _)| entry.clone()).collect();
        Ok(Selection { matched, unknown: 0 })
    }
    async fn known_words(&self) -> Result<KnownWords> {
        Ok(KnownWords::default())
    }
    async fn revision(&self) -> Result<u64> {
        Ok(1)
    }
    async fn changes(&self, after: u64, _: usize) -> Result<Option<Changes>> {
        Ok(Some(Changes { to: after, upserts: Vec::new(), removed: Vec::new() }))
    }
    async fn history(&self, _: Timestamp) -> Result<Vec<Recorded>> {
        Ok(Vec::new())
    }
}

/// An index that knows one answer.
struct Oracle(ResourceId);

#[async_trait]
impl Index for Oracle {
    async fn revision(&self) -> Result<u64> {
        Ok(1)
    }
    async fn apply(&self, _: Changes) -> Result<()> {
        Ok(())
    }
    async fn clear(&self) -> Result<()> {
        Ok(())
    }
    fn answers(&self, _: &Selector) -> bool {
        true
    }
    async fn search(&self, _: &Query) -> Result<Hits> {
        Ok(Hits { total: 1, hits: vec![(self.0.clone(), 0.5)], ..Hits::default() })
    }
}

fn resource(id: &str, kind: Kind, name: &str) -> Resource {
    Resource::new(CloudId::Aws, id, kind, "test:thing", name)
}

fn few() -> Arc<Few> {
    let vm = resource("i-1", Kind::Vm, "web-1");
    let mut disk = resource("vol-1", Kind::Disk, "data");
    disk.links.push(Link { rel: Rel::Attached, id: vm.id.clone() });
    // Another disk of the same name, attached to nothing.
    Few::of(vec![vm, disk, resource("vol-2", Kind::Disk, "data")])
}

#[test]
fn one_resource_is_described_without_reading_all_of_the_estate() {
    let (desk, estate) = (Desk::empty(), few());
    let escher = Escher::open_with(desk.config(), Overrides::default().estate(estate.clone())).unwrap();
    let Reply::Answer(answer) = block_on(escher.ask("describe vm web-1")).unwrap().reply else { panic!("no answer") };
    // What is called like another is told apart, although that other is no neighbor.
    assert!(answer.text.contains("disk data (vol-1)"), "{}", answer.text);
    assert_eq!(estate.whole.load(Ordering::Relaxed), 0);
}

#[test]
fn search_asks_whatever_index_it_is_given() {
    let desk = Desk::empty();
    let parts = Overrides::default().estate(few()).index(Arc::new(Oracle(ResourceId::verbatim("vol-2"))));
    let escher = Escher::open_with(desk.config(), parts).unwrap();
    let found = block_on(escher.search(&SearchRequest { words: "anything".to_owned(), ..SearchRequest::default() })).unwrap();
    assert_eq!((found.total, found.hits[0].id.as_str()), (1, "vol-2"));
}

/// A brain of one order.
struct Parrot;

#[async_trait]
impl Brain for Parrot {
    async fn interpret(&self, utterance: &Utterance) -> Result<Frame> {
        OfflineBrain::new().interpret(&Utterance { text: "stop vm web-1".to_owned(), ..utterance.clone() }).await
    }
    async fn draft(&self, frame: &Frame, capabilities: &Capabilities) -> Result<PlanTemplate> {
        OfflineBrain::new().draft(frame, capabilities).await
    }
}

#[test]
fn words_are_read_by_whatever_brain_it_is_given() {
    let desk = Desk::empty();
    let escher = Escher::open_with(desk.config(), Overrides::default().brain(Arc::new(Parrot))).unwrap();
    let asked = block_on(escher.ask("how many buckets are public?")).unwrap();
    assert_eq!((asked.frame.intent, asked.frame.selector.to_string().as_str()), (Intent::Act, "kind = vm AND name = web-1"));
}

/// Nothing may run.
struct Never;

impl Policy for Never {
    fn judge(&self, _: &PlanDoc, _: &Occasion<'_>) -> Verdict {
        let finding = Finding { decision: Decision::Forbid, reason: "nothing runs here".to_owned(), line: None, undecided: Vec::new() };
        Verdict { decision: Decision::Forbid, findings: vec![finding] }
    }
}

#[test]
fn plans_are_judged_by_whatever_policy_it_is_given() {
    let desk = Desk::demo();
    let parts = Overrides::default().policy(Arc::new(Never));
    let escher = Escher::open_with(desk.config(), parts).unwrap();
    let Reply::Plan(plan) = block_on(escher.ask("stop all running dev vms in gcp")).unwrap().reply else { panic!("no plan") };
    assert_eq!((plan.decision, plan.reasons.as_slice()), (Decision::Forbid, &["nothing runs here".to_owned()][..]));
    let refused = block_on(escher.approve(plan.id.as_str())).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Forbidden, "{refused}");
}
