//! The closed vocabularies as selectors take them: the contract's words, and spellings that can mean nothing else.

use std::str::FromStr;

use super::Field;
use crate::{CloudId, Engine, Env, Geo, Kind, State, fuzzy};

/// Spellings beside the words themselves; keys are squashed (lower case, letters and digits only).
const KINDS: &[(&str, Kind)] = &[
    ("vms", Kind::Vm),
    ("instance", Kind::Vm),
    ("server", Kind::Vm),
    ("virtualmachine", Kind::Vm),
    ("volume", Kind::Disk),
    ("db", Kind::Database),
    ("lb", Kind::LoadBalancer),
    ("kubernetes", Kind::K8sCluster),
    ("k8s", Kind::K8sCluster),
    ("asg", Kind::ScaleGroup),
    ("securitygroup", Kind::Firewall),
    ("sg", Kind::Firewall),
    ("nsg", Kind::Firewall),
    ("vpc", Kind::Network),
    ("vnet", Kind::Network),
    ("subscription", Kind::Account),
    ("project", Kind::Account),
    ("serverless", Kind::Function),
    ("lambda", Kind::Function),
];
const STATES: &[(&str, State)] = &[
    ("deallocated", State::Stopped),
    ("off", State::Stopped),
    ("on", State::Running),
    ("failed", State::Error),
    ("deleted", State::Terminated),
];
const ENGINES: &[(&str, Engine)] = &[
    ("postgresql", Engine::Postgres),
    ("pg", Engine::Postgres),
    ("pgsql", Engine::Postgres),
    ("mssql", Engine::Sqlserver),
    ("sqlsrv", Engine::Sqlserver),
    ("mongo", Engine::Mongodb),
    ("memcache", Engine::Memcached),
    ("valkey", Engine::Redis),
];
const CLOUDS: &[(&str, CloudId)] =
    &[("amazon", CloudId::Aws), ("microsoft", CloudId::Azure), ("google", CloudId::Gcp), ("googlecloud", CloudId::Gcp)];
const GEOS: &[(&str, Geo)] = &[("usa", Geo::Us), ("gb", Geo::Uk), ("india", Geo::In), ("canada", Geo::Ca), ("australia", Geo::Au)];

/// The word that a text means in the field's vocabulary; an unknown one brings the nearest word, if any is near.
/// `None` for fields that have no closed vocabulary.
pub(super) fn word(field: &Field, text: &str) -> Option<Result<&'static str, Option<&'static str>>> {
    Some(match field {
        Field::Cloud => pick(CloudId::ALL, CLOUDS, CloudId::as_str, text),
        Field::Kind => pick(Kind::ALL, KINDS, Kind::as_str, text),
        Field::State => pick(State::ALL, STATES, State::as_str, text),
        Field::Engine => pick(Engine::ALL, ENGINES, Engine::as_str, text),
        Field::Geo => pick(Geo::ALL, GEOS, Geo::as_str, text),
        Field::Env => match Env::from_word(text) {
            Some(env) => Ok(env.as_str()),
            None => {
                let near = fuzzy::nearest(text, Env::ALL.iter().flat_map(|env| env.spellings().iter().copied()));
                Err(near.and_then(Env::from_word).map(Env::as_str))
            }
        },
        _ => return None,
    })
}

/// Every word of the field's vocabulary.
pub(super) fn words(field: &Field) -> Vec<&'static str> {
    fn all<T: Copy>(values: &[T], as_str: fn(T) -> &'static str) -> Vec<&'static str> {
        values.iter().copied().map(as_str).collect()
    }
    match field {
        Field::Cloud => all(CloudId::ALL, CloudId::as_str),
        Field::Kind => all(Kind::ALL, Kind::as_str),
        Field::State => all(State::ALL, State::as_str),
        Field::Engine => all(Engine::ALL, Engine::as_str),
        Field::Geo => all(Geo::ALL, Geo::as_str),
        Field::Env => all(Env::ALL, Env::as_str),
        _ => Vec::new(),
    }
}

fn pick<T: Copy + FromStr>(
    all: &'static [T],
    spellings: &[(&'static str, T)],
    as_str: fn(T) -> &'static str,
    text: &str,
) -> Result<&'static str, Option<&'static str>> {
    let squashed = squash(text);
    let own = all.iter().copied().find(|&value| squash(as_str(value)) == squashed);
    let found = own.or_else(|| spellings.iter().find(|(spelling, _)| *spelling == squashed).map(|&(_, value)| value));
    if let Some(value) = found {
        return Ok(as_str(value));
    }
    let near = fuzzy::nearest(text, all.iter().copied().map(as_str));
    let near_spelling = || {
        let spelling = fuzzy::nearest(&squashed, spellings.iter().map(|(spelling, _)| *spelling))?;
        spellings.iter().find(|(known, _)| *known == spelling).map(|&(_, value)| as_str(value))
    };
    Err(near.or_else(near_spelling))
}

fn squash(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
