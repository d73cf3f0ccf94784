//! What is there is seen, once, the same way by listing and by reading.

use std::collections::HashSet;

use escher_core::{Cloud, DiscoveryFilter, ErrorKind, Flag, Kind, Rel};
use escher_providers::aws::AwsConfig;

use crate::local::{cloud, config, connect, cx, discover, endpoint, now};
use crate::seed::Seed;

#[tokio::test]
async fn every_type_is_listed_and_reads_the_same() {
    let seed = Seed::new("sa-east-1").await;
    let instance = seed.instances("web", 1).await.remove(0);
    let volume = seed.volume("data").await;
    let snapshot = seed.snapshot(&volume).await;
    let image = seed.image(&instance).await;
    let address = seed.address().await;
    let firewall = seed.firewall("web").await;
    seed.ec2.attach_volume().instance_id(&instance).volume_id(&volume).device("/dev/sdf").send().await.unwrap();
    seed.ec2.associate_address().instance_id(&instance).allocation_id(&address).send().await.unwrap();
    let cloud = cloud(seed.region).await;
    let me = cloud.identities(&cx()).await.unwrap().remove(0);
    assert_eq!(me.account, "123456789012");
    assert!(me.principal.starts_with("arn:aws:") && !me.simulated);

    let seen = discover(&cloud, cx(), DiscoveryFilter::default()).await;
    assert!(seen.gaps.is_empty(), "{:?}", seen.gaps);
    let covered: HashSet<&str> = seen.covered.iter().map(|(native, _)| native.as_str()).collect();
    let natives = ["instance", "volume", "snapshot", "image", "elastic-ip", "vpc", "subnet", "security-group"].map(|n| format!("ec2:{n}"));
    assert_eq!(covered, natives.iter().map(String::as_str).chain(["s3:bucket"]).collect());
    assert_eq!(seen.covered.len(), 9, "each scope once");
    for id in [&instance, &volume, &snapshot, &image, &address, &firewall] {
        let resource = seen.aka(id);
        assert!(resource.id.as_str().starts_with("arn:aws:ec2:sa-east-1:123456789012:") && resource.id.as_str().ends_with(id.as_str()));
    }
    for resource in seen.resources.iter().filter(|resource| resource.service() == "ec2") {
        let read = now(&cloud, resource).await.unwrap_or_else(|| panic!("{} cannot be read", resource.id));
        assert_eq!(&read, resource);
        assert_eq!(read.observed_hash(), resource.observed_hash());
    }

    let vm = seen.aka(&instance);
    let linked = |from: &str, rel, to: &str| seen.aka(from).links.iter().any(|link| link.rel == rel && link.id.last_segment() == to);
    assert!(linked(&volume, Rel::Attached, &instance) && linked(&address, Rel::Attached, &instance));
    assert!(linked(&instance, Rel::In, vm.text_attr("network").unwrap()) && linked(&instance, Rel::In, vm.text_attr("subnet").unwrap()));
    assert!(linked(&snapshot, Rel::Uses, &volume));
    assert_eq!((vm.text_attr("size"), vm.bool_attr("public")), (Some("t3.micro"), Some(true)));
    assert_eq!(seen.aka(&volume).bool_attr("attached"), Some(true));
    assert_eq!(seen.aka(&image).bool_attr("public"), Some(false));
    assert!(
        seen.of("ec2:image").len() == 1 && seen.of("ec2:snapshot").iter().all(|s| s.tag_values("owner").next().is_none()),
        "only what is ours"
    );
}

#[tokio::test]
async fn pages_are_followed_to_the_end() {
    let seed = Seed::new("ap-northeast-1").await;
    let made: HashSet<String> = seed.instances("fleet", 13).await.into_iter().collect();
    let cloud = connect(AwsConfig { page_size: Some(5), ..config(&endpoint(), seed.region) }).await;
    let seen = discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Vm], ..DiscoveryFilter::default() }).await;
    assert_eq!(seen.resources.len(), 13, "none twice");
    assert_eq!(seen.resources.iter().map(|vm| vm.id.last_segment().to_owned()).collect::<HashSet<_>>(), made);
    assert_eq!(seen.covered.len(), 1);
}

#[tokio::test]
async fn all_enabled_regions_are_looked_at_unless_some_are_named() {
    let all = connect(AwsConfig { regions: Vec::new(), ..config(&endpoint(), "x") }).await;
    let networks = || vec![Kind::Network];
    let seen = discover(&all, cx(), DiscoveryFilter { kinds: networks(), ..DiscoveryFilter::default() }).await;
    let regions: HashSet<_> = seen.resources.iter().filter_map(|vpc| vpc.region.clone()).collect();
    assert!(regions.len() > 10 && regions.len() == seen.covered.len(), "each region has its default network: {regions:?}");

    let seen = discover(&all, cx(), DiscoveryFilter { kinds: networks(), regions: vec!["eu-west-1".into(), "westus".into()] }).await;
    assert_eq!(seen.covered, [("ec2:vpc".to_owned(), Some("eu-west-1".to_owned()))]);
    assert!(seen.gaps.is_empty());

    let wrong = connect(AwsConfig { regions: vec!["eu-west-1".into(), "eu-wset-1".into()], ..config(&endpoint(), "x") }).await;
    let seen = discover(&wrong, cx(), DiscoveryFilter { kinds: networks(), ..DiscoveryFilter::default() }).await;
    assert_eq!((seen.covered.len(), seen.gaps.len()), (1, 1));
    assert_eq!((seen.gaps[0].kind, seen.gaps[0].scope.region.as_deref()), (ErrorKind::Invalid, Some("eu-wset-1")));
    assert!(seen.gaps[0].hint.as_ref().unwrap().contains("eu-west-1"));

    let misspelled = DiscoveryFilter { kinds: networks(), regions: vec!["eu-wset-1".into(), "eusc-de-east-1".into(), "us-east-1".into()] };
    let seen = discover(&all, cx(), misspelled.clone()).await;
    assert_eq!(seen.covered, [("ec2:vpc".to_owned(), Some("us-east-1".to_owned()))]);
    let told: Vec<_> = seen.gaps.iter().map(|gap| (gap.kind, gap.reason.as_str())).collect();
    let not_enabled = (ErrorKind::Denied, "region eusc-de-east-1 is not enabled in this account");
    assert_eq!(told, [(ErrorKind::Invalid, "there is no region eu-wset-1"), not_enabled]);
    assert!(seen.gaps[0].hint.as_ref().unwrap().starts_with("did you mean eu-west-1?"));

    let one = connect(config(&endpoint(), "eu-west-1")).await;
    let seen = discover(&one, cx(), DiscoveryFilter { regions: vec!["us-east-1".into()], ..misspelled }).await;
    assert_eq!((seen.covered.len(), seen.gaps.len()), (0, 1));
    assert!(seen.gaps[0].reason.contains("does not scan us-east-1"), "{:?}", seen.gaps);
    assert!(all.has_region(&cx(), "eu-west-1").await.unwrap() && !all.has_region(&cx(), "eu-wset-1").await.unwrap());
}

#[tokio::test]
async fn the_newest_snapshot_of_a_disk_is_known_and_makes_no_plan_stale() {
    let seed = Seed::new("eu-south-1").await;
    let [copied, bare] = [seed.volume("copied").await, seed.volume("bare").await];
    let cloud = cloud(seed.region).await;
    let disks = || DiscoveryFilter { kinds: vec![Kind::Disk], ..DiscoveryFilter::default() };
    let backed_up = |disk: &escher_core::Resource| disk.flag(Flag::BackedUp, jiff::Timestamp::now());
    let before = discover(&cloud, cx(), disks()).await;
    assert_eq!([&copied, &bare].map(|id| backed_up(before.aka(id))), [Some(false); 2]);

    seed.snapshot(&copied).await;
    seed.snapshot(&copied).await;
    let after = discover(&cloud, cx(), disks()).await;
    let disk = after.aka(&copied);
    assert_eq!([disk, after.aka(&bare)].map(backed_up), [Some(true), Some(false)]);
    assert_eq!(&now(&cloud, disk).await.unwrap(), disk, "reading tells the same as listing");
    assert_eq!(disk.observed_hash(), before.aka(&copied).observed_hash(), "a nightly snapshot is no change of the disk");
    let snapshots = discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Snapshot], ..DiscoveryFilter::default() }).await;
    let newest = snapshots
        .of("ec2:snapshot")
        .into_iter()
        .filter(|it| it.text_attr("source_volume") == Some(&copied))
        .filter_map(|it| it.created)
        .max();
    assert_eq!(disk.text_attr("last_backup").unwrap().parse().ok(), newest);
}
