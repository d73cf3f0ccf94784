//! Library text names no command: a desktop app and a notebook show the same errors as the command line, and only the
//! last knows commands. What helps is data (`escher_core::Next`), which each door renders.

use escher_core::Result;

use super::sources::{self, Source};
use crate::project::Project;

/// What the libraries are made of.
const LIBRARIES: [&str; 5] = ["escher-*/src/*.rs", "src/*.rs", "src/api/*.rs", "src/doors/*.rs", "src/ops/*.rs"];

/// What follows the program's name in a command line.
const COMMANDS: [&str; 18] = [
    "ask",
    "changes",
    "chat",
    "connect",
    "daemon",
    "demo",
    "doctor",
    "export",
    "import",
    "init",
    "interpret",
    "mcp",
    "ops",
    "plan",
    "policy",
    "runs",
    "search",
    "sync",
];
const FLAGS: [&str; 2] = ["--data-dir", "--where"];

/// One finding for each line of library code that names a command.
pub(crate) fn in_libraries(project: &Project) -> Result<Vec<String>> {
    let files = sources::tracked(project, &LIBRARIES)?;
    Ok(files.iter().filter(|file| !file.path.starts_with("src/bin/")).flat_map(findings).collect())
}

fn findings(file: &Source) -> Vec<String> {
    let text = String::from_utf8_lossy(&file.bytes);
    let lines = text.lines().enumerate().take_while(|(_, line)| !line.starts_with("mod tests"));
    // What a constant holds is a name for programs, such as what a signature is for.
    let is_text = |line: &str| !["//", "const "].iter().any(|start| line.trim_start().starts_with(start));
    let named = lines.filter(|(_, line)| is_text(line) && names_a_command(line));
    named.map(|(at, _)| format!("{}:{} names a command in library text", file.path, at + 1)).collect()
}

/// Whether a command line of ours, or one of its flags, stands behind the first quote of a line.
fn names_a_command(line: &str) -> bool {
    let Some((_, text)) = line.split_once('"') else { return false };
    let command = |rest: &str| COMMANDS.contains(&rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default());
    text.split("escher ").skip(1).any(command) || FLAGS.iter().any(|flag| text.contains(flag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_flags_in_texts_are_found_and_comments_are_not() {
        let found = |text: &str| findings(&Source { path: "a.rs".into(), bytes: text.as_bytes().to_vec() });
        for bad in
            [r#"x.hint("run: escher demo")"#, r#"hint(format!("then `escher runs resume {run}`"))"#, r#"("name one with --data-dir")"#]
        {
            assert_eq!(found(bad), ["a.rs:1 names a command in library text"], "{bad}");
        }
        for good in [r#"/// `escher ask "…"`"#, r#"x.hint("scan it again").next(Next::Sync)"#, r#"("https://escher.example/demo")"#] {
            assert!(found(good).is_empty(), "{good}");
        }
    }
}
