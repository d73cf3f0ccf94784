//! The accounts, subscriptions and projects of the made-up company.

use escher_core::{CloudId, Env};

use super::dice::Dice;

use CloudId::{Aws, Azure, Gcp};
use Env::{Dev, Prod, Sandbox, Staging, Test};

/// An account, subscription or project.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) cloud: CloudId,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) envs: &'static [Env],
    pub(super) regions: &'static [&'static str],
}

/// The project that has exactly one production database.
pub(super) const PROJECT_X: &str = "project-x";

type Row = (CloudId, &'static str, &'static str, &'static [Env], &'static [&'static str]);

#[rustfmt::skip]
const ACCOUNTS: &[Row] = &[
    (Aws, "111122223333", "acme-prod", &[Prod], &["us-east-1", "us-west-2", "eu-west-1"]),
    (Aws, "222233334444", "acme-nonprod", &[Dev, Staging, Test], &["us-east-1", "us-west-2", "eu-central-1"]),
    (Aws, "333344445555", "acme-shared-services", &[Prod, Staging, Dev], &["us-east-1", "eu-west-1"]),
    (Aws, "444455556666", "acme-sandbox", &[Sandbox, Dev], &["us-west-2", "ap-southeast-2"]),
    (Azure, "0b6a1e64-7c1d-4f0e-9a52-3d8f5c1e7a10", "Acme Production", &[Prod], &["westus", "eastus", "westeurope"]),
    (Azure, "5f2c9d38-1b7e-4a63-8e0f-6c4d2b9a7e21", "Acme Dev and Test", &[Dev, Test], &["westus", "northeurope", "eastus"]),
    (Azure, "c7d84b12-90ae-4d57-b3f6-18e5a2c6f932", "Acme Platform", &[Prod, Staging, Dev], &["westus", "germanywestcentral"]),
    (Azure, "e19f7350-6a24-4c8b-a7d1-5b0e3f8c4d43", "Acme Playground", &[Sandbox], &["westeurope", "australiaeast"]),
    (Gcp, PROJECT_X, "Project X", &[Prod, Staging, Dev], &["us-central1", "europe-west3"]),
    (Gcp, "acme-web-prod", "Acme Web Prod", &[Prod], &["us-central1", "us-west1", "europe-west2"]),
    (Gcp, "acme-web-dev", "Acme Web Dev", &[Dev, Test], &["us-central1", "us-west1", "asia-northeast1"]),
    (Gcp, "acme-data-platform", "Acme Data Platform", &[Prod, Staging, Dev], &["europe-west3", "us-central1"]),
];

/// The accounts of an estate of this size, those above first.
pub(super) fn make(dice: &mut Dice, count: usize) -> Vec<Account> {
    let mut all: Vec<Account> = ACCOUNTS
        .iter()
        .map(|&(cloud, id, name, envs, regions)| Account { cloud, id: id.into(), name: name.into(), envs, regions })
        .collect();
    for number in 0..(count / 3000).min(12) {
        let (envs, word): (&[Env], _) = dice.pick(&[(&[Prod] as &[Env], "prod"), (&[Dev, Test], "dev"), (&[Staging], "staging")]);
        for cloud in [Aws, Azure, Gcp] {
            let regions = ACCOUNTS.iter().filter(|row| row.0 == cloud).nth(number % 4).map_or(&[] as &[&str], |row| row.4);
            let unit = super::names::APPS[number];
            let (id, name) = match cloud {
                Aws => (dice.decimal(12), format!("acme-{unit}-{word}")),
                Azure => (dice.guid(), format!("Acme {unit} {word}")),
                Gcp => (format!("acme-{unit}-{word}"), format!("Acme {unit} {word}")),
            };
            all.push(Account { cloud, id, name, envs, regions });
        }
    }
    all
}
