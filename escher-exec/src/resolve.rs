//! From a template to a plan: exact and complete over the store.

use std::collections::HashMap;
use std::sync::Arc;

use escher_core::{
    Clock, Entry, Error, ErrorKind, Kind, PlanDoc, PlanTemplate, Policy, Rel, ResourceId, Result, StepTemplate, Store, Verb,
};
use jiff::{SignedDuration, Timestamp};

use crate::draft::{Draft, Reasons, plain, some_of};
use crate::{Clouds, ids, wanted};

/// Makes plans: of a template by resolving it over the store, of a run by turning it around.
#[derive(Clone)]
pub struct Planner {
    pub(crate) clouds: Clouds,
    pub(crate) policy: Arc<dyn Policy>,
    pub(crate) clock: Clock,
    pub(crate) life: SignedDuration,
}

impl Planner {
    /// A planner whose plans may be started for an hour.
    pub fn new(clouds: Clouds, policy: Arc<dyn Policy>, clock: Clock) -> Self {
        Self { clouds, policy, clock, life: SignedDuration::from_hours(1) }
    }

    /// The same, with another time for which its plans may be started.
    #[must_use]
    pub fn with_life(mut self, life: SignedDuration) -> Self {
        self.life = life;
        self
    }

    /// Resolves a template. Every resource that a selector admits is either a target or counted in a warning.
    ///
    /// # Errors
    /// `NotFound` where no target is left, with the reason (nothing matches, all are as wanted already, …);
    /// `Invalid` where parameters do not fit the action; `Unsupported` for an action without an existing target;
    /// whatever the store says.
    pub async fn resolve(&self, template: &PlanTemplate, store: &dyn Store) -> Result<PlanDoc> {
        let at = self.clock.now();
        let mut draft = Draft::new(&self.clouds, at);
        let (mut matched, mut unknown) = (0, 0);
        let mut touched: Vec<(Entry, Verb)> = Vec::new();
        let mut spelled = Reasons::default();
        for order in &template.steps {
            refuse_creation(order)?;
            let selection = store.select(&order.selector, at).await?;
            matched += selection.matched.len();
            unknown += selection.unknown;
            for entry in selection.matched {
                let params = wanted::as_written(order.verb, &order.params, &entry.resource, &mut spelled);
                if draft.offer(order.verb, &params, &entry.resource, &entry.hash)? {
                    touched.push((entry, order.verb));
                }
            }
        }
        if draft.is_empty() {
            return Err(no_target(template, matched, unknown, &draft));
        }
        if unknown > 0 {
            draft.warnings.push(format!("{unknown} more might be meant but do not tell enough to say; they are not touched"));
        }
        draft.warnings.extend(spelled.lines());
        draft.warnings.extend(age_warnings(&touched, at));
        draft.warnings.extend(group_warnings(&touched, store).await?);
        draft.finish(ids::plan(), template.goal.clone(), self.life, &*self.policy)
    }
}

fn refuse_creation(order: &StepTemplate) -> Result<()> {
    if order.verb != Verb::Create {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Unsupported, "a plan acts on resources that exist, and `create` has none")
        .operation("make a plan")
        .hint("create it with the cloud's own tools and run `escher sync`"))
}

/// Why there is nothing to do, as an error.
fn no_target(template: &PlanTemplate, matched: usize, unknown: usize, draft: &Draft<'_>) -> Error {
    let mut why = Vec::new();
    if matched == 0 {
        why.push("no resource matches".to_owned());
    }
    why.extend(draft.left_out.lines());
    if unknown > 0 {
        why.push(format!("{unknown} do not tell enough to say whether they match"));
    }
    let selectors: Vec<String> = template.steps.iter().map(|order| order.selector.to_string()).collect();
    Error::new(ErrorKind::NotFound, format!("there is nothing to do: {}", why.join("; ")))
        .operation("make a plan")
        .with("selector", selectors.join("; "))
        .hint(format!("look with `escher search --where '{}'`, or run `escher sync` if the estate is old", selectors.join(" OR ")))
}

/// Targets of which we have not heard for long, or that the last look did not have.
fn age_warnings(touched: &[(Entry, Verb)], at: Timestamp) -> Vec<String> {
    let names = |wanted: &dyn Fn(&Entry) -> bool| -> Vec<String> {
        touched.iter().filter(|(entry, _)| wanted(entry)).map(|(entry, _)| plain(&entry.resource.name)).collect()
    };
    let old = names(&|entry| at.duration_since(entry.last_seen) > SignedDuration::from_hours(24));
    let missing = names(&|entry| entry.missed > 0);
    let mut warnings = Vec::new();
    if !old.is_empty() {
        warnings.push(format!(
            "{} last seen more than 24 hours ago: {}; run `escher sync`, or they are skipped where they have changed",
            old.len(),
            some_of(&old)
        ));
    }
    if !missing.is_empty() {
        warnings.push(format!("{} missing from the last look: {}", missing.len(), some_of(&missing)));
    }
    warnings
}

/// Members of scale groups, which the group may replace behind our back.
async fn group_warnings(touched: &[(Entry, Verb)], store: &dyn Store) -> Result<Vec<String>> {
    let mut groups: HashMap<ResourceId, Option<String>> = HashMap::new();
    let mut members = Vec::new();
    for (entry, verb) in touched {
        if !matches!(verb, Verb::Stop | Verb::Restart | Verb::Resize | Verb::Delete) {
            continue;
        }
        for link in entry.resource.links.iter().filter(|link| link.rel == Rel::MemberOf) {
            if !groups.contains_key(&link.id) {
                let group = store.entry(&link.id).await?.filter(|group| group.resource.kind == Kind::ScaleGroup);
                groups.insert(link.id.clone(), group.map(|group| plain(&group.resource.name)));
            }
            if let Some(Some(group)) = groups.get(&link.id) {
                members.push(format!("{} (in {group})", plain(&entry.resource.name)));
            }
        }
    }
    if members.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![format!("{} belong to a scale group, which may replace them: {}", members.len(), some_of(&members))])
}
