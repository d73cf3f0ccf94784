//! What a person adds to the default rules. Each rule can only make a verdict stricter.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use escher_core::{Action, ActionDef, Decision, Finding, Kind, Occasion, PlanDoc, Risk, Selector, Verb, Verdict};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::freeze::Window;
use crate::reasons::{plain, some_of};

/// What the file is called that a person writes rules in.
pub const POLICY_FILE: &str = "policy.toml";

/// Rules that tighten the default ones; nothing in here can loosen them. None by default.
///
/// ```
/// use escher_exec::PolicyRules;
/// let rules = PolicyRules::read(b"max_risk = \"high\"\nforbid = [\"*.delete\"]\n").unwrap();
/// assert_eq!(rules.len(), 2);
/// let problems = PolicyRules::read(b"forbid = [\"*.destroy\"]\n").unwrap_err();
/// assert_eq!((problems[0].line, problems[0].column), (1, 11));
/// ```
#[derive(Clone, Debug, Default)]
pub struct PolicyRules {
    pub(super) rules: Vec<Rule>,
}

/// A rule as a person sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyRule {
    /// What kind of rule.
    pub kind: RuleKind,
    /// The line of the policy file that it stands in; absent for the default rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The rule, in words.
    pub text: String,
    /// Of a freeze, whether it holds right now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// The kinds of rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RuleKind {
    /// Always there.
    #[default]
    Default,
    /// A limit on risk.
    MaxRisk,
    /// A limit on how many resources one plan touches.
    MaxBlastRadius,
    /// Actions that nobody may take.
    Forbid,
    /// Times in which no change runs.
    Freeze,
    /// Who may approve.
    Approvers,
}

#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) line: usize,
    pub(super) what: What,
    pub(super) reason: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    MaxRisk(Risk),
    MaxBlastRadius(usize),
    Forbid(Reach),
    Freeze(Window, Reach),
    Approvers(Vec<String>, Reach),
}

/// Which steps a rule is about.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    pub(super) pattern: Pattern,
    pub(super) filter: Option<Selector>,
}

/// `kind.verb`, either of them `*` for any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) kind: Option<Kind>,
    pub(super) verb: Option<Verb>,
}

impl Pattern {
    /// Every action.
    pub(super) const ANY: Self = Self { kind: None, verb: None };

    pub(super) fn covers(self, action: Action) -> bool {
        self.kind.is_none_or(|kind| kind == action.kind) && self.verb.is_none_or(|verb| verb == action.verb)
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = self.kind.map_or_else(|| "*".to_owned(), |kind| kind.to_string());
        let verb = self.verb.map_or_else(|| "*".to_owned(), |verb| verb.to_string());
        write!(f, "{kind}.{verb}")
    }
}

/// What of a plan a rule is about.
struct Reached {
    actions: BTreeSet<Action>,
    /// ` for 1 of 3 targets (web-1)`, if not for all.
    part: String,
    undecided: Vec<String>,
}

impl Reach {
    /// The steps that it is about, or may be about; `None` if there are none.
    fn of(&self, plan: &PlanDoc) -> Option<Reached> {
        let mut reached = Reached { actions: BTreeSet::new(), part: String::new(), undecided: Vec::new() };
        let mut targets = BTreeMap::new();
        for step in plan.steps.iter().filter(|step| self.pattern.covers(step.action)) {
            let admits = self.filter.as_ref().map_or(Some(true), |filter| step.target.matches(step.action.kind, filter));
            if admits == Some(false) {
                continue;
            }
            reached.actions.insert(step.action);
            let name = plain(&step.target.name);
            targets.insert(&step.target.id, name.clone());
            if admits.is_none() && !reached.undecided.contains(&name) {
                reached.undecided.push(name);
            }
        }
        let all = plan.steps.iter().map(|step| &step.target.id).collect::<HashSet<_>>().len();
        if targets.len() < all {
            let names: Vec<String> = targets.values().cloned().collect();
            reached.part = format!(" for {} of {all} targets ({})", names.len(), some_of(&names));
        }
        (!reached.actions.is_empty()).then_some(reached)
    }

    /// ` if …`, if it says where.
    fn condition(&self) -> String {
        self.filter.as_ref().map(|filter| format!(" where `{filter}`")).unwrap_or_default()
    }
}

impl PolicyRules {
    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    pub(super) fn judge(&self, plan: &PlanDoc, occasion: &Occasion<'_>, verdict: &mut Verdict) {
        for rule in &self.rules {
            if let Some(finding) = rule.judge(plan, occasion) {
                verdict.add(finding);
            }
        }
    }

    pub(super) fn shown(&self, at: Timestamp) -> impl Iterator<Item = PolicyRule> {
        self.rules.iter().map(move |rule| rule.shown(at))
    }
}

impl Rule {
    fn judge(&self, plan: &PlanDoc, occasion: &Occasion<'_>) -> Option<Finding> {
        match &self.what {
            What::MaxRisk(max) => {
                // A document may say more than its steps do, never less.
                let risk = plan.steps.iter().filter_map(|step| ActionDef::find(step.action)).map(|def| def.risk).fold(plan.risk, Ord::max);
                (risk > *max).then(|| self.forbids(format!("allows no risk above {max}, and this plan's risk is {risk}"), Vec::new()))
            }
            What::MaxBlastRadius(max) => {
                let touched = plan.steps.iter().map(|step| &step.target.id).collect::<HashSet<_>>().len().max(plan.blast_radius);
                (touched > *max)
                    .then(|| self.forbids(format!("allows no plan to touch {}, and this one touches {touched}", beyond(*max)), Vec::new()))
            }
            What::Forbid(reach) => {
                let Reached { actions, part, undecided } = reach.of(plan)?;
                Some(self.forbids(format!("forbids {}{part} (`{}`{})", list(&actions), reach.pattern, reach.condition()), undecided))
            }
            What::Freeze(window, reach) => {
                if !window.is_open(occasion.at.timestamp()) {
                    return None;
                }
                let Reached { part, undecided, .. } = reach.of(plan)?;
                Some(self.forbids(format!("freezes changes{}{part} {}", reach.condition(), window.in_words()), undecided))
            }
            What::Approvers(names, reach) => {
                let Reached { actions, part, undecided } = reach.of(plan)?;
                let (actions, only) = (list(&actions), any_of(names));
                let what = |of: &str| format!("lets only {only} approve {actions}{part} (`{}`{}){of}", reach.pattern, reach.condition());
                Some(match occasion.approver {
                    Some(name) if names.iter().any(|known| known == name) => {
                        self.finds(Decision::Approve, what(&format!(", and {} may", plain(name))), undecided)
                    }
                    None => self.finds(Decision::Approve, what(""), undecided),
                    Some(other) => self.forbids(what(&format!(", and not {}", plain(other))), undecided),
                })
            }
        }
    }

    fn forbids(&self, what: String, undecided: Vec<String>) -> Finding {
        self.finds(Decision::Forbid, what, undecided)
    }

    fn finds(&self, decision: Decision, what: String, undecided: Vec<String>) -> Finding {
        let mut reason = format!("{POLICY_FILE} line {} {what}", self.line);
        if let Some(why) = &self.reason {
            reason = format!("{reason}: {why}");
        }
        if !undecided.is_empty() {
            let lacking = if undecided.len() == 1 { "1 target lacks" } else { &format!("{} targets lack", undecided.len()) };
            let count = if undecided.len() == 1 { "counts" } else { "count" };
            reason = format!("{reason}; {lacking} the data to decide and {count} as matching: {}", some_of(&undecided));
        }
        Finding { decision, reason, line: Some(self.line), undecided }
    }

    fn shown(&self, at: Timestamp) -> PolicyRule {
        let (kind, mut text, active) = match &self.what {
            What::MaxRisk(max) => (RuleKind::MaxRisk, format!("no plan may have a risk above {max}"), None),
            What::MaxBlastRadius(max) => (RuleKind::MaxBlastRadius, format!("no plan may touch {}", beyond(*max)), None),
            What::Forbid(reach) => (RuleKind::Forbid, format!("`{}` is forbidden{}", reach.pattern, reach.condition()), None),
            What::Freeze(window, reach) => {
                let state = match (window.is_open(at), window.is_past(at)) {
                    (true, _) => ", in effect now",
                    (false, true) => ", over",
                    (false, false) => "",
                };
                let which = reach.filter.as_ref().map(|filter| format!(" to resources where `{filter}`")).unwrap_or_default();
                let text = format!("changes{which} are frozen {}{state}", window.in_words());
                (RuleKind::Freeze, text, Some(window.is_open(at)))
            }
            What::Approvers(names, reach) => {
                let text = format!("only {} may approve `{}`{}", any_of(names), reach.pattern, reach.condition());
                (RuleKind::Approvers, text, None)
            }
        };
        if let Some(why) = &self.reason {
            text = format!("{text}: {why}");
        }
        PolicyRule { kind, line: Some(self.line), text, active }
    }
}

pub(super) fn resources(count: usize) -> String {
    if count == 1 { "1 resource".to_owned() } else { format!("{count} resources") }
}

/// What is more than so many resources.
fn beyond(max: usize) -> String {
    if max == 0 { "any resource".to_owned() } else { format!("more than {}", resources(max)) }
}

/// `ada, bob or eve`
fn any_of(names: &[String]) -> String {
    match names {
        [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        names => names.concat(),
    }
}

fn list(actions: &BTreeSet<Action>) -> String {
    actions.iter().map(Action::to_string).collect::<Vec<_>>().join(", ")
}
