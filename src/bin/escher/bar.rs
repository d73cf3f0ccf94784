//! Progress bars on a terminal, nothing in a pipe.

use std::io::IsTerminal as _;
use std::time::Duration;

use escher::{Progress, ProgressStep};
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::Global;
use crate::text::one_line;

/// A progress listener that draws on standard error where a person sits in front of it.
pub(crate) fn progress(global: &Global) -> Progress {
    if global.quiet || !std::io::stderr().is_terminal() {
        return Progress::default();
    }
    let spinner = ProgressStyle::with_template("{spinner} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
    let counter = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new_spinner().with_style(spinner);
    bar.enable_steady_tick(Duration::from_millis(120));
    Progress::new(move |step| match step {
        ProgressStep::Seen { connection, count } => bar.set_message(format!("{}: {count} resources", one_line(&connection))),
        ProgressStep::Indexed { done, of } => {
            if bar.length().is_none() {
                bar.set_style(counter.clone());
                bar.set_message("indexing");
            }
            bar.set_length(of);
            bar.set_position(done);
        }
        ProgressStep::Finished => bar.finish_and_clear(),
    })
}
