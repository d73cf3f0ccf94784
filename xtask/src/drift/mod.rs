//! `cargo xtask drift`: generated files say what their source says, and no file outgrew its limit, no library names a command.

mod actions;
mod commands;
mod help;
mod operations;
mod permissions;
mod sizes;
mod sources;

pub(crate) use sources::{Source, tracked};

use std::path::PathBuf;

use escher_core::{Error, ErrorKind, Result};

use crate::process;
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
    pub(crate) generate: fn(&Project) -> Result<String>,
}

/// Every generated file. A new one is one line here.
pub(crate) fn generated() -> &'static [Generated] {
    &[
        Generated { path: "docs/actions.md", generate: |_| actions::page() },
        Generated { path: "docs/aws-permissions.json", generate: permissions::document },
        Generated { path: "docs/commands.md", generate: help::page },
        Generated { path: "docs/operations.md", generate: operations::page },
    ]
}

/// The program, built for a page that it prints itself: as the tests build it, so nothing is built twice.
fn program(project: &Project) -> Result<PathBuf> {
    process::run(project.cargo().args(["build", "--quiet", "--workspace", "--locked"]))?;
    Ok(project.built("debug", "escher"))
}

/// `cargo xtask drift`.
pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    if options.write {
        for file in generated() {
            write(project, file)?;
        }
    }
    check(project)
}

/// Compares, and names everything that is off at once.
pub(crate) fn check(project: &Project) -> Result<()> {
    let mut findings = Vec::new();
    for file in generated() {
        if let Some(finding) = stale(project, file)? {
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

fn stale(project: &Project, file: &Generated) -> Result<Option<String>> {
    let wanted = (file.generate)(project)?;
    match std::fs::read_to_string(project.root.join(file.path)) {
        Ok(text) if text == wanted => Ok(None),
        Ok(text) => Ok(Some(format!("{} differs from its source at line {}", file.path, first_difference(&text, &wanted)))),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Some(format!("{} is missing", file.path))),
        Err(e) => Err(Error::new(ErrorKind::Storage, "a generated file is not readable").with("file", file.path).caused_by(e)),
    }
}

fn write(project: &Project, file: &Generated) -> Result<()> {
    if stale(project, file)?.is_none() {
        return Ok(());
    }
    let path = project.root.join(file.path);
    let text = (file.generate)(project)?;
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

    const FILE: Generated = Generated { path: "docs/made.md", generate: |_| Ok("one\ntwo\n".into()) };

    #[test]
    fn a_generated_file_is_missing_then_fresh_then_stale() {
        let root = tempfile::tempdir().unwrap();
        let project = Project { root: root.path().to_owned(), target: root.path().join("target") };
        assert_eq!(stale(&project, &FILE).unwrap().unwrap(), "docs/made.md is missing");
        write(&project, &FILE).unwrap();
        assert_eq!(stale(&project, &FILE).unwrap(), None);
        std::fs::write(project.root.join(FILE.path), "one\ntoo\n").unwrap();
        assert_eq!(stale(&project, &FILE).unwrap().unwrap(), "docs/made.md differs from its source at line 2");
    }

    #[test]
    fn the_first_difference_may_be_the_end() {
        assert_eq!(first_difference("a\nb", "a\nb\nc"), 3);
        assert_eq!(first_difference("x", "y"), 1);
    }
}
