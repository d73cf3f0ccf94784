//! `explain`: how something is done and what it is, from the catalog; nothing is ever executed here.

use escher_core::{Action, ActionDef, CloudId, Constraint, Frame, Kind, Result, Verb};

use crate::escher::Escher;
use crate::ops::answer;
use crate::ops::reply::Answer;

impl Escher {
    /// Explains an action or a kind. What the catalog does not hold is said not to be known.
    pub(crate) async fn explain(&self, frame: &Frame) -> Result<Answer> {
        let clouds = told::<CloudId>(frame, "cloud");
        let clouds = if clouds.is_empty() { CloudId::ALL.to_vec() } else { clouds };
        let kinds = told::<Kind>(frame, "kind");
        let verb = frame.action.map(|action| action.verb);
        let kinds = if kinds.is_empty() { frame.action.and_then(|action| action.kind).into_iter().collect() } else { kinds };
        let text = match (kinds.as_slice(), verb) {
            // Help, which needs no catalog.
            ([], _) => frame.note.clone(),
            (kinds, Some(verb)) => kinds.iter().find_map(|&kind| how(Action { kind, verb }, &clouds)),
            (kinds, None) => Some(kinds.iter().map(|&kind| what(kind)).collect::<Vec<_>>().join("\n")),
        };
        Ok(text.map_or_else(
            || answer::unanswered("I can explain kinds of resources and the actions on them, and this question names neither. For example: “how do I resize a disk?”"),
            |text| answer::said(&text),
        ))
    }
}

/// The words of a vocabulary that a frame's constraints on `field` name.
fn told<T: std::str::FromStr>(frame: &Frame, field: &str) -> Vec<T> {
    let of_field = |constraint: &Constraint| constraint.field == field && matches!(constraint.op.as_str(), "=" | "IN");
    frame
        .constraints()
        .into_iter()
        .filter(of_field)
        .flat_map(|constraint| match constraint.value {
            serde_json::Value::Array(values) => values,
            value => vec![value],
        })
        .filter_map(|value| value.as_str()?.parse().ok())
        .collect()
}

/// How an action is done: with Escher, and with the clouds' own tools.
fn how(action: Action, clouds: &[CloudId]) -> Option<String> {
    if action.verb == Verb::Create {
        return Some(answer::NO_CREATION.to_owned());
    }
    let def = ActionDef::find(action)?;
    let mut lines = vec![format!("{action}: {} risk; {}. Impact: {}.", def.risk, def.effect.in_words(), def.impact)];
    lines.push(match def.inverse {
        Some(verb) => format!("Undo: {}.", action.undo_called(verb)),
        None => "Undo: none.".to_owned(),
    });
    if !def.preconditions.is_empty() {
        lines.push(format!("Requires: {}.", def.preconditions.join(" and ")));
    }
    for &cloud in clouds {
        let Some(name) = action.kind.called(cloud) else { continue };
        match escher_providers::usual_commands(cloud, action) {
            Some(commands) => {
                lines.push(format!("{cloud} ({name}):"));
                lines.extend(commands.iter().map(|argv| format!("  {}", argv.join(" "))));
            }
            None => lines.push(format!("{cloud} ({name}): no command known.")),
        }
    }
    lines.push(format!("To do it, give the order and name the {}. You get a plan to approve first.", action.kind.label()));
    Some(lines.join("\n"))
}

/// What a kind is called on each cloud, and what can be done to it.
fn what(kind: Kind) -> String {
    let names: Vec<String> = CloudId::ALL.iter().filter_map(|&cloud| kind.called(cloud).map(|name| format!("{name} ({cloud})"))).collect();
    let verbs: Vec<String> = ActionDef::all().filter(|def| def.action.kind == kind).map(|def| def.action.verb.to_string()).collect();
    let can = if verbs.is_empty() { String::new() } else { format!(" Actions: {}.", verbs.join(", ")) };
    format!("In Escher, `{kind}` means: {}.{can}", names.join(", "))
}
