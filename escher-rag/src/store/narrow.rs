//! Necessary conditions of a selector, in SQL: what they leave out is certainly not admitted and not unknown.

use escher_core::Selector;

/// Text as the narrowing columns keep it.
pub(super) fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// A condition for `WHERE` and its values. Everything that it drops does not match for certain.
pub(super) fn condition(_selector: &Selector) -> (String, Vec<String>) {
    ("TRUE".to_owned(), Vec::new())
}
