//! A selector as a filter of the search engine, exact in three-valued logic.
//!
//! For each part there are two filters: what it holds for, and what it certainly does not hold for; unknown is in
//! neither. NOT swaps the two. What the engine cannot tell exactly (`~`, order of tags, times finer than its own) is
//! resolved to ids by holding the selector against the resources that the rest of it lets through.

use escher_core::selector::{Field, FieldType, Op, Value};
use escher_core::{Flag, Resource, Result, Selector, fuzzy};
use jiff::Timestamp;
use qdrant_edge::external::ordered_float::OrderedFloat;
use qdrant_edge::{Condition, FieldCondition, Filter, IsEmptyCondition, Match, PointId, Range};

use super::edge::{has_ids, path_of};
use super::point::{key, last_backup, micros, tag, tag_key, time_text};

/// A backup counts for seven days.
const BACKUP_NANOS: i128 = 7 * 86_400 * 1_000_000_000;

/// A condition on points.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Everything,
    Nothing,
    Leaf(Box<Condition>),
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
}

impl Node {
    fn leaf(condition: Condition) -> Self {
        Self::Leaf(Box::new(condition))
    }

    fn field(condition: FieldCondition) -> Self {
        Self::leaf(Condition::Field(condition))
    }

    pub(crate) fn is(key: &str, value: impl Into<String>) -> Self {
        Self::field(FieldCondition::new_match(path_of(key), Match::from(value.into())))
    }

    pub(crate) fn is_any(key: &str, values: Vec<String>) -> Self {
        if values.is_empty() { Self::Nothing } else { Self::field(FieldCondition::new_match(path_of(key), Match::from(values))) }
    }

    pub(crate) fn flag(key: &str, value: bool) -> Self {
        Self::field(FieldCondition::new_match(path_of(key), Match::from(value)))
    }

    pub(crate) fn told(key: &str) -> Self {
        Self::leaf(Condition::IsEmpty(IsEmptyCondition::from(path_of(key)))).not()
    }

    pub(crate) fn ids(ids: Vec<PointId>) -> Self {
        if ids.is_empty() { Self::Nothing } else { Self::leaf(has_ids(ids)) }
    }

    pub(crate) fn not(self) -> Self {
        match self {
            Self::Everything => Self::Nothing,
            Self::Nothing => Self::Everything,
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    pub(crate) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::Everything => {}
                Self::Nothing => return Self::Nothing,
                Self::All(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        match kept.len() {
            0 => Self::Everything,
            1 => kept.remove(0),
            _ => Self::All(kept),
        }
    }

    pub(crate) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::all(parts.into_iter().map(Self::not)).not_all()
    }

    /// The opposite of a conjunction of opposites: a disjunction.
    fn not_all(self) -> Self {
        match self {
            Self::All(parts) => Self::Any(parts.into_iter().map(Self::not).collect()),
            other => other.not(),
        }
    }

    fn condition(self) -> Condition {
        match self {
            Self::Leaf(condition) => *condition,
            other => Condition::Filter(other.filter().unwrap_or_default()),
        }
    }

    /// The filter; `None` where it lets everything through.
    pub(crate) fn filter(self) -> Option<Filter> {
        let many = |parts: Vec<Self>| Some(parts.into_iter().map(Self::condition).collect());
        Some(match self {
            Self::Everything => return None,
            Self::Nothing => Filter::new_must(has_ids([])),
            Self::Leaf(condition) => Filter::new_must(*condition),
            Self::All(parts) => Filter { must: many(parts), ..Filter::default() },
            Self::Any(parts) => Filter { should: many(parts), ..Filter::default() },
            Self::Not(inner) => Filter::new_must_not(inner.condition()),
        })
    }
}

/// Finds the points within a condition whose resources pass a test.
pub(crate) type Resolve<'a> = &'a dyn Fn(Node, &dyn Fn(&Resource) -> bool) -> Result<Vec<PointId>>;

/// Whether points have all that a selector asks for. They do not have attributes, relations by name, the clouds' own
/// words for states, nor who is around a resource: those are the store's to select.
pub(crate) fn answers(selector: &Selector) -> bool {
    selector.leaves().into_iter().all(|leaf| match leaf {
        Selector::Compare { field, .. } | Selector::In { field, .. } | Selector::Exists(field) => {
            !matches!(field, Field::Attr(_) | Field::Rel(_) | Field::RawState)
        }
        Selector::Related { .. } => false,
        _ => true,
    })
}

/// What a selector that is answered admits at `now`.
pub(crate) fn admitted(selector: &Selector, now: Timestamp, resolve: Resolve<'_>) -> Result<Node> {
    let compiler = Compiler { now, resolve };
    if selector.leaves().into_iter().all(is_native) {
        return compiler.node(selector, true);
    }
    let native = selector.conjuncts().iter().filter(|part| part.leaves().into_iter().all(is_native));
    let bound = Node::all(native.map(|part| compiler.node(part, true)).collect::<Result<Vec<_>>>()?);
    resolve(bound, &|resource| selector.matches(resource, now) == Some(true)).map(Node::ids)
}

fn is_native(leaf: &Selector) -> bool {
    match leaf {
        Selector::Compare { field, op, .. } => {
            let order = matches!(op, Op::Lt | Op::Le | Op::Gt | Op::Ge);
            *field != Field::Text && *op != Op::Like && !(order && is_text(field.ty()))
        }
        Selector::In { field, .. } | Selector::Exists(field) => *field != Field::Text,
        _ => true,
    }
}

fn is_text(ty: FieldType) -> bool {
    matches!(ty, FieldType::Text | FieldType::Word | FieldType::Tag | FieldType::Search)
}

/// A span of time and how a point in time is held against it.
struct When {
    key: &'static str,
    /// At or after, in nanoseconds.
    from: Option<i128>,
    /// Before, in nanoseconds.
    until: Option<i128>,
}

struct Compiler<'a> {
    now: Timestamp,
    resolve: Resolve<'a>,
}

impl Compiler<'_> {
    /// What the selector is certainly true of (`want`), or certainly false of.
    fn node(&self, selector: &Selector, want: bool) -> Result<Node> {
        let each = |parts: &[Selector]| parts.iter().map(|part| self.node(part, want)).collect::<Result<Vec<_>>>();
        Ok(match selector {
            Selector::All if want => Node::Everything,
            Selector::All => Node::Nothing,
            Selector::And(parts) if want => Node::all(each(parts)?),
            Selector::Or(parts) if !want => Node::all(each(parts)?),
            Selector::And(parts) | Selector::Or(parts) => Node::any(each(parts)?),
            Selector::Not(inner) => self.node(inner, !want)?,
            Selector::Compare { field, op: Op::Ne, value } => self.compare(field, Op::Eq, value, !want)?,
            Selector::Compare { field, op, value } => self.compare(field, *op, value, want)?,
            Selector::In { field, values } if is_text(field.ty()) => Self::among(field, values, want),
            Selector::In { field, values } => {
                let each = values.iter().map(|value| self.compare(field, Op::Eq, value, want)).collect::<Result<Vec<_>>>()?;
                if want { Node::any(each) } else { Node::all(each) }
            }
            Selector::Exists(field) => Self::exists(field, want),
            Selector::Flag(flag) => self.flag(*flag, want)?,
            // Not answered: unknown, which nothing is certain of.
            Selector::Related { .. } => Node::Nothing,
        })
    }

    fn told(field: &Field) -> Node {
        match field {
            Field::Tag(key) => Node::is(key::TAG_KEYS, tag_key(key)),
            Field::Age => Node::told(Field::Created.word()),
            named => Node::told(named.word()),
        }
    }

    fn exists(field: &Field, want: bool) -> Node {
        let told = Self::told(field);
        match (field, want) {
            (_, true) => told,
            // Where the source does not say which tags there are, nobody knows.
            (Field::Tag(_), false) => Node::all([Node::told(key::UNTAGGED), told.not()]),
            (_, false) => told.not(),
        }
    }

    /// Certainly true: the condition. Certainly false: the field is told and the condition does not hold.
    fn of(field: &Field, holds: Node, want: bool) -> Node {
        if want { holds } else { Node::all([Self::told(field), holds.not()]) }
    }

    fn among(field: &Field, values: &[Value], want: bool) -> Node {
        if values.is_empty() {
            return if want { Node::Nothing } else { Node::Everything };
        }
        let plain = values.iter().map(Value::plain);
        let holds = match field {
            Field::Tag(key) => Node::is_any(key::TAGS, plain.map(|value| tag(key, &value)).collect()),
            named => Node::is_any(named.word(), plain.map(|value| fuzzy::fold(&value)).collect()),
        };
        Self::of(field, holds, want)
    }

    fn compare(&self, field: &Field, op: Op, value: &Value, want: bool) -> Result<Node> {
        let (span, op) = match field.ty() {
            ty if is_text(ty) => return Ok(Self::among(field, std::slice::from_ref(value), want)),
            FieldType::Days => {
                // Older is earlier.
                let op = match op {
                    Op::Lt => Op::Gt,
                    Op::Le => Op::Ge,
                    Op::Gt => Op::Lt,
                    Op::Ge => Op::Le,
                    same => same,
                };
                (value.born(self.now).map(|born| (born.as_nanosecond(), born.as_nanosecond() + 1)), op)
            }
            FieldType::Time => (value.span().map(|(from, until)| (from.as_nanosecond(), until.as_nanosecond())), op),
            _ => return Ok(value.number(field).map_or(Node::Nothing, |number| Self::of(field, number_node(field, op, number), want))),
        };
        let Some((start, end)) = span else { return Ok(Node::Nothing) };
        let (from, until) = match op {
            Op::Eq | Op::Ne | Op::Like => (Some(start), Some(end)),
            Op::Lt => (None, Some(start)),
            Op::Le => (None, Some(end)),
            Op::Gt => (Some(end), None),
            Op::Ge => (Some(start), None),
        };
        let when = When { key: "created", from, until };
        Ok(Self::of(field, self.time(&when, &|resource| resource.created)?, want))
    }

    /// The index keeps microseconds. What lies in the very microsecond of a bound finer than that is looked at
    /// closely; that is hardly ever anything.
    fn time(&self, when: &When, read: &dyn Fn(&Resource) -> Option<Timestamp>) -> Result<Node> {
        let fine = |bound: Option<i128>| bound.filter(|nanos| nanos.rem_euclid(1000) != 0).map(micros);
        let mut range = Range { lt: None, gt: None, gte: None, lte: None };
        let time = |micros: i128| time_text(micros).parse().ok();
        if let Some(from) = when.from {
            let slot = if fine(when.from).is_some() { &mut range.gt } else { &mut range.gte };
            *slot = time(micros(from));
        }
        if let Some(until) = when.until {
            range.lt = time(micros(until));
        }
        let coarse = Node::field(FieldCondition::new_datetime_range(path_of(when.key), range));
        let mut parts = vec![coarse];
        for cell in [fine(when.from), fine(when.until)].into_iter().flatten() {
            let range = Range { lt: None, gt: None, gte: time(cell), lte: time(cell) };
            let within = |resource: &Resource| {
                read(resource)
                    .map(|at| at.as_nanosecond())
                    .is_some_and(|at| when.from.is_none_or(|from| at >= from) && when.until.is_none_or(|until| at < until))
            };
            let cell = Node::field(FieldCondition::new_datetime_range(path_of(when.key), range));
            parts.push(Node::ids((self.resolve)(cell, &within)?));
        }
        Ok(Node::any(parts))
    }

    fn flag(&self, flag: Flag, want: bool) -> Result<Node> {
        if flag != Flag::BackedUp {
            return Ok(Node::flag(flag.as_str(), want));
        }
        let when = When { key: key::BACKUP, from: Some(self.now.as_nanosecond() - BACKUP_NANOS + 1), until: None };
        let recent = self.time(&when, &last_backup)?;
        let automatic = Node::flag(key::AUTO_BACKUPS, want);
        Ok(if want { Node::any([automatic, recent]) } else { Node::all([automatic, Node::told(key::BACKUP), recent.not()]) })
    }
}

fn number_node(field: &Field, op: Op, number: f64) -> Node {
    let bound = Some(OrderedFloat(number + 0.0));
    let mut range = Range { lt: None, gt: None, gte: None, lte: None };
    match op {
        Op::Eq | Op::Ne | Op::Like => (range.gte, range.lte) = (bound, bound),
        Op::Lt => range.lt = bound,
        Op::Le => range.lte = bound,
        Op::Gt => range.gt = bound,
        Op::Ge => range.gte = bound,
    }
    Node::field(FieldCondition::new_range(path_of(field.word()), range))
}
