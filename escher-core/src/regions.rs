//! The region catalog of the three clouds, from the providers' own lists, as of 2026.

use std::collections::HashMap;
use std::sync::LazyLock;

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
    /// Other names, separated by `;`: `Northern Virginia;Virginia`.
    pub also: &'static str,
    /// ISO 3166-1 alpha-2 country code, lower case.
    pub country: &'static str,
    /// The part of the world.
    pub geo: Geo,
}

impl Region {
    fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.code, self.name, self.place].into_iter().chain(self.also.split(';').filter(|name| !name.is_empty()))
    }
}

/// One region a line: code, name, place, other names, country, geo.
const TABLES: [(CloudId, &str); 3] = [
    (CloudId::Aws, include_str!("regions/aws.txt")),
    (CloudId::Azure, include_str!("regions/azure.txt")),
    (CloudId::Gcp, include_str!("regions/gcp.txt")),
];

/// Geos, and the words that mean them, separated by `;`.
const GEO_WORDS: &str = include_str!("regions/geo.txt");

/// Places of GCP storage and data sets that span regions.
const GCP_MULTI: [(&str, Geo); 5] = [("us", Geo::Us), ("eu", Geo::Eu), ("asia", Geo::Asia), ("nam4", Geo::Us), ("eur4", Geo::Eu)];

static REGIONS: LazyLock<Vec<Region>> =
    LazyLock::new(|| TABLES.iter().flat_map(|&(cloud, table)| table.lines().filter_map(move |line| region(cloud, line))).collect());

/// Regions by every name of theirs, squashed.
static NAMED: LazyLock<HashMap<String, Vec<&'static Region>>> = LazyLock::new(|| {
    let mut named: HashMap<String, Vec<&'static Region>> = HashMap::new();
    for region in all() {
        for name in region.names() {
            let regions = named.entry(squash(name)).or_default();
            if regions.last() != Some(&region) {
                regions.push(region);
            }
        }
    }
    named
});

/// Regions by the words of their display names, in the order of the alphabet.
static WORDED: LazyLock<HashMap<Vec<String>, Vec<&'static Region>>> = LazyLock::new(|| {
    let mut worded: HashMap<Vec<String>, Vec<&'static Region>> = HashMap::new();
    for region in all() {
        worded.entry(sorted_words(region.name)).or_default().push(region);
    }
    worded
});

/// Geos by every word that means them, squashed.
static GEOS: LazyLock<HashMap<String, Vec<Geo>>> = LazyLock::new(|| {
    let lines = GEO_WORDS.lines().filter_map(|line| line.split_once('|'));
    lines
        .flat_map(|(geos, words)| {
            let geos: Vec<Geo> = geos.split(' ').filter_map(|geo| geo.parse().ok()).collect();
            words.split(';').map(move |word| (squash(word), geos.clone()))
        })
        .collect()
});

fn region(cloud: CloudId, line: &'static str) -> Option<Region> {
    let mut cells = line.split('|');
    let mut cell = || cells.next();
    let (code, name, place, also, country) = (cell()?, cell()?, cell()?, cell()?, cell()?);
    Some(Region { cloud, code, name, place, also, country, geo: cell()?.parse().ok()? })
}

/// Every region, by cloud.
pub fn all() -> &'static [Region] {
    &REGIONS
}

/// The region with this code, in any case.
///
/// ```
/// use escher_core::{CloudId, regions};
/// assert_eq!(regions::find(CloudId::Azure, "WestUS").unwrap().name, "West US");
/// ```
pub fn find(cloud: CloudId, code: &str) -> Option<&'static Region> {
    all().iter().find(|region| region.cloud == cloud && region.code.eq_ignore_ascii_case(code))
}

/// The part of the world of a region, a zone of one, or a GCP multi-region such as `EU`.
pub fn geo_of(cloud: CloudId, code: &str) -> Option<Geo> {
    if let Some(region) = find(cloud, code).or_else(|| of_zone(cloud, code)) {
        return Some(region.geo);
    }
    let multi = GCP_MULTI.iter().filter(|_| cloud == CloudId::Gcp);
    multi.into_iter().find(|(word, _)| word.eq_ignore_ascii_case(code)).map(|&(_, geo)| geo)
}

/// The region that a zone is in: `us-east-1a`, `europe-west3-b`; Azure zones do not tell.
pub fn of_zone(cloud: CloudId, zone: &str) -> Option<&'static Region> {
    match cloud {
        CloudId::Aws => find(cloud, zone.strip_suffix(|c: char| c.is_ascii_alphabetic())?),
        CloudId::Gcp => find(cloud, zone.rsplit_once('-')?.0),
        CloudId::Azure => None,
    }
}

/// The regions that a text names: by code, display name or place, without regard to case, spaces, hyphens and accents
/// of the catalog; on all clouds if none is named.
///
/// An exact code names its region alone. Words in another order (`US West` for `West US`) count where nothing
/// else does.
///
/// ```
/// use escher_core::{CloudId, regions};
/// let codes = |cloud, text| regions::by_name(cloud, text).iter().map(|region| region.code).collect::<Vec<_>>();
/// assert_eq!(codes(Some(CloudId::Aws), "Oregon"), ["us-west-2"]);
/// assert_eq!(codes(None, "Frankfurt"), ["eu-central-1", "germanywestcentral", "europe-west3"]);
/// assert_eq!(codes(None, "us-east1"), ["us-east1"]);
/// ```
pub fn by_name(cloud: Option<CloudId>, text: &str) -> Vec<&'static Region> {
    let of_cloud = |region: &&'static Region| cloud.is_none_or(|cloud| region.cloud == cloud);
    let text = text.trim();
    let exact: Vec<_> = all().iter().filter(of_cloud).filter(|region| region.code.eq_ignore_ascii_case(text)).collect();
    if !exact.is_empty() {
        return exact;
    }
    let only = |found: Option<&Vec<&'static Region>>| -> Vec<_> { found.into_iter().flatten().copied().filter(of_cloud).collect() };
    let named = only(NAMED.get(&squash(text)));
    if named.is_empty() { only(WORDED.get(&sorted_words(text))) } else { named }
}

/// The code that a text most likely means on one of these clouds: by another name of the region, else by the fewest slips.
///
/// ```
/// use escher_core::{CloudId, regions::nearest};
/// assert_eq!(nearest(&[CloudId::Aws], "eu-wset-1"), Some("eu-west-1"));
/// assert_eq!(nearest(&[CloudId::Azure, CloudId::Gcp], "Frankfurt"), Some("germanywestcentral"));
/// assert_eq!(nearest(&[CloudId::Aws, CloudId::Azure], "narnia"), None);
/// ```
pub fn nearest(clouds: &[CloudId], text: &str) -> Option<&'static str> {
    let named = clouds.iter().find_map(|&cloud| by_name(Some(cloud), text).first().copied());
    let text = text.trim().to_lowercase();
    let of_clouds = all().iter().filter(|region| clouds.contains(&region.cloud));
    // A word that shares little with any code is no slip of the pen.
    let distance = |region: &&Region| strsim::osa_distance(region.code, &text);
    let near = || of_clouds.min_by_key(distance).filter(|region| distance(region) <= (text.len() / 3).max(2));
    named.or_else(near).map(|region| region.code)
}

/// The parts of the world that a country, continent or business area means, in any case; empty where it means none.
///
/// `Europe` is the EU and its neighbors with the UK; `Asia` is what the vocabulary calls so, without India.
///
/// ```
/// use escher_core::{Geo, regions::geo_of_word};
/// assert_eq!(geo_of_word("Europe"), [Geo::Eu, Geo::Uk]);
/// assert_eq!(geo_of_word("Germany"), [Geo::Eu]);
/// assert!(geo_of_word("Atlantis").is_empty());
/// ```
pub fn geo_of_word(text: &str) -> Vec<Geo> {
    GEOS.get(&squash(text)).cloned().unwrap_or_default()
}

/// The words that [`geo_of_word`] knows, in lower case.
pub fn geo_words() -> impl Iterator<Item = &'static str> {
    GEO_WORDS.lines().filter_map(|line| line.split_once('|')).flat_map(|(_, words)| words.split(';'))
}

fn squash(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn sorted_words(text: &str) -> Vec<String> {
    let mut words = crate::fuzzy::words(text);
    words.sort_unstable();
    words
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_line_of_the_tables_is_a_region_with_its_own_code() {
        let lines: usize = TABLES.iter().map(|(_, table)| table.lines().count()).sum();
        assert_eq!(all().len(), lines);
        let codes: BTreeSet<_> = all().iter().map(|region| (region.cloud, region.code)).collect();
        assert_eq!(codes.len(), lines);
        for region in all() {
            assert!(region.country.len() == 2 && !region.name.is_empty() && !region.place.is_empty(), "{region:?}");
            assert_eq!(by_name(Some(region.cloud), region.code), [region]);
            assert!(by_name(Some(region.cloud), region.name).contains(&region), "{region:?}");
            assert!(by_name(None, &region.place.to_uppercase()).contains(&region), "{region:?}");
        }
        for cloud in CloudId::ALL {
            assert!(all().iter().filter(|region| region.cloud == *cloud).count() >= 35, "{cloud}");
        }
    }

    #[test]
    fn names_as_people_say_them() {
        let (aws, azure, gcp) = (Some(CloudId::Aws), Some(CloudId::Azure), Some(CloudId::Gcp));
        let table: &[(Option<CloudId>, &str, &[&str])] = &[
            (azure, "West US", &["westus"]),
            (azure, "us west", &["westus"]),
            (azure, "WestUS2", &["westus2"]),
            (aws, "Oregon", &["us-west-2"]),
            (gcp, "oregon", &["us-west1"]),
            (None, "oregon", &["us-west-2", "us-west1"]),
            (aws, "N. Virginia", &["us-east-1"]),
            (aws, "northern virginia", &["us-east-1"]),
            (aws, "us east 1", &["us-east-1"]),
            (None, "us-east-1", &["us-east-1"]),
            (None, "us east 1", &["us-east-1", "us-east1"]),
            (aws, "US West (Oregon)", &["us-west-2"]),
            (None, "frankfurt", &["eu-central-1", "germanywestcentral", "europe-west3"]),
            (aws, "sao paulo", &["sa-east-1"]),
            (None, "atlantis", &[]),
            (None, " - ", &[]),
        ];
        for &(cloud, text, codes) in table {
            let found: Vec<_> = by_name(cloud, text).iter().map(|region| region.code).collect();
            assert_eq!(found, codes, "{text}");
        }
    }

    #[test]
    fn every_word_for_a_part_of_the_world_means_some() {
        let words: Vec<_> = geo_words().collect();
        assert!(words.iter().all(|word| !geo_of_word(word).is_empty()));
        assert_eq!(words.iter().map(|word| squash(word)).collect::<BTreeSet<_>>().len(), words.len());
        assert_eq!(geo_of_word("the UK"), []);
        assert_eq!(geo_of_word("UK"), [Geo::Uk]);
        assert_eq!(geo_of_word("apac"), [Geo::Asia, Geo::In, Geo::Au]);
        assert!(geo_of_word("in").is_empty());
    }

    #[test]
    fn zones_and_multi_regions_have_a_place() {
        assert_eq!(of_zone(CloudId::Aws, "us-east-1a").map(|region| region.code), Some("us-east-1"));
        assert_eq!(of_zone(CloudId::Gcp, "europe-west3-b").map(|region| region.code), Some("europe-west3"));
        assert_eq!(of_zone(CloudId::Aws, "us-east-1"), None);
        assert_eq!(geo_of(CloudId::Gcp, "EU"), Some(Geo::Eu));
        assert_eq!(geo_of(CloudId::Aws, "eu"), None);
        assert_eq!(geo_of(CloudId::Azure, "global"), None);
    }
}
