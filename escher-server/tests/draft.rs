//! Frames to templates.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use escher_core::{Action, Brain as _, Capabilities, CloudId, ErrorKind, Kind, PlanTemplate, Result, Utterance, Verb};
use escher_server::OfflineBrain;

fn capabilities() -> Capabilities {
    let mut capabilities = Capabilities::default();
    for cloud in [CloudId::Azure, CloudId::Aws] {
        for (kind, verb) in [
            (Kind::Vm, Verb::Stop),
            (Kind::Vm, Verb::Resize),
            (Kind::Database, Verb::Stop),
            (Kind::Vm, Verb::Tag),
            (Kind::Vm, Verb::Untag),
            (Kind::Vm, Verb::Start),
            (Kind::Vm, Verb::Snapshot),
            (Kind::Firewall, Verb::ClosePort),
            (Kind::Firewall, Verb::OpenPort),
            (Kind::Bucket, Verb::MakePrivate),
            (Kind::Bucket, Verb::EnableVersioning),
        ] {
            capabilities.actions.push((cloud, Action { kind, verb }));
        }
    }
    capabilities
}

async fn draft(text: &str) -> Result<PlanTemplate> {
    let brain = OfflineBrain::new();
    let utterance = Utterance { text: text.to_owned(), history: Vec::new(), now: "2026-11-20T12:00:00Z".parse().unwrap() };
    let frame = brain.interpret(&utterance).await.unwrap();
    brain.draft(&frame, &capabilities()).await
}

#[tokio::test]
async fn goals_are_plain_sentences() {
    for (text, goal) in [
        ("stop all idle VMs in Azure West US", "Stop idle VMs in Azure West US"),
        ("stop web-1", "Stop web-1"),
        ("shut down the dev databases in us-east-1", "Stop dev databases in us-east-1"),
        ("resize vm web-1 to m5.large", "Resize VM web-1 to m5.large"),
        ("tag the prod vms with owner=bob", "Tag prod VMs with owner=bob"),
        ("remove tag owner from dev VMs", "Remove tag owner from dev VMs"),
        ("start prod VMs that are stopped", "Start stopped prod VMs"),
        ("stop idle running dev VMs", "Stop idle running dev VMs"),
        ("snapshot vm web-1", "Take a snapshot of VM web-1"),
        ("stop VMs tagged team=data", "Stop VMs where tag.team = data"),
        ("close port 22 on all public security groups", "Close port 22 on public firewalls"),
        ("open port 443 to the internet on security group sg-web", "Open port 443 on firewall sg-web to 0.0.0.0/0"),
        ("make the public buckets in prod private", "Make public prod buckets private"),
        ("enable versioning on bucket logs-1", "Enable versioning on bucket logs-1"),
    ] {
        assert_eq!(draft(text).await.unwrap().goal, goal, "{text}");
    }
}

#[tokio::test]
async fn a_template_is_one_step_over_the_frames_selector() {
    let template = draft("stop all idle VMs in Azure West US").await.unwrap();
    let [step] = template.steps.as_slice() else { panic!("{template:?}") };
    assert_eq!(step.verb, Verb::Stop);
    assert_eq!(step.selector.to_string(), "cloud = azure AND kind = vm AND region = westus AND idle");
    assert!(step.params.is_empty());
}

#[tokio::test]
async fn what_cannot_be_planned_is_refused_with_a_hint() {
    for (text, kind) in [
        ("list idle VMs", ErrorKind::Invalid),
        ("stop everything", ErrorKind::Invalid),
        ("How do I delete a VM in GCP?", ErrorKind::Invalid),
        ("Don't stop the prod VMs", ErrorKind::Invalid),
        ("stop production database in GCP project-x", ErrorKind::Unsupported),
        ("delete bucket logs-1", ErrorKind::Unsupported),
    ] {
        let error = draft(text).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{text}: {error}");
        assert!(error.hint_text().is_some(), "{text}: {error}");
    }
}

#[tokio::test]
async fn a_frame_that_was_widened_on_its_way_is_refused() {
    let brain = OfflineBrain::new();
    let utterance = Utterance { text: "stop web-1".to_owned(), history: Vec::new(), now: "2026-11-20T12:00:00Z".parse().unwrap() };
    let mut frame = brain.interpret(&utterance).await.unwrap();
    for selector in ["", "kind = vm"] {
        frame.selector = selector.parse().unwrap();
        assert_eq!(brain.draft(&frame, &capabilities()).await.unwrap_err().kind(), ErrorKind::Invalid, "{selector}");
    }
}
