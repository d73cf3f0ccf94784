//! Installing packages on Debian and its kin; elsewhere the person is told what to install.

use escher_core::{Error, ErrorKind, Result};

use crate::process;

/// Installs `packages`, or says how to. `what` is what they are missing for.
pub(crate) fn install(what: &str, packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    let missing = |reason: &str| {
        Error::new(ErrorKind::NotFound, format!("{what} is missing{reason}"))
            .hint(format!("on Debian or Ubuntu: sudo apt-get install -y {list}; elsewhere install the like of it"))
    };
    if !process::works(process::command("apt-get").arg("--version")) {
        return Err(missing(""));
    }
    if process::capture(process::command("id").arg("-u"))?.trim() != "0" {
        return Err(missing(", and installing it needs root"));
    }
    eprintln!("{what} is missing: installing {list}");
    let apt = || {
        let mut apt = process::command("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    process::run(apt().args(["update", "--quiet"]))?;
    process::run(apt().args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(packages))
}
