//! What of a stored plan is to be trusted, which clock counts, and through which connections a plan acts.

use std::collections::BTreeSet;

use escher_core::plan::SealState;
use escher_core::{
    Approval, Approved, ApprovedConnection, Checked, CloudId, Decision, Error, ErrorKind, Moment, Next, Occasion, Origin, Plan, PlanDoc,
    PlanRecord, PlanStatus, PublicKey, Result, WallTime,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::ConnectionKind;
use crate::escher::Escher;
use crate::keys::Settled;
use crate::ops::doctor::{Check, DoctorReport, Health};

/// What stands in for remarks that nothing vouches for.
const NO_REMARKS: &str = "warnings and impact are omitted: the stored ones are not signed by this installation";

/// Numbers of unreadable lines that are shown.
const LINES: usize = 10;

/// A plan as it stands. Decision and reasons are policy's, asked anew; warnings and impact are there only if this
/// installation's seal covers them; an approval is there only if this installation's key signed it for this plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StoredPlan {
    /// The plan and where it stands.
    #[serde(flatten)]
    pub record: PlanRecord,
    /// What was found wrong with the stored record, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distrust: Option<String>,
    /// What follows from that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

/// What follows from what was found wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Fault {
    /// It is not what was stored here: it never runs.
    Altered,
    /// Nobody is known to have approved it: somebody must again.
    Unapproved,
}

impl std::ops::Deref for StoredPlan {
    type Target = PlanRecord;

    fn deref(&self) -> &PlanRecord {
        &self.record
    }
}

impl StoredPlan {
    fn error(&self, fault: Fault) -> Option<Error> {
        let why = self.distrust.as_deref().filter(|_| self.fault == Some(fault))?;
        Some(Error::new(ErrorKind::Stale, why).operation("verify plan").with("plan", self.doc.id.clone()))
    }

    /// Why it will never run, if it was altered behind Escher's back.
    pub fn altered(&self) -> Option<Error> {
        self.error(Fault::Altered).map(|e| e.hint("ask again to get a new plan, and find out who wrote to the data directory"))
    }

    /// Why the approval that is stored with it is worth nothing, if there is such a one.
    pub fn unapproved(&self) -> Option<Error> {
        let next = Next::Approve { plan: self.doc.id.clone() };
        self.error(Fault::Unapproved).map(|e| e.hint("review the plan and approve it again").next(next))
    }

    /// Holds a stored record against the key and what was decided for good.
    fn verified(mut record: PlanRecord, key: Option<&PublicKey>, settled: Option<&Settled>) -> Self {
        let (mut distrust, mut fault) = (None, None);
        let mut doubt = |level: Fault, why: String| {
            // The first thing found is told; that it was altered outweighs that it must be approved again.
            if fault.is_none() || (level == Fault::Altered && fault != Some(Fault::Altered)) {
                (fault, distrust) = (Some(level), Some(why));
            }
        };
        if record.doc.compute_digest() != record.doc.digest {
            doubt(Fault::Altered, "the plan does not match its digest: it was altered after it was created".into());
        }
        let seal = record.seal_state(key);
        if seal == SealState::Broken {
            doubt(Fault::Altered, "the plan's status does not match its seal: it was altered after it was stored".into());
        }
        if seal != (SealState::Whole { remarks: true }) {
            record.doc.warnings = vec![NO_REMARKS.to_owned()];
            record.doc.steps.iter_mut().for_each(|step| step.impact.clear());
        }
        if let Some(approval) = &record.approval {
            let other = approval.plan != record.doc.id || approval.digest != record.doc.digest;
            let signed = approval.is_signed(key);
            if other || signed.is_err() {
                let why = signed.err().map_or_else(|| "the approval is for another plan".to_owned(), |e| e.message().to_owned());
                doubt(Fault::Unapproved, format!("{why}; it must be approved again"));
                record.approval = None;
            } else if !matches!(seal, SealState::Whole { .. }) {
                // Approval and seal are written together: one without the other was made by somebody else.
                doubt(Fault::Altered, "the plan was approved here, but its seal is gone: it was altered after it was stored".into());
            }
        } else if record.status == PlanStatus::Approved {
            doubt(Fault::Unapproved, "the plan is stored as approved, but there is no approval; it must be approved again".into());
        }
        if record.status == PlanStatus::Approved && record.approval.is_none() {
            record.status = PlanStatus::Pending;
        }
        // What was decided for good is remembered outside the data directory and outlives whatever the row says.
        if let Some(decision) = settled {
            (record.status, record.run) = (decision.status, decision.run.clone());
        }
        Self { record, distrust, fault }
    }
}

impl Escher {
    /// The moment, by the system clock.
    pub(crate) fn wall_now(&self) -> WallTime {
        self.config().wall.now()
    }

    /// Verifies what was read from the store.
    pub(crate) fn verified(&self, records: Vec<PlanRecord>) -> Result<Vec<StoredPlan>> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let (key, settled, at) = (self.keys().public()?, self.keys().settled()?, self.wall_now());
        let verify = |record: PlanRecord| {
            let decision = settled.get(&record.doc.id);
            let mut plan = StoredPlan::verified(record, key.as_ref(), decision);
            let approver = plan.approval.as_ref().map(|approval| approval.by.as_str());
            let verdict = self.policy().judge(&plan.doc, &Occasion { at, approver });
            (plan.record.doc.decision, plan.record.doc.reasons) = (verdict.decision, verdict.reasons());
            plan
        };
        Ok(records.into_iter().map(verify).collect())
    }

    /// Seals a record and stores it.
    pub(crate) async fn put_sealed(&self, record: PlanRecord) -> Result<PlanRecord> {
        let record = record.sealed(&self.keys().secret()?)?;
        self.records().put_plan(&record).await?;
        self.keys().note(self.wall_now());
        Ok(record)
    }

    /// Makes an approval of a plan that was checked, over the connections as they are.
    pub(crate) fn sign_approval(&self, plan: &Plan<Checked>, at: WallTime) -> Result<Approval> {
        Approval::sign(plan, self.config().user.clone(), at, self.connections_of(plan.doc()), &self.keys().secret()?)
    }

    /// The approved plan of a record, checked and verified anew.
    pub(crate) fn approved(&self, plan: &StoredPlan, moment: Moment) -> Result<Plan<Approved>> {
        if let Some(refused) = plan.altered().or_else(|| plan.unapproved()) {
            return Err(refused);
        }
        let approver = plan.approval.as_ref().map(|approval| approval.by.as_str());
        let checked = plan.doc.clone().check(&**self.policy(), moment, approver)?;
        // What policy forbids needs nobody's approval: asking for one would lead nowhere.
        refuse_forbidden(checked.doc(), "run plan")?;
        let approval = plan.approval.clone().ok_or_else(|| {
            Error::new(ErrorKind::Forbidden, "nobody has approved this plan")
                .with("plan", plan.doc.id.clone())
                .hint("review it and approve it")
                .next(Next::Approve { plan: plan.doc.id.clone() })
        })?;
        let verified = approval.verify(&checked, self.keys().public()?.as_ref(), &self.connections_of(&plan.doc))?;
        checked.approve(verified)
    }

    /// The connections that speak for a plan's accounts, in the order in which they are asked.
    pub(crate) fn connections_of(&self, plan: &PlanDoc) -> Vec<ApprovedConnection> {
        let accounts = accounts(plan);
        let mut connections = Vec::new();
        for connection in self.connections() {
            let speaks = connection.identities.iter().any(|identity| accounts.contains(&(identity.cloud, identity.account.as_str())));
            if !speaks {
                continue;
            }
            let (cloud, endpoint, profile) = match connection.kind {
                ConnectionKind::Sim { cloud, spec } => (cloud, Some(format!("sim:{spec}")), None),
                #[cfg(feature = "aws")]
                ConnectionKind::Aws(config) => (CloudId::Aws, config.endpoint, config.profile),
            };
            let mut accounts: Vec<String> = connection.identities.into_iter().map(|identity| identity.account).collect();
            accounts.sort();
            connections.push(ApprovedConnection { name: connection.name, cloud, endpoint, profile, accounts });
        }
        connections
    }

    /// Whether a plan has a target on a cloud that is not simulated. An account that nobody speaks for counts as real.
    fn is_real(&self, plan: &PlanDoc) -> bool {
        let connections = self.connections();
        accounts(plan).into_iter().any(|(cloud, account)| {
            let mut speaking = connections
                .iter()
                .filter(|known| known.identities.iter().any(|identity| identity.cloud == cloud && identity.account == account))
                .peekable();
            speaking.peek().is_none() || speaking.any(|known| !matches!(known.kind, ConnectionKind::Sim { .. }))
        })
    }

    /// Whether any connected cloud is not simulated.
    pub fn has_real_clouds(&self) -> bool {
        self.connections().iter().any(|connection| !matches!(connection.kind, ConnectionKind::Sim { .. }))
    }

    /// Refuses what could change a real cloud at a time that was set by hand.
    ///
    /// # Errors
    /// `Invalid` if the clock is shifted and a target is on a real cloud.
    pub(crate) fn refuse_shifted(&self, plan: &PlanDoc) -> Result<()> {
        if !self.config().clock.is_shifted() || !self.is_real(plan) {
            return Ok(());
        }
        Err(Error::invalid("the time was set by hand; a change on a real cloud uses the system clock")
            .operation("change a cloud")
            .with("plan", plan.id.clone())
            .hint("leave the time out; it can only be set for reading and for simulated clouds"))
    }

    /// The moment, if the system clock has not gone back behind what was done here before.
    ///
    /// # Errors
    /// `Stale` if it has: set back, it would revive what has expired.
    pub(crate) async fn sound_clock(&self) -> Result<WallTime> {
        let now = self.wall_now();
        let newest_plan = self.verified(self.records().plans(1).await?)?.into_iter().filter(|plan| plan.seal.is_some());
        let known: [(&str, Option<Timestamp>); 3] = [
            ("the journal's last line is from", self.files().journal.last_at().await?),
            ("the newest plan was created at", newest_plan.map(|plan| plan.doc.created).max()),
            ("Escher last ran here at", self.keys().last_seen()),
        ];
        for (what, at) in known {
            if let Some(at) = at.filter(|at| now.is_before(*at)) {
                return Err(Error::new(ErrorKind::Stale, format!("the system clock says {now:.0}, but {what} {at:.0}"))
                    .operation("read the clock")
                    .from_origin(Origin::Machine)
                    .hint(
                        "set the system clock; if it is right now and was wrong before, start a new data directory: \
                         with a clock that ran backward, Escher cannot tell what has expired",
                    ));
            }
        }
        self.keys().note(now);
        Ok(now)
    }

    /// Looks at what trust rests on: the key, the stored plans, the system clock.
    pub(crate) async fn check_trust(&self, report: &mut DoctorReport) {
        let folder = self.keys().folder().display();
        let told = |known: bool| if known { folder.to_string() } else { format!("none yet; created in {folder} with the first plan") };
        report.add_result("key", self.keys().public().map(|key| told(key.is_some())));
        match self.plans().await {
            Err(e) => report.checks.push(Check::of("plans", Health::Fail, &e)),
            Ok(plans) => {
                let named = |fault: Fault| -> Vec<&str> {
                    plans.iter().filter(|plan| plan.fault == Some(fault)).map(|plan| plan.doc.id.as_str()).collect()
                };
                let (altered, unapproved) = (named(Fault::Altered), named(Fault::Unapproved));
                let missing = self.missing_runs().await.unwrap_or_else(|e| vec![e.to_string()]);
                report.checks.push(if !missing.is_empty() {
                    Check::new(
                        "plans",
                        Health::Fail,
                        format!("the store lacks runs that were started here: {}", missing.join(", ")),
                    )
                    .hint("an older copy of the data directory was restored, or rows were deleted; the clouds' audit logs show what was changed")
                } else if !altered.is_empty() {
                    Check::new("plans", Health::Fail, format!("altered after they were stored: {}", altered.join(", ")))
                        .hint("they will not run; find out who wrote to the data directory")
                } else if !unapproved.is_empty() {
                    Check::new("plans", Health::Warn, format!("approved without a valid signature: {}", unapproved.join(", ")))
                        .hint("review each plan and approve it again")
                } else {
                    match plans.len() {
                        0 => Check::new("plans", Health::Ok, "none yet"),
                        1 => Check::new("plans", Health::Ok, "1 stored, unaltered"),
                        count => Check::new("plans", Health::Ok, format!("{count} stored, all unaltered")),
                    }
                });
            }
        }
        report.checks.push(match self.keys().decisions() {
            Err(e) => Check::of("decisions", Health::Fail, &e),
            Ok((known, lines)) if lines.is_empty() => {
                let told = match known.len() {
                    0 => "no plan was rejected or run here yet".to_owned(),
                    1 => "1 plan that was rejected or run stays so".to_owned(),
                    count => format!("{count} plans that were rejected or run stay so"),
                };
                Check::new("decisions", Health::Ok, told)
            }
            Ok((_, lines)) => {
                let shown: Vec<String> = lines.iter().take(LINES).map(usize::to_string).collect();
                let more = if lines.len() > LINES { format!(" and {} more", lines.len() - LINES) } else { String::new() };
                let file = self.keys().settled_file();
                let told = format!("unreadable in {}: line {}{more}", file.display(), shown.join(", "));
                Check::new("decisions", Health::Warn, told).hint(
                    "a line that a crash cut off can be removed: the store knows what it says; \
                     otherwise restore the file from a backup, so that no plan that was rejected or started is taken for a new one",
                )
            }
        });
        report.add_result("clock", self.sound_clock().await.map(|now| format!("{now:.0}")));
    }

    /// Runs that were started here, as the key's folder remembers, and that the store does not have.
    async fn missing_runs(&self) -> Result<Vec<String>> {
        let mut missing = Vec::new();
        for run in self.keys().settled()?.into_values().filter_map(|decision| decision.run) {
            if self.records().run(&run).await?.is_none() {
                missing.push(run.into());
            }
        }
        missing.sort();
        Ok(missing)
    }

    /// A remark if the system clock has gone back since Escher was last at work here.
    pub async fn clock_remark(&self) -> Option<String> {
        match self.sound_clock().await {
            Err(e) if e.origin() == Origin::Machine && e.kind() == ErrorKind::Stale => Some(e.message().to_owned()),
            _ => None,
        }
    }
}

/// Refuses a plan that policy forbids, whoever has approved it.
pub(super) fn refuse_forbidden(plan: &PlanDoc, operation: &str) -> Result<()> {
    if plan.decision != Decision::Forbid {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Forbidden, format!("policy forbids this plan: {}", plan.reasons.join("; ")))
        .operation(operation)
        .with("plan", plan.id.clone())
        .next(Next::Policy))
}

/// The accounts that a plan acts on.
fn accounts(plan: &PlanDoc) -> BTreeSet<(CloudId, &str)> {
    plan.steps.iter().map(|step| (step.target.cloud, step.target.account.as_str())).collect()
}
