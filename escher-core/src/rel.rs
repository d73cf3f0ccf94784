//! How one resource relates to another: the relations that every cloud has, and any other word.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Error, fuzzy};

/// A relation. The named ones are those that listers use; a source may bring any other word, which is kept as it is.
///
/// ```
/// use escher_core::Rel;
/// assert_eq!("Attached".parse::<Rel>()?, Rel::Attached);
/// assert_eq!("peers-with".parse::<Rel>()?.as_str(), "peers-with");
/// # Ok::<(), escher_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rel {
    /// Is part of a network, subnet or group.
    In,
    /// Is used by a machine: a disk or an address.
    Attached,
    /// Is reached through a load balancer or firewall.
    Behind,
    /// Is a member of a group or role.
    MemberOf,
    /// Is encrypted by a key.
    EncryptedBy,
    /// Is backed up by a snapshot.
    BackedUpBy,
    /// Watches something.
    Monitors,
    /// Uses something else.
    Uses,
    /// Any other relation, under its own word.
    Other(Box<str>),
}

impl Rel {
    /// The named relations.
    pub const ALL: &'static [Self] =
        &[Self::In, Self::Attached, Self::Behind, Self::MemberOf, Self::EncryptedBy, Self::BackedUpBy, Self::Monitors, Self::Uses];

    /// The word.
    pub const fn as_str(&self) -> &str {
        match self {
            Self::In => "in",
            Self::Attached => "attached",
            Self::Behind => "behind",
            Self::MemberOf => "member-of",
            Self::EncryptedBy => "encrypted-by",
            Self::BackedUpBy => "backed-up-by",
            Self::Monitors => "monitors",
            Self::Uses => "uses",
            Self::Other(word) => word,
        }
    }

    /// The words between the two names of a sentence: “data-1 *is attached to* web-1”.
    pub fn phrase(&self) -> String {
        match self {
            Self::In => "is in",
            Self::Attached => "is attached to",
            Self::Behind => "is behind",
            Self::MemberOf => "is a member of",
            Self::EncryptedBy => "is encrypted by",
            Self::BackedUpBy => "is backed up by",
            Self::Monitors => "monitors",
            Self::Uses => "uses",
            Self::Other(word) => return format!("is related ({word}) to"),
        }
        .to_owned()
    }

    /// Whether it is one of [`Rel::ALL`].
    pub const fn is_named(&self) -> bool {
        !matches!(self, Self::Other(_))
    }

    /// Whether two relations are the same one: words are compared without regard to case.
    pub fn is(&self, other: &Self) -> bool {
        self == other || (!self.is_named() && fuzzy::fold(self.as_str()) == fuzzy::fold(other.as_str()))
    }
}

impl fmt::Display for Rel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A named relation in any case, or any other word; only an empty one is refused.
impl FromStr for Rel {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let word = text.trim();
        if word.is_empty() {
            let words: Vec<&str> = Self::ALL.iter().map(Self::as_str).collect();
            return Err(Error::invalid("a relation needs a name").hint(format!("one of: {}, or a name of your own", words.join(", "))));
        }
        let named = Self::ALL.iter().find(|rel| rel.as_str().eq_ignore_ascii_case(word));
        Ok(named.cloned().unwrap_or_else(|| Self::Other(word.into())))
    }
}

impl Serialize for Rel {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Rel {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relation_that_nobody_named_is_kept_under_its_own_word() {
        for word in ["peers-with", "Peered To", "attached_to", "über"] {
            let rel: Rel = word.parse().unwrap();
            assert_eq!((rel.as_str(), rel.is_named()), (word, false));
            let json = serde_json::to_string(&rel).unwrap();
            assert_eq!(serde_json::from_str::<Rel>(&json).unwrap(), rel);
        }
        for rel in Rel::ALL {
            assert_eq!(&rel.as_str().to_uppercase().parse::<Rel>().unwrap(), rel);
        }
        assert!("  ".parse::<Rel>().is_err());
    }

    #[test]
    fn relations_are_the_same_in_any_case() {
        let rel = |word: &str| word.parse::<Rel>().unwrap();
        assert!(rel("Peers-With").is(&rel("peers-with")) && !rel("peers-with").is(&rel("peers")));
        assert!(rel("USES").is(&Rel::Uses) && !rel("uses").is(&Rel::In));
    }
}
