//! What every order has to hold against, whichever brain read it: the catalog, the rule that a change is narrow, and the
//! parameters that it needs.

use escher_core::selector::{Field, Op};
use escher_core::{Action, ActionDef, Clarify, Kind, ParamDef, ParamType, Selector, Verb};
use serde_json::{Map, Value};

use crate::goal;

/// An order that may become a frame.
pub(crate) struct Draft<'a> {
    pub(crate) verb: Verb,
    pub(crate) kinds: &'a [Kind],
    pub(crate) selector: &'a Selector,
    pub(crate) params: &'a Map<String, Value>,
    /// Whether the person was shown what it selects.
    pub(crate) shown: bool,
}

/// What the verb means on these kinds: an address that is deleted is released.
pub(crate) fn settled(verb: Verb, kinds: &[Kind]) -> Verb {
    let has = |verb| !kinds.is_empty() && kinds.iter().all(|&kind| ActionDef::find(Action { kind, verb }).is_some());
    match verb {
        Verb::Delete if !has(verb) && has(Verb::Release) => Verb::Release,
        Verb::Release if !has(verb) && has(Verb::Delete) => Verb::Delete,
        Verb::Resize if !has(verb) && has(Verb::Scale) => Verb::Scale,
        other => other,
    }
}

/// Whether the catalog has the verb for each kind.
pub(crate) fn is_possible(verb: Verb, kinds: &[Kind]) -> bool {
    kinds.iter().all(|&kind| ActionDef::find(Action { kind, verb }).is_some())
}

/// The question that an order has to be answered first, if there is one.
pub(crate) fn question(draft: &Draft<'_>) -> Option<Clarify> {
    capable(draft).or_else(|| alike(draft)).or_else(|| narrow(draft)).or_else(|| parameters(draft))
}

fn ask(question: impl Into<String>, options: &[&str]) -> Option<Clarify> {
    let options = options.iter().map(|&option| option.to_owned()).collect();
    Some(Clarify { question: goal::capital(question.into()), options })
}

fn capable(draft: &Draft<'_>) -> Option<Clarify> {
    let verb = draft.verb;
    if verb == Verb::Create && draft.kinds.is_empty() {
        return ask("Create what?", &[]);
    }
    let kind = draft.kinds.iter().copied().find(|&kind| ActionDef::find(Action { kind, verb }).is_none())?;
    let can: Vec<&str> = ActionDef::all().filter(|def| def.action.kind == kind).map(|def| def.action.verb.as_str()).collect();
    ask(format!("{} has no action “{verb}”. What should be done instead?", goal::capital(kind.one())), &can)
}

/// Names in a change are whole ones.
fn alike(draft: &Draft<'_>) -> Option<Clarify> {
    let leaves = draft.selector.leaves();
    let like = leaves.into_iter().find_map(|leaf| match leaf {
        Selector::Compare { field: Field::Name, op: Op::Like, value } => Some(value.plain()),
        _ => None,
    })?;
    ask(format!("A change needs whole names, not “{like}”. Which ones exactly?"), &["name them", "list them first"])
}

fn narrow(draft: &Draft<'_>) -> Option<Clarify> {
    if draft.verb == Verb::Create || draft.shown || draft.selector.narrows() {
        return None;
    }
    let what = match draft.kinds {
        [kind] => format!("every {} there is", goal::noun(*kind, true)),
        _ => "everything".to_owned(),
    };
    ask(format!("That could mean {what}. Which ones exactly?"), &["by name", "env = dev", "one region", "one account", "a tag"])
}

/// Whether a parameter that the verb needs is missing.
pub(crate) fn lacks(draft: &Draft<'_>) -> bool {
    missing(draft).is_some()
}

fn missing(draft: &Draft<'_>) -> Option<&'static ParamDef> {
    let kind = draft.kinds.first().copied();
    let def = ActionDef::all().find(|def| def.action.verb == draft.verb && kind.is_none_or(|kind| def.action.kind == kind))?;
    def.params.iter().find(|param| param.required && !draft.params.contains_key(param.name))
}

fn parameters(draft: &Draft<'_>) -> Option<Clarify> {
    let (verb, params) = (draft.verb, draft.params);
    let kind = draft.kinds.first().copied();
    if let Some(param) = missing(draft) {
        return match (verb, param.ty) {
            (Verb::Resize, _) => ask("To what size?", &[]),
            (Verb::Scale, _) => ask("To how many, or by how many?", &["+1", "+2"]),
            (_, ParamType::Tags) => ask("With which tag? Write key=value.", &["owner=…", "env=…"]),
            (_, ParamType::Keys) => ask("Which tag keys should be removed?", &[]),
            (_, ParamType::Port) => ask("Which port?", &["22", "443"]),
            (Verb::Attach, _) => ask("Attach it to what?", &[]),
            (_, _) if param.name == "name" => ask("What should it be called?", &[]),
            _ => ask(format!("What is the {}?", param.name), &[]),
        };
    }
    if verb == Verb::OpenPort && !params.contains_key("cidr") {
        return ask("Open it to whom? Give an address range.", &["10.0.0.0/8", "0.0.0.0/0 (the whole internet)"]);
    }
    // A disk's size is a number of GB, a machine's a SKU.
    let size = params.get("size").filter(|_| verb == Verb::Resize)?;
    let number = size.is_number() || size.as_str().is_some_and(|size| size.starts_with('+'));
    let disk = kind? == Kind::Disk;
    if number == disk { None } else { ask(if disk { "To how many GB?" } else { "To what size (SKU)?" }, &[]) }
}
