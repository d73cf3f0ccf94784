//! Selectors evaluated on a plan's targets: on what was observed when the plan was made, and nothing else.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Target;
use crate::selector::{Field, Op, Value};
use crate::{Kind, Resource, Selector, Truth};

/// The region of a target that has none, or whose region is unknown.
const GLOBAL: &str = "global";

impl Target {
    /// Whether a plan records what a selector needs to know about its targets: where they are, what they are called, and
    /// their environment, tags and flags. A plan does not record size, state, age, cost, other attributes, or relations.
    ///
    /// ```
    /// use escher_core::{Selector, Target};
    /// assert!(Target::can_tell(&Selector::parse("env = prod AND tag.owner EXISTS AND NOT public")?));
    /// assert!(!Target::can_tell(&Selector::parse("cost > $100")?));
    /// # Ok::<(), escher_core::Error>(())
    /// ```
    pub fn can_tell(selector: &Selector) -> bool {
        use Field as F;
        let kept = |field: &Field| {
            matches!(
                field,
                F::Cloud | F::Kind | F::Type | F::Service | F::Account | F::Region | F::Geo | F::Env | F::Name | F::Id | F::Tag(_)
            )
        };
        selector.nested().next().is_none() && selector.fields().all(kept)
    }

    /// Whether a selector matches the target of an action on `kind`: `None` if that depends on what the plan does not record.
    ///
    /// A region of `global` may mean an unknown one, and an account with an unknown display name may have the requested one:
    /// neither decides.
    pub fn matches(&self, kind: Kind, selector: &Selector) -> Truth {
        let facts = self.facts.as_ref();
        let mut like = Resource::new(self.cloud, self.id.as_str(), kind, &self.native, &self.name);
        like.account = Some(self.account.clone());
        like.account_name = facts.and_then(|facts| facts.account_name.clone());
        like.region = Some(self.region.clone());
        like.tags = facts.and_then(|facts| facts.tags.clone());
        // The environment is what was observed, and is not derived from the name once more.
        let env = facts.and_then(|facts| facts.env).map(|env| ("env".to_owned(), env.to_string()));
        let mut surroundings = Resource::new(self.cloud, "", kind, &self.native, "");
        surroundings.tags = Some(BTreeMap::from_iter(env));
        // No field that a plan keeps depends on the time.
        let by = |resource: &Resource, leaf: &Selector| leaf.matches(resource, Timestamp::UNIX_EPOCH);
        selector.decided(&|leaf| match leaf {
            Selector::Flag(flag) => facts?.flags.get(flag).copied().flatten(),
            Selector::Related { .. } => None,
            leaf => match leaf_field(leaf)? {
                Field::Env => facts.and_then(|_| by(&surroundings, leaf)),
                Field::Region | Field::Geo if self.region == GLOBAL => None,
                Field::Account if like.account_name.is_none() => {
                    let told = by(&like, leaf);
                    let values = values(leaf);
                    let certain = values.iter().any(|value| value.eq_ignore_ascii_case(&self.account))
                        || (!is_fuzzy(leaf) && values.iter().all(|value| is_account_id(value)));
                    told.filter(|_| certain)
                }
                _ => by(&like, leaf),
            },
        })
    }
}

fn leaf_field(leaf: &Selector) -> Option<&Field> {
    match leaf {
        Selector::Compare { field, .. } | Selector::In { field, .. } | Selector::Exists(field) => Some(field),
        _ => None,
    }
}

fn values(leaf: &Selector) -> Vec<String> {
    match leaf {
        Selector::Compare { value, .. } => vec![value.plain()],
        Selector::In { values, .. } => values.iter().map(Value::plain).collect(),
        _ => Vec::new(),
    }
}

fn is_fuzzy(leaf: &Selector) -> bool {
    matches!(leaf, Selector::Compare { op: Op::Like, .. })
}

/// Whether a text can only be an account's id, not a display name: the number of an AWS account, the GUID of an Azure
/// subscription.
fn is_account_id(text: &str) -> bool {
    let is_number = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_guid = text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_number || is_guid
}

impl Selector {
    /// Whether it can match any resource of a kind at all.
    pub fn is_possible(&self, kind: Kind) -> bool {
        let like = Resource::new(crate::CloudId::Aws, "", kind, "", "");
        let of = |leaf: &Self| (leaf_field(leaf) == Some(&Field::Kind)).then(|| leaf.matches(&like, Timestamp::UNIX_EPOCH)).flatten();
        self.decided(&of) != Some(false)
    }
}
