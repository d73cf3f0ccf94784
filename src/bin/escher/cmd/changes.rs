//! `escher changes`.

use escher::api::Changes;
use escher::core::{Change, FieldChange};
use escher::{ChangeList, ChangesRequest, Error, Result, Since};

use super::output;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::out::line;
use crate::table::Narrow::{Omit, Wrap};
use crate::table::{NONE, Rows};

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
    let list = caller.call::<Changes>(ChangesRequest { since: args.since, filter: args.filter }).await?;
    output(global, &list, || show(&list));
    crate::show::warnings(global.quiet || list.changes.is_empty(), caller.status.simulated.as_slice());
    Ok(Exit::Done)
}

fn show(list: &ChangeList) {
    if list.changes.is_empty() {
        return line("Nothing appeared, changed, or was removed.");
    }
    let mut rows = Rows::new(&["noticed", "change", "name", "what", "run"]);
    for change in list.changes.iter().take(SHOWN) {
        let run = change.run.as_deref().unwrap_or(NONE);
        rows.add([&format!("{:.0}", change.at), change.change.as_str(), &change.name, &what(change), run]);
    }
    rows.print(&[("what", Wrap(24)), ("noticed", Omit)]);
    if list.changes.len() > SHOWN {
        line(&format!("… and {} more (--json shows all)", list.changes.len() - SHOWN));
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
