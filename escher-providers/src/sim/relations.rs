//! What hangs on what.

use escher_core::resource::attr;
use escher_core::{CloudId, Env, Kind, Link, Rel};
use serde_json::json;

use super::build::{Ask, Builder};
use super::types;

impl Builder {
    /// Ties a new resource to what there is at its site; a machine brings its disk.
    pub(super) fn relate(&mut self, i: usize, site: usize, env: Env, app: &str) {
        let kind = self.out[i].kind;
        match kind {
            Kind::Vm => {
                self.own_disk(i, site, env, app);
                self.tie(i, site, 25, Rel::Behind, Kind::LoadBalancer);
                self.tie(i, site, 15, Rel::MemberOf, Kind::ScaleGroup);
                self.tie(i, site, 20, Rel::Uses, Kind::Bucket);
            }
            Kind::Disk => match self.dice.below(100) {
                0..=66 => self.attach(i, site),
                67..=94 => self.detach(i),
                _ => {}
            },
            Kind::Ip => {
                if self.dice.chance(65) {
                    self.attach(i, site);
                } else {
                    self.detach(i);
                }
            }
            Kind::Snapshot => self.backs_up(i, site),
            Kind::Database | Kind::Bucket | Kind::Secret => self.tie(i, site, 30, Rel::EncryptedBy, Kind::Key),
            Kind::Function | Kind::ContainerService => {
                self.tie(i, site, 40, Rel::Uses, Kind::Queue);
                self.tie(i, site, 30, Rel::Uses, Kind::Database);
                self.tie(i, site, 30, Rel::Uses, Kind::Secret);
            }
            Kind::Alarm => {
                let watched = self.dice.pick(&[Kind::Vm, Kind::Database, Kind::LoadBalancer]);
                self.tie(i, site, 85, Rel::Monitors, watched);
            }
            Kind::Queue if self.out[i].cloud == CloudId::Gcp => self.tie(i, site, 90, Rel::Uses, Kind::Topic),
            Kind::Topic => self.tie(i, site, 20, Rel::Uses, Kind::Queue),
            Kind::User | Kind::Role => self.tie(i, site, 20, Rel::MemberOf, Kind::Role),
            _ => {}
        }
    }

    fn tie(&mut self, from: usize, site: usize, percent: usize, rel: Rel, kind: Kind) {
        if self.dice.chance(percent)
            && let Some(to) = self.any(site, kind)
            && to != from
        {
            self.link(from, rel, to);
        }
    }

    fn own_disk(&mut self, vm: usize, site: usize, env: Env, app: &str) {
        let Some(def) = types::first(self.out[vm].cloud, Kind::Disk).filter(|_| self.dice.chance(45)) else { return };
        let name = match self.out[vm].cloud {
            CloudId::Azure => format!("{}_OsDisk_1_{}", self.out[vm].name, self.dice.hex(8)),
            CloudId::Aws | CloudId::Gcp => format!("{}-disk", self.out[vm].name),
        };
        let Some(disk) = self.make(Ask { def, site, env, app, name: Some(name), style: None }) else { return };
        self.link(disk, Rel::Attached, vm);
        let zone = self.out[vm].zone.clone();
        let disk = &mut self.out[disk];
        disk.attributes.insert(attr::ATTACHED.into(), json!(true));
        if disk.cloud == CloudId::Aws {
            disk.zone = zone;
        }
    }

    /// Makes the snapshot one of a disk of its site.
    fn backs_up(&mut self, snapshot: usize, site: usize) {
        let Some(disk) = self.any(site, Kind::Disk) else { return };
        let Some(created) = self.out[snapshot].created else { return };
        let (id, of, name) = (self.out[snapshot].id.clone(), self.out[disk].id.to_string(), self.out[disk].name.clone());
        let disk = &mut self.out[disk];
        let newest = disk.text_attr(attr::LAST_BACKUP).and_then(|text| text.parse().ok()).is_none_or(|at: jiff::Timestamp| at < created);
        if newest {
            disk.attributes.insert(attr::LAST_BACKUP.into(), json!(created.to_string()));
        }
        disk.links.push(Link { rel: Rel::BackedUpBy, id });
        let snapshot = &mut self.out[snapshot];
        snapshot.attributes.insert("source".into(), json!(of));
        snapshot.attributes.insert("source_name".into(), json!(name));
    }
}
