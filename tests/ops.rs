//! The one list of operations: what it says of each is what crosses a door.

use std::collections::{BTreeMap, BTreeSet};

use escher::api::{self, Effect, Op};
use escher::{CancellationToken, Config, ErrorKind, Escher};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::support::{Desk, block_on, script};

/// A data directory behind a door that holds every document against its schema.
struct Checked {
    escher: Escher,
    listed: BTreeMap<String, Value>,
    called: BTreeSet<String>,
    /// What crossed, each with its schema.
    crossed: Vec<Value>,
}

impl Checked {
    fn new(config: Config) -> Self {
        let listed = api::document()["operations"].as_array().unwrap().clone();
        let listed = listed.into_iter().map(|it| (it["name"].as_str().unwrap().to_owned(), it)).collect();
        Self { escher: Escher::open(config).unwrap(), listed, called: BTreeSet::new(), crossed: Vec::new() }
    }

    fn crosses(&mut self, what: String, schema: &Value, document: &Value) {
        self.crossed.push(json!({"what": what, "schema": schema, "document": document}));
    }

    async fn call(&mut self, name: &str, params: Value) -> (Value, Vec<Value>) {
        let listed = self.listed[name].clone();
        self.crosses(format!("request of {name}"), &listed["request"], &params);
        let (events, mut told) = mpsc::channel(100_000);
        let done = api::call(&self.escher, name, params, events, CancellationToken::new()).await;
        let response = done.unwrap_or_else(|e| panic!("{name}: {e}"));
        self.crosses(format!("response of {name}"), &listed["response"], &response);
        let mut heard = Vec::new();
        while let Ok(event) = told.try_recv() {
            self.crosses(format!("event of {name}"), &listed["event"], &event);
            heard.push(event);
        }
        assert!(heard.is_empty() || listed["streams"] == true, "{name} says that it reports nothing");
        self.called.insert(name.to_owned());
        (response, heard)
    }
}

#[test]
fn the_list_is_the_same_in_words_and_as_a_document() {
    let desk = Desk::empty();
    let document = desk.json(&["ops", "--json"]);
    assert_eq!(document["version"], env!("CARGO_PKG_VERSION"));
    let operations = document["operations"].as_array().unwrap();
    let table = desk.ok(&["ops"]);
    let mut names = BTreeSet::new();
    for it in operations {
        let keys: Vec<&str> = it.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["name", "summary", "effect", "streams", "request", "response", "event"]);
        let name = it["name"].as_str().unwrap();
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_') && names.insert(name), "{name}");
        assert!(["reads", "plans", "changes"].contains(&it["effect"].as_str().unwrap()), "{name}");
        assert_eq!(it["streams"] == true, it["event"].is_object(), "{name}");
        assert_eq!(it["request"]["type"], "object", "{name}");
        assert_eq!(it["response"]["type"], "object", "{name}");
        assert!(table.contains(it["summary"].as_str().unwrap()), "{name}");
    }
    for name in "search ask interpret sync import export describe plans plan plan_approve plan_reject plan_run plan_dry_run runs run \
                 run_resume run_undo connections connect doctor"
        .split_whitespace()
    {
        assert!(names.contains(name), "{name}");
    }
    // It needs no data directory, and makes none.
    assert!(!desk.data().exists());
}

#[test]
fn what_crosses_a_door_is_what_its_schema_says() {
    let desk = Desk::with_model();
    let config = Config { model_dir: std::env::var_os("ESCHER_TEST_MODEL").map(Into::into), ..desk.config() };
    let mut door = Checked::new(config);
    block_on(async {
        door.call("init", json!({})).await;
        let (_, progress) = door.call("demo", json!({"sim": "7:600"})).await;
        assert!(progress.iter().any(|step| step["event"] == "seen"), "{progress:?}");
        door.call("connect_sim", json!({"sim": "7:600"})).await;
        door.call("sync", json!({"kinds": ["vm"]})).await;
        let text = r#"{"id":"a-1","cloud":"aws","kind":"vm","type":"ec2:instance","name":"one"}"#;
        let imported = door.call("import", json!({"source": {"text": format!("{text}\nbad\n")}})).await.0;
        assert_eq!((&imported["added"], &imported["bad_count"]), (&json!(1), &json!(1)));
        let (count, lines) = door.call("export", json!({"where": "cloud = gcp"})).await;
        assert_eq!(count["exported"], lines.len());
        assert!(lines.len() > 100 && lines.iter().all(|line| line["cloud"] == "gcp"));
        let found = door.call("search", json!({"words": "postgress prod", "where": "cloud = gcp", "limit": 3})).await.0;
        assert_eq!(found["hits"].as_array().unwrap().len(), 3);
        let changes = door.call("changes", json!({"since": "1h", "where": "cloud = aws"})).await.0;
        assert!(changes["changes"].as_array().unwrap().iter().any(|change| change["name"] == "one"), "{changes}");
        let known = door.call("describe", json!({"ids": [found["hits"][0]["id"], "nothing"]})).await.0;
        assert_eq!((&known["resources"][0]["id"], &known["unknown"]), (&found["hits"][0]["id"], &json!(["nothing"])));
        let (one, all) = (&found["hits"][0]["id"], vec!["nothing"; 999]);
        let twice: Vec<Value> = [one, one].into_iter().cloned().chain(all.iter().map(|id| json!(id))).collect();
        let known = door.call("describe", json!({"ids": &twice[1..]})).await.0;
        assert_eq!((known["resources"].as_array().unwrap().len(), &known["unknown"]), (1, &json!(["nothing"])));
        for text in ["how many VMs per cloud", "describe vm one", "stop everything", "hello", "how do I delete a VM?", "most expensive vms"]
        {
            door.call("ask", json!({"text": text})).await;
            door.call("interpret", json!({"text": text})).await;
            door.call("explain", json!({"text": text})).await;
        }
        let plan = door.call("ask", json!({"text": "Stop production database in GCP project-x"})).await.0["plan"]["id"].clone();
        door.call("plan_check", json!({"plan": plan})).await;
        door.call("plan_dry_run", json!({"plan": plan})).await;
        door.call("plan_approve", json!({"plan": plan})).await;
        let (finished, events) = door.call("plan_run", json!({"plan": plan})).await;
        assert_eq!((&finished["done"], &events.last().unwrap()["event"]), (&json!(1), &json!("finished")));
        let run = finished["run"].clone();
        let undo = door.call("run_undo", json!({"run": run})).await.0["id"].clone();
        door.call("plan_approve_run", json!({"plan": undo})).await;
        door.call("run_resume", json!({"run": run})).await;
        let other = door.call("ask", json!({"text": "tag vm called one with a=b"})).await.0;
        assert!(other["plan"].is_null(), "no connection speaks for it: {other}");
        door.call("policy_show", json!({})).await;
        door.call("policy_check", json!({"text": "Stop idle VMs in Azure West US", "approver": "ada"})).await;
        door.call("policy_check", json!({})).await;
        let other = door.call("ask", json!({"text": "Stop idle VMs in Azure West US"})).await.0["plan"]["id"].clone();
        door.call("plan_reject", json!({"plan": other})).await;
        for name in ["plan", "run"] {
            door.call(name, json!({name: if name == "plan" { &plan } else { &run }})).await;
        }
        let chat = door.call("conversation_new", json!({})).await.0["id"].clone();
        for text in ["show me all VMs in Azure", "the first two", "start them", "stop everything", "yes"] {
            for name in ["interpret", "explain", "ask"] {
                door.call(name, json!({"text": text, "conversation": chat})).await;
            }
        }
        door.call("conversation", json!({"conversation": chat})).await;
        for name in ["plans", "runs", "connections", "conversations", "status", "doctor"] {
            door.call(name, json!({})).await;
        }
        door.call("conversation_delete", json!({"conversation": chat})).await;
    });
    let lines: Vec<String> = door.crossed.iter().map(Value::to_string).collect();
    assert!(lines.len() > 200);
    let wrong = script("schemas.py", &[desk.file("crossed.jsonl", &lines.join("\n")).to_str().unwrap()]);
    assert_eq!(wrong, "");
    // A schema that admits everything would say nothing.
    let odd = json!({"what": "odd", "schema": door.listed["plan"]["response"], "document": {"doc": {"id": 1}}}).to_string();
    assert!(script("schemas.py", &[desk.file("odd.jsonl", &odd).to_str().unwrap()]).contains("odd: "));
    // A real cloud is needed for the one that is left; `tests/aws.rs` goes through it.
    let missed: Vec<&String> = door.listed.keys().filter(|name| !door.called.contains(*name)).collect();
    assert_eq!(missed, ["connect"]);
}

#[test]
fn what_is_no_request_is_refused_and_nothing_is_done() {
    let desk = Desk::demo();
    let escher = Escher::open(desk.config()).unwrap();
    block_on(async {
        for (name, params, why) in [
            ("serach", json!({}), "there is no operation"),
            ("search", json!({"word": "a"}), "unknown field `word`"),
            ("search", json!({"limit": "ten"}), "invalid type"),
            ("search", json!([1]), "invalid"),
            ("ask", json!({}), "missing field `text`"),
            ("ask", json!({"text": "hello", "conversation": "pl_1"}), "is not a conversation id"),
            ("import", json!({"source": {"file": 1}}), "invalid type"),
            ("import", json!({"source": "input"}), "sends nothing along"),
            ("import", json!({"source": {"file": "Cargo.toml"}}), "is not absolute"),
            ("import", json!({"source": {"file": "/dev/zero"}}), "not a plain file"),
            ("import", json!({"source": {"file": "/"}}), "is a folder"),
            ("describe", json!({"ids": vec!["i-1"; 1_001]}), "no more than 1000"),
            ("connect", json!({"cloud": "hetzner"}), "unknown variant"),
        ] {
            let done = api::call(&escher, name, params.clone(), mpsc::channel(1).0, CancellationToken::new()).await;
            let error = done.expect_err(&format!("{name} {params}"));
            assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains(why), "{name} {params}: {error}");
            assert!(error.hint_text().is_some(), "{name} {params}: {error}");
        }
        let error = api::call(&escher, "connect", json!({"cloud": "azure"}), mpsc::channel(1).0, CancellationToken::new()).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Unsupported);
    });
}

#[test]
fn what_may_change_something_is_declared_so() {
    let changing: Vec<&str> = Op::ALL.iter().map(|op| op.declared()).filter(|it| it.effect == Effect::Changes).map(|it| it.name).collect();
    assert_eq!(
        changing,
        [
            "conversation_delete",
            "import",
            "init",
            "demo",
            "connect",
            "connect_sim",
            "plan_approve",
            "plan_reject",
            "plan_run",
            "plan_approve_run",
            "run_resume"
        ]
    );
    // A change that is under way ends in order, whatever asks it to stop.
    for op in Op::ALL.iter().map(|op| op.declared()) {
        assert_eq!(op.orderly, ["plan_run", "plan_approve_run", "run_resume"].contains(&op.name), "{}", op.name);
    }
}
