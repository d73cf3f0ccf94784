//! The policy of a data directory: the default rules, tightened by the file `policy.toml` in it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use escher_core::{Decision, Error, Finding, Occasion, PlanDoc, Policy, Result, Verdict, WallTime, digest};
use escher_exec::{DefaultPolicy, POLICY_FILE, PolicyProblem, PolicyRule, PolicyRules};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::home::read_small;

/// Bytes that the file may have. It is read for every plan that is shown.
const LARGEST: u64 = 256 * 1024;

/// Problems of a broken file that a plan's reasons repeat.
const SHOWN: usize = 3;

/// The rules that decide what may run, and where they come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyReport {
    /// Where the file is, or would be.
    pub file: PathBuf,
    /// Whether there is one.
    pub exists: bool,
    /// SHA-256 of the file's bytes; absent if there is none or it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The rules in force. Of a file that is broken there are none: it refuses every change.
    pub rules: Vec<PolicyRule>,
    /// What is wrong with the file, with places.
    pub problems: Vec<PolicyProblem>,
    /// Why the file could not be read at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
}

impl PolicyReport {
    /// Whether the file is broken and so refuses every change.
    pub fn is_broken(&self) -> bool {
        self.unreadable.is_some() || !self.problems.is_empty()
    }
}

/// The file, read whenever a plan is judged, so that no change to it is missed; it is parsed again only when its bytes differ.
pub(crate) struct PolicyFile {
    path: PathBuf,
    last: Mutex<Option<Arc<Read>>>,
}

/// A file as it was read.
struct Read {
    bytes: Vec<u8>,
    rules: std::result::Result<DefaultPolicy, Vec<PolicyProblem>>,
}

impl PolicyFile {
    pub(crate) fn of(data_dir: &Path) -> Self {
        Self { path: data_dir.join(POLICY_FILE), last: Mutex::default() }
    }

    /// The file as it is now; `None` if there is none.
    fn read(&self) -> Result<Option<Arc<Read>>> {
        let Some(bytes) = read_small("read policy", &self.path, LARGEST)? else { return Ok(None) };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = last.as_ref().filter(|known| known.bytes == bytes) {
            return Ok(Some(known.clone()));
        }
        let rules = PolicyRules::read(&bytes).map(DefaultPolicy::new);
        let read = Arc::new(Read { bytes, rules });
        *last = Some(read.clone());
        Ok(Some(read))
    }

    /// The rules in force at a moment, and where they come from.
    pub(crate) fn report(&self, at: WallTime) -> PolicyReport {
        let mut report =
            PolicyReport { file: self.path.clone(), exists: true, digest: None, rules: Vec::new(), problems: Vec::new(), unreadable: None };
        match self.read() {
            Ok(None) => {
                report.exists = false;
                report.rules = DefaultPolicy::default().shown(at);
            }
            Ok(Some(read)) => {
                report.digest = Some(digest::of_bytes(&read.bytes));
                match &read.rules {
                    Ok(rules) => report.rules = rules.shown(at),
                    Err(problems) => report.problems.clone_from(problems),
                }
            }
            Err(e) => report.unreadable = Some(told(&e)),
        }
        report
    }

    /// A verdict that refuses the plan since the file cannot be relied on.
    fn refused(plan: &PlanDoc, occasion: &Occasion<'_>, why: impl IntoIterator<Item = (Option<usize>, String)>) -> Verdict {
        let mut verdict = DefaultPolicy::default().judge(plan, occasion);
        for (line, reason) in why {
            verdict.add(Finding { decision: Decision::Forbid, reason, line, undecided: Vec::new() });
        }
        // Whatever was found, nothing runs.
        verdict.decision = Decision::Forbid;
        verdict
    }
}

impl Policy for PolicyFile {
    fn judge(&self, plan: &PlanDoc, occasion: &Occasion<'_>) -> Verdict {
        let read = match self.read() {
            Ok(None) => return DefaultPolicy::default().judge(plan, occasion),
            Ok(Some(read)) => read,
            Err(e) => {
                let reason = format!("no change may run, because {POLICY_FILE} cannot be read: {}", told(&e));
                return Self::refused(plan, occasion, [(None, reason)]);
            }
        };
        match &read.rules {
            Ok(rules) => rules.judge(plan, occasion),
            Err(problems) => {
                let more = problems.len().saturating_sub(SHOWN);
                let more = (more > 0).then(|| (None, format!("{POLICY_FILE} has {more} more problems")));
                let told = problems.iter().take(SHOWN).map(|problem| {
                    let reason = format!("no change may run until {POLICY_FILE} is fixed: {problem} ({})", problem.hint);
                    (Some(problem.line), reason)
                });
                Self::refused(plan, occasion, told.chain(more))
            }
        }
    }
}

/// An error with its hint, in one line.
fn told(error: &Error) -> String {
    error.hint_text().map_or_else(|| error.to_string(), |hint| format!("{error}; {hint}"))
}
