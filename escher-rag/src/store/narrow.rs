//! Necessary conditions of a selector, in SQL: what they leave out is certainly not admitted and not unknown.

use escher_core::Selector;
use escher_core::selector::{Field, Op, Value};

/// Text as the narrowing columns keep it.
pub(super) fn fold(text: &str) -> String {
    escher_core::fuzzy::fold(text)
}

/// A condition for `WHERE` and its values. Every row that it drops does not match for certain: it drops those that
/// tell a field and tell it differently, never those that do not tell it.
pub(super) fn condition(selector: &Selector) -> (String, Vec<String>) {
    let (mut parts, mut values) = (Vec::new(), Vec::new());
    for part in selector.conjuncts() {
        let (field, wanted) = match part {
            Selector::Compare { field, op: Op::Eq, value } => (field, std::slice::from_ref(value)),
            Selector::In { field, values } if !values.is_empty() => (field, values.as_slice()),
            _ => continue,
        };
        let (column, always_told) = match field {
            Field::Cloud => ("cloud", true),
            Field::Kind => ("kind", true),
            Field::Name => ("name", true),
            Field::Region => ("region", false),
            Field::State => ("state", false),
            Field::Env => ("env", false),
            _ => continue,
        };
        let marks = vec!["?"; wanted.len()].join(", ");
        let equal = format!("e.{column} IN ({marks})");
        parts.push(if always_told { equal } else { format!("(e.{column} IS NULL OR {equal})") });
        values.extend(wanted.iter().map(Value::plain).map(|text| fold(&text)));
    }
    if parts.is_empty() { ("TRUE".to_owned(), values) } else { (parts.join(" AND "), values) }
}
