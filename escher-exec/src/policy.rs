//! The rules that decide what may run.

use std::collections::{BTreeMap, HashSet};

use escher_core::{ActionDef, Decision, Effect, PlanDoc, Policy, Risk, Verdict};
use serde::{Deserialize, Serialize};

/// What a person may tighten. Nothing in here can loosen the rules.
///
/// ```
/// use escher_exec::PolicyConfig;
/// let config: PolicyConfig = serde_json::from_str(r#"{"max_risk": "high", "forbid": ["*.delete"]}"#)?;
/// assert_eq!(config.forbid, ["*.delete"]);
/// assert_eq!(config.max_blast_radius, None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyConfig {
    /// Plans of a higher risk are forbidden.
    pub max_risk: Option<Risk>,
    /// Plans that touch more resources are forbidden.
    pub max_blast_radius: Option<usize>,
    /// Forbidden actions: `vm.delete`, `*.delete`, `database.*`.
    pub forbid: Vec<String>,
}

/// Reads are allowed, changes need an approval, everything else is forbidden.
#[derive(Clone, Debug, Default)]
pub struct DefaultPolicy {
    config: PolicyConfig,
}

impl DefaultPolicy {
    /// The default rules, tightened.
    pub fn new(config: PolicyConfig) -> Self {
        Self { config }
    }
}

impl Policy for DefaultPolicy {
    fn judge(&self, plan: &PlanDoc) -> Verdict {
        let mut verdict = Verdict { decision: Decision::Allow, reasons: Vec::new() };
        let mut say = |decision: Decision, reason: String| {
            verdict.decision = verdict.decision.max(decision);
            verdict.reasons.push(reason);
        };
        if plan.steps.is_empty() {
            say(Decision::Forbid, "the plan has no steps".to_owned());
        }
        // A line per action, not per step.
        let mut actions = BTreeMap::new();
        for step in &plan.steps {
            *actions.entry(step.action).or_insert(0_usize) += 1;
        }
        for (action, count) in actions {
            let what = if count == 1 { "1 resource".to_owned() } else { format!("{count} resources") };
            match ActionDef::find(action).map(|def| def.effect) {
                None => say(Decision::Forbid, format!("{action} is not in the catalogue")),
                Some(Effect::Reads) => say(Decision::Allow, format!("{action} only reads")),
                Some(Effect::Mutates) => say(Decision::Approve, format!("{action} changes {what}: it needs an approval")),
                Some(Effect::Destroys) => say(Decision::Approve, format!("{action} destroys {what} for good: it needs an approval")),
            }
            if let Some(pattern) = self.config.forbid.iter().find(|pattern| covers(pattern, &action.to_string())) {
                say(Decision::Forbid, format!("{action} is forbidden by the rule `{pattern}`"));
            }
        }
        // A document may say more than its steps do, never less.
        let risk = plan.steps.iter().filter_map(|step| ActionDef::find(step.action)).map(|def| def.risk).fold(plan.risk, Ord::max);
        if let Some(max) = self.config.max_risk.filter(|max| risk > *max) {
            say(Decision::Forbid, format!("its risk is {risk}, and no more than {max} is allowed"));
        }
        let touched = plan.steps.iter().map(|step| &step.target.id).collect::<HashSet<_>>().len().max(plan.blast_radius);
        if let Some(max) = self.config.max_blast_radius.filter(|max| touched > *max) {
            say(Decision::Forbid, format!("it touches {touched} resources, and no more than {max} are allowed"));
        }
        verdict
    }
}

/// Whether a pattern means an action. A pattern that is no `kind.verb` forbids everything: a rule with a slip in it
/// must not turn into no rule.
fn covers(pattern: &str, action: &str) -> bool {
    match (pattern.trim().split_once('.'), action.split_once('.')) {
        (Some((kind, verb)), Some((its_kind, its_verb))) => (kind == "*" || kind == its_kind) && (verb == "*" || verb == its_verb),
        _ => true,
    }
}
