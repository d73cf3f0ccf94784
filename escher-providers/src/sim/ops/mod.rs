//! What can be done on the simulated clouds, and what the same would be on the real ones' command lines.

mod aws;
mod azure;
mod gcp;

use escher_core::{Action, ActionDef, CloudId, ParamDef, ParamType, ResourceId, Target, Verb};
use serde_json::{Map, Value, json};

use super::types::{self, TypeDef};

/// One thing that can be done to one native type.
pub(super) struct Op {
    cloud: CloudId,
    /// A native type; `*` at its end stands for anything.
    native: &'static str,
    verb: Verb,
    /// In the cloud's own words, parted by blanks.
    permissions: &'static str,
    /// Command lines parted by ` | `, arguments by blanks; see [`Words::one`] for the places in braces. Of a setting, what
    /// follows ` || ` puts back what was before.
    cli: &'static str,
}

macro_rules! rows {
    ($cloud:ident $($native:literal $verb:ident $permissions:literal $cli:literal;)+) => {
        &[$(Op {
            cloud: escher_core::CloudId::$cloud, native: $native, verb: escher_core::Verb::$verb,
            permissions: $permissions, cli: $cli,
        }),+]
    };
}
use rows;

/// What can be done to a type with a verb.
pub(super) fn find(def: &TypeDef, verb: Verb) -> Option<&'static Op> {
    let table = match def.cloud {
        CloudId::Aws => aws::OPS,
        CloudId::Azure => azure::OPS,
        CloudId::Gcp => gcp::OPS,
    };
    ActionDef::find(Action { kind: def.kind, verb })?;
    if matches!(verb, Verb::Tag | Verb::Untag) && !def.tags {
        return None;
    }
    table.iter().find(|op| {
        let fits = op.native.strip_suffix('*').map_or(op.native == def.native, |front| def.native.starts_with(front));
        op.cloud == def.cloud && op.verb == verb && fits
    })
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
    let (def, op) = of_kind.filter_map(|def| Some((def, find(def, action.verb)?))).next()?;
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
    Some(op.cli(&target, &params))
}

/// A word in capitals for a parameter.
fn stand_in(def: &ParamDef) -> Value {
    match def.ty {
        ParamType::Tags => json!({"KEY": "VALUE"}),
        ParamType::Keys => json!(["KEY"]),
        _ => def.name.to_uppercase().into(),
    }
}

impl Op {
    pub(super) fn permissions(&self) -> Vec<String> {
        self.permissions.split(' ').map(str::to_owned).collect()
    }

    /// The command lines for a target. No value is ever split: each stays within its argument.
    pub(super) fn cli(&self, target: &Target, params: &Map<String, Value>) -> Vec<Vec<String>> {
        let words = Words { target, params };
        let (on, off) = self.cli.split_once(" || ").map_or((self.cli, None), |(on, off)| (on, Some(off)));
        let setting = matches!(self.verb, Verb::MakePrivate | Verb::Encrypt | Verb::EnableVersioning | Verb::EnableBackups);
        // Where nothing is known that takes a setting away again, no line is claimed to.
        let lines = if setting && params.contains_key("previous") { off } else { Some(on) };
        let lines = lines.into_iter().flat_map(|lines| lines.split(" | "));
        lines.map(|line| line.split(' ').flat_map(|word| words.arguments(word)).collect()).collect()
    }
}

/// What the places in a command line stand for.
struct Words<'a> {
    target: &'a Target,
    params: &'a Map<String, Value>,
}

impl Words<'_> {
    /// One word of a row: usually one argument; a list of tags or keys is several.
    fn arguments(&self, word: &str) -> Vec<String> {
        let pairs = || {
            self.params
                .get("tags")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .map(|(k, v)| (k.as_str(), v.as_str().unwrap_or_default()))
        };
        let keys = || self.params.get("keys").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let name = &self.target.name;
        match word {
            "{tags}" => pairs().map(|(k, v)| format!("{k}={v}")).collect(),
            "{tags:aws}" => pairs().map(|(k, v)| format!("Key={k},Value={v}")).collect(),
            "{tags:asg}" => pairs()
                .map(|(k, v)| format!("ResourceId={name},ResourceType=auto-scaling-group,Key={k},Value={v},PropagateAtLaunch=false"))
                .collect(),
            "{tags:bq}" => pairs().flat_map(|(k, v)| ["--set_label".to_owned(), format!("{k}:{v}")]).collect(),
            "{tags:map}" => vec![pairs().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(",")],
            "{keys}" => keys().map(str::to_owned).collect(),
            "{keys:aws}" => keys().map(|k| format!("Key={k}")).collect(),
            "{keys:asg}" => keys().map(|k| format!("ResourceId={name},ResourceType=auto-scaling-group,Key={k}")).collect(),
            "{keys:bq}" => keys().flat_map(|k| ["--clear_label".to_owned(), k.to_owned()]).collect(),
            "{keys:empty}" => keys().map(|k| format!("{k}=")).collect(),
            "{keys:list}" => vec![keys().collect::<Vec<_>>().join(",")],
            _ => vec![self.fill(word)],
        }
    }

    fn fill(&self, word: &str) -> String {
        let mut out = String::new();
        let mut rest = word;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let place = after.split_once('}').and_then(|(place, tail)| Some((self.one(place)?, tail)));
            match place {
                Some((value, tail)) => {
                    out.push_str(&value);
                    rest = tail;
                }
                // A brace that is the command's own.
                None => {
                    out.push('{');
                    rest = after;
                }
            }
        }
        out.push_str(rest);
        out
    }

    /// The value of a place; `None` if there is no such place. What only the cloud can tell is left as a
    /// word in angle brackets for the person to fill in.
    fn one(&self, place: &str) -> Option<String> {
        let id = self.target.id.as_str();
        let param = |name: &str| self.params.get(name).map(text);
        Some(match place {
            "id" => id.to_owned(),
            "name" => self.target.name.clone(),
            "short" => self.target.id.last_segment().to_owned(),
            "account" => self.target.account.clone(),
            "region" => self.target.region.clone(),
            "zone" => after(id, "zones").unwrap_or_else(|| format!("{}-a", self.target.region)),
            "rg" => after(id, "resourcegroups").unwrap_or_else(|| "<resource-group>".into()),
            "parent" => ["service", "keyRings", "vaults"].iter().find_map(|word| after(id, word)).unwrap_or_else(|| "<parent>".into()),
            "size" => param("size").unwrap_or_else(|| "<size>".into()),
            "count" => param("count").unwrap_or_else(|| "<count>".into()),
            "port" => param("port").unwrap_or_else(|| "<port>".into()),
            "cidr" => param("cidr").unwrap_or_else(|| "<cidr>".into()),
            "to" => param("to").map(|to| to.rsplit('/').next().unwrap_or_default().to_owned()).unwrap_or_else(|| "<to>".into()),
            "new" => param("name").unwrap_or_else(|| format!("{}-escher", self.target.name)),
            "place" => param("region").unwrap_or_else(|| self.target.region.clone()),
            "snapshot" => "<newest-snapshot>".into(),
            "user" => "<instance>".into(),
            _ => return None,
        })
    }
}

/// The segment of a path after this one.
fn after(path: &str, segment: &str) -> Option<String> {
    let mut parts = path.split([':', '/']);
    parts.find(|part| *part == segment)?;
    parts.next().map(str::to_owned)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
