//! A selector as a filter of the search engine, exact in three-valued logic.
//!
//! For each part there are two filters: what it holds for, and what it certainly does not hold for; unknown is in
//! neither. NOT swaps the two. Where a bound is finer than the engine's own numbers, what is near it is resolved to ids.

use std::collections::BTreeSet;

use escher_core::selector::{Field, FieldType, Op, Value};
use escher_core::{Flag, Result, Selector, fuzzy};
use jiff::Timestamp;
use qdrant_edge::{Condition, FieldCondition, Filter, Match, PointId};

use super::edge::has_ids;
use super::engine::path_of;
use super::key;
use super::marks;
use super::numbers::{self, Scale};
use super::point::{tag, tag_key};

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

    /// A field has this text.
    pub(crate) fn is(field: &str, text: &str) -> Self {
        Self::marked(marks::list_of(field), vec![marks::is(field, text)])
    }

    /// A field has one of these texts.
    pub(crate) fn is_any<T: AsRef<str>>(field: &str, texts: &[T]) -> Self {
        Self::marked(marks::list_of(field), texts.iter().map(|text| marks::is(field, text.as_ref())).collect())
    }

    /// One of these texts is the name or the id, in the forms in which a person's words are held against them.
    pub(crate) fn exact<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        Self::marked(marks::REST, texts.flat_map(exact_marks).collect())
    }

    /// A list has one of these marks.
    pub(crate) fn marked(list: &str, marks: Vec<i64>) -> Self {
        match marks[..] {
            [] => Self::Nothing,
            [mark] => Self::field(FieldCondition::new_match(path_of(list), Match::from(mark))),
            _ => Self::field(FieldCondition::new_match(path_of(list), Match::from(marks))),
        }
    }

    pub(crate) fn flag(flag: &str, value: bool) -> Self {
        Self::marked(marks::WHAT, vec![marks::flag(flag, value)])
    }

    fn reported(field: &Field) -> Self {
        match field {
            Field::Tag(key) => Self::is(key::TAG_KEYS, &tag_key(key)),
            named => match Scale::of(named) {
                Some(scale) => Self::within(scale.cells(None, None)),
                None => Self::marked(marks::list_of(named.word()), vec![marks::unreported(named.word())]).not(),
            },
        }
    }

    /// A number or a time is in one of these cells.
    fn within(cells: std::ops::Range<i64>) -> Self {
        if cells.is_empty() { Self::Nothing } else { Self::field(numbers::within(&cells)) }
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

    /// The filter; `None` if it lets everything through.
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

/// The marks of a text that is a name or an id.
pub(crate) fn exact_marks(text: &str) -> [i64; 3] {
    [Field::Id.word(), Field::Name.word(), key::PLAIN].map(|field| marks::is(field, text))
}

/// Finds the points within a condition of which what is finer than the engine's numbers, under a key, passes a test.
pub(crate) type Resolve<'a> = &'a dyn Fn(Node, &str, &dyn Fn(i128) -> bool) -> Result<Vec<PointId>>;

/// Whether points have all that a selector asks for. They do not have attributes, relations by name, the clouds' own
/// words for states, nor who is around a resource; and of texts they only know whether they are equal. All else is the
/// store's to select.
pub(crate) fn answers(selector: &Selector) -> bool {
    selector.leaves().into_iter().all(|leaf| match leaf {
        Selector::Compare { field, op, .. } => {
            let order = matches!(op, Op::Lt | Op::Le | Op::Gt | Op::Ge);
            has(field) && *op != Op::Like && !(order && is_text(field.ty()))
        }
        Selector::In { field, .. } | Selector::Exists(field) => has(field),
        Selector::Related { .. } => false,
        _ => true,
    })
}

fn has(field: &Field) -> bool {
    !matches!(field, Field::Attr(_) | Field::Rel(_) | Field::RawState | Field::Text)
}

/// What a selector that is answered admits at `now`.
pub(crate) fn admitted(selector: &Selector, now: Timestamp, resolve: Resolve<'_>) -> Result<Node> {
    Compiler { now, resolve }.node(selector, true)
}

fn is_text(ty: FieldType) -> bool {
    matches!(ty, FieldType::Text | FieldType::Word | FieldType::Tag | FieldType::Search)
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

    fn exists(field: &Field, want: bool) -> Node {
        let reported = Node::reported(field);
        match (field, want) {
            (_, true) => reported,
            // Where the source does not say which tags there are, nobody knows.
            (Field::Tag(_), false) => Node::all([Node::any([true, false].map(|value| Node::flag(key::UNTAGGED, value))), reported.not()]),
            (_, false) => reported.not(),
        }
    }

    /// Certainly true: the condition. Certainly false: the field is reported and the condition does not hold.
    fn of(field: &Field, holds: Node, want: bool) -> Node {
        if want { holds } else { Node::all([Node::reported(field), holds.not()]) }
    }

    fn among(field: &Field, values: &[Value], want: bool) -> Node {
        if values.is_empty() {
            return if want { Node::Nothing } else { Node::Everything };
        }
        let plain = values.iter().map(Value::plain);
        let holds = match field {
            Field::Tag(key) => Node::is_any(key::TAGS, &plain.map(|value| tag(key, &value)).collect::<Vec<_>>()),
            named => Node::is_any(named.word(), &plain.map(|value| fuzzy::fold(&value)).collect::<Vec<_>>()),
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
                (value.born(self.now).map(time).map(|born| (born, born + 1)), op)
            }
            FieldType::Time => (value.span().map(|(from, until)| (time(from), time(until))), op),
            _ => (value.number(field).map(numbers::number).map(|number| (number, number + 1)), op),
        };
        let (Some(scale), Some((start, end))) = (Scale::of(field), span) else { return Ok(Node::Nothing) };
        let holds = match op {
            Op::Eq | Op::Ne | Op::Like => self.between(scale, Some(start), Some(end)),
            Op::Lt => self.between(scale, None, Some(start)),
            Op::Le => self.between(scale, None, Some(end)),
            Op::Gt => self.between(scale, Some(end), None),
            Op::Ge => self.between(scale, Some(start), None),
        };
        Ok(Self::of(field, holds?, want))
    }

    /// At or after one value and before another. What lies in the very cell of a bound is looked at closely; that is
    /// hardly ever much.
    fn between(&self, scale: Scale, from: Option<i128>, until: Option<i128>) -> Result<Node> {
        let mut parts = vec![Node::within(scale.cells(from, until))];
        let split: BTreeSet<i64> = [from, until].into_iter().flatten().filter_map(|bound| scale.split(bound)).collect();
        for cell in split {
            let within = |fine: i128| {
                let value = scale.value(cell, fine);
                from.is_none_or(|from| value >= from) && until.is_none_or(|until| value < until)
            };
            parts.push(Node::ids((self.resolve)(Node::within(cell..cell + 1), scale.fine, &within)?));
        }
        Ok(Node::any(parts))
    }

    fn flag(&self, flag: Flag, want: bool) -> Result<Node> {
        if flag != Flag::BackedUp {
            return Ok(Node::flag(flag.as_str(), want));
        }
        let from = Some(numbers::time(self.now.as_nanosecond() - BACKUP_NANOS + 1));
        let recent = self.between(Scale::BACKUP, from, None)?;
        let reported = Node::within(Scale::BACKUP.cells(None, None));
        let automatic = Node::flag(key::AUTO_BACKUPS, want);
        Ok(if want { Node::any([automatic, recent]) } else { Node::all([automatic, reported, recent.not()]) })
    }
}

fn time(at: Timestamp) -> i128 {
    numbers::time(at.as_nanosecond())
}
