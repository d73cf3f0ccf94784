//! How much goes through a door at once.

/// Bytes of a request at most: no operation takes more, files are named and not sent.
pub(super) const REQUEST: usize = 1024 * 1024;
/// Bytes of a response at most: all resources of a large estate in one answer.
#[cfg(unix)]
pub(super) const RESPONSE: usize = 1024 * 1024 * 1024;
