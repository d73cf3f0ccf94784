//! Who speaks: conversations of people and of assistants are kept apart.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who speaks through a door, and who began a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Speaker {
    /// A person, or a program that a person wrote.
    #[default]
    Person,
    /// An assistant. It sees and continues only conversations that an assistant began.
    Assistant,
}

impl Speaker {
    /// Whether this one may read a conversation of that one and speak in it.
    pub(crate) fn may_join(self, of: Self) -> bool {
        self == Self::Person || of == Self::Assistant
    }
}
