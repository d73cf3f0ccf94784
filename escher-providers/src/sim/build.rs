//! Puts resources together one by one.

use std::collections::{HashMap, HashSet};

use escher_core::resource::attr;
use escher_core::{CloudId, Env, Kind, Link, Rel, Resource, ResourceId, State};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::accounts::{self, Account};
use super::dice::{Dice, cents, number_of};
use super::tags::{self, Style};
use super::types::{Place, TypeDef};
use super::{attributes, metrics, names};

/// One account in one region, with the network that things there are in.
pub(super) struct Site {
    pub(super) account: usize,
    pub(super) region: &'static str,
    pub(super) network: String,
    pub(super) subnet: Option<ResourceId>,
    pub(super) firewall: Option<ResourceId>,
}

/// What is wanted of a resource; the rest is rolled.
pub(super) struct Ask<'a> {
    pub(super) def: &'static TypeDef,
    pub(super) site: usize,
    pub(super) env: Env,
    pub(super) app: &'a str,
    pub(super) name: Option<String>,
    pub(super) style: Option<Style>,
}

pub(super) struct Builder {
    pub(super) dice: Dice,
    pub(super) count: usize,
    pub(super) born: Timestamp,
    pub(super) accounts: Vec<Account>,
    pub(super) sites: Vec<Site>,
    pub(super) out: Vec<Resource>,
    ids: HashSet<ResourceId>,
    numbers: HashMap<(usize, Kind, Env, String), u32>,
    /// What has been made of a kind at a site.
    pool: HashMap<(usize, Kind), Vec<usize>>,
}

impl Builder {
    pub(super) fn new(seed: u64, count: usize, born: Timestamp) -> Self {
        let mut dice = Dice::new(seed, 0);
        let accounts = accounts::make(&mut dice, count);
        let sites = accounts
            .iter()
            .enumerate()
            .flat_map(|(account, a)| {
                a.regions.iter().map(move |&region| Site { account, region, network: String::new(), subnet: None, firewall: None })
            })
            .collect();
        Self {
            dice,
            count,
            born,
            accounts,
            sites,
            out: Vec::with_capacity(count),
            ids: HashSet::with_capacity(count),
            numbers: HashMap::new(),
            pool: HashMap::new(),
        }
    }

    pub(super) fn full(&self) -> bool {
        self.out.len() >= self.count
    }

    pub(super) fn account(&self, site: usize) -> &Account {
        &self.accounts[self.sites[site].account]
    }

    /// The sites of a cloud for which `fits` holds.
    pub(super) fn sites_of(&self, cloud: CloudId, fits: impl Fn(&Account, &Site) -> bool) -> Vec<usize> {
        (0..self.sites.len()).filter(|&i| self.account(i).cloud == cloud && fits(self.account(i), &self.sites[i])).collect()
    }

    /// One of what has been made of a kind at a site.
    pub(super) fn any(&mut self, site: usize, kind: Kind) -> Option<usize> {
        let pool = self.pool.get(&(site, kind))?;
        Some(pool[self.dice.below(pool.len())])
    }

    pub(super) fn link(&mut self, from: usize, rel: Rel, to: usize) {
        let id = self.out[to].id.clone();
        self.out[from].links.push(Link { rel, id });
    }

    /// A moment before the estate was born.
    fn moment(&mut self) -> Timestamp {
        let days = match self.dice.below(100) {
            0..=11 => self.dice.below(7),
            12..=34 => self.dice.between(7, 60),
            35..=79 => self.dice.between(60, 500),
            _ => self.dice.between(500, 1800),
        };
        let minutes = self.dice.between(1, 24 * 60 - 1) as i64;
        self.born - SignedDuration::from_hours(days as i64 * 24) - SignedDuration::from_mins(minutes)
    }

    /// Makes a resource and keeps it; `None` when there are enough.
    pub(super) fn make(&mut self, ask: Ask<'_>) -> Option<usize> {
        if self.full() {
            return None;
        }
        let Ask { def, site, env, app, .. } = ask;
        let key = (self.sites[site].account, def.kind, env, app.to_owned());
        let (account, account_name) = (self.account(site).id.clone(), self.account(site).name.clone());
        let global = def.place == Place::Global;
        let region = if global { "global" } else { self.sites[site].region };
        let zone = (def.place == Place::Zone).then(|| zone(&mut self.dice, def.cloud, region)).flatten();
        let group = match &ask.name {
            Some(name) if def.kind == Kind::ResourceGroup => Some(name.clone()),
            _ => (def.cloud == CloudId::Azure && def.id.contains("{rg}")).then(|| group(&mut self.dice, env, app)),
        };
        let mut taken = false;
        let (mut name, id) = loop {
            let number = self.numbers.entry(key.clone()).and_modify(|n| *n += 1).or_insert(1);
            let name = match &ask.name {
                Some(name) if taken => format!("{name}-{number}"),
                Some(name) => name.clone(),
                None => names::name(&mut self.dice, def, env, app, *number),
            };
            let place = Filling {
                account: &account,
                region,
                zone: zone.as_deref().unwrap_or(region),
                group: group.as_deref().unwrap_or_default(),
                parent: if def.kind == Kind::Subnet { &self.sites[site].network } else { app },
                name: &name,
            };
            let id = place.fill(&mut self.dice, def.id);
            if self.ids.insert(ResourceId::new(def.cloud, id.clone())) {
                break (name, id);
            }
            taken = true;
        };
        let style = ask.style.unwrap_or_else(|| Style::roll(&mut self.dice));
        let mut tags = def.tags.then(|| tags::make(&mut self.dice, def.cloud, style, env, app));
        if def.cloud == CloudId::Aws && def.id.contains("{hex17}") {
            match &mut tags {
                Some(tags) if !tags.is_empty() || ask.name.is_some() => drop(tags.insert("Name".into(), name.clone())),
                _ => name = ResourceId::new(def.cloud, id.clone()).last_segment().to_owned(),
            }
        }
        let mut r = Resource::new(def.cloud, id.clone(), def.kind, def.native, name);
        let (attributes, price) = attributes::make(&mut self.dice, def, &r.name, self.born);
        r.attributes = attributes;
        r.aliases = aliases(def, &id, &r);
        r.account = Some(account);
        r.account_name = Some(account_name);
        r.region = Some(region.to_owned());
        r.zone = zone;
        r.tags = tags;
        r.created = Some(self.moment());
        if let Some(group) = group {
            r.attributes.insert(attr::RESOURCE_GROUP.into(), json!(group));
        }
        r.metrics = metrics::roll(&mut self.dice, def.cloud, def.kind);
        let (low, high) = def.cost;
        r.cost_month = match price {
            Some(price) => Some(cents(price * self.dice.real(0.9, 1.15))),
            // Most things are cheap and few are dear.
            None if high > 0.0 => Some(cents(low + (high - low) * self.dice.real(0.0, 1.0) * self.dice.real(0.0, 1.0))),
            None => None,
        };
        set_state(&mut r, def.up);
        if !def.down.is_empty() && self.dice.chance(11) {
            set_state(&mut r, def.down);
        }
        self.settle(&mut r, site);
        let index = self.out.len();
        self.pool.entry((site, def.kind)).or_default().push(index);
        self.out.push(r);
        Some(index)
    }

    /// Puts what has an address into the network of its site.
    fn settle(&mut self, r: &mut Resource, site: usize) {
        let site = &self.sites[site];
        let inside = matches!(
            r.kind,
            Kind::Vm | Kind::ScaleGroup | Kind::Database | Kind::Cache | Kind::LoadBalancer | Kind::K8sCluster | Kind::Nat
        );
        if !inside || site.network.is_empty() {
            return;
        }
        r.attributes.insert(attr::NETWORK.into(), json!(site.network));
        if let Some(subnet) = &site.subnet {
            r.links.push(Link { rel: Rel::In, id: subnet.clone() });
        }
        if let (Kind::Vm, Some(firewall)) = (r.kind, &site.firewall) {
            r.links.push(Link { rel: Rel::Behind, id: firewall.clone() });
        }
    }
}

/// Gives a resource the state that a cloud's word means; none where the word is empty.
pub(super) fn set_state(r: &mut Resource, raw: &str) {
    r.state = (!raw.is_empty()).then(|| State::from_raw(r.cloud, raw));
    r.state_raw = (!raw.is_empty()).then(|| raw.to_owned());
}

fn zone(dice: &mut Dice, cloud: CloudId, region: &str) -> Option<String> {
    let letter = dice.pick(&["a", "b", "c"]);
    match cloud {
        CloudId::Aws => Some(format!("{region}{letter}")),
        CloudId::Gcp => Some(format!("{region}-{letter}")),
        CloudId::Azure => dice.chance(50).then(|| (dice.between(1, 3)).to_string()),
    }
}

/// Words for the two resource groups of an environment.
pub(super) const GROUPS: [&str; 2] = ["core", "apps"];
/// A resource group that nobody tidied.
pub(super) const LEGACY: &str = "rg_legacy";

/// The resource group of an environment and an application; now and then the untidy one.
fn group(dice: &mut Dice, env: Env, app: &str) -> String {
    match dice.below(20) {
        0 => LEGACY.to_owned(),
        _ => format!("rg-{env}-{}", GROUPS[(number_of(app) % 2) as usize]),
    }
}

/// What the places in an id template stand for.
pub(super) struct Filling<'a> {
    pub(super) account: &'a str,
    pub(super) region: &'a str,
    pub(super) zone: &'a str,
    pub(super) group: &'a str,
    pub(super) parent: &'a str,
    pub(super) name: &'a str,
}

impl Filling<'_> {
    pub(super) fn fill(&self, dice: &mut Dice, template: &str) -> String {
        let mut out = String::with_capacity(template.len() + 40);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (place, tail) = after.split_once('}').unwrap_or((after, ""));
            out.push_str(before);
            match place {
                "account" => out.push_str(self.account),
                "region" => out.push_str(self.region),
                "zone" => out.push_str(self.zone),
                "rg" => out.push_str(self.group),
                "app" => out.push_str(self.parent),
                "name" => out.push_str(self.name),
                "guid" => out.push_str(&dice.guid()),
                "dec18" => out.push_str(&dice.decimal(18)),
                "hex6" => out.push_str(&dice.hex(6)),
                "hex13" => out.push_str(&dice.hex(13).to_ascii_uppercase()),
                "hex16" => out.push_str(&dice.hex(16)),
                _ => out.push_str(&dice.hex(17)),
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }
}

/// Other ids of the same resource: the short one, the one in the cloud's own case, the one of its API.
pub(super) fn aliases(def: &TypeDef, id: &str, r: &Resource) -> Vec<String> {
    match def.cloud {
        // What its API calls it: the end of the ARN, whatever that is.
        CloudId::Aws => id.rsplit(['/', ':']).next().filter(|end| *end != r.name).map(str::to_owned).into_iter().collect(),
        CloudId::Azure if id != r.id.as_str() => vec![id.to_owned()],
        CloudId::Azure => Vec::new(),
        CloudId::Gcp => match id.strip_prefix("//compute.googleapis.com/") {
            Some(path) => vec![format!("https://www.googleapis.com/compute/v1/{path}")],
            None => id.trim_start_matches('/').split_once('/').map(|(_, path)| vec![path.to_owned()]).unwrap_or_default(),
        },
    }
}
