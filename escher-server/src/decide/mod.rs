//! From readings to a decision: one is carried out, several or none lead to a question.

mod explain;
mod frame;
mod language;
mod order;
mod question;
mod refusal;
mod unread;
mod when;

pub(crate) use explain::explain;
pub use explain::{Explanation, Parse};
pub(crate) use order::{Verdict, order};
#[cfg(test)]
pub(crate) use question::islands;
pub(crate) use question::{is_question, question};
pub(crate) use refusal::refusal;
