//! What the turns before leave to refer to.

use escher_core::selector::{Field, Op};
use escher_core::{Intent, Selector, Turn, Utterance};

use crate::decide::{assents, starts_over};
use crate::meaning::Formula;

/// Turns that are looked back over.
const MOST_TURNS: usize = 12;

/// The turns that count, oldest first.
#[derive(Clone, Copy)]
pub(crate) struct Context<'u> {
    turns: &'u [Turn],
}

impl<'u> Context<'u> {
    /// Those since the person started over, and not too long ago.
    pub(crate) fn of(utterance: &'u Utterance) -> Self {
        let all = &utterance.history;
        let over = all.iter().rposition(|turn| starts_over(&turn.text)).map_or(0, |at| at + 1);
        Self { turns: &all[over.max(all.len().saturating_sub(MOST_TURNS))..] }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// What “them” means: what was shown last. Thanks and a yes in between take nothing away; what was not understood does.
    pub(crate) fn shown(&self) -> Option<&'u Selector> {
        let said = self.turns.iter().rev().find(|turn| turn.frame.intent != Intent::Smalltalk && !assents(&turn.text))?;
        said.referent().filter(|selector| **selector != Selector::All)
    }

    /// The last turn that was about something: what “and in Azure?” asks about again.
    pub(crate) fn subject(&self) -> Option<&'u Turn> {
        let about = |turn: &&Turn| {
            let frame = &turn.frame;
            let asks = !matches!(frame.intent, Intent::Smalltalk | Intent::Unknown | Intent::Explain);
            let cut = frame.sort.is_some() || frame.limit.is_some() || frame.period.is_some() || !frame.group_by.is_empty();
            asks && (frame.selector != Selector::All || cut)
        };
        self.turns.iter().rev().find(about)
    }

    /// What an order may be about that says “it” (`one`) or “them”: a thing that was named, or things of a known kind.
    pub(crate) fn target(&self, one: bool) -> Option<Formula> {
        let shown = self.shown()?;
        let parts = shown.conjuncts();
        let named = |part: &Selector| match part {
            Selector::Compare { field: Field::Name | Field::Id, op: Op::Eq, .. } => true,
            Selector::In { field: Field::Name | Field::Id, values } => !one || values.len() == 1,
            _ => false,
        };
        let of_kind = |part: &Selector| match part {
            Selector::Compare { field: Field::Kind, op: Op::Eq, .. } | Selector::In { field: Field::Kind, .. } => !one,
            _ => false,
        };
        parts.iter().any(|part| named(part) || of_kind(part)).then(|| Formula::of(shown))
    }
}
