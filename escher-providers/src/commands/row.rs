//! A row of the tables, and how its command lines are filled in.

use escher_core::{Target, Verb};
use serde_json::{Map, Value};

use crate::tagging;

/// One thing that can be done to one native type.
pub(crate) struct Row {
    /// A native type; `*` at its end stands for anything.
    pub(super) native: &'static str,
    pub(super) verb: Verb,
    /// In the cloud's own words, parted by blanks.
    pub(super) permissions: &'static str,
    /// Command lines parted by ` | `, arguments by blanks; see [`Words::one`] for the places in braces. Of a setting, what
    /// follows ` || ` puts back what was before.
    pub(super) cli: &'static str,
}

macro_rules! rows {
    ($($native:literal $verb:ident $permissions:literal $cli:literal;)+) => {
        &[$(Row { native: $native, verb: escher_core::Verb::$verb, permissions: $permissions, cli: $cli }),+]
    };
}
pub(super) use rows;

impl Row {
    pub(super) fn is_for(&self, native: &str, verb: Verb) -> bool {
        self.verb == verb && self.native.strip_suffix('*').map_or(self.native == native, |front| native.starts_with(front))
    }

    /// What it needs, in the cloud's own words.
    pub(crate) fn permissions(&self) -> Vec<String> {
        self.permissions.split(' ').map(str::to_owned).collect()
    }

    /// The command lines for a target. A setting is put back where there is a parameter `previous`.
    pub(crate) fn lines(&self, target: &Target, params: &Map<String, Value>) -> Vec<Vec<String>> {
        let setting = matches!(self.verb, Verb::MakePrivate | Verb::Encrypt | Verb::EnableVersioning | Verb::EnableBackups);
        self.setting(target, params, !(setting && params.contains_key("previous")))
    }

    /// The command lines that set a setting, or put back what was. Where nothing is known that puts it back, no line is
    /// claimed to. No value is ever split: each stays within its argument.
    pub(super) fn setting(&self, target: &Target, params: &Map<String, Value>, on: bool) -> Vec<Vec<String>> {
        let words = Words { target, params };
        let (set, back) = self.cli.split_once(" || ").map_or((self.cli, None), |(set, back)| (set, Some(back)));
        let lines = if on { Some(set) } else { back };
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
        let pairs = || tagging::tags(self.params).into_iter();
        let keys = || tagging::keys(self.params).into_iter();
        let name = &self.target.name;
        match word {
            "{tags}" => pairs().map(|(k, v)| format!("{k}={v}")).collect(),
            "{tags:aws}" => pairs().map(|(k, v)| format!("Key={k},Value={v}")).collect(),
            "{tags:asg}" => pairs()
                .map(|(k, v)| format!("ResourceId={name},ResourceType=auto-scaling-group,Key={k},Value={v},PropagateAtLaunch=false"))
                .collect(),
            "{tags:bq}" => pairs().flat_map(|(k, v)| ["--set_label".to_owned(), format!("{k}:{v}")]).collect(),
            "{tags:map}" => vec![pairs().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(",")],
            "{keys}" => keys().collect(),
            "{keys:aws}" => keys().map(|k| format!("Key={k}")).collect(),
            "{keys:asg}" => keys().map(|k| format!("ResourceId={name},ResourceType=auto-scaling-group,Key={k}")).collect(),
            "{keys:bq}" => keys().flat_map(|k| ["--clear_label".to_owned(), k]).collect(),
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
