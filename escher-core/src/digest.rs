//! SHA-256 over RFC 8785 canonical JSON.

use std::fmt::Write as _;

use serde::Serialize;
use sha2::{Digest, Sha256};

/// The digest of a value, `sha256:` and 64 hex digits.
///
/// A value that JSON cannot hold (a NaN) has no canonical form; its digest is that of its error text,
/// which equals no stored digest, so that a comparison fails closed.
pub fn of<T: Serialize>(value: &T) -> String {
    let bytes = serde_json_canonicalizer::to_vec(value).unwrap_or_else(|e| format!("not canonical: {e}").into_bytes());
    let mut text = String::from("sha256:");
    for byte in Sha256::digest(&bytes) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
