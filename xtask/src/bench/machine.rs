//! What machine the figures are of.

use escher_core::Result;
use serde::Serialize;

use crate::process;
use crate::setup;

/// The machine, as the report names it. What the system does not tell is `null`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Machine {
    /// The processor's model.
    pub(crate) cpu: Option<String>,
    /// Cores that this process may use.
    pub(crate) cores: usize,
    /// Memory in GiB.
    pub(crate) memory_gib: Option<f64>,
    /// Operating system and architecture.
    pub(crate) system: String,
    /// The compiler's version line.
    pub(crate) rustc: String,
    /// The commit, with `+` if the work tree differs from it.
    pub(crate) commit: Option<String>,
    /// The day, RFC 3339.
    pub(crate) date: String,
}

/// This machine.
pub(crate) fn this() -> Result<Machine> {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| field(&text, "model name"));
    let memory = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| gib(&field(&text, "MemTotal")?));
    Ok(Machine {
        cpu: cpu.or_else(|| said("sysctl", &["-n", "machdep.cpu.brand_string"])),
        cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        memory_gib: memory,
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        rustc: setup::rust_version()?,
        commit: said("git", &["describe", "--always", "--dirty=+", "--exclude=*"]),
        date: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
    })
}

fn said(program: &str, args: &[&str]) -> Option<String> {
    let text = process::capture(process::command(program).args(args)).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The value of the first line `name : value`.
fn field(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}

/// `16384000 kB` in GiB, to one digit.
fn gib(text: &str) -> Option<f64> {
    let kib: f64 = text.strip_suffix(" kB")?.trim().parse().ok()?;
    Some((kib / 1024.0 / 1024.0 * 10.0).round() / 10.0)
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cpu = self.cpu.as_deref().unwrap_or("unknown processor");
        write!(f, "{cpu}, {} cores", self.cores)?;
        if let Some(memory) = self.memory_gib {
            write!(f, ", {memory} GiB")?;
        }
        write!(f, ", {}, {}, {}", self.system, self.rustc, self.date)?;
        if let Some(commit) = &self.commit {
            write!(f, ", commit {commit}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_their_whole_name() {
        let text = "model\t\t: 7\nmodel name\t: Some CPU @ 2 GHz\nmodel name\t: other\n";
        assert_eq!(field(text, "model name").unwrap(), "Some CPU @ 2 GHz");
        assert_eq!(field(text, "name"), None);
    }

    #[test]
    fn memory_is_in_gib() {
        assert_eq!(gib("25165824 kB"), Some(24.0));
        assert_eq!(gib("24 MB"), None);
    }
}
