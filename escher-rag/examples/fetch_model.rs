//! Fetches the embedding model into a cache folder, unless it is there already, and prints the model's folder.
//!
//! ```sh
//! cargo run --example fetch_model -- ~/.cache/escher
//! ```

use std::process::ExitCode;

use escher_core::{Error, Result};
use escher_rag::{LocateOptions, Model};

fn main() -> ExitCode {
    match fetch() {
        Ok(folder) => {
            println!("{folder}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            if let Some(hint) = error.hint_text() {
                eprintln!("hint: {hint}");
            }
            ExitCode::FAILURE
        }
    }
}

fn fetch() -> Result<String> {
    let cache = std::env::args_os().nth(1).ok_or_else(|| Error::invalid("the cache folder is missing").hint("fetch_model FOLDER"))?;
    let model = Model::locate(&LocateOptions::fetching(cache))?;
    Ok(model.folder().display().to_string())
}
