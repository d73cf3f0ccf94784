//! From a frame that orders a change to steps over selectors.

use escher_core::selector::{Field, Op};
use escher_core::{
    Action, ActionPattern, Capabilities, CloudId, Error, ErrorKind, Frame, Kind, Next, Result, Selector, StepId, StepTemplate,
};

use super::Agent;

/// Makes steps of orders that were validated.
pub(crate) struct Planner;

/// An order, and what can be done where it is to be carried out; `None` if that is not known.
pub(crate) struct Order<'a> {
    pub(crate) frame: &'a Frame,
    pub(crate) capabilities: Option<&'a Capabilities>,
}

impl Agent for Planner {
    const NAME: &'static str = "planner";
    type Takes<'a> = Order<'a>;
    /// `Invalid` for a frame that orders nothing or asks back; `Unsupported` if no connected cloud can do it.
    type Makes = Result<Vec<StepTemplate>>;

    fn work(&self, Order { frame, capabilities }: Order<'_>) -> Result<Vec<StepTemplate>> {
        let bad = |message: String, hint: &str| Error::invalid(message).operation("draft a plan").hint(hint.to_owned());
        if let Some(clarify) = &frame.clarify {
            return Err(bad(format!("the order is ambiguous: {}", clarify.question), "answer the question, then ask again"));
        }
        let Some(action) = frame.action.filter(|_| frame.is_executable()) else {
            return Err(bad(format!("these words don't order a change (`{}`)", frame.intent), "say what to do, for example: stop web-1"));
        };
        if frame.schedule.is_some() {
            return Err(Error::new(ErrorKind::Unsupported, "scheduled changes aren't supported yet")
                .operation("draft a plan")
                .hint("give the order when it should be carried out"));
        }
        if let Some(capabilities) = capabilities {
            able(action, &frame.selector, capabilities)?;
        }
        Ok(vec![StepTemplate::new(StepId::numbered(1), action.verb, frame.selector.clone(), frame.params.clone())])
    }

    fn says(&self, made: &Result<Vec<StepTemplate>>) -> String {
        match made {
            Ok(steps) => steps.iter().map(|step| format!("{} on `{}`", step.verb, step.selector)).collect::<Vec<_>>().join(", then "),
            Err(e) => format!("no step: {}", e.message()),
        }
    }
}

/// Whether a connected cloud can do it.
fn able(ActionPattern { kind, verb }: ActionPattern, selector: &Selector, capabilities: &Capabilities) -> Result<()> {
    let cloud = told_cloud(selector);
    let can = capabilities.actions.iter().any(|&(of, Action { kind: known, verb: does })| {
        does == verb && kind.is_none_or(|kind| kind == known) && cloud.is_none_or(|cloud| cloud == of)
    });
    if can {
        return Ok(());
    }
    let what = kind.map_or_else(|| verb.to_string(), |kind| Action { kind, verb }.to_string());
    let place = cloud.map_or_else(|| "no connected cloud can".to_owned(), |cloud| format!("{cloud} as connected can't"));
    Err(Error::new(ErrorKind::Unsupported, format!("{place} do `{what}`"))
        .operation("draft a plan")
        .hint(known(capabilities, kind))
        .next(Next::Connect { cloud }))
}

/// The one cloud that the selector speaks of, if it does.
fn told_cloud(selector: &Selector) -> Option<CloudId> {
    selector.conjuncts().iter().find_map(|part| match part {
        Selector::Compare { field: Field::Cloud, op: Op::Eq, value } => value.plain().parse().ok(),
        _ => None,
    })
}

fn known(capabilities: &Capabilities, kind: Option<Kind>) -> String {
    let of_kind = capabilities.actions.iter().filter(|(_, action)| kind.is_none_or(|kind| action.kind == kind));
    let mut verbs: Vec<&str> = of_kind.map(|(_, action)| action.verb.as_str()).collect();
    verbs.sort_unstable();
    verbs.dedup();
    match kind {
        _ if verbs.is_empty() => "connect an account that supports it".to_owned(),
        Some(kind) => format!("actions on {}: {}", kind.labels(), verbs.join(", ")),
        None => format!("available actions: {}", verbs.join(", ")),
    }
}
