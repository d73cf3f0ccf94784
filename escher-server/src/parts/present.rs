//! The presenter: what was understood, as a frame.

use escher_core::selector::{Field, Op, SyntaxError};
use escher_core::{Clarify, CloudId, Constraint, Engine, Flag, Frame, Intent, Kind, Selector};
use serde_json::{Value, json};

use crate::goal;
use crate::scene::{Ask, Mood, Scene};

/// The order in which conditions are written.
fn rank(selector: &Selector) -> usize {
    let of_field = |field: &Field| match field {
        Field::Cloud => 0,
        Field::Kind => 1,
        Field::Type => 2,
        Field::Service => 3,
        Field::Engine => 4,
        Field::Account => 5,
        Field::Region => 6,
        Field::Zone => 7,
        Field::Geo => 8,
        Field::Env => 9,
        Field::Group => 10,
        Field::Network => 11,
        Field::Linked | Field::Rel(_) => 12,
        Field::Name => 13,
        Field::Id => 14,
        Field::State | Field::RawState => 15,
        Field::Size => 16,
        Field::Capacity => 17,
        Field::Memory => 18,
        Field::Created => 19,
        Field::Age => 20,
        Field::Cost => 21,
        Field::Cpu => 22,
        Field::Text => 23,
        Field::Tag(_) | Field::Attr(_) => 24,
    };
    match selector {
        Selector::Compare { field, .. } | Selector::In { field, .. } | Selector::Exists(field) => of_field(field),
        Selector::Not(inner) if !matches!(**inner, Selector::And(_) | Selector::Or(_) | Selector::Not(_)) => rank(inner),
        Selector::Flag(_) => 25,
        Selector::Related { .. } => 26,
        _ => 27,
    }
}

/// The selector that the findings make.
///
/// # Errors
/// Where a finding is no condition of the language.
pub(crate) fn selector(scene: &Scene<'_>) -> Result<Selector, SyntaxError> {
    let mut parts: Vec<Selector> = Vec::new();
    kinds(scene, &mut parts)?;
    fields(scene, &mut parts)?;
    flags(scene, &mut parts);
    for found in &scene.found {
        match &found.ask {
            Ask::Given(selector) if found.negated => parts.push(!selector.clone()),
            Ask::Given(selector) => parts.extend(selector.conjuncts().iter().cloned()),
            Ask::Like(field, value) => {
                let like = Selector::compare(field.clone(), Op::Like, value)?;
                parts.push(if found.negated { !like } else { like });
            }
            Ask::Compare(field, op, value) => {
                let compare = Selector::parse(&format!("{field} {op} {value}"))?;
                parts.push(if found.negated { !compare } else { compare });
            }
            Ask::Exists(field) => {
                let exists = Selector::Exists(field.clone());
                parts.push(if found.negated { !exists } else { exists });
            }
            _ => {}
        }
    }
    let mut unique: Vec<Selector> = Vec::new();
    for part in parts.into_iter().map(plain) {
        if part != Selector::All && !unique.contains(&part) {
            unique.push(part);
        }
    }
    unique.sort_by_key(rank);
    Ok(Selector::And(unique).normalised())
}

/// A negated comparison as the opposite one, which means the same, unknowns included.
fn plain(part: Selector) -> Selector {
    let Selector::Not(inner) = part else { return part };
    match *inner {
        Selector::Compare { field, op, value } => {
            let number = field.ty().is_number();
            let opposite = match op {
                Op::Eq => Some(Op::Ne),
                Op::Ne => Some(Op::Eq),
                Op::Lt if number => Some(Op::Ge),
                Op::Le if number => Some(Op::Gt),
                Op::Gt if number => Some(Op::Le),
                Op::Ge if number => Some(Op::Lt),
                _ => None,
            };
            match opposite {
                Some(op) => Selector::Compare { field, op, value },
                None => Selector::Not(Box::new(Selector::Compare { field, op, value })),
            }
        }
        other => Selector::Not(Box::new(other)),
    }
}

/// Kinds, and the clouds and engines that product names set.
fn kinds(scene: &Scene<'_>, parts: &mut Vec<Selector>) -> Result<(), SyntaxError> {
    let mut named: Vec<(Kind, Option<CloudId>, Option<Engine>)> = Vec::new();
    let mut never: Vec<Kind> = Vec::new();
    for found in &scene.found {
        let Ask::Kind(kind, cloud, engine) = found.ask else { continue };
        if found.negated {
            never.push(kind);
        } else if !named.contains(&(kind, cloud, engine)) {
            named.push((kind, cloud, engine));
        }
    }
    // A product says more than the everyday word beside it: “RDS databases”.
    let specific: Vec<Kind> = named.iter().filter(|(_, cloud, _)| cloud.is_some()).map(|&(kind, ..)| kind).collect();
    named.retain(|(kind, cloud, _)| cloud.is_some() || !specific.contains(kind));
    // “Firestore databases” are what the product is.
    if specific.iter().any(|kind| matches!(kind, Kind::Nosql | Kind::Warehouse | Kind::Cache)) && !scene.says(&["and", "or", "&"]) {
        named.retain(|&(kind, cloud, engine)| cloud.is_some() || engine.is_some() || kind != Kind::Database);
    }
    if named.is_empty() {
        named.extend(kind_of_engine(scene).map(|kind| (kind, None, None)));
    }
    if !never.is_empty() {
        let words: Vec<&str> = never.iter().map(|kind| kind.as_str()).collect();
        parts.push(match words.as_slice() {
            [one] => Selector::compare(Field::Kind, Op::Ne, one)?,
            many => !Selector::one_of(Field::Kind, many.iter().copied())?,
        });
    }
    let mut told: Vec<&str> = scene.values(&Field::Cloud);
    let product_clouds: Vec<Option<CloudId>> = unique(named.iter().map(|&(_, cloud, _)| cloud));
    let kind_words: Vec<&str> = unique(named.iter().map(|&(kind, ..)| kind.as_str()));
    let engines: Vec<Option<Engine>> = unique(named.iter().map(|&(.., engine)| engine));
    let one_kind = kind_words.len() <= 1;
    let uniform = product_clouds.len() <= 1 && engines.len() <= 1;
    if !told.is_empty() || uniform || one_kind {
        for cloud in product_clouds.iter().flatten() {
            if !told.contains(&cloud.as_str()) {
                told.push(cloud.as_str());
            }
        }
        parts.extend(alternatives(Field::Cloud, &unique(told.into_iter()))?);
        parts.extend(alternatives(Field::Kind, &kind_words)?);
        if let [Some(engine)] = engines.as_slice()
            && !scene.values(&Field::Engine).contains(&engine.as_str())
        {
            parts.push(Selector::compare(Field::Engine, Op::Eq, engine.as_str())?);
        }
        return Ok(());
    }
    // Products of different clouds and kinds, “S3 buckets and AKS clusters”, are no simple conjunction.
    let mut branches = Vec::new();
    for (kind, cloud, engine) in named {
        let mut branch = Vec::new();
        if let Some(cloud) = cloud {
            branch.push(Selector::compare(Field::Cloud, Op::Eq, cloud.as_str())?);
        }
        branch.push(Selector::compare(Field::Kind, Op::Eq, kind.as_str())?);
        if let Some(engine) = engine {
            branch.push(Selector::compare(Field::Engine, Op::Eq, engine.as_str())?);
        }
        branches.push(Selector::And(branch).normalised());
    }
    parts.push(Selector::Or(branches).normalised());
    Ok(())
}

fn unique<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut unique = Vec::new();
    for value in values {
        if !unique.contains(&value) {
            unique.push(value);
        }
    }
    unique
}

/// “All postgres in prod” are databases.
fn kind_of_engine(scene: &Scene<'_>) -> Option<Kind> {
    let kinds = unique(scene.values(&Field::Engine).into_iter().map(|engine| match engine {
        "redis" | "memcached" => Some(Kind::Cache),
        "mongodb" | "cassandra" => Some(Kind::Nosql),
        _ => Some(Kind::Database),
    }));
    let given = scene.found.iter().any(|found| matches!(found.ask, Ask::Given(_)));
    let named = scene.mood == Mood::Order && scene.found.iter().any(|found| matches!(found.ask, Ask::Is(Field::Name | Field::Id, _)));
    match kinds.as_slice() {
        [one] if !given && !named => *one,
        _ => None,
    }
}

/// `=` for one value, IN for several.
fn alternatives(field: Field, values: &[&str]) -> Result<Option<Selector>, SyntaxError> {
    Ok(match values {
        [] => None,
        [one] => Some(Selector::compare(field, Op::Eq, one)?),
        many => Some(Selector::one_of(field, many.iter().copied())?),
    })
}

/// Fields with values, alternatives of one field together.
fn fields(scene: &Scene<'_>, parts: &mut Vec<Selector>) -> Result<(), SyntaxError> {
    let mut seen: Vec<(&Field, bool, Vec<&str>)> = Vec::new();
    for found in &scene.found {
        let (field, values): (&Field, Vec<&str>) = match &found.ask {
            // Clouds are written with the kinds.
            Ask::Is(Field::Cloud, _) if !found.negated => continue,
            Ask::Is(field, value) => (field, vec![value]),
            Ask::OneOf(field, values) => (field, values.iter().map(String::as_str).collect()),
            _ => continue,
        };
        match seen.iter_mut().find(|(known, negated, _)| *known == field && *negated == found.negated) {
            Some((.., known)) => {
                for value in values {
                    if !known.contains(&value) {
                        known.push(value);
                    }
                }
            }
            None => seen.push((field, found.negated, values)),
        }
    }
    for (field, negated, values) in seen {
        let values: Vec<&str> = values.into_iter().take(64).collect();
        parts.extend(match (negated, values.as_slice()) {
            (false, values) => alternatives(field.clone(), values)?,
            (true, [one]) => Some(Selector::compare(field.clone(), Op::Ne, one)?),
            (true, many) => Some(!Selector::one_of(field.clone(), many.iter().copied())?),
        });
    }
    Ok(())
}

fn flags(scene: &Scene<'_>, parts: &mut Vec<Selector>) {
    for &flag in Flag::ALL {
        let wanted: Vec<bool> = unique(scene.found.iter().filter_map(|found| match found.ask {
            Ask::Flag(known, value) if known == flag => Some(value != found.negated),
            _ => None,
        }));
        match wanted.as_slice() {
            [true] => parts.push(Selector::Flag(flag)),
            [false] => parts.push(Selector::Not(Box::new(Selector::Flag(flag)))),
            // “Encrypted and unencrypted” are all.
            _ => {}
        }
    }
}

/// The top-level conjunction, flattened; `None` for a part that cannot be.
pub(crate) fn constraint(part: &Selector) -> Option<Constraint> {
    let new = |field: String, op: &str, value: Value| Some(Constraint { field, op: op.to_owned(), value });
    let list = |values: &[escher_core::selector::Value]| Value::Array(values.iter().map(value).collect());
    match part {
        Selector::Compare { field, op, value: v } => new(field.to_string(), op.as_str(), value(v)),
        Selector::In { field, values } => new(field.to_string(), "IN", list(values)),
        Selector::Exists(field) => new(field.to_string(), "EXISTS", json!(true)),
        Selector::Flag(flag) => new(flag.to_string(), "=", json!(true)),
        Selector::Related { by, to } => new(by.to_string(), "IN", nested(to)),
        Selector::Not(inner) => match &**inner {
            Selector::Flag(flag) => new(flag.to_string(), "=", json!(false)),
            Selector::Exists(field) => new(field.to_string(), "EXISTS", json!(false)),
            Selector::In { field, values } => new(field.to_string(), "NOT IN", list(values)),
            Selector::Related { by, to } => new(by.to_string(), "NOT IN", nested(to)),
            Selector::Compare { field, op: Op::Like, value: v } => new(field.to_string(), "NOT ~", value(v)),
            Selector::Compare { field, op: Op::Eq, value: v } => new(field.to_string(), "!=", value(v)),
            _ => None,
        },
        _ => None,
    }
}

/// A nested selector as a constraint's value.
fn nested(to: &Selector) -> Value {
    json!({ "selector": to })
}

fn value(value: &escher_core::selector::Value) -> Value {
    use escher_core::selector::{Unit, Value as V};
    match value {
        V::Number(quantity) if quantity.unit == Unit::Bare => {
            let amount = quantity.amount;
            if amount.fract() == 0.0 && amount.abs() < 9e15 { json!(amount as i64) } else { json!(amount) }
        }
        other => json!(other.plain()),
    }
}

/// The frame.
pub(crate) fn frame(mut scene: Scene<'_>) -> Frame {
    let intent = scene.intent.unwrap_or(Intent::Unknown);
    let mut frame = Frame::new(intent);
    if matches!(intent, Intent::Unknown | Intent::Smalltalk) {
        frame.confidence = if scene.note.is_some() || intent == Intent::Smalltalk { 0.9 } else { 0.5 };
        frame.note = scene.note.take();
        return frame;
    }
    // What the validator has not seen, an answer can do without: a condition that is none is left out.
    let selector = selector(&scene).unwrap_or_else(|_| {
        scene.found.retain(|found| !matches!(found.ask, Ask::Compare(..) | Ask::Like(..)));
        selector(&scene).unwrap_or(Selector::All)
    });
    for part in selector.conjuncts() {
        match constraint(part) {
            Some(constraint) => frame.constraints.push(constraint),
            None => frame.complete = false,
        }
    }
    frame.selector = selector.to_string();
    frame.action = action(&scene, intent);
    let changes = matches!(intent, Intent::Act | Intent::Schedule);
    if changes {
        frame.params = std::mem::take(&mut scene.params);
    }
    if !changes {
        frame.group_by = std::mem::take(&mut scene.group_by);
    }
    frame.period = scene.period.take();
    frame.schedule = scene.schedule.take().filter(|_| intent == Intent::Schedule);
    frame.sort = scene.sort.take().filter(|_| !changes);
    frame.limit = scene.limit.filter(|_| !changes);
    frame.confidence = confidence(&scene, intent, !selector.conjuncts().is_empty());
    let asked = std::mem::take(&mut scene.doubts).into_iter().next();
    frame.clarify = asked.map(|doubt| Clarify { question: goal::capital(doubt.question), ..doubt });
    frame.note = scene.note.take();
    frame
}

fn action(scene: &Scene<'_>, intent: Intent) -> Option<String> {
    let verb = scene.verb?;
    let kinds = scene.kinds();
    if !matches!(intent, Intent::Act | Intent::Schedule | Intent::Explain) || scene.strange_verb.is_some() {
        return None;
    }
    match kinds.as_slice() {
        [kind] => Some(format!("{kind}.{verb}")),
        [] => match kind_of_engine(scene) {
            Some(kind) => Some(format!("{kind}.{verb}")),
            None => Some(format!("*.{verb}")),
        },
        _ => Some(format!("*.{verb}")),
    }
}

/// How sure the frame is: less for mended words, free words and questions back.
fn confidence(scene: &Scene<'_>, intent: Intent, told: bool) -> f64 {
    let mut sure: f64 = 0.97;
    sure -= 0.04 * scene.mended.min(4) as f64;
    sure -= 0.12 * scene.left.len().min(3) as f64;
    if !scene.doubts.is_empty() {
        sure -= 0.3;
    }
    if !told && matches!(intent, Intent::Find | Intent::Describe | Intent::Explain) {
        sure -= 0.2;
    }
    (sure.clamp(0.1, 0.99) * 100.0).round() / 100.0
}
