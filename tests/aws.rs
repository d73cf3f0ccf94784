//! The same path on the real AWS API: connect, sync, search, an approved change; boto3 looks from outside.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::local_aws::{Moto, Proxy};
use crate::support::{Desk, lines};

const REGIONS: [&str; 2] = ["us-east-1", "us-west-2"];

fn states(moto: &Moto) -> BTreeMap<String, Value> {
    serde_json::from_str(&moto.boto3(&[&["states"], &REGIONS[..]].concat())).unwrap()
}

#[test]
fn an_approved_stop_stops_exactly_what_the_words_name() {
    let moto = Moto::start();
    moto.boto3(&[&["seed", "300"], &REGIONS[..]].concat());
    let before = states(&moto);
    let desk = Desk::empty();
    let endpoint = moto.endpoint();

    let connect = desk.aws_ok(&["connect", "aws", "--endpoint", &endpoint, "--json"]);
    let connected: Value = serde_json::from_str(&connect).unwrap();
    assert_eq!(connected["identities"][0]["account"], "123456789012");

    let synced: Value = serde_json::from_str(&desk.aws_ok(&["sync", "--json"])).unwrap();
    assert_eq!(synced["gaps"], Value::from(Vec::<Value>::new()));
    let export = desk.export();
    let count = |kind: &str| export.iter().filter(|r| r["kind"] == kind && r["tags"]["team"].is_string()).count();
    assert_eq!(count("vm") + count("disk") + count("bucket"), 300);
    assert_eq!(count("vm"), before.len());

    let found: Value = serde_json::from_str(&desk.ok(&["search", "--json", "web-001", "--limit", "1"])).unwrap();
    assert_eq!(found["hits"][0]["name"], "web-001");

    let events = desk.aws_ok(&["ask", "--yes", "--json", "stop all dev instances in us-west-2"]);
    let document: Value = serde_json::from_str(&events).unwrap();
    assert!(document["plan"]["principal"].as_str().unwrap().contains("123456789012"), "the plan names the account");
    assert_eq!(document["plan"]["steps"][0]["cli"][0][0], "aws");

    let after = states(&moto);
    let meant = |instance: &Value| instance["env"] == "dev" && instance["region"] == "us-west-2";
    let targets = before.values().filter(|instance| meant(instance)).count();
    assert!(targets > 0);
    assert_eq!(document["run"]["done"], targets);
    for (id, instance) in &after {
        let expected = if meant(instance) { "stopped" } else { "running" };
        assert_eq!(instance["state"], expected, "{id}: {instance}");
    }

    let known = desk.export().iter().filter(|r| r["kind"] == "vm" && r["state"] == "stopped").count();
    assert_eq!(known, targets, "the estate knows without a sync");
    let again: Value = serde_json::from_str(&desk.aws_ok(&["sync", "--json"])).unwrap();
    assert_eq!((&again["changed"], &again["removed"], &again["missing"]), (&0.into(), &0.into(), &0.into()));

    let run = document["run"]["run"].as_str().unwrap();
    let undone = desk.aws_ok(&["runs", "undo", run, "--yes", "--json"]);
    assert_eq!(lines(&undone).pop().unwrap()["done"], targets);
    assert!(states(&moto).values().all(|instance| instance["state"] == "running"));
}

/// AWS tells `Env` and `env` apart; whoever says one of them means both.
#[test]
fn a_tag_goes_and_comes_under_the_keys_that_it_has() {
    const REGION: &str = "us-east-1";
    let moto = Moto::start();
    moto.boto3(&["fleet", "2", REGION]);
    moto.boto3(&["tag", REGION, "Env=dev", "ENV=prod", "environment=x"]);
    let tags = || -> BTreeMap<String, BTreeMap<String, String>> { serde_json::from_str(&moto.boto3(&["tags", REGION])).unwrap() };
    let before = tags();
    let desk = Desk::empty();
    desk.aws_ok(&["connect", "aws", "--endpoint", &moto.endpoint(), "--region", REGION, "--json"]);
    desk.aws_ok(&["sync", "--json", "--kind", "vm"]);
    let order = |words: &str| -> Value { serde_json::from_str(&desk.aws_ok(&["ask", "--yes", "--json", words])).unwrap() };

    let removed = order("remove the tag env from vms with fleet=kill");
    assert_eq!(removed["run"]["done"], 2, "{removed}");
    assert_eq!(removed["plan"]["steps"][0]["params"], serde_json::json!({"keys": ["ENV", "Env"]}));
    assert!(removed["plan"]["warnings"].to_string().contains("written `ENV` and `Env`"), "{}", removed["plan"]["warnings"]);
    for tags in tags().values() {
        assert_eq!(tags.keys().collect::<Vec<_>>(), ["environment", "fleet"]);
    }
    let undone = desk.aws_ok(&["runs", "undo", removed["run"]["run"].as_str().unwrap(), "--yes", "--json"]);
    assert_eq!(lines(&undone).pop().unwrap()["done"], 2);
    assert_eq!(tags(), before);

    // Set is the key that is there, and no second one beside it.
    let set = order("tag vms tagged fleet=kill with ENVIRONMENT=test");
    assert_eq!(set["run"]["done"], 2, "{set}");
    assert!(tags().values().all(|tags| tags["environment"] == "test" && !tags.contains_key("ENVIRONMENT")));
}

#[test]
fn nobody_signed_in_is_said_with_a_hint() {
    let desk = Desk::empty();
    let mut command = desk.command(&["connect", "aws", "--endpoint", "http://127.0.0.1:9"]);
    for key in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        command.env_remove(key);
    }
    command.env("AWS_SHARED_CREDENTIALS_FILE", "none").env("AWS_CONFIG_FILE", "none");
    let ran = crate::support::ran(command.output().unwrap());
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("not signed in") || ran.err.contains("credentials"), "{}", ran.err);
    assert!(ran.err.contains("hint"), "{}", ran.err);
}

#[test]
fn a_key_with_a_line_break_is_said_to_have_one() {
    let moto = Moto::start();
    for (key, part) in
        [("AWS_ACCESS_KEY_ID", "access key ID"), ("AWS_SECRET_ACCESS_KEY", "secret access key"), ("AWS_SESSION_TOKEN", "session token")]
    {
        for value in ["AKIA\nEXAMPLE", "AKIAEXAMPL\u{e9}", "AKIA EXAMPLE"] {
            let desk = Desk::empty();
            let mut command = desk.command(&["connect", "aws", "--endpoint", &moto.endpoint(), "--region", "us-east-1", "--json"]);
            let ran = crate::support::ran(command.envs(crate::local_aws::CREDENTIALS).env(key, value).output().unwrap());
            assert_eq!(ran.code, 1, "{key}: {}", ran.err);
            assert!(ran.err.contains("line break") && ran.err.contains(part) && ran.err.contains("hint"), "{key}: {}", ran.err);
            assert!(!ran.err.contains("AKIA") && !ran.err.contains("unwrap"), "{key}: {}", ran.err);
        }
    }
}

#[test]
fn a_connection_that_replaces_another_says_what_changes() {
    let moto = Moto::start();
    let desk = Desk::empty();
    let connect = |more: &[&str]| desk.aws_ok(&[&["connect", "aws", "--endpoint", &moto.endpoint()], more].concat());
    let first: Value = serde_json::from_str(&connect(&["--region", "us-east-1", "--json"])).unwrap();
    assert!(first["replaced"].is_null(), "{first}");
    assert!(!connect(&["--region", "us-east-1"]).contains("already"), "the same again replaces nothing");
    let told = connect(&["--region", "eu-west-1", "--region", "eu-central-1"]);
    assert!(told.contains("connected already") && told.contains("regions: eu-west-1, eu-central-1 (was: us-east-1)"), "{told}");
    let last: Value = serde_json::from_str(&connect(&["--json"])).unwrap();
    let expected = serde_json::json!([{"setting": "regions", "before": "eu-west-1, eu-central-1", "after": "all that are enabled"}]);
    assert_eq!(last["replaced"], expected);
    assert_eq!(serde_json::from_str::<Value>(&desk.ok(&["connect", "list", "--json"])).unwrap().as_array().unwrap().len(), 1);
}

#[test]
fn a_sync_says_who_asked_it_to_slow_down() {
    let moto = Moto::start();
    let proxy = Proxy::start(moto.port, Duration::ZERO);
    let desk = Desk::empty();
    desk.aws_ok(&["connect", "aws", "--endpoint", &proxy.endpoint(), "--region", "us-east-1", "--json"]);
    proxy.throttle("DescribeVpcs", 2);
    let sync = || -> Value { serde_json::from_str(&desk.aws_ok(&["sync", "--json", "--kind", "network"])).unwrap() };
    let synced = sync();
    assert_eq!((&synced["seen"], &synced["gaps"]), (&1.into(), &Vec::<Value>::new().into()), "it was waited for");
    let slow = &synced["throttled"][0];
    let told = ["connection", "api", "region"].map(|key| slow[key].as_str().unwrap());
    assert_eq!((told, &slow["times"]), (["aws-123456789012", "ec2:DescribeVpcs", "us-east-1"], &2.into()));
    assert!(slow["waited_ms"].as_u64().unwrap() >= 300, "{slow}");
    assert_eq!(sync()["throttled"], Value::from(Vec::<Value>::new()));
    proxy.throttle("DescribeVpcs", 1);
    let text = desk.aws_ok(&["sync", "--kind", "network"]);
    assert!(text.contains("ec2:DescribeVpcs in us-east-1 asked 1 time to slow down"), "{text}");
}

#[test]
fn logs_show_no_credentials_and_nothing_of_the_estate() {
    let moto = Moto::start();
    moto.boto3(&["seed", "12", "us-east-1"]);
    let desk = Desk::empty();
    let endpoint = moto.endpoint();
    let (key, secret, token) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00", "IQoJb3JpZ2luX2VjEXAMPLETOKEN");
    let tags: Vec<String> = {
        let desk = Desk::empty();
        desk.aws_ok(&["connect", "aws", "--endpoint", &endpoint, "--json"]);
        desk.aws_ok(&["sync", "--quiet", "--region", "us-east-1"]);
        desk.export().iter().filter_map(|r| r["tags"]["Name"].as_str().map(str::to_owned)).collect()
    };
    assert!(tags.len() > 3, "{tags:?}");
    for filter in ["trace", "aws_config=trace,aws_smithy_runtime=trace,aws_sdk_ec2=trace,hyper_util=trace,rustls=trace,escher=trace"] {
        for args in [&["connect", "aws", "--endpoint", &endpoint, "--json"][..], &["sync", "--json", "--region", "us-east-1"]] {
            let mut command = desk.command(args);
            command.envs(crate::local_aws::CREDENTIALS).env("AWS_ACCESS_KEY_ID", key).env("AWS_SECRET_ACCESS_KEY", secret);
            command.env("AWS_SESSION_TOKEN", token).env("ESCHER_LOG", filter);
            let ran = crate::support::ran(command.output().unwrap());
            assert_eq!(ran.code, 0, "{}", ran.err);
            for told in [key, secret, token, "X-Amz-Signature", "Action=Describe"].into_iter().chain(tags.iter().map(String::as_str)) {
                assert!(!ran.err.contains(told), "{filter}: {told} in {}", ran.err);
            }
        }
    }
}
