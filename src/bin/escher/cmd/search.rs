//! `escher search`.

use escher::api::Search;
use escher::{Result, SearchRequest};

use super::output;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::{out, show};

#[derive(clap::Args)]
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
    let found = caller.call::<Search>(request).await?;
    output(global, &found, || {
        if !found.corrected.is_empty() {
            let corrected: Vec<String> = found.corrected.iter().map(|it| format!("{} → {}", it.from, it.to)).collect();
            out::line(&format!("corrected: {}", corrected.join(", ")));
        }
        show::hits(&found.hits, true);
        let init = || format!(", lexical only ({} fetches the model)", global.command(["init"]));
        let lexical = if found.semantic { String::new() } else { init() };
        out::line(&format!("{} of {} in {} ms{lexical}", found.hits.len(), found.total, found.took_ms));
        show::warnings(global.quiet, &found.warnings);
    });
    Ok(Exit::Done)
}
