//! What names are held against in a contrast: “attached to web-1 but not web-2”, “in rg-1 but not rg-2”.

use escher_core::Selector;
use escher_core::selector::{Field, Op};

use super::place::{inner, placed};
use crate::meaning::{Formula, Head, Set};

/// What it takes for things that are related to something, or are in it, not to be so to what has these names; `None`
/// where the names can only be those of the things themselves.
pub(super) fn with(set: &Set, names: &Formula) -> Option<Formula> {
    let Formula::Is { values, .. } = names else { return None };
    let related = set.formula.conjuncts().into_iter().filter_map(|part| instead(part, names));
    // A name that says that it holds others is hardly that of a VM.
    let held = values.iter().filter_map(|name| placed(name.clone()).or_else(|| inner(name.clone())));
    let all = related.chain(held).fold(Formula::all(), |all, part| all.and(part.not()));
    (set.head != Head::Name && !all.is_all()).then_some(all)
}

/// The same relation to what has these names.
fn instead(part: &Formula, names: &Formula) -> Option<Formula> {
    match (part, names) {
        (Formula::Rel { by, to }, _) => {
            let mut parts = to.conjuncts();
            let own = parts.iter().position(|part| matches!(part, Formula::Is { field: Field::Name | Field::Id, not: false, .. }))?;
            parts[own] = names;
            Some(Formula::rel(by.clone(), parts.into_iter().cloned().fold(Formula::all(), Formula::and)))
        }
        (Formula::Is { field: Field::Linked, not: false, .. }, Formula::Is { values, .. }) => {
            Some(Formula::is_any(Field::Linked, values.iter().cloned()))
        }
        // A VM may be left out of a group; what is called as the group is, is another group.
        (Formula::Is { field, values: own, not: false }, Formula::Is { values, .. })
            if matches!(field, Field::Account | Field::Group | Field::Network) =>
        {
            let alike = values.iter().all(|name| own.iter().any(|own| stem(own) == stem(name)));
            alike.then(|| Formula::is_any(field.clone(), values.iter().cloned()))
        }
        (Formula::Given(text), Formula::Is { values, .. }) => {
            let Selector::Related { by, to } = Selector::parse(text).ok()? else { return None };
            let named = matches!(&*to, Selector::Compare { field: Field::Name, op: Op::Eq, .. });
            let to = Selector::one_of(Field::Name, values.iter().map(String::as_str)).ok()?;
            named.then(|| Formula::Given(Selector::Related { by, to: Box::new(to) }.to_string()))
        }
        _ => None,
    }
}

/// What a name has in common with its like: `web` of `web-1`, `snet` of `snet-a`.
fn stem(name: &str) -> String {
    let low = name.to_lowercase();
    let cut = low.rfind(['-', '_', '.']).unwrap_or_else(|| low.trim_end_matches(|c: char| c.is_ascii_digit()).len());
    low[..cut].to_owned()
}
