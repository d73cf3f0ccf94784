//! `doctor`: is everything as it should be, and what to do where not.

use escher_core::{Error, Index as _, Result, Selector, Store as _};
use escher_rag::Model;
use serde::Serialize;

use crate::escher::Escher;

/// How a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// As it should be.
    Ok,
    /// Works, with less than it could.
    Warn,
    /// Does not work.
    Fail,
}

/// One part and how it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The part.
    pub name: String,
    /// How it is.
    pub health: Health,
    /// What was seen.
    pub detail: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// All parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The parts, in a fixed order.
    pub checks: Vec<Check>,
}

impl Report {
    /// Whether any part does not work.
    pub fn failed(&self) -> bool {
        self.checks.iter().any(|check| check.health == Health::Fail)
    }

    fn add(&mut self, name: impl Into<String>, health: Health, detail: impl Into<String>, hint: Option<&str>) {
        self.checks.push(Check { name: name.into(), health, detail: detail.into(), hint: hint.map(str::to_owned) });
    }

    fn add_result(&mut self, name: impl Into<String>, result: Result<String>) {
        match result {
            Ok(detail) => self.add(name, Health::Ok, detail, None),
            Err(e) => self.add(name, Health::Fail, e.to_string(), e.hint_text()),
        }
    }
}

impl Escher {
    /// Looks at every part: directory, store, index, model, journal, connections, runs that were cut short.
    ///
    /// # Errors
    /// `Storage` only where nothing can be looked at; what is wrong with a part is in the report.
    pub async fn doctor(&self) -> Result<Report> {
        let mut report = Report { checks: Vec::new() };
        let root = self.home().root().display().to_string();
        match self.home().exposed() {
            [] => report.add("data directory", Health::Ok, root, None),
            exposed => report.add(
                "data directory",
                Health::Warn,
                format!("{root}; other users may read {}", exposed.join(", ")),
                Some("give the folder to this user, or choose another; its files are for you alone"),
            ),
        }
        let store = self.store().clone();
        let looked = tokio::task::spawn_blocking(move || store.check(true)).await;
        let looked = looked.unwrap_or_else(|e| Err(Error::internal(e.to_string())));
        report.add_result("store", looked.map(|()| "whole, every row is as it was written".to_owned()));
        let revision = self.revision().await?;
        let held = self.store().select(&Selector::All, self.now()).await?.matched.len();
        let hint = (held == 0).then_some("run: escher demo, or: escher connect aws and escher sync");
        report.add("estate", if held == 0 { Health::Warn } else { Health::Ok }, format!("{held} resources, revision {revision}"), hint);
        match Model::find_local(&self.locate(false)) {
            Ok(Some(files)) => report.add("model", Health::Ok, files.folder().display().to_string(), None),
            Ok(None) => report.add("model", Health::Warn, "not on this machine; search is lexical", Some("run: escher init")),
            Err(e) => report.add("model", Health::Fail, e.to_string(), e.hint_text()),
        }
        match self.index().await {
            Ok(index) => match index.revision().await {
                Ok(at) if at == revision => report.add("index", Health::Ok, format!("at revision {at}"), None),
                Ok(at) => report.add(
                    "index",
                    Health::Warn,
                    format!("at revision {at} of {revision}"),
                    Some("the next search or sync brings it up to date"),
                ),
                Err(e) => report.add("index", Health::Fail, e.to_string(), e.hint_text()),
            },
            Err(e) => report.add(
                "index",
                Health::Fail,
                e.to_string(),
                Some("remove the folder `index` of the data directory; it is built again from the store"),
            ),
        }
        report.add_result("journal", self.journal_whole().await.map(|head| format!("{} lines, unbroken; head {}", head.seq, head.hash)));
        self.check_connections(&mut report).await;
        let open: Vec<String> =
            self.store().runs(1_000).await?.into_iter().filter(|run| run.finished.is_none()).map(|run| run.id).collect();
        if open.is_empty() {
            report.add("runs", Health::Ok, "none was cut short", None);
        } else {
            report.add("runs", Health::Warn, format!("not finished: {}", open.join(", ")), Some("run: escher runs resume"));
        }
        Ok(report)
    }

    async fn check_connections(&self, report: &mut Report) {
        let connected = match self.connected(&[]).await {
            Ok(connected) => connected,
            Err(e) => return report.add("clouds", Health::Warn, e.to_string(), e.hint_text()),
        };
        let cx = self.read_cx();
        for (name, cloud) in connected {
            let simulated = if cloud.simulated() { " (simulated)" } else { "" };
            let who = cloud.identities(&cx).await.map(|found| {
                let lines: Vec<String> = found.iter().map(|identity| format!("{} in {}", identity.principal, identity.account)).collect();
                format!("{}{simulated}", lines.join("; "))
            });
            report.add_result(name, who);
        }
    }
}
