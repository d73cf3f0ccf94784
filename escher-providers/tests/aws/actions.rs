//! Every action of EC2: tried, done, seen, taken back.

use escher_core::{Cloud, DiscoveryFilter, ErrorKind, Kind, State};
use serde_json::json;

use crate::local::{cloud, cx, discover, now, target};
use crate::seed::Seed;
use crate::steps::{act, act_in, nothing, step, there_and_back, try_only, verified};

#[tokio::test]
async fn machines_stop_start_and_change_size() {
    let seed = Seed::new("eu-west-1").await;
    let id = seed.instances("web", 1).await.remove(0);
    let cloud = cloud(seed.region).await;
    let seen = discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Vm], ..DiscoveryFilter::default() }).await;
    let vm = seen.aka(&id);
    assert_eq!((vm.name.as_str(), vm.state), ("web", Some(State::Running)));

    there_and_back(&cloud, vm, "vm.stop", nothing()).await;
    there_and_back(&cloud, vm, "vm.resize", json!({"size": "m5.large"})).await;
    assert_eq!(now(&cloud, vm).await.unwrap().state, Some(State::Running), "a machine that ran runs after a resize");

    act(&cloud, &step(&cloud, "vm.stop", vm, &nothing())).await.unwrap();
    there_and_back(&cloud, vm, "vm.start", nothing()).await;
    there_and_back(&cloud, vm, "vm.resize", json!({"size": "m5.large"})).await;
    assert_eq!(now(&cloud, vm).await.unwrap().state, Some(State::Stopped), "a machine that was stopped stays so");
    act(&cloud, &step(&cloud, "vm.start", vm, &nothing())).await.unwrap();

    let restart = step(&cloud, "vm.restart", vm, &nothing());
    try_only(&cloud, &now(&cloud, vm).await.unwrap(), &restart).await;
    act(&cloud, &restart).await.unwrap();
    assert!(verified(&cloud, &restart, now(&cloud, vm).await.as_ref()));

    let delete = step(&cloud, "vm.delete", vm, &nothing());
    try_only(&cloud, &now(&cloud, vm).await.unwrap(), &delete).await;
    assert!(cloud.undo(&delete, vm).is_empty());
    act(&cloud, &delete).await.unwrap();
    assert!(verified(&cloud, &delete, now(&cloud, vm).await.as_ref()));
    act(&cloud, &delete).await.unwrap();
}

#[tokio::test]
async fn a_resize_that_broke_off_is_carried_on() {
    let seed = Seed::new("eu-west-2").await;
    let id = seed.instances("web", 1).await.remove(0);
    let cloud = cloud(seed.region).await;
    let seen = discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Vm], ..DiscoveryFilter::default() }).await;
    let vm = seen.aka(&id);
    let resize = step(&cloud, "vm.resize", vm, &json!({"size": "m5.large"}));

    // Broken off after the stop: the mark tells the second try that the machine ran.
    let mark = aws_sdk_ec2::types::Tag::builder().key("escher:start-after-resize").value("true").build();
    seed.ec2.create_tags().resources(&id).tags(mark.clone()).send().await.unwrap();
    seed.ec2.stop_instances().instance_ids(&id).send().await.unwrap();
    act(&cloud, &resize).await.unwrap();
    let after = now(&cloud, vm).await.unwrap();
    assert_eq!((after.state, after.text_attr("size")), (Some(State::Running), Some("m5.large")));
    assert_eq!(after.tags, vm.tags, "no mark is left");

    // Broken off after the change: only the start is missing, and until then it does not count as done.
    seed.ec2.create_tags().resources(&id).tags(mark).send().await.unwrap();
    seed.ec2.stop_instances().instance_ids(&id).send().await.unwrap();
    assert!(!verified(&cloud, &resize, now(&cloud, vm).await.as_ref()));
    act(&cloud, &resize).await.unwrap();
    assert_eq!(now(&cloud, vm).await.unwrap(), after);
}

#[tokio::test]
async fn tags_of_every_type_come_back() {
    let seed = Seed::new("eu-west-3").await;
    let instance = seed.instances("web", 1).await.remove(0);
    let volume = seed.volume("data").await;
    let ids =
        [seed.snapshot(&volume).await, seed.image(&instance).await, seed.address().await, seed.firewall("tagged").await, instance, volume];
    let cloud = cloud(seed.region).await;
    let seen = discover(&cloud, cx(), DiscoveryFilter::default()).await;
    let others = ["ec2:vpc", "ec2:subnet"].map(|native| seen.of(native)[0]);
    for resource in ids.iter().map(|id| seen.aka(id)).chain(others) {
        let kind = resource.kind;
        let had_env = resource.tag_values("env").next().is_some();
        let undo = there_and_back(&cloud, resource, &format!("{kind}.tag"), json!({"tags": {"env": "prod", "owner": "ann"}})).await;
        assert_eq!(undo.len(), if had_env { 2 } else { 1 }, "{kind}");
        let tag = step(&cloud, &format!("{kind}.tag"), resource, &json!({"tags": {"cost": "42"}}));
        act(&cloud, &tag).await.unwrap();
        there_and_back(&cloud, resource, &format!("{kind}.untag"), json!({"keys": ["cost"]})).await;
    }
}

#[tokio::test]
async fn disks_are_copied_and_deleted() {
    let seed = Seed::new("eu-north-1").await;
    let volume = seed.volume("data").await;
    let address = seed.address().await;
    let cloud = cloud(seed.region).await;
    let seen = discover(&cloud, cx(), DiscoveryFilter::default()).await;
    let (disk, ip) = (seen.aka(&volume), seen.aka(&address));
    assert_eq!(
        (disk.number_attr("capacity"), disk.bool_attr("encrypted"), disk.bool_attr("attached")),
        (Some(12.0), Some(true), Some(false))
    );

    let copy = step(&cloud, "disk.snapshot", disk, &json!({"name": "before-upgrade"}));
    try_only(&cloud, disk, &copy).await;
    let made = act_in("run_a", &cloud, &copy).await.unwrap().created;
    assert_eq!(act_in("run_a", &cloud, &copy).await.unwrap().created, made, "a second try of the same step makes no second snapshot");
    assert_ne!(act_in("run_b", &cloud, &copy).await.unwrap().created, made);
    let seen = discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Snapshot], ..DiscoveryFilter::default() }).await;
    let copies: Vec<_> = seen.resources.iter().filter(|copy| copy.text_attr("source_volume") == Some(&volume)).collect();
    assert_eq!(copies.len(), 2);
    let snapshot = copies.into_iter().find(|resource| made == [resource.id.to_string()]).unwrap();
    assert_eq!(snapshot.name, "before-upgrade");

    for (action, resource) in [("snapshot.delete", snapshot), ("disk.delete", disk), ("ip.release", ip)] {
        let gone = step(&cloud, action, resource, &nothing());
        try_only(&cloud, resource, &gone).await;
        act(&cloud, &gone).await.unwrap();
        assert!(verified(&cloud, &gone, now(&cloud, resource).await.as_ref()), "{action}");
        act(&cloud, &gone).await.unwrap_or_else(|e| panic!("{action} a second time: {e}"));
    }
}

#[tokio::test]
async fn ports_close_and_open_and_exactly_the_old_rules_come_back() {
    let seed = Seed::new("eu-central-1").await;
    let id = seed.firewall("web").await;
    let cloud = cloud(seed.region).await;
    let seen = discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Firewall], ..DiscoveryFilter::default() }).await;
    let group = seen.aka(&id);
    assert_eq!((group.name.as_str(), group.bool_attr("public")), ("web", Some(true)));

    // 22 lies within 20–25; 443 is open for both protocol families.
    there_and_back(&cloud, group, "firewall.close-port", json!({"port": 22})).await;
    there_and_back(&cloud, group, "firewall.close-port", json!({"port": "443"})).await;
    there_and_back(&cloud, group, "firewall.close-port", json!({"port": 443, "cidr": "0.0.0.0/0"})).await;
    there_and_back(&cloud, group, "firewall.open-port", json!({"port": "8000-8010", "cidr": "10.0.0.0/8"})).await;

    let narrow = step(&cloud, "firewall.close-port", group, &json!({"port": 443, "cidr": "10.0.0.0/8"}));
    let refused = act(&cloud, &narrow).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unsupported, "{refused}");
    assert_eq!(&now(&cloud, group).await.unwrap(), group, "what is refused changes nothing");
    let for_whom = act(&cloud, &step(&cloud, "firewall.open-port", group, &json!({"port": 9}))).await.unwrap_err();
    assert_eq!(for_whom.kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn what_is_not_there_or_not_ours_is_said() {
    let seed = Seed::new("ca-central-1").await;
    let id = seed.instances("web", 1).await.remove(0);
    let cloud = cloud(seed.region).await;
    let seen = discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Vm], ..DiscoveryFilter::default() }).await;
    let mut missing = seen.aka(&id).clone();
    missing.id = escher_core::ResourceId::new(missing.cloud, missing.id.as_str().replace(&id, "i-0123456789abcdef0"));
    assert!(now(&cloud, &missing).await.is_none());
    assert_eq!(act(&cloud, &step(&cloud, "vm.stop", &missing, &nothing())).await.unwrap_err().kind(), ErrorKind::NotFound);

    let mut foreign = target(seen.aka(&id));
    foreign.account = "999999999999".into();
    let error = cloud.read(&cx(), &foreign).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
}

#[tokio::test]
async fn what_a_stop_loses_is_known_before() {
    let seed = Seed::new("il-central-1").await;
    let scratch = seed.instances_of(aws_sdk_ec2::types::InstanceType::I3Large, "scratch", 1).await.remove(0);
    let plain = seed.instances("plain", 1).await.remove(0);
    let cloud = cloud(seed.region).await;
    let seen = discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Vm], ..DiscoveryFilter::default() }).await;
    let facts = |vm: &escher_core::Resource, action: &str, params| {
        let params = if params { json!({"size": "m5.large"}) } else { nothing() };
        cloud.facts(action.parse().unwrap(), &target(vm), params.as_object().unwrap(), vm).unwrap()
    };
    for (action, params) in [("vm.stop", false), ("vm.resize", true)] {
        let loses = |id: &str| facts(seen.aka(id), action, params).loses;
        assert!(loses(&scratch).unwrap().contains("instance-store"), "{action}");
        assert_eq!(loses(&plain), None, "{action}");
        let mut rooted = seen.aka(&plain).clone();
        rooted.attributes.insert("root_device".into(), json!("instance-store"));
        assert!(facts(&rooted, action, params).refused.unwrap().contains("cannot be stopped"), "{action}");
    }
    assert_eq!(facts(seen.aka(&scratch), "vm.restart", false).loses, None);
    assert_eq!(&now(&cloud, seen.aka(&scratch)).await.unwrap(), seen.aka(&scratch));
    let fresh = crate::local::cloud(seed.region).await;
    assert_eq!(now(&fresh, seen.aka(&scratch)).await.unwrap().observed_hash(), seen.aka(&scratch).observed_hash());
}
