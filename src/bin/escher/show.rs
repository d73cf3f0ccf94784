//! What people read: resources, answers, plans.

use std::collections::HashMap;

use escher::api::{Describe, describe::DescribeRequest};
use escher::core::{Action, ActionDef, Decision, Intent, PlanDoc, ResourceId, Selector, State, Verb};
use escher::{Answer, AskResponse, Explanation, Group, Hit, Reply, Result, shortened};
use serde_json::Value;

use crate::args::Global;
use crate::caller::Caller;
use crate::out::{line, lines, note};
use crate::table::Narrow::{Cut, CutShort, Omit};
use crate::table::{NONE, Narrow, Rows, dollars};
use crate::text::{counted, quoted};
use crate::{next, twins};

/// Rows shown on a terminal before the rest is only counted.
const ROWS: usize = 50;

/// What gives way in a list of resources: names and ids do not, for they are what the next question or order needs.
const NARROW: &[(&str, Narrow)] = &[
    ("id", CutShort(16)),
    ("size", Cut(10)),
    ("account", Cut(12)),
    ("region", Cut(12)),
    ("size", Omit),
    ("score", Omit),
    ("$/month", Omit),
    ("account", Omit),
    ("env", Omit),
    ("region", Omit),
    ("cloud", Omit),
];

fn or_none(text: Option<impl ToString>) -> String {
    text.map_or_else(|| NONE.to_owned(), |text| text.to_string())
}

/// The state, where it says something. What can be neither started nor stopped just is: that one cloud calls such a
/// bucket available and another says nothing of it makes no difference between the two.
fn state(hit: &Hit) -> Option<State> {
    let can = |verb| ActionDef::find(Action { kind: hit.kind, verb }).is_some();
    hit.state.filter(|state| *state != State::Running || can(Verb::Stop) || can(Verb::Start))
}

/// Resources as a table, with their scores where they were ranked. Those of one name are told apart.
pub(crate) fn hits(hits: &[Hit], scored: bool) {
    if hits.is_empty() {
        return;
    }
    let shown = &hits[..hits.len().min(ROWS)];
    let twins = twins::short_ids(shown.iter().map(|hit| (hit.name.as_str(), hit.id.as_str())));
    let mut head = vec!["name"];
    head.extend((!twins.is_empty()).then_some("id"));
    head.extend(["cloud", "kind", "account", "region"]);
    head.extend((!twins.is_empty()).then_some("zone"));
    head.extend(["state", "env", "size", "$/month"]);
    if scored {
        head.insert(0, "score");
    }
    let mut rows = Rows::new(&head);
    for hit in shown {
        let mut row = Vec::with_capacity(head.len());
        row.extend(scored.then(|| format!("{:.2}", hit.score)));
        row.push(hit.name.clone());
        row.extend((!twins.is_empty()).then(|| twins::short_id(&hit.id, &twins).to_owned()));
        row.extend([hit.cloud.to_string(), hit.kind.to_string()]);
        row.push(or_none(hit.account_name.as_ref().or(hit.account.as_ref())));
        row.push(or_none(hit.region.as_ref()));
        row.extend((!twins.is_empty()).then(|| or_none(hit.zone.as_ref())));
        row.extend([or_none(state(hit)), or_none(hit.env), or_none(hit.size.as_ref()), dollars(hit.cost_month)]);
        rows.add(row);
    }
    rows.print(NARROW);
    if hits.len() > ROWS {
        line(&format!("… and {} more (--json shows all)", hits.len() - ROWS));
    }
}

fn groups(groups: &[Group]) {
    let Some(first) = groups.first() else { return };
    let unknown = groups.iter().any(|group| group.cost_unknown > 0);
    let mut head: Vec<&str> = first.key.keys().map(String::as_str).collect();
    head.extend(["count", "$/month"]);
    head.extend(unknown.then_some("cost unknown"));
    let mut rows = Rows::new(&head);
    for group in groups {
        let mut row: Vec<String> = group.key.values().map(|value| or_none(value.as_ref())).collect();
        row.extend([group.count.to_string(), dollars(group.cost_month)]);
        row.extend(unknown.then(|| group.cost_unknown.to_string()));
        rows.add(row);
    }
    rows.print(&[("cost unknown", Omit)]);
}

/// Remarks on standard error.
pub(crate) fn warnings(quiet: bool, warnings: &[String]) {
    if !quiet {
        for warning in warnings {
            note(&format!("note: {warning}"));
        }
    }
}

/// How words were read.
pub(crate) fn explanation(explanation: &Explanation) {
    for parse in &explanation.parses {
        line(&format!("read as    {}", parse.phrase));
        line(&format!("           {}", parse.meaning));
    }
    for constraint in &explanation.constraints {
        let value = match &constraint.value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Object(nested) => format!("({})", nested.get("selector").and_then(|it| it.as_str()).unwrap_or_default()),
            other => other.to_string(),
        };
        let from = constraint.from.as_ref().map(|words| format!("   “{words}”")).unwrap_or_default();
        line(&format!("because    {} {} {value}{from}", constraint.field, constraint.op));
    }
    for part in &explanation.agents {
        line(&format!("{:10} {}", part.agent, part.said));
    }
}

/// What came of an utterance.
pub(crate) async fn asked(caller: &Caller<'_>, asked: &AskResponse) -> Result<()> {
    if asked.frame.selector != Selector::All {
        line(&format!("understood: {} {}", asked.frame.intent, shortened(&asked.frame.selector)));
    }
    if !asked.frame.corrected.is_empty() {
        let corrected: Vec<String> = asked.frame.corrected.iter().map(|it| format!("“{}” as “{}”", it.from, it.to)).collect();
        line(&format!("read {}", corrected.join(", ")));
    }
    match &asked.reply {
        Reply::Answer(answer) => self::answer(caller.global, asked.frame.intent, answer),
        Reply::Plan(plan) => self::plan(caller, plan).await?,
        Reply::Clarify(clarify) => {
            line(&clarify.question);
            for option in &clarify.options {
                line(&format!("  - {option}"));
            }
        }
    }
    Ok(())
}

fn answer(global: &Global, intent: Intent, answer: &Answer) {
    // What was left out of a long answer is said before it.
    let first = !answer.answered && !answer.hits.is_empty();
    if first {
        line(&answer.text);
    }
    groups(&answer.groups);
    hits(&answer.hits, false);
    // An explanation is several lines of our own and holds nothing of the estate; anything else is one sentence.
    match intent {
        _ if first => {}
        Intent::Explain => lines(&answer.text),
        _ => line(&answer.text),
    }
    if let Some(hint) = &answer.hint {
        line(&format!("  hint: {hint}"));
    }
    if let Some(details) = &answer.details {
        self::details(details);
    }
    for line in answer.next.iter().flat_map(|next| next::lines(global, next)) {
        self::line(&line);
    }
    warnings(global.quiet, &answer.warnings);
}

/// What is known of one resource beside its row: a line each, values as they were told.
fn details(details: &Value) {
    let resource = &details["resource"];
    let said = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    // A value with a comma in it is quoted, or it would look like two.
    let part = |text: String| if text.contains(',') && !text.starts_with(['[', '{']) { format!("{text:?}") } else { text };
    // Nobody reads fractions of a second.
    let moment = |value: &Value| said(value).parse::<jiff::Timestamp>().map_or_else(|_| said(value), |at| format!("{at:.0}"));
    let pairs = |value: &Value, joint: &str| {
        let fields = value.as_object().into_iter().flatten();
        fields.map(|(key, value)| format!("{}{joint}{}", part(key.clone()), part(said(value)))).collect::<Vec<_>>().join(", ")
    };
    let flags = resource["flags"].as_object().into_iter().flatten().map(|(flag, value)| match value {
        Value::Bool(true) => flag.clone(),
        Value::Bool(false) => format!("not {flag}"),
        _ => format!("{flag} unknown"),
    });
    let mut rows = vec![
        ("id", said(&resource["id"])),
        ("tags", pairs(&resource["tags"], "=")),
        ("attributes", pairs(&resource["attributes"], " ")),
        ("flags", flags.collect::<Vec<_>>().join(", ")),
        ("metrics", pairs(&resource["metrics"], " ")),
    ];
    if let Some(rule) = details["idle"].as_object() {
        let verdict = match rule["idle"] {
            Value::Bool(true) => "idle",
            Value::Bool(false) => "not idle",
            _ => "not known",
        };
        rows.push(("idle rule", format!("{} ({}), {} days: {verdict}", said(&rule["rule"]), said(&rule["source"]), rule["days"])));
    }
    rows.extend([("created", moment(&resource["created"])), ("last seen", moment(&details["last_seen"]))]);
    for (label, text) in rows.iter().filter(|(_, text)| !text.is_empty() && text != "null") {
        line(&format!("  {label:<11} {text}"));
    }
}

/// What policy says, in words that are not taken for an approval.
pub(crate) fn decided(decision: Decision) -> &'static str {
    match decision {
        Decision::Allow => "allowed",
        Decision::Approve => "needs approval",
        Decision::Forbid => "forbidden",
    }
}

/// A plan, as it is to be approved. What the estate knows of targets of one name is shown beside them.
pub(crate) async fn plan(caller: &Caller<'_>, plan: &PlanDoc) -> Result<()> {
    let shown = &plan.steps[..plan.steps.len().min(ROWS)];
    let twins = twins::short_ids(shown.iter().map(|step| (step.target.name.as_str(), step.target.id.as_str())));
    let ids: Vec<ResourceId> = shown.iter().map(|step| step.target.id.clone()).filter(|id| twins.contains_key(id.as_str())).collect();
    let known = if ids.is_empty() { Vec::new() } else { caller.call::<Describe>(DescribeRequest { ids }).await?.resources };
    line(&format!("plan {}: {}", plan.id, plan.goal));
    line(&format!("  as        {}", plan.principal));
    let touched = counted(plan.blast_radius, "resource", "resources");
    line(&format!("  risk      {} · {touched} · expires {:.0}", plan.risk, plan.expires));
    for reason in &plan.reasons {
        line(&format!("  policy    {}: {reason}", decided(plan.decision)));
    }
    line(&format!("  digest    {}", plan.digest));
    steps(plan, &twins, &known.iter().map(|hit| (hit.id.as_str(), hit)).collect());
    for (what, steps) in impacts(plan) {
        let which = if steps.len() == plan.steps.len() { String::new() } else { format!(" ({})", steps.join(", ")) };
        line(&format!("  means     {what}{which}"));
    }
    for step in shown {
        for argv in &step.cli {
            line(&format!("  {}: {}", step.id, argv.iter().map(quoted).collect::<Vec<_>>().join(" ")));
        }
    }
    warnings(caller.global.quiet, &plan.warnings);
    Ok(())
}

fn steps(plan: &PlanDoc, twins: &HashMap<&str, String>, known: &HashMap<&str, &Hit>) {
    let mut head = vec!["step", "action", "target"];
    head.extend((!twins.is_empty()).then_some("id"));
    head.extend(["cloud", "account", "region"]);
    head.extend(["zone", "state"].iter().filter(|_| !twins.is_empty()));
    head.extend(["undo", "dry run"]);
    let mut rows = Rows::new(&head);
    for step in plan.steps.iter().take(ROWS) {
        let target = &step.target;
        let mut row = vec![step.id.to_string(), step.action.to_string(), target.name.clone()];
        row.extend((!twins.is_empty()).then(|| twins::short_id(target.id.as_str(), twins).to_owned()));
        row.extend([target.cloud.to_string(), target.account.clone(), target.region.clone()]);
        if !twins.is_empty() {
            let hit = known.get(target.id.as_str());
            row.extend([or_none(hit.and_then(|hit| hit.zone.as_ref())), or_none(hit.and_then(|hit| hit.state))]);
        }
        row.push(step.compensate.map_or_else(|| "none".to_owned(), |undo| step.action.undo_called(undo.verb).to_owned()));
        row.push(serde_json::to_value(step.dry_run).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default());
        rows.add(row);
    }
    rows.print(&[&[("dry run", Omit), ("zone", Omit), ("state", Omit)], NARROW].concat());
    if plan.steps.len() > ROWS {
        line(&format!("… and {} more (--json shows all)", plan.steps.len() - ROWS));
    }
}

/// What the targets of a plan are called, those of one name told apart.
pub(crate) fn names(plan: &PlanDoc) -> HashMap<ResourceId, String> {
    let twins = twins::short_ids(plan.steps.iter().map(|step| (step.target.name.as_str(), step.target.id.as_str())));
    let named = |id: &ResourceId, name: &str| (id.clone(), twins::label(name, id.as_str(), &twins));
    plan.steps.iter().map(|step| named(&step.target.id, &step.target.name)).collect()
}

/// What the steps mean, each meaning once with the steps that have it; the target's name is in the table.
fn impacts(plan: &PlanDoc) -> Vec<(&str, Vec<&str>)> {
    let mut impacts: Vec<(&str, Vec<&str>)> = Vec::new();
    for step in plan.steps.iter().take(ROWS).filter(|step| !step.impact.is_empty()) {
        // `web-1 (prod): stops serving`
        let what =
            step.impact.strip_prefix(&step.target.name).and_then(|rest| rest.split_once(": ")).map_or(&*step.impact, |(_, what)| what);
        match impacts.iter_mut().find(|(known, _)| *known == what) {
            Some((_, steps)) => steps.push(&step.id),
            None => impacts.push((what, vec![&step.id])),
        }
    }
    impacts
}
