//! Conversations: turns that are kept, and what the next turn may refer to.
//!
//! A turn is kept as it was shown: the frame after its readings were settled, and which resources “them” are if that is not
//! all that the frame selects. What looks like a secret is never kept, nor is the frame of words that hold one.

use escher_core::{
    Collection, ConversationId, Document, Error, ErrorKind, Frame, Intent, Next, PlanId, REDACTED, ResourceId, Result, Selector, Turn,
    holds_secret, redact,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::escher::Escher;
use crate::ops::reply::Reply;
use crate::ops::shown::{self, Listed};
use crate::speaker::Speaker;

/// Turns of a conversation that are kept; the oldest make room.
const KEPT: usize = 200;
/// Turns that words may refer to.
const USED: usize = 12;
/// Turns that are told to whoever has not seen them.
const TOLD: usize = 3;
/// Conversations that are listed, the latest first.
const LISTED: usize = 1_000;

/// A conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Conversation {
    /// Its id, `cv_…`.
    pub id: ConversationId,
    /// When it was begun.
    pub started: Timestamp,
    /// Who began it; one of an earlier version counts as a person's.
    #[serde(default)]
    pub speaker: Speaker,
    /// Its turns, oldest first.
    pub turns: Vec<ChatTurn>,
    /// How many older turns are no longer kept.
    #[serde(default, skip_serializing_if = "crate::ops::reply::is_zero")]
    pub dropped: usize,
}

/// A turn that is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatTurn {
    /// When it was.
    pub at: Timestamp,
    /// The words, what they were taken to mean, and what was shown.
    #[serde(flatten)]
    pub turn: Turn,
    /// What came of it.
    pub reply: Replied,
    /// Which resources it showed, if it is the last one that showed any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<Listed>,
}

/// What came of a turn, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Replied {
    /// An answer.
    Answer {
        /// Its words.
        text: String,
        /// How many resources it was about, if it was about resources.
        total: Option<usize>,
    },
    /// A plan.
    Plan {
        /// The plan's id.
        plan: PlanId,
        /// How many targets it has.
        total: usize,
    },
    /// A question back.
    Clarify {
        /// The question.
        text: String,
    },
}

/// A conversation in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConversationEntry {
    /// Its id, `cv_…`.
    pub id: ConversationId,
    /// When it was begun.
    pub started: Timestamp,
    /// Who began it.
    pub speaker: Speaker,
    /// When its last turn was; when it was begun if there is none.
    pub updated: Timestamp,
    /// How many turns it has had.
    pub turns: usize,
    /// Its first words that are kept.
    pub first: Option<String>,
}

impl Conversation {
    /// The turns that the next words may refer to, oldest first.
    pub(crate) fn history(&self) -> Vec<Turn> {
        let from = self.turns.len().saturating_sub(USED);
        self.turns[from..].iter().map(|turn| turn.turn.clone()).collect()
    }

    /// The plan that was made last, if nothing but a yes has been said since.
    pub(crate) fn last_plan(&self) -> Option<&PlanId> {
        match &self.turns.iter().rev().find(|turn| !escher_server::assents(&turn.turn.text))?.reply {
            Replied::Plan { plan, .. } => Some(plan),
            _ => None,
        }
    }

    /// What was shown last that an order can be over, and which resources it was, if that is known.
    pub(crate) fn shown(&self) -> Option<(&Selector, Option<&Listed>)> {
        self.turns.iter().rev().find_map(|turn| Some((turn.turn.referent()?, turn.listed.as_ref())))
    }

    /// How many turns it has had.
    fn count(&self) -> usize {
        self.turns.len() + self.dropped
    }

    /// Refuses whoever has not seen all of it: “them” and “yes” would mean what somebody else was shown.
    pub(crate) fn seen(&self, turns: usize) -> Result<()> {
        let unseen = self.count().saturating_sub(turns).min(self.turns.len());
        if unseen == 0 {
            return Ok(());
        }
        let from = self.turns.len() - unseen.min(TOLD);
        let said: Vec<String> = self.turns[from..].iter().map(|turn| format!("“{}”", turn.turn.text)).collect();
        let before = if unseen > TOLD { "…, " } else { "" };
        let message = format!("someone else has spoken in this conversation since: {before}{}", said.join(", "));
        Err(Error::new(ErrorKind::Stale, message)
            .operation("ask")
            .with("turns", self.count().to_string())
            .hint("read what was said and repeat your request, or start a conversation of your own")
            .next(Next::Conversations))
    }

    fn push(&mut self, turn: ChatTurn) {
        if turn.listed.is_some() {
            self.turns.iter_mut().for_each(|older| older.listed = None);
        }
        self.turns.push(turn);
        let over = self.turns.len().saturating_sub(KEPT);
        self.dropped += over;
        self.turns.drain(..over);
    }

    fn entry(&self) -> ConversationEntry {
        ConversationEntry {
            id: self.id.clone(),
            started: self.started,
            speaker: self.speaker,
            updated: self.updated(),
            turns: self.count(),
            first: self.turns.first().map(|turn| turn.turn.text.clone()),
        }
    }

    fn updated(&self) -> Timestamp {
        self.turns.last().map_or(self.started, |turn| turn.at)
    }

    fn document(&self) -> Result<Document> {
        let text: Vec<&str> = self.turns.iter().map(|turn| turn.turn.text.as_str()).collect();
        let body = serde_json::to_value(self).map_err(|e| Error::internal(e.to_string()).operation("keep a conversation"))?;
        Ok(Document { id: self.id.to_string(), at: self.updated(), text: text.join("\n"), body })
    }

    fn read(document: Document) -> Result<Self> {
        serde_json::from_value(document.body).map_err(|e| {
            Error::new(ErrorKind::Storage, format!("a saved conversation can't be read: {e}"))
                .operation("read a conversation")
                .with("conversation", document.id)
                .hint("delete it and start another")
        })
    }
}

impl ChatTurn {
    /// A turn as it is kept; `listed` are the resources of an answer.
    pub(crate) fn of(text: &str, frame: &Frame, reply: &Reply, listed: Vec<ResourceId>, at: Timestamp) -> Self {
        let mut shown_ids = None;
        let replied = match reply {
            Reply::Answer(answer) => {
                let counted = answer.answered && matches!(frame.intent, Intent::Find | Intent::Count | Intent::Describe);
                shown_ids = counted.then(|| Listed::of(listed));
                Replied::Answer { text: answer.text.clone(), total: counted.then_some(answer.total) }
            }
            Reply::Plan(plan) => {
                let targets = shown::targets(plan);
                let total = targets.len();
                shown_ids = Some(Listed::of(targets.into_iter().map(|(_, id)| id.clone())));
                Replied::Plan { plan: plan.id.clone(), total }
            }
            Reply::Clarify(clarify) => Replied::Clarify { text: clarify.question.clone() },
        };
        let refused = escher_server::asks_for_secrets(text);
        if !refused && !holds_secret(text) {
            let mut frame = frame.clone();
            if let Reply::Clarify(clarify) = reply {
                frame.clarify = Some(clarify.clone());
            }
            let shown = shown::referent(&frame, reply);
            return Self { at, turn: Turn { text: text.to_owned(), frame, shown }, reply: replied, listed: shown_ids };
        }
        let mut frame = Frame::new(Intent::Unknown);
        frame.note = Some("not saved: the words contain or ask for what looks like a secret".to_owned());
        let reply = match replied {
            Replied::Plan { .. } => replied,
            Replied::Answer { .. } | Replied::Clarify { .. } => Replied::Answer { text: String::new(), total: None },
        };
        // Words about credentials may be one in any form.
        let text = if refused { REDACTED.to_owned() } else { redact(text) };
        Self { at, turn: Turn { text, frame, shown: None }, reply, listed: None }
    }
}

impl Escher {
    /// Begins a conversation of whoever speaks.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn new_conversation(&self) -> Result<Conversation> {
        let started = self.now();
        let id = ConversationId::from(Ulid::new());
        let conversation = Conversation { id, started, speaker: self.config().speaker, turns: Vec::new(), dropped: 0 };
        self.documents().put(Collection::Chat, &conversation.document()?).await?;
        Ok(conversation)
    }

    /// Conversations that the speaker may join, the latest first.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn conversations(&self) -> Result<Vec<ConversationEntry>> {
        let documents = self.documents().list(Collection::Chat, LISTED).await?;
        let all: Vec<Conversation> = documents.into_iter().map(Conversation::read).collect::<Result<_>>()?;
        Ok(all.iter().filter(|it| self.config().speaker.may_join(it.speaker)).map(Conversation::entry).collect())
    }

    /// A conversation with its turns.
    ///
    /// # Errors
    /// `NotFound`, also for an assistant that asks for a person's; `Storage`.
    pub async fn conversation(&self, id: &ConversationId) -> Result<Conversation> {
        let found = self.documents().document(Collection::Chat, id.as_str()).await?.map(Conversation::read).transpose()?;
        found.filter(|it| self.config().speaker.may_join(it.speaker)).ok_or_else(|| no_conversation(id))
    }

    /// Deletes a conversation for good. Plans that were made in it stay.
    ///
    /// # Errors
    /// `NotFound`, `Storage`.
    pub async fn delete_conversation(&self, id: &ConversationId) -> Result<()> {
        let _one = self.one_talks().await;
        if self.documents().remove(Collection::Chat, id.as_str()).await? { Ok(()) } else { Err(no_conversation(id)) }
    }

    /// Keeps a turn. One whose conversation was deleted in the meantime is not kept.
    pub(crate) async fn keep_turn(&self, id: &ConversationId, turn: ChatTurn) -> Result<()> {
        let _one = self.one_talks().await;
        let Some(document) = self.documents().document(Collection::Chat, id.as_str()).await? else { return Ok(()) };
        let mut conversation = Conversation::read(document)?;
        conversation.push(turn);
        self.documents().put(Collection::Chat, &conversation.document()?).await
    }
}

fn no_conversation(id: &ConversationId) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no conversation `{id}`")).operation("look up conversation").next(Next::Conversations)
}
