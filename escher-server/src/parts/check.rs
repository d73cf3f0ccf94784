//! The validator: a change is never guessed.

use escher_core::selector::{Field, Op};
use escher_core::{Action, ActionDef, Intent, Kind, ParamType, Verb};
use serde_json::json;
use std::net::IpAddr;

use super::either::about;
use super::{Part, crossed, heard, negation, present};
use crate::goal;
use crate::scene::{Ask, Scene};

/// Holds orders against the catalogue and the rule that a change must be narrow, and asks back where they fall short.
pub(crate) struct Validator;

impl Part for Validator {
    fn read(&self, scene: &mut Scene<'_>) {
        match scene.intent {
            Some(Intent::Act) => {}
            Some(Intent::Schedule) if scene.verb.is_some() || scene.strange_verb.is_some() => {}
            Some(Intent::Describe) if scene.found.is_empty() => {
                scene.doubt("Which resource do you mean?", vec!["give its name".to_owned(), "list them first".to_owned()]);
                return;
            }
            Some(Intent::Find | Intent::Count) => {
                scene.doubts.clear();
                negation::ask_back(scene);
                return;
            }
            _ => {
                scene.doubts.clear();
                return;
            }
        }
        if let Some(verb) = scene.strange_verb.clone() {
            strange(scene, &verb);
            return;
        }
        let Some(verb) = scene.verb else { return };
        let verb = settle_verb(scene, verb);
        scene.verb = Some(verb);
        if verb == Verb::Create {
            into_params(scene);
        }
        capable(scene, verb);
        if verb != Verb::Create {
            vague(scene);
            if crossed::crossed(scene) {
                scene.doubt("That is two descriptions in one. Which one first?", vec!["the first".to_owned(), "the second".to_owned()]);
            }
            narrow(scene, verb);
        }
        parameters(scene, verb);
        heard::ask_back(scene, verb);
    }
}

/// “Kill web-1”: stop it, or delete it? “Patch web-1”: not in the catalogue.
fn strange(scene: &mut Scene<'_>, verb: &str) {
    let options: &[&str] = match verb {
        "kill" | "bring down" | "take" => &["stop", "delete"],
        "pause" | "suspend" | "hibernate" | "freeze" | "wind down" => &["stop"],
        "clean up" | "cleanup" | "clean" | "decommission" | "retire" | "sunset" | "tidy up" | "trash" | "empty" | "wipe" | "wipe out"
        | "erase" | "purge" => &["delete", "stop", "list what is unused"],
        "upgrade" | "downgrade" | "increase" | "decrease" | "grow" | "expand" | "shrink" | "enlarge" | "bump" | "double" | "halve"
        | "extend" | "reduce" => &["resize", "scale"],
        "reset" | "fix" | "repair" | "refresh" => &["restart"],
        "bring up" | "run" | "activate" => &["start"],
        "archive" | "copy" | "clone" | "replicate" | "duplicate" => &["snapshot"],
        "move" | "transfer" | "swap" | "roll back" | "rollback" => &["write a playbook"],
        "block" | "close" => &["close-port", "make-private"],
        "open" | "allow" | "expose" => &["open-port"],
        "disable" | "deactivate" => &["stop"],
        _ => &["start", "stop", "restart", "resize", "tag", "write a playbook"],
    };
    let question = match verb {
        "kill" => "Kill: stop it, or delete it?".to_owned(),
        "open" | "close" | "allow" | "expose" => format!("What should I {verb}: which port, on what?"),
        _ => format!("I have no action “{verb}”. What should be done?"),
    };
    let options = options.iter().map(|&option| option.to_owned()).collect();
    scene.doubts.insert(0, escher_core::Clarify { question, options });
}

/// What the verb means on this kind: an address that is deleted is released.
fn settle_verb(scene: &Scene<'_>, verb: Verb) -> Verb {
    let kinds = scene.kinds();
    let has = |verb| kinds.iter().all(|&kind| ActionDef::find(Action { kind, verb }).is_some());
    match verb {
        Verb::Delete if !kinds.is_empty() && !has(verb) && has(Verb::Release) => Verb::Release,
        Verb::Release if !kinds.is_empty() && !has(verb) && has(Verb::Delete) => Verb::Delete,
        Verb::Resize if !kinds.is_empty() && !has(verb) && has(Verb::Scale) => Verb::Scale,
        other => other,
    }
}

/// What describes a resource that is to be made goes into the parameters.
fn into_params(scene: &mut Scene<'_>) {
    let found = std::mem::take(&mut scene.found);
    for found in found {
        let slot = match &found.ask {
            Ask::Is(Field::Name, value) => Some(("name", json!(value))),
            Ask::Is(Field::Region, value) => Some(("region", json!(value))),
            Ask::OneOf(Field::Region, values) => {
                let values = values.clone();
                scene.doubt("In which region?", values);
                None
            }
            Ask::Is(Field::Size, value) => Some(("size", json!(value))),
            Ask::Is(Field::Zone, value) => Some(("zone", json!(value))),
            _ => {
                scene.found.push(found);
                continue;
            }
        };
        if let Some((key, value)) = slot {
            scene.params.entry(key).or_insert(value);
        }
    }
}

/// Whether the catalogue has the verb for each kind that was told.
fn capable(scene: &mut Scene<'_>, verb: Verb) {
    let kinds = scene.kinds();
    let cannot: Vec<Kind> = kinds.iter().copied().filter(|&kind| ActionDef::find(Action { kind, verb }).is_none()).collect();
    if let Some(&kind) = cannot.first() {
        let can: Vec<String> = ActionDef::all().filter(|def| def.action.kind == kind).map(|def| def.action.verb.to_string()).collect();
        scene.doubt(format!("A {} has no action “{verb}”. What should be done?", goal::noun(kind, true)), can);
    } else if kinds.is_empty() && verb == Verb::Create {
        scene.doubt("Create what?", vec!["vm".to_owned(), "disk".to_owned(), "database".to_owned(), "bucket".to_owned()]);
    }
}

fn parameters(scene: &mut Scene<'_>, verb: Verb) {
    let kind = scene.kinds().first().copied();
    let def = ActionDef::all().find(|def| def.action.verb == verb && kind.is_none_or(|kind| def.action.kind == kind));
    let Some(def) = def else { return };
    let missing = def.params.iter().find(|param| param.required && !scene.params.contains_key(param.name));
    if let Some(param) = missing {
        let (question, options): (String, &[&str]) = match (verb, param.ty) {
            (Verb::Resize, _) => ("To which size?".to_owned(), &[]),
            (Verb::Scale, _) => ("To how many, or by how many?".to_owned(), &["+1", "+2"]),
            (_, ParamType::Tags) => ("With which tag? Write key=value.".to_owned(), &["owner=…", "env=…"]),
            (_, ParamType::Keys) => ("Which tag keys should go?".to_owned(), &[]),
            (_, ParamType::Port) => ("Which port?".to_owned(), &["22", "443"]),
            (Verb::Attach, _) => ("Attach it to what?".to_owned(), &[]),
            (_, _) if param.name == "name" => ("What should its name be?".to_owned(), &[]),
            _ => (format!("What is the {}?", param.name), &[]),
        };
        scene.doubt(question, options.iter().map(|&option| option.to_owned()).collect());
    } else if verb == Verb::OpenPort && !scene.params.contains_key("cidr") {
        scene.doubt("Open it for whom? Give an address range.", vec!["10.0.0.0/8".to_owned(), "0.0.0.0/0 (the whole internet)".to_owned()]);
    }
    // A disk's size is a number of GB, a machine's a SKU.
    if verb == Verb::Resize {
        let number =
            scene.params.get("size").is_some_and(|size| size.is_number() || size.as_str().is_some_and(|size| size.starts_with('+')));
        let disk = kind == Some(Kind::Disk);
        if scene.params.contains_key("size") && kind.is_some() && number != disk {
            let question = if disk { "To how many GB?" } else { "To which size (SKU)?" };
            scene.doubt(question, Vec::new());
        }
    }
}

fn narrow(scene: &mut Scene<'_>, verb: Verb) {
    let selector = present::selector(scene);
    let narrows = selector.as_ref().is_ok_and(escher_core::Selector::narrows);
    if selector.is_err() {
        scene.doubt("I cannot put that into one condition. Which resources exactly?", vec!["name them".to_owned()]);
    } else if !narrows {
        let what =
            scene.kinds().first().map_or_else(|| "everything".to_owned(), |&kind| format!("every {} there is", goal::noun(kind, true)));
        let question = if scene.pronoun {
            format!("{verb} what? I do not know what you refer to.")
        } else if scene.found.is_empty() && !scene.everything {
            format!("{verb} what?")
        } else {
            format!("That could mean {what}. Which ones exactly?")
        };
        let options = ["by name", "env = dev", "one region", "one account", "a tag"];
        scene.doubt(question, options.iter().map(|&option| option.to_owned()).collect());
    } else if scene.pronoun
        && !scene.found.iter().any(|found| matches!(found.ask, Ask::Is(Field::Name | Field::Id, _)))
        && scene.verb_and_pronoun_only()
    {
        scene.doubt(format!("{verb} what? I do not know what you refer to."), vec!["give its name".to_owned()]);
    }
}

impl Scene<'_> {
    /// “Delete it in us-east-1”: a pronoun is the object although something else narrows.
    fn verb_and_pronoun_only(&self) -> bool {
        self.kinds().is_empty() && (self.head..self.len().min(self.head + 3)).any(|i| super::verb::is_pronoun(self.low(i)))
    }
}

/// What one condition cannot say, or says only by a guess: some of many, this one or that one, two descriptions crossed.
fn vague(scene: &mut Scene<'_>) {
    let list = || vec!["name them".to_owned(), "list them first".to_owned()];
    let some = (scene.head..scene.len()).find(|&i| {
        let of = scene.low(i + 1) == "of"
            && matches!(scene.low(i), "one" | "two" | "three" | "part" | "most" | "many" | "any" | "half" | "some");
        of || matches!(scene.low(i), "some" | "several" | "few" | "couple" | "half" | "either" | "certain" | "random")
            && scene.found.iter().all(|found| found.at != i)
    });
    if let Some(i) = some {
        let word = scene.low(i).to_owned();
        scene.doubt(format!("I do not pick among many (“{word}”). Which ones exactly?"), list());
    }
    let names: Vec<usize> =
        scene.found.iter().filter(|found| matches!(found.ask, Ask::Is(Field::Name | Field::Id, _))).map(|found| found.at).collect();
    if names.windows(2).any(|pair| (pair[0] + 1..pair[1]).any(|i| scene.low(i) == "or")) {
        let options = names.iter().map(|&i| scene.text(i).to_owned()).collect();
        scene.doubt("The one or the other? Which one exactly?", options);
    }
    let kept = (scene.head + 1..scene.len())
        .find(|&i| scene.free(i) && matches!(scene.low(i), "keep" | "leave" | "spare" | "preserve" | "retain"));
    if let Some(i) = kept {
        let word = scene.low(i).to_owned();
        scene.doubt(format!("What should I {word}? Say it as “except …”."), Vec::new());
    }
    let alike = scene.found.iter().find_map(|found| match &found.ask {
        Ask::Like(Field::Name, value) if !found.negated => Some(value.clone()),
        // An address is the name of an address, and of nothing else.
        Ask::Is(Field::Name, value) if is_pattern(value) && !(by_address(scene) && value.parse::<IpAddr>().is_ok()) => Some(value.clone()),
        Ask::Given(selector) if selector.conjuncts().iter().any(by_likeness) => Some(selector.to_string()),
        _ => None,
    });
    if let Some(value) = alike {
        scene.doubt(format!("A change needs whole names, not “{value}”. Which ones exactly?"), list());
    }
    // “Stop no VMs”: not the same as stopping all that is no VM.
    let none = (scene.head + 1..scene.len()).any(|i| {
        matches!(scene.low(i), "no" | "zero" | "none" | "nothing")
            && (i <= scene.head + 2 || scene.found.iter().any(|found| found.at == i + 1 && matches!(found.ask, Ask::Kind(..))))
    });
    if none {
        scene.doubt("That names nothing. Which ones should it be?", list());
    }
    // “Stop stopping web-1”: what is under way can be neither stopped nor started by an order.
    if matches!(scene.low(scene.head + 1), "stopping" | "starting" | "restarting" | "deleting") {
        scene.doubt("That is two orders in one. What should happen?", list());
    }
    if either_condition(scene) {
        scene.doubt("One condition or the other: which ones exactly?", list());
    }
    let odd = scene.found.iter().any(|found| match &found.ask {
        Ask::Given(selector) => selector.conjuncts().iter().any(|part| {
            matches!(part, escher_core::Selector::Compare { field: Field::Tag(_), op: Op::Lt | Op::Le | Op::Gt | Op::Ge, value }
                if !value.plain().starts_with(|c: char| c.is_ascii_digit() || c == '$'))
        }),
        _ => false,
    });
    if odd {
        scene.doubt("I cannot read that comparison. Which ones exactly?", list());
    }
}

/// “Dev or idle VMs”: alternatives of different kinds, which a conjunction does not say.
fn either_condition(scene: &Scene<'_>) -> bool {
    (scene.head + 1..scene.len()).filter(|&i| scene.low(i) == "or" && scene.free(i)).any(|i| {
        let before = scene.found.iter().filter(|found| found.at < i).max_by_key(|found| found.at);
        let after = scene.found.iter().filter(|found| found.at > i).min_by_key(|found| found.at);
        before.zip(after).is_some_and(|(before, after)| about(&before.ask) != about(&after.ask))
    })
}

/// What stands for many names, or is none: `web-*`, `web-[1-5]`, `web-1..web-5`, an address.
fn is_pattern(name: &str) -> bool {
    let both = name.split_once('/').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty() && !b.contains('/'));
    both || region_like(name)
        || name.contains(['*', '[', '{', '(', '$', '`', ';', '|'])
        || name.contains("..")
        || name.parse::<IpAddr>().is_ok()
}

/// `eu-west-9`: the code of a region that there is none of.
fn region_like(name: &str) -> bool {
    const SIDES: &[&str] = &["east", "west", "north", "south", "central", "northeast", "northwest", "southeast", "southwest"];
    let parts: Vec<&str> = name.split('-').collect();
    matches!(parts.as_slice(), [area, side, number]
        if area.len() == 2 && SIDES.contains(side) && number.len() == 1 && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether the order is about addresses.
fn by_address(scene: &Scene<'_>) -> bool {
    scene.kinds() == [Kind::Ip] || scene.verb == Some(Verb::Release)
}

/// A condition on part of a name.
fn by_likeness(part: &escher_core::Selector) -> bool {
    matches!(part, escher_core::Selector::Compare { field: Field::Name, op: Op::Like, .. })
}
