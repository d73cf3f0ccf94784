//! Conditions as selectors.

use std::collections::BTreeSet;

use escher_core::selector::{Field, Op, SyntaxError, Value};
use escher_core::{CloudId, Env, Kind, Selector};

use super::formula::{Formula, Spot, clouds};

impl Formula {
    /// The selector.
    ///
    /// # Errors
    /// Where a value is none of its field.
    pub(crate) fn selector(&self) -> Result<Selector, SyntaxError> {
        self.within(None).map(Selector::normalized)
    }

    /// The same within a conjunction that names a cloud.
    fn within(&self, cloud: Option<&BTreeSet<CloudId>>) -> Result<Selector, SyntaxError> {
        Ok(match self {
            Self::And(parts) => {
                let own = clouds(parts);
                let cloud = own.as_ref().or(cloud);
                let mut each = parts.iter().map(|part| part.within(cloud)).collect::<Result<Vec<_>, _>>()?;
                each = exclusions(each);
                each.sort_by_key(rank);
                Selector::And(each)
            }
            Self::Or(parts) => alternatives(parts.iter().map(|part| part.within(cloud)).collect::<Result<_, _>>()?),
            Self::Area { .. } => self.settled(cloud).within(cloud)?,
            Self::Not(inner) => match &**inner {
                area @ Self::Area { .. } => area.settled(cloud).not().within(cloud)?,
                inner => Selector::Not(Box::new(inner.within(cloud)?)),
            },
            Self::Is { field, values, not } => texts(field, values.iter().map(String::as_str), *not)?,
            Self::Compare { field, op, value, not } => {
                let compare = Selector::parse(&format!("{field} {op} {}", typed(field, value)))?;
                if *not { Selector::Not(Box::new(compare)) } else { compare }
            }
            Self::Exists { field, yes } => negated(Selector::Exists(field.clone()), !yes),
            Self::Flag { flag, value } => negated(Selector::Flag(*flag), !value),
            Self::Place { spots, not } => {
                let here: Vec<&Spot> = spots.iter().filter(|(of, _)| cloud.is_none_or(|clouds| clouds.contains(of))).collect();
                // Nothing of this cloud is there, so nothing is excluded.
                if here.is_empty() && *not {
                    return Ok(Selector::All);
                }
                texts(&Field::Region, here.iter().map(|(_, code)| code.as_str()), *not)?
            }
            Self::Likely(word) => texts(&Field::Name, std::iter::once(word.as_str()), false)?,
            Self::Rel { by, to } => match &**to {
                // A bare name is held against the ids themselves.
                Self::Is { field: Field::Name | Field::Id, values, not: false } => {
                    texts(&by.field(), values.iter().map(String::as_str), false)?
                }
                to => Selector::Related { by: by.clone(), to: Box::new(to.within(None)?.normalized()) },
            },
            Self::Given(text) => Selector::parse(text)?,
            // Whoever cannot put anything here asks.
            Self::Shown => Selector::All,
        })
    }
}

/// A number as it is, everything else as a text.
fn typed(field: &Field, value: &str) -> String {
    let number = field.ty().is_number() || matches!(field, Field::Created) || value.parse::<f64>().is_ok();
    if number { value.to_owned() } else { Value::text(value).to_string() }
}

fn negated(selector: Selector, not: bool) -> Selector {
    if not { Selector::Not(Box::new(selector)) } else { selector }
}

fn texts<'a>(field: &Field, values: impl Iterator<Item = &'a str>, not: bool) -> Result<Selector, SyntaxError> {
    let mut values: Vec<&str> = values.collect();
    // Words of a vocabulary stand in its order.
    let order = |word: &str| match field {
        Field::Kind => Kind::ALL.iter().position(|known| known.as_str() == word),
        Field::Env => Env::ALL.iter().position(|known| known.as_str() == word),
        _ => None,
    };
    values.sort_by_key(|word| order(word));
    match values.as_slice() {
        [one] => Selector::compare(field.clone(), if not { Op::Ne } else { Op::Eq }, one),
        many => Ok(negated(Selector::one_of(field.clone(), many.iter().copied())?, not)),
    }
}

/// Several values of one field are one list, where the first of them stands.
fn alternatives(parts: Vec<Selector>) -> Selector {
    let listed = |part: &Selector| match part {
        Selector::Compare { field, op: Op::Eq, value } => Some((field.clone(), vec![value.clone()])),
        Selector::In { field, values } => Some((field.clone(), values.clone())),
        _ => None,
    };
    let mut kept: Vec<Selector> = Vec::new();
    for part in parts {
        let known = listed(&part).and_then(|(field, values)| {
            let at = kept.iter().position(|known| listed(known).is_some_and(|(of, _)| of == field))?;
            Some((at, field, values))
        });
        let Some((at, field, more)) = known else {
            kept.push(part);
            continue;
        };
        let mut values = listed(&kept[at]).map(|(_, values)| values).unwrap_or_default();
        values.extend(more.into_iter().filter(|value| !values.contains(value)).collect::<Vec<_>>());
        kept[at] = Selector::In { field, values };
    }
    if kept.len() == 1 { kept.remove(0) } else { Selector::Or(kept) }
}

/// Several exclusions of one field are one list.
fn exclusions(parts: Vec<Selector>) -> Vec<Selector> {
    let mut kept: Vec<Selector> = Vec::new();
    let mut gone: Vec<(Field, Vec<Value>)> = Vec::new();
    for part in parts {
        let (field, values) = match part {
            Selector::Compare { field, op: Op::Ne, value } => (field, vec![value]),
            Selector::Not(inner) => match *inner {
                Selector::In { field, values } => (field, values),
                other => {
                    kept.push(Selector::Not(Box::new(other)));
                    continue;
                }
            },
            other => {
                kept.push(other);
                continue;
            }
        };
        match gone.iter_mut().find(|(known, _)| *known == field) {
            Some((_, known)) => known.extend(values),
            None => gone.push((field, values)),
        }
    }
    kept.extend(gone.into_iter().map(|(field, mut values)| match (values.pop(), values.is_empty()) {
        (Some(value), true) => Selector::Compare { field, op: Op::Ne, value },
        (last, _) => Selector::Not(Box::new(Selector::In { field, values: values.into_iter().chain(last).collect() })),
    }));
    kept
}

/// The order in which conditions are written.
fn rank(selector: &Selector) -> usize {
    const FIELDS: &[Field] = &[
        Field::Cloud,
        Field::Kind,
        Field::Type,
        Field::Service,
        Field::Engine,
        Field::Account,
        Field::Region,
        Field::Zone,
        Field::Geo,
        Field::Env,
        Field::Group,
        Field::Network,
        Field::Linked,
        Field::Name,
        Field::Id,
        Field::State,
        Field::RawState,
        Field::Size,
        Field::Capacity,
        Field::Memory,
        Field::Created,
        Field::Age,
        Field::Cost,
        Field::Cpu,
        Field::Text,
    ];
    let of_field = |field: &Field| match field {
        Field::Rel(_) => 12,
        other => FIELDS.iter().position(|known| known == other).unwrap_or(FIELDS.len()),
    };
    match selector {
        Selector::Compare { field, .. } | Selector::In { field, .. } | Selector::Exists(field) => of_field(field),
        Selector::Not(inner) if !matches!(**inner, Selector::And(_) | Selector::Or(_) | Selector::Not(_)) => rank(inner),
        Selector::Flag(_) => FIELDS.len() + 1,
        Selector::Related { .. } => FIELDS.len() + 2,
        _ => FIELDS.len() + 3,
    }
}
