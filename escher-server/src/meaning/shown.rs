//! What was shown in an earlier turn, as a part of a condition: “them”, “those VMs”, “the disks attached to them”.

use escher_core::Selector;
use escher_core::selector::{Field, Op, Value};

use super::Formula;

impl Formula {
    /// A selector as a condition that compares with those made of words. It prints as the same selector again, apart from
    /// the order of its parts.
    pub(crate) fn of(selector: &Selector) -> Self {
        selector.conjuncts().iter().map(|part| plain(part).unwrap_or_else(|| Self::Given(part.to_string()))).fold(Self::all(), Self::and)
    }

    /// Whether it speaks of what was shown before.
    pub(crate) fn refers(&self) -> bool {
        match self {
            Self::Shown => true,
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::refers),
            Self::Not(inner) | Self::Rel { to: inner, .. } => inner.refers(),
            _ => false,
        }
    }

    /// The same without what speaks of what was shown before.
    #[must_use]
    pub(crate) fn without_shown(&self) -> Self {
        self.conjuncts().into_iter().filter(|part| !part.refers()).cloned().fold(Self::all(), Self::and)
    }

    /// Whether nothing satisfies it that was not shown before, or is not related to that.
    pub(crate) fn is_within_shown(&self) -> bool {
        self.conjuncts().into_iter().any(|part| match part {
            Self::Shown => true,
            Self::Rel { to, .. } => to.is_within_shown(),
            _ => false,
        })
    }

    /// The same with this in the place of what was shown before.
    #[must_use]
    pub(crate) fn with_shown(&self, shown: &Self) -> Self {
        let each = |part: &Self| part.with_shown(shown);
        match self {
            Self::Shown => shown.clone(),
            Self::And(parts) => parts.iter().map(each).fold(Self::all(), Self::and),
            Self::Or(parts) => parts.iter().map(each).reduce(Self::or).unwrap_or_else(Self::all),
            Self::Not(inner) => Self::Not(Box::new(each(inner))),
            Self::Rel { by, to } => Self::rel(by.clone(), each(to)),
            other => other.clone(),
        }
    }
}

fn plain(part: &Selector) -> Option<Formula> {
    Some(match part {
        Selector::Compare { field, op, value } if is_text(field) && matches!(op, Op::Eq | Op::Ne) => {
            let is = Formula::is(field.clone(), value.plain());
            if *op == Op::Ne { is.not() } else { is }
        }
        Selector::Compare { field, op, value } => Formula::compare(field.clone(), *op, value.plain()),
        Selector::In { field, values } if is_text(field) => Formula::is_any(field.clone(), values.iter().map(Value::plain)),
        Selector::Exists(field) => Formula::exists(field.clone(), true),
        Selector::Flag(flag) => Formula::flag(*flag, true),
        Selector::Not(inner) => match plain(inner)? {
            // What negation turns around prints another way, and means the same.
            inner @ (Formula::Is { .. } | Formula::Exists { .. } | Formula::Flag { .. }) => inner.not(),
            _ => return None,
        },
        Selector::Related { by, to } => Formula::rel(by.clone(), Formula::of(to)),
        _ => return None,
    })
}

fn is_text(field: &Field) -> bool {
    !field.ty().is_number() && *field != Field::Created
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_selector_comes_back_as_it_was() {
        for text in [
            "cloud = azure AND kind = vm AND state = stopped",
            "kind = vm AND region IN (eastus, westus) AND NOT env IN (dev, test) AND age > 90d AND NOT idle",
            "kind = vm AND cost > $100 AND owner EXISTS AND NOT team EXISTS AND tag.\"Cost Center\" = 4711",
            "kind = disk AND rel.attached IN (kind = vm AND env = dev)",
            "kind = vm AND (env = dev OR region = westus) AND NOT (idle AND public)",
            "kind = vm AND created < 2026-01-01 AND name ~ \"checkout pg\" AND cpu < 5%",
            "kind = vm AND id IN (\"arn:aws:ec2:us-east-1:1:instance/i-0a\", \"arn:aws:ec2:us-east-1:1:instance/i-0b\")",
        ] {
            let selector = Selector::parse(text).unwrap();
            let back = Formula::of(&selector).selector().unwrap();
            let sorted = |selector: &Selector| {
                let mut parts: Vec<String> = selector.conjuncts().iter().map(ToString::to_string).collect();
                parts.sort();
                parts
            };
            assert_eq!(sorted(&back), sorted(&selector), "{text}");
        }
    }
}
