//! `changes`: lists what appeared in the estate, what changed, and what was removed.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use escher_core::selector::{FieldType, Quantity};
use escher_core::{Change, Error, Recorded, ResourceId, Result, Selector, read_time};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::escher::Escher;

/// Which changes to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ChangesRequest {
    /// The start of the period: a span such as `12h` or `1d`, or a time. Defaults to the last day.
    pub since: Since,
    /// A selector for the resources; if empty, all resources.
    #[serde(rename = "where")]
    pub filter: String,
}

/// The start of a period that ends now.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", inline)]
pub enum Since {
    /// This long ago, in whole seconds.
    Ago(SignedDuration),
    /// At this moment.
    At(Timestamp),
}

impl Default for Since {
    fn default() -> Self {
        Self::Ago(SignedDuration::from_hours(24))
    }
}

impl FromStr for Since {
    type Err = Error;

    /// Parses `1d`, `12h`, `2w`, a time or a date.
    fn from_str(text: &str) -> Result<Self> {
        // A bare number is no span: nobody knows of what.
        let span = Quantity::parse(text).filter(|_| text.parse::<f64>().is_err()).and_then(|span| span.in_unit_of(FieldType::Days));
        let span = span.filter(|days| *days >= 0.0).and_then(|days| SignedDuration::try_from_secs_f64((days * 86_400.0).round()).ok());
        span.map(Self::Ago).or_else(|| read_time(text).map(Self::At)).ok_or_else(|| {
            Error::invalid(format!("`{text}` is neither a duration nor a time"))
                .hint("write a duration such as 12h, 1d or 2w, or a time such as 2026-11-01 or 2026-11-01T08:00:00Z")
        })
    }
}

impl fmt::Display for Since {
    /// Prints it as it is parsed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ago(span) => write!(f, "{}h", span.as_secs_f64() / 3600.0),
            Self::At(at) => at.fmt(f),
        }
    }
}

impl TryFrom<String> for Since {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Since> for String {
    fn from(since: Since) -> Self {
        since.to_string()
    }
}

/// Changes of the estate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChangeList {
    /// The changes, newest first.
    pub changes: Vec<Change>,
}

impl Escher {
    /// What appeared, changed or was removed, by the time when Escher noticed. A selector is evaluated on resources as they
    /// are now, and on removed resources as they were last known.
    ///
    /// # Errors
    /// `Invalid` for a selector that cannot be parsed or a time out of range; `Storage`.
    pub async fn changes(&self, request: &ChangesRequest) -> Result<ChangeList> {
        let selector = Selector::parse(&request.filter)?;
        let now = self.now();
        let since = match request.since {
            Since::At(at) => at,
            Since::Ago(span) => now.checked_sub(span).unwrap_or(Timestamp::MIN),
        };
        let mut recorded = self.estate().history(since).await?;
        if self.config().clock.is_shifted() {
            // At a time of the past nothing that came later has happened.
            recorded.retain(|recorded| recorded.change.at <= now);
        }
        if selector == Selector::All {
            return Ok(ChangeList { changes: recorded.into_iter().map(|recorded| recorded.change).collect() });
        }
        let admitted: HashSet<ResourceId> = self.estate().admitted(&selector, now).await?.into_iter().collect();
        // Of what was removed, also the changes before that are told.
        let gone: HashSet<ResourceId> = recorded
            .iter()
            .filter_map(|Recorded { resource, .. }| resource.as_ref())
            .filter(|resource| selector.matches(resource, now) == Some(true))
            .map(|resource| resource.id.clone())
            .collect();
        let is_asked = |change: &Change| admitted.contains(&change.id) || gone.contains(&change.id);
        Ok(ChangeList { changes: recorded.into_iter().map(|recorded| recorded.change).filter(is_asked).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_a_unit_and_a_time_is_one() {
        let hours = |hours| Since::Ago(SignedDuration::from_hours(hours));
        for (text, since) in [("1d", hours(24)), ("12h", hours(12)), ("2w", hours(14 * 24)), ("0d", hours(0))] {
            assert_eq!(text.parse::<Since>().unwrap(), since, "{text}");
            assert_eq!(since.to_string().parse::<Since>().unwrap(), since, "{since}");
        }
        for seconds in [1, 59, 61, 3_599, 86_399, 100_000_007] {
            let since = Since::Ago(SignedDuration::from_secs(seconds));
            assert_eq!(since.to_string().parse::<Since>().unwrap(), since, "{since}");
        }
        assert_eq!("2026-11-01".parse::<Since>().unwrap(), Since::At("2026-11-01T00:00:00Z".parse().unwrap()));
        for text in ["", "1", "d", "-1d", "5GB", "yesterday-ish", "$3"] {
            assert!(text.parse::<Since>().unwrap_err().hint_text().is_some(), "{text}");
        }
    }
}
