//! The normalized words: cloud, kind, state, env, geo, engine.

/// Declares a closed vocabulary: the enum, its words, and the way back from a word.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident, $what:literal { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every word of the vocabulary, in its order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::Error;
            fn from_str(s: &str) -> std::result::Result<Self, $crate::Error> {
                Self::ALL.iter().copied().find(|v| v.as_str().eq_ignore_ascii_case(s)).ok_or_else(|| {
                    let words: Vec<&str> = Self::ALL.iter().map(|v| v.as_str()).collect();
                    $crate::Error::invalid(format!("`{s}` is not {} {}", $crate::label::article($what), $what)).hint(format!("one of: {}", words.join(", ")))
                })
            }
        }
    };
}

pub(crate) use vocabulary;

/// On the wire a type is its text: as it is displayed, and as it is parsed.
macro_rules! text_form {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(d)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string"})
            }
        }
    };
}

pub(crate) use text_form;

vocabulary! {
    /// One of the three clouds.
    CloudId, "cloud" {
        /// Amazon Web Services.
        Aws = "aws",
        /// Microsoft Azure.
        Azure = "azure",
        /// Google Cloud.
        Gcp = "gcp",
    }
}

vocabulary! {
    /// What a resource is, in words that hold over all clouds. The native type is kept beside it.
    #[allow(missing_docs, reason = "the words speak for themselves")]
    Kind, "kind" {
        Vm = "vm", ScaleGroup = "scale-group", Disk = "disk", Snapshot = "snapshot", Image = "image",
        Database = "database", Nosql = "nosql", Cache = "cache", Warehouse = "warehouse", Bucket = "bucket",
        Function = "function", ContainerService = "container-service", K8sCluster = "k8s-cluster",
        Registry = "registry", Network = "network", Subnet = "subnet", Nat = "nat", Firewall = "firewall",
        Ip = "ip", LoadBalancer = "load-balancer", DnsZone = "dns-zone", Queue = "queue", Topic = "topic",
        Secret = "secret", Key = "key", Role = "role", User = "user", Alarm = "alarm", LogGroup = "log-group",
        ResourceGroup = "resource-group", Account = "account", Other = "other",
    }
}

vocabulary! {
    /// Where a resource is in its life. The cloud's own word is kept in `state_raw`.
    #[allow(missing_docs, reason = "the words speak for themselves")]
    State, "state" {
        Running = "running", Starting = "starting", Stopping = "stopping", Stopped = "stopped", Pending = "pending",
        Suspended = "suspended", Terminated = "terminated", Error = "error", Unknown = "unknown",
    }
}

vocabulary! {
    /// The environment that a resource serves, derived (see [`crate::Resource::env`]).
    #[allow(missing_docs, reason = "the words speak for themselves")]
    Env, "env" { Prod = "prod", Staging = "staging", Dev = "dev", Test = "test", Sandbox = "sandbox" }
}

impl Env {
    /// The spellings that mean this environment, the word itself first.
    pub const fn spellings(self) -> &'static [&'static str] {
        match self {
            Self::Prod => &["prod", "production", "prd", "live"],
            Self::Staging => &["staging", "stage", "stg", "preprod", "uat"],
            Self::Dev => &["dev", "devel", "development"],
            Self::Test => &["test", "tst", "qa", "ci"],
            Self::Sandbox => &["sandbox", "sbx", "playground", "demo"],
        }
    }

    /// The environment that a whole word means, in any case.
    ///
    /// ```
    /// use escher_core::Env;
    /// assert_eq!(Env::from_word("Production"), Some(Env::Prod));
    /// assert_eq!(Env::from_word("product"), None);
    /// ```
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|env| env.spellings().iter().any(|s| s.eq_ignore_ascii_case(word)))
    }
}

vocabulary! {
    /// A part of the world, derived from the region.
    #[allow(missing_docs, reason = "the words speak for themselves")]
    Geo, "geo" {
        Us = "us", Ca = "ca", Sa = "sa", Eu = "eu", Uk = "uk", Me = "me", Af = "af", In = "in", Asia = "asia", Au = "au",
    }
}

vocabulary! {
    /// A database or cache engine.
    #[allow(missing_docs, reason = "the words speak for themselves")]
    Engine, "engine" {
        Postgres = "postgres", Mysql = "mysql", Mariadb = "mariadb", Sqlserver = "sqlserver", Oracle = "oracle",
        Mongodb = "mongodb", Redis = "redis", Memcached = "memcached", Cassandra = "cassandra",
    }
}

vocabulary! {
    /// A yes/no property that a resource may also be silent about.
    #[allow(missing_docs, reason = "the words speak for themselves")]
    Flag, "flag" {
        Idle = "idle", Public = "public", Encrypted = "encrypted", Attached = "attached", BackedUp = "backed-up",
        Untagged = "untagged",
    }
}

vocabulary! {
    /// What one can do to a resource; with a kind it makes an action, `vm.stop`.
    #[allow(missing_docs, reason = "the words speak for themselves")]
    Verb, "verb" {
        Start = "start", Stop = "stop", Restart = "restart", Resize = "resize", Scale = "scale", Create = "create",
        Delete = "delete", Tag = "tag", Untag = "untag", Snapshot = "snapshot", Restore = "restore", Encrypt = "encrypt",
        MakePrivate = "make-private", EnableVersioning = "enable-versioning", EnableBackups = "enable-backups",
        Attach = "attach", Detach = "detach", Release = "release", Rotate = "rotate", ClosePort = "close-port",
        OpenPort = "open-port",
    }
}

vocabulary! {
    /// How much can go wrong, ascending.
    #[allow(missing_docs, reason = "the words speak for themselves")]
    Risk, "risk" { Read = "read", Low = "low", Medium = "medium", High = "high", Critical = "critical" }
}

vocabulary! {
    /// What policy says of a plan, ascending in strictness: the strictest wins.
    #[allow(missing_docs, reason = "the words speak for themselves")]
    Decision, "decision" { Allow = "allow", Approve = "approve", Forbid = "forbid" }
}
