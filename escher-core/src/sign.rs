//! Signatures over canonical JSON (Ed25519). Pure: where a key is kept, and what its seed is made of, is the facade's.

use std::fmt;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::Serialize;

use crate::{Error, Result};

/// The prefix of keys and signatures in text.
const SCHEME: &str = "ed25519:";

/// A key that signs. It is never printed and never leaves the process except as the seed its owner made it of.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// The key that a seed leads to. The seed is 32 random bytes, and as secret as the key.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The key that tells whether a signature is of this one.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs a value as a thing of kind `what`: a signature of one kind is none of another.
    ///
    /// # Errors
    /// `Internal` for a value that JSON cannot hold.
    pub(crate) fn sign<T: Serialize>(&self, what: &str, value: &T) -> Result<String> {
        Ok(format!("{SCHEME}{}", hex(&self.0.sign(&message(what, value)?).to_bytes())))
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey of {}", self.public())
    }
}

/// A key that verifies. As text: `ed25519:` and 64 hex digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Whether a signature is of this key, over this value as a thing of this kind. Text that is no signature is none.
    pub(crate) fn verifies<T: Serialize>(&self, what: &str, value: &T, signature: &str) -> bool {
        let Some(bytes) = signature.strip_prefix(SCHEME).and_then(unhex) else { return false };
        // Strict: of each signature there is one form.
        message(what, value).is_ok_and(|message| self.0.verify_strict(&message, &Signature::from_bytes(&bytes)).is_ok())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}", hex(self.0.as_bytes()))
    }
}

/// RFC 8785 JSON of the kind and the value.
fn message<T: Serialize>(what: &str, value: &T) -> Result<Vec<u8>> {
    serde_json_canonicalizer::to_vec(&(what, value))
        .map_err(|e| Error::internal(format!("a {what} has no canonical form")).operation("sign").caused_by(e))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; N];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_one_key_one_kind_and_one_value() {
        let (key, other) = (SecretKey::from_seed(&[1; 32]), SecretKey::from_seed(&[2; 32]));
        let signature = key.sign("approval", &("a", 1)).unwrap();
        assert!(key.public().verifies("approval", &("a", 1), &signature));
        assert!(!key.public().verifies("approval", &("a", 2), &signature));
        assert!(!key.public().verifies("rejection", &("a", 1), &signature));
        assert!(!other.public().verifies("approval", &("a", 1), &signature));
        let last = if signature.ends_with('0') { "1" } else { "0" };
        let altered = format!("{}{last}", &signature[..signature.len() - 1]);
        for text in ["", "ed25519:", "ed25519:zz", "é", &altered, &signature[1..], &format!("{signature}00")] {
            assert!(!key.public().verifies("approval", &("a", 1), text), "{text}");
        }
    }

    #[test]
    fn a_secret_key_is_not_printed() {
        let key = SecretKey::from_seed(&[7; 32]);
        assert!(!format!("{key:?}").contains(&hex(&[7; 32])));
        assert!(format!("{key:?}").contains(&key.public().to_string()));
    }
}
