//! From a template to a plan: exact and complete over the store.

use std::collections::HashMap;
use std::sync::Arc;

use escher_core::selector::{Field, Op};
use escher_core::{
    Action, Clock, Entry, Error, ErrorKind, EstateStore, Kind, Next, PlanDoc, PlanOrigin, PlanTemplate, Policy, Rel, Resource, ResourceId,
    Result, Selector, StepTemplate, Verb, WallClock,
};
use jiff::{SignedDuration, Timestamp};

use crate::draft::{Draft, MadeFor, Offered, Order};
use crate::needs::{Needs, Progress};
use crate::other_end::OtherEnd;
use crate::reasons::{Reasons, plain, some_of};
use crate::{Clouds, wanted};

/// Makes plans: of a template by resolving it over the store, of a run by turning it around.
#[derive(Clone)]
pub struct Planner {
    pub(crate) clouds: Clouds,
    pub(crate) policy: Arc<dyn Policy>,
    pub(crate) clock: Clock,
    pub(crate) wall: WallClock,
    pub(crate) life: SignedDuration,
}

impl Planner {
    /// A planner whose plans may be started for an hour. Targets are chosen by `clock`; when a plan was made and when it
    /// expires goes by `wall`.
    pub fn new(clouds: Clouds, policy: Arc<dyn Policy>, clock: Clock, wall: WallClock) -> Self {
        Self { clouds, policy, clock, wall, life: SignedDuration::from_hours(1) }
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
    /// `NotFound` if no target is left, with the reason (nothing matches, all are as wanted already, …);
    /// `Invalid` if parameters do not fit the action or an order needs one that does not come before it; `Unsupported` for an action without an existing target;
    /// whatever the store says.
    pub async fn resolve(&self, template: &PlanTemplate, origin: PlanOrigin, store: &dyn EstateStore) -> Result<PlanDoc> {
        let at = self.clock.now();
        let mut draft = Draft::new(&self.clouds, at, self.wall.now());
        draft.at_least(template.risk);
        let (mut matched, mut unknown) = (0, 0);
        let mut touched: Vec<(Entry, Verb)> = Vec::new();
        let mut spelled = Reasons::default();
        let mut done = HashMap::new();
        for order in &template.steps {
            refuse_creation(order)?;
            let needs = Needs::of(order, &done)?;
            let mut progress = Progress::default();
            let mut selection = store.select(&order.selector, at).await?;
            for gone in selection.leave_out_terminated(&order.selector, at) {
                draft.left_out.add("left out, terminated", &named(&gone.resource));
            }
            matched += selection.matched.len();
            unknown += selection.unknown;
            let other = OtherEnd::of(order.verb, &order.params, store, at).await?;
            let users = Users::of(order.verb, &selection.matched, store, at).await?;
            for entry in selection.matched {
                // What was altered in the store must not decide what is touched; a sync writes it anew.
                if entry.resource.observed_hash() != entry.hash {
                    draft.left_out.add("left out, the stored record does not match its hash; a sync reads it again", &entry.resource.name);
                    progress.left_out += 1;
                    continue;
                }
                let refused = needs.unmet.clone().or_else(|| users.reason(&self.clouds, order.verb, &entry.resource));
                if let Some(reason) = refused {
                    draft.left_out.add(reason, &entry.resource.name);
                    progress.left_out += 1;
                    continue;
                }
                let params = wanted::as_written(order.verb, &order.params, &entry.resource, &mut spelled);
                let params = match other.resolve(params, &entry.resource) {
                    Ok(params) => params,
                    Err(reason) => {
                        draft.left_out.add(reason, &entry.resource.name);
                        progress.left_out += 1;
                        continue;
                    }
                };
                let offer = Order { verb: order.verb, params: &params, needs: &needs.steps, on_failure: order.on_failure };
                match draft.offer(&offer, &entry.resource, &entry.hash)? {
                    Offered::Taken(step) => {
                        progress.steps.push(step);
                        touched.push((entry, order.verb));
                    }
                    Offered::Settled => {}
                    Offered::LeftOut => progress.left_out += 1,
                }
            }
            done.insert(&order.id, (order.on_failure, progress));
        }
        if draft.is_empty() {
            return Err(no_target(template, matched, unknown, &draft));
        }
        if unknown > 0 {
            let lack = if unknown == 1 { "lacks the data to decide; it is" } else { "lack the data to decide; they are" };
            draft.warnings.push(format!("{unknown} more may match, but {lack} left alone"));
        }
        draft.warnings.extend(spelled.lines());
        draft.warnings.extend(age_warnings(&touched, at));
        draft.warnings.extend(group_warnings(&touched, store).await?);
        draft.finish(MadeFor { goal: template.goal.clone(), origin }, self.life, &*self.policy)
    }
}

/// A name with the id beside it: the living twin of what is terminated often has the same name.
fn named(resource: &Resource) -> String {
    let id = resource.id.last_segment();
    format!("{} ({})", resource.name, if id == resource.name { resource.id.as_str() } else { id })
}

fn refuse_creation(order: &StepTemplate) -> Result<()> {
    if order.verb != Verb::Create {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Unsupported, "a plan acts on existing resources, and `create` has none")
        .operation("make a plan")
        .hint("create it with the cloud's own tools, then scan that cloud again")
        .next(Next::Sync))
}

/// Why there is nothing to do, as an error.
fn no_target(template: &PlanTemplate, matched: usize, unknown: usize, draft: &Draft<'_>) -> Error {
    let mut why = Vec::new();
    if matched == 0 && draft.left_out.is_empty() {
        why.push("no resource matches".to_owned());
    }
    why.extend(draft.left_out.lines());
    if unknown > 0 {
        let lack = if unknown == 1 { "lacks the data to decide whether it matches" } else { "lack the data to decide whether they match" };
        why.push(format!("{unknown} {lack}"));
    }
    let selectors: Vec<String> = template.steps.iter().map(|order| order.selector.to_string()).collect();
    Error::new(ErrorKind::NotFound, format!("there is nothing to do: {}", why.join("; ")))
        .operation("make a plan")
        .with("selector", selectors.join("; "))
        .hint("list what the selector matches, or scan the clouds again if the estate is old")
        .next(Next::Search { words: String::new(), filter: selectors.join(" OR ") })
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
            "{} last seen more than 24 hours ago: {}; scan the clouds again, since any that changed in the meantime will be skipped",
            old.len(),
            some_of(&old)
        ));
    }
    if !missing.is_empty() {
        warnings.push(format!("{} missing from the last scan: {}", missing.len(), some_of(&missing)));
    }
    warnings
}

/// The images that snapshots belong to.
#[derive(Default)]
struct Users(HashMap<ResourceId, Vec<Resource>>);

impl Users {
    /// Those that matter where `matched` are deleted.
    async fn of(verb: Verb, matched: &[Entry], store: &dyn EstateStore, at: Timestamp) -> Result<Self> {
        if verb != Verb::Delete || !matched.iter().any(|entry| entry.resource.kind == Kind::Snapshot) {
            return Ok(Self::default());
        }
        let images = Selector::compare(Field::Kind, Op::Eq, Kind::Image.as_str())?;
        let mut users: HashMap<ResourceId, Vec<Resource>> = HashMap::new();
        for image in store.select(&images, at).await?.matched {
            for link in image.resource.links.iter().filter(|link| link.rel == Rel::Uses) {
                users.entry(link.id.clone()).or_default().push(image.resource.clone());
            }
        }
        Ok(Self(users))
    }

    /// Why the cloud would refuse to delete a snapshot, as far as images are the reason.
    fn reason(&self, clouds: &Clouds, verb: Verb, snapshot: &Resource) -> Option<String> {
        let (cloud, _) = clouds.find(snapshot.cloud, snapshot.account.as_deref()?)?;
        let action = Action { kind: snapshot.kind, verb };
        let other = snapshot.aliases.iter().map(|id| ResourceId::new(snapshot.cloud, id));
        let ids: Vec<ResourceId> = std::iter::once(snapshot.id.clone()).chain(other).collect();
        let users = ids.iter().filter_map(|id| self.0.get(id)).flatten().filter(|user| cloud.holds(action, user));
        let mut named: Vec<String> = users
            .map(|image| match image.id.last_segment() {
                id if id == image.name => plain(id),
                id => plain(&format!("{} ({id})", image.name)),
            })
            .collect();
        named.sort();
        named.dedup();
        (!named.is_empty()).then(|| format!("left out, in use by image {}, which must be deregistered first", some_of(&named)))
    }
}

/// Members of scale groups, which the group may replace behind our back.
async fn group_warnings(touched: &[(Entry, Verb)], store: &dyn EstateStore) -> Result<Vec<String>> {
    let mut groups: HashMap<ResourceId, Option<String>> = HashMap::new();
    let mut members = Vec::new();
    let mut stops = false;
    for (entry, verb) in touched {
        if !matches!(verb, Verb::Stop | Verb::Restart | Verb::Resize | Verb::Delete) || entry.resource.kind != Kind::Vm {
            continue;
        }
        // A group that is known under a name of its own is called by that.
        let mut group = entry.resource.scale_group().map(plain);
        for link in entry.resource.links.iter().filter(|link| link.rel == Rel::MemberOf) {
            if !groups.contains_key(&link.id) {
                let group = store.entry(&link.id).await?.filter(|group| group.resource.kind == Kind::ScaleGroup);
                groups.insert(link.id.clone(), group.map(|group| plain(&group.resource.name)));
            }
            group = groups.get(&link.id).cloned().flatten().or(group);
        }
        if let Some(group) = group {
            stops |= *verb == Verb::Stop;
            members.push(format!("{} (in {group})", plain(&entry.resource.name)));
        }
    }
    if members.is_empty() {
        return Ok(Vec::new());
    }
    let lost = if stops { "; one that stops may be terminated, and then cannot be started again" } else { "" };
    let how = "suspend the group's processes first, or scale the group instead";
    let (belong, them) = if members.len() == 1 { ("belongs", "it") } else { ("belong", "them") };
    Ok(vec![format!("{} {belong} to a scale group, which may replace {them}: {}{lost}; {how}", members.len(), some_of(&members))])
}
