//! What an action does to the truth.

use escher_core::resource::attr;
use escher_core::{Action, CloudId, Error, ErrorKind, Flag, Kind, Link, Rel, Resource, ResourceId, Result, State, Step, Verb, digest};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::attributes::{self, COUNT, ROTATED, RULES, UID, VERSION, VERSIONING};
use super::build::{self, Filling, set_state};
use super::dice::{Dice, number_of};
use super::firewall;
use super::store::{SimAct, Truth};
use super::types::{self, TypeDef};
use crate::tagging;

/// What tells one step from every other: what is done, to what, as it was observed, with what.
pub(super) fn step_key(step: &Step) -> String {
    digest::of(&(step.action, &step.target, &step.params))
}

/// Carries out a step on the truth; what it made.
pub(super) fn carry_out(truth: &Truth<'_>, step: &Step, now: Timestamp) -> Result<SimAct> {
    let def = types::find(step.target.cloud, &step.target.native)
        .filter(|def| def.kind == step.action.kind && super::ops::find(def, step.action.verb).is_some())
        .ok_or_else(|| Error::new(ErrorKind::Unsupported, format!("{} on {}", step.action, step.target.native)))?;
    let mut hand = Hand { truth, step, def, now, created: Vec::new(), detail: Value::Null };
    if step.action.verb == Verb::Create {
        hand.create()?;
    } else {
        let target = truth.must(&step.target.id)?;
        hand.change(target)?;
    }
    let Hand { created, detail, .. } = hand;
    let act = SimAct { at: now, action: step.action, target: step.target.id.clone(), created, step: step_key(step), detail };
    truth.log(&act)?;
    Ok(act)
}

struct Hand<'a, 'b> {
    truth: &'a Truth<'b>,
    step: &'a Step,
    def: &'static TypeDef,
    now: Timestamp,
    created: Vec<ResourceId>,
    detail: Value,
}

fn wrong(message: impl Into<String>) -> Error {
    Error::invalid(message)
}

impl Hand<'_, '_> {
    fn text(&self, name: &str) -> Option<String> {
        self.step.params.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }

    fn change(&mut self, mut r: Resource) -> Result<()> {
        match self.step.action.verb {
            // What is so already is left alone, as the clouds do.
            Verb::Start if r.state == Some(State::Stopped) => set_state(&mut r, self.def.up),
            Verb::Stop if self.def.down.is_empty() => return Err(Error::new(ErrorKind::Unsupported, "it cannot be stopped")),
            Verb::Stop if r.state == Some(State::Running) => set_state(&mut r, self.def.down),
            Verb::Start | Verb::Stop => {}
            Verb::Restart if r.state != Some(State::Running) => return Err(wrong("it is not running")),
            Verb::Restart => {}
            Verb::Resize if r.kind == Kind::Disk => self.grow(&mut r)?,
            Verb::Resize => self.resize(&mut r)?,
            Verb::Scale => self.scale(&mut r)?,
            Verb::Tag => tagging::set(r.tags.get_or_insert_default(), tagging::tags(&self.step.params)),
            Verb::Untag => tagging::remove(r.tags.get_or_insert_default(), &tagging::keys(&self.step.params)),
            Verb::Delete | Verb::Release => return self.delete(&r),
            Verb::Snapshot => self.snapshot(&mut r)?,
            Verb::Restore => return self.restore(&r),
            Verb::Encrypt => self.setting(&mut r, attr::ENCRYPTED, true),
            Verb::MakePrivate => self.setting(&mut r, attr::PUBLIC, false),
            Verb::EnableVersioning => self.setting(&mut r, VERSIONING, true),
            Verb::EnableBackups => self.setting(&mut r, attr::AUTO_BACKUPS, true),
            Verb::Attach => self.attach(&mut r)?,
            Verb::Detach => {
                r.links.retain(|link| link.rel != Rel::Attached);
                in_use(&mut r, false);
            }
            Verb::Rotate => {
                let version = r.number_attr(VERSION).unwrap_or(0.0) as u64 + 1;
                r.attributes.insert(VERSION.into(), json!(version));
                r.attributes.insert(ROTATED.into(), json!(self.now.to_string()));
            }
            Verb::ClosePort | Verb::OpenPort => firewall::change(&mut r, self.step.action.verb, &self.step.params)?,
            Verb::Create => {}
        }
        self.truth.put(&r)
    }

    fn resize(&mut self, r: &mut Resource) -> Result<()> {
        let size = self.text("size").unwrap_or_default();
        let known = types::sizes(self.def).iter().find(|known| known.0.eq_ignore_ascii_case(&size));
        let Some(&(size, memory, _)) = known else {
            let all: Vec<&str> = types::sizes(self.def).iter().map(|known| known.0).collect();
            return Err(wrong(format!("there is no size `{size}`")).hint(format!("one of: {}", all.join(", "))));
        };
        r.attributes.insert(attr::SIZE.into(), json!(size));
        r.attributes.insert(attr::MEMORY.into(), json!(memory));
        Ok(())
    }

    fn grow(&mut self, r: &mut Resource) -> Result<()> {
        let old = r.number_attr(attr::CAPACITY).unwrap_or(0.0) as u64;
        let new = counted(&self.text("size").unwrap_or_default(), old).ok_or_else(|| wrong("the size is not a number of GB"))?;
        if new < old {
            return Err(wrong(format!("a disk cannot shrink from {old} to {new} GB")));
        }
        r.attributes.insert(attr::CAPACITY.into(), json!(new));
        Ok(())
    }

    fn scale(&mut self, r: &mut Resource) -> Result<()> {
        let old = r.number_attr(COUNT).unwrap_or(0.0) as u64;
        let new = counted(&self.text("count").unwrap_or_default(), old).ok_or_else(|| wrong("the count is not a number"))?;
        if new > 1000 {
            return Err(wrong(format!("{new} is more than the quota of 1000")));
        }
        r.attributes.insert(COUNT.into(), json!(new));
        self.detail = json!({ COUNT: new });
        Ok(())
    }

    /// Sets a yes/no setting, or puts back what it was.
    fn setting(&self, r: &mut Resource, name: &str, wanted: bool) {
        match self.step.params.get("previous") {
            Some(Value::Null) => drop(r.attributes.remove(name)),
            Some(previous) => drop(r.attributes.insert(name.into(), previous.clone())),
            None => drop(r.attributes.insert(name.into(), json!(wanted))),
        }
    }

    fn attach(&mut self, r: &mut Resource) -> Result<()> {
        let to = self.text("to").unwrap_or_default();
        let fits = |vm: &Resource| {
            vm.kind == Kind::Vm && vm.account == r.account && (vm.id.as_str() == to || vm.id.last_segment() == to || vm.name == to)
        };
        let id = ResourceId::new(r.cloud, to.clone());
        let vm = match self.truth.get(&id)? {
            Some(vm) => Some(vm).filter(fits),
            None => self.truth.all_that(fits)?.into_iter().next(),
        };
        let vm = vm.ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no machine `{to}` in this account")))?;
        let attached = r.links.iter().find(|link| link.rel == Rel::Attached);
        if attached.is_some_and(|link| link.id != vm.id) {
            return Err(Error::new(ErrorKind::Stale, "it is in use by another machine"));
        }
        if attached.is_none() {
            r.links.push(Link { rel: Rel::Attached, id: vm.id });
        }
        in_use(r, true);
        Ok(())
    }

    fn delete(&mut self, r: &Resource) -> Result<()> {
        match r.kind {
            Kind::Disk | Kind::Ip if r.flag(Flag::Attached, self.now) == Some(true) => {
                return Err(Error::new(ErrorKind::Stale, "it is in use").hint("detach it first"));
            }
            Kind::Network | Kind::Subnet => {
                let inside = self.truth.all_that(|o| o.links.iter().any(|link| link.rel == Rel::In && link.id == r.id))?;
                if let Some(inside) = inside.first() {
                    return Err(Error::new(ErrorKind::Stale, format!("{} is in it", inside.name)).hint("delete what is in it first"));
                }
            }
            Kind::ResourceGroup => {
                let inside = |o: &Resource| {
                    let group = o.text_attr(attr::RESOURCE_GROUP).is_some_and(|group| group.eq_ignore_ascii_case(&r.name));
                    group && o.cloud == r.cloud && o.account == r.account && o.id != r.id
                };
                self.truth.remove(&self.truth.all_that(inside)?)?;
            }
            _ => {}
        }
        self.truth.remove(std::slice::from_ref(r))
    }

    fn snapshot(&mut self, r: &mut Resource) -> Result<()> {
        r.attributes.insert(attr::LAST_BACKUP.into(), json!(self.now.to_string()));
        let name = self.text("name").unwrap_or_else(|| format!("{}-escher-{}", r.name, self.truth.count().unwrap_or(0) + 1));
        // A backup that lives within its database or cache is not a resource of its own.
        if !matches!(r.kind, Kind::Vm | Kind::Disk) {
            self.detail = json!({ "backup": name });
            return Ok(());
        }
        let Some(def) = types::first(r.cloud, Kind::Snapshot) else { return Ok(()) };
        let mut made = self.fresh(def, r, &name)?;
        for key in [attr::CAPACITY, attr::ENCRYPTED] {
            made.attributes.extend(r.attributes.get(key).map(|value| (key.to_owned(), value.clone())));
        }
        made.attributes.insert(attr::PUBLIC.into(), json!(false));
        made.attributes.insert("source".into(), json!(r.id.as_str()));
        made.attributes.insert("source_name".into(), json!(r.name));
        r.links.push(Link { rel: Rel::BackedUpBy, id: made.id.clone() });
        self.keep(made)
    }

    /// Makes a new resource beside the old one from what was kept of it.
    fn restore(&mut self, from: &Resource) -> Result<()> {
        let kind = if from.kind == Kind::Snapshot { Kind::Disk } else { from.kind };
        let def = if from.kind == Kind::Snapshot { types::first(from.cloud, kind) } else { Some(self.def) };
        let def = def.ok_or_else(|| Error::new(ErrorKind::Unsupported, "nothing can be restored from it"))?;
        if from.kind == Kind::Disk && !from.links.iter().any(|link| link.rel == Rel::BackedUpBy) {
            return Err(Error::new(ErrorKind::NotFound, "there is no snapshot of it"));
        }
        let mut made = self.fresh(def, from, &self.text("name").unwrap_or_default())?;
        for (key, value) in &from.attributes {
            if ![UID, attr::ATTACHED, attr::LAST_BACKUP, "source", "source_name"].contains(&key.as_str()) {
                made.attributes.insert(key.clone(), value.clone());
            }
        }
        if kind == Kind::Disk {
            in_use(&mut made, false);
        }
        self.keep(made)
    }

    fn create(&mut self) -> Result<()> {
        let target = &self.step.target;
        let mut like = Resource::new(target.cloud, "", self.def.kind, self.def.native, target.name.clone());
        like.account = Some(target.account.clone());
        let world = self.truth.all_that(|r| r.cloud == target.cloud && r.account == like.account)?;
        let known = world.first();
        let Some(known) = known else { return Err(Error::new(ErrorKind::NotFound, format!("there is no account {}", target.account))) };
        like.account_name.clone_from(&known.account_name);
        like.region = Some(self.text("region").unwrap_or_else(|| target.region.clone()));
        like.zone = match target.cloud {
            _ if self.def.place != types::Place::Zone => None,
            CloudId::Aws => like.region.as_ref().map(|region| format!("{region}a")),
            CloudId::Gcp => like.region.as_ref().map(|region| format!("{region}-a")),
            CloudId::Azure => None,
        };
        let group = world.iter().find(|r| r.kind == Kind::ResourceGroup);
        like.attributes.extend(group.map(|group| (attr::RESOURCE_GROUP.to_owned(), json!(group.name))));
        let name = self.text("name").unwrap_or_else(|| target.name.clone());
        let mut made = self.fresh(self.def, &like, &name)?;
        if !types::sizes(self.def).is_empty() {
            if self.step.params.contains_key("size") {
                self.resize(&mut made)?;
            } else if let Some(&(size, memory, _)) = types::sizes(self.def).first() {
                made.attributes.insert(attr::SIZE.into(), json!(size));
                made.attributes.insert(attr::MEMORY.into(), json!(memory));
            }
        }
        match self.def.kind {
            Kind::Disk => {
                let size = self.text("size").and_then(|size| size.trim_end_matches("GB").trim().parse::<u64>().ok()).unwrap_or(10);
                made.attributes.insert(attr::CAPACITY.into(), json!(size));
                in_use(&mut made, false);
            }
            Kind::Ip => in_use(&mut made, false),
            Kind::Firewall => drop(made.attributes.insert(RULES.into(), json!([]))),
            Kind::Database if target.cloud != CloudId::Azure => drop(made.attributes.insert(attr::ENGINE.into(), json!("postgres"))),
            _ => {}
        }
        self.keep(made)
    }

    /// A new resource of a type, in the place of another.
    fn fresh(&self, def: &'static TypeDef, like: &Resource, name: &str) -> Result<Resource> {
        let number = self.truth.count()?;
        let mut dice = Dice::new(number_of(&format!("{} {name}", step_key(self.step))), number + 2);
        let global = def.place == types::Place::Global;
        let region = if global { "global" } else { like.region.as_deref().unwrap_or("global") };
        let id = Filling {
            account: like.account.as_deref().unwrap_or_default(),
            region,
            zone: like.zone.as_deref().unwrap_or(region),
            group: like.text_attr(attr::RESOURCE_GROUP).unwrap_or_default(),
            parent: "escher",
            name,
        }
        .fill(&mut dice, def.id);
        let mut made = Resource::new(def.cloud, id.clone(), def.kind, def.native, name);
        if self.truth.get(&made.id)?.is_some() {
            return Err(Error::new(ErrorKind::Stale, format!("there is already a {} `{name}`", def.kind)).hint("choose another name"));
        }
        made.account.clone_from(&like.account);
        made.account_name.clone_from(&like.account_name);
        made.region = Some(region.to_owned());
        made.zone = like.zone.clone().filter(|_| def.place == types::Place::Zone);
        made.created = Some(self.now);
        made.tags = def.tags.then(Default::default);
        if let Some(tags) = made.tags.as_mut().filter(|_| def.native.starts_with("ec2:")) {
            tags.insert("Name".into(), name.to_owned());
        }
        let uid = if def.cloud == CloudId::Azure { dice.guid() } else { dice.hex(20) };
        made.attributes.insert(UID.into(), json!(uid));
        made.attributes.extend(like.attributes.get(attr::RESOURCE_GROUP).map(|group| (attr::RESOURCE_GROUP.to_owned(), group.clone())));
        made.aliases = build::aliases(def, &id, &made);
        set_state(&mut made, def.up);
        Ok(made)
    }

    fn keep(&mut self, made: Resource) -> Result<()> {
        self.truth.put(&made)?;
        self.created.push(made.id);
        Ok(())
    }
}

/// Marks a disk or address as in use or not.
fn in_use(r: &mut Resource, yes: bool) {
    r.attributes.insert(attr::ATTACHED.into(), json!(yes));
    if r.native == "ec2:volume" {
        set_state(r, if yes { "in-use" } else { "available" });
    }
}

/// A count, or one relative to the present: `5`, `+2`, `-1`.
pub(super) fn counted(text: &str, old: u64) -> Option<u64> {
    match text.split_at_checked(1) {
        Some(("+", more)) => old.checked_add(more.parse().ok()?),
        Some(("-", less)) => Some(old.saturating_sub(less.parse().ok()?)),
        _ => text.parse().ok(),
    }
}

/// The attribute that a yes/no setting's verb changes, and to what.
pub(super) fn setting_of(action: Action) -> Option<(&'static str, bool)> {
    Some(match action.verb {
        Verb::Encrypt => (attr::ENCRYPTED, true),
        Verb::MakePrivate => (attr::PUBLIC, false),
        Verb::EnableVersioning => (attributes::VERSIONING, true),
        Verb::EnableBackups => (attr::AUTO_BACKUPS, true),
        _ => return None,
    })
}
