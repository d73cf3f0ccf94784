//! `docs/commands.md`: the help of every command, as the program itself prints it.

use std::path::Path;

use escher_core::Result;

use super::program;
use crate::process;
use crate::project::Project;

/// The heading of what every command takes.
const GLOBAL: &str = "Global options:";

/// The page.
pub(crate) fn page(project: &Project) -> Result<String> {
    let mut text = String::from(
        "# Commands\n\n\
         Every command, with its help. `--json` prints one document (or one line per event) on standard output and everything\n\
         else on standard error; the [exit codes](../README.md#exit-codes) are the same for all. Every command takes the global\n\
         options, which are listed once, under `escher`.\n\n\
         This page is generated from the program: run `cargo xtask drift --write` after a change.\n",
    );
    section(&program(project)?, &[], &mut text)?;
    Ok(text)
}

fn section(program: &Path, words: &[&str], text: &mut String) -> Result<()> {
    let help = process::capture(process::command(program).args(words).arg("--help"))?;
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    let name = [&["escher"], words].concat().join(" ");
    let own = help.iter().take_while(|line| words.is_empty() || **line != GLOBAL);
    let own = own.copied().collect::<Vec<_>>().join("\n");
    text.push_str(&format!("\n## `{name}`\n\n```text\n{}\n```\n", own.trim_end()));
    for word in subcommands(&help) {
        section(program, &[words, &[word]].concat(), text)?;
    }
    Ok(())
}

/// The names under `Commands:`, but for the one that prints help.
fn subcommands<'a>(help: &[&'a str]) -> Vec<&'a str> {
    let listed = help.iter().skip_while(|line| **line != "Commands:").skip(1).take_while(|line| line.starts_with("  "));
    // A description that goes on in the next line stands further to the right.
    let named = listed.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
    named.filter(|word| *word != "help").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subcommands_are_the_words_of_their_list() {
        let help = [
            "What it does",
            "",
            "Usage: x [COMMAND]",
            "",
            "Commands:",
            "  one     Does one",
            "          thing",
            "  help    Prints",
            "",
            "  no",
        ];
        assert_eq!(subcommands(&help), ["one"]);
        assert!(subcommands(&["Usage: x"]).is_empty());
    }
}
