//! `ESCHER_LOG`: what happened, for those who look for a fault.

use tracing::Level;
use tracing_subscriber::filter::{EnvFilter, FilterExt as _, filter_fn};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::out::Log;

/// Begins to log, as `ESCHER_LOG` says.
///
/// Libraries below us write requests, answers and credentials into their traces. Whatever the filter says, of them only
/// warnings and errors are let through.
pub(crate) fn begin() {
    let wanted = EnvFilter::try_from_env("ESCHER_LOG").unwrap_or_else(|_| "error".into());
    let fit = filter_fn(|of| is_ours(of.target()) || *of.level() <= Level::WARN);
    let lines = tracing_subscriber::fmt::layer().with_writer(|| Log).with_ansi(false).log_internal_errors(false);
    // A second subscriber could only be one that somebody set up for the whole process: then it is theirs.
    let _ = tracing_subscriber::registry().with(lines.with_filter(wanted.and(fit))).try_init();
}

fn is_ours(target: &str) -> bool {
    target.split("::").next().is_some_and(|room| room == "escher" || room.starts_with("escher_"))
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn only_our_own_rooms_are_ours() {
        assert!(["escher", "escher::ops::sync", "escher_core", "escher_providers::layer"].iter().all(|target| is_ours(target)));
        assert!(["aws_sdk_ec2", "hyper::client", "escherichia", "qdrant_edge::escher", ""].iter().all(|target| !is_ours(target)));
    }
}
