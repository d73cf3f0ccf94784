//! `escher init`.

use escher::Result;
use escher::api::Init;

use super::output;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::next;
use crate::out::line;

pub(crate) async fn run(caller: &Caller<'_>) -> Result<Exit> {
    let global = caller.global;
    let done = caller.call::<Init>(Default::default()).await?;
    output(global, &done, || {
        line(&format!("data directory: {}", done.data_dir.display()));
        match (&done.model, &done.model_missing) {
            (Some(folder), _) => line(&format!("model: {}", folder.display())),
            (None, why) => line(&format!("model: none, so search is lexical ({})", why.as_deref().unwrap_or("not found"))),
        }
        for command in next::lines(global, &done.next) {
            line(&command);
        }
    });
    Ok(Exit::Done)
}
