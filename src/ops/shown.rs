//! What was shown, and what “them” are: an order over it reaches nothing else.

use std::collections::BTreeSet;

use escher_core::selector::{Field, Op};
use escher_core::{Clarify, Entry, Frame, Intent, Kind, PlanDoc, ResourceId, Result, Selector, digest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::escher::Escher;
use crate::ops::chat::Conversation;
use crate::ops::reply::{Answer, Reply};

/// Resources that a turn names one by one. Of more than these that are not all that was found, “them” asks.
const NAMED: usize = 200;
/// Names in a warning.
const TOLD: usize = 3;

/// Which resources a turn showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Listed {
    /// How many.
    pub total: usize,
    /// Their ids in order, if they are 200 at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<ResourceId>,
    /// The digest of their ids, if they are more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

impl Listed {
    pub(crate) fn of(ids: impl IntoIterator<Item = ResourceId>) -> Self {
        let ids: BTreeSet<ResourceId> = ids.into_iter().collect();
        let total = ids.len();
        let digest = (total > NAMED).then(|| digest::of(&ids));
        Self { total, ids: if digest.is_some() { Vec::new() } else { ids.into_iter().collect() }, digest }
    }
}

/// What a plan may be over.
#[derive(Debug, Default)]
pub(crate) struct Bounds {
    /// Its only targets, if it is over what was shown.
    pub(crate) only: Option<BTreeSet<ResourceId>>,
    /// What became of the rest.
    pub(crate) changed: Option<String>,
}

impl Bounds {
    /// A target of a plan that was not shown: the estate changed while it was made.
    pub(crate) fn outside<'p>(&self, plan: &'p PlanDoc) -> Option<&'p str> {
        let only = self.only.as_ref()?;
        plan.steps.iter().find(|step| !only.contains(&step.target.id)).map(|step| step.target.name.as_str())
    }
}

/// What came of holding an order against what was shown.
pub(crate) enum Held {
    Within(Bounds),
    /// Nobody knows any more what was shown, or it is not there any more.
    Asks(Clarify),
}

/// What “them” are after a reply, if not all that its frame selects.
pub(crate) fn referent(frame: &Frame, reply: &Reply) -> Option<Selector> {
    match reply {
        Reply::Plan(plan) => named(targets(plan).into_iter().map(|(kind, id)| (kind, id.as_str())).collect()),
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

/// The targets of a plan, each once.
pub(crate) fn targets(plan: &PlanDoc) -> Vec<(Kind, &ResourceId)> {
    let mut targets: Vec<(Kind, &ResourceId)> = plan.steps.iter().map(|step| (step.action.kind, &step.target.id)).collect();
    targets.sort_unstable_by_key(|(_, id)| *id);
    targets.dedup_by_key(|(_, id)| *id);
    targets
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
    let ids = one_of(Field::Id, resources.into_iter().map(|(_, id)| id).collect())?;
    Some(Selector::And(vec![one_of(Field::Kind, kinds)?, ids]).normalized())
}

fn one_of(field: Field, values: Vec<&str>) -> Option<Selector> {
    match values.as_slice() {
        [one] => Selector::compare(field, Op::Eq, one).ok(),
        many => Selector::one_of(field, many.iter().copied()).ok(),
    }
}

impl Escher {
    /// Holds an order over what was shown against that, whichever brain read it: it goes over what was shown and still
    /// matches. One that is not within what was shown says so no more.
    pub(crate) async fn held_against(&self, frame: &mut Frame, conversation: Option<&Conversation>) -> Result<Held> {
        let last = conversation.and_then(Conversation::shown).filter(|_| frame.shown);
        let Some((shown, listed)) = last.filter(|(shown, _)| reaches(&frame.selector, shown).is_some()) else {
            frame.shown = false;
            return Ok(Held::Within(Bounds::default()));
        };
        let itself = reaches(&frame.selector, shown) == Some(Reach::Itself);
        let Some(listed) = listed else {
            return Ok(asks("I no longer know which resources were shown. Ask for them again, then repeat the order."));
        };
        let mut selection = self.estate().select(shown, self.now()).await?;
        selection.leave_out_terminated(shown, self.now());
        if let Some(before) = &listed.digest {
            let now: BTreeSet<ResourceId> = selection.matched.into_iter().map(|entry| entry.resource.id).collect();
            if digest::of(&now) != *before {
                let question = format!(
                    "The estate has changed: {} resources were shown, and {} match now. Ask for them again, then repeat the order.",
                    listed.total,
                    now.len()
                );
                return Ok(asks(&question));
            }
            return Ok(Held::Within(Bounds { only: itself.then_some(now), changed: None }));
        }
        let (kept, new): (Vec<Entry>, Vec<Entry>) =
            selection.matched.into_iter().partition(|entry| listed.ids.binary_search(&entry.resource.id).is_ok());
        let kept: BTreeSet<ResourceId> = kept.into_iter().map(|entry| entry.resource.id).collect();
        let gone = listed.ids.iter().filter(|id| !kept.contains(*id)).map(ResourceId::last_segment);
        let changed = changed(new.iter().map(|entry| entry.resource.name.as_str()).collect(), gone.collect());
        if !new.is_empty() {
            // What the frame says is what is planned.
            let Some(selector) = narrowed(&frame.selector, shown, &kept) else {
                return Ok(asks(
                    "None of the resources that were shown still match, but others do. Ask for them again, then repeat the order.",
                ));
            };
            frame.selector = selector;
        }
        Ok(Held::Within(Bounds { only: itself.then_some(kept), changed }))
    }
}

fn asks(question: &str) -> Held {
    Held::Asks(Clarify { question: question.to_owned(), options: Vec::new() })
}

/// What became of the resources that were shown, if they are others now.
fn changed(new: Vec<&str>, gone: Vec<&str>) -> Option<String> {
    let told = |what: &str, names: &[&str]| {
        let more = names.len().saturating_sub(TOLD);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!names.is_empty()).then(|| format!("{what}: {}{more}", names[..names.len().min(TOLD)].join(", ")))
    };
    let parts: Vec<String> =
        [told("left out because they were not shown", &new), told("shown but no longer matching", &gone)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("the estate changed since; {}", parts.join("; ")))
}

/// How a selector goes on from what was shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// It admits nothing outside of that.
    Itself,
    /// It admits only what is related to it.
    Related,
}

/// How a selector goes on from what was shown, as far as its parts say so.
fn reaches(selector: &Selector, shown: &Selector) -> Option<Reach> {
    let related = || selector.conjuncts().iter().any(|part| matches!(part, Selector::Related { to, .. } if is_within(to, shown)));
    if is_within(selector, shown) { Some(Reach::Itself) } else { related().then_some(Reach::Related) }
}

fn is_within(selector: &Selector, shown: &Selector) -> bool {
    let parts: Vec<String> = selector.conjuncts().iter().map(in_one_order).collect();
    shown.conjuncts().iter().all(|part| parts.contains(&in_one_order(part)))
}

/// The selector with these alone of what was shown; `None` if there are none.
fn narrowed(selector: &Selector, shown: &Selector, only: &BTreeSet<ResourceId>) -> Option<Selector> {
    if only.is_empty() {
        return None;
    }
    let ids = one_of(Field::Id, only.iter().map(ResourceId::as_str).collect())?;
    if is_within(selector, shown) {
        return Some(Selector::And(vec![selector.clone(), ids]).normalized());
    }
    let part = |part: &Selector| match part {
        Selector::Related { by, to } if is_within(to, shown) => {
            let to = Selector::And(vec![(**to).clone(), ids.clone()]).normalized();
            Selector::Related { by: by.clone(), to: Box::new(to) }
        }
        other => other.clone(),
    };
    Some(Selector::And(selector.conjuncts().iter().map(part).collect()).normalized())
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
