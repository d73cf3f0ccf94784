//! `escher changes`.

use escher::api::Changes;
use escher::core::{Change, FieldChange};
use escher::{ChangeList, ChangesRequest, Error, Result, Since};

use super::output;
use crate::args::Global;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::out::line;
use crate::table::Narrow::{CutShort, Omit, Wrap};
use crate::table::{NONE, Rows};
use crate::text::counted;
use crate::twins;

/// Changes that are shown to a person.
const SHOWN: usize = 100;

/// Characters of a value that are shown.
const WIDE: usize = 40;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How far back: a span such as 12h, 1d or 2w, or a time
    #[arg(long, value_name = "SPAN|TIME", value_parser = parse_since, default_value = "1d")]
    since: Since,
    /// Only resources that match this selector; removed ones as they were last known
    #[arg(long = "where", value_name = "SELECTOR", default_value = "", hide_default_value = true)]
    filter: String,
}

fn parse_since(text: &str) -> std::result::Result<Since, String> {
    text.parse().map_err(|e: Error| format!("{e}; {}", e.hint_text().unwrap_or_default()))
}

pub(crate) async fn run(caller: &Caller<'_>, args: Args) -> Result<Exit> {
    let global = caller.global;
    let filtered = !args.filter.is_empty();
    let list = caller.call::<Changes>(ChangesRequest { since: args.since, filter: args.filter }).await?;
    output(global, &list, || show(global, &list, args.since, filtered));
    crate::show::warnings(global.quiet || list.changes.is_empty(), caller.status.simulated.as_slice());
    Ok(Exit::Done)
}

fn show(global: &Global, list: &ChangeList, since: Since, filtered: bool) {
    if list.changes.is_empty() {
        let of = if filtered { " of what --where selects" } else { "" };
        line(&format!("Nothing{of} appeared, changed, or was removed {}.", spoken(since)));
        if matches!(since, Since::Ago(span) if span.as_hours() < 30 * 24) {
            line(&format!("To look further back: {}", global.command(["changes", "--since", "30d"])));
        }
        return line(&format!("To look for changes now: {}", global.command(["sync"])));
    }
    let shown = &list.changes[..list.changes.len().min(SHOWN)];
    let twins = twins::short_ids(shown.iter().map(|change| (change.name.as_str(), change.id.as_str())));
    let mut head = vec!["noticed", "change", "name"];
    head.extend((!twins.is_empty()).then_some("id"));
    head.extend(["what", "run"]);
    let mut rows = Rows::new(&head);
    for change in shown {
        let mut row = vec![format!("{:.0}", change.at), change.change.as_str().to_owned(), change.name.clone()];
        row.extend((!twins.is_empty()).then(|| twins::short_id(change.id.as_str(), &twins).to_owned()));
        row.extend([what(change), change.run.as_deref().unwrap_or(NONE).to_owned()]);
        rows.add(row);
    }
    rows.print(&[("id", CutShort(16)), ("what", Wrap(24)), ("noticed", Omit), ("run", Omit)]);
    if list.changes.len() > SHOWN {
        line(&format!("… and {} more (--json shows all)", list.changes.len() - SHOWN));
    }
}

/// The period, as a person says it.
fn spoken(since: Since) -> String {
    let Since::Ago(span) = since else { return format!("since {since}") };
    match (span.as_secs(), span.as_hours()) {
        (86_400, _) => "in the last day".to_owned(),
        (seconds, hours) if hours > 0 && seconds % 86_400 == 0 => format!("in the last {} days", hours / 24),
        (seconds, hours) if hours > 0 && seconds % 3_600 == 0 => {
            format!("in the last {}", counted(usize::try_from(hours).unwrap_or(0), "hour", "hours"))
        }
        (seconds, _) => format!("in the last {}", counted(usize::try_from(seconds).unwrap_or(0), "second", "seconds")),
    }
}

fn what(change: &Change) -> String {
    match change.fields.as_slice() {
        [] => NONE.to_owned(),
        fields => fields.iter().map(field).collect::<Vec<_>>().join("; "),
    }
}

fn field(change: &FieldChange) -> String {
    format!("{}: {} → {}", change.field, value(&change.from), value(&change.to))
}

fn value(value: &serde_json::Value) -> String {
    let text = match value {
        serde_json::Value::Null => return NONE.to_owned(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= WIDE { text } else { text.chars().take(WIDE - 1).chain(['…']).collect() }
}
