//! The rules that decide what may run: the default ones, and those that a person adds in `policy.toml`.

mod freeze;
mod read;
mod rules;

use std::collections::BTreeMap;

use escher_core::{ActionDef, Decision, Effect, Occasion, PlanDoc, Policy, Verdict, WallTime};

pub use read::PolicyProblem;
pub use rules::{POLICY_FILE, PolicyRule, PolicyRules, RuleKind};

/// Reads are allowed, changes need an approval, everything else is forbidden.
#[derive(Clone, Debug, Default)]
pub struct DefaultPolicy {
    rules: PolicyRules,
}

impl DefaultPolicy {
    /// The default rules, tightened.
    pub fn new(rules: PolicyRules) -> Self {
        Self { rules }
    }

    /// All rules, the default ones first; of windows whether they are open at `occasion`'s time.
    pub fn shown(&self, at: WallTime) -> Vec<PolicyRule> {
        let default = |text: &str| PolicyRule { kind: RuleKind::Default, text: text.to_owned(), ..PolicyRule::default() };
        let mut shown = vec![
            default("an action that only reads is allowed"),
            default("a change needs approval"),
            default("an action outside the catalog is forbidden, and so is a plan without steps"),
        ];
        shown.extend(self.rules.shown(at.timestamp()));
        shown
    }
}

impl Policy for DefaultPolicy {
    fn judge(&self, plan: &PlanDoc, occasion: &Occasion<'_>) -> Verdict {
        let mut verdict = Verdict::of(Decision::Allow);
        if plan.steps.is_empty() {
            verdict.say(Decision::Forbid, "the plan has no steps");
        }
        // A line per action, not per step.
        let mut actions = BTreeMap::new();
        for step in &plan.steps {
            *actions.entry(step.action).or_insert(0_usize) += 1;
        }
        for (action, count) in actions {
            let what = rules::resources(count);
            match ActionDef::find(action).map(|def| def.effect) {
                None => verdict.say(Decision::Forbid, format!("{action} is not in the catalog")),
                Some(Effect::Reads) => verdict.say(Decision::Allow, format!("{action} only reads")),
                Some(Effect::Mutates) => verdict.say(Decision::Approve, format!("{action} changes {what}")),
                Some(Effect::Destroys) => {
                    verdict.say(Decision::Approve, format!("{action} destroys {what} for good"));
                }
            }
        }
        self.rules.judge(plan, occasion, &mut verdict);
        verdict
    }
}
