//! Flags: what a resource tells, or leaves open, about being idle, public, encrypted, attached, backed up, untagged.

use jiff::{SignedDuration, Timestamp};

use crate::resource::{attr, metric};
use crate::{CloudId, Flag, Kind, Rel, Resource, State, Truth};

/// A published rule by which a resource counts as idle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IdleRule {
    /// The vendor's name for the rule.
    pub name: &'static str,
    /// Days that the metrics cover; 0 where the rule reads a setting.
    pub days: u32,
    /// Who published it.
    pub source: &'static str,
    /// All of these must hold.
    pub conditions: &'static [Condition],
}

/// One threshold over one metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    /// The metric's key.
    pub metric: &'static str,
    /// The comparison.
    pub test: Test,
    /// The threshold, in the metric's unit.
    pub value: f64,
}

/// How a metric is held against its threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words speak for themselves")]
pub enum Test {
    Below,
    AtMost,
    AtLeast,
    Equal,
}

impl Test {
    fn holds(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::Below => value < threshold,
            Self::AtMost => value <= threshold,
            Self::AtLeast => value >= threshold,
            Self::Equal => value == threshold,
        }
    }
}

const fn when(metric: &'static str, test: Test, value: f64) -> Condition {
    Condition { metric, test, value }
}

const AWS_VM: IdleRule = IdleRule {
    name: "compute-optimizer-idle",
    days: 14,
    source: "AWS Compute Optimizer",
    conditions: &[when(metric::CPU_MAX, Test::Below, 5.0), when(metric::NET_MB_DAY, Test::Below, 5.0)],
};
const AZURE_VM: IdleRule = IdleRule {
    name: "advisor-shutdown",
    days: 7,
    source: "Azure Advisor",
    conditions: &[when(metric::CPU_P95_MAX, Test::Below, 3.0), when(metric::CPU_AVG_3D, Test::AtMost, 2.0)],
};
const GCP_VM: IdleRule = IdleRule {
    name: "idle-vm-recommender",
    days: 14,
    source: "Google Cloud idle VM recommender",
    conditions: &[
        when(metric::VCPU_LOW_PCT, Test::AtLeast, 97.0),
        when(metric::NET_IN_BPS_P95, Test::Below, 2000.0),
        when(metric::NET_OUT_BPS_P95, Test::Below, 1000.0),
    ],
};
const DATABASE: IdleRule = IdleRule {
    name: "no-connections",
    days: 14,
    source: "Cloud Custodian",
    conditions: &[when(metric::CONNECTIONS_MAX, Test::Equal, 0.0)],
};
const LOAD_BALANCER: IdleRule =
    IdleRule { name: "no-healthy-targets", days: 0, source: "Escher", conditions: &[when(metric::HEALTHY_TARGETS, Test::Equal, 0.0)] };
const UNATTACHED: IdleRule = IdleRule { name: "unattached", days: 0, source: "Escher", conditions: &[] };

/// The default idle rule for a kind on a cloud; `None` if nobody publishes one.
pub fn idle_rule(cloud: CloudId, kind: Kind) -> Option<&'static IdleRule> {
    Some(match (kind, cloud) {
        (Kind::Vm, CloudId::Aws) => &AWS_VM,
        (Kind::Vm, CloudId::Azure) => &AZURE_VM,
        (Kind::Vm, CloudId::Gcp) => &GCP_VM,
        (Kind::Database, _) => &DATABASE,
        (Kind::LoadBalancer, _) => &LOAD_BALANCER,
        (Kind::Disk | Kind::Ip, _) => &UNATTACHED,
        _ => return None,
    })
}

/// Whether a tag is one that the cloud or its services set by themselves, and no user.
fn is_clouds_own(key: &str) -> bool {
    ["aws:", "goog-", "hidden-", "ms-resource-usage"].iter().any(|front| key.to_ascii_lowercase().starts_with(front))
}

impl Resource {
    /// A flag's value at `now`; `None` is unknown.
    pub fn flag(&self, flag: Flag, now: Timestamp) -> Truth {
        match flag {
            Flag::Idle => self.idle(),
            Flag::Public => self.bool_attr(attr::PUBLIC),
            Flag::Encrypted => self.bool_attr(attr::ENCRYPTED),
            Flag::Attached => self.attached(),
            Flag::BackedUp => self.backed_up(now),
            Flag::Untagged => self.tags.as_ref().map(|tags| tags.keys().all(|key| is_clouds_own(key))),
        }
    }

    fn attached(&self) -> Truth {
        let linked = || self.links.iter().any(|link| link.rel == Rel::Attached).then_some(true);
        self.bool_attr(attr::ATTACHED).or_else(linked)
    }

    fn idle(&self) -> Truth {
        let rule = idle_rule(self.cloud, self.kind)?;
        if matches!(self.kind, Kind::Disk | Kind::Ip) {
            return self.attached().map(|attached| !attached);
        }
        // A machine that does not run is not idle; one that does not say whether it runs is unknown at best.
        let running = match (self.kind, self.state) {
            (Kind::Vm, Some(State::Stopped | State::Suspended | State::Terminated)) => return Some(false),
            (Kind::Vm, None | Some(State::Unknown)) => None,
            _ => Some(true),
        };
        rule.conditions
            .iter()
            .map(|c| self.metrics.get(c.metric).map(|&value| c.test.holds(value, c.value)))
            .fold(running, crate::truth::and)
    }

    fn backed_up(&self, now: Timestamp) -> Truth {
        let automatic = self.bool_attr(attr::AUTO_BACKUPS);
        let recent = self
            .text_attr(attr::LAST_BACKUP)
            .and_then(|text| text.parse::<Timestamp>().ok())
            .map(|at| now.duration_since(at) < SignedDuration::from_hours(7 * 24));
        crate::truth::or(automatic, recent)
    }
}
