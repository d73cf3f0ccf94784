//! A selector as a filter of the search engine, exact in three-valued logic.
//!
//! For each part there are two filters: what it holds for, and what it certainly does not hold for; unknown is in
//! neither. NOT swaps the two. Times finer than the engine's own are resolved to ids.

use escher_core::selector::{Field, FieldType, Op, Value};
use escher_core::{Flag, Result, Selector, fuzzy};
use jiff::Timestamp;
use qdrant_edge::external::ordered_float::OrderedFloat;
use qdrant_edge::{Condition, FieldCondition, Filter, IsEmptyCondition, Match, PointId, Range};

use super::edge::has_ids;
use super::engine::path_of;
use super::marks;
use super::point::{key, micros, tag, tag_key, time_text};

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
            Field::Age => Self::present(Field::Created.word()),
            named if is_text(named.ty()) => Self::marked(marks::list_of(named.word()), vec![marks::unreported(named.word())]).not(),
            named => Self::present(named.word()),
        }
    }

    /// A number or a time is there.
    fn present(key: &str) -> Self {
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

/// The marks of a text that is a name or an id.
pub(crate) fn exact_marks(text: &str) -> [i64; 3] {
    [Field::Id.word(), Field::Name.word(), key::PLAIN].map(|field| marks::is(field, text))
}

/// Finds the points within a condition whose nanoseconds beyond the microsecond, under a key, pass a test.
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

/// A span of time and how a point in time is held against it.
struct When {
    key: &'static str,
    /// Where the nanoseconds beyond its microsecond are.
    fine: &'static str,
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
        let when = When { key: "created", fine: key::CREATED_FINE, from, until };
        Ok(Self::of(field, self.time(&when)?, want))
    }

    /// The index keeps microseconds. What lies in the very microsecond of a bound finer than that is looked at
    /// closely; that is hardly ever anything.
    fn time(&self, when: &When) -> Result<Node> {
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
            let within = |beyond: i128| {
                let at = cell * 1000 + beyond;
                when.from.is_none_or(|from| at >= from) && when.until.is_none_or(|until| at < until)
            };
            let cell = Node::field(FieldCondition::new_datetime_range(path_of(when.key), range));
            parts.push(Node::ids((self.resolve)(cell, when.fine, &within)?));
        }
        Ok(Node::any(parts))
    }

    fn flag(&self, flag: Flag, want: bool) -> Result<Node> {
        if flag != Flag::BackedUp {
            return Ok(Node::flag(flag.as_str(), want));
        }
        let from = Some(self.now.as_nanosecond() - BACKUP_NANOS + 1);
        let recent = self.time(&When { key: key::BACKUP, fine: key::BACKUP_FINE, from, until: None })?;
        let automatic = Node::flag(key::AUTO_BACKUPS, want);
        Ok(if want { Node::any([automatic, recent]) } else { Node::all([automatic, Node::present(key::BACKUP), recent.not()]) })
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
