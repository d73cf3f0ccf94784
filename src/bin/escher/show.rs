//! What people and programs read.

use std::borrow::Cow;
use std::io::{IsTerminal as _, Write as _};

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};
use escher::{Asked, Group, Hit, Reply, core::PlanDoc};
use serde::Serialize;
use serde_json::Value;

/// Rows shown on a terminal before the rest is only counted.
const ROWS: usize = 50;

/// Prints one JSON document on one line. A reader that has gone away is no error.
pub(crate) fn json<T: Serialize>(value: &T) {
    match serde_json::to_string(value) {
        Ok(text) => raw(&text),
        Err(e) => eprintln!("error: this cannot be written as JSON: {e}"),
    }
}

/// Prints a line on standard output, or several.
pub(crate) fn line(text: &str) {
    raw(&tame(text, true));
}

fn raw(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// The text with what would steer a terminal or turn its direction of writing spelt out: names and tags come from
/// clouds and files, and must not be able to paint over what a person approves.
pub(crate) fn tame(text: &str, lines: bool) -> Cow<'_, str> {
    let steers = |c: char| match c {
        '\n' => !lines,
        // Marks of direction, and what takes no room: two names that look alike must not be alike.
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}' => true,
        c => c.is_control(),
    };
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let spelt = |c: char| if steers(c) { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(spelt).collect())
}

/// A name, on one line.
fn name(text: &str) -> String {
    tame(text, false).into_owned()
}

/// Dollars and cents, of sums that anybody pays.
fn dollars(cost: f64) -> String {
    if cost.abs() < 1e12 { format!("{cost:.2}") } else { format!("{cost:.2e}") }
}

/// Whether a person can answer a question.
pub(crate) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks a yes/no question on the terminal; anything but yes is no.
pub(crate) fn yes(question: &str) -> bool {
    eprint!("{question} [y/N] ");
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// A table with a head and no lines. No word in it is ever broken: an id that cannot be copied is none.
pub(crate) fn table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(head.iter().map(|word| word.to_uppercase()));
    table
}

/// Prints a table without the blanks at line ends. On a narrow terminal these columns are left out, the first first.
pub(crate) fn print(mut table: Table, optional: &[&str]) {
    let width = table.width().filter(|&width| width > 0);
    let hidden = width.map(|width| fit(&mut table, usize::from(width), optional)).unwrap_or_default();
    for row in table.to_string().lines() {
        line(row.trim_end());
    }
    if !hidden.is_empty() {
        line(&format!("(no room for: {}; --json shows all)", hidden.join(", ")));
    }
}

/// Hides columns until the rest fits; which ones.
fn fit<'a>(table: &mut Table, width: usize, optional: &[&'a str]) -> Vec<&'a str> {
    const PADDING: usize = 2;
    let widths: Vec<usize> = table.column_max_content_widths().into_iter().map(|width| usize::from(width) + PADDING).collect();
    let heads: Vec<String> =
        table.header().into_iter().flat_map(|head| head.cell_iter()).map(|cell| cell.content().to_lowercase()).collect();
    let mut needed: usize = widths.iter().sum();
    let mut hidden = Vec::new();
    for &name in optional {
        let column = heads.iter().position(|head| head == name).filter(|_| needed > width);
        if let Some(at) = column
            && let Some(column) = table.column_mut(at)
        {
            column.set_constraint(ColumnConstraint::Hidden);
            needed -= widths[at];
            hidden.push(name);
        }
    }
    hidden
}

/// Resources as a table, with their scores where they were ranked.
pub(crate) fn hits(hits: &[Hit], scored: bool) {
    if hits.is_empty() {
        return;
    }
    let mut head = vec!["name", "cloud", "kind", "account", "region", "state", "env", "size", "$/month"];
    if scored {
        head.insert(0, "score");
    }
    let mut rows = table(&head);
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    for hit in hits.iter().take(ROWS) {
        let mut row = vec![
            name(&hit.name),
            hit.cloud.to_string(),
            hit.kind.to_string(),
            or_dash(hit.account_name.clone().or_else(|| hit.account.clone())),
            or_dash(hit.region.clone()),
            or_dash(hit.state.map(|state| state.to_string())),
            or_dash(hit.env.map(|env| env.to_string())),
            or_dash(hit.size.clone()),
            or_dash(hit.cost_month.map(dollars)),
        ];
        if scored {
            row.insert(0, format!("{:.2}", hit.score));
        }
        rows.add_row(row);
    }
    print(rows, &["size", "$/month", "env", "account", "region"]);
    if hits.len() > ROWS {
        line(&format!("… and {} more (--json shows all)", hits.len() - ROWS));
    }
}

fn groups(groups: &[Group]) {
    let Some(first) = groups.first() else { return };
    let mut head: Vec<&str> = first.key.keys().map(String::as_str).collect();
    head.extend(["count", "$/month"]);
    let mut rows = table(&head);
    for group in groups {
        let mut row: Vec<String> = group.key.values().map(|value| value.clone().unwrap_or_else(|| "-".to_owned())).collect();
        row.extend([group.count.to_string(), dollars(group.cost_month)]);
        rows.add_row(row);
    }
    print(rows, &[]);
}

/// Remarks on standard error.
pub(crate) fn warnings(quiet: bool, warnings: &[String]) {
    if !quiet {
        for warning in warnings {
            eprintln!("note: {}", tame(warning, false));
        }
    }
}

/// What came of an utterance.
pub(crate) fn asked(asked: &Asked, quiet: bool) {
    if !asked.frame.selector.is_empty() {
        line(&format!("understood: {} {}", asked.frame.intent, asked.frame.selector));
    }
    match &asked.reply {
        Reply::Answer(answer) => {
            groups(&answer.groups);
            hits(&answer.hits, false);
            line(&answer.text);
            if let Some(details) = &answer.details {
                self::details(details);
            }
            warnings(quiet, &answer.warnings);
        }
        Reply::Plan(plan) => self::plan(plan, quiet),
        Reply::Clarify(clarify) => {
            line(&clarify.question);
            for option in &clarify.options {
                line(&format!("  - {option}"));
            }
        }
    }
}

/// What is known of one resource beside its row: a line each, values as they were told.
fn details(details: &Value) {
    let resource = &details["resource"];
    let said = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs = |value: &Value, joint: &str| {
        let fields = value.as_object().into_iter().flatten();
        fields.map(|(key, value)| format!("{key}{joint}{}", said(value))).collect::<Vec<_>>().join(", ")
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
    rows.extend([("created", said(&resource["created"])), ("last seen", said(&details["last_seen"]))]);
    for (label, text) in rows.iter().filter(|(_, text)| !text.is_empty() && text != "null") {
        line(&format!("  {label:<11} {}", name(text)));
    }
}

/// A plan, as it is to be approved.
pub(crate) fn plan(plan: &PlanDoc, quiet: bool) {
    line(&format!("plan {}: {}", plan.id, name(&plan.goal)));
    line(&format!("  as        {}", plan.principal));
    line(&format!("  risk      {} · {} resource(s) · expires {:.0}", plan.risk, plan.blast_radius, plan.expires));
    for reason in &plan.reasons {
        line(&format!("  policy    {}: {reason}", plan.decision));
    }
    line(&format!("  digest    {}", plan.digest));
    let mut rows = table(&["step", "action", "target", "cloud", "account", "region", "takes it back", "dry run"]);
    for step in plan.steps.iter().take(ROWS) {
        rows.add_row([
            step.id.clone(),
            step.action.to_string(),
            name(&step.target.name),
            step.target.cloud.to_string(),
            step.target.account.clone(),
            step.target.region.clone(),
            step.compensate.map_or_else(|| "nothing does".to_owned(), |action| action.to_string()),
            serde_json::to_value(step.dry_run).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default(),
        ]);
    }
    print(rows, &["dry run", "cloud", "region", "takes it back"]);
    if plan.steps.len() > ROWS {
        line(&format!("… and {} more (--json shows all)", plan.steps.len() - ROWS));
    }
    for (what, steps) in impacts(plan) {
        let which = if steps.len() == plan.steps.len() { String::new() } else { format!(" ({})", steps.join(", ")) };
        line(&format!("  means     {}{which}", name(what)));
    }
    for step in plan.steps.iter().take(ROWS) {
        for argv in &step.cli {
            line(&format!("  {}: {}", step.id, argv.iter().map(|word| quoted(&name(word))).collect::<Vec<_>>().join(" ")));
        }
    }
    warnings(quiet, &plan.warnings);
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

/// A word as a shell would need it, for people who copy a line.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_terminal_shows_fewer_columns_and_breaks_no_word() {
        let rows = || {
            let mut rows = table(&["name", "size", "region"]);
            rows.add_row(["worker-compliance-dev-001", "Standard_D8s_v5", "germanywestcentral"]);
            rows
        };
        for (width, hidden) in [(80, &[][..]), (60, &["size"]), (40, &["size", "region"]), (3, &["size", "region"])] {
            let mut rows = rows();
            assert_eq!(fit(&mut rows, width, &["size", "region"]), hidden, "{width}");
            assert!(rows.to_string().contains("worker-compliance-dev-001"), "{width}: {rows}");
        }
    }

    #[test]
    fn what_steers_a_terminal_is_spelt_out() {
        assert_eq!(tame("web\u{200b}-1", false), r"web\u{200b}-1");
        assert_eq!(dollars(1e308), "1.00e308");
        assert_eq!(tame("größe 产品", false), "größe 产品");
        assert_eq!(tame("a\u{1b}[2Kb\u{202e}c\u{9b}", true), r"a\u{1b}[2Kb\u{202e}c\u{9b}");
        assert_eq!((tame("a\nb", true), tame("a\nb", false)), (Cow::Borrowed("a\nb"), Cow::Borrowed(r"a\nb")));
    }
}
