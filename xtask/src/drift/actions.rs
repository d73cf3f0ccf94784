//! `docs/actions.md`: the action catalog as a table.

use std::fmt::Write;

use escher_core::{ActionDef, Effect, Kind, ParamDef, Result};

/// The page. Kinds in the vocabulary's order, verbs in the catalog's.
pub(crate) fn page() -> Result<String> {
    let mut text = String::from(
        "# Actions\n\n\
         The actions Escher knows for each kind of resource, before clouds, environments and policy are considered. Parameters\n\
         in brackets are optional. *Undo* names the verb that undoes the action; `-` means that nothing does. The risk is the\n\
         starting point: production and many targets raise it.\n\n\
         This page is generated from `escher-core`: change the catalog there, then run `cargo xtask drift --write`.\n",
    );
    let all: Vec<ActionDef> = ActionDef::all().collect();
    for &kind in Kind::ALL {
        let of_kind: Vec<&ActionDef> = all.iter().filter(|def| def.action.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        // Writing to a String does not fail.
        let _ =
            write!(text, "\n## {kind}\n\n| verb | action | parameters | effect | risk | undo | impact |\n|---|---|---|---|---|---|---|\n");
        for def in of_kind {
            let _ = writeln!(text, "{}", row(def));
        }
    }
    Ok(text)
}

fn row(def: &ActionDef) -> String {
    let params: Vec<String> = def.params.iter().map(param).collect();
    let params = if params.is_empty() { "-".to_owned() } else { params.join(", ") };
    let undo = def.inverse.map_or_else(|| "-".to_owned(), |verb| def.action.undo_called(verb).to_owned());
    let (verb, action, effect, risk, impact) = (def.action.verb, def.action, effect(def.effect), def.risk, def.impact);
    format!("| {verb} | `{action}` | {params} | {effect} | {risk} | {undo} | {} |", impact.replace('|', "\\|"))
}

fn param(def: &ParamDef) -> String {
    if def.required { format!("`{}`", def.name) } else { format!("[`{}`]", def.name) }
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Reads => "reads",
        Effect::Mutates => "mutates",
        Effect::Destroys => "destroys",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_exactly_one_row() {
        let page = page().unwrap();
        for def in ActionDef::all() {
            let rows = page.lines().filter(|line| line.contains(&format!("| `{}` |", def.action))).count();
            assert_eq!(rows, 1, "{}", def.action);
        }
    }

    #[test]
    fn a_row_tells_parameters_and_undo() {
        let resize = ActionDef::find("vm.resize".parse().unwrap()).unwrap();
        assert_eq!(
            row(&resize),
            "| resize | `vm.resize` | `size` | mutates | high | restore previous | it restarts, and its price changes |"
        );
        let delete = ActionDef::find("bucket.delete".parse().unwrap()).unwrap();
        assert!(row(&delete).contains("| destroys | critical | - |"), "{}", row(&delete));
    }
}
