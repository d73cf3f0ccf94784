//! Starting other programs: argument lists, no shell, and errors that say which program failed and how.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use escher_core::{Error, ErrorKind, Result};

/// A command for `program` that does not inherit what `cargo run` told this process about its own package: some build
/// scripts watch those variables and would rebuild their crates.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "CARGO_BIN_NAME" {
            command.env_remove(&name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// The cargo that runs this program.
pub(crate) fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The command line as a person would type it; for reading, not for a shell.
pub(crate) fn line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let mut words = vec![program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|arg| {
        let arg = arg.to_string_lossy();
        if arg.contains(' ') { format!("\"{arg}\"") } else { arg.into_owned() }
    }));
    words.join(" ")
}

/// Says what is run, runs it with this terminal, and wants success.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    eprintln!("$ {}", line(command));
    let status = command.status().map_err(|e| not_started(command, e))?;
    if status.success() { Ok(()) } else { Err(Error::new(ErrorKind::Unavailable, format!("`{}` failed: {status}", line(command)))) }
}

/// Runs quietly and gives standard output; on failure the last lines of standard error are in the message.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = command.output().map_err(|e| not_started(command, e))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = last_lines(&said, 6);
        return Err(Error::new(ErrorKind::Unavailable, format!("`{}` failed: {}\n{said}", line(command), output.status)));
    }
    String::from_utf8(output.stdout).map_err(|e| Error::invalid(format!("`{}` did not print text", line(command))).caused_by(e))
}

/// Whether a program starts and says it is well.
pub(crate) fn works(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn not_started(command: &Command, error: std::io::Error) -> Error {
    Error::new(ErrorKind::NotFound, format!("`{}` could not be started: {error}", line(command))).caused_by(error)
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command_and_what_it_said() {
        let error = capture(cargo().args(["no-such-subcommand-here"])).unwrap_err().to_string();
        assert!(error.contains("cargo no-such-subcommand-here") && error.contains("no such command"), "{error}");
    }

    #[test]
    fn a_missing_program_is_not_found() {
        let error = run(&mut command("escher-no-such-program")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    #[test]
    fn the_line_is_readable() {
        let mut command = command("/usr/bin/python3");
        assert_eq!(line(command.args(["-m", "venv", "a b"])), "python3 -m venv \"a b\"");
    }

    #[test]
    fn only_the_end_is_kept() {
        assert_eq!(last_lines("a\nb\nc\n", 2), "b\nc");
        assert_eq!(last_lines("", 2), "");
    }
}
