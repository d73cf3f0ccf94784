//! A resource as every part of Escher sees it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{CloudId, Engine, Env, Geo, Kind, Rel, ResourceId, State, digest, fuzzy, regions};

/// Names of the attributes that selectors, flags and the store read; listers fill them where told.
pub mod attr {
    /// Database or cache engine, one of [`crate::Engine`]'s words.
    pub const ENGINE: &str = "engine";
    /// The SKU, `m5.large`.
    pub const SIZE: &str = "size";
    /// Storage, GB.
    pub const CAPACITY: &str = "capacity";
    /// Memory, GB.
    pub const MEMORY: &str = "memory";
    /// Azure resource group or another group of the cloud.
    pub const RESOURCE_GROUP: &str = "resource_group";
    /// The network the resource is in: name or id.
    pub const NETWORK: &str = "network";
    /// Reachable or readable from the internet by its own settings: true or false.
    pub const PUBLIC: &str = "public";
    /// Encrypted at rest: true or false.
    pub const ENCRYPTED: &str = "encrypted";
    /// In use by something: true or false.
    pub const ATTACHED: &str = "attached";
    /// The account that owns a resource which is only shared with us.
    pub const OWNER: &str = "owner";
    /// The account of ours with which a resource is shared.
    pub const SHARED_WITH: &str = "shared_with";
    /// The name of the scale group that a machine belongs to.
    pub const SCALE_GROUP: &str = "scale_group";
    /// Automatic backups are on: true or false.
    pub const AUTO_BACKUPS: &str = "automatic_backups";
    /// Time of the newest backup or snapshot, RFC 3339; [`NO_BACKUP`] where there is certainly none.
    pub const LAST_BACKUP: &str = "last_backup";
    /// What stands for the time of a backup where there is none: so long ago that it counts for nothing.
    pub const NO_BACKUP: &str = "1970-01-01T00:00:00Z";
}

/// Names of the metrics that the idle rules and the selector read.
pub mod metric {
    /// Mean CPU over 14 days, percent.
    pub const CPU_AVG: &str = "cpu_avg";
    /// Peak CPU over 14 days, percent.
    pub const CPU_MAX: &str = "cpu_max";
    /// Network traffic, MB a day, over 14 days.
    pub const NET_MB_DAY: &str = "net_mb_day";
    /// 95th percentile of the peak CPU over 7 days, percent.
    pub const CPU_P95_MAX: &str = "cpu_p95_max";
    /// Mean CPU over the last 3 days, percent.
    pub const CPU_AVG_3D: &str = "cpu_avg_3d";
    /// Share of the runtime below 0.03 vCPU over 14 days, percent.
    pub const VCPU_LOW_PCT: &str = "vcpu_low_pct";
    /// 95th percentile of inbound traffic over 14 days, bytes a second.
    pub const NET_IN_BPS_P95: &str = "net_in_bps_p95";
    /// 95th percentile of outbound traffic over 14 days, bytes a second.
    pub const NET_OUT_BPS_P95: &str = "net_out_bps_p95";
    /// Most connections at once over 14 days.
    pub const CONNECTIONS_MAX: &str = "connections_max";
    /// Healthy targets behind a load balancer.
    pub const HEALTHY_TARGETS: &str = "healthy_targets";
}

/// A relation to another resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Link {
    /// How it relates.
    pub rel: Rel,
    /// The other resource's id; it may be one that the estate does not hold.
    pub id: ResourceId,
}

/// One resource of any cloud, normalized. What is `None` or absent was not reported and counts as unknown.
///
/// Fast-moving values (`metrics`, `cost_month`, the time of the newest backup) are apart from what [`Resource::observed_hash`] covers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// Canonical id, unique over all clouds.
    pub id: ResourceId,
    /// The cloud.
    pub cloud: CloudId,
    /// Account id, subscription id or project id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The account's display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    /// The provider's own region code; `global` for what has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The provider's own zone code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The normalized kind.
    pub kind: Kind,
    /// The native type, e.g. `ec2:instance`.
    #[serde(rename = "type")]
    pub native: String,
    /// The name a person knows it by.
    pub name: String,
    /// The normalized state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// The cloud's own word for the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_raw: Option<String>,
    /// Tags or labels; `None` if the source does not say, empty where it says there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// When it was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Everything else worth keeping, under fixed names (see [`attr`]) or the cloud's own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Value>,
    /// Relations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// Other ids of the same resource, by which cost rows and events find it. Once called `akas`, and still read as that.
    #[serde(default, alias = "akas", skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Measured values (see [`metric`] for names and units).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics: BTreeMap<String, f64>,
    /// US dollars a month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_month: Option<f64>,
}

impl Resource {
    /// A resource of which only the essentials are told.
    pub fn new(cloud: CloudId, id: impl Into<String>, kind: Kind, native: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: ResourceId::new(cloud, id),
            cloud,
            account: None,
            account_name: None,
            region: None,
            zone: None,
            kind,
            native: native.into(),
            name: name.into(),
            state: None,
            state_raw: None,
            tags: None,
            created: None,
            attributes: BTreeMap::new(),
            links: Vec::new(),
            aliases: Vec::new(),
            metrics: BTreeMap::new(),
            cost_month: None,
        }
    }

    /// The tags whose keys are equal to one in any case, whole: `Owner` and `owner` are both `owner`. Clouds tell them
    /// apart, so a resource may have several.
    pub fn tags_like(&self, key: &str) -> impl Iterator<Item = (&str, &str)> {
        let key = fuzzy::fold(key);
        self.tags.iter().flatten().filter(move |(own, _)| fuzzy::fold(own) == key).map(|(own, value)| (own.as_str(), value.as_str()))
    }

    /// The values of the tags whose keys are equal to one in any case.
    pub fn tag_values(&self, key: &str) -> impl Iterator<Item = &str> {
        self.tags_like(key).map(|(_, value)| value)
    }

    /// The scale group that a machine belongs to, by the name its cloud gives it: told as an attribute, or by the tag that
    /// only EC2 Auto Scaling can set.
    pub fn scale_group(&self) -> Option<&str> {
        let tagged = || self.tags.as_ref()?.get("aws:autoscaling:groupName").map(String::as_str);
        self.text_attr(attr::SCALE_GROUP).or_else(tagged).filter(|name| !name.is_empty())
    }

    /// The account of ours through which a resource of another account is known; `None` for our own.
    pub fn shared_with(&self) -> Option<&str> {
        self.text_attr(attr::SHARED_WITH).filter(|ours| self.account.as_deref() != Some(*ours))
    }

    /// An attribute's text.
    pub fn text_attr(&self, name: &str) -> Option<&str> {
        self.attributes.get(name)?.as_str()
    }

    /// An attribute's number.
    pub fn number_attr(&self, name: &str) -> Option<f64> {
        self.attributes.get(name)?.as_f64()
    }

    /// An attribute's truth value.
    pub fn bool_attr(&self, name: &str) -> Option<bool> {
        self.attributes.get(name)?.as_bool()
    }

    /// The provider's service word: `ec2`, `microsoft.compute`, `compute`.
    pub fn service(&self) -> &str {
        let end = match self.cloud {
            CloudId::Aws => self.native.find(':'),
            CloudId::Azure => self.native.find('/'),
            CloudId::Gcp => self.native.find('.'),
        };
        &self.native[..end.unwrap_or(self.native.len())]
    }

    /// The part of the world, from the region.
    pub fn geo(&self) -> Option<Geo> {
        regions::geo_of(self.cloud, self.region.as_deref()?)
    }

    /// What a look of little depth reports, over what is known of the same resource. Tags replace one another as a whole;
    /// attributes, metrics, links and aliases that only one of both has are kept.
    #[must_use]
    pub fn over(self, known: &Self) -> Self {
        let mut it = self;
        let is_word = |kind: Kind, native: &str| kind.as_str() == native;
        if it.kind == Kind::Other {
            it.kind = known.kind;
        }
        if is_word(it.kind, &it.native) || is_word(Kind::Other, &it.native) {
            it.native.clone_from(&known.native);
        }
        // A name that only repeats the id is none that was reported, unless a tag gave the other and is gone.
        if !it.lost_its_name_tag(known) && [it.id.as_str(), it.id.last_segment()].contains(&it.name.as_str()) {
            it.name.clone_from(&known.name);
        }
        it.account = it.account.or_else(|| known.account.clone());
        it.account_name = it.account_name.or_else(|| known.account_name.clone());
        it.region = it.region.or_else(|| known.region.clone());
        it.zone = it.zone.or_else(|| known.zone.clone());
        if it.state.is_none() {
            (it.state, it.state_raw) = (known.state, known.state_raw.clone());
        }
        it.tags = it.tags.or_else(|| known.tags.clone());
        it.created = it.created.or(known.created);
        it.cost_month = it.cost_month.or(known.cost_month);
        for (name, value) in &known.attributes {
            it.attributes.entry(name.clone()).or_insert_with(|| value.clone());
        }
        for (name, value) in &known.metrics {
            it.metrics.entry(name.clone()).or_insert(*value);
        }
        // In the order in which they are known: the same links in another order would count as a change.
        let new: Vec<_> = it.links.into_iter().filter(|link| !known.links.contains(link)).collect();
        it.links = known.links.iter().cloned().chain(new).collect();
        let new: Vec<_> = it.aliases.into_iter().filter(|alias| !known.aliases.contains(alias)).collect();
        it.aliases = known.aliases.iter().cloned().chain(new).collect();
        it
    }

    /// Whether a tag that `known` has its name from is reported to be gone.
    pub fn lost_its_name_tag(&self, known: &Self) -> bool {
        let tag = |of: &Self| of.tags.as_ref().and_then(|tags| tags.get("Name")).cloned();
        self.tags.is_some() && tag(self).is_none() && tag(known).as_ref() == Some(&known.name)
    }

    /// The environment: tags `env`, `environment`, `stage` first, then resource group, account display name, name.
    pub fn env(&self) -> Option<Env> {
        // Of keys that differ in case only, any may be the one that says it.
        let tagged = ["env", "environment", "stage"].into_iter().flat_map(|key| self.tag_values(key)).find_map(Env::from_word);
        tagged.or_else(|| {
            [self.text_attr(attr::RESOURCE_GROUP), self.account_name.as_deref(), Some(self.name.as_str())]
                .into_iter()
                .flatten()
                // `checkout-dev01` is as much dev as `checkout-dev-01`.
                .find_map(|text| {
                    text.split(|c: char| !c.is_alphanumeric()).find_map(|word| Env::from_word(word.trim_end_matches(char::is_numeric)))
                })
        })
    }

    /// The engine: told by the attribute, or by a type that has only one.
    pub fn engine(&self) -> Option<Engine> {
        if let Some(told) = self.text_attr(attr::ENGINE) {
            return Engine::from_alias(told);
        }
        let native = self.native.to_ascii_lowercase();
        [
            ("dbforpostgresql", Engine::Postgres),
            ("dbformysql", Engine::Mysql),
            ("dbformariadb", Engine::Mariadb),
            ("microsoft.sql/", Engine::Sqlserver),
            ("microsoft.cache/redis", Engine::Redis),
            ("redis.googleapis.com", Engine::Redis),
            ("memcache.googleapis.com", Engine::Memcached),
        ]
        .into_iter()
        .find_map(|(part, engine)| native.contains(part).then_some(engine))
    }

    /// SHA-256 (hex, `sha256:` in front) over everything that is not fast-moving: what an approval rests on.
    pub fn observed_hash(&self) -> String {
        // What could not be written would equal nothing that is stored, as in the digest itself.
        let mut told = serde_json::to_value(self).unwrap_or_else(|e| format!("not JSON: {e}").into());
        if let Some(told) = told.as_object_mut() {
            told.remove("metrics");
            told.remove("cost_month");
            // Without anything in it, it is left out as well.
            if let Some(Value::Object(mut slow)) = told.remove("attributes")
                && (slow.remove(attr::LAST_BACKUP).is_none() || !slow.is_empty())
            {
                told.insert("attributes".to_owned(), Value::Object(slow));
            }
            // Under the name that they once had: so plans and stored entries of then keep their hashes.
            if let Some(aliases) = told.remove("aliases") {
                told.insert("akas".to_owned(), aliases);
            }
        }
        digest::of_value(&told)
    }
}

impl Engine {
    /// The engine that a provider's word means: `aurora-postgresql`, `POSTGRES_15`, `mssql`.
    ///
    /// ```
    /// use escher_core::Engine;
    /// assert_eq!(Engine::from_alias("aurora-postgresql"), Some(Engine::Postgres));
    /// assert_eq!(Engine::from_alias("SQLSERVER_2019_WEB"), Some(Engine::Sqlserver));
    /// assert_eq!(Engine::from_alias("neptune"), None);
    /// ```
    pub fn from_alias(word: &str) -> Option<Self> {
        const STEMS: &[(&str, Engine)] = &[
            ("postgres", Engine::Postgres),
            ("pgsql", Engine::Postgres),
            ("mysql", Engine::Mysql),
            ("mariadb", Engine::Mariadb),
            ("sqlserver", Engine::Sqlserver),
            ("sql server", Engine::Sqlserver),
            ("mssql", Engine::Sqlserver),
            ("oracle", Engine::Oracle),
            ("mongo", Engine::Mongodb),
            ("docdb", Engine::Mongodb),
            ("redis", Engine::Redis),
            ("valkey", Engine::Redis),
            ("memcache", Engine::Memcached),
            ("cassandra", Engine::Cassandra),
        ];
        let word = word.to_ascii_lowercase();
        match word.as_str() {
            "pg" => Some(Self::Postgres),
            "aurora" => Some(Self::Mysql),
            _ => STEMS.iter().find(|(stem, _)| word.contains(stem)).map(|&(_, engine)| engine),
        }
    }
}

impl State {
    /// The state that a cloud's own word means: `available`, `VM deallocated`, `TERMINATED` on GCP.
    pub fn from_raw(cloud: CloudId, raw: &str) -> Self {
        let word = raw.trim().to_ascii_lowercase();
        let word = word.strip_prefix("vm ").or_else(|| word.strip_prefix("powerstate/")).unwrap_or(&word);
        match (cloud, word) {
            (CloudId::Gcp, "terminated") => Self::Stopped,
            (_, "running" | "available" | "in-use" | "active" | "ready" | "online" | "runnable" | "succeeded" | "ok" | "completed") => {
                Self::Running
            }
            (_, "starting" | "staging" | "rebooting" | "provisioning" | "resuming" | "repairing") => Self::Starting,
            (_, "stopping" | "deallocating" | "shutting-down" | "suspending") => Self::Stopping,
            (_, "stopped" | "deallocated" | "paused") => Self::Stopped,
            (_, "suspended") => Self::Suspended,
            (_, "pending" | "creating" | "pending_create" | "modifying" | "updating" | "backing-up") => Self::Pending,
            (_, "terminated" | "deleted" | "deleting") => Self::Terminated,
            (_, "error" | "failed" | "incompatible-network" | "storage-full") => Self::Error,
            _ => raw.parse().unwrap_or(Self::Unknown),
        }
    }
}
