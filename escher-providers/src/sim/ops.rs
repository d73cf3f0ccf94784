//! What can be done on the simulated clouds: what has a command on the real ones.

use escher_core::{Action, ActionDef, CloudId, ParamDef, ParamType, ResourceId, Target, Verb};
use serde_json::{Value, json};

use super::types::{self, TypeDef};
use crate::commands::{self, Row};

/// What can be done to a type with a verb.
pub(super) fn find(def: &TypeDef, verb: Verb) -> Option<&'static Row> {
    ActionDef::find(Action { kind: def.kind, verb })?;
    if matches!(verb, Verb::Tag | Verb::Untag) && !def.tags {
        return None;
    }
    commands::find(def.cloud, def.native, verb)
}

/// Everything that can be done on a cloud.
pub(super) fn actions(cloud: CloudId) -> impl Iterator<Item = Action> {
    types::of(cloud)
        .flat_map(|def| Verb::ALL.iter().filter(move |&&verb| find(def, verb).is_some()).map(|&verb| Action { kind: def.kind, verb }))
}

/// The command lines that usually do this on a cloud, with words in capitals where the particulars belong; `None`
/// where no command is known.
///
/// ```
/// use escher_core::CloudId;
/// let lines = escher_providers::usual_commands(CloudId::Gcp, "vm.delete".parse()?).unwrap();
/// assert_eq!(lines[0][..4], ["gcloud", "compute", "instances", "delete"]);
/// # Ok::<(), escher_core::Error>(())
/// ```
pub fn usual_commands(cloud: CloudId, action: Action) -> Option<Vec<Vec<String>>> {
    let told = ActionDef::find(action)?.params.iter().filter(|def| def.ty != ParamType::Previous);
    let params = told.map(|def| (def.name.to_owned(), stand_in(def))).collect();
    let of_kind = types::of(cloud).filter(|def| def.kind == action.kind);
    let (def, row) = of_kind.filter_map(|def| Some((def, find(def, action.verb)?))).next()?;
    let mut id = String::new();
    for (n, part) in def.id.split(['{', '}']).enumerate() {
        // Between braces stands the name of what differs.
        id.push_str(&if n % 2 == 1 { part.to_uppercase() } else { part.to_owned() });
    }
    let target = Target {
        id: ResourceId::verbatim(id),
        name: "NAME".to_owned(),
        cloud,
        account: "ACCOUNT".to_owned(),
        region: "REGION".to_owned(),
        native: def.native.to_owned(),
        observed: String::new(),
        facts: None,
    };
    Some(row.lines(&target, &params))
}

/// A word in capitals for a parameter.
fn stand_in(def: &ParamDef) -> Value {
    match def.ty {
        ParamType::Tags => json!({"KEY": "VALUE"}),
        ParamType::Keys => json!(["KEY"]),
        _ => def.name.to_uppercase().into(),
    }
}
