//! Fields and operators.

use std::fmt;
use std::str::FromStr;

use super::print;
use crate::words::text_form;
use crate::{Error, Flag, Rel, fuzzy};

/// What a comparison looks at.
///
/// The text form of a tag is `tag.app`, `tag."Cost Center"` if the key needs quotes; attributes (`attr.lifecycle`) and
/// relations (`rel.member-of`) likewise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the words speak for themselves")]
pub enum Field {
    Cloud,
    Kind,
    /// The native type, `ec2:instance`.
    Type,
    /// The provider's service word, `ec2`.
    Service,
    /// The account's id or display name.
    Account,
    Region,
    Zone,
    Geo,
    Env,
    /// The resource group.
    Group,
    /// The network it is in.
    Network,
    /// The id of anything it is related to, by its own record.
    Linked,
    Name,
    /// The whole id or its last segment.
    Id,
    State,
    /// The cloud's own word for the state.
    RawState,
    Engine,
    /// The SKU, `m5.large`.
    Size,
    /// Storage, GB.
    Capacity,
    /// GB.
    Memory,
    Created,
    /// Time since `created`.
    Age,
    /// US dollars a month.
    Cost,
    /// Average percent over 14 days.
    Cpu,
    /// Semantic search over everything the resource says in words.
    Text,
    /// A raw tag by its key, in any case.
    Tag(String),
    /// An attribute by its name in any case, or by the path to it: `imds.tokens`.
    Attr(String),
    /// The ids of what it is related to in one way, by its own record.
    Rel(Rel),
}

/// What a field holds, hence which operators and values it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// Any text: `=`, `!=`, `~`, IN.
    Text,
    /// A word of a closed vocabulary: `=`, `!=`, `~`, IN.
    Word,
    /// The text of a tag or an attribute; ordered as a number where both sides are numbers.
    Tag,
    /// Gigabytes (1024 MB).
    Gigabytes,
    /// US dollars a month.
    Dollars,
    /// Percent.
    Percent,
    /// A length of time, in days.
    Days,
    /// A point in time, or a day.
    Time,
    /// Words to search for: `~` only.
    Search,
}

impl FieldType {
    /// The operators that make sense.
    pub const fn ops(self) -> &'static [Op] {
        match self {
            Self::Text | Self::Word => &[Op::Eq, Op::Ne, Op::Like],
            Self::Tag => &[Op::Eq, Op::Ne, Op::Like, Op::Lt, Op::Le, Op::Gt, Op::Ge],
            Self::Gigabytes | Self::Dollars | Self::Percent | Self::Days | Self::Time => &[Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge],
            Self::Search => &[Op::Like],
        }
    }

    /// Whether values are numbers.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Gigabytes | Self::Dollars | Self::Percent | Self::Days)
    }
}

impl Field {
    /// Every field that goes by one word: all but tags, attributes and relations.
    pub const NAMED: &'static [Self] = &[
        Self::Cloud,
        Self::Kind,
        Self::Type,
        Self::Service,
        Self::Account,
        Self::Region,
        Self::Zone,
        Self::Geo,
        Self::Env,
        Self::Group,
        Self::Network,
        Self::Linked,
        Self::Name,
        Self::Id,
        Self::State,
        Self::RawState,
        Self::Engine,
        Self::Size,
        Self::Capacity,
        Self::Memory,
        Self::Created,
        Self::Age,
        Self::Cost,
        Self::Cpu,
        Self::Text,
    ];

    /// The word of the language; for a tag, an attribute or a relation what follows the dot.
    pub fn word(&self) -> &str {
        match self {
            Self::Cloud => "cloud",
            Self::Kind => "kind",
            Self::Type => "type",
            Self::Service => "service",
            Self::Account => "account",
            Self::Region => "region",
            Self::Zone => "zone",
            Self::Geo => "geo",
            Self::Env => "env",
            Self::Group => "group",
            Self::Network => "network",
            Self::Linked => "linked",
            Self::Name => "name",
            Self::Id => "id",
            Self::State => "state",
            Self::RawState => "raw-state",
            Self::Engine => "engine",
            Self::Size => "size",
            Self::Capacity => "capacity",
            Self::Memory => "memory",
            Self::Created => "created",
            Self::Age => "age",
            Self::Cost => "cost",
            Self::Cpu => "cpu",
            Self::Text => "text",
            Self::Tag(key) => key,
            Self::Attr(path) => path,
            Self::Rel(rel) => rel.as_str(),
        }
    }

    /// What its text form begins with.
    const fn lead(&self) -> &'static str {
        match self {
            Self::Tag(_) => Prefix::Tag.as_str(),
            Self::Attr(_) => Prefix::Attr.as_str(),
            Self::Rel(_) => Prefix::Rel.as_str(),
            _ => "",
        }
    }

    /// What the field holds.
    pub const fn ty(&self) -> FieldType {
        match self {
            Self::Cloud | Self::Kind | Self::Geo | Self::Env | Self::State | Self::Engine => FieldType::Word,
            Self::Capacity | Self::Memory => FieldType::Gigabytes,
            Self::Cost => FieldType::Dollars,
            Self::Cpu => FieldType::Percent,
            Self::Age => FieldType::Days,
            Self::Created => FieldType::Time,
            Self::Text => FieldType::Search,
            Self::Tag(_) | Self::Attr(_) => FieldType::Tag,
            _ => FieldType::Text,
        }
    }

    /// The prefix that a word begins with, and what follows it.
    pub(super) fn prefix(word: &str) -> Option<(Prefix, &str)> {
        Prefix::ALL.iter().find_map(|&prefix| {
            let (head, rest) = word.split_at_checked(prefix.as_str().len())?;
            head.eq_ignore_ascii_case(prefix.as_str()).then_some((prefix, rest))
        })
    }

    /// The field that a word of the language means: a named one in any case, `tag.key`, or else a tag key.
    /// `None` for flags, keywords and nothing at all, which are no fields.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        if let Some(field) = Self::NAMED.iter().find(|field| field.word().eq_ignore_ascii_case(word)) {
            return Some(field.clone());
        }
        if let Some((prefix, rest)) = Self::prefix(word) {
            return if rest.is_empty() { None } else { prefix.field(rest) };
        }
        let reserved = word.is_empty() || print::is_keyword(word) || word.parse::<Flag>().is_ok();
        (!reserved).then(|| Self::Tag(word.to_owned()))
    }
}

/// What stands before a word that is no field by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    Tag,
    Attr,
    Rel,
}

impl Prefix {
    const ALL: &'static [Self] = &[Self::Tag, Self::Attr, Self::Rel];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Tag => "tag.",
            Self::Attr => "attr.",
            Self::Rel => "rel.",
        }
    }

    /// What is expected after it.
    pub(super) const fn expects(self) -> &'static str {
        match self {
            Self::Tag => "a tag key right after `tag.`",
            Self::Attr => "the name of an attribute right after `attr.`",
            Self::Rel => "a relation right after `rel.`",
        }
    }

    /// The field of this prefix and a word; `None` for a relation of blanks.
    pub(super) fn field(self, word: &str) -> Option<Field> {
        Some(match self {
            Self::Tag => Field::Tag(word.to_owned()),
            Self::Attr => Field::Attr(word.to_owned()),
            Self::Rel => Field::Rel(word.parse().ok()?),
        })
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(word) | Self::Attr(word) => f.pad(&format!("{}{}", self.lead(), print::quoted_where_needed(word))),
            Self::Rel(rel) => f.pad(&format!("{}{}", self.lead(), print::quoted_where_needed(rel.as_str()))),
            named => f.pad(named.word()),
        }
    }
}

impl FromStr for Field {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        super::parse::field(s).ok_or_else(|| {
            let error = Error::invalid(format!("`{s}` is not a field"));
            match fuzzy::nearest(s, Self::NAMED.iter().map(Self::word)) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint("use a field of the selector language, or tag.<key>"),
            }
        })
    }
}

text_form!(Field);

/// How a field is held against a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Op {
    /// Equal; on text without regard to case.
    Eq,
    /// Not equal; unknown where the field is unknown.
    Ne,
    /// Contains, give or take typos, separators and the order of words.
    Like,
    /// Less, younger, before.
    Lt,
    /// Less or equal.
    Le,
    /// More, older, after.
    Gt,
    /// More or equal.
    Ge,
}

impl Op {
    /// Every operator.
    pub const ALL: &'static [Self] = &[Self::Eq, Self::Ne, Self::Like, Self::Lt, Self::Le, Self::Gt, Self::Ge];

    /// The sign.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Like => "~",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Op {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        Self::ALL
            .iter()
            .copied()
            .find(|op| op.as_str() == s)
            .ok_or_else(|| Error::invalid(format!("`{s}` is not an operator")).hint("one of: = != ~ < <= > >="))
    }
}

text_form!(Op);
