//! A selector as the constraints of a frame.

use escher_core::selector::{Op, Unit, Value as Operand};
use escher_core::{Constraint, Frame, Selector};
use serde_json::{Value, json};

/// Puts a selector into a frame: its text, and its top-level conjunction as far as that can be flattened.
pub(crate) fn flattened(frame: &mut Frame, selector: &Selector) {
    frame.constraints = selector.conjuncts().iter().filter_map(constraint).collect();
    frame.complete = frame.constraints.len() == selector.conjuncts().len();
    frame.selector = selector.to_string();
}

/// A part of the conjunction; `None` where it cannot be flattened.
fn constraint(part: &Selector) -> Option<Constraint> {
    let new = |field: String, op: &str, value: Value| Some(Constraint { field, op: op.to_owned(), value });
    let list = |values: &[Operand]| Value::Array(values.iter().map(operand).collect());
    match part {
        Selector::Compare { field, op, value } => new(field.to_string(), op.as_str(), operand(value)),
        Selector::In { field, values } => new(field.to_string(), "IN", list(values)),
        Selector::Exists(field) => new(field.to_string(), "EXISTS", json!(true)),
        Selector::Flag(flag) => new(flag.to_string(), "=", json!(true)),
        Selector::Related { by, to } => new(by.to_string(), "IN", json!({ "selector": to })),
        Selector::Not(inner) => match &**inner {
            Selector::Flag(flag) => new(flag.to_string(), "=", json!(false)),
            Selector::Exists(field) => new(field.to_string(), "EXISTS", json!(false)),
            Selector::In { field, values } => new(field.to_string(), "NOT IN", list(values)),
            Selector::Related { by, to } => new(by.to_string(), "NOT IN", json!({ "selector": to })),
            Selector::Compare { field, op: Op::Like, value } => new(field.to_string(), "NOT ~", operand(value)),
            Selector::Compare { field, op: Op::Eq, value } => new(field.to_string(), "!=", operand(value)),
            _ => None,
        },
        _ => None,
    }
}

fn operand(value: &Operand) -> Value {
    match value {
        Operand::Number(quantity) if quantity.unit == Unit::Bare => {
            let amount = quantity.amount;
            if amount.fract() == 0.0 && amount.abs() < 9e15 { json!(amount as i64) } else { json!(amount) }
        }
        other => json!(other.plain()),
    }
}
