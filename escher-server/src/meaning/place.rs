//! Places: what a country is with and without a cloud, which places exclude each other, and several of them together.

use std::collections::BTreeSet;

use escher_core::selector::Field;
use escher_core::{CloudId, Geo, regions};

use super::formula::{Formula, Spot};

impl Formula {
    /// A country beside these clouds: their regions of that name, or what it is by itself.
    pub(super) fn settled(&self, cloud: Option<&BTreeSet<CloudId>>) -> Self {
        let Self::Area { spots, otherwise } = self else { return self.clone() };
        let here = |clouds: &BTreeSet<CloudId>| spots.iter().filter(|(of, _)| clouds.contains(of)).cloned().collect::<BTreeSet<Spot>>();
        match cloud.map(here) {
            Some(spots) if !spots.is_empty() => Self::Place { spots, not: false },
            _ => (**otherwise).clone(),
        }
    }

    /// Either place, where neither lies within the other and a resource cannot be in both: “in the EU and us-east-1”.
    pub(crate) fn or_elsewhere(self, other: Self) -> Option<Self> {
        let (a, b) = (self.branches(), other.branches());
        let apart = a.iter().all(|a| b.iter().all(|b| self::apart(a, b)));
        (self.is_somewhere() && other.is_somewhere() && apart).then(|| self.or(other))
    }

    /// Whether it says where on earth something is, and nothing else.
    pub(crate) fn is_somewhere(&self) -> bool {
        self.branches().into_iter().all(|branch| {
            matches!(
                branch,
                Self::Place { not: false, .. }
                    | Self::Area { .. }
                    | Self::Is { field: Field::Region | Field::Zone | Field::Geo, not: false, .. }
            )
        })
    }
}

/// Where a condition places something: regions, and parts of the world.
struct Extent {
    spots: BTreeSet<Spot>,
    geos: BTreeSet<Geo>,
    /// Whether it is named by the part of the world, so that it holds every region there.
    whole: bool,
}

fn extent(formula: &Formula) -> Option<Extent> {
    let of = |spots: BTreeSet<Spot>| {
        let geos = spots.iter().filter_map(|(cloud, code)| regions::geo_of(*cloud, code)).collect();
        Extent { spots, geos, whole: false }
    };
    match formula {
        Formula::Place { spots, not: false } => Some(of(spots.clone())),
        Formula::Area { spots, .. } => Some(of(spots.clone())),
        Formula::Is { field: Field::Region, values, not: false } => Some(of(values
            .iter()
            .flat_map(|code| regions::by_name(None, code))
            .map(|region| (region.cloud, region.code.to_owned()))
            .collect())),
        Formula::Is { field: Field::Geo, values, not: false } => {
            Some(Extent { spots: BTreeSet::new(), geos: values.iter().filter_map(|word| word.parse().ok()).collect(), whole: true })
        }
        _ => None,
    }
}

/// Whether nothing is at both places, as far as the catalog of regions tells.
pub(super) fn apart(a: &Formula, b: &Formula) -> bool {
    let (Some(a), Some(b)) = (extent(a), extent(b)) else { return false };
    if [&a, &b].into_iter().any(|extent| extent.geos.is_empty()) {
        return false;
    }
    if a.whole || b.whole { a.geos.is_disjoint(&b.geos) } else { a.spots.is_disjoint(&b.spots) }
}
