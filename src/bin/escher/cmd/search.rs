//! `escher search`.

use escher::api::Search;
use escher::core::Next;
use escher::{Result, SearchRequest, SearchResults};

use super::output;
use crate::args::Global;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::out::line;
use crate::text::counted;
use crate::{next, show};

#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  escher search \"prodution postgress databse\"\n  escher search checkout --where \"env = prod AND kind = vm\""
)]
pub(crate) struct Args {
    /// What to look for, in any words, typos welcome; may be omitted if --where is given
    #[arg(required_unless_present = "filter")]
    pub(crate) words: Vec<String>,
    /// Only resources that match this selector, for example "env=prod AND app=main"
    #[arg(long = "where", value_name = "SELECTOR", default_value = "", hide_default_value = true)]
    pub(crate) filter: String,
    /// Maximum number of results
    #[arg(long, default_value_t = SearchRequest::LIMIT)]
    limit: usize,
}

pub(crate) async fn run(caller: &Caller<'_>, args: Args) -> Result<Exit> {
    let global = caller.global;
    let request = SearchRequest { words: args.words.join(" "), filter: args.filter, limit: args.limit };
    let found = caller.call::<Search>(request.clone()).await?;
    output(global, &found, || show(global, &request, &found));
    Ok(Exit::Done)
}

fn show(global: &Global, asked: &SearchRequest, found: &SearchResults) {
    if !found.corrected.is_empty() {
        let corrected: Vec<String> = found.corrected.iter().map(|it| format!("{} → {}", it.from, it.to)).collect();
        line(&format!("corrected: {}", corrected.join(", ")));
    }
    let (words, filtered) = (!asked.words.trim().is_empty(), !asked.filter.trim().is_empty());
    let matched = usize::try_from(found.matched).unwrap_or(usize::MAX).min(found.hits.len());
    // Words never hide what the filter admits. Without one everything is admitted, and what only happens to be next is no find.
    let shown = if filtered { &found.hits[..] } else { &found.hits[..matched] };
    let none = words && matched == 0 && !found.hits.is_empty();
    if none {
        let instead = if filtered { "; this is what --where selects:" } else { "." };
        line(&format!("Nothing matches “{}” well{instead}", asked.words.trim()));
    }
    show::hits(shown, words);
    let all = counted(usize::try_from(found.total).unwrap_or(usize::MAX), "resource", "resources");
    let of = if filtered { format!("{all} that --where selects") } else { all };
    let lexical = if found.semantic {
        String::new()
    } else {
        format!(", by words alone ({} fetches the model that adds meaning)", global.command(["init"]))
    };
    match (found.total, shown.len()) {
        (0, _) if filtered => {
            line("No resource matches --where.");
            next::lines(global, &Next::Sync).iter().for_each(|command| line(command));
        }
        (0, _) => {
            line("The estate is empty.");
            next::lines(global, &Next::Start).iter().for_each(|command| line(command));
        }
        (_, 0) => line(&format!("Searched {of} in {} ms{lexical}. Try other words; --json has the nearest.", found.took_ms)),
        (_, count) if words => line(&format!("{count} best of {of} in {} ms{lexical}", found.took_ms)),
        (_, count) => line(&format!("{count} of {of} in {} ms", found.took_ms)),
    }
    show::warnings(global.quiet, &found.warnings);
}
