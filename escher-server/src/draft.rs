//! From a frame that orders a change to a template of steps over selectors.

use crate::{check, goal};
use escher_core::{Action, Capabilities, CloudId, Error, ErrorKind, Frame, Kind, Next, PlanTemplate, Result, Selector, StepTemplate, Verb};

/// The template of an executable frame.
///
/// # Errors
/// `Invalid` for a frame that orders nothing or asks back; `Unsupported` where no connected cloud can do it.
pub(crate) fn draft(frame: &Frame, capabilities: &Capabilities) -> Result<PlanTemplate> {
    let bad = |message: String, hint: &str| Error::invalid(message).operation("draft a plan").hint(hint.to_owned());
    if let Some(clarify) = &frame.clarify {
        return Err(bad(format!("the order is not clear: {}", clarify.question), "answer the question, then ask again"));
    }
    let action = frame.action.as_deref().filter(|_| frame.is_executable());
    let Some((kind, verb)) = action.and_then(|action| action.split_once('.')) else {
        return Err(bad(format!("an utterance of intent `{}` orders no change", frame.intent), "say what to do, for example: stop web-1"));
    };
    let verb: Verb = verb.parse()?;
    let kind: Option<Kind> = if kind == "*" { None } else { Some(kind.parse()?) };
    let selector = Selector::parse(&frame.selector)
        .map_err(|e| bad(format!("the frame's selector cannot be read: {e}"), "send the frame as it was made"))?;
    // Whichever brain made the frame.
    let kinds: Vec<Kind> = kind.into_iter().collect();
    if let Some(clarify) = check::question(&check::Draft { verb, kinds: &kinds, selector: &selector, params: &frame.params }) {
        return Err(bad(
            format!("`{selector}` is no order that can be planned: {}", clarify.question),
            "name the resources, or an account, region, environment, tag or flag",
        ));
    }
    if frame.schedule.is_some() {
        return Err(Error::new(ErrorKind::Unsupported, "a change at a later time cannot be planned yet")
            .operation("draft a plan")
            .hint("order it when it is to be done"));
    }
    let cloud = told_cloud(&selector);
    let can = capabilities.actions.iter().any(|&(of, Action { kind: known, verb: does })| {
        does == verb && kind.is_none_or(|kind| kind == known) && cloud.is_none_or(|cloud| cloud == of)
    });
    if !can {
        let what = kind.map_or_else(|| verb.to_string(), |kind| Action { kind, verb }.to_string());
        let place = cloud.map_or_else(|| "no connected cloud can".to_owned(), |cloud| format!("{cloud} as connected cannot"));
        return Err(Error::new(ErrorKind::Unsupported, format!("{place} do `{what}`"))
            .operation("draft a plan")
            .hint(known(capabilities, kind))
            .next(Next::Connect { cloud }));
    }
    let goal = goal::sentence(verb, kind, &selector, &frame.params);
    Ok(PlanTemplate { goal, steps: vec![StepTemplate { verb, selector, params: frame.params.clone() }] })
}

/// The one cloud that the selector speaks of, if it does.
fn told_cloud(selector: &Selector) -> Option<CloudId> {
    use escher_core::selector::{Field, Op};
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
        _ if verbs.is_empty() => "connect an account that can".to_owned(),
        Some(kind) => format!("a {kind} can be: {}", verbs.join(", ")),
        None => format!("what can be done: {}", verbs.join(", ")),
    }
}
