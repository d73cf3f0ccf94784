//! The limit on the length of source files.

use escher_core::Result;

use super::{generated, sources};
use crate::project::Project;

/// The most lines a source file may have.
pub(crate) const LIMIT: usize = 600;

const PATTERNS: [&str; 4] = ["*.rs", "*.ts", "*.tsx", "*.py"];

/// One finding for each tracked source file over the limit; generated files may be as long as they are.
pub(crate) fn too_long(project: &Project) -> Result<Vec<String>> {
    let files = sources::tracked(project, &PATTERNS)?;
    let written = files.iter().filter(|file| !generated().iter().any(|generated| generated.path == file.path));
    Ok(written.filter_map(|file| finding(&file.path, count_lines(&file.bytes))).collect())
}

fn finding(path: &str, lines: usize) -> Option<String> {
    (lines > LIMIT).then(|| format!("{path} has {lines} lines, {LIMIT} are the most"))
}

fn count_lines(bytes: &[u8]) -> usize {
    let ends = bytes.iter().filter(|byte| **byte == b'\n').count();
    // A last line without its newline is a line too.
    ends + usize::from(bytes.last().is_some_and(|byte| *byte != b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process;

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        assert_eq!(count_lines(b""), 0);
        assert_eq!(count_lines(b"a"), 1);
        assert_eq!(count_lines(b"a\n"), 1);
        assert_eq!(count_lines(b"a\n\nb"), 3);
    }

    #[test]
    fn only_what_is_over_the_limit_is_found() {
        assert_eq!(finding("a.rs", LIMIT), None);
        assert!(finding("a.rs", LIMIT + 1).unwrap().contains("601"));
    }

    #[test]
    fn tracked_files_are_found_and_others_are_not() {
        let root = tempfile::tempdir().unwrap();
        let git = |args: &[&str]| process::capture(process::command("git").current_dir(root.path()).args(args)).unwrap();
        git(&["init", "--quiet"]);
        let long = "x\n".repeat(LIMIT + 1);
        for name in ["long.rs", "long.md", "untracked.rs", "gone.py"] {
            std::fs::write(root.path().join(name), &long).unwrap();
        }
        git(&["add", "long.rs", "long.md", "gone.py"]);
        std::fs::remove_file(root.path().join("gone.py")).unwrap();
        let project = Project { root: root.path().to_owned(), target: root.path().join("target") };
        let findings = too_long(&project).unwrap();
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].starts_with("long.rs has 601 lines"));
    }
}
