//! The region catalogue of the three clouds.

use crate::{CloudId, Geo};

/// A region of a cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The cloud.
    pub cloud: CloudId,
    /// The provider's code: `us-west-2`, `westus`, `europe-west3`.
    pub code: &'static str,
    /// The provider's display name: `US West (Oregon)`, `West US`, `Frankfurt`.
    pub name: &'static str,
    /// The city, state or area that people name it by: `Oregon`, `Frankfurt`.
    pub place: &'static str,
    /// ISO 3166-1 alpha-2 country code, lower case.
    pub country: &'static str,
    /// The part of the world.
    pub geo: Geo,
}

/// The region with this code, in any case.
pub fn find(cloud: CloudId, code: &str) -> Option<&'static Region> {
    let _ = (cloud, code);
    None
}
