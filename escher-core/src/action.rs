//! The action catalog: what can be done to which kind, for all clouds, in one place.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::words::text_form;
use crate::{Error, Kind, Result, Risk, Verb};

/// A kind and a verb: `vm.stop`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Action {
    /// What it acts on.
    pub kind: Kind,
    /// What it does.
    pub verb: Verb,
}

impl Action {
    /// What undoing it is called: the verb that does it, or, where that is the same one, that it restores what was before.
    pub fn undo_called(self, undo: Verb) -> &'static str {
        if undo == self.verb { "restore previous" } else { undo.as_str() }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}", self.kind, self.verb))
    }
}

impl FromStr for Action {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        let (kind, verb) = s
            .split_once('.')
            .ok_or_else(|| Error::invalid(format!("`{s}` is not an action")).hint("write kind.verb, for example vm.stop"))?;
        Ok(Self { kind: kind.parse()?, verb: verb.parse()? })
    }
}

text_form!(Action);

/// What an action leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Nothing.
    Reads,
    /// A change in which nothing is lost.
    Mutates,
    /// Something is lost.
    Destroys,
}

impl Effect {
    /// What it means to a person, in a clause.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Reads => "it only reads",
            Self::Mutates => "it changes the resource",
            Self::Destroys => "what it destroys is gone for good",
        }
    }
}

/// A parameter's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParamType {
    /// Text.
    Text,
    /// A whole number, or a text such as `+2`.
    Count,
    /// 0 to 65535, or a range `8000-8010`.
    Port,
    /// A CIDR block.
    Cidr,
    /// Keys with text values.
    Tags,
    /// A list of texts.
    Keys,
    /// What an undo puts back; the provider's own shape, never typed by a person.
    Previous,
}

/// One parameter of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ParamDef {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: ParamType,
    /// Whether the action makes no sense without it.
    pub required: bool,
}

const fn needs(name: &'static str, ty: ParamType) -> ParamDef {
    ParamDef { name, ty, required: true }
}
const fn may(name: &'static str, ty: ParamType) -> ParamDef {
    ParamDef { name, ty, required: false }
}

/// What the catalog says of a verb on a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ActionDef {
    /// The action.
    pub action: Action,
    /// Its parameters.
    pub params: &'static [ParamDef],
    /// What it leaves behind.
    pub effect: Effect,
    /// Its risk before environment and blast radius are looked at.
    pub risk: Risk,
    /// Whether doing it twice is the same as doing it once.
    pub idempotent: bool,
    /// The verb that undoes it.
    pub inverse: Option<Verb>,
    /// Selectors that must hold before.
    pub preconditions: &'static [&'static str],
    /// What must hold afterwards.
    pub verify: Verify,
    /// What it means for those who use the resource, in a clause.
    pub impact: &'static str,
}

/// How success is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verify {
    /// This selector matches the target.
    Holds(&'static str),
    /// The parameter's value stands in this field.
    FieldIsParam(&'static str, &'static str),
    /// The tags of parameter `tags` are there.
    TagsSet,
    /// The tag keys of parameter `keys` are gone.
    TagsGone,
    /// The target is gone, or on its way out.
    Gone,
    /// The provider checks in its own way when it acts.
    ByProvider,
}

/// One row of the verb table: what a verb means, wherever a kind has it.
struct VerbDef {
    verb: Verb,
    kinds: &'static [Kind],
    params: &'static [ParamDef],
    effect: Effect,
    risk: Risk,
    idempotent: bool,
    inverse: Option<Verb>,
    preconditions: &'static [&'static str],
    verify: Verify,
    impact: &'static str,
}

use Kind as K;

const RUNNABLE: &[Kind] = &[K::Vm, K::Database, K::ContainerService, K::K8sCluster, K::ScaleGroup, K::Function];
const TAGGABLE: &[Kind] = &[
    K::Vm,
    K::ScaleGroup,
    K::Disk,
    K::Snapshot,
    K::Image,
    K::Database,
    K::Nosql,
    K::Cache,
    K::Warehouse,
    K::Bucket,
    K::Function,
    K::ContainerService,
    K::K8sCluster,
    K::Registry,
    K::Network,
    K::Subnet,
    K::Nat,
    K::Firewall,
    K::Ip,
    K::LoadBalancer,
    K::DnsZone,
    K::Queue,
    K::Topic,
    K::Secret,
    K::Key,
    K::Role,
    K::User,
    K::Alarm,
    K::LogGroup,
    K::ResourceGroup,
];

/// The whole catalog in one table. A row is a verb with one meaning; verbs whose risk differs by kind have several rows.
static VERBS: &[VerbDef] = &[
    VerbDef {
        verb: Verb::Start,
        kinds: RUNNABLE,
        params: &[],
        effect: Effect::Mutates,
        risk: Risk::Low,
        idempotent: true,
        inverse: Some(Verb::Stop),
        preconditions: &["state = stopped"],
        verify: Verify::Holds("state = running"),
        impact: "it is billed while it runs",
    },
    VerbDef {
        verb: Verb::Stop,
        kinds: RUNNABLE,
        params: &[],
        effect: Effect::Mutates,
        risk: Risk::Medium,
        idempotent: true,
        inverse: Some(Verb::Start),
        preconditions: &["state = running"],
        verify: Verify::Holds("state = stopped"),
        impact: "unreachable until it is started again",
    },
    VerbDef {
        verb: Verb::Restart,
        kinds: &[K::Vm, K::Database, K::ContainerService, K::Function],
        params: &[],
        effect: Effect::Mutates,
        risk: Risk::Medium,
        idempotent: false,
        inverse: None,
        preconditions: &["state = running"],
        verify: Verify::Holds("state = running"),
        impact: "briefly unreachable",
    },
    VerbDef {
        verb: Verb::Resize,
        kinds: &[K::Vm, K::Database, K::Cache],
        params: &[needs("size", ParamType::Text)],
        effect: Effect::Mutates,
        risk: Risk::High,
        idempotent: true,
        inverse: Some(Verb::Resize),
        preconditions: &["state IN (running, stopped)"],
        verify: Verify::FieldIsParam("size", "size"),
        impact: "it restarts, and its price changes",
    },
    VerbDef {
        verb: Verb::Resize,
        kinds: &[K::Disk],
        params: &[needs("size", ParamType::Count)],
        effect: Effect::Mutates,
        risk: Risk::Medium,
        idempotent: true,
        inverse: None,
        preconditions: &[],
        verify: Verify::FieldIsParam("capacity", "size"),
        impact: "a disk can grow but not shrink again",
    },
    VerbDef {
        verb: Verb::Scale,
        kinds: &[K::ScaleGroup, K::ContainerService, K::K8sCluster],
        params: &[needs("count", ParamType::Count)],
        effect: Effect::Mutates,
        risk: Risk::Medium,
        idempotent: false,
        inverse: Some(Verb::Scale),
        preconditions: &[],
        verify: Verify::ByProvider,
        impact: "its capacity and cost change",
    },
    VerbDef {
        verb: Verb::Create,
        kinds: &[K::Vm, K::Disk, K::Database, K::Bucket, K::Network, K::Subnet, K::Firewall, K::Ip, K::Queue, K::Topic],
        params: &[needs("name", ParamType::Text), may("region", ParamType::Text), may("size", ParamType::Text)],
        effect: Effect::Mutates,
        risk: Risk::Medium,
        idempotent: false,
        inverse: Some(Verb::Delete),
        preconditions: &[],
        verify: Verify::ByProvider,
        impact: "it is billed from now on",
    },
    VerbDef {
        verb: Verb::Delete,
        kinds: &[
            K::Vm,
            K::ScaleGroup,
            K::Database,
            K::Nosql,
            K::Cache,
            K::Warehouse,
            K::Bucket,
            K::Function,
            K::ContainerService,
            K::K8sCluster,
            K::Network,
            K::DnsZone,
            K::Secret,
            K::Key,
            K::ResourceGroup,
        ],
        params: &[],
        effect: Effect::Destroys,
        risk: Risk::Critical,
        idempotent: true,
        inverse: None,
        preconditions: &[],
        verify: Verify::Gone,
        impact: "gone for good, with everything in it",
    },
    VerbDef {
        verb: Verb::Delete,
        kinds: &[
            K::Disk,
            K::Snapshot,
            K::Image,
            K::Registry,
            K::Subnet,
            K::Nat,
            K::Firewall,
            K::LoadBalancer,
            K::Queue,
            K::Topic,
            K::Role,
            K::User,
            K::Alarm,
            K::LogGroup,
        ],
        params: &[],
        effect: Effect::Destroys,
        risk: Risk::High,
        idempotent: true,
        inverse: None,
        preconditions: &[],
        verify: Verify::Gone,
        impact: "gone for good",
    },
    VerbDef {
        verb: Verb::Tag,
        kinds: TAGGABLE,
        params: &[needs("tags", ParamType::Tags)],
        effect: Effect::Mutates,
        risk: Risk::Low,
        idempotent: true,
        inverse: Some(Verb::Untag),
        preconditions: &[],
        verify: Verify::TagsSet,
        impact: "policies and scripts that select by tag may match differently",
    },
    VerbDef {
        verb: Verb::Untag,
        kinds: TAGGABLE,
        params: &[needs("keys", ParamType::Keys)],
        effect: Effect::Mutates,
        risk: Risk::Low,
        idempotent: true,
        inverse: Some(Verb::Tag),
        preconditions: &[],
        verify: Verify::TagsGone,
        impact: "policies and scripts that select by tag may match differently",
    },
    VerbDef {
        verb: Verb::Snapshot,
        kinds: &[K::Vm, K::Disk, K::Database, K::Cache],
        params: &[may("name", ParamType::Text)],
        effect: Effect::Mutates,
        risk: Risk::Low,
        idempotent: false,
        inverse: None,
        preconditions: &[],
        verify: Verify::ByProvider,
        impact: "the snapshot's storage is billed",
    },
    VerbDef {
        verb: Verb::Restore,
        kinds: &[K::Disk, K::Database, K::Snapshot],
        params: &[needs("name", ParamType::Text)],
        effect: Effect::Mutates,
        risk: Risk::Medium,
        idempotent: false,
        inverse: None,
        preconditions: &[],
        verify: Verify::ByProvider,
        impact: "a new resource next to the old one",
    },
    VerbDef {
        verb: Verb::Encrypt,
        kinds: &[K::Bucket],
        params: &[may("previous", ParamType::Previous)],
        effect: Effect::Mutates,
        risk: Risk::Low,
        idempotent: true,
        inverse: Some(Verb::Encrypt),
        preconditions: &[],
        verify: Verify::ByProvider,
        impact: "new objects are encrypted by default",
    },
    VerbDef {
        verb: Verb::MakePrivate,
        kinds: &[K::Bucket, K::Database, K::Snapshot, K::Image],
        params: &[may("previous", ParamType::Previous)],
        effect: Effect::Mutates,
        risk: Risk::Medium,
        idempotent: true,
        inverse: Some(Verb::MakePrivate),
        preconditions: &[],
        verify: Verify::ByProvider,
        impact: "no longer accessible from the internet",
    },
    VerbDef {
        verb: Verb::EnableVersioning,
        kinds: &[K::Bucket],
        params: &[may("previous", ParamType::Previous)],
        effect: Effect::Mutates,
        risk: Risk::Low,
        idempotent: true,
        inverse: Some(Verb::EnableVersioning),
        preconditions: &[],
        verify: Verify::ByProvider,
        impact: "old versions are kept, and their storage is billed",
    },
    VerbDef {
        verb: Verb::EnableBackups,
        kinds: &[K::Database, K::Vm, K::Disk],
        params: &[may("previous", ParamType::Previous)],
        effect: Effect::Mutates,
        risk: Risk::Low,
        idempotent: true,
        inverse: Some(Verb::EnableBackups),
        preconditions: &[],
        verify: Verify::ByProvider,
        impact: "backup storage is billed",
    },
    VerbDef {
        verb: Verb::Attach,
        kinds: &[K::Disk, K::Ip],
        params: &[needs("to", ParamType::Text)],
        effect: Effect::Mutates,
        risk: Risk::Medium,
        idempotent: true,
        inverse: Some(Verb::Detach),
        preconditions: &["attached = false"],
        verify: Verify::Holds("attached"),
        impact: "the resource it is attached to gets a new device or address",
    },
    VerbDef {
        verb: Verb::Detach,
        kinds: &[K::Disk, K::Ip],
        params: &[],
        effect: Effect::Mutates,
        risk: Risk::High,
        idempotent: true,
        inverse: Some(Verb::Attach),
        preconditions: &["attached"],
        verify: Verify::Holds("attached = false"),
        impact: "whatever uses it loses access to it",
    },
    VerbDef {
        verb: Verb::Release,
        kinds: &[K::Ip],
        params: &[],
        effect: Effect::Destroys,
        risk: Risk::High,
        idempotent: true,
        inverse: None,
        preconditions: &["attached = false"],
        verify: Verify::Gone,
        impact: "the address returns to the cloud, and you can't get it back",
    },
    VerbDef {
        verb: Verb::Rotate,
        kinds: &[K::Secret, K::Key],
        params: &[],
        effect: Effect::Mutates,
        risk: Risk::High,
        idempotent: false,
        inverse: None,
        preconditions: &[],
        verify: Verify::ByProvider,
        impact: "anything that uses the old value must fetch the new one",
    },
    VerbDef {
        verb: Verb::ClosePort,
        kinds: &[K::Firewall],
        params: &[needs("port", ParamType::Port), may("cidr", ParamType::Cidr), may("previous", ParamType::Previous)],
        effect: Effect::Mutates,
        risk: Risk::Medium,
        idempotent: true,
        inverse: Some(Verb::OpenPort),
        preconditions: &[],
        verify: Verify::ByProvider,
        impact: "connections on that port are refused",
    },
    VerbDef {
        verb: Verb::OpenPort,
        kinds: &[K::Firewall],
        params: &[needs("port", ParamType::Port), may("cidr", ParamType::Cidr), may("previous", ParamType::Previous)],
        effect: Effect::Mutates,
        risk: Risk::High,
        idempotent: true,
        inverse: Some(Verb::ClosePort),
        preconditions: &[],
        verify: Verify::ByProvider,
        impact: "connections on that port are accepted",
    },
];

impl ActionDef {
    /// The definition of an action; `None` if the kind does not have the verb.
    pub fn find(action: Action) -> Option<Self> {
        VERBS.iter().find(|row| row.verb == action.verb && row.kinds.contains(&action.kind)).map(|row| row.on(action.kind))
    }

    /// Every action of the catalog.
    pub fn all() -> impl Iterator<Item = Self> {
        VERBS.iter().flat_map(|row| row.kinds.iter().map(|&kind| row.on(kind)))
    }

    /// The parameters in their definite form, or what is wrong with them.
    ///
    /// # Errors
    /// `Invalid` names the parameter that is missing, unknown or of another type.
    pub fn check_params(&self, params: &Map<String, Value>) -> Result<()> {
        for (name, value) in params {
            let def = self.params.iter().find(|def| def.name == name).ok_or_else(|| self.bad(format!("there is no parameter `{name}`")))?;
            if !def.ty.admits(value) {
                return Err(self.bad(format!("parameter `{name}` can't be {value}")));
            }
        }
        match self.params.iter().find(|def| def.required && !params.contains_key(def.name)) {
            Some(def) => Err(self.bad(format!("parameter `{}` is missing", def.name))),
            None => Ok(()),
        }
    }

    fn bad(&self, message: String) -> Error {
        let known: Vec<&str> = self.params.iter().map(|def| def.name).collect();
        let hint = if known.is_empty() { "it takes no parameters".to_owned() } else { format!("it takes: {}", known.join(", ")) };
        Error::invalid(message).operation(self.action.to_string()).hint(hint)
    }
}

impl VerbDef {
    fn on(&self, kind: Kind) -> ActionDef {
        ActionDef {
            action: Action { kind, verb: self.verb },
            params: self.params,
            effect: self.effect,
            risk: self.risk,
            idempotent: self.idempotent,
            inverse: self.inverse,
            preconditions: self.preconditions,
            verify: self.verify,
            impact: self.impact,
        }
    }
}

impl ParamType {
    fn admits(self, value: &Value) -> bool {
        let port = |text: &str| text.parse::<u16>().is_ok();
        match (self, value) {
            (Self::Text, Value::String(text)) => !text.is_empty(),
            (Self::Count, Value::Number(n)) => n.as_u64().is_some(),
            (Self::Count, Value::String(text)) => text.trim_start_matches(['+', '-']).parse::<u64>().is_ok(),
            (Self::Port, Value::Number(n)) => n.as_u64().is_some_and(|n| n <= u64::from(u16::MAX)),
            (Self::Port, Value::String(text)) => text.split_once('-').map_or_else(|| port(text), |(a, b)| port(a) && port(b)),
            (Self::Cidr, Value::String(text)) => is_cidr(text),
            (Self::Tags, Value::Object(tags)) => !tags.is_empty() && tags.values().all(Value::is_string),
            (Self::Keys, Value::Array(keys)) => !keys.is_empty() && keys.iter().all(Value::is_string),
            (Self::Previous, _) => true,
            _ => false,
        }
    }
}

fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    match (address.parse::<std::net::IpAddr>(), bits.parse::<u8>()) {
        (Ok(std::net::IpAddr::V4(_)), Ok(bits)) => bits <= 32,
        (Ok(std::net::IpAddr::V6(_)), Ok(bits)) => bits <= 128,
        _ => false,
    }
}
