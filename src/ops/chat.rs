//! Conversations: turns that are kept, and what the next turn may refer to.
//!
//! A turn is kept as it was shown: the frame after its readings were settled, and which resources “them” are if that is not
//! all that the frame selects. What looks like a secret is never kept, nor is the frame of words that hold one.

use escher_core::selector::{Field, Op};
use escher_core::{
    Collection, ConversationId, Document, Error, ErrorKind, Frame, Intent, Kind, Next, PlanId, Result, Selector, Turn, holds_secret, redact,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::escher::Escher;
use crate::ops::reply::{Answer, Reply};

/// Turns of a conversation that are kept; the oldest make room.
const KEPT: usize = 200;
/// Turns that words may refer to.
const USED: usize = 12;
/// Resources that a turn names one by one. Of more than these, “them” asks.
const NAMED: usize = 200;
/// Conversations that are listed, the latest first.
const LISTED: usize = 1_000;

/// A conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Conversation {
    /// Its id, `cv_…`.
    pub id: ConversationId,
    /// When it was begun.
    pub started: Timestamp,
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

    /// What was shown last that an order can be over, and how many it was.
    fn shown(&self) -> Option<(&Selector, usize)> {
        self.turns.iter().rev().find_map(|turn| {
            let total = match turn.reply {
                Replied::Answer { total, .. } => total?,
                Replied::Plan { total, .. } => total,
                Replied::Clarify { .. } => return None,
            };
            Some((turn.turn.referent()?, total))
        })
    }

    fn push(&mut self, turn: ChatTurn) {
        self.turns.push(turn);
        let over = self.turns.len().saturating_sub(KEPT);
        self.dropped += over;
        self.turns.drain(..over);
    }

    fn entry(&self) -> ConversationEntry {
        ConversationEntry {
            id: self.id.clone(),
            started: self.started,
            updated: self.updated(),
            turns: self.turns.len() + self.dropped,
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
            Error::new(ErrorKind::Storage, format!("a kept conversation cannot be read: {e}"))
                .operation("read a conversation")
                .with("conversation", document.id)
                .hint("delete it, and begin another")
        })
    }
}

impl ChatTurn {
    /// A turn as it is kept.
    pub(crate) fn of(text: &str, frame: &Frame, reply: &Reply, at: Timestamp) -> Self {
        let replied = match reply {
            Reply::Answer(answer) => {
                let counted = answer.answered && matches!(frame.intent, Intent::Find | Intent::Count | Intent::Describe);
                Replied::Answer { text: answer.text.clone(), total: counted.then_some(answer.total) }
            }
            Reply::Plan(plan) => Replied::Plan { plan: plan.id.clone(), total: targets(plan).len() },
            Reply::Clarify(clarify) => Replied::Clarify { text: clarify.question.clone() },
        };
        if !holds_secret(text) {
            let mut frame = frame.clone();
            if let Reply::Clarify(clarify) = reply {
                frame.clarify = Some(clarify.clone());
            }
            let shown = shown(&frame, reply);
            return Self { at, turn: Turn { text: text.to_owned(), frame, shown }, reply: replied };
        }
        let mut frame = Frame::new(Intent::Unknown);
        frame.note = Some("not kept: the words hold what looks like a secret".to_owned());
        let reply = match replied {
            Replied::Plan { .. } => replied,
            Replied::Answer { .. } | Replied::Clarify { .. } => Replied::Answer { text: String::new(), total: None },
        };
        Self { at, turn: Turn { text: redact(text), frame, shown: None }, reply }
    }
}

fn targets(plan: &escher_core::PlanDoc) -> Vec<(Kind, &str)> {
    let mut targets: Vec<(Kind, &str)> = plan.steps.iter().map(|step| (step.action.kind, step.target.id.as_str())).collect();
    targets.sort_unstable_by_key(|(_, id)| *id);
    targets.dedup_by_key(|(_, id)| *id);
    targets
}

/// What “them” are after a reply, if not all that its frame selects.
fn shown(frame: &Frame, reply: &Reply) -> Option<Selector> {
    match reply {
        Reply::Plan(plan) => named(targets(plan)),
        Reply::Answer(answer) => {
            let cut = frame.intent == Intent::Find && answer.hits.len() < answer.total;
            let alike = frame.selector.leaves().into_iter().any(|leaf| matches!(leaf, Selector::Compare { op: Op::Like, .. }));
            if cut || alike {
                return named(hits(answer));
            }
            // A limit that cut nothing off.
            frame.limit.is_some().then(|| frame.selector.clone())
        }
        Reply::Clarify(_) => None,
    }
}

fn hits(answer: &Answer) -> Vec<(Kind, &str)> {
    answer.hits.iter().map(|hit| (hit.kind, hit.id.as_str())).collect()
}

/// These, one by one; `None` if they are none or too many.
fn named(resources: Vec<(Kind, &str)>) -> Option<Selector> {
    if resources.is_empty() || resources.len() > NAMED {
        return None;
    }
    let mut kinds: Vec<&str> = resources.iter().map(|(kind, _)| kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let one_of = |field: Field, values: Vec<&str>| match values.as_slice() {
        [one] => Selector::compare(field, Op::Eq, one).ok(),
        many => Selector::one_of(field, many.iter().copied()).ok(),
    };
    let ids = resources.into_iter().map(|(_, id)| id).collect();
    Some(Selector::And(vec![one_of(Field::Kind, kinds)?, one_of(Field::Id, ids)?]).normalized())
}

impl Escher {
    /// Begins a conversation.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn new_conversation(&self) -> Result<Conversation> {
        let started = self.now();
        let id = ConversationId::from(Ulid::new());
        let conversation = Conversation { id, started, turns: Vec::new(), dropped: 0 };
        self.documents().put(Collection::Chat, &conversation.document()?).await?;
        Ok(conversation)
    }

    /// Conversations, the latest first.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn conversations(&self) -> Result<Vec<ConversationEntry>> {
        let documents = self.documents().list(Collection::Chat, LISTED).await?;
        documents.into_iter().map(|document| Conversation::read(document).map(|it| it.entry())).collect()
    }

    /// A conversation with its turns.
    ///
    /// # Errors
    /// `NotFound`, `Storage`.
    pub async fn conversation(&self, id: &ConversationId) -> Result<Conversation> {
        match self.documents().document(Collection::Chat, id.as_str()).await? {
            Some(document) => Conversation::read(document),
            None => Err(no_conversation(id)),
        }
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

    /// An order over what was shown says so only if it is within that, whichever brain read it. Returns what became of the
    /// resources since, if they are no longer as many.
    pub(crate) async fn held_against(&self, frame: &mut Frame, conversation: Option<&Conversation>) -> Result<Option<String>> {
        if !frame.shown {
            return Ok(None);
        }
        let last = conversation.and_then(Conversation::shown);
        let Some((shown, before)) = last.filter(|(shown, _)| is_within(&frame.selector, shown)) else {
            frame.shown = false;
            return Ok(None);
        };
        let mut selection = self.estate().select(shown, self.now()).await?;
        selection.leave_out_terminated(shown, self.now());
        let now = selection.matched.len();
        let resources = |n: usize| if n == 1 { "1 resource".to_owned() } else { format!("{n} resources") };
        let matches = if now == 1 { "matches" } else { "match" };
        Ok((now != before).then(|| format!("the estate changed since: {} were shown, {} {matches} now", resources(before), resources(now))))
    }
}

fn no_conversation(id: &ConversationId) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no conversation `{id}`")).operation("look up conversation").next(Next::Conversations)
}

/// Whether a selector admits nothing outside another one, or only what is related to it, as far as its parts say so.
fn is_within(selector: &Selector, shown: &Selector) -> bool {
    let has = |selector: &Selector| {
        let parts: Vec<String> = selector.conjuncts().iter().map(in_one_order).collect();
        shown.conjuncts().iter().all(|part| parts.contains(&in_one_order(part)))
    };
    has(selector) || selector.conjuncts().iter().any(|part| matches!(part, Selector::Related { to, .. } if has(to)))
}

/// A condition with the values of its list in one order.
fn in_one_order(part: &Selector) -> String {
    match part {
        Selector::In { field, values } => {
            let mut values: Vec<String> = values.iter().map(|value| value.plain().to_lowercase()).collect();
            values.sort_unstable();
            format!("{field} IN {values:?}")
        }
        Selector::Not(inner) => format!("NOT {}", in_one_order(inner)),
        other => other.to_string(),
    }
}
