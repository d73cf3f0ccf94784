//! Values as people and tools write them in cells: numbers, amounts, truth values, pairs. What can be read in more than
//! one way is not read at all.

use std::collections::BTreeMap;

use escher_core::CloudId;
use escher_core::resource::attr;
use serde_json::{Value, json};

/// A number, also `1,024.5`. Commas count only where they group its digits by three and any dot comes after them.
pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| plain(value.as_str()?))
}

/// US dollars: a number, `$12` or `12 USD`.
pub(super) fn dollars(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| {
        let text = value.as_str()?.trim();
        let bare = match text.strip_prefix('$') {
            Some(rest) => rest,
            None => without_unit(text, "USD").unwrap_or(text),
        };
        plain(bare)
    })
}

/// Gigabytes: a number, or one with a unit behind it.
pub(super) fn gigabytes(value: &Value) -> Option<f64> {
    const UNITS: &[(&str, f64)] =
        &[("GB", 1.0), ("GiB", 1.0), ("MB", 1.0 / 1024.0), ("MiB", 1.0 / 1024.0), ("TB", 1024.0), ("TiB", 1024.0)];
    value.as_f64().or_else(|| {
        let text = value.as_str()?.trim();
        let united = UNITS.iter().find_map(|(unit, factor)| Some((without_unit(text, unit)?, *factor)));
        let (bare, factor) = united.unwrap_or((text, 1.0));
        plain(bare).map(|number| number * factor)
    })
}

fn without_unit<'t>(text: &'t str, unit: &str) -> Option<&'t str> {
    let (front, end) = text.split_at_checked(text.len().checked_sub(unit.len())?)?;
    end.eq_ignore_ascii_case(unit).then_some(front)
}

fn plain(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let finite = |text: &str| text.parse().ok().filter(|number: &f64| number.is_finite());
    let (whole, after) = digits.split_once('.').map_or((digits, None), |(whole, after)| (whole, Some(after)));
    let numeric = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    if first.len() == whole.len() {
        return if digits.contains(',') { None } else { finite(text) };
    }
    let grouped = numeric(first) && first.len() <= 3 && !first.starts_with('0') && groups.all(|part| numeric(part) && part.len() == 3);
    (grouped && after.is_none_or(numeric)).then(|| finite(&text.replace(',', "")))?
}

pub(super) fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "1" | "enabled" | "on" => Some(true),
            "false" | "no" | "n" | "0" | "disabled" | "off" => Some(false),
            _ => None,
        },
        Value::Number(number) => number.as_i64().map(|number| number != 0),
        _ => None,
    }
}

/// `env=prod; team=web`, `env:prod|team:web`.
pub(super) fn pairs(text: &str) -> BTreeMap<String, String> {
    let parted: &[char] = if text.contains(';') { &[';'] } else { &[',', '|', '\n'] };
    let pair = |part: &str| {
        let (key, value) = part.split_once('=').or_else(|| part.split_once(':')).unwrap_or((part, ""));
        (!key.trim().is_empty()).then(|| (key.trim().to_owned(), value.trim().to_owned()))
    };
    text.split(parted).filter_map(pair).collect()
}

/// A cloud by its word or one of its names.
pub(super) fn cloud(text: &str) -> Option<CloudId> {
    text.parse().ok().or_else(|| match squashed(text).as_str() {
        "amazon" | "amazonwebservices" => Some(CloudId::Aws),
        "microsoft" | "microsoftazure" => Some(CloudId::Azure),
        "google" | "googlecloud" | "googlecloudplatform" => Some(CloudId::Gcp),
        _ => None,
    })
}

/// A name in small letters, without what separates its words.
pub(super) fn squashed(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A scalar as text; of a list its first item.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(items) => text(items.first()?),
        _ => None,
    }
}

/// A value as text, whatever it is.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Why a value that should be a number is left out.
pub(super) const NO_NUMBER: &str = "are no numbers";

/// An attribute's value as selectors read it, or why it is none.
pub(super) fn typed(name: &str, value: &Value) -> std::result::Result<Value, &'static str> {
    match name {
        attr::CAPACITY | attr::MEMORY => gigabytes(value).map(|number| json!(number)).ok_or(NO_NUMBER),
        attr::PUBLIC | attr::ENCRYPTED | attr::ATTACHED | attr::AUTO_BACKUPS => {
            boolean(value).map(Value::Bool).ok_or("are neither true nor false")
        }
        _ => Ok(value.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_or_left_alone_but_never_guessed() {
        for (text, expected) in [
            ("12.50", Some(12.5)),
            (" -3 ", Some(-3.0)),
            ("1,200", Some(1200.0)),
            ("1,234,567.25", Some(1_234_567.25)),
            ("12,50", None),
            ("1.200,50", None),
            ("1.200,500", None),
            ("1234,567", None),
            ("1,2345", None),
            (",500", None),
            ("0,500", None),
            ("1,200.", None),
            ("1,200.5e3", None),
            ("30 EUR", None),
            ("inf", None),
            ("NaN", None),
            ("", None),
        ] {
            assert_eq!(number(&json!(text)), expected, "{text}");
        }
        assert_eq!(number(&json!(7)), Some(7.0));
    }

    #[test]
    fn amounts_and_sizes_need_a_unit_that_is_known() {
        for (text, expected) in [
            ("$1,200.50", Some(1200.5)),
            ("$ 3", Some(3.0)),
            ("30 USD", Some(30.0)),
            ("30usd", Some(30.0)),
            ("30 EUR", None),
            ("€30", None),
            ("30 USD/day", None),
            ("$", None),
        ] {
            assert_eq!(dollars(&json!(text)), expected, "{text}");
        }
        for (text, expected) in [
            ("100", Some(100.0)),
            ("100 GB", Some(100.0)),
            ("8GiB", Some(8.0)),
            ("2 TB", Some(2048.0)),
            ("1,024 GiB", Some(1024.0)),
            ("512 MB", Some(0.5)),
            ("512 MiB", Some(0.5)),
            ("2 PB", None),
            ("100 IOPS", None),
            ("GB", None),
            ("große GB", None),
        ] {
            assert_eq!(gigabytes(&json!(text)), expected, "{text}");
        }
    }
}
