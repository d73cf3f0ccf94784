//! A frame: what an utterance means.

use schemars::JsonSchema;
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::selector::{Field, Op, Selector, Unit, Value as Operand};
use crate::words::vocabulary;
use crate::{ActionPattern, Period};

vocabulary! {
    /// The person's intent.
    Intent, "intent" {
        /// List or look up.
        Find = "find",
        /// Count resources.
        Count = "count",
        /// Show one resource in detail.
        Describe = "describe",
        /// Change something now.
        Act = "act",
        /// Change something later or repeatedly.
        Schedule = "schedule",
        /// Write, list or run a procedure of several steps.
        Playbook = "playbook",
        /// Spending, trends, budgets, forecasts, anomalies.
        Cost = "cost",
        /// Waste, rightsizing, security or compliance findings.
        Advise = "advise",
        /// Morning, inventory or compliance reports; exports.
        Report = "report",
        /// Events, alerts, rules, incidents.
        Alerts = "alerts",
        /// What ran, and who ran it.
        History = "history",
        /// “How do I …”, “what is …”; never executes.
        Explain = "explain",
        /// Greeting, thanks.
        Smalltalk = "smalltalk",
        /// Outside cloud operations, or refused.
        Unknown = "unknown",
    }
}

/// One condition of the selector's top-level conjunction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Constraint {
    /// A field of the selector language.
    pub field: String,
    /// `=` `!=` `~` `NOT ~` `<` `<=` `>` `>=` `IN` `NOT IN` `EXISTS`.
    pub op: String,
    /// A string, number or boolean; for `IN` and `NOT IN` a list, or `{"selector": "…"}` if a relation is followed.
    pub value: Value,
    /// The words that it came from, if requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

impl Constraint {
    /// One condition of a conjunction, flattened; `None` if it cannot be flattened.
    pub fn of(part: &Selector) -> Option<Self> {
        let new = |field: String, op: &str, value: Value| Some(Self { field, op: op.to_owned(), value, from: None });
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

/// The words behind one condition of the selector.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// A condition of the selector's top-level conjunction.
    pub part: Selector,
    /// The words as they were written.
    pub words: String,
}

/// A clarifying question. Nothing happens until it is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Clarify {
    /// The question.
    pub question: String,
    /// Answers to choose from; free text works too.
    pub options: Vec<String>,
}

/// A word whose spelling was corrected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Correction {
    /// The word as typed.
    pub from: String,
    /// The word as read.
    pub to: String,
}

/// When something should happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Schedule {
    /// Repeatedly.
    Cron {
        /// A cron expression with five fields.
        cron: String,
        /// The IANA time zone; if `None`, the person's own.
        tz: Option<String>,
    },
    /// Once.
    At {
        /// A local time, such as `2026-12-01T09:00`.
        at: String,
    },
}

/// The sort order of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sort {
    /// The field to sort by.
    pub by: Field,
    /// Whether the largest comes first.
    pub desc: bool,
}

/// What an utterance means: the contract between the brain and everything that acts on words.
///
/// Its JSON has `constraints` next to the selector: the selector's top-level conjunction, flattened. `"complete": false` means
/// that they do not express all of the selector. When a frame is read from JSON, only the selector counts.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[schemars(transform = with_constraints)]
pub struct Frame {
    /// The person's intent.
    pub intent: Intent,
    /// The resources, as a selector.
    pub selector: Selector,
    /// The action, such as `vm.stop`; `*.stop` if no kind was given.
    pub action: Option<ActionPattern>,
    /// The action's parameters.
    pub params: Map<String, Value>,
    /// Fields to group by.
    pub group_by: Vec<Field>,
    /// The time period that the question covers.
    pub period: Option<Period>,
    /// When to act, for the intent `schedule`.
    pub schedule: Option<Schedule>,
    /// The requested sort order.
    pub sort: Option<Sort>,
    /// Maximum number of results.
    pub limit: Option<u64>,
    /// The clarifying question, if one is needed.
    pub clarify: Option<Clarify>,
    /// Confidence, 0 to 1.
    pub confidence: f64,
    /// Why the utterance was refused or not understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Words whose spelling was corrected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrected: Vec<Correction>,
    /// Words of a question that were not understood: the answer leaves them out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
    /// Complete frames, one for each way in which an order can be read. Only the estate shows whether they differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Frame>,
    /// Whether an order applies to what an earlier turn showed: it needs no further condition that narrows it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shown: bool,
    /// Which words each condition of the selector came from, as far as known. Not part of the frame's JSON.
    #[serde(skip)]
    pub from: Vec<Source>,
}

/// What a frame's JSON has in addition to its fields.
fn with_constraints(schema: &mut schemars::Schema) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties
            .insert("constraints".into(), json!({"type": "array", "description": "The selector's top-level conjunction, flattened."}));
        properties.insert("complete".into(), json!({"type": "boolean", "description": "False if the constraints are incomplete."}));
    }
}

impl Serialize for Frame {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (constraints, complete) = (self.constraints(), self.is_complete());
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("intent", &self.intent)?;
        map.serialize_entry("selector", &self.selector)?;
        map.serialize_entry("constraints", &constraints)?;
        if !complete {
            map.serialize_entry("complete", &false)?;
        }
        map.serialize_entry("action", &self.action)?;
        map.serialize_entry("params", &self.params)?;
        map.serialize_entry("group_by", &self.group_by)?;
        map.serialize_entry("period", &self.period)?;
        map.serialize_entry("schedule", &self.schedule)?;
        map.serialize_entry("sort", &self.sort)?;
        map.serialize_entry("limit", &self.limit)?;
        map.serialize_entry("clarify", &self.clarify)?;
        map.serialize_entry("confidence", &self.confidence)?;
        if let Some(note) = &self.note {
            map.serialize_entry("note", note)?;
        }
        if !self.corrected.is_empty() {
            map.serialize_entry("corrected", &self.corrected)?;
        }
        if !self.unread.is_empty() {
            map.serialize_entry("unread", &self.unread)?;
        }
        if !self.readings.is_empty() {
            map.serialize_entry("readings", &self.readings)?;
        }
        if self.shown {
            map.serialize_entry("shown", &true)?;
        }
        map.end()
    }
}

impl Frame {
    /// A frame with only an intent.
    pub fn new(intent: Intent) -> Self {
        Self {
            intent,
            selector: Selector::All,
            action: None,
            params: Map::new(),
            group_by: Vec::new(),
            period: None,
            schedule: None,
            sort: None,
            limit: None,
            clarify: None,
            confidence: 0.0,
            note: None,
            corrected: Vec::new(),
            unread: Vec::new(),
            readings: Vec::new(),
            shown: false,
            from: Vec::new(),
        }
    }

    /// The selector's top-level conjunction, as far as it can be flattened.
    pub fn constraints(&self) -> Vec<Constraint> {
        self.selector.conjuncts().iter().filter_map(Constraint::of).collect()
    }

    /// The same, each with the words that it came from, as far as known.
    pub fn sourced(&self) -> Vec<Constraint> {
        let words = |part: &Selector| self.from.iter().find(|source| source.part == *part).map(|source| source.words.clone());
        let parts = self.selector.conjuncts();
        parts.iter().filter_map(|part| Constraint::of(part).map(|it| Constraint { from: words(part), ..it })).collect()
    }

    /// Whether the constraints express all of the selector.
    pub fn is_complete(&self) -> bool {
        self.selector.conjuncts().iter().all(|part| Constraint::of(part).is_some())
    }

    /// Whether the frame requests a change that can be planned as it is.
    pub fn is_executable(&self) -> bool {
        matches!(self.intent, Intent::Act | Intent::Schedule) && self.clarify.is_none() && self.action.is_some()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_printed_with_its_constraints_and_read_back_by_its_selector() {
        let mut frame = Frame::new(Intent::Act);
        frame.selector = Selector::parse("kind = vm AND NOT idle AND (env = dev OR region = westus)").unwrap();
        frame.action = "vm.stop".parse().ok();
        frame.period = "last_7d".parse().ok();
        frame.sort = Some(Sort { by: Field::Cost, desc: true });
        let json = serde_json::to_value(&frame).unwrap();
        assert_eq!(json["complete"], false);
        assert_eq!(json["constraints"], json!([{"field": "kind", "op": "=", "value": "vm"}, {"field": "idle", "op": "=", "value": false}]));
        assert_eq!((&json["action"], &json["period"], &json["sort"]["by"]), (&json!("vm.stop"), &json!("last_7d"), &json!("cost")));
        assert_eq!(serde_json::from_value::<Frame>(json).unwrap(), frame);
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        let json = serde_json::to_value(Frame::new(Intent::Find)).unwrap();
        for (key, value) in [("selector", "kind ="), ("action", "vm.fly"), ("period", "soon")] {
            let mut wrong = json.clone();
            wrong[key] = json!(value);
            assert!(serde_json::from_value::<Frame>(wrong).is_err(), "{key} = {value}");
        }
    }
}
