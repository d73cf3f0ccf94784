//! `cargo xtask drift`: generated files say what their source says, and no file outgrew its limit, no library names a command.

mod actions;
mod commands;
mod sizes;
mod sources;

use std::path::Path;

use escher_core::{Error, ErrorKind, Result};

use crate::project::Project;

/// What `drift` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Write the generated files anew instead of comparing them
    #[arg(long)]
    write: bool,
}

/// A file that is checked in and made by a program.
pub(crate) struct Generated {
    /// Its path from the root, with `/`.
    pub(crate) path: &'static str,
    /// What it has to hold.
    pub(crate) generate: fn() -> Result<String>,
}

/// Every generated file. A new one is one line here.
pub(crate) fn generated() -> &'static [Generated] {
    &[Generated { path: "docs/actions.md", generate: actions::page }]
}

/// `cargo xtask drift`.
pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    if options.write {
        for file in generated() {
            write(&project.root, file)?;
        }
    }
    check(project)
}

/// Compares, and names everything that is off at once.
pub(crate) fn check(project: &Project) -> Result<()> {
    let mut findings = Vec::new();
    for file in generated() {
        if let Some(finding) = stale(&project.root, file)? {
            findings.push(finding);
        }
    }
    findings.extend(sizes::too_long(project)?);
    findings.extend(commands::in_libraries(project)?);
    if findings.is_empty() {
        eprintln!("drift: none; {} generated, no source file over {} lines", generated().len(), sizes::LIMIT);
        return Ok(());
    }
    Err(Error::new(ErrorKind::Stale, findings.join("\n"))
        .hint("`cargo xtask drift --write` brings generated files up to date; split files that are too long; replace commands in library text with `Next`"))
}

fn stale(root: &Path, file: &Generated) -> Result<Option<String>> {
    let wanted = (file.generate)()?;
    match std::fs::read_to_string(root.join(file.path)) {
        Ok(text) if text == wanted => Ok(None),
        Ok(text) => Ok(Some(format!("{} differs from its source at line {}", file.path, first_difference(&text, &wanted)))),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Some(format!("{} is missing", file.path))),
        Err(e) => Err(Error::new(ErrorKind::Storage, "a generated file is not readable").with("file", file.path).caused_by(e)),
    }
}

fn write(root: &Path, file: &Generated) -> Result<()> {
    if stale(root, file)?.is_none() {
        return Ok(());
    }
    let path = root.join(file.path);
    let text = (file.generate)()?;
    path.parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(&path, text))
        .map_err(|e| Error::new(ErrorKind::Storage, "a generated file could not be written").with("file", file.path).caused_by(e))?;
    eprintln!("wrote {}", file.path);
    Ok(())
}

/// The first line, counted from one, in which two texts differ.
fn first_difference(a: &str, b: &str) -> usize {
    let same = a.split('\n').zip(b.split('\n')).take_while(|(a, b)| a == b).count();
    same + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: Generated = Generated { path: "docs/made.md", generate: || Ok("one\ntwo\n".into()) };

    #[test]
    fn a_generated_file_is_missing_then_fresh_then_stale() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(stale(root.path(), &FILE).unwrap().unwrap(), "docs/made.md is missing");
        write(root.path(), &FILE).unwrap();
        assert_eq!(stale(root.path(), &FILE).unwrap(), None);
        std::fs::write(root.path().join(FILE.path), "one\ntoo\n").unwrap();
        assert_eq!(stale(root.path(), &FILE).unwrap().unwrap(), "docs/made.md differs from its source at line 2");
    }

    #[test]
    fn the_first_difference_may_be_the_end() {
        assert_eq!(first_difference("a\nb", "a\nb\nc"), 3);
        assert_eq!(first_difference("x", "y"), 1);
    }
}
