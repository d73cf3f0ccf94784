use escher_core::*;
use escher_exec::*;
use jiff::SignedDuration;
use serde_json::json;

use crate::fixture::*;

/// Nobody has approved yet, and it is the hour of these tests.
pub(crate) fn nobody() -> Occasion<'static> {
    Occasion { at: WALL.now(), approver: None }
}

pub(crate) fn policy(text: &str) -> DefaultPolicy {
    DefaultPolicy::new(PolicyRules::read(text.as_bytes()).unwrap_or_else(|problems| panic!("{text}\n{problems:?}")))
}

#[tokio::test]
async fn changes_need_an_approval_and_what_is_unknown_is_forbidden() {
    let f = Fixture::vms(3);
    let doc = f.stop_all().await;
    let verdict = DefaultPolicy::default().judge(&doc, &nobody());
    assert_eq!((verdict.decision, verdict.reasons()), (Decision::Approve, vec!["vm.stop changes 3 resources".into()]));
    let doc = f.plan(&[(Verb::Delete, "name = web-1", json!({}))]).await;
    let verdict = DefaultPolicy::default().judge(&doc, &nobody());
    assert_eq!(verdict.reasons(), ["vm.delete destroys 1 resource for good"]);
    let mut strange = doc.clone();
    strange.steps[0].action = "queue.resize".parse().unwrap();
    assert_eq!(DefaultPolicy::default().judge(&strange, &nobody()).decision, Decision::Forbid);
    let empty = PlanDoc { steps: Vec::new(), ..doc };
    assert_eq!(DefaultPolicy::default().judge(&empty, &nobody()).decision, Decision::Forbid);
}

#[tokio::test]
async fn a_person_can_only_tighten_the_rules() {
    let f = Fixture::vms(3);
    let doc = f.stop_all().await;
    let judge = |text: &str| policy(text).judge(&doc, &nobody()).decision;
    for pattern in ["vm.stop", "*.stop", "vm.*", "*.*"] {
        assert_eq!(judge(&format!("forbid = ['{pattern}']")), Decision::Forbid, "{pattern}");
    }
    for pattern in ["vm.start", "*.delete", "database.*"] {
        assert_eq!(judge(&format!("forbid = ['{pattern}']")), Decision::Approve, "{pattern}");
    }
    for (text, decision) in [
        ("max_risk = 'low'", Decision::Forbid),
        ("max_risk = 'medium'", Decision::Approve),
        ("max_blast_radius = 2", Decision::Forbid),
        ("max_blast_radius = 3", Decision::Approve),
    ] {
        assert_eq!(judge(text), decision, "{text}");
    }
    let modest = PlanDoc { risk: Risk::Low, blast_radius: 1, ..doc.clone() };
    for text in ["max_risk = 'low'", "max_blast_radius = 2"] {
        assert_eq!(policy(text).judge(&modest, &nobody()).decision, Decision::Forbid, "a document cannot play itself down");
    }
}

#[tokio::test]
async fn a_forbidden_plan_cannot_be_approved() {
    let f = Fixture::vms(1);
    let doc = f.stop_all().await;
    let policy = policy("forbid = ['vm.stop']");
    let plan = doc.clone().check(&policy, Moment::Start(WALL.now()), None).unwrap();
    assert_eq!(Approval::sign(&plan, "ada", WALL.now(), Vec::new(), &key()).unwrap_err().kind(), ErrorKind::Forbidden);
    // An approval from before the rule was there does not help either.
    let before = doc.check(&DefaultPolicy::default(), Moment::Start(WALL.now()), None).unwrap();
    let approval = Approval::sign(&before, "ada", WALL.now(), Vec::new(), &key()).unwrap();
    assert_eq!(approval.verify(&plan, Some(&key().public()), &[]).unwrap_err().kind(), ErrorKind::Forbidden);
}

fn connection(name: &str, endpoint: Option<&str>) -> ApprovedConnection {
    let endpoint = endpoint.map(str::to_owned);
    ApprovedConnection { name: name.into(), cloud: CloudId::Aws, endpoint, profile: None, accounts: vec!["111122223333".into()] }
}

#[tokio::test]
async fn an_approval_verifies_with_its_own_key_content_and_connections_only() {
    let f = Fixture::vms(1);
    let doc = f.stop_all().await;
    let plan = checked(&doc);
    let through = [connection("a", None), connection("b", Some("http://127.0.0.1:1"))];
    let approval = Approval::sign(&plan, "ada", WALL.now(), through.to_vec(), &key()).unwrap();
    let public = key().public();
    assert!(approval.clone().verify(&plan, Some(&public), &through).is_ok());

    let other = SecretKey::from_seed(&[4; 32]).public();
    for key in [None, Some(&other)] {
        assert!(approval.clone().verify(&plan, key, &through).unwrap_err().message().contains("another key"));
    }
    let edits: [fn(&mut Approval); 6] = [
        |approval| approval.by = "eve".into(),
        |approval| approval.at += SignedDuration::from_secs(1),
        |approval| approval.connections[1].endpoint = None,
        |approval| approval.connections[0].accounts.push("999".into()),
        |approval| approval.connections.swap(0, 1),
        |approval| drop(approval.connections.pop()),
    ];
    for edit in edits {
        let mut altered = approval.clone();
        edit(&mut altered);
        // Also where the connections of now were made to fit.
        let fitting = altered.connections.clone();
        assert!(altered.verify(&plan, Some(&public), &fitting).unwrap_err().message().contains("altered"));
    }
    let unsigned = Approval { signature: String::new(), ..approval.clone() };
    assert!(unsigned.verify(&plan, Some(&public), &through).unwrap_err().message().contains("not signed"));

    let [a, b] = &through;
    for now in [
        vec![a.clone()],
        vec![b.clone(), a.clone()],
        vec![a.clone(), b.clone(), connection("c", None)],
        vec![a.clone(), connection("b", Some("http://127.0.0.1:2"))],
        vec![a.clone(), ApprovedConnection { profile: Some("root".into()), ..b.clone() }],
        vec![a.clone(), ApprovedConnection { accounts: vec!["999".into()], ..b.clone() }],
        vec![ApprovedConnection { cloud: CloudId::Gcp, ..a.clone() }, b.clone()],
    ] {
        let error = approval.clone().verify(&plan, Some(&public), &now).unwrap_err();
        assert!(error.kind() == ErrorKind::Stale && error.message().contains("since the plan was approved"), "{error}");
        assert!(matches!(error.next_step(), Some(Next::Approve { .. })), "{error}");
    }
}

#[tokio::test]
async fn an_approval_that_was_given_late_is_for_the_rest_of_a_run_only() {
    let f = Fixture::vms(1);
    let doc = f.stop_all().await;
    let start = || doc.clone().check(&DefaultPolicy::default(), Moment::Start(WALL.now()), None).unwrap();
    assert_eq!(Approval::sign(&start(), "ada", LATER.now(), Vec::new(), &key()).unwrap_err().kind(), ErrorKind::Stale);
    let rest = || doc.clone().check(&DefaultPolicy::default(), Moment::Resume(WALL.now()), None).unwrap();
    let late = Approval::sign(&rest(), "ada", LATER.now(), Vec::new(), &key()).unwrap();
    let public = key().public();
    assert_eq!(late.clone().verify(&start(), Some(&public), &[]).unwrap_err().kind(), ErrorKind::Stale);
    // Verified for the rest, it does not start the whole.
    let verified = || late.clone().verify(&rest(), Some(&public), &[]).unwrap();
    assert_eq!(start().approve(verified()).unwrap_err().kind(), ErrorKind::Stale);
    assert!(rest().approve(verified()).is_ok());
}
