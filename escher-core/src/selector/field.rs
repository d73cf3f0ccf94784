//! Fields and operators.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::print;
use crate::{Error, Flag, fuzzy};

/// What a comparison looks at.
///
/// The text form of a tag is `tag.app`, `tag."Cost Center"` where the key needs quotes.
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
    /// The id of anything it is related to.
    Linked,
    Name,
    /// The whole id or its last segment.
    Id,
    State,
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
    /// A raw tag by its key.
    Tag(String),
}

/// What a field holds, hence which operators and values it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// Any text: `=`, `!=`, `~`, IN.
    Text,
    /// A word of a closed vocabulary: `=`, `!=`, `~`, IN.
    Word,
    /// A tag's text; ordered as a number where both sides are numbers.
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
    /// Every field but tags.
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

    /// The word of the language; for a tag its key, without `tag.`.
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
            Self::Tag(_) => FieldType::Tag,
            _ => FieldType::Text,
        }
    }

    /// The field that a word of the language means: a named one in any case, `tag.key`, or else a tag key.
    /// `None` for flags, keywords and nothing at all, which are no fields.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        if let Some(field) = Self::NAMED.iter().find(|field| field.word().eq_ignore_ascii_case(word)) {
            return Some(field.clone());
        }
        match word.get(..4) {
            Some(prefix) if prefix.eq_ignore_ascii_case("tag.") => {
                return Some(&word[4..]).filter(|key| !key.is_empty()).map(|key| Self::Tag(key.to_owned()));
            }
            _ => {}
        }
        let reserved = word.is_empty() || print::is_keyword(word) || word.parse::<Flag>().is_ok();
        (!reserved).then(|| Self::Tag(word.to_owned()))
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(key) => f.pad(&format!("tag.{}", print::quoted_where_needed(key))),
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
                None => error.hint("a field of the selector language, or tag.<key>"),
            }
        })
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

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

impl Serialize for Op {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Op {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}
