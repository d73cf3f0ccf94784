//! The estate that a seed stands for.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use escher_core::resource::attr;
use escher_core::{CloudId, Env, Error, Kind, Rel, Resource, ResourceId};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::json;

use super::accounts::{Account, PROJECT_X};
use super::build::{Ask, Builder, GROUPS, LEGACY};
use super::tags::Style;
use super::types::{self, Place, TypeDef};
use super::{costs, names};

/// Which estate: a seed and how many resources. Written `SEED:N`.
///
/// ```
/// use escher_providers::sim::SimSpec;
/// let spec: SimSpec = "7:600".parse()?;
/// assert_eq!(spec, SimSpec::DEMO);
/// assert_eq!(spec.to_string(), "7:600");
/// # Ok::<(), escher_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SimSpec {
    /// What everything is drawn from.
    pub seed: u64,
    /// How many resources, over the three clouds together.
    pub count: usize,
}

impl SimSpec {
    /// The estate of the demonstration.
    pub const DEMO: Self = Self { seed: 7, count: 600 };
    /// The most resources that a simulated estate may have.
    pub const MOST: usize = 1_000_000;
    /// From this many on, every estate has the cases that demonstrations and tests ask about.
    pub const WHOLE: usize = 300;
}

impl FromStr for SimSpec {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = || Error::invalid(format!("`{text}` is not a simulated estate")).hint("write SEED:N, for example 7:600");
        let (seed, count) = text.trim().split_once(':').ok_or_else(bad)?;
        let (Ok(seed), Ok(count)) = (seed.parse(), count.parse()) else { return Err(bad()) };
        if count == 0 || count > Self::MOST {
            return Err(bad().hint(format!("between 1 and {} resources", Self::MOST)));
        }
        Ok(Self { seed, count })
    }
}

impl fmt::Display for SimSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seed, self.count)
    }
}

impl Serialize for SimSpec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SimSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for SimSpec {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SimSpec".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[0-9]+:[0-9]+$", "description": "A seed and a size."})
    }
}

/// A generated estate as it was born: the same for the same spec and day, on every machine.
#[derive(Debug)]
pub struct SimWorld {
    spec: SimSpec,
    born: Timestamp,
    accounts: Vec<Account>,
    resources: Vec<Resource>,
    index: HashMap<ResourceId, usize>,
}

impl SimWorld {
    /// Generates an estate. Dates in it are relative to the day (UTC) of `now`.
    pub fn new(spec: SimSpec, now: Timestamp) -> Self {
        let born = day_of(now);
        let mut builder = Builder::new(spec.seed, spec.count, born);
        let ground = builder.groundwork();
        builder.scenarios();
        builder.lay(&ground);
        builder.fill();
        let Builder { accounts, out: mut resources, .. } = builder;
        resources.iter_mut().for_each(|r| r.links.sort_unstable());
        let index = resources.iter().enumerate().map(|(i, r)| (r.id.clone(), i)).collect();
        Self { spec, born, accounts, resources, index }
    }

    /// Which estate it is.
    pub fn spec(&self) -> SimSpec {
        self.spec
    }

    /// The moment that its dates are relative to: the beginning of a day, UTC.
    pub fn born(&self) -> Timestamp {
        self.born
    }

    /// Its resources, in the order in which they were made.
    pub fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// A resource by id.
    pub fn get(&self, id: &ResourceId) -> Option<&Resource> {
        self.index.get(id).map(|&i| &self.resources[i])
    }

    /// What each resource cost on each of the 90 days before the estate was born, oldest day first: day, id, US
    /// dollars. Over the last 30 days that makes about `cost_month`; one resource costs many times as much as it
    /// should for three days in the second month.
    pub fn costs(&self) -> impl Iterator<Item = (Date, &ResourceId, f64)> {
        costs::daily(self.spec.seed, self.born, &self.resources)
    }

    pub(super) fn accounts(&self, cloud: CloudId) -> impl Iterator<Item = &Account> {
        self.accounts.iter().filter(move |account| account.cloud == cloud)
    }
}

fn day_of(now: Timestamp) -> Timestamp {
    let day = now.to_zoned(TimeZone::UTC).date();
    day.to_zoned(TimeZone::UTC).map_or(now, |zoned| zoned.timestamp())
}

/// Resources that others stand on, made first and kept until the guaranteed cases are in.
struct Ground(Vec<Resource>);

impl Builder {
    /// Makes accounts, networks, subnets, firewalls and resource groups, and takes them out again.
    fn groundwork(&mut self) -> Ground {
        let count = std::mem::replace(&mut self.count, usize::MAX);
        for site in 0..self.sites.len() {
            let account = self.account(site).clone();
            let (env, region) = (account.envs[0], self.sites[site].region);
            let first = site == 0 || self.sites[site - 1].account != self.sites[site].account;
            let word = account.name.to_ascii_lowercase().replace(' ', "-");
            let make = |this: &mut Self, kind, name: String| {
                let def = types::first(account.cloud, kind)?;
                this.make(Ask { def, site, env, app: "network", name: Some(name), style: None })
            };
            if first {
                make(self, Kind::Account, account.name.clone());
            }
            // A network of GCP spans the regions of its project.
            if first || account.cloud != CloudId::Gcp {
                let place = if account.cloud == CloudId::Gcp { "global" } else { region };
                self.sites[site].network = format!("{word}-{place}-net");
                let network = make(self, Kind::Network, format!("{word}-{place}-net"));
                let firewall = make(self, Kind::Firewall, format!("{word}-{place}-default"));
                self.sites[site].firewall = firewall.map(|i| self.out[i].id.clone());
                if let (Some(firewall), Some(network)) = (firewall, network) {
                    self.link(firewall, Rel::In, network);
                }
                if let Some(i) = network {
                    self.sites[site].network = self.out[i].name.clone();
                }
            } else {
                self.sites[site].network = self.sites[site - 1].network.clone();
                self.sites[site].firewall = self.sites[site - 1].firewall.clone();
            }
            let subnet = make(self, Kind::Subnet, format!("{word}-{region}-a"));
            if let Some(i) = subnet {
                self.sites[site].subnet = Some(self.out[i].id.clone());
                let network = self.sites[site].network.clone();
                if let Some(to) = self.out.iter().position(|r| r.kind == Kind::Network && r.name == network) {
                    self.link(i, Rel::In, to);
                }
                self.out[i].attributes.insert(attr::NETWORK.into(), json!(network));
            }
        }
        self.count = count;
        Ground(std::mem::take(&mut self.out))
    }

    /// Puts the groundwork in, and a resource group for every group that something is in.
    fn lay(&mut self, ground: &Ground) {
        let room = self.count.saturating_sub(self.out.len());
        self.out.extend(ground.0.iter().take(room).cloned());
        self.groups();
    }

    fn groups(&mut self) {
        let Some(def) = types::first(CloudId::Azure, Kind::ResourceGroup) else { return };
        for site in self.sites_of(CloudId::Azure, |_, _| true) {
            let first = site == 0 || self.sites[site - 1].account != self.sites[site].account;
            let envs = self.account(site).envs;
            if !first {
                continue;
            }
            let mut groups: Vec<(Env, String)> =
                envs.iter().flat_map(|&env| GROUPS.map(|word| (env, format!("rg-{env}-{word}")))).collect();
            groups.push((envs[0], LEGACY.to_owned()));
            for (env, group) in groups {
                self.make(Ask { def, site, env, app: "platform", name: Some(group), style: None });
            }
        }
    }

    /// Fills up with everything, in the shares of the table.
    fn fill(&mut self) {
        let clouds = [(CloudId::Aws, 40), (CloudId::Azure, 32), (CloudId::Gcp, 28)];
        let tables: Vec<(CloudId, Vec<&TypeDef>, usize)> = clouds
            .iter()
            .map(|&(cloud, _)| {
                let rows: Vec<&TypeDef> = types::of(cloud).filter(|def| def.weight > 0).collect();
                let sum = rows.iter().map(|def| def.weight).sum();
                (cloud, rows, sum)
            })
            .collect();
        let sites: Vec<Vec<usize>> = clouds.iter().map(|&(cloud, _)| self.sites_of(cloud, |_, _| true)).collect();
        while !self.full() {
            let roll = self.dice.below(100);
            let which = if roll < clouds[0].1 { 0 } else { 1 + usize::from(roll >= clouds[0].1 + clouds[1].1) };
            let (_, rows, sum) = &tables[which];
            let mut left = self.dice.below(*sum);
            let def = rows.iter().find(|def| {
                let here = left < def.weight;
                left = left.saturating_sub(def.weight);
                here
            });
            let Some(&def) = def else { continue };
            let site = self.dice.pick(&sites[which]);
            self.one(def, site);
        }
    }

    fn one(&mut self, def: &'static TypeDef, site: usize) {
        let account = self.account(site);
        // There stays exactly one production database in that project.
        let holds_data = matches!(def.kind, Kind::Database | Kind::Nosql | Kind::Warehouse | Kind::Cache | Kind::Snapshot);
        let guarded = account.id == PROJECT_X && holds_data;
        let envs: Vec<Env> = account.envs.iter().copied().filter(|&env| !(guarded && env == Env::Prod)).collect();
        let env = self.dice.pick(&envs);
        // Few applications, so that each has many parts.
        let apps = (8 + self.count / 40).min(names::APPS.len());
        let app = names::APPS[self.dice.below(apps)];
        let app = if def.kind != Kind::Database && self.dice.chance(3) { "main" } else { app };
        let style = (def.place == Place::Global && self.dice.chance(30)).then_some(Style::Bare);
        let Some(i) = self.make(Ask { def, site, env, app, name: None, style }) else { return };
        self.relate(i, site, env, app);
    }
}
