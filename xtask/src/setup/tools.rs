//! The Rust toolchain's parts, the C compiler, cargo-deny.

use std::io::Write;
use std::process::Stdio;

use escher_core::{Error, ErrorKind, Result};

use super::debian;
use crate::process;
use crate::project::Project;

const CARGO_DENY: &str = "0.20.2";

/// The compiler's version line.
pub(crate) fn rust_version() -> Result<String> {
    Ok(process::capture(process::command("rustc").arg("--version"))?.trim().to_owned())
}

/// A C compiler with the C library's headers: SQLite and the TLS library are built from source.
pub(crate) fn c_compiler() -> Result<()> {
    if compiles_c() {
        return Ok(());
    }
    debian::install("a C compiler with the C library's headers", &["gcc", "libc6-dev", "make"])?;
    if compiles_c() { Ok(()) } else { Err(Error::new(ErrorKind::NotFound, "`cc` still does not compile a C program")) }
}

fn compiles_c() -> bool {
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let mut command = process::command(compiler);
    command.args(["-x", "c", "-fsyntax-only", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return false };
    // A compiler that dies early closes the pipe; its exit code says so below.
    let written = child.stdin.take().is_some_and(|mut input| input.write_all(b"#include <stdlib.h>\nint answer;\n").is_ok());
    child.wait().is_ok_and(|status| status.success()) && written
}

/// rustfmt and clippy of the toolchain in use.
pub(crate) fn lints() -> Result<()> {
    let missing: Vec<&str> =
        [("fmt", "rustfmt"), ("clippy", "clippy")].into_iter().filter(|(sub, _)| !cargo_has(sub)).map(|(_, component)| component).collect();
    if missing.is_empty() {
        return Ok(());
    }
    process::run(process::command("rustup").args(["component", "add"]).args(&missing)).map_err(|e| {
        Error::new(ErrorKind::NotFound, format!("the toolchain lacks {}", missing.join(" and ")))
            .hint("rustup component add rustfmt clippy, or your system's packages of these names")
            .caused_by(e)
    })
}

/// cargo-deny, built from source where it is missing.
pub(crate) fn cargo_deny(project: &Project) -> Result<()> {
    if cargo_has("deny") {
        return Ok(());
    }
    eprintln!("cargo-deny is missing: building it, which takes some minutes once");
    let package = format!("cargo-deny@{CARGO_DENY}");
    process::run(project.cargo().args(["install", "--locked", &package]).env_remove("CARGO_TARGET_DIR"))
}

fn cargo_has(subcommand: &str) -> bool {
    process::works(process::cargo().args([subcommand, "--version"]))
}
