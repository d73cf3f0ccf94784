//! `doctor`: checks that everything works, and says what to do if not.

use escher_core::{Error, Identity, Next, Result, Selector};
use escher_rag::Model;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::escher::Escher;
use crate::home::is_missing;
use crate::wire::locate;

/// The health of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Works.
    Ok,
    /// Works, with limitations.
    Warn,
    /// Does not work.
    Fail,
}

/// One part and its health.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// The part's name.
    pub name: String,
    /// Its health.
    pub health: Health,
    /// What the check found.
    pub detail: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The operation that helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
}

impl Check {
    pub(crate) fn new(name: impl Into<String>, health: Health, detail: impl Into<String>) -> Self {
        Self { name: name.into(), health, detail: detail.into(), hint: None, next: None }
    }

    pub(crate) fn of(name: impl Into<String>, health: Health, error: &Error) -> Self {
        let (hint, next) = (error.hint_text().map(str::to_owned), error.next_step().cloned());
        Self { hint, next, ..Self::new(name, health, error.to_string()) }
    }

    pub(crate) fn hint(self, hint: &str) -> Self {
        Self { hint: Some(hint.to_owned()), ..self }
    }

    pub(crate) fn next(self, next: Next) -> Self {
        Self { next: Some(next), ..self }
    }
}

/// The health of all parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DoctorReport {
    /// The parts, in a fixed order.
    pub checks: Vec<Check>,
}

impl DoctorReport {
    /// What there is to say where there is no data directory yet; `None` if there is one. Nothing is created.
    ///
    /// # Errors
    /// `Storage` if the folder cannot be looked at.
    pub fn before_start(config: &Config) -> Result<Option<Self>> {
        if !is_missing(&config.data_dir)? {
            return Ok(None);
        }
        let told = format!("none yet; the first command that stores something creates {}", config.data_dir.display());
        Ok(Some(Self { checks: vec![Check::new("data directory", Health::Warn, told).next(Next::Start), check_model(config)] }))
    }

    /// Whether any part does not work.
    pub fn failed(&self) -> bool {
        self.checks.iter().any(|check| check.health == Health::Fail)
    }

    pub(crate) fn add_result(&mut self, name: impl Into<String>, result: Result<String>) {
        self.checks.push(match result {
            Ok(detail) => Check::new(name, Health::Ok, detail),
            Err(e) => Check::of(name, Health::Fail, &e),
        });
    }
}

fn check_model(config: &Config) -> Check {
    match Model::find_local(&locate(config, false)) {
        Ok(Some(files)) => Check::new("model", Health::Ok, files.folder().display().to_string()),
        Ok(None) => Check::new("model", Health::Warn, "not on this machine, so search matches words and not meaning").next(Next::Init),
        Err(e) => Check::of("model", Health::Fail, &e),
    }
}

/// Who we are, each with the accounts: `admin in acme-prod, acme-dev`.
fn people(identities: &[Identity]) -> Vec<String> {
    let mut people: Vec<(&str, Vec<&str>)> = Vec::new();
    for identity in identities {
        let account = identity.account_name.as_deref().unwrap_or(&identity.account);
        match people.iter_mut().find(|(principal, _)| *principal == identity.principal) {
            Some((_, accounts)) => accounts.push(account),
            None => people.push((&identity.principal, vec![account])),
        }
    }
    people.into_iter().map(|(principal, accounts)| format!("{principal} in {}", accounts.join(", "))).collect()
}

impl Escher {
    /// Checks every part: directory, store, index, model, journal, connections, interrupted runs.
    ///
    /// # Errors
    /// `Storage` only if nothing can be checked; problems with a part are in the report.
    pub async fn doctor(&self) -> Result<DoctorReport> {
        let root = self.home().root().display().to_string();
        let mut report = DoctorReport { checks: Vec::new() };
        report.checks.push(match self.home().exposed() {
            [] => Check::new("data directory", Health::Ok, root),
            exposed => Check::new("data directory", Health::Warn, format!("{root}; other users may read {}", exposed.join(", ")))
                .hint("give the folder to this user, or choose another; its files are for you alone"),
        });
        let store = self.files().store.clone();
        let looked = tokio::task::spawn_blocking(move || store.check(true)).await;
        let looked = looked.unwrap_or_else(|e| Err(Error::internal(e.to_string())));
        report.add_result("store", looked.map(|()| "intact: every row is as it was written".to_owned()));
        let revision = self.revision().await?;
        let held = self.estate().select(&Selector::All, self.now()).await?.matched.len();
        report.checks.push(match held {
            0 => Check::new("estate", Health::Warn, "empty: nothing was scanned or imported yet").next(Next::Start),
            1 => Check::new("estate", Health::Ok, "1 resource"),
            _ => Check::new("estate", Health::Ok, format!("{held} resources")),
        });
        report.checks.push(check_model(self.config()));
        report.checks.push(match self.index().await {
            Ok(index) => match index.revision().await {
                Ok(at) if at == revision => Check::new("index", Health::Ok, "up to date with the estate"),
                Ok(at) => {
                    let told = format!("behind the estate by {} changes; the next search or sync catches up", revision.saturating_sub(at));
                    Check::new("index", Health::Ok, told)
                }
                Err(e) => Check::of("index", Health::Fail, &e),
            },
            // One with a hint of its own, such as a full disk, is not broken.
            Err(e) if e.hint_text().is_some() => Check::of("index", Health::Fail, &e),
            Err(e) => {
                Check::of("index", Health::Fail, &e).hint("remove the folder `index` of the data directory; it is rebuilt from the store")
            }
        });
        report.add_result(
            "journal",
            self.journal_whole().await.map(|head| match head.seq {
                0 => "empty: nothing was run here yet".to_owned(),
                1 => format!("its only line is intact and has the hash {}", head.hash),
                lines => format!("intact: all {lines} lines are there, unaltered; the last one has the hash {}", head.hash),
            }),
        );
        self.check_trust(&mut report).await;
        report.checks.push(self.check_policy());
        self.check_connections(&mut report).await;
        let open: Vec<String> =
            self.records().runs(1_000).await?.into_iter().filter(|run| run.finished.is_none()).map(|run| run.id.into()).collect();
        report.checks.push(if open.is_empty() {
            Check::new("runs", Health::Ok, "none is unfinished")
        } else {
            Check::new("runs", Health::Warn, format!("unfinished: {}", open.join(", "))).next(Next::Resume { run: None })
        });
        Ok(report)
    }

    fn check_policy(&self) -> Check {
        let policy = self.policy_report();
        if policy.is_broken() {
            let why = policy.unreadable.or_else(|| policy.problems.first().map(ToString::to_string)).unwrap_or_default();
            return Check::new("policy", Health::Fail, format!("no change may run: {}: {why}", policy.file.display()))
                .hint("fix the file, or remove it for the default rules")
                .next(Next::Policy);
        }
        let file = policy.file.display();
        let told = if policy.exists { format!("read from {file}") } else { format!("the default rules; there is no {file}") };
        Check::new("policy", Health::Ok, told)
    }

    async fn check_connections(&self, report: &mut DoctorReport) {
        let connected = match self.connected(&[]).await {
            Ok(connected) => connected,
            Err(e) => return report.checks.push(Check::of("clouds", Health::Warn, &e)),
        };
        let cx = self.read_cx();
        for (name, cloud) in connected {
            let simulated = if cloud.simulated() { " (simulated)" } else { "" };
            let who = cloud.identities(&cx).await.map(|found| format!("{}{simulated}", people(&found).join("; ")));
            report.add_result(name, who);
        }
    }
}
