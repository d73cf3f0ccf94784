//! SHA-256 over RFC 8785 canonical JSON.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The digest of a value, `sha256:` and 64 hex digits.
///
/// A value that JSON cannot hold (a NaN) has no canonical form; its digest is that of its error text,
/// which equals no stored digest, so that a comparison fails closed.
pub fn of<T: Serialize>(value: &T) -> String {
    hashed(serde_json_canonicalizer::to_vec(value))
}

/// The same of what is a JSON value already, in a third of the time: an import makes one of each resource.
pub(crate) fn of_value(value: &Value) -> String {
    let mut bytes = Vec::with_capacity(USUAL);
    hashed(write(value, &mut bytes).map(|()| bytes))
}

/// Bytes of a resource, mostly.
const USUAL: usize = 2_048;

fn hashed(canonical: serde_json::Result<Vec<u8>>) -> String {
    of_bytes(&canonical.unwrap_or_else(|e| format!("not canonical: {e}").into_bytes()))
}

/// The digest of bytes as they are, in the same form.
pub fn of_bytes(bytes: &[u8]) -> String {
    let mut text = String::from("sha256:");
    for byte in Sha256::digest(bytes) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Canonical is a matter of numbers, which are written as floats, and of the order of keys, which is that of UTF-16.
fn write(value: &Value, out: &mut Vec<u8>) -> serde_json::Result<()> {
    match value {
        Value::Number(_) => serde_json_canonicalizer::to_writer(value, out),
        Value::Array(items) => list(out, b"[]", items, write),
        Value::Object(object) => {
            let mut pairs: Vec<(&String, &Value)> = object.iter().collect();
            pairs.sort_unstable_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            list(out, b"{}", pairs, |(key, value), out| {
                serde_json::to_writer(&mut *out, key)?;
                out.push(b':');
                write(value, out)
            })
        }
        Value::Null | Value::Bool(_) | Value::String(_) => serde_json::to_writer(out, value),
    }
}

fn list<T>(
    out: &mut Vec<u8>,
    [open, close]: &[u8; 2],
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(T, &mut Vec<u8>) -> serde_json::Result<()>,
) -> serde_json::Result<()> {
    out.push(*open);
    for (number, item) in items.into_iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        write(item, out)?;
    }
    out.push(*close);
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::vec((any::<String>(), inner), 0..6).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn both_ways_lead_to_the_same(value in any_json()) {
            let mut bytes = Vec::new();
            write(&value, &mut bytes).unwrap();
            prop_assert_eq!(String::from_utf8(bytes).unwrap(), serde_json_canonicalizer::to_string(&value).unwrap());
            prop_assert_eq!(of_value(&value), of(&value));
        }
    }

    #[test]
    fn keys_are_in_the_order_of_utf_16() {
        // In UTF-8 the first of these is the later one.
        let value = json!({"\u{1f600}": 1.0, "\u{fb33}": 1e21, "a/\u{8}\u{7f}\"": [-0.0, 9_007_199_254_740_993_u64]});
        assert_eq!(of_value(&value), of(&value));
        let mut bytes = Vec::new();
        write(&value, &mut bytes).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "{\"a/\\b\u{7f}\\\"\":[0,9007199254740992],\"\u{1f600}\":1,\"\u{fb33}\":1e+21}");
    }
}
