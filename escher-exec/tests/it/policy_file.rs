//! `policy.toml`: what it says, what is refused in it and where, and that no rule in it loosens anything.

use std::collections::BTreeMap;

use escher_core::plan::{DryRun, OnFailure, Retry, SCHEMA};
use escher_core::*;
use escher_exec::*;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Map;

use crate::fixture::{Fixture, WALL, now};
use crate::policy::{nobody, policy};

/// The first problem, as `line:column: message (hint)`.
fn problem(text: &str) -> String {
    let problems = PolicyRules::read(text.as_bytes()).expect_err(text);
    let first = &problems[0];
    assert!(!first.hint.is_empty(), "{first:?}");
    format!("{}:{}: {} ({})", first.line, first.column, first.message, first.hint)
}

#[test]
fn what_is_wrong_in_a_file_is_told_with_its_place_and_what_to_do() {
    for (text, place, says) in [
        ("max_rsik = 'low'", "1:1", "`max_rsik` is not a key of this file (the keys are: max_risk,"),
        ("forbid = '*.delete'", "1:10", "this is a list of rules, not a string"),
        ("\n  max_risk = 'huge'", "2:14", "huge"),
        ("max_blast_radius = -1", "1:20", "-1"),
        ("max_risk = 'low'\nmax_risk = 'high'", "2:1", "duplicate key"),
        ("forbid = [\"*.delete\", \"*.destroy\"]", "1:23", "`*.destroy` is not an action"),
        ("forbid = ['vm.rotate']", "1:11", "matches no action in the catalog"),
        ("forbid = ['*.delete'\n", "1:21", ""),
        ("forbid = ['delete']", "1:11", "there is no dot in it"),
        ("forbid = ['droplet.delete']", "1:11", "`droplet.delete` is not an action"),
        ("forbid = [{ action = '*.delete', wher = 'env = prod' }]", "1:34", "unknown field `wher`"),
        ("[[forbid]]\naction = '*.delete'\nwher = 'env = prod'", "3:1", "unknown field `wher`"),
        ("[[forbid]]\nwhere = 'env = prod'", "1:1", "missing field `action`"),
        ("forbid = [{ action = '*.delete', where = 'env = prod AND kind = vmm' }]", "1:65", "found `vmm`"),
        ("forbid = [{ action = '*.delete', where = \"env = \\u0070rod AND\" }]", "1:42", "in `where`, found the end"),
        ("forbid = [{ action = '*.delete', where = 'cost > $100' }]", "1:42", "does not record"),
        ("forbid = [{ action = '*.delete', where = 'linked IN (env = prod)' }]", "1:42", "does not record"),
        ("forbid = [{ action = 'vm.delete', where = 'kind = database' }]", "1:43", "no target of `vm.delete`"),
        ("forbid = [7]", "1:11", "an action such as"),
        ("freeze = [{ reason = 'x' }]", "1:11", "the freeze does not say when"),
        ("freeze = [{ from = 2026-01-01T00:00:00Z }]", "1:11", "missing field `reason`"),
        ("freeze = [{ reason = ' ', from = 2026-01-01T00:00:00Z }]", "1:11", "needs a reason"),
        ("freeze = [{ reason = 'x', from = 2026-01-01 }]", "1:34", "needs a time zone"),
        ("freeze = [{ reason = 'x', from = '2026-01-01' }]", "1:34", "TOML datetime"),
        ("freeze = [{ reason = 'x', from = 09:00:00, tz = 'UTC' }]", "1:34", "needs a date"),
        ("freeze = [{ reason = 'x', from = 2026-02-01T00:00:00Z, to = 2026-01-01T00:00:00Z }]", "1:61", "ends before it begins"),
        ("freeze = [{ reason = 'x', days = ['mon'] }]", "1:11", "need a time zone"),
        ("freeze = [{ reason = 'x', days = ['mon', 'payday'], tz = 'UTC' }]", "1:42", "`payday` is not a day"),
        ("freeze = [{ reason = 'x', days = [], tz = 'UTC' }]", "1:11", "freeze nothing"),
        ("freeze = [{ reason = 'x', hours = '9-17', tz = 'UTC' }]", "1:35", "not a range of hours"),
        ("freeze = [{ reason = 'x', hours = '09:00-09:00', tz = 'UTC' }]", "1:35", "not a range of hours"),
        ("freeze = [{ reason = 'x', hours = '09:00-24:01', tz = 'UTC' }]", "1:35", "not a range of hours"),
        ("freeze = [{ reason = 'x', hours = '09:00-17:00', tz = 'Mars/Base' }]", "1:55", "`Mars/Base` is unknown"),
        ("approvers = [{ only = [] }]", "1:23", "`only` is empty"),
        ("approvers = [{ only = ['ada'], action = 'vm.dance' }]", "1:41", "`vm.dance` is not an action"),
    ] {
        let told = problem(text);
        assert!(told.starts_with(&format!("{place}: ")) && told.contains(says), "{text}\n{told}");
    }
    let bytes = PolicyRules::read(b"max_risk = 'low'\n# \xff").unwrap_err();
    assert_eq!((bytes[0].line, bytes[0].column, bytes[0].message.as_str()), (2, 3, "this is not UTF-8"));
    // All slips are told at once, whatever their kind, in the order in which they stand there.
    let mixed = "forbid = [7, 'a.b']\nmax_risk = 'huge'\nfreeze = [{ reason = 'x' }, { until = 1 }]\nmax = 1\n";
    let places: Vec<usize> = PolicyRules::read(mixed.as_bytes()).unwrap_err().iter().map(|problem| problem.line).collect();
    assert_eq!(places, [1, 1, 2, 3, 3, 4]);
    assert_eq!(PolicyRules::read(b"max_risk = \nforbid = [\n").unwrap_err().len(), 2);
    assert_eq!(PolicyRules::read(b"forbid = ['a.b', '*.delete', 'c']").unwrap_err().len(), 2);
}

#[test]
fn an_empty_file_has_no_rules_and_a_full_one_has_each() {
    assert!(PolicyRules::read(b"").unwrap().is_empty());
    let full = "\u{feff}max_risk = 'high' # at most\r\nmax_blast_radius = 50\r\n\
        forbid = ['*.delete', { action = 'vm.*', where = 'env = prod', reason = 'tickets' }]\r\n\
        [[freeze]]\r\nreason = 'year end'\r\nfrom = 2026-12-20\r\nto = 2027-01-02\r\ntz = 'Europe/Berlin'\r\n\
        [[freeze]]\r\nreason = 'business'\r\ndays = ['mon-fri']\r\nhours = '09:00-17:00'\r\ntz = 'UTC'\r\nwhere = 'env = prod'\r\n\
        [[approvers]]\r\naction = 'database.*'\r\nonly = ['ada', 'grace']\r\n";
    let told: Vec<(Option<usize>, String)> = policy(full).shown(WALL.now()).into_iter().map(|rule| (rule.line, rule.text)).collect();
    let told: Vec<String> = told.into_iter().filter_map(|(line, text)| Some(format!("{}: {text}", line?))).collect();
    assert_eq!(
        told,
        [
            "1: no plan may have a risk above high",
            "2: no plan may touch more than 50 resources",
            "3: `*.delete` is forbidden",
            "3: `vm.*` is forbidden where `env = prod`: tickets",
            "4: changes are frozen from 2026-12-19T23:00:00Z until 2027-01-02T23:00:00Z: year end",
            "9: changes to resources where `env = prod` are frozen Monday to Friday from 09:00 to 17:00 (UTC): business",
            "15: only ada or grace may approve `database.*`",
        ]
    );
}

/// A plan of one step on a resource like this.
fn step_on(action: &str, change: impl FnOnce(&mut Target)) -> PlanDoc {
    let action: Action = action.parse().unwrap();
    let def = ActionDef::find(action).unwrap();
    let flags = Flag::ALL.iter().map(|&flag| (flag, None)).collect();
    let mut target = Target {
        id: ResourceId::new(CloudId::Aws, "i-1"),
        name: "web-1".into(),
        cloud: CloudId::Aws,
        account: "111122223333".into(),
        region: "us-east-1".into(),
        native: "ec2:instance".into(),
        observed: String::new(),
        facts: Some(TargetFacts { account_name: None, env: Some(Env::Prod), tags: Some(BTreeMap::new()), flags }),
    };
    change(&mut target);
    let step = Step {
        id: StepId::numbered(1),
        action,
        target,
        params: Map::new(),
        needs: Vec::new(),
        effect: def.effect,
        preconditions: Vec::new(),
        dry_run: DryRun::None,
        verify: Vec::new(),
        compensate: None,
        timeout: "1s".into(),
        retry: Retry { max_attempts: 1 },
        on_failure: OnFailure::Stop,
        cli: Vec::new(),
        impact: String::new(),
    };
    let made = now();
    PlanDoc {
        schema: SCHEMA,
        id: "pl_1".parse().unwrap(),
        goal: String::new(),
        origin: Some(PlanOrigin::Ask),
        digest: String::new(),
        created: made,
        expires: made,
        principal: String::new(),
        risk: def.risk,
        decision: Decision::Forbid,
        reasons: Vec::new(),
        blast_radius: 1,
        steps: vec![step],
        warnings: Vec::new(),
    }
}

/// Whether a rule that forbids everything `where` is so matches the target: for sure, perhaps, or not.
fn matches(filter: &str, change: impl FnOnce(&mut Target)) -> Truth {
    let verdict = policy(&format!("forbid = [{{ action = '*.*', where = '{filter}' }}]")).judge(&step_on("vm.stop", change), &nobody());
    let found = verdict.findings.iter().find(|finding| finding.line.is_some());
    assert_eq!(found.is_some(), verdict.decision == Decision::Forbid);
    found.map_or(Some(false), |found| found.undecided.is_empty().then_some(true))
}

#[test]
fn where_is_judged_by_the_facts_of_the_plan_and_what_they_leave_open_counts_as_matching() {
    let facts = |change: fn(&mut TargetFacts)| move |target: &mut Target| change(target.facts.as_mut().unwrap());
    for (filter, expected) in [
        ("env = prod", Some(true)),
        ("env = dev", Some(false)),
        ("NOT env = prod", Some(false)),
        ("cloud = aws AND kind = vm AND region = us-east-1 AND geo = us", Some(true)),
        ("service = ec2 AND type = ec2:instance AND id = i-1 AND name ~ web", Some(true)),
        ("name = db-1 OR region = eu-west-1", Some(false)),
        ("account = 111122223333", Some(true)),
        ("account = 444455556666", Some(false)),
        // Its display name is not known, and this may be it.
        ("account = payments", None),
        ("NOT account = payments", None),
        ("account IN (payments, 111122223333)", Some(true)),
        ("account != 111122223333", Some(false)),
        ("tag.owner EXISTS", Some(false)),
        ("tag.owner = ada", None),
        ("tag.owner EXISTS AND tag.owner = ada", Some(false)),
        ("env = prod AND tag.owner = ada", None),
        ("env = dev AND tag.owner = ada", Some(false)),
        ("public", None),
        ("NOT public", None),
    ] {
        assert_eq!(matches(filter, |_| ()), expected, "{filter}");
    }
    assert_eq!(matches("env = prod", facts(|facts| facts.env = None)), None);
    assert_eq!(matches("NOT env EXISTS", facts(|facts| facts.env = None)), Some(true));
    assert_eq!(matches("account = payments", facts(|facts| facts.account_name = Some("payments".into()))), Some(true));
    assert_eq!(matches("account = payments", facts(|facts| facts.account_name = Some("search".into()))), Some(false));
    assert_eq!(
        matches(
            "public",
            facts(|facts| {
                facts.flags.insert(Flag::Public, Some(true));
            })
        ),
        Some(true)
    );
    assert_eq!(
        matches(
            "public",
            facts(|facts| {
                facts.flags.insert(Flag::Public, Some(false));
            })
        ),
        Some(false)
    );
    // The name does not make the environment once more, and tags that are unknown are no tags that are absent.
    assert_eq!(matches("env = dev", |target| target.name = "dev-1".into()), Some(false));
    assert_eq!(matches("tag.owner EXISTS", facts(|facts| facts.tags = None)), None);
    // A region that may be unknown decides nothing.
    for filter in ["region = us-east-1", "region != us-east-1", "geo = us", "region EXISTS", "NOT region = global"] {
        assert_eq!(matches(filter, |target| target.region = "global".into()), None, "{filter}");
    }
    // Documents of the version before have no facts at all.
    for filter in ["env = dev", "env EXISTS", "tag.owner EXISTS", "public", "account = payments"] {
        assert_eq!(matches(filter, |target| target.facts = None), None, "{filter}");
    }
    assert_eq!(matches("kind = database", |target| target.facts = None), Some(false));
}

#[test]
fn a_reason_names_the_rule_its_line_and_what_could_not_be_decided() {
    let rules = "max_risk = 'low'\n\nforbid = [\n  { action = 'vm.*', where = 'tag.owner = ada', reason = 'ask Ada' },\n]";
    let verdict = policy(rules).judge(&step_on("vm.stop", |_| ()), &nobody());
    assert_eq!(
        verdict.reasons(),
        [
            "policy.toml line 1 allows no risk above low, and this plan's risk is medium",
            "policy.toml line 4 forbids vm.stop (`vm.*` where `tag.owner = ada`): ask Ada; \
             1 target lacks the data to decide and counts as matching: web-1",
        ]
    );
    assert_eq!((verdict.findings[2].line, verdict.findings[2].undecided.as_slice()), (Some(4), ["web-1".to_owned()].as_slice()));
}

fn frozen(rule: &str, at: fn() -> Timestamp) -> bool {
    let rules = policy(&format!("freeze = [{{ reason = 'x', {rule} }}]"));
    let occasion = Occasion { at: WallClock::new(at).now(), approver: None };
    rules.judge(&step_on("vm.stop", |_| ()), &occasion).decision == Decision::Forbid
}

macro_rules! at {
    ($text:literal) => {
        || $text.parse().unwrap()
    };
}

#[test]
fn a_freeze_holds_in_its_window_and_in_its_zone() {
    let year_end = "from = 2026-12-20T18:00:00Z, to = 2027-01-02T06:00:00+01:00";
    assert!(!frozen(year_end, at!("2026-12-20T17:59:59Z")));
    assert!(frozen(year_end, at!("2026-12-20T18:00:00Z")));
    assert!(frozen(year_end, at!("2027-01-02T04:59:59Z")));
    assert!(!frozen(year_end, at!("2027-01-02T05:00:00Z")));
    assert!(frozen("from = 2026-12-20T18:00:00Z", at!("2031-01-01T00:00:00Z")));
    // A day alone is the whole day, where it is said to be.
    let days = "from = 2026-12-24, to = 2026-12-26, tz = 'America/New_York'";
    assert!(!frozen(days, at!("2026-12-24T04:59:59Z")));
    assert!(frozen(days, at!("2026-12-24T05:00:00Z")));
    assert!(frozen(days, at!("2026-12-27T04:59:59Z")));
    assert!(!frozen(days, at!("2026-12-27T05:00:00Z")));
    // 2026-11-02 is a Monday; Berlin is an hour ahead of UTC in winter and two in summer.
    let business = "days = ['mon-thu', 'friday'], hours = '09:00-17:00', tz = 'Europe/Berlin'";
    assert!(!frozen(business, at!("2026-11-02T07:59:59Z")));
    assert!(frozen(business, at!("2026-11-02T08:00:00Z")));
    assert!(!frozen(business, at!("2026-11-02T16:00:00Z")));
    assert!(frozen(business, at!("2026-07-06T07:00:00Z")));
    assert!(!frozen(business, at!("2026-11-01T10:00:00Z")));
    // Over midnight it belongs to the day on which it began.
    let night = "days = ['fri'], hours = '22:00-06:00', tz = '+02:00'";
    assert!(frozen(night, at!("2026-11-06T20:00:00Z")));
    assert!(frozen(night, at!("2026-11-07T03:59:59Z")));
    assert!(!frozen(night, at!("2026-11-07T04:00:00Z")));
    assert!(!frozen(night, at!("2026-11-06T02:00:00Z")));
    assert!(frozen("days = ['sat', 'sun'], tz = 'UTC'", at!("2026-11-07T23:59:59Z")));
    assert!(frozen("hours = '18:00-24:00', tz = 'UTC'", at!("2026-11-07T23:59:59Z")));
    // Both: the hours within the dates.
    let both = "from = 2026-11-02T00:00:00Z, to = 2026-11-03T00:00:00Z, hours = '08:00-09:00', tz = 'UTC'";
    assert!(frozen(both, at!("2026-11-02T08:30:00Z")) && !frozen(both, at!("2026-11-03T08:30:00Z")));
    // Only where it is so, and where nobody knows.
    assert!(!frozen("from = 2026-01-01T00:00:00Z, where = 'env = dev'", at!("2026-11-02T08:30:00Z")));
    assert!(frozen("from = 2026-01-01T00:00:00Z, where = 'tag.a = b'", at!("2026-11-02T08:30:00Z")));
}

#[test]
fn only_those_who_are_named_may_approve() {
    let rules = policy("approvers = [{ only = ['ada', 'grace'], where = 'env = prod' }]");
    let judge = |approver: Option<&str>, env: Env| {
        let plan = step_on("vm.stop", |target| target.facts.as_mut().unwrap().env = Some(env));
        rules.judge(&plan, &Occasion { at: WALL.now(), approver })
    };
    assert_eq!(judge(Some("ada"), Env::Prod).decision, Decision::Approve);
    assert_eq!(judge(None, Env::Prod).decision, Decision::Approve);
    assert!(judge(None, Env::Prod).reasons()[1].contains("lets only ada or grace approve vm.stop"));
    for stranger in ["eve", "Ada", ""] {
        assert_eq!(judge(Some(stranger), Env::Prod).decision, Decision::Forbid, "{stranger}");
    }
    assert_eq!(judge(Some("eve"), Env::Dev).decision, Decision::Approve);
}

#[tokio::test]
async fn a_plan_of_the_planner_carries_what_its_policy_says() {
    let f = Fixture::vms(2);
    let doc = f.stop_all().await;
    let rules = policy("forbid = [{ action = '*.stop', where = 'env = dev AND tag.owner = ada' }]");
    assert_eq!(rules.judge(&doc, &nobody()).decision, Decision::Forbid);
    let checked = doc.check(&rules, Moment::Start(WALL.now()), None).unwrap();
    assert_eq!(checked.doc().decision, Decision::Forbid);
}

const FILTERS: &[&str] =
    &["env = prod", "NOT env = prod", "tag.owner = ada", "public", "NOT public", "account = payments", "region = us-east-1", "cloud = gcp"];

fn any_filter() -> impl Strategy<Value = String> {
    let one = proptest::sample::select(FILTERS).prop_map(str::to_owned);
    proptest::option::of((one.clone(), proptest::bool::ANY, one)).prop_map(|filter| match filter {
        None => String::new(),
        Some((a, true, b)) => format!(", where = '{a} AND {b}'"),
        Some((a, false, b)) => format!(", where = '({a}) OR {b}'"),
    })
}

/// A rule in a table of its own, so that any of them stand in one file.
fn any_rule() -> impl Strategy<Value = String> {
    let pattern = proptest::sample::select(&["*.*", "vm.*", "*.delete", "vm.stop", "*.start", "database.delete"][..]);
    let window = proptest::sample::select(
        &["from = 2026-10-01T00:00:00Z", "to = 2026-10-01T00:00:00Z", "days = ['sun']\ntz = 'UTC'", "hours = '11:00-13:00'\ntz = 'UTC'"][..],
    );
    let filter = || any_filter().prop_map(|filter| filter.replacen(", ", "", 1));
    prop_oneof![
        (pattern.clone(), filter()).prop_map(|(pattern, filter)| format!("[[forbid]]\naction = '{pattern}'\n{filter}\n")),
        (window, filter()).prop_map(|(window, filter)| format!("[[freeze]]\nreason = 'x'\n{window}\n{filter}\n")),
        (pattern, filter()).prop_map(|(pattern, filter)| format!("[[approvers]]\nonly = ['ada']\naction = '{pattern}'\n{filter}\n")),
    ]
}

/// What stands before all tables.
fn any_limits() -> impl Strategy<Value = Vec<String>> {
    let risk =
        proptest::sample::select(&["read", "low", "medium", "high", "critical"][..]).prop_map(|risk| format!("max_risk = '{risk}'\n"));
    let radius = (0_usize..5).prop_map(|most| format!("max_blast_radius = {most}\n"));
    (proptest::option::of(risk), proptest::option::of(radius)).prop_map(|(risk, radius)| risk.into_iter().chain(radius).collect())
}

fn any_plan() -> impl Strategy<Value = PlanDoc> {
    let action = proptest::sample::select(&["vm.stop", "vm.delete", "vm.start", "database.delete"][..]);
    let env = proptest::option::of(proptest::sample::select(&[Env::Prod, Env::Dev][..]));
    let truth = proptest::option::of(proptest::bool::ANY);
    let tags = proptest::option::of(proptest::option::of(Just("ada")));
    (action, env, truth, tags, proptest::bool::ANY, 0_usize..6).prop_map(|(action, env, public, tags, has_facts, radius)| {
        let mut plan = step_on(action, |target| {
            let facts = target.facts.as_mut().unwrap();
            facts.env = env;
            facts.flags.insert(Flag::Public, public);
            facts.tags = tags.map(|owner| owner.map(|owner| ("owner".to_owned(), owner.to_owned())).into_iter().collect());
            target.facts.take_if(|_| !has_facts);
        });
        plan.blast_radius = radius;
        plan
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn adding_a_rule_never_loosens_a_verdict(
        limits in any_limits(),
        rules in proptest::collection::vec(any_rule(), 0..5),
        added in 0_usize..7,
        plan in any_plan(),
        approver in proptest::option::of(proptest::sample::select(&["ada", "eve"][..])),
    ) {
        let judge = |limits: &[String], rules: &[String]| {
            let text = format!("{}{}", limits.concat(), rules.concat());
            policy(&text).judge(&plan, &Occasion { at: WALL.now(), approver })
        };
        let all = judge(&limits, &rules);
        let default = DefaultPolicy::default().judge(&plan, &nobody()).decision;
        prop_assert!(all.decision >= default);
        let (mut fewer_limits, mut fewer) = (limits.clone(), rules.clone());
        if added < fewer.len() {
            fewer.remove(added);
        } else {
            fewer_limits.pop();
        }
        let without = judge(&fewer_limits, &fewer);
        prop_assert!(all.decision >= without.decision, "{rules:?} {limits:?}");
        prop_assert!(without.findings.iter().all(|finding| all.findings.iter().any(|same| same.decision == finding.decision)));
    }

    #[test]
    fn a_target_that_reports_less_is_never_judged_more_mildly_by_what_is_forbidden(rule in any_filter(), plan in any_plan()) {
        // Of a positive condition: what NOT turns around is another rule.
        prop_assume!(!rule.contains("NOT"));
        let rules = policy(&format!("forbid = [{{ action = '*.*'{rule} }}]"));
        let mut silent = plan.clone();
        for step in &mut silent.steps {
            step.target.facts = None;
        }
        let (full, less) = (rules.judge(&plan, &nobody()).decision, rules.judge(&silent, &nobody()).decision);
        prop_assert!(less >= full, "{rule}: {full:?} {less:?}");
    }

    #[test]
    fn no_text_is_too_odd_to_be_read(text in "(forbid|freeze|max_risk|\\[\\[|\\]\\]|=|'|\"|\\{|\\}|where|,|\n|[a-z*. 0-9:é-]){0,40}") {
        if let Err(problems) = PolicyRules::read(text.as_bytes()) {
            prop_assert!(!problems.is_empty());
            for problem in problems {
                let line = text.split('\n').nth(problem.line - 1).unwrap_or_default();
                prop_assert!(problem.column >= 1 && problem.column <= line.chars().count() + 1, "{problem:?}");
            }
        }
    }
}

#[test]
fn rules_read_as_sentences_in_every_shape() {
    let shown = |rules: &str| policy(rules).shown(WALL.now()).into_iter().find(|rule| rule.line.is_some()).unwrap().text;
    let freeze = |rule: &str| shown(&format!("freeze = [{{ reason = 'x', {rule} }}]"));
    assert_eq!(shown("max_blast_radius = 1"), "no plan may touch more than 1 resource");
    assert_eq!(shown("max_blast_radius = 20"), "no plan may touch more than 20 resources");
    assert_eq!(freeze("hours = '22:00-06:00', tz = 'UTC'"), "changes are frozen every day from 22:00 to 06:00 (UTC): x");
    assert_eq!(freeze("days = ['sun'], tz = 'UTC'"), "changes are frozen every Sunday (UTC), in effect now: x");
    assert_eq!(freeze("days = ['sat', 'sun'], tz = 'UTC'"), "changes are frozen every Saturday and Sunday (UTC), in effect now: x");
    assert_eq!(freeze("days = ['mon', 'wed', 'fri'], tz = 'UTC'"), "changes are frozen every Monday, Wednesday and Friday (UTC): x");
    assert_eq!(
        freeze("days = ['tue-thu'], tz = 'UTC', from = 2036-01-01, to = 2036-01-31"),
        "changes are frozen Tuesday to Thursday (UTC), from 2036-01-01T00:00:00Z until 2036-02-01T00:00:00Z: x"
    );
    assert_eq!(shown("approvers = [{ action = '*.delete', only = ['ada', 'bob', 'eve'] }]"), "only ada, bob or eve may approve `*.delete`");
}
