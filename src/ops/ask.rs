//! `ask`: words in, an answer or a plan out.

use std::collections::BTreeSet;

use escher_core::selector::{Field, Op, Relation};
use escher_core::{
    Brain as _, ConversationId, Entry, Error, ErrorKind, Estate, Frame, Intent, Next, PlanDoc, Resource, ResourceId, Result, Selector,
    Turn, Utterance, Verb,
};
pub use escher_server::Explanation;

use crate::escher::Escher;
use crate::ops::answer;
use crate::ops::chat::{ChatTurn, Conversation};
use crate::ops::readings::{self, Settled};
use crate::ops::reply::{Answer, AskResponse, Reply};
use crate::ops::search::Hit;
use crate::ops::shown::{Bounds, Held};

/// Names that are looked up at once.
const NAMES: usize = 1_000;

/// What words mean, with no data directory, no cloud and no network.
///
/// # Errors
/// None of the words' making; what is not understood is a frame of intent `unknown`.
pub async fn interpret(utterance: &Utterance) -> Result<Frame> {
    escher_server::OfflineBrain::new().interpret(utterance).await
}

/// What words mean and how they were read; otherwise like [`interpret`].
pub fn explain_reading(utterance: &Utterance) -> (Frame, Explanation) {
    escher_server::OfflineBrain::new().explain(utterance)
}

impl Escher {
    /// Answers a question at once; of a change makes a plan, stores it, and runs nothing. The text stands alone.
    ///
    /// # Errors
    /// `Invalid` if a change cannot be made; `Storage`. A change without a target is answered with why.
    pub async fn ask(&self, text: &str) -> Result<AskResponse> {
        self.ask_in(text, None).await
    }

    /// The same as a turn of a conversation, if there is one: it goes on from the turns before, and is kept.
    ///
    /// # Errors
    /// As [`Escher::ask`]; `NotFound` where there is no such conversation.
    pub async fn ask_in(&self, text: &str, conversation: Option<&ConversationId>) -> Result<AskResponse> {
        self.ask_seeing(text, conversation, None).await
    }

    /// The same for a caller that has `seen` so many turns of the conversation.
    ///
    /// # Errors
    /// As [`Escher::ask_in`]; `Stale` if the conversation has more turns.
    pub async fn ask_seeing(&self, text: &str, conversation: Option<&ConversationId>, seen: Option<usize>) -> Result<AskResponse> {
        let conversation = self.conversation_if(conversation, seen).await?;
        let history = conversation.as_ref().map(Conversation::history).unwrap_or_default();
        let frame = self.read(Utterance { text: text.to_owned(), history, now: self.now() }).await?;
        let (mut frame, asks) = match frame.clarify.clone() {
            Some(clarify) => match readings::settle(self, &frame, &clarify).await? {
                Settled::One(settled) => (*settled, None),
                Settled::Asks(clarify) => (frame, Some(clarify)),
            },
            None => (frame, None),
        };
        let (reply, listed) = match asks {
            // Nor what it should be called.
            _ if frame.intent == Intent::Act && frame.action.is_some_and(|action| action.verb == Verb::Create) => {
                let answer = Answer { next: Some(Next::Sync), ..answer::unanswered(answer::NO_CREATION) };
                (Reply::Answer(answer), Vec::new())
            }
            // When exactly is not asked of what can't be scheduled anyway.
            Some(_) if frame.intent == Intent::Schedule && frame.schedule.is_none() => {
                (Reply::Answer(answer::unanswered(not_yet(frame.intent))), Vec::new())
            }
            Some(clarify) => (Reply::Clarify(clarify), Vec::new()),
            None => match self.held_against(&mut frame, conversation.as_ref()).await? {
                Held::Within(bounds) => self.reply(&frame, bounds).await?,
                Held::Asks(clarify) => {
                    frame.clarify = Some(clarify.clone());
                    (Reply::Clarify(clarify), Vec::new())
                }
            },
        };
        let mut reply = admit_unread(reply, &frame.unread);
        if let Reply::Answer(answer) = &mut reply
            && escher_server::assents(text)
        {
            let plan = conversation.as_ref().and_then(Conversation::last_plan);
            answer.next = Some(plan.map_or(Next::Plans, |plan| Next::Approve { plan: plan.clone() }));
        }
        let Some(conversation) = conversation else { return Ok(AskResponse { frame, conversation: None, reply }) };
        self.keep_turn(&conversation.id, ChatTurn::of(text, &frame, &reply, listed, self.now())).await?;
        Ok(AskResponse { frame, conversation: Some(conversation.id), reply })
    }

    async fn conversation_if(&self, id: Option<&ConversationId>, seen: Option<usize>) -> Result<Option<Conversation>> {
        let Some(id) = id else { return Ok(None) };
        let conversation = self.conversation(id).await?;
        seen.map_or(Ok(()), |turns| conversation.seen(turns))?;
        Ok(Some(conversation))
    }

    /// The turns that words in a conversation may refer to.
    pub(crate) async fn history(&self, conversation: Option<&ConversationId>, seen: Option<usize>) -> Result<Vec<Turn>> {
        Ok(self.conversation_if(conversation, seen).await?.map(|it| it.history()).unwrap_or_default())
    }

    /// What words mean here, where a model may help the grammar, and how they were read.
    ///
    /// # Errors
    /// None of the words' making; `NotFound` where there is no such conversation, `Stale` as [`Escher::ask_seeing`].
    pub async fn explain_reading(
        &self,
        text: &str,
        conversation: Option<&ConversationId>,
        seen: Option<usize>,
    ) -> Result<(Frame, Explanation)> {
        let history = self.history(conversation, seen).await?;
        let utterance = Utterance { text: text.to_owned(), history, now: self.now() };
        let grammar = self.grammar().clone();
        blocking(move || grammar.explain(&utterance)).await
    }

    async fn read(&self, utterance: Utterance) -> Result<Frame> {
        let brain = self.brain().clone();
        let runtime = tokio::runtime::Handle::current();
        blocking(move || runtime.block_on(brain.interpret(&utterance))).await?
    }

    /// The reply to a frame, and the resources that an answer is about. An order stays within its bounds.
    async fn reply(&self, frame: &Frame, bounds: Bounds) -> Result<(Reply, Vec<ResourceId>)> {
        let mut listed = Vec::new();
        let reply = match frame.intent {
            Intent::Act => match self.plan_frame(frame, &bounds).await {
                // Nothing to do is an answer, with what the words were taken to mean beside it.
                Err(e) if e.kind() == ErrorKind::NotFound => Reply::Answer(self.nothing_to_do(frame, &e, bounds.changed).await?),
                plan => Reply::Plan(plan?),
            },
            Intent::Find | Intent::Count => {
                let (answer, ids) = self.list(frame).await?;
                listed = ids;
                Reply::Answer(answer)
            }
            Intent::Describe => {
                let (answer, ids) = self.describe(frame).await?;
                listed = ids;
                Reply::Answer(answer)
            }
            Intent::Explain => Reply::Answer(self.explain(frame).await?),
            Intent::Smalltalk => {
                Reply::Answer(answer::said(frame.note.as_deref().unwrap_or("Ask about your clouds, for example: “which VMs are idle?”")))
            }
            Intent::Unknown => {
                let why = frame
                    .note
                    .as_deref()
                    .unwrap_or("I did not understand that as a question about your clouds. For example: “which VMs are idle?”");
                Reply::Answer(answer::unanswered(why))
            }
            other => Reply::Answer(Answer { next: (other == Intent::History).then_some(Next::Runs), ..answer::unanswered(not_yet(other)) }),
        };
        Ok((reply, listed))
    }

    /// Entries that a frame's selector admits, and the answer's frame around them.
    async fn admitted(&self, frame: &Frame) -> Result<(Vec<Entry>, Answer)> {
        let selector = &frame.selector;
        let mut selection = self.estate().select(selector, self.now()).await?;
        let mut terminated = selection.leave_out_terminated(selector, self.now());
        if frame.intent == Intent::Describe && selection.matched.is_empty() {
            // Of what was, more can be said than that it is no more.
            selection.matched = std::mem::take(&mut terminated);
        }
        let mut warnings = self.unknown_keys(selector).await?;
        let empty = self.estate().revision().await? == 0;
        if empty {
            warnings.push("the estate is empty".to_owned());
        }
        let accounts = selection.matched.iter().map(|entry| (entry.resource.cloud, entry.resource.account.as_deref()));
        warnings.extend(self.simulated_among(accounts));
        let answer = Answer {
            total: selection.matched.len(),
            unknown: selection.unknown,
            terminated: terminated.len(),
            warnings,
            next: empty.then_some(Next::Start),
            answered: true,
            ..Answer::default()
        };
        Ok((selection.matched, answer))
    }

    /// The answer of a list or a count, and the resources that were listed or counted.
    async fn list(&self, frame: &Frame) -> Result<(Answer, Vec<ResourceId>)> {
        let (mut entries, mut answer) = self.admitted(frame).await?;
        if let Some(sort) = &frame.sort {
            answer::sort(&mut entries, sort, self.now());
        }
        answer.groups = answer::group(&entries, &frame.group_by, self.now());
        let limit = frame.limit.and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
        if frame.intent == Intent::Find {
            answer.hits = entries.iter().take(limit).map(|entry| Hit::new(&entry.resource, 1.0)).collect();
        }
        let listed = if frame.intent == Intent::Find { limit } else { usize::MAX };
        answer.text = answer::sentence(frame, &answer);
        answer.text.extend(frame.sort.as_ref().and_then(|sort| answer::unsorted(&entries, sort, self.now())));
        Ok((answer, entries.into_iter().take(listed).map(|entry| entry.resource.id).collect()))
    }

    async fn describe(&self, frame: &Frame) -> Result<(Answer, Vec<ResourceId>)> {
        let (entries, mut answer) = self.admitted(frame).await?;
        answer.hits = entries.iter().map(|entry| Hit::new(&entry.resource, 1.0)).collect();
        if let [entry] = entries.as_slice() {
            let around = self.around(&entry.resource).await?;
            let details = answer::details(entry, &around, &self.clouds().await?.capabilities(), self.now());
            answer.text = details.text;
            answer.text.push_str(&answer::left_out(answer.terminated));
            answer.details = Some(details.body);
        } else {
            answer.text = answer::sentence(frame, &answer);
        }
        Ok((answer, entries.into_iter().map(|entry| entry.resource.id).collect()))
    }

    /// What is linked to a resource, from either end, and whatever has the same name as one of these.
    async fn around(&self, resource: &Resource) -> Result<Estate> {
        let itself = Selector::compare(Field::Id, Op::Eq, resource.id.as_str())?;
        let linked = Selector::Related { by: Relation::Any, to: Box::new(itself) };
        let mut found = self.estate().select(&linked, self.now()).await?.matched;
        let names: BTreeSet<String> = found.iter().map(|entry| entry.resource.name.clone()).collect();
        for names in names.into_iter().collect::<Vec<_>>().chunks(NAMES) {
            let named = Selector::one_of(Field::Name, names.iter().map(String::as_str))?;
            found.extend(self.estate().select(&named, self.now()).await?.matched);
        }
        Ok(Estate::new(found))
    }

    async fn nothing_to_do(&self, frame: &Frame, error: &Error, changed: Option<String>) -> Result<Answer> {
        let mut answer = answer::unanswered(error.message());
        answer.hint = error.hint_text().map(str::to_owned);
        answer.next = error.next_step().cloned();
        answer.warnings = self.unknown_keys(&frame.selector).await?;
        answer.warnings.extend(changed);
        Ok(answer)
    }

    /// The plan that an order leads to, which is not stored.
    ///
    /// # Errors
    /// `Invalid` for words that order no change or leave a question open; `NotFound` for an order without a target.
    pub(crate) async fn planned(&self, text: &str) -> Result<PlanDoc> {
        let refused = |why: String| Error::invalid(why).operation("plan").next(Next::Ask { text: text.to_owned() });
        let frame = self.read(Utterance { text: text.to_owned(), history: Vec::new(), now: self.now() }).await?;
        let frame = match &frame.clarify {
            Some(clarify) => match readings::settle(self, &frame, clarify).await? {
                Settled::One(frame) => *frame,
                Settled::Asks(clarify) => return Err(refused(clarify.question)),
            },
            None => frame,
        };
        if frame.intent != Intent::Act {
            return Err(refused("these words don't order a change".to_owned()).hint("give an order, or the id of a plan"));
        }
        self.draft_frame(&frame).await
    }

    /// Drafts, resolves, checks and stores a plan.
    async fn plan_frame(&self, frame: &Frame, bounds: &Bounds) -> Result<PlanDoc> {
        let mut doc = self.draft_frame(frame).await?;
        if let Some(name) = bounds.outside(&doc) {
            return Err(Error::new(ErrorKind::Stale, format!("the estate changed while the plan was made: {name} was not shown before"))
                .operation("plan")
                .hint("ask for the resources again, then repeat the order"));
        }
        doc.warnings.extend(bounds.changed.clone());
        self.save_plan(doc).await
    }

    async fn draft_frame(&self, frame: &Frame) -> Result<PlanDoc> {
        let clouds = self.clouds().await?;
        let capabilities = clouds.capabilities();
        if capabilities.actions.is_empty() {
            return Err(Error::new(ErrorKind::NotFound, "no cloud is connected, so nothing can be changed")
                .operation("plan")
                .hint("load the simulated clouds, or connect a cloud of your own")
                .next(Next::Start));
        }
        let template = self.brain().draft(frame, &capabilities).await?;
        self.resolve(&template, clouds).await
    }
}

/// What is said to words that are understood, and that nothing answers yet.
fn not_yet(intent: Intent) -> &'static str {
    match intent {
        Intent::Schedule => "Scheduling isn't supported yet. Nothing was planned, and nothing will happen later.",
        Intent::Playbook => "Playbooks aren't supported yet. Nothing was planned.",
        Intent::Cost => "Questions about spend over time aren't supported yet. Resources can be sorted and filtered by their monthly cost.",
        Intent::Advise => "Recommendations aren't supported yet. Try a question about idle, public, unencrypted or untagged resources.",
        Intent::Report => "Reports aren't supported yet.",
        Intent::Alerts => "Alerts aren't supported yet.",
        Intent::History => "Questions about the past aren't supported in words yet. See the list of runs and the list of changes.",
        _ => "This can't be answered yet.",
    }
}

/// A model takes its time and uses every core.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::internal("reading the words was interrupted").operation("ask").caused_by(e))
}

/// An answer that leaves words out says so, and counts as a question back.
fn admit_unread(reply: Reply, unread: &[String]) -> Reply {
    match reply {
        Reply::Answer(mut answer) if !unread.is_empty() => {
            let (words, it) = (unread.join("”, “"), if unread.len() == 1 { "it" } else { "them" });
            answer.text = match answer.answered {
                true => format!("I did not understand “{words}”, so the answer ignores {it}. {}", answer.text),
                false => format!("{} I also did not understand “{words}”.", answer.text),
            };
            answer.answered = false;
            Reply::Answer(answer)
        }
        other => other,
    }
}
