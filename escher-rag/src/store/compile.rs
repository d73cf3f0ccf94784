//! A selector as an expression of SQL over `facts f`.
//!
//! SQL's logic is the selector's: NULL is unknown. So the expression is 1 where the selector certainly holds, 0 where it
//! certainly does not, and NULL where it is unknown, or where only the resource itself can tell (`~`, attributes): those
//! are the rows for which [`Part::ask`] holds. What several rows of another table decide is a [`Set`]. A conjunct that is
//! one stays out of the expression, see [`Compiled::apart`]; elsewhere it stands there as
//! `verdict(number of the set, f.entry)`.

use escher_core::selector::{Field, FieldType, Op, Relation, Value};
use escher_core::{Flag, Selector, fuzzy};
use jiff::{SignedDuration, Timestamp};
use rusqlite::types::Value as Sql;

use super::facts::moment;

/// The function of a set's number and an entry's.
pub(super) const VERDICT: &str = "verdict";
/// What holds of every entry.
const ALWAYS: &str = "1";
/// A backup counts for seven days.
const BACKUP_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Values of one comparison beyond which the resource itself is asked; SQLite bounds its statements.
const MOST_VALUES: usize = 10_000;
/// Each of these takes a comparison of its own.
const MOST_NUMBERS: usize = 100;
/// The same for all conditions of a selector; what is read from a text has fewer.
const MOST_CONDITIONS: usize = 1_000;

/// An expression, and when its NULL means that the resource itself must be asked.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) sql: String,
    pub(super) ask: Option<String>,
}

/// What is decided for all entries at once.
#[derive(Clone, Debug)]
pub(super) enum Set<'s> {
    /// Values of the tags of one key, folded.
    Tag(String, TagTest),
    /// Entries of these ids or last segments, folded.
    Ids(Vec<String>),
    /// Entries that say they are related to one of these ids or last segments, folded.
    LinkedTo(Relation, Vec<String>),
    /// Entries that say they are related to anything.
    Linked(Relation),
    /// Entries that are related, by either record, to what a selector admits.
    Related(&'s Relation, &'s Selector),
}

#[derive(Clone, Debug)]
pub(super) enum TagTest {
    Exists,
    OneOf(Vec<String>),
    Order(Op, Value),
}

/// A selector, ready to be run.
pub(super) struct Compiled<'s> {
    pub(super) part: Part,
    /// Conditions that hold of every row that does not certainly fail; some can use an index.
    pub(super) within: Vec<String>,
    pub(super) values: Vec<Sql>,
    pub(super) sets: Vec<Set<'s>>,
    /// Numbers of the sets that must hold beside the expression: calling a function for each row costs more than a look
    /// into the set.
    pub(super) apart: Vec<usize>,
}

impl<'s> Compiled<'s> {
    pub(super) fn of(selector: &'s Selector, now: Timestamp) -> Self {
        let mut compiler = Compiler { now, values: Vec::new(), sets: Vec::new() };
        if selector.leaves().len() > MOST_CONDITIONS {
            return Self { part: open("1"), within: Vec::new(), values: Vec::new(), sets: Vec::new(), apart: Vec::new() };
        }
        let (mut conjuncts, mut parts, mut apart) = (Vec::new(), Vec::new(), Vec::new());
        for conjunct in selector.conjuncts() {
            if let Some(set) = set_of(conjunct) {
                apart.push(compiler.sets.len());
                compiler.sets.push(set);
            } else {
                parts.push(compiler.part(conjunct));
                conjuncts.push(conjunct);
            }
        }
        // A verdict costs as much here as in the expression itself; it is asked for twice only where that spares reading
        // the resource.
        let asks = parts.iter().any(|part| part.ask.is_some());
        let narrows = |part: &Part| part.sql != "NULL" && (asks || !part.sql.contains(VERDICT));
        let within = conjuncts.into_iter().zip(&parts).filter(|(_, part)| narrows(part)).map(|(conjunct, part)| {
            let keyed = is_keyed(conjunct) && part.ask.is_none();
            if keyed { part.sql.clone() } else { format!("({}) IS NOT FALSE", part.sql) }
        });
        let (within, part) = (within.collect(), all_of(parts, "AND", ALWAYS));
        Self { part, within, values: compiler.values, sets: compiler.sets, apart }
    }

    /// Whether sets alone decide.
    pub(super) fn is_sets(&self) -> bool {
        !self.apart.is_empty() && self.within.is_empty() && self.part.sql == ALWAYS
    }
}

/// The set that a condition is, if it is one as a whole.
fn set_of(selector: &Selector) -> Option<Set<'_>> {
    match selector {
        Selector::Compare { op: Op::Ne, .. } => None,
        Selector::Compare { field, op, value } => compared(field, *op, std::slice::from_ref(value)),
        Selector::In { field, values } if !values.is_empty() => compared(field, Op::Eq, values),
        Selector::Related { by, to } => Some(Set::Related(by, to)),
        _ => None,
    }
}

/// The set that a comparison is, unless its field is a column or only the resource itself can tell.
fn compared<'s>(field: &Field, op: Op, values: &[Value]) -> Option<Set<'s>> {
    if op == Op::Like || values.len() > MOST_VALUES {
        return None;
    }
    let folded = || folded(values);
    match (field, op, values) {
        (Field::Tag(key), Op::Lt | Op::Le | Op::Gt | Op::Ge, [value]) => {
            Some(Set::Tag(fuzzy::fold(key), TagTest::Order(op, value.clone())))
        }
        (Field::Tag(key), ..) => Some(Set::Tag(fuzzy::fold(key), TagTest::OneOf(folded()))),
        (Field::Id, ..) => Some(Set::Ids(folded())),
        (Field::Linked, ..) => Some(Set::LinkedTo(Relation::Any, folded())),
        (Field::Rel(rel), ..) => Some(Set::LinkedTo(Relation::Is(rel.clone()), folded())),
        _ => None,
    }
}

fn folded(values: &[Value]) -> Vec<String> {
    values.iter().map(|value| fuzzy::fold(&value.plain())).collect()
}

/// Whether a condition is on a column that is always reported, so that it is never unknown.
fn is_keyed(part: &Selector) -> bool {
    let keyed = |field: &Field| matches!(field, Field::Cloud | Field::Kind | Field::Name);
    match part {
        Selector::Compare { field, op: Op::Eq, .. } | Selector::In { field, .. } => keyed(field),
        _ => false,
    }
}

fn exact(sql: impl Into<String>) -> Part {
    Part { sql: sql.into(), ask: None }
}

/// Unknown unless the resource says otherwise, which can only be where `ask` holds.
fn open(ask: impl Into<String>) -> Part {
    Part { sql: "NULL".to_owned(), ask: Some(ask.into()) }
}

/// Joined as a balanced tree: SQLite bounds the depth of expressions.
fn joined(parts: &[String], by: &str, none: &str) -> String {
    match parts {
        [] => none.to_owned(),
        [one] => format!("({one})"),
        many => {
            let (left, right) = many.split_at(many.len() / 2);
            format!("({} {by} {})", joined(left, by, none), joined(right, by, none))
        }
    }
}

fn all_of(parts: Vec<Part>, by: &str, none: &str) -> Part {
    let asks: Vec<String> = parts.iter().filter_map(|part| part.ask.clone()).collect();
    let sql: Vec<String> = parts.into_iter().map(|part| part.sql).collect();
    Part { sql: joined(&sql, by, none), ask: (!asks.is_empty()).then(|| joined(&asks, "OR", "0")) }
}

/// The columns of a text field with one value, or with several of which any may be meant.
fn columns(field: &Field) -> Option<&'static [&'static str]> {
    Some(match field {
        Field::Cloud => &["f.cloud"],
        Field::Kind => &["f.kind"],
        Field::Type => &["f.native"],
        Field::Service => &["f.service"],
        Field::Account => &["f.account", "f.account_name"],
        Field::Region => &["f.region"],
        Field::Zone => &["f.zone"],
        Field::Geo => &["f.geo"],
        Field::Env => &["f.env"],
        Field::Group => &["f.grp"],
        Field::Name => &["f.name"],
        Field::State => &["f.state"],
        Field::RawState => &["f.raw_state", "f.raw_word"],
        Field::Engine => &["f.engine"],
        Field::Size => &["f.size"],
        _ => return None,
    })
}

fn number_column(field: &Field) -> &'static str {
    match field {
        Field::Capacity => "f.capacity",
        Field::Memory => "f.memory",
        Field::Cost => "f.cost",
        Field::Cpu => "f.cpu",
        _ => "NULL",
    }
}

struct Compiler<'s> {
    now: Timestamp,
    values: Vec<Sql>,
    sets: Vec<Set<'s>>,
}

impl<'s> Compiler<'s> {
    fn bind(&mut self, value: impl Into<Sql>) -> String {
        self.values.push(value.into());
        format!("?{}", self.values.len())
    }

    fn set(&mut self, set: Set<'s>) -> String {
        self.sets.push(set);
        format!("{VERDICT}({}, f.entry)", self.sets.len() - 1)
    }

    fn part(&mut self, selector: &'s Selector) -> Part {
        match selector {
            Selector::All => exact(ALWAYS),
            Selector::And(parts) => self.all(parts, "AND", ALWAYS),
            Selector::Or(parts) => self.all(parts, "OR", "0"),
            Selector::Not(inner) => {
                let inner = self.part(inner);
                Part { sql: format!("NOT ({})", inner.sql), ask: inner.ask }
            }
            Selector::Compare { field, op: Op::Ne, value } => {
                let equal = self.compare(field, Op::Eq, std::slice::from_ref(value));
                Part { sql: format!("NOT ({})", equal.sql), ask: equal.ask }
            }
            Selector::Compare { field, op, value } => self.compare(field, *op, std::slice::from_ref(value)),
            Selector::In { values, .. } if values.is_empty() => exact("0"),
            Selector::In { field, values } => self.compare(field, Op::Eq, values),
            Selector::Exists(field) => self.exists(field),
            Selector::Flag(flag) => exact(self.flag(*flag)),
            Selector::Related { by, to } => exact(self.set(Set::Related(by, to))),
        }
    }

    fn all(&mut self, parts: &'s [Selector], by: &str, none: &str) -> Part {
        all_of(parts.iter().map(|part| self.part(part)).collect(), by, none)
    }

    /// Whether a field is reported: never unknown but for tags.
    fn told(&mut self, field: &Field) -> String {
        match field {
            Field::Tag(key) => {
                let set = self.set(Set::Tag(fuzzy::fold(key), TagTest::Exists));
                format!("CASE WHEN f.tagged THEN {set} END")
            }
            Field::Id | Field::Text => "1".to_owned(),
            Field::Linked => "f.linked".to_owned(),
            Field::Rel(rel) => self.set(Set::Linked(Relation::Is(rel.clone()))),
            Field::Network => "f.networked".to_owned(),
            Field::Created | Field::Age => "f.made IS NOT NULL".to_owned(),
            Field::Attr(path) => self.mentions(path),
            other => {
                let columns = columns(other).unwrap_or_default();
                let each: Vec<String> = columns.iter().map(|column| format!("{column} IS NOT NULL")).collect();
                if each.is_empty() { format!("{} IS NOT NULL", number_column(other)) } else { joined(&each, "OR", "0") }
            }
        }
    }

    fn exists(&mut self, field: &Field) -> Part {
        let told = self.told(field);
        match field {
            Field::Attr(_) => Part { sql: format!("CASE WHEN {told} THEN NULL ELSE 0 END"), ask: Some(told) },
            _ => exact(told),
        }
    }

    /// Whether the resource's JSON has a key that begins as the path does; without one it certainly says nothing there.
    fn mentions(&mut self, path: &str) -> String {
        let first = path.split('.').next().unwrap_or_default();
        let plain = |c: char| c.is_ascii() && !c.is_ascii_control() && !matches!(c, '"' | '\\');
        if first.is_empty() || first.len() > 200 || !first.chars().all(plain) {
            return "1".to_owned();
        }
        let mut pattern = "%\"".to_owned();
        for c in first.chars() {
            match c {
                '%' | '_' | '!' => pattern.extend(['!', c]),
                // The Kelvin sign, too, is a `k` in lower case, which SQLite does not know.
                'k' | 'K' => pattern.push('_'),
                other => pattern.push(other),
            }
        }
        pattern.push('%');
        let pattern = self.bind(pattern);
        format!("EXISTS (SELECT 1 FROM entries e WHERE e.entry = f.entry AND e.resource LIKE {pattern} ESCAPE '!')")
    }

    fn compare(&mut self, field: &Field, op: Op, values: &[Value]) -> Part {
        let is_text = matches!(field.ty(), FieldType::Text | FieldType::Word | FieldType::Tag | FieldType::Search);
        if op == Op::Like || values.len() > if is_text { MOST_VALUES } else { MOST_NUMBERS } {
            return open(self.told(field));
        }
        if let Some(set) = compared(field, op, values) {
            return exact(self.set(set));
        }
        match columns(field) {
            Some(columns) => exact(self.one_of(columns, folded(values))),
            None if is_text => open(self.told(field)),
            None => {
                let each: Vec<String> = values.iter().map(|value| self.measure(field, op, value)).collect();
                exact(joined(&each, "OR", "0"))
            }
        }
    }

    fn one_of(&mut self, columns: &[&str], values: Vec<String>) -> String {
        let marks: Vec<String> = values.into_iter().map(|value| self.bind(value)).collect();
        let marks = marks.join(", ");
        if let [column] = columns {
            return format!("{column} IN ({marks})");
        }
        let each: Vec<String> = columns.iter().map(|column| format!("ifnull({column} IN ({marks}), 0)")).collect();
        format!("CASE WHEN coalesce({}) IS NOT NULL THEN {} END", columns.join(", "), joined(&each, "OR", "0"))
    }

    /// A number, an age or a time held against one value.
    fn measure(&mut self, field: &Field, op: Op, value: &Value) -> String {
        const NEVER: &str = "NULL";
        match field.ty() {
            FieldType::Days => {
                let Some(born) = value.born(self.now) else { return NEVER.to_owned() };
                // Older is earlier.
                format!("{} {} (f.made, f.made_ns)", self.row(born), op.as_str())
            }
            FieldType::Time => {
                let Some((start, end)) = value.span() else { return NEVER.to_owned() };
                let (start, end) = (self.row(start), self.row(end));
                let before = |bound: &str| format!("(f.made, f.made_ns) < {bound}");
                match op {
                    Op::Eq | Op::Ne | Op::Like => format!("NOT ({}) AND ({})", before(&start), before(&end)),
                    Op::Lt => before(&start),
                    Op::Le => before(&end),
                    Op::Gt => format!("NOT ({})", before(&end)),
                    Op::Ge => format!("NOT ({})", before(&start)),
                }
            }
            _ => match value.number(field) {
                Some(number) => format!("{} {} {}", number_column(field), op.as_str(), self.bind(number)),
                None => NEVER.to_owned(),
            },
        }
    }

    fn row(&mut self, at: Timestamp) -> String {
        let (seconds, nanos) = moment(Some(at));
        format!("({}, {})", self.bind(seconds), self.bind(nanos))
    }

    fn flag(&mut self, flag: Flag) -> String {
        match flag {
            Flag::Idle => "f.idle".to_owned(),
            Flag::Public => "f.public".to_owned(),
            Flag::Encrypted => "f.encrypted".to_owned(),
            Flag::Attached => "f.attached".to_owned(),
            Flag::Untagged => "f.untagged".to_owned(),
            Flag::BackedUp => {
                let since = self.row(self.now.checked_sub(BACKUP_LIFE).unwrap_or(Timestamp::MIN));
                format!("f.automatic OR (f.backup, f.backup_ns) > {since}")
            }
        }
    }
}
