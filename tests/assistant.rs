//! The door for assistants, used by the official client: it reads and plans, and approves nothing.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Desk, python};

/// The official client over `escher mcp`, in the middle of a conversation.
struct Assistant {
    child: Child,
    said: BufReader<std::process::ChildStdout>,
}

impl Assistant {
    /// Beside a person whose conversation this is.
    fn begin(desk: &Desk, persons: &str) -> (Self, Value) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts/assistant.py");
        let mut command = Command::new(python());
        desk.environment(command.arg(script).args([env!("CARGO_BIN_EXE_escher"), desk.data().to_str().unwrap(), persons]));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let mut assistant = Self { child, said };
        let first = assistant.hear();
        (assistant, first)
    }

    fn hear(&mut self) -> Value {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|e| {
            let mut err = String::new();
            self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
            panic!("{e}: {line}\n{err}")
        })
    }

    /// Goes on, and returns what it saw then.
    fn end(mut self) -> Value {
        self.child.stdin.take().unwrap().write_all(b"\n").unwrap();
        let last = self.hear();
        assert!(self.child.wait().unwrap().success());
        last
    }
}

fn plan_of(first: &Value) -> String {
    first["asked"]["data"]["plan"]["id"].as_str().unwrap().to_owned()
}

/// What it sees before anybody has approved anything.
fn reads_and_plans(first: &Value) {
    assert_eq!(first["hello"]["serverInfo"]["name"], "escher", "{first}");
    let tools = first["tools"].as_array().unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    for name in ["search", "ask", "plan", "plan_run", "plan_dry_run", "runs", "run_undo", "sync", "doctor", "policy_show", "policy_check"] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert!(!names.iter().any(|name| name.contains("approve") || ["import", "connect", "export"].contains(name)), "{names:?}");
    for tool in tools {
        let (input, output, hints) = (&tool["inputSchema"], &tool["outputSchema"], &tool["annotations"]);
        assert!(input["type"] == "object" && output["type"] == "object", "{tool}");
        assert_eq!(hints["destructiveHint"] == true, tool["name"] == "plan_run", "{tool}");
        assert_eq!(
            hints["readOnlyHint"] == true,
            !["ask", "conversation_new", "run_undo", "plan_run"].contains(&tool["name"].as_str().unwrap()),
            "{tool}"
        );
    }
    assert_eq!(first["found"]["data"]["hits"].as_array().unwrap().len(), 3);
    assert_eq!(first["found"]["data"]["corrected"][0], json!({"from": "prodution", "to": "production"}));
    // The plan can be run by nobody yet, and the answer says who can change that.
    let plan = plan_of(first);
    let refused = &first["refused"];
    assert!(refused["error"] == true && refused["data"]["kind"] == "forbidden", "{refused}");
    assert_eq!(refused["data"]["next"], json!({"operation": "plan_approve", "params": {"plan": plan}}));
    assert!(refused["text"].to_string().contains(&format!("plan approve {plan}")), "{refused}");
    assert!(first["approve"]["error"] == true && first["approve"]["data"]["kind"] == "forbidden", "{}", first["approve"]);
    let kinds: Vec<&Value> = first["wrong"].as_array().unwrap().iter().map(|it| &it["data"]["kind"]).collect();
    assert_eq!(kinds, ["invalid", "invalid", "forbidden", "invalid", "not-found"], "{}", first["wrong"]);
    assert!(first["wrong"].as_array().unwrap().iter().all(|it| it["error"] == true));
}

/// What a person says before an assistant comes, and goes on with after it.
fn a_person_talks(desk: &Desk) -> String {
    let asked: Value = desk.json(&["ask", "--json", "--conversation", "new", "show me all VMs in Azure"]);
    asked["conversation"].as_str().unwrap().to_owned()
}

/// It neither sees nor touches what a person talks about.
fn conversations_are_apart(desk: &Desk, persons: &str, first: &Value, last: &Value) {
    let theirs = first["theirs"].as_array().unwrap();
    assert_eq!((theirs.len(), &theirs[0]), (5, &json!({"conversations": []})), "{theirs:?}");
    for refused in &theirs[1..] {
        assert!(refused["error"] == true && refused["data"]["kind"] == "not-found", "{refused}");
        assert!(!refused.to_string().contains("VMs in Azure"), "{refused}");
    }
    let own = &last["own"];
    assert_eq!((own[0].as_array().unwrap().len(), &own[0][0]["id"], &own[0][0]["speaker"]), (1, &own[1], &json!("assistant")));
    // The person sees both, and who began which.
    let listed = desk.json(&["chat", "list", "--json"]);
    let speaker = |id: &str| listed.as_array().unwrap().iter().find(|it| it["id"] == id).unwrap()["speaker"].clone();
    assert_eq!((speaker(persons), speaker(own[1].as_str().unwrap())), (json!("person"), json!("assistant")));
    // “Them” are still what the person was shown.
    let only = desk.json(&["ask", "--json", "--conversation", persons, "only the stopped ones"]);
    assert_eq!(only["frame"]["selector"], "cloud = azure AND kind = vm AND state = stopped");
    assert_eq!(desk.json(&["chat", "show", persons, "--json"])["turns"].as_array().unwrap().len(), 2);
}

/// What it sees once a person has.
fn runs(last: &Value, plan: &str) {
    assert!(last["ran"]["error"] == false && last["ran"]["data"]["done"] == 1, "{last}");
    let run = last["ran"]["data"]["run"].as_str().unwrap();
    assert_eq!(last["resources"], json!([format!("escher://plans/{plan}"), format!("escher://runs/{run}")]));
    assert_eq!((&last["plan"]["doc"]["id"], &last["run"]["run"]["id"]), (&json!(plan), &json!(run)));
    // A conversation of its own, which ends in a plan and no more.
    let selectors: Vec<&Value> = last["turns"].as_array().unwrap().iter().map(|turn| &turn["frame"]["selector"]).collect();
    let stopped = "cloud = azure AND kind = vm AND state = stopped";
    assert_eq!(selectors, ["cloud = azure AND kind = vm", stopped, stopped]);
    assert!(last["turns"][2]["plan"]["id"].is_string(), "{}", last["turns"][2]);
    assert!(last["missing"].as_str().unwrap().contains("no plan"), "{last}");
}

#[test]
fn an_assistant_plans_and_a_person_approves() {
    let desk = Desk::demo();
    let persons = a_person_talks(&desk);
    let (assistant, first) = Assistant::begin(&desk, &persons);
    reads_and_plans(&first);
    // The assistant's process owns the directory; another terminal goes through it.
    let plan = plan_of(&first);
    desk.ok(&["plan", "approve", &plan]);
    // Whoever comes through the assistant's process is a person all the same.
    assert_eq!(desk.json(&["chat", "show", &persons, "--json"])["speaker"], "person");
    let last = assistant.end();
    runs(&last, &plan);
    conversations_are_apart(&desk, &persons, &first, &last);
    assert_eq!(desk.json(&["runs", "--json"])[0]["done"], 1);
}

#[cfg(unix)]
#[test]
fn an_assistant_goes_through_the_owner_like_every_command() {
    let desk = Desk::demo();
    let persons = a_person_talks(&desk);
    let daemon = crate::owner::Daemon::of(&desk);
    let (assistant, first) = Assistant::begin(&desk, &persons);
    reads_and_plans(&first);
    let plan = plan_of(&first);
    desk.ok(&["plan", "approve", &plan]);
    let last = assistant.end();
    runs(&last, &plan);
    conversations_are_apart(&desk, &persons, &first, &last);
    assert_eq!(daemon.end(), 0);
}

#[test]
fn who_is_no_assistant_is_not_served() {
    let desk = Desk::demo();
    for input in ["", "nonsense\n", "{}\n", "[[[[\n"] {
        let mut command = desk.command(&["mcp"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let done = crate::support::ran(child.wait_with_output().unwrap());
        assert!(done.code <= 1 && !done.err.contains("panicked"), "{input}: {}", done.err);
    }
    desk.ok(&["search", "--json", "prod"]);
}
