//! Names as people give them: mostly by a scheme, some not.

use escher_core::{CloudId, Env, Kind};

use super::dice::Dice;
use super::types::TypeDef;

/// Applications of the made-up company. None of them is a word for an environment.
pub(super) const APPS: &[&str] = &[
    "checkout",
    "orders",
    "billing",
    "payments",
    "search",
    "catalog",
    "cart",
    "inventory",
    "shipping",
    "pricing",
    "identity",
    "profile",
    "notify",
    "mailer",
    "recommend",
    "reviews",
    "analytics",
    "reporting",
    "ledger",
    "fraud",
    "invoice",
    "subscription",
    "loyalty",
    "coupon",
    "media",
    "imaging",
    "video",
    "transcode",
    "messenger",
    "helpdesk",
    "crm",
    "cms",
    "blog",
    "wiki",
    "jenkins",
    "gitlab",
    "artifactory",
    "grafana",
    "vault",
    "kafka",
    "etl",
    "ingest",
    "telemetry",
    "geocoder",
    "maps",
    "routing",
    "fleet",
    "dispatch",
    "booking",
    "calendar",
    "partner",
    "gateway",
    "edge",
    "mobile",
    "backoffice",
    "returns",
    "stockroom",
    "supplier",
    "tax",
    "compliance",
    "scheduler",
    "session",
    "frontend",
    "thumbnail",
];

const TEAMS: &[&str] = &["platform", "payments", "storefront", "data", "growth", "security"];

/// The team that an application belongs to.
pub(super) fn team(app: &str) -> &'static str {
    TEAMS[(super::dice::number_of(app) % TEAMS.len() as u64) as usize]
}

/// The word that names carry for an environment.
pub(super) fn env_word(dice: &mut Dice, env: Env) -> &'static str {
    if dice.chance(80) {
        return match env {
            Env::Staging => "stg",
            other => other.as_str(),
        };
    }
    dice.pick(env.spellings())
}

/// A name for a resource; `number` tells it from others of the same app, environment and role.
pub(super) fn name(dice: &mut Dice, def: &TypeDef, env: Env, app: &str, number: u32) -> String {
    if def.kind == Kind::Vm && dice.chance(5) {
        return ugly(dice, def.cloud, app, number);
    }
    let role = dice.pick(def.roles);
    let env = env_word(dice, env);
    let name = match dice.below(10) {
        0..=3 => format!("{env}-{app}-{role}-{number:02}"),
        4..=5 => format!("{app}-{env}-{role}-{number}"),
        6 => format!("{app}-{role}-{env}{number:02}"),
        7 => format!("{app}{role}{number:03}-{env}"),
        8 => format!("{app}-{role}-{number}"),
        _ if def.cloud == CloudId::Azure => format!("{role}-{app}-{env}-{number:03}"),
        _ => format!("{role}-{app}-{number}-{env}"),
    };
    fit(dice, def, &name)
}

/// The name in the form that its type allows.
pub(super) fn fit(dice: &mut Dice, def: &TypeDef, name: &str) -> String {
    match def.native {
        "s3:bucket" => format!("acme-{name}-{}", dice.hex(4)),
        "storage.googleapis.com/Bucket" => format!("acme-{name}-{}", dice.hex(3)),
        "microsoft.storage/storageaccounts" => {
            let front: String = name.chars().filter(char::is_ascii_alphanumeric).take(19).collect();
            format!("{front}{}", dice.hex(4))
        }
        "microsoft.containerregistry/registries" => name.chars().filter(char::is_ascii_alphanumeric).collect(),
        "bigquery.googleapis.com/Dataset" => name.replace('-', "_"),
        "route53:hostedzone" | "microsoft.network/dnszones" => format!("{}.acme.example", name.replace('-', ".")),
        "cloudwatch:alarm" if dice.chance(20) => name.to_ascii_uppercase(),
        _ => name.to_owned(),
    }
}

/// Names that nobody planned.
fn ugly(dice: &mut Dice, cloud: CloudId, app: &str, number: u32) -> String {
    let noise = dice.hex(6);
    match (cloud, dice.below(4)) {
        (CloudId::Aws, 0) => format!("Copy of {app}-web-{number} (old)"),
        (CloudId::Aws, 1) => format!("EC2AMAZ-{}", noise.to_ascii_uppercase()),
        (CloudId::Aws, 2) => format!("{app}_DO_NOT_DELETE_{number}"),
        (CloudId::Azure, 0) => format!("WIN-{}", noise.to_ascii_uppercase()),
        (CloudId::Azure, 1) => format!("VM{app}{number:04}"),
        (CloudId::Azure, 2) => format!("{app}Tmp_John{number}"),
        (_, 3) => format!("tmp-{noise}"),
        _ => format!("{app}-old-backup-do-not-touch-{number}-{noise}"),
    }
}
