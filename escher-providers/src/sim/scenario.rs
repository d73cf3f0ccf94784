//! What every estate has, whatever its seed: the cases that demonstrations and tests ask about.

use escher_core::resource::{attr, metric};
use escher_core::{CloudId, Env, Kind, Rel};
use serde_json::json;

use super::accounts::PROJECT_X;
use super::build::{Ask, Builder, set_state};
use super::tags::Style;
use super::{metrics, types};

impl Builder {
    /// Everything that is guaranteed.
    pub(super) fn scenarios(&mut self) {
        self.project_x();
        self.main_app();
        self.production_postgres();
        self.machines();
        self.development();
        self.databases_and_balancers();
        self.loose_ends();
        self.bad_taggers();
    }

    /// A site of a cloud whose account serves an environment; `project-x` only where nothing else does.
    fn site(&mut self, cloud: CloudId, env: Env, region: Option<&str>) -> usize {
        let all = self.sites_of(cloud, |account, site| {
            account.envs.contains(&env) && account.id != PROJECT_X && region.is_none_or(|region| site.region == region)
        });
        if all.is_empty() { self.sites_of(cloud, |_, _| true)[0] } else { self.dice.pick(&all) }
    }

    fn named(&mut self, cloud: CloudId, native: &str, site: usize, env: Env, app: &str, name: &str) -> Option<usize> {
        let def = types::find(cloud, native)?;
        self.make(Ask { def, site, env, app, name: Some(name.into()), style: Some(Style::Full) })
    }

    fn running(&mut self, made: Option<usize>) -> Option<usize> {
        let index = made?;
        let r = &mut self.out[index];
        set_state(r, types::find(r.cloud, &r.native)?.up);
        Some(index)
    }

    fn project_x(&mut self) {
        let sites = self.sites_of(CloudId::Gcp, |account, _| account.id == PROJECT_X);
        for (site, env, name) in [(0, Env::Prod, "orders-pg-prod"), (1, Env::Dev, "orders-pg-dev"), (0, Env::Staging, "invoice-pg-stg")] {
            let made = self.named(CloudId::Gcp, "sqladmin.googleapis.com/Instance", sites[site % sites.len()], env, "orders", name);
            if let Some(i) = self.running(made) {
                self.out[i].metrics.insert(metric::CONNECTIONS_MAX.into(), 37.0);
            }
        }
    }

    /// The app `main` in three environments on three clouds, the same tag everywhere.
    fn main_app(&mut self) {
        for env in [Env::Prod, Env::Staging, Env::Dev] {
            for cloud in [CloudId::Aws, CloudId::Azure, CloudId::Gcp] {
                let site = self.site(cloud, env, None);
                let vm = types::first(cloud, Kind::Vm).map(|def| def.native).unwrap_or_default();
                let made = self.named(cloud, vm, site, env, "main", &format!("{env}-main-web-01"));
                self.running(made);
                let bucket = types::first(cloud, Kind::Bucket).map(|def| def.native).unwrap_or_default();
                let suffix = self.dice.hex(4);
                let name =
                    if cloud == CloudId::Azure { format!("main{env}store{suffix}") } else { format!("acme-main-{env}-assets-{suffix}") };
                self.named(cloud, bucket, site, env, "main", &name);
            }
        }
    }

    fn production_postgres(&mut self) {
        for (cloud, native, app, name) in [
            (CloudId::Aws, "rds:db", "checkout", "prod-checkout-pg-01"),
            (CloudId::Aws, "rds:cluster", "billing", "billing-postgres-prod"),
            (CloudId::Azure, "microsoft.dbforpostgresql/flexibleservers", "identity", "prod-identity-pg"),
            (CloudId::Azure, "microsoft.dbforpostgresql/flexibleservers", "analytics", "analytics-pg-prod"),
            (CloudId::Gcp, "sqladmin.googleapis.com/Instance", "ledger", "ledger-pg-prod"),
            (CloudId::Gcp, "sqladmin.googleapis.com/Instance", "main", "prod-main-pg-01"),
        ] {
            let site = self.site(cloud, Env::Prod, None);
            let made = self.named(cloud, native, site, Env::Prod, app, name);
            self.running(made);
        }
    }

    /// Virtual machines on either side of every threshold; those on Azure in `westus`, where there are also
    /// some that only look idle, and elsewhere some that are.
    fn machines(&mut self) {
        let clouds = [CloudId::Aws, CloudId::Azure, CloudId::Gcp];
        let most = clouds.iter().map(|&cloud| metrics::vm_profiles(cloud).len()).max().unwrap_or(0);
        for number in 0..most + 3 {
            for cloud in clouds {
                let profiles = metrics::vm_profiles(cloud);
                let (profile, stopped, region) = match number {
                    n if n < profiles.len() => (n, false, "westus"),
                    n if n < most => continue,
                    n if n == most => (0, true, "westus"),
                    n if n == most + 1 => (0, false, "westeurope"),
                    _ => (1, false, "eastus"),
                };
                let region = (cloud == CloudId::Azure).then_some(region);
                let env = self.dice.pick(&[Env::Prod, Env::Dev]);
                let site = self.site(cloud, env, region);
                let app = self.dice.pick(super::names::APPS);
                let Some(def) = types::first(cloud, Kind::Vm) else { continue };
                let Some(i) = self.make(Ask { def, site, env, app, name: None, style: None }) else { return };
                let measured = metrics::of_profile(&mut self.dice, profiles[profile]);
                let r = &mut self.out[i];
                r.metrics = measured;
                set_state(r, if stopped { def.down } else { def.up });
            }
        }
    }

    /// Running development machines in several regions.
    fn development(&mut self) {
        let sites = [
            (CloudId::Aws, "us-west-2"),
            (CloudId::Aws, "us-east-1"),
            (CloudId::Aws, "us-west-2"),
            (CloudId::Azure, "northeurope"),
            (CloudId::Gcp, "us-west1"),
        ];
        for (number, (cloud, region)) in sites.into_iter().enumerate() {
            let site = self.site(cloud, Env::Dev, Some(region));
            let app = super::names::APPS[number * 3];
            let native = types::first(cloud, Kind::Vm).map(|def| def.native).unwrap_or_default();
            let made = self.named(cloud, native, site, Env::Dev, app, &format!("dev-{app}-runner-{number:02}"));
            if let Some(tags) = self.running(made).and_then(|i| self.out[i].tags.as_mut()) {
                tags.insert("env".into(), "dev".into());
            }
        }
    }

    fn databases_and_balancers(&mut self) {
        for (kind, key) in [(Kind::Database, metric::CONNECTIONS_MAX), (Kind::LoadBalancer, metric::HEALTHY_TARGETS)] {
            for value in [Some(0.0), Some(1.0), None] {
                for cloud in [CloudId::Aws, CloudId::Azure, CloudId::Gcp] {
                    let env = self.dice.pick(&[Env::Prod, Env::Dev]);
                    let site = self.site(cloud, env, None);
                    let app = self.dice.pick(super::names::APPS);
                    let Some(def) = types::first(cloud, kind) else { continue };
                    let Some(i) = self.make(Ask { def, site, env, app, name: None, style: None }) else { return };
                    let r = &mut self.out[i];
                    r.metrics.remove(key);
                    r.metrics.extend(value.map(|value| (key.to_owned(), value)));
                    set_state(r, def.up);
                }
            }
        }
    }

    /// Disks and addresses: in use, not in use, and not told.
    fn loose_ends(&mut self) {
        for kind in [Kind::Disk, Kind::Ip] {
            for attached in [Some(true), Some(false), None] {
                for cloud in [CloudId::Aws, CloudId::Azure, CloudId::Gcp] {
                    let site = self.site(cloud, Env::Dev, None);
                    let app = self.dice.pick(super::names::APPS);
                    let Some(def) = types::first(cloud, kind) else { continue };
                    let Some(i) = self.make(Ask { def, site, env: Env::Dev, app, name: None, style: None }) else { return };
                    match attached {
                        Some(true) => self.attach(i, site),
                        Some(false) => self.detach(i),
                        None => {}
                    }
                }
            }
        }
    }

    fn bad_taggers(&mut self) {
        for style in [Style::Misspelled, Style::Bare, Style::Mixed] {
            for cloud in [CloudId::Aws, CloudId::Azure, CloudId::Gcp] {
                let site = self.site(cloud, Env::Prod, None);
                let app = self.dice.pick(super::names::APPS);
                let Some(def) = types::first(cloud, Kind::Bucket) else { continue };
                self.make(Ask { def, site, env: Env::Prod, app, name: None, style: Some(style) });
            }
        }
    }

    /// Puts a disk or an address to use by a machine of the site.
    pub(super) fn attach(&mut self, index: usize, site: usize) {
        if let Some(vm) = self.any(site, Kind::Vm) {
            self.link(index, Rel::Attached, vm);
        }
        let r = &mut self.out[index];
        r.attributes.insert(attr::ATTACHED.into(), json!(true));
        if r.native == "ec2:volume" {
            set_state(r, "in-use");
        }
    }

    /// Takes a disk or an address out of use.
    pub(super) fn detach(&mut self, index: usize) {
        let r = &mut self.out[index];
        r.links.retain(|link| link.rel != Rel::Attached);
        r.attributes.insert(attr::ATTACHED.into(), json!(false));
        if r.native == "ec2:volume" {
            set_state(r, "available");
        }
    }
}
