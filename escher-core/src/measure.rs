//! What jobs measure of a resource: metrics and money. Kept apart from what listings tell, so that neither erases the other.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Resource, ResourceId};

/// A measured value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measure {
    /// The value, in the unit of its metric; money in US dollars.
    pub value: f64,
    /// The end of the time over which it was measured.
    pub at: Timestamp,
    /// How long that time is; `None` if the source doesn't say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<SignedDuration>,
}

/// What jobs measured of one resource. A value here outranks the one that a listing tells in passing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Measured {
    /// By the metric's name, see [`crate::resource::metric`].
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics: BTreeMap<String, Measure>,
    /// US dollars a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_month: Option<Measure>,
}

/// What a job measured of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// The resource.
    pub id: ResourceId,
    /// The values.
    pub measured: Measured,
}

impl Measured {
    /// Whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        self.metrics.is_empty() && self.cost_month.is_none()
    }

    /// Both together: of each value the newer one, whichever came first.
    #[must_use]
    pub fn merged(mut self, other: &Self) -> Self {
        for (name, measure) in &other.metrics {
            let newest = newer(self.metrics.get(name).copied(), *measure);
            self.metrics.insert(name.clone(), newest);
        }
        self.cost_month = other.cost_month.map(|measure| newer(self.cost_month, measure)).or(self.cost_month);
        self
    }

    /// Lays the values over what a listing told.
    pub fn lay_over(&self, resource: &mut Resource) {
        resource.metrics.extend(self.metrics.iter().map(|(name, measure)| (name.clone(), measure.value)));
        resource.cost_month = self.cost_month.map(|measure| measure.value).or(resource.cost_month);
    }

    /// Takes the values out of a resource again, so that what remains is what listings told.
    pub fn take_from(&self, resource: &mut Resource) {
        resource.metrics.retain(|name, _| !self.metrics.contains_key(name));
        if self.cost_month.is_some() {
            resource.cost_month = None;
        }
    }
}

/// The newer of two; of two of the same time the larger, so that the order in which they come decides nothing.
fn newer(known: Option<Measure>, new: Measure) -> Measure {
    match known {
        Some(known) if (known.at, known.value) > (new.at, new.value) => known,
        _ => new,
    }
}
