//! How risky an order is at the least, by its words alone.

use escher_core::{ActionDef, Effect, Frame, Risk};

use super::Agent;

/// Reads the catalog. What the targets themselves add is seen by whoever holds the estate, who may raise it further; nobody
/// lowers it.
pub(crate) struct Assessor;

/// A risk and where it comes from.
pub(crate) struct Assessed {
    pub(crate) risk: Risk,
    effect: Effect,
}

impl Agent for Assessor {
    const NAME: &'static str = "risk";
    type Takes<'a> = &'a Frame;
    type Makes = Option<Assessed>;

    fn work(&self, frame: &Frame) -> Option<Assessed> {
        let pattern = frame.action?;
        // Of an action on any kind it is at least that of the kind where it matters least.
        let defs =
            ActionDef::all().filter(|def| def.action.verb == pattern.verb && pattern.kind.is_none_or(|kind| def.action.kind == kind));
        defs.min_by_key(|def| def.risk).map(|def| Assessed { risk: def.risk, effect: def.effect })
    }

    fn says(&self, assessed: &Option<Assessed>) -> String {
        let Some(Assessed { risk, effect }) = assessed else { return "no risk: nothing would change".to_owned() };
        format!("at least {risk}: {}; the targets may raise it", effect.in_words())
    }
}
