//! Payload keys beyond those that bear a field's own name.

use escher_core::Flag;

/// `key␟value` of each tag, folded.
pub(crate) const TAGS: &str = "tags";
pub(crate) const TAG_KEYS: &str = "tag_keys";
pub(crate) const AUTO_BACKUPS: &str = "automatic";
pub(crate) const UNTAGGED: &str = "untagged";
/// The name in the form in which a person's words are held against it, where that is not the name itself.
pub(crate) const PLAIN: &str = "plain";
/// Search words, a blank between two.
pub(crate) const WORDS: &str = "words";
/// The name as it is written.
pub(crate) const SHOWN: &str = "shown";
/// The id as it is written.
pub(crate) const WHOLE_ID: &str = "whole_id";
/// Hash of what the vectors are made of.
pub(crate) const TEXT_HASH: &str = "text_hash";
/// Hash of the payload.
pub(crate) const HASH: &str = "hash";

/// Flags that do not depend on the time.
pub(crate) const STEADY_FLAGS: &[Flag] = &[Flag::Idle, Flag::Public, Flag::Encrypted, Flag::Attached, Flag::Untagged];
