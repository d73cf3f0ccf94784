//! Tags as they are found: complete, patchy, misspelled, or none.

use std::collections::BTreeMap;

use escher_core::{CloudId, Env};

use super::dice::Dice;
use super::names;

/// How well somebody tagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Full,
    Patchy,
    Misspelled,
    Mixed,
    Bare,
}

impl Style {
    /// A style, in plausible shares.
    pub(super) fn roll(dice: &mut Dice) -> Self {
        match dice.below(100) {
            0..=51 => Self::Full,
            52..=71 => Self::Patchy,
            72..=78 => Self::Misspelled,
            79..=87 => Self::Mixed,
            _ => Self::Bare,
        }
    }
}

/// The tags of a resource. Labels on GCP are in lower case, as that cloud demands.
pub(super) fn make(dice: &mut Dice, cloud: CloudId, style: Style, env: Env, app: &str) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    let mut put = |key: &str, value: &str| {
        let key = if cloud == CloudId::Gcp { key.to_ascii_lowercase().replace(':', "_") } else { key.to_owned() };
        let value = if cloud == CloudId::Gcp { value.to_ascii_lowercase().replace(['@', '.'], "_") } else { value.to_owned() };
        tags.insert(key, value);
    };
    let env_value = if dice.chance(75) { env.as_str() } else { dice.pick(env.spellings()) };
    let team = names::team(app);
    match style {
        Style::Bare => {}
        Style::Full => {
            put(if dice.chance(70) { "env" } else { "environment" }, env_value);
            put("app", app);
            put("team", team);
            put("owner", &format!("{team}@acme.example"));
            if dice.chance(50) {
                put("cost-center", &format!("cc-{}", 1000 + dice.below(9) * 100));
            }
            if dice.chance(40) {
                put("managed-by", dice.pick(&["terraform", "pulumi", "bicep", "hand"]));
            }
        }
        Style::Patchy => {
            let all = [("env", env_value), ("app", app), ("team", team)];
            let (key, value) = dice.pick(&all);
            put(key, value);
            if dice.chance(30) {
                put("created-by", dice.pick(&["console", "john", "maria", "jenkins"]));
            }
        }
        Style::Misspelled => {
            put(dice.pick(&["enviroment", "Enviroment", "evironment", "enviorment"]), env_value);
            put(if dice.chance(30) { "aplication" } else { "app" }, app);
            put(if dice.chance(50) { "onwer" } else { "owner" }, &format!("{team}@acme.example"));
        }
        Style::Mixed => {
            let upper = env_value.to_ascii_uppercase();
            let mut title = env_value.to_owned();
            title[..1].make_ascii_uppercase();
            put(dice.pick(&["Env", "ENV", "Environment", "Stage"]), if dice.chance(50) { &upper } else { &title });
            put(dice.pick(&["App", "APP"]), app);
            put("CostCenter", &format!("CC{}", 1000 + dice.below(9) * 100));
        }
    }
    tags
}
