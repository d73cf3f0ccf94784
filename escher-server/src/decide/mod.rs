//! From readings to a decision: one is carried out, several or none lead to a question.

mod doubt;
mod explain;
mod language;
mod moves;
mod nearest;
mod order;
mod question;
mod refusal;
mod source;
mod unread;
mod when;

pub use explain::Parse;
pub(crate) use explain::parses;
pub use moves::assents;
pub(crate) use moves::{moved, starts_over};
pub use nearest::Examples;
pub(crate) use order::{Verdict, order};
#[cfg(test)]
pub(crate) use question::islands;
pub(crate) use question::{may_be_question, question};
pub use refusal::asks_for_secrets;
pub(crate) use refusal::refusal;
