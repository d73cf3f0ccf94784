//! A resize that fails leaves a machine that ran running, as it was, and says so.

use escher_core::{Cloud, DiscoveryFilter, ErrorKind, Kind, Resource, State};
use escher_providers::aws::AwsCloud;
use serde_json::json;

use crate::local::{cloud, config, connect, cx, discover, now};
use crate::proxy::{Fault, Rule, ec2_error, start};
use crate::seed::Seed;
use crate::steps::{act, step};

/// A running machine in a region of its own, and a connection that this fault befalls.
async fn machine(region: &'static str, action: &'static str, times: usize, fault: Fault) -> (AwsCloud, Resource) {
    let seed = Seed::new(region).await;
    let id = seed.instances("web", 1).await.remove(0);
    let seen = discover(&cloud(region).await, cx(), DiscoveryFilter { kinds: vec![Kind::Vm], ..DiscoveryFilter::default() }).await;
    let cloud = connect(config(&start(vec![Rule { matching: vec![action, region], times, fault }]), region)).await;
    (cloud, seen.aka(&id).clone())
}

/// Resizes, and gives the error, after which everything has to be as before.
async fn fails(cloud: &AwsCloud, vm: &Resource, size: &str) -> escher_core::Error {
    let error = act(cloud, &step(cloud, "vm.resize", vm, &json!({ "size": size }))).await.unwrap_err();
    let after = now(cloud, vm).await.unwrap();
    assert_eq!((after.state, after.text_attr("size"), &after.tags), (Some(State::Running), Some("t3.micro"), &vm.tags), "{error}");
    assert!(!error.is_temporary(), "another try would stop it once more: {error}");
    error
}

#[tokio::test]
async fn a_size_that_cannot_be_is_refused_before_anything_is_stopped() {
    let nothing_is_stopped = ec2_error(500, "InternalError", "this must not be asked");
    let (cloud, vm) = machine("af-south-1", "Action=StopInstances", usize::MAX, nothing_is_stopped).await;
    let error = fails(&cloud, &vm, "m5.nonsense").await;
    assert!(error.kind() == ErrorKind::Invalid && error.message().contains("no size m5.nonsense in af-south-1"), "{error}");
    let error = fails(&cloud, &vm, "m6g.large").await;
    assert!(error.kind() == ErrorKind::Invalid && error.message().contains("for arm64, and the instance is x86_64"), "{error}");
    let tried = cloud.dry_run(&cx(), &step(&cloud, "vm.resize", &vm, &json!({"size": "m6g.large"}))).await.unwrap_err();
    assert_eq!(tried.kind(), ErrorKind::Invalid, "{tried}");
}

#[tokio::test]
async fn a_stop_that_is_refused_leaves_no_mark() {
    let protected = ec2_error(400, "UnsupportedOperation", "it is protected");
    let (cloud, vm) = machine("ap-east-1", "Action=StopInstances", usize::MAX, protected).await;
    let error = fails(&cloud, &vm, "m5.large").await;
    assert!(error.message().contains("it is protected") && error.message().contains("runs with size t3.micro as before"), "{error}");
}

#[tokio::test]
async fn a_change_that_is_refused_is_followed_by_a_start() {
    let unfit = ec2_error(400, "InvalidParameterCombination", "it needs ENA");
    let (cloud, vm) = machine("ap-southeast-1", "Action=ModifyInstanceAttribute", usize::MAX, unfit).await;
    let error = fails(&cloud, &vm, "m5.large").await;
    assert!(error.message().contains("it needs ENA") && error.message().contains("started again with size t3.micro"), "{error}");
}

#[tokio::test]
async fn a_start_that_is_refused_is_followed_by_one_with_the_old_size() {
    let full = ec2_error(500, "InsufficientInstanceCapacity", "no m5.large left here");
    // As often as a call is tried.
    let (cloud, vm) = machine("ap-southeast-2", "Action=StartInstances", 5, full).await;
    let error = fails(&cloud, &vm, "m5.large").await;
    assert!(error.message().contains("no m5.large left") && error.message().contains("started again with size t3.micro"), "{error}");
    act(&cloud, &step(&cloud, "vm.resize", &vm, &json!({"size": "m5.large"}))).await.unwrap();
    assert_eq!(now(&cloud, &vm).await.unwrap().text_attr("size"), Some("m5.large"));
}

#[tokio::test]
async fn what_cannot_be_put_back_is_said() {
    let full = ec2_error(400, "UnsupportedOperation", "it starts no more");
    let (cloud, vm) = machine("ap-southeast-3", "Action=StartInstances", usize::MAX, full).await;
    let error = act(&cloud, &step(&cloud, "vm.resize", &vm, &json!({"size": "m5.large"}))).await.unwrap_err();
    assert!(error.message().contains("is stopped, and could not be restored to t3.micro"), "{error}");
    let after = now(&cloud, &vm).await.unwrap();
    assert_eq!((after.state, &after.tags), (Some(State::Stopped), &vm.tags), "no mark is left");
}

#[tokio::test]
async fn the_trial_asks_for_every_right_that_a_resize_needs() {
    for action in ["CreateTags", "DeleteTags", "StopInstances", "ModifyInstanceAttribute", "StartInstances"] {
        let denied = ec2_error(403, "UnauthorizedOperation", "you may not");
        let action: &'static str = Box::leak(format!("Action={action}").into_boxed_str());
        let (cloud, vm) = machine("ap-southeast-4", action, usize::MAX, denied).await;
        let error = cloud.dry_run(&cx(), &step(&cloud, "vm.resize", &vm, &json!({"size": "m5.large"}))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "{action}: {error}");
    }
}
