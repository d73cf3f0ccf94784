//! The selector language: one small language that names resources in filters, plans, policies, schedules and rules.
//!
//! ```text
//! selector   := and { OR and }          and  := not { AND not }        not := [NOT] primary
//! primary    := ( selector ) | comparison | flag
//! comparison := field op value | field IN ( value {, value} ) | field EXISTS | relation IN ( selector )
//! relation   := rel.<relation> | linked
//! op         := = | != | ~ | < | <= | > | >=
//! ```
//!
//! Keywords, named fields, flags and the words of closed vocabularies are read in any case. A word that is neither
//! field nor flag is a tag key. Logic is three-valued: what a resource does not report is unknown, and unknown never
//! matches, not even under NOT.
//!
//! Everything but `relation IN (selector)` is decided by the resource alone ([`Selector::matches`]). A nested selector
//! needs the resources around it: [`World`] has them in memory, and whoever has them elsewhere answers [`Related`].
//!
//! ```
//! use escher_core::Selector;
//! let selector: Selector = "env=production AND app=main".parse()?;
//! assert_eq!(selector.to_string(), "env = prod AND tag.app = main");
//! # Ok::<(), escher_core::Error>(())
//! ```

mod attribute;
mod error;
mod field;
mod matches;
mod parse;
mod print;
mod relation;
mod unknown;
mod value;
mod vocabulary;
mod world;

use std::str::FromStr;

pub use error::SyntaxError;
pub use field::{Field, FieldType, Op};
pub use matches::{number, texts};
pub use relation::{Related, Relation};
pub use unknown::{KnownWords, UnknownWord};
pub use value::{Quantity, Unit, Value};
pub use world::World;

use crate::Flag;
use crate::words::text_form;

/// A condition on resources. Its text form is the language of [this module](self); empty text is `All`.
///
/// Parsing yields normal trees (see [`Selector::normalized`]); printing a normal tree and parsing that yields the
/// same tree again. On the wire it is its text.
#[derive(Clone, Debug, PartialEq)]
pub enum Selector {
    /// Every resource; the empty text.
    All,
    /// All of these hold.
    And(Vec<Selector>),
    /// One of these holds.
    Or(Vec<Selector>),
    /// This does not hold; unknown stays unknown.
    Not(Box<Selector>),
    /// A field held against a value.
    Compare {
        /// The field.
        field: Field,
        /// The operator, one of the field type's.
        op: Op,
        /// The value, of the field's type.
        value: Value,
    },
    /// A field that equals one of several values.
    In {
        /// The field.
        field: Field,
        /// The values; none of them matches nothing.
        values: Vec<Value>,
    },
    /// The resource reports this field.
    Exists(Field),
    /// A flag that is true.
    Flag(Flag),
    /// Related in this way, by its own record or the other's, to a resource that a selector admits.
    Related {
        /// The relation that is followed.
        by: Relation,
        /// What is said of the related resource.
        to: Box<Selector>,
    },
}

impl Selector {
    /// Reads a selector.
    ///
    /// # Errors
    /// A [`SyntaxError`] that says where, what was found, what was expected and what was probably meant.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        parse::selector(text)
    }

    /// A comparison, checked and normalized as in a parsed text: `compare(Field::Env, Op::Eq, "production")`.
    ///
    /// # Errors
    /// A [`SyntaxError`] over the comparison's text where the operator or the value does not suit the field.
    pub fn compare(field: Field, op: Op, value: &str) -> Result<Self, SyntaxError> {
        Self::parse(&format!("{field} {op} {}", Value::text(value)))
    }

    /// Like [`Selector::compare`], over several values.
    ///
    /// # Errors
    /// As [`Selector::compare`]; also where there are no values.
    pub fn one_of<'a>(field: Field, values: impl IntoIterator<Item = &'a str>) -> Result<Self, SyntaxError> {
        let values: Vec<String> = values.into_iter().map(|value| Value::text(value).to_string()).collect();
        Self::parse(&format!("{field} IN ({})", values.join(", ")))
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::And(vec![self, other]).normalized()
    }

    /// One of both holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::Or(vec![self, other]).normalized()
    }

    /// The parts of the top-level conjunction: none for `All`, itself where it is no conjunction.
    pub fn conjuncts(&self) -> &[Self] {
        match self {
            Self::All => &[],
            Self::And(parts) => parts,
            other => std::slice::from_ref(other),
        }
    }

    /// Comparisons, `IN`s, `EXISTS`s, flags and nested selectors, in their order; what is within a nested selector is
    /// said of another resource and not among them.
    pub fn leaves(&self) -> Vec<&Self> {
        match self {
            Self::All => Vec::new(),
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::leaves).collect(),
            Self::Not(inner) => inner.leaves(),
            leaf => vec![leaf],
        }
    }

    /// The fields that are looked at, in their order, repeated where repeated; flags are not among them.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.leaves().into_iter().filter_map(|leaf| match leaf {
            Self::Compare { field, .. } | Self::In { field, .. } | Self::Exists(field) => Some(field),
            _ => None,
        })
    }

    /// The nested selectors that are asked of this one's resource, with their relations; not those within them.
    pub fn nested(&self) -> impl Iterator<Item = (&Relation, &Self)> {
        self.leaves().into_iter().filter_map(|leaf| match leaf {
            Self::Related { by, to } => Some((by, &**to)),
            _ => None,
        })
    }

    /// Whether the selector is narrow enough to change what it names.
    ///
    /// It is where its conjunction holds a positive constraint on name, id, account, region, zone, group, network, env,
    /// size, a tag, a flag, age, cost or cpu; each branch of an OR must have one. Cloud, kind, service, engine, state
    /// and geo do not narrow, nor do negations, except that not attached, not encrypted and not backed up are findings
    /// about a resource as much as their opposites. A nested selector narrows where it does so itself.
    ///
    /// ```
    /// use escher_core::Selector;
    /// assert!(!Selector::parse("kind = vm AND state = running")?.narrows());
    /// assert!(Selector::parse("kind = vm AND (name = a OR app = b)")?.narrows());
    /// # Ok::<(), escher_core::Error>(())
    /// ```
    pub fn narrows(&self) -> bool {
        match self {
            Self::All => false,
            Self::And(parts) => parts.iter().any(Self::narrows),
            Self::Or(parts) => !parts.is_empty() && parts.iter().all(Self::narrows),
            Self::Not(inner) => matches!(**inner, Self::Flag(Flag::Attached | Flag::Encrypted | Flag::BackedUp)),
            Self::Compare { field, op, .. } => *op != Op::Ne && narrowing(field),
            Self::In { field, .. } => narrowing(field),
            // Every resource has most fields; only a tag's mere presence says something.
            Self::Exists(field) => matches!(field, Field::Tag(_)),
            Self::Flag(_) => true,
            Self::Related { to, .. } => to.narrows(),
        }
    }

    /// The normal form, of the same meaning: no AND or OR within its own kind or with fewer than two parts, `All`
    /// only by itself, every IN with a value.
    #[must_use]
    pub fn normalized(self) -> Self {
        match self {
            Self::And(parts) => {
                let mut flat = Vec::with_capacity(parts.len());
                for part in parts {
                    match part.normalized() {
                        Self::All => {}
                        Self::And(inner) => flat.extend(inner),
                        other => flat.push(other),
                    }
                }
                single(flat, Self::And).unwrap_or(Self::All)
            }
            Self::Or(parts) => {
                let mut flat = Vec::with_capacity(parts.len());
                for part in parts {
                    match part.normalized() {
                        Self::All => return Self::All,
                        Self::Or(inner) => flat.extend(inner),
                        other => flat.push(other),
                    }
                }
                single(flat, Self::Or).unwrap_or_else(Self::nothing)
            }
            Self::Not(inner) => match inner.normalized() {
                Self::All => Self::nothing(),
                inner => Self::Not(Box::new(inner)),
            },
            Self::In { values, .. } if values.is_empty() => Self::nothing(),
            Self::Related { by, to } => match to.normalized() {
                Self::All => Self::Related { by, to: Box::new(Self::anything()) },
                to => Self::Related { by, to: Box::new(to) },
            },
            leaf => leaf,
        }
    }

    /// The language has no word for “anything” that could stand in parentheses; but every resource has a cloud.
    fn anything() -> Self {
        Self::Exists(Field::Cloud)
    }

    fn nothing() -> Self {
        Self::Not(Box::new(Self::anything()))
    }
}

fn single(mut parts: Vec<Selector>, many: fn(Vec<Selector>) -> Selector) -> Option<Selector> {
    if parts.len() < 2 { parts.pop() } else { Some(many(parts)) }
}

const fn narrowing(field: &Field) -> bool {
    matches!(
        field,
        Field::Name
            | Field::Id
            | Field::Account
            | Field::Region
            | Field::Zone
            | Field::Group
            | Field::Network
            | Field::Env
            | Field::Size
            | Field::Tag(_)
            | Field::Age
            | Field::Cost
            | Field::Cpu
    )
}

impl std::ops::Not for Selector {
    type Output = Self;
    fn not(self) -> Self {
        Self::Not(Box::new(self)).normalized()
    }
}

impl FromStr for Selector {
    type Err = SyntaxError;
    fn from_str(text: &str) -> Result<Self, SyntaxError> {
        Self::parse(text)
    }
}

text_form!(Selector);
