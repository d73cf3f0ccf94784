//! Answers that are not whole, not plausible, or without end cover nothing.

use escher_core::{Cloud, DiscoveryFilter, ErrorKind, Kind, ReadCx, RetryBudget};
use escher_providers::aws::AwsConfig;

use crate::local::{Seen, config, connect, cx, discover, now};
use crate::proxy::{Fault, Log, Rule, ec2_error, start, times, watch};
use crate::seed::Seed;

fn rule(matching: &[&'static str], fault: Fault) -> Rule {
    Rule { matching: matching.to_vec(), times: usize::MAX, fault }
}

/// A look that asks for everything once, since all tries are answered in the same way.
async fn look(region: &str, kind: Kind, rules: Vec<Rule>) -> (Seen, Log) {
    look_with(cx().with_retries(RetryBudget::new(0)), region, kind, rules).await
}

async fn look_with(cx: ReadCx, region: &str, kind: Kind, rules: Vec<Rule>) -> (Seen, Log) {
    let (endpoint, log) = watch(rules);
    let cloud = connect(AwsConfig { page_size: Some(5), ..config(&endpoint, region) }).await;
    (discover(&cloud, cx, DiscoveryFilter { kinds: vec![kind], ..DiscoveryFilter::default() }).await, log)
}

/// The scope is a gap that says this, and nothing is covered.
fn is_gap(seen: &Seen, reason: &str, what: &str) {
    assert!(seen.covered.is_empty(), "{what}: covered");
    assert_eq!(seen.gaps.len(), 1, "{what}: {:?}", seen.gaps);
    let gap = &seen.gaps[0];
    assert!(gap.kind == ErrorKind::Unavailable && gap.reason.contains(reason), "{what}: {}", gap.reason);
}

const EVERY: [(Kind, &str, &str); 8] = [
    (Kind::Vm, "Action=DescribeInstances&", "instanceId"),
    (Kind::Disk, "Action=DescribeVolumes", "volumeId"),
    (Kind::Snapshot, "Action=DescribeSnapshots", "snapshotId"),
    (Kind::Image, "Action=DescribeImages", "imageId"),
    (Kind::Ip, "Action=DescribeAddresses", "allocationId"),
    (Kind::Network, "Action=DescribeVpcs", "vpcId"),
    (Kind::Subnet, "Action=DescribeSubnets", "subnetId"),
    (Kind::Firewall, "Action=DescribeSecurityGroups", "groupId"),
];

/// One of everything, made once for each region.
async fn everything(region: &'static str) {
    let seed = Seed::new(region).await;
    let instance = seed.instances("web", 1).await.remove(0);
    let volume = seed.volume("data").await;
    seed.snapshot(&volume).await;
    seed.image(&instance).await;
    seed.address().await;
}

#[tokio::test]
async fn half_an_answer_with_a_matching_length_is_a_gap() {
    everything("eu-north-1").await;
    let half: fn(&str) -> String = |text| text[..text.len() / 2].to_owned();
    let unclosed: fn(&str) -> String = |text| text.replacen("</item>", "", 1);
    let rootless: fn(&str) -> String = |text| text.trim_end().rsplit_once("</").unwrap().0.to_owned();
    for (kind, action, _) in EVERY {
        for (what, change) in [("half", half), ("an item that is not closed", unclosed), ("no end", rootless)] {
            let (seen, _) = look("eu-north-1", kind, vec![rule(&[action], Fault::Rewrite(change))]).await;
            is_gap(&seen, "is not whole", &format!("{what} of {kind}"));
            assert!(seen.resources.is_empty());
        }
    }
}

#[tokio::test]
async fn an_item_without_its_id_is_a_gap_and_the_others_are_seen() {
    everything("eu-west-3").await;
    for (kind, action, field) in EVERY {
        // Only the first of them loses its id.
        let strip: fn(&str) -> String = match field {
            "instanceId" => |text| text.replacen("<instanceId>", "<other>", 1).replacen("</instanceId>", "</other>", 1),
            "volumeId" => |text| text.replacen("<volumeId>", "<other>", 1).replacen("</volumeId>", "</other>", 1),
            "snapshotId" => |text| text.replacen("<snapshotId>", "<other>", 1).replacen("</snapshotId>", "</other>", 1),
            "imageId" => |text| text.replacen("<imageId>", "<other>", 1).replacen("</imageId>", "</other>", 1),
            "allocationId" => |text| text.replacen("<allocationId>", "<other>", 1).replacen("</allocationId>", "</other>", 1),
            "vpcId" => |text| text.replacen("<vpcId>", "<other>", 1).replacen("</vpcId>", "</other>", 1),
            "subnetId" => |text| text.replacen("<subnetId>", "<other>", 1).replacen("</subnetId>", "</other>", 1),
            _ => |text| text.replacen("<groupId>", "<other>", 1).replacen("</groupId>", "</other>", 1),
        };
        let (whole, _) = look("eu-west-3", kind, Vec::new()).await;
        let (seen, _) = look("eu-west-3", kind, vec![rule(&[action], Fault::Rewrite(strip))]).await;
        is_gap(&seen, "without its id", &kind.to_string());
        assert!(seen.resources.len() < whole.resources.len(), "{kind}");
    }
}

#[tokio::test]
async fn an_answer_without_its_list_is_a_gap() {
    for (kind, action, _) in EVERY {
        let bare: fn(&str) -> String = |text| {
            let root = text.split('<').find(|part| part.starts_with("Describe")).unwrap().split([' ', '>']).next().unwrap();
            format!("<{root}><requestId>r</requestId></{root}>")
        };
        let (seen, _) = look("eu-west-3", kind, vec![rule(&[action], Fault::Rewrite(bare))]).await;
        is_gap(&seen, "is not whole", &kind.to_string());
        let (seen, _) = look("eu-west-3", kind, vec![rule(&[action], Fault::Answer(200, String::new()))]).await;
        is_gap(&seen, "is empty", &kind.to_string());
    }
    let hollow = "<DescribeInstancesResponse><reservationSet><item><reservationId>r-1</reservationId></item></reservationSet>\
                  </DescribeInstancesResponse>";
    let (seen, _) = look("eu-west-3", Kind::Vm, vec![rule(&["Action=DescribeInstances&"], Fault::Answer(200, hollow.into()))]).await;
    is_gap(&seen, "a reservation without its instances", "a reservation");
    // An account always has regions; without them nothing would be looked at, and nothing said.
    let none = "<DescribeRegionsResponse><regionInfo/></DescribeRegionsResponse>";
    let (endpoint, _) = watch(vec![rule(&["Action=DescribeRegions"], Fault::Answer(200, none.into()))]);
    let cloud = connect(AwsConfig { endpoint: Some(endpoint), ..AwsConfig::default() }).await;
    is_gap(
        &discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Vm], ..DiscoveryFilter::default() }).await,
        "without a region",
        "regions",
    );
}

#[tokio::test]
async fn a_read_of_a_broken_answer_is_no_absence() {
    let seed = Seed::new("eu-central-2").await;
    let volume = seed.volume("data").await;
    let (seen, _) = look(seed.region, Kind::Disk, Vec::new()).await;
    let disk = seen.aka(&volume).clone();
    let cut: fn(&str) -> String = |text| text[..text.len() - 30].to_owned();
    let nameless: fn(&str) -> String = |text| text.replace("<volumeId>", "<x>").replace("</volumeId>", "</x>");
    let other: fn(&str) -> String = |text| text.replace("<volumeId>vol-", "<volumeId>vol-0000");
    for change in [cut, nameless, other] {
        let cloud = connect(config(&start(vec![rule(&["Action=DescribeVolumes"], Fault::Rewrite(change))]), seed.region)).await;
        let error = cloud.read(&cx(), &crate::local::target(&disk)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    }
    // One broken answer among whole ones is asked for again.
    let once = Rule { times: 1, ..rule(&["Action=DescribeVolumes"], Fault::Rewrite(cut)) };
    let cloud = connect(config(&start(vec![once]), seed.region)).await;
    assert!(now(&cloud, &disk).await.is_some());
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let (seen, log) = look_with(cx(), "eu-west-3", Kind::Disk, vec![rule(&["Action=DescribeVolumes"], Fault::Endless)]).await;
    is_gap(&seen, "longer than", "endless");
    assert_eq!(times(&log, "Action=DescribeVolumes"), 1, "once is enough");
}

#[tokio::test]
async fn a_listing_without_end_is_a_gap() {
    fn vpc(n: usize, token: &str) -> String {
        format!(
            "<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-{n:08}</vpcId><ownerId>123456789012</ownerId></item></vpcSet>\
             <nextToken>{token}</nextToken></DescribeVpcsResponse>"
        )
    }
    let same_token: fn(usize) -> String = |n| vpc(n, "again");
    let same_items: fn(usize) -> String = |n| vpc(7, &format!("token-{n}"));
    let alternating: fn(usize) -> String = |n| vpc(n, ["a", "b"][n % 2]);
    let empty: fn(usize) -> String = |n| format!("<DescribeVpcsResponse><vpcSet/><nextToken>token-{n}</nextToken></DescribeVpcsResponse>");
    for (what, make, reason, at_most, items) in [
        ("one token", same_token, "same page token twice", 2, 2),
        ("two tokens in turn", alternating, "same page token twice", 3, 3),
        ("the same items", same_items, "nothing new", 2, 1),
        ("empty pages", empty, "empty pages in a row", 101, 0),
    ] {
        let (seen, log) = look("eu-west-3", Kind::Network, vec![rule(&["Action=DescribeVpcs"], Fault::Made(make))]).await;
        is_gap(&seen, reason, what);
        assert!(times(&log, "Action=DescribeVpcs") <= at_most, "{what}: {}", times(&log, "Action=DescribeVpcs"));
        let distinct: std::collections::BTreeSet<_> = seen.resources.iter().map(|it| &it.id).collect();
        assert_eq!(distinct.len(), items, "{what}");
    }
}

#[tokio::test]
async fn what_is_refused_again_and_again_is_asked_for_five_times_in_all() {
    for (fault, kind) in [
        (ec2_error(503, "RequestLimitExceeded", "slow down"), ErrorKind::Throttled),
        (ec2_error(500, "InternalError", "oops"), ErrorKind::Unavailable),
        (Fault::Answer(200, "<DescribeVpcsResponse>".into()), ErrorKind::Unavailable),
    ] {
        let (seen, log) = look_with(cx(), "eu-west-3", Kind::Network, vec![rule(&["Action=DescribeVpcs"], fault)]).await;
        assert_eq!((seen.gaps[0].kind, times(&log, "Action=DescribeVpcs")), (kind, 5));
        assert!(seen.gaps[0].reason.contains("5 times in a row"), "{}", seen.gaps[0].reason);
    }
}
