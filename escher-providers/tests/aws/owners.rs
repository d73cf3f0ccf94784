//! Whose something is, and what else stands in the way of a change, is what the answer says.

use escher_core::{Cloud, DiscoveryFilter, Kind, Rel, Resource};
use serde_json::json;

use crate::local::{Seen, cloud, config, connect, cx, discover, target};
use crate::proxy::{Fault, Rule, start};
use crate::seed::Seed;

const THEIRS: &str = "999900001111";

fn rewrite(matching: &'static str, change: fn(&str) -> String) -> Rule {
    Rule { matching: vec![matching], times: usize::MAX, fault: Fault::Rewrite(change) }
}

async fn look(region: &str, kinds: Vec<Kind>, rules: Vec<Rule>) -> (escher_providers::aws::AwsCloud, Seen) {
    let cloud = connect(config(&start(rules), region)).await;
    let seen = discover(&cloud, cx(), DiscoveryFilter { kinds, ..DiscoveryFilter::default() }).await;
    (cloud, seen)
}

#[tokio::test]
async fn what_another_account_owns_is_under_its_owner_and_cannot_be_changed() {
    let seed = Seed::new("ca-central-1").await;
    let volume = seed.volume("data").await;
    seed.snapshot(&volume).await;
    let instance = seed.instances("web", 1).await.remove(0);
    seed.image(&instance).await;
    let owned: fn(&str) -> String = |text| {
        text.replace("<ownerId>123456789012</ownerId>", "<ownerId>999900001111</ownerId>")
            .replace("<imageOwnerId>123456789012</imageOwnerId>", "<imageOwnerId>999900001111</imageOwnerId>")
    };
    for (kind, action, native) in [
        (Kind::Network, "Action=DescribeVpcs", "vpc"),
        (Kind::Subnet, "Action=DescribeSubnets", "subnet"),
        (Kind::Firewall, "Action=DescribeSecurityGroups", "security-group"),
        (Kind::Snapshot, "Action=DescribeSnapshots", "snapshot"),
        (Kind::Image, "Action=DescribeImages", "image"),
    ] {
        let (cloud, seen) = look(seed.region, vec![kind], vec![rewrite(action, owned)]).await;
        assert_eq!((seen.gaps.len(), seen.covered.len()), (0, 1), "{kind}: {:?}", seen.gaps);
        let it = seen.resources.first().unwrap_or_else(|| panic!("no {kind}"));
        assert!(it.id.as_str().starts_with(&format!("arn:aws:ec2:ca-central-1:{THEIRS}:{native}/")), "{}", it.id);
        assert_eq!((it.account.as_deref(), it.text_attr("owner"), it.shared_with()), (Some(THEIRS), Some(THEIRS), Some("123456789012")));
        let error = cloud.read(&cx(), &target(it)).await.unwrap_err();
        assert!(error.to_string().contains("we are signed in to account 123456789012"), "{error}");
        let ours = look(seed.region, vec![kind], Vec::new()).await.1;
        let it = ours.resources.first().unwrap();
        assert_eq!((it.account.as_deref(), it.text_attr("owner"), it.shared_with()), (Some("123456789012"), None, None));
    }
    let (_, seen) = look(seed.region, vec![Kind::Subnet], vec![rewrite("Action=DescribeSubnets", owned)]).await;
    let subnet = &seen.resources[0];
    assert!(subnet.links.iter().any(|link| link.rel == Rel::In && link.id.as_str().contains(THEIRS)), "{:?}", subnet.links);
    let bare: fn(&str) -> String =
        |text| text.replace("<ownerId>123456789012</ownerId>", "<ownerId>999900001111</ownerId>").replace("tagSet", "untold");
    let (_, seen) = look(seed.region, vec![Kind::Network], vec![rewrite("Action=DescribeVpcs", bare)]).await;
    assert_eq!(seen.resources[0].tags, None, "tags that are not shared are unknown");
}

async fn machine(region: &'static str, rules: Vec<Rule>) -> (escher_providers::aws::AwsCloud, Resource) {
    let id = Seed::new(region).await.instances("web", 1).await.remove(0);
    let (cloud, seen) = look(region, vec![Kind::Vm], rules).await;
    (cloud, seen.aka(&id).clone())
}

/// Why an action would be refused.
fn refused(cloud: &impl Cloud, resource: &Resource, action: &str) -> Option<String> {
    let params = json!({"size": "m5.large"}).as_object().unwrap().clone();
    cloud.facts(action.parse().unwrap(), &target(resource), &params, resource).unwrap().refused
}

#[tokio::test]
async fn an_instance_of_a_scale_group_is_known_as_one() {
    let grouped: fn(&str) -> String =
        |text| text.replace("<tagSet>", "<tagSet><item><key>aws:autoscaling:groupName</key><value>shop</value></item>");
    let (_, vm) = machine("il-central-1", vec![rewrite("Action=DescribeInstances&", grouped)]).await;
    assert_eq!(vm.scale_group(), Some("shop"));
    let group = vm.links.iter().find(|link| link.rel == Rel::MemberOf).unwrap();
    assert!(group.id.as_str().ends_with(":autoScalingGroupName/shop"), "{}", group.id);
    let (_, vm) = machine("il-central-1", Vec::new()).await;
    assert_eq!((vm.scale_group(), vm.links.iter().any(|link| link.rel == Rel::MemberOf)), (None, false));
}

#[tokio::test]
async fn a_spot_instance_is_stopped_only_where_its_request_is_persistent() {
    let spot: fn(&str) -> String = |text| {
        text.replace(
            "<instanceType>",
            "<instanceLifecycle>spot</instanceLifecycle><spotInstanceRequestId>sir-1</spotInstanceRequestId><instanceType>",
        )
    };
    let requests = |kind: &str| {
        let body = format!(
            "<DescribeSpotInstanceRequestsResponse><spotInstanceRequestSet><item><spotInstanceRequestId>sir-1</spotInstanceRequestId>\
             <type>{kind}</type></item></spotInstanceRequestSet></DescribeSpotInstanceRequestsResponse>"
        );
        Rule { matching: vec!["Action=DescribeSpotInstanceRequests"], times: usize::MAX, fault: Fault::Answer(200, body) }
    };
    let denied = Rule {
        matching: vec!["Action=DescribeSpotInstanceRequests"],
        times: usize::MAX,
        fault: crate::proxy::ec2_error(403, "UnauthorizedOperation", "you may not"),
    };
    for (rule, reason) in [
        (requests("one-time"), Some("one-time request cannot be stopped and restarted")),
        (requests("persistent"), None),
        (denied, Some("unless its request is persistent, which is unknown")),
    ] {
        let (cloud, vm) = machine("mx-central-1", vec![rewrite("Action=DescribeInstances&", spot), rule]).await;
        assert_eq!(vm.text_attr("lifecycle"), Some("spot"));
        for action in ["vm.stop", "vm.start", "vm.resize"] {
            let told = refused(&cloud, &vm, action);
            assert_eq!(told.is_some(), reason.is_some(), "{action}: {told:?}");
            assert!(told.unwrap_or_default().contains(reason.unwrap_or_default()), "{action}");
        }
        // EC2 reboots and ends them all.
        assert_eq!((refused(&cloud, &vm, "vm.restart"), refused(&cloud, &vm, "vm.delete")), (None, None));
    }
    let (cloud, vm) = machine("mx-central-1", Vec::new()).await;
    assert_eq!(refused(&cloud, &vm, "vm.stop"), None);
}

#[tokio::test]
async fn what_is_in_use_is_not_deleted() {
    let seed = Seed::new("ap-southeast-5").await;
    let instance = seed.instances("web", 1).await.remove(0);
    let volume = seed.volume("data").await;
    let image = seed.image(&instance).await;
    seed.ec2.attach_volume().instance_id(&instance).volume_id(&volume).device("/dev/sdf").send().await.unwrap();
    let cloud = cloud(seed.region).await;
    let seen =
        discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Disk, Kind::Image, Kind::Snapshot], ..DiscoveryFilter::default() })
            .await;
    let told = refused(&cloud, seen.aka(&volume), "disk.delete").unwrap();
    assert!(told.contains(&format!("attached to {instance}")), "{told}");
    let image = seen.aka(&image);
    let of = image.links.iter().find(|link| link.rel == Rel::Uses).unwrap();
    assert!(seen.resources.iter().any(|it| it.id == of.id), "the image leads to its snapshot");
    assert!(cloud.holds("snapshot.delete".parse().unwrap(), image));
    assert!(!cloud.holds("snapshot.tag".parse().unwrap(), image) && !cloud.holds("snapshot.delete".parse().unwrap(), seen.aka(&volume)));
}
