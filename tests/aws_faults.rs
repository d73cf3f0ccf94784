//! What an AWS that lags, refuses, breaks off, or never ends does to runs and to the estate: nothing that is not so.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::local_aws::{Answer, Moto, Proxy};
use crate::support::{Desk, lines};

/// A desk that is connected to one region of a local AWS through a proxy.
fn connected(moto: &Moto) -> (Desk, Proxy) {
    let (desk, proxy) = (Desk::empty(), Proxy::start(moto.port, Duration::ZERO));
    desk.aws_ok(&["connect", "aws", "--endpoint", &proxy.endpoint(), "--region", "us-east-1", "--json"]);
    (desk, proxy)
}

fn sync(desk: &Desk) -> Value {
    serde_json::from_str(&desk.aws_ok(&["sync", "--json"])).unwrap()
}

fn ids(desk: &Desk) -> BTreeSet<String> {
    desk.export().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

/// Gives an order and approves it; returns the document of the plan and its run.
fn order(desk: &Desk, words: &str) -> Value {
    let ran = desk.aws(&["ask", "--yes", "--json", words]);
    assert_eq!(ran.code, 0, "{words}\n{}\n{}", ran.out, ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

#[test]
fn what_is_not_found_right_after_a_change_is_neither_failed_nor_lost() {
    let moto = Moto::start();
    moto.boto3(&["seed", "18", "us-east-1"]);
    moto.boto3(&["special", "us-east-1"]);
    let (desk, proxy) = connected(&moto);
    sync(&desk);
    for lag in [1, 2] {
        let known = ids(&desk);
        proxy.lag(lag);
        let stopped = order(&desk, "stop dev vms in us-east-1");
        assert!(stopped["run"]["done"].as_u64().unwrap() >= 3, "{stopped}");
        for words in [
            "tag bucket-005 with lag=seen",
            "tag vm web-000 with lag=seen",
            "close port 22 on firewall called front",
            "take a snapshot of disk free-disk",
            "remove the tag lag from bucket-005",
            "remove the tag lag from vm web-000",
        ] {
            let done = order(&desk, words);
            assert_eq!((&done["run"]["done"], &done["run"]["failed"]), (&1.into(), &0.into()), "{words} after {lag}: {done}");
        }
        assert_eq!(ids(&desk), known, "the estate loses nothing");
        let states: BTreeSet<_> = desk.export().iter().filter(|it| it["name"] == "web-000").map(|it| it["state"].to_string()).collect();
        assert_eq!(states, BTreeSet::from(["\"stopped\"".to_owned()]), "and knows what was done");
        // The way back is kept.
        let run = stopped["run"]["run"].as_str().unwrap();
        let undone = lines(&desk.aws_ok(&["runs", "undo", run, "--yes", "--json"])).pop().unwrap();
        assert_eq!((&undone["done"], &undone["failed"]), (&stopped["run"]["done"], &0.into()));
        let resized = order(&desk, &format!("resize vm web-000 to {}", ["m5.large", "t3.micro"][lag - 1]));
        assert_eq!(resized["run"]["done"], 1, "{resized}");
        proxy.honest();
        moto.boto3(&["reopen", "us-east-1"]);
        let again = sync(&desk);
        assert_eq!((&again["missing"], &again["removed"], &again["gaps"]), (&0.into(), &0.into(), &Value::Array(Vec::new())));
    }
    proxy.lag(1);
    assert_eq!(order(&desk, "delete disk free-disk")["run"]["done"], 1);
    assert!(!desk.export().iter().any(|it| it["name"] == "free-disk"), "what was deleted is gone");
}

#[test]
fn what_hides_after_a_run_stays_in_the_estate() {
    let moto = Moto::start();
    moto.boto3(&["seed", "3", "us-east-1"]);
    let (desk, proxy) = connected(&moto);
    sync(&desk);
    let known = ids(&desk);
    // Seen before the call and after it, and not when the estate is brought up to date.
    proxy.hide_after(2, 4);
    assert_eq!(order(&desk, "stop vm web-000")["run"]["done"], 1);
    assert_eq!(proxy.hidden_left(), 0, "it was hidden from the last looks");
    assert_eq!(ids(&desk), known);
    let synced = sync(&desk);
    assert_eq!((&synced["changed"], &synced["missing"], &synced["removed"]), (&1.into(), &0.into(), &0.into()));
    assert!(desk.export().iter().any(|it| it["name"] == "web-000" && it["state"] == "stopped"));
}

#[test]
fn a_bucket_that_refuses_its_settings_stays_and_the_gap_names_it() {
    let moto = Moto::start();
    moto.boto3(&["seed", "18", "us-east-1"]);
    let (desk, proxy) = connected(&moto);
    let buckets = |desk: &Desk| desk.export().iter().filter(|it| it["kind"] == "bucket").count();
    sync(&desk);
    let count = buckets(&desk);
    assert!(count >= 2);
    for code in ["IllegalLocationConstraintException", "NoSuchThing", "MethodNotAllowed"] {
        let error = format!("<Error><Code>{code}</Code><Message>the bucket is elsewhere</Message></Error>");
        proxy.answer(&["GET /bucket-005"], Answer::Is(400, error));
        for _ in 0..2 {
            let synced = sync(&desk);
            assert_eq!(buckets(&desk), count, "{code}");
            let told = synced["gaps"].as_array().unwrap().iter().any(|gap| gap["reason"].as_str().unwrap().contains("bucket-005"));
            assert!(told, "{code}: {synced}");
            assert_eq!((&synced["missing"], &synced["removed"]), (&0.into(), &0.into()));
        }
        let bucket = desk.export().into_iter().find(|it| it["name"] == "bucket-005").unwrap();
        assert!(bucket["tags"].is_null() && bucket["flags"]["encrypted"].is_null(), "{bucket}");
        let text = desk.aws(&["sync"]);
        assert!(format!("{}{}", text.out, text.err).contains("bucket-005"), "{}\n{}", text.out, text.err);
        proxy.honest();
    }
    assert_eq!(sync(&desk)["gaps"], Value::Array(Vec::new()));
}

#[test]
fn broken_and_endless_answers_are_gaps_and_remove_nothing() {
    let moto = Moto::start();
    moto.boto3(&["seed", "12", "us-east-1"]);
    let (desk, proxy) = connected(&moto);
    sync(&desk);
    let known = ids(&desk);
    let half: fn(&str) -> String = |text| text[..text.len() / 2].to_owned();
    let unclosed: fn(&str) -> String = |text| text.replacen("</item>", "", 1);
    let nameless: fn(&str) -> String = |text| text.replace("<instanceId>", "<x>").replace("</instanceId>", "</x>");
    let forever: fn(&str) -> String = |text| text.replace("</reservationSet>", "</reservationSet><nextToken>again</nextToken>");
    let part = "<item><instancesSet><item><instanceId>i-1</instanceId></item></instancesSet></item>";
    for (what, answer) in [
        ("half", Answer::Changed(half)),
        ("unclosed", Answer::Changed(unclosed)),
        ("nameless", Answer::Changed(nameless)),
        ("the same token", Answer::Changed(forever)),
        ("no end", Answer::Endless(part)),
    ] {
        proxy.answer(&["Action=DescribeInstances&"], answer);
        // Two complete looks without a resource would remove it.
        for _ in 0..2 {
            let synced = sync(&desk);
            let gaps: Vec<&Value> = synced["gaps"].as_array().unwrap().iter().collect();
            assert_eq!((gaps.len(), &gaps[0]["scope"]["type"]), (1, &"ec2:instance".into()), "{what}: {synced}");
            assert_eq!((&synced["missing"], &synced["removed"]), (&0.into(), &0.into()), "{what}");
        }
        assert!(ids(&desk).is_superset(&known), "{what}");
        proxy.honest();
    }
    let nameless: fn(&str) -> String = |text| text.replacen("<Name>", "<x>", 1).replacen("</Name>", "</x>", 1);
    proxy.answer(&["GET /?"], Answer::Changed(nameless));
    for _ in 0..2 {
        assert_eq!(sync(&desk)["gaps"][0]["scope"]["type"], "s3:bucket");
    }
    assert!(ids(&desk).is_superset(&known));
}

#[test]
fn what_is_refused_again_and_again_is_asked_for_a_few_times_over_all_layers() {
    let moto = Moto::start();
    moto.boto3(&["seed", "3", "us-east-1"]);
    let (desk, proxy) = connected(&moto);
    sync(&desk);
    let slow = "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>slow down</Message></Error></Errors></Response>";
    for (action, words) in
        [("StopInstances", "stop vm web-000"), ("CreateTags", "tag vm web-000 with a=b"), ("RebootInstances", "restart vm web-000")]
    {
        let name: &'static str = Box::leak(format!("Action={action}&").into_boxed_str());
        proxy.answer(&[name], Answer::Is(503, slow.into()));
        proxy.take_actions();
        let ran = desk.aws(&["ask", "--yes", "--json", words]);
        assert_eq!(ran.code, 1, "{words}: {}", ran.out);
        assert_eq!(proxy.take_actions().get(action), Some(&5), "{words}");
        let run: Value = serde_json::from_str(&ran.out).unwrap();
        let shown = desk.ok(&["runs", "show", run["run"]["run"].as_str().unwrap()]);
        assert!(shown.contains("slow down, 5 times in a row"), "{shown}");
        proxy.honest();
    }
    // Where looking already takes the retries, none is left for the change.
    proxy.answer(&["Action=DescribeInstances&"], Answer::Is(503, slow.into()));
    proxy.take_actions();
    assert_eq!(desk.aws(&["ask", "--yes", "--json", "stop vm web-000"]).code, 1);
    let asked = proxy.take_actions();
    assert!(!asked.contains_key("StopInstances"), "what cannot be looked at is not called: {asked:?}");
    assert!(asked["DescribeInstances"] <= 10, "five for the step, five for the estate: {asked:?}");
}
