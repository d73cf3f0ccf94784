use escher_core::*;
use escher_exec::*;
use serde_json::json;

use crate::fixture::*;

#[tokio::test]
async fn changes_need_an_approval_and_what_is_unknown_is_forbidden() {
    let f = Fixture::vms(3);
    let doc = f.stop_all().await;
    let verdict = DefaultPolicy::default().judge(&doc);
    assert_eq!(verdict, Verdict { decision: Decision::Approve, reasons: vec!["vm.stop changes 3 resources: it needs an approval".into()] });
    let doc = f.plan(&[(Verb::Delete, "name = web-1", json!({}))]).await;
    assert_eq!(DefaultPolicy::default().judge(&doc).reasons, ["vm.delete destroys 1 resource for good: it needs an approval"]);
    let mut strange = doc.clone();
    strange.steps[0].action = "queue.resize".parse().unwrap();
    assert_eq!(DefaultPolicy::default().judge(&strange).decision, Decision::Forbid);
    let empty = PlanDoc { steps: Vec::new(), ..doc };
    assert_eq!(DefaultPolicy::default().judge(&empty).decision, Decision::Forbid);
}

#[tokio::test]
async fn a_person_can_only_tighten_the_rules() {
    let f = Fixture::vms(3);
    let doc = f.stop_all().await;
    let judge = |config: PolicyConfig| DefaultPolicy::new(config).judge(&doc).decision;
    let with = |pattern: &str| PolicyConfig { forbid: vec![pattern.to_owned()], ..PolicyConfig::default() };
    for pattern in ["vm.stop", "*.stop", "vm.*", "*.*", "a slip"] {
        assert_eq!(judge(with(pattern)), Decision::Forbid, "{pattern}");
    }
    for pattern in ["vm.start", "*.delete", "database.*"] {
        assert_eq!(judge(with(pattern)), Decision::Approve, "{pattern}");
    }
    for (max, decision) in [(Risk::Low, Decision::Forbid), (Risk::Medium, Decision::Approve)] {
        assert_eq!(judge(PolicyConfig { max_risk: Some(max), ..PolicyConfig::default() }), decision);
    }
    for (max, decision) in [(2, Decision::Forbid), (3, Decision::Approve)] {
        assert_eq!(judge(PolicyConfig { max_blast_radius: Some(max), ..PolicyConfig::default() }), decision);
    }
    let modest = PlanDoc { risk: Risk::Low, blast_radius: 1, ..doc.clone() };
    let max_risk = PolicyConfig { max_risk: Some(Risk::Low), ..PolicyConfig::default() };
    let max_blast_radius = PolicyConfig { max_blast_radius: Some(2), ..PolicyConfig::default() };
    for config in [max_risk, max_blast_radius] {
        assert_eq!(DefaultPolicy::new(config).judge(&modest).decision, Decision::Forbid, "a document cannot play itself down");
    }
    assert!(serde_json::from_value::<PolicyConfig>(json!({"max_rsik": "low"})).is_err());
}

#[tokio::test]
async fn a_forbidden_plan_cannot_be_approved() {
    let f = Fixture::vms(1);
    let doc = f.stop_all().await;
    let policy = DefaultPolicy::new(PolicyConfig { forbid: vec!["vm.stop".into()], ..PolicyConfig::default() });
    let plan = doc.clone().check(&policy, Moment::Start(WALL.now())).unwrap();
    assert_eq!(Approval::sign(&plan, "ada", WALL.now(), Vec::new(), &key()).unwrap_err().kind(), ErrorKind::Forbidden);
    // An approval from before the rule was there does not help either.
    let before = doc.check(&DefaultPolicy::default(), Moment::Start(WALL.now())).unwrap();
    let approval = Approval::sign(&before, "ada", WALL.now(), Vec::new(), &key()).unwrap();
    assert_eq!(approval.verify(&plan, Some(&key().public()), &[]).unwrap_err().kind(), ErrorKind::Forbidden);
}
