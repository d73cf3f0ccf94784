//! What stands in the way of a change on AWS is said before it is planned; what is secret is never shown or kept.

use std::time::Duration;

use serde_json::Value;

use crate::local_aws::{Answer, CREDENTIALS, Moto, Proxy};
use crate::support::{Desk, Ran, ran};

fn connected(endpoint: &str) -> Desk {
    let desk = Desk::empty();
    desk.aws_ok(&["connect", "aws", "--endpoint", endpoint, "--region", "us-east-1", "--json"]);
    desk.aws_ok(&["sync", "--json"]);
    desk
}

/// The plan of an order, and everything that was said.
fn plan(desk: &Desk, words: &str) -> (Vec<String>, String) {
    let ran = desk.aws(&["ask", "--json", words]);
    let document: Value = serde_json::from_str(&ran.out).unwrap_or_default();
    let steps = document["plan"]["steps"].as_array().cloned().unwrap_or_default();
    (steps.iter().map(|step| step["target"]["name"].as_str().unwrap().to_owned()).collect(), format!("{}{}", ran.out, ran.err))
}

#[test]
fn spot_instances_scale_groups_and_images_are_weighed() {
    let moto = Moto::start();
    moto.boto3(&["special", "us-east-1"]);
    let desk = connected(&moto.endpoint());
    let (mut targets, told) = plan(&desk, "stop dev vms in us-east-1");
    targets.sort();
    assert_eq!(targets, ["plain-1", "shop-1"]);
    assert!(told.contains("a Spot instance cannot be stopped and restarted") && told.contains("spot-1"), "{told}");
    assert!(told.contains("belongs to a scale group, which may replace it: shop-1 (in shop)"), "{told}");
    assert!(told.contains("suspend the group's processes"), "{told}");
    let document: Value = serde_json::from_str(&desk.aws(&["ask", "--json", "stop dev vms in us-east-1"]).out).unwrap();
    for step in document["plan"]["steps"].as_array().unwrap() {
        assert_eq!(step["compensate"].is_null(), step["target"]["name"] == "shop-1", "no start is promised: {step}");
    }
    for words in ["restart vm shop-1", "terminate vm shop-1", "resize vm shop-1 to m5.large"] {
        assert!(plan(&desk, words).1.contains("(in shop)"), "{words}");
    }
    let (targets, told) = plan(&desk, "delete dev snapshots in us-east-1");
    assert_eq!(targets, ["free-snap"]);
    assert!(told.contains("in use by image golden (ami-"), "{told}");
    let (targets, told) = plan(&desk, "delete snapshot golden-snap");
    assert!(targets.is_empty() && told.contains("in use by image golden (ami-"), "{told}");
}

#[test]
fn what_another_account_shares_is_theirs_until_it_is_shared_no_more() {
    let moto = Moto::start();
    let proxy = Proxy::start(moto.port, Duration::ZERO);
    let theirs: fn(&str) -> String = |text| text.replace("<ownerId>123456789012</ownerId>", "<ownerId>999900001111</ownerId>");
    for action in ["Action=DescribeSubnets", "Action=DescribeVpcs", "Action=DescribeSecurityGroups"] {
        proxy.answer(&[action], Answer::Changed(theirs));
    }
    let desk = connected(&proxy.endpoint());
    let shared = |desk: &Desk| desk.export().into_iter().filter(|it| it["account"] == "999900001111").collect::<Vec<_>>();
    let first = shared(&desk);
    for kind in ["network", "subnet", "firewall"] {
        let it = first.iter().find(|it| it["kind"] == kind).unwrap_or_else(|| panic!("no {kind}"));
        assert_eq!(it["attributes"]["owner"], "999900001111");
        assert!(it["id"].as_str().unwrap().contains(":999900001111:"), "{it}");
    }
    assert!(!desk.export().iter().any(|it| it["kind"] == "subnet" && it["account"] == "123456789012"), "not counted as ours");
    // Quiet syncs stay quiet.
    for _ in 0..3 {
        let synced: Value = serde_json::from_str(&desk.aws_ok(&["sync", "--json"])).unwrap();
        let moved = ["added", "changed", "missing", "removed"].map(|what| synced[what].as_u64().unwrap());
        assert_eq!(moved, [0; 4], "{synced}");
    }
    assert_eq!(shared(&desk).len(), first.len());
    let (targets, told) = plan(&desk, "tag subnets in us-east-1 with a=b");
    assert!(targets.is_empty() && told.contains("owned by account 999900001111 and only shared with 123456789012"), "{told}");
    // No longer shared: missed once, then gone; and ours are ours.
    proxy.honest();
    let look = || -> Value { serde_json::from_str(&desk.aws_ok(&["sync", "--json"])).unwrap() };
    assert_eq!(look()["missing"], first.len());
    assert_eq!(shared(&desk).len(), first.len());
    // AWS lags: however often one looks within minutes, it is one look.
    assert_eq!((&look()["missing"], &look()["removed"]), (&first.len().into(), &0.into()));
    let store = rusqlite::Connection::open(desk.data().join("store.db")).unwrap();
    store.execute("UPDATE seen SET missed_since = missed_since - 120000000000 WHERE missed = 1", []).unwrap();
    drop(store);
    assert_eq!(look()["removed"], first.len());
    assert!(shared(&desk).is_empty());
    assert!(!plan(&desk, "tag subnets in us-east-1 with a=b").0.is_empty());
}

/// Runs a command in an environment without a region of its own.
fn without_region(desk: &Desk, args: &[&str], more: &[(&str, &str)]) -> Ran {
    let mut command = desk.command(args);
    command.envs(CREDENTIALS).env_remove("AWS_REGION").env_remove("AWS_DEFAULT_REGION").env("AWS_CONFIG_FILE", "none");
    ran(command.envs(more.iter().copied()).output().unwrap())
}

#[test]
fn an_empty_region_is_a_clear_error() {
    let desk = Desk::empty();
    let blank = desk.file("aws-config", "[default]\nregion = us east 1\n");
    let connect = ["connect", "aws", "--endpoint", "http://127.0.0.1:9"];
    for more in [
        &[("AWS_REGION", "")][..],
        &[("AWS_REGION", "  ")],
        &[("AWS_REGION", " us-east-1")],
        &[("AWS_DEFAULT_REGION", "")],
        &[("AWS_DEFAULT_REGION", "us-east-1\n")],
        &[("AWS_CONFIG_FILE", blank.to_str().unwrap())],
    ] {
        let ran = without_region(&desk, &connect, more);
        assert_eq!(ran.code, 2, "{more:?}: {}", ran.err);
        assert!(ran.err.contains("region") && ran.err.contains("hint") && ran.err.contains("us-east-1"), "{more:?}: {}", ran.err);
    }
    for region in ["", " ", "us east", "us-east-1 "] {
        let ran = without_region(&desk, &[&connect[..], &["--region", region]].concat(), &[]);
        assert_eq!(ran.code, 2, "{region:?}: {}", ran.err);
        assert!(ran.err.contains("region"), "{region:?}: {}", ran.err);
    }
    assert!(desk.ok(&["connect", "list", "--json"]).trim() == "[]", "nothing was saved");
}

#[test]
fn a_password_in_an_endpoint_is_refused_and_never_repeated() {
    let secret = "hunter2-Zt4red88";
    for endpoint in [
        format!("http://ann:{secret}@127.0.0.1:9"),
        format!("https://:{secret}@example.org/x"),
        format!("HTTPS://ann:{secret}@example.org"),
        format!("ann:{secret}@127.0.0.1:9"),
        format!("http://127.0.0.1:9/{secret}@x"),
        format!("http://127.0.0.1:9/?X-Amz-Signature={secret}"),
        format!("https://example.org/#{secret}"),
    ] {
        let desk = Desk::empty();
        let ran = desk.aws(&["connect", "aws", "--endpoint", &endpoint, "--yes"]);
        assert_eq!(ran.code, 2, "{endpoint}: {}", ran.err);
        assert!(["password", "query"].iter().any(|word| ran.err.contains(word)) && ran.err.contains("hint"), "{}", ran.err);
        assert!(!ran.err.contains(secret) && !ran.out.contains(secret), "{}", ran.err);
        let saved = std::fs::read_to_string(desk.data().join("connections.toml")).unwrap_or_default();
        assert!(!saved.contains(secret), "{saved}");
        // Written by hand, it is refused too, whatever else is wrong with the line.
        for broken in ["", "x = ["] {
            let text = format!("[[connections]]\nname = \"a\"\nidentities = []\nkind = \"aws\"\nendpoint = \"{endpoint}\" {broken}\n");
            std::fs::write(desk.data().join("connections.toml"), text).unwrap();
            let ran = desk.aws(&["sync"]);
            assert_eq!(ran.code, 2, "{}", ran.err);
            assert!(ran.err.contains("connections") && !ran.err.contains(secret), "{}", ran.err);
        }
    }
}

#[test]
fn logs_hold_no_key_and_no_tag() {
    let moto = Moto::start();
    moto.boto3(&["seed", "6", "us-east-1"]);
    let desk = Desk::empty();
    let (id, secret) = ("AKIAZQ3DROWSSAPEXMPL", "wJalrXUtnFEMI0K7MDENG0bPxRfiCYEXAMPLEKEY");
    let (endpoint, mut told) = (moto.endpoint(), String::new());
    for filter in ["trace", "aws_smithy_runtime=trace,aws_runtime=trace,aws_sigv4=trace,hyper=trace,escher=trace"] {
        for args in [
            &["connect", "aws", "--endpoint", &endpoint, "--region", "us-east-1", "--yes"][..],
            &["sync"],
            &["ask", "--yes", "stop vm web-000"],
        ] {
            let mut command = desk.command(args);
            command.envs(CREDENTIALS).env("AWS_ACCESS_KEY_ID", id).env("AWS_SECRET_ACCESS_KEY", secret).env("ESCHER_LOG", filter);
            told += &ran(command.output().unwrap()).err;
        }
    }
    assert!(told.contains("escher"), "our own lines are there: {told}");
    for hidden in [id, secret, "Signature=", "payments"] {
        assert!(!told.contains(hidden), "{hidden} is in the log");
    }
}

#[test]
fn a_connection_leads_where_it_was_made_for_whatever_the_environment_says_later() {
    let (moto, other) = (Moto::start(), Moto::start());
    moto.boto3(&["fleet", "2", "us-east-1"]);
    let desk = Desk::empty();
    let with =
        |endpoint: &str, args: &[&str]| ran(desk.command(args).envs(CREDENTIALS).env("AWS_ENDPOINT_URL", endpoint).output().unwrap());
    let made = with(&moto.endpoint(), &["connect", "aws", "--region", "us-east-1", "--yes"]);
    assert!(made.code == 0 && made.out.contains(&format!("through {}", moto.endpoint())), "{}{}", made.out, made.err);
    assert!(desk.ok(&["connect", "list"]).contains(&moto.endpoint()));
    // Neither without the variable nor with another does it lead elsewhere.
    desk.aws_ok(&["sync", "--json"]);
    let asked: Value = serde_json::from_str(&with(&other.endpoint(), &["ask", "--json", "stop all vms tagged fleet=kill"]).out).unwrap();
    let plan = asked["plan"]["id"].as_str().unwrap();
    desk.ok(&["plan", "approve", plan]);
    let done = with(&other.endpoint(), &["plan", "run", plan, "--json"]);
    assert!(done.code == 0 && done.out.contains(r#""done":2"#), "{}{}", done.out, done.err);
    // One that was made without an endpoint does not follow a variable that appears later.
    let file = desk.data().join("connections.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let without: String = text.lines().filter(|line| !line.starts_with("endpoint")).map(|line| format!("{line}\n")).collect();
    assert_ne!(text, without);
    std::fs::write(&file, without).unwrap();
    for args in [&["sync"][..], &["doctor"], &["ask", "--yes", "start all vms tagged fleet=kill"]] {
        let ran = with(&other.endpoint(), args);
        assert!(ran.code != 0 || args == ["doctor"], "{args:?}: {}{}", ran.out, ran.err);
        assert!(format!("{}{}", ran.out, ran.err).contains("this connection does not"), "{args:?}: {}{}", ran.out, ran.err);
    }
}
