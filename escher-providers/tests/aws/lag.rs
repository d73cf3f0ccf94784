//! Changes that read before they write wait for an API that has not caught up.

use escher_core::{DiscoveryFilter, Kind, State};
use serde_json::json;

use crate::local::{cloud, config, connect, cx, discover, now};
use crate::proxy::{Rule, ec2_error, start};
use crate::seed::Seed;
use crate::steps::{act, step};

fn missing(matching: &[&'static str], times: usize, code: &str) -> Rule {
    Rule { matching: matching.to_vec(), times, fault: ec2_error(400, code, "it does not exist") }
}

#[tokio::test]
async fn a_resize_goes_on_where_the_instance_is_not_found_at_first() {
    let seed = Seed::new("ap-northeast-3").await;
    for lag in [1, 3] {
        let id = seed.instances("web", 1).await.remove(0);
        let seen = discover(&cloud(seed.region).await, cx(), DiscoveryFilter { kinds: vec![Kind::Vm], ..DiscoveryFilter::default() }).await;
        let vm = seen.aka(&id);
        let cloud =
            connect(config(&start(vec![missing(&["Action=DescribeInstances&"], lag, "InvalidInstanceID.NotFound")]), seed.region)).await;
        act(&cloud, &step(&cloud, "vm.resize", vm, &json!({"size": "m5.large"}))).await.unwrap();
        let after = now(&cloud, vm).await.unwrap();
        assert_eq!((after.state, after.text_attr("size")), (Some(State::Running), Some("m5.large")));
    }
}

#[tokio::test]
async fn a_firewall_that_is_not_found_at_first_is_changed_all_the_same() {
    let seed = Seed::new("ap-south-2").await;
    let id = seed.firewall("web").await;
    let seen =
        discover(&cloud(seed.region).await, cx(), DiscoveryFilter { kinds: vec![Kind::Firewall], ..DiscoveryFilter::default() }).await;
    let lag = missing(&["Action=DescribeSecurityGroups"], 2, "InvalidGroup.NotFound");
    let cloud = connect(config(&start(vec![lag]), seed.region)).await;
    act(&cloud, &step(&cloud, "firewall.close-port", seen.aka(&id), &json!({"port": 22}))).await.unwrap();
    // One that stays away is said to.
    let lag = missing(&["Action=DescribeSecurityGroups"], usize::MAX, "InvalidGroup.NotFound");
    let cloud = connect(config(&start(vec![lag]), seed.region)).await;
    let error = act(&cloud, &step(&cloud, "firewall.close-port", seen.aka(&id), &json!({"port": 443}))).await.unwrap_err();
    assert_eq!(error.kind(), escher_core::ErrorKind::NotFound, "{error}");
}
