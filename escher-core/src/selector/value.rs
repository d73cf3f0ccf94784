//! Values of comparisons.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

use super::{Field, FieldType, print};

/// What a field is held against: a text, or a number with a unit.
///
/// Closed vocabularies, texts, tags and times are texts; capacity, memory, cost, cpu and age are numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A word or a quoted text.
    Text(String),
    /// A number with its unit.
    Number(Quantity),
}

/// A finite number and the unit it was written in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// As written.
    pub amount: f64,
    /// As written.
    pub unit: Unit,
}

/// A unit of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the words speak for themselves")]
pub enum Unit {
    /// None told: the field's own (GB, dollars, percent, days).
    Bare,
    Hour,
    Day,
    Week,
    /// 30 days.
    Month,
    /// 365 days.
    Year,
    Percent,
    Dollar,
    Megabyte,
    Gigabyte,
    /// 1024 GB.
    Terabyte,
}

/// Units that follow a number; the first spelling is the one printed.
const SUFFIXES: &[(Unit, &[&str])] = &[
    (Unit::Hour, &["h"]),
    (Unit::Day, &["d"]),
    (Unit::Week, &["w"]),
    (Unit::Month, &["mo"]),
    (Unit::Year, &["y"]),
    (Unit::Percent, &["%"]),
    (Unit::Megabyte, &["MB", "MiB"]),
    (Unit::Gigabyte, &["GB", "GiB"]),
    (Unit::Terabyte, &["TB", "TiB"]),
];

impl Unit {
    /// How much one of it is in the unit of the field type; `None` if it does not belong there.
    fn factor(self, ty: FieldType) -> Option<f64> {
        Some(match (ty, self) {
            (FieldType::Gigabytes | FieldType::Dollars | FieldType::Percent | FieldType::Days, Self::Bare)
            | (FieldType::Dollars, Self::Dollar)
            | (FieldType::Percent, Self::Percent)
            | (FieldType::Days, Self::Day)
            | (FieldType::Gigabytes, Self::Gigabyte) => 1.0,
            (FieldType::Gigabytes, Self::Megabyte) => 1.0 / 1024.0,
            (FieldType::Gigabytes, Self::Terabyte) => 1024.0,
            (FieldType::Days, Self::Hour) => 1.0 / 24.0,
            (FieldType::Days, Self::Week) => 7.0,
            (FieldType::Days, Self::Month) => 30.0,
            (FieldType::Days, Self::Year) => 365.0,
            _ => return None,
        })
    }
}

impl Quantity {
    /// Reads `90d`, `12.5%`, `$100`, `100GB`, `3`; units in any case. `None` if it is no such thing.
    pub fn parse(text: &str) -> Option<Self> {
        let (dollar, rest) = match text.strip_prefix('$') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-' || c == '+')).unwrap_or(rest.len());
        let (digits, suffix) = rest.split_at(end);
        // `parse` also takes `.5` and `5.`, and refuses `1.2.3` and `5-3`.
        let amount: f64 = digits.parse().ok().filter(|amount: &f64| amount.is_finite())?;
        let unit = match (dollar, suffix) {
            (true, "") => Unit::Dollar,
            (true, _) => return None,
            (false, "") => Unit::Bare,
            (false, suffix) => SUFFIXES.iter().find(|(_, names)| names.iter().any(|name| name.eq_ignore_ascii_case(suffix)))?.0,
        };
        Some(Self { amount, unit })
    }

    /// The number in the field's own unit (GB, dollars, percent, days); `None` if the unit does not belong to it.
    ///
    /// ```
    /// use escher_core::selector::{FieldType, Quantity};
    /// let week = Quantity::parse("2w").unwrap();
    /// assert_eq!(week.in_unit_of(FieldType::Days), Some(14.0));
    /// assert_eq!(week.in_unit_of(FieldType::Dollars), None);
    /// ```
    pub fn in_unit_of(self, ty: FieldType) -> Option<f64> {
        Some(self.amount * self.unit.factor(ty)?)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = self.amount;
        match SUFFIXES.iter().find(|(unit, _)| *unit == self.unit) {
            Some((_, names)) => write!(f, "{amount}{}", names.first().copied().unwrap_or_default()),
            None if self.unit == Unit::Dollar => write!(f, "${amount}"),
            None => write!(f, "{amount}"),
        }
    }
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The value without quotes, as a person would say it.
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(quantity) => quantity.to_string(),
        }
    }

    /// The number in the unit of a numeric field; `None` if it is none.
    pub fn number(&self, field: &Field) -> Option<f64> {
        let quantity = match self {
            Self::Number(quantity) => *quantity,
            Self::Text(text) => Quantity::parse(text)?,
        };
        quantity.in_unit_of(field.ty()).filter(|number| number.is_finite())
    }

    /// The time that a value of `created` names: first instant, and first instant after it.
    ///
    /// A date is its whole day in UTC, so `created <= 2026-01-31` holds until midnight; a time without zone is UTC.
    /// Something is before it if it is before the first, after it if it is at or after the second, equal otherwise.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let Self::Text(text) = self else { return None };
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Some((instant, instant.checked_add(SignedDuration::from_nanos(1)).unwrap_or(Timestamp::MAX)));
        }
        let utc = |at: DateTime| at.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
        let is_date = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        if is_date {
            let day: Date = text.parse().ok()?;
            let start = utc(day.at(0, 0, 0, 0))?;
            let end = day.tomorrow().ok().and_then(|next| utc(next.at(0, 0, 0, 0))).unwrap_or(Timestamp::MAX);
            return Some((start, end));
        }
        let instant = utc(text.parse().ok()?)?;
        Some((instant, instant.checked_add(SignedDuration::from_nanos(1)).unwrap_or(Timestamp::MAX)))
    }

    /// When a resource of exactly this age was created; far-off ages end at the bounds of time.
    pub fn born(&self, now: Timestamp) -> Option<Timestamp> {
        let seconds = self.number(&Field::Age)? * 86_400.0;
        let bound = if seconds < 0.0 { Timestamp::MAX } else { Timestamp::MIN };
        let age = SignedDuration::try_from_secs_f64(seconds).ok();
        Some(age.and_then(|age| now.checked_sub(age).ok()).unwrap_or(bound))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Quantity> for Value {
    fn from(quantity: Quantity) -> Self {
        Self::Number(quantity)
    }
}

/// As in a selector, in quotes where needed; see [`Value::plain`].
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.pad(&print::quoted_where_needed(text)),
            Self::Number(quantity) => f.pad(&quantity.to_string()),
        }
    }
}

/// A number where it has no unit, a text without quotes otherwise.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(Quantity { amount, unit: Unit::Bare }) => s.serialize_f64(*amount),
            other => s.serialize_str(&other.plain()),
        }
    }
}
