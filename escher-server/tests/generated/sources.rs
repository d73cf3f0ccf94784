//! The orders that run today, by where they stand.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use escher_core::Selector;
use escher_core::selector::Field;
use serde_json::{Map, Value};

use crate::labelled::{Part, read, same, score};

/// What is done to what, how and when.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub(crate) say: String,
    pub(crate) selector: String,
    pub(crate) action: String,
    pub(crate) params: Map<String, Value>,
    pub(crate) schedule: Value,
}

impl Act {
    /// What words would have done; `None` if they ask or order nothing.
    pub(crate) fn of(say: &str) -> Option<Self> {
        let frame = serde_json::to_value(read(say)).unwrap();
        score::executable(&frame).then(|| Self {
            say: say.to_owned(),
            selector: frame["selector"].as_str().unwrap().to_owned(),
            action: frame["action"].as_str().unwrap().to_owned(),
            params: frame["params"].as_object().unwrap().clone(),
            schedule: frame["schedule"].clone(),
        })
    }

    /// Whether both do the same.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.action == other.action
            && same::selectors(&self.selector, &other.selector)
            && same::params(&self.params, &other.params)
            && same::schedules(&self.schedule, &other.schedule)
    }

    /// What is called so, by name or by id.
    pub(crate) fn names(&self) -> Vec<String> {
        let selector = Selector::parse(&self.selector).unwrap();
        let mut names: Vec<String> =
            ["name", "to"].iter().filter_map(|key| Some(self.params.get(*key)?.as_str()?.to_lowercase())).collect();
        for leaf in selector.leaves() {
            match leaf {
                Selector::Compare { field: Field::Name | Field::Id, value, .. } => names.push(value.plain().to_lowercase()),
                Selector::In { field: Field::Name | Field::Id, values } => {
                    names.extend(values.iter().map(|value| value.plain().to_lowercase()))
                }
                _ => {}
            }
        }
        names
    }

    /// The same with names for ids: what is no id any more is read as a name.
    pub(crate) fn without_ids(&self) -> Self {
        Self {
            selector: format!(" {}", self.selector).replace(" id ", " name ").replace("(id ", "(name ").trim().to_owned(),
            ..self.clone()
        }
    }

    /// The same with another name.
    pub(crate) fn renamed(&self, from: &str, to: &str) -> Self {
        let params = self.params.iter().map(|(key, value)| match value {
            Value::String(text) => (key.clone(), text.replace(from, to).into()),
            other => (key.clone(), other.clone()),
        });
        Self { selector: self.selector.replace(from, to), params: params.collect(), ..self.clone() }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.action, self.selector)?;
        if !self.params.is_empty() {
            write!(f, " {}", Value::Object(self.params.clone()))?;
        }
        if !self.schedule.is_null() {
            write!(f, " {}", self.schedule)?;
        }
        Ok(())
    }
}

/// Every order of the labeled set and of the tables that runs.
pub(crate) fn orders() -> &'static BTreeMap<&'static str, Vec<Act>> {
    static ORDERS: LazyLock<BTreeMap<&'static str, Vec<Act>>> = LazyLock::new(all);
    &ORDERS
}

fn all() -> BTreeMap<&'static str, Vec<Act>> {
    let rows = Part::ALL.into_iter().flat_map(|part| part.rows().unwrap());
    let labelled = rows.filter(|row| row.is_clear_order()).filter_map(|row| Act::of(&row.say)).collect();
    let mut sources = BTreeMap::from([("labelled", labelled)]);
    for (name, text) in [
        ("careful", include_str!("../frames/careful.jsonl")),
        ("changes", include_str!("../frames/changes.jsonl")),
        ("varied", include_str!("../frames/varied.jsonl")),
    ] {
        let says = text.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str::<Value>(line).unwrap());
        let clear = says.filter(|row| row.get("clarify").is_none() && row.get("action").is_some());
        sources.insert(name, clear.filter_map(|row| Act::of(row["say"].as_str().unwrap())).collect());
    }
    sources
}
