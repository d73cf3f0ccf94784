//! `escher policy`.

use escher::api::policy_check::{Judged, PolicyCheckRequest};
use escher::api::{PolicyCheck, PolicyShow};
use escher::core::{Decision, PlanId};
use escher::{Error, ErrorKind, PolicyReport, Result};

use super::output;
use crate::args::Global;
use crate::caller::Caller;
use crate::exit::{Exit, tell};
use crate::out::line;
use crate::show::decided;
use crate::table::{NONE, Narrow, Rows};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Show the rules in force, their file, and what is wrong with it
    Show,
    /// Check a plan or an order against policy, rule by rule; without one, check the policy file
    Check {
        /// A plan's id, or an order in plain words; the order is planned, and the plan is not kept
        #[arg(value_name = "PLAN|WORDS")]
        plan: Vec<String>,
        /// Judge as if this person approved it [default: whoever has, or you]
        #[arg(long, value_name = "NAME")]
        approver: Option<String>,
    },
}

pub(crate) async fn run(caller: &Caller<'_>, command: Command) -> Result<Exit> {
    let global = caller.global;
    match command {
        Command::Show => {
            let report = caller.call::<PolicyShow>(Default::default()).await?;
            output(global, &report, || show(&report));
            Ok(problems(global, &report))
        }
        Command::Check { plan, approver } => {
            let words = plan.join(" ");
            let request = match words.as_str() {
                "" => PolicyCheckRequest::default(),
                id if id.parse::<PlanId>().is_ok() => PolicyCheckRequest { plan: Some(words), ..Default::default() },
                _ => PolicyCheckRequest { text: Some(words), ..Default::default() },
            };
            let checked = caller.call::<PolicyCheck>(PolicyCheckRequest { approver, ..request }).await?;
            output(global, &checked, || match &checked.judged {
                Some(judged) => findings(judged),
                None if checked.policy.is_broken() => {}
                None => line(&format!("{}: {}", checked.policy.file.display(), state(&checked.policy))),
            });
            let exit = problems(global, &checked.policy);
            Ok(match checked.judged {
                Some(judged) if judged.decision == Decision::Forbid => Exit::Forbidden,
                _ => exit,
            })
        }
    }
}

fn state(report: &PolicyReport) -> &'static str {
    match (report.exists, report.is_broken()) {
        (_, true) => "broken: no change may run until it is fixed",
        (true, false) => "sound",
        (false, false) => "no such file; the default rules apply. Rules in it can only tighten them",
    }
}

fn show(report: &PolicyReport) {
    line(&format!("file    {}", report.file.display()));
    line(&format!("state   {}", state(report)));
    if let Some(digest) = &report.digest {
        line(&format!("digest  {digest}"));
    }
    if report.rules.is_empty() {
        return;
    }
    let mut rows = Rows::new(&["line", "rule"]);
    for rule in &report.rules {
        rows.add([rule.line.map_or_else(|| NONE.to_owned(), |line| line.to_string()), rule.text.clone()]);
    }
    rows.print(&[("rule", Narrow::Wrap(24))]);
}

fn findings(judged: &Judged) {
    line(&format!("plan      {}", judged.goal));
    line(&format!("targets   {}", judged.blast_radius));
    line(&format!("approver  {}", judged.approver));
    line(&format!("decision  {}", decided(judged.decision)));
    for finding in &judged.findings {
        line(&format!("  {:16}{}", decided(finding.decision), finding.reason));
    }
}

/// Prints what is wrong with the file, each with its place.
fn problems(global: &Global, report: &PolicyReport) -> Exit {
    if !report.is_broken() {
        return Exit::Done;
    }
    if !global.json {
        let broken =
            |why: String| Error::new(ErrorKind::Forbidden, why).operation("read policy").with("file", report.file.display().to_string());
        for problem in &report.problems {
            tell(global, &broken(problem.to_string()).hint(&problem.hint));
        }
        if let Some(why) = &report.unreadable {
            tell(global, &Error::new(ErrorKind::Forbidden, why));
        }
    }
    Exit::Forbidden
}
