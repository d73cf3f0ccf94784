//! Conversations, through every door: what a turn goes on from, what it never does, and what is kept.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use escher::core::{Collection, DocumentStore as _, Selector};
use escher::{Escher, Reply, Speaker};
use serde_json::{Value, json};

use crate::support::{Desk, Ran, block_on, lines, python, ran, sorted};

const ESCHER: &str = env!("CARGO_BIN_EXE_escher");

/// Turns on the command line, each a command of its own.
struct Talk<'d> {
    desk: &'d Desk,
    id: String,
}

impl<'d> Talk<'d> {
    fn begin(desk: &'d Desk, text: &str) -> (Self, Value) {
        let first = asked(desk, "new", text);
        let id = first["conversation"].as_str().unwrap().to_owned();
        assert!(id.starts_with("cv_"), "{id}");
        (Self { desk, id }, first)
    }

    fn say(&self, text: &str) -> Value {
        asked(self.desk, &self.id, text)
    }
}

fn asked(desk: &Desk, conversation: &str, text: &str) -> Value {
    let ran = desk.run(&["ask", "--json", "--conversation", conversation, text]);
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{text}: {e}\n{}{}", ran.out, ran.err))
}

fn hits(answer: &Value) -> Vec<String> {
    sorted(answer["answer"]["hits"].as_array().unwrap_or_else(|| panic!("{answer}")), "id")
}

fn targets(plan: &Value) -> Vec<String> {
    let steps = plan["plan"]["steps"].as_array().unwrap_or_else(|| panic!("{plan}"));
    sorted(steps.iter().map(|step| &step["target"]), "id")
}

/// Ids of what the export says matches, by brute force.
fn exported(desk: &Desk, select: impl Fn(&Value) -> bool) -> Vec<String> {
    let all = desk.export();
    sorted(all.iter().filter(|it| select(it)), "id")
}

fn stopped_vms(cloud: &'static str) -> impl Fn(&Value) -> bool {
    move |it| it["cloud"] == cloud && it["kind"] == "vm" && it["state"] == "stopped"
}

#[test]
fn three_turns_end_in_a_plan_over_exactly_what_was_shown() {
    let desk = Desk::demo();
    let (talk, first) = Talk::begin(&desk, "show me all VMs in Azure");
    assert_eq!(hits(&first), exported(&desk, |it| it["cloud"] == "azure" && it["kind"] == "vm" && it["state"] != "terminated"));
    let second = talk.say("only the stopped ones");
    let stopped = exported(&desk, stopped_vms("azure"));
    assert!(!stopped.is_empty() && stopped.len() < hits(&first).len());
    assert_eq!(hits(&second), stopped);
    let third = talk.say("start them");
    assert_eq!(third["frame"]["selector"], "cloud = azure AND kind = vm AND state = stopped");
    assert_eq!((&third["frame"]["action"], &third["frame"]["shown"]), (&json!("vm.start"), &json!(true)));
    assert_eq!(targets(&third), stopped);
    // A yes in words is none.
    for text in ["yes", "approve", "go ahead", "run it"] {
        let answer = talk.say(text);
        assert!(answer["plan"].is_null() && answer["answer"]["answered"] == false, "{text}: {answer}");
    }
    let plan = third["plan"]["id"].as_str().unwrap();
    assert_eq!(talk.say("approve it")["answer"]["next"], json!({"operation": "plan_approve", "params": {"plan": plan}}));
    assert_eq!(desk.json(&["plan", "list", "--json"])[0]["status"], "pending");
    assert_eq!(desk.json(&["runs", "--json"]), json!([]));
}

#[test]
fn a_turn_replaces_narrows_counts_and_sorts() {
    let desk = Desk::demo();
    let (talk, _) = Talk::begin(&desk, "show me all VMs in Azure");
    talk.say("only the stopped ones");
    assert_eq!(hits(&talk.say("and in AWS?")), exported(&desk, stopped_vms("aws")));
    assert_eq!(talk.say("how many?")["answer"]["total"], exported(&desk, stopped_vms("aws")).len());
    talk.say("show me all VMs in AWS");
    let by_cost = talk.say("sort by cost");
    let costs: Vec<f64> = by_cost["answer"]["hits"].as_array().unwrap().iter().filter_map(|hit| hit["cost_month"].as_f64()).collect();
    assert!(costs.len() > 2 && costs.is_sorted_by(|a, b| a >= b), "{costs:?}");
    let two = talk.say("the first two");
    assert_eq!(two["answer"]["hits"].as_array().unwrap().len(), 2);
    assert_eq!(two["answer"]["hits"], json!(by_cost["answer"]["hits"].as_array().unwrap()[..2]));
    // Of many those two alone were shown.
    let tagged = talk.say("tag them with owner=ana");
    assert_eq!(targets(&tagged), hits(&two));
    assert_eq!(tagged["frame"]["action"], "vm.tag");
    // And after a plan its targets are meant, whatever they have become.
    assert_eq!(targets(&talk.say("tag those with team=core")), hits(&two));
    let disks = talk.say("and the disks attached to them");
    assert_eq!(disks["frame"]["constraints"][1]["field"], "rel.attached");
}

#[test]
fn after_a_question_back_or_an_answer_without_some_words_they_are_nobody() {
    let desk = Desk::demo();
    let (talk, first) = Talk::begin(&desk, "stop everything");
    assert!(first["clarify"].is_object());
    for (before, order) in [("stop everything", "stop them"), ("show dev VMs that nobody likes", "stop them"), ("blorp", "delete them")] {
        talk.say(before);
        let answer = talk.say(order);
        assert!(answer["clarify"]["question"].as_str().unwrap().contains("what you are referring to"), "{before}: {answer}");
        // Two turns later as well.
        assert!(talk.say(order)["clarify"].is_object());
    }
    talk.say("show dev VMs");
    talk.say("start over");
    assert!(talk.say("stop them")["clarify"].is_object());
    // Without a conversation nothing was said before.
    assert!(serde_json::from_str::<Value>(&desk.run(&["ask", "--json", "stop them"]).out).unwrap()["clarify"].is_object());
    assert_eq!(desk.json(&["plan", "list", "--json"]), json!([]));
}

/// Sets the states of resources as an import tells them.
fn import(desk: &Desk, states: &[(&str, &str)]) {
    let all = desk.export();
    let line = |(id, state): &(&str, &str)| {
        let mut resource = all.iter().find(|it| it["id"] == *id).unwrap().clone();
        resource["state"] = json!(state);
        resource.to_string()
    };
    let lines: Vec<String> = states.iter().map(line).collect();
    let file = desk.file("changed.jsonl", &lines.join("\n"));
    desk.ok(&["import", file.to_str().unwrap()]);
}

fn name_of(desk: &Desk, id: &str) -> String {
    desk.export().into_iter().find(|it| it["id"] == id).unwrap()["name"].as_str().unwrap().to_owned()
}

fn warned(plan: &Value) -> String {
    let warnings = plan["plan"]["warnings"].as_array().unwrap_or_else(|| panic!("{plan}"));
    let said: Vec<&str> = warnings.iter().filter_map(Value::as_str).filter(|it| it.contains("the estate changed since")).collect();
    said.join("\n")
}

#[test]
fn what_was_not_shown_is_left_out_and_said() {
    let desk = Desk::demo();
    let (talk, first) = Talk::begin(&desk, "show me all stopped VMs in Azure");
    let stopped = exported(&desk, stopped_vms("azure"));
    assert!(hits(&first) == stopped && stopped.len() > 1);
    let running = exported(&desk, |it| it["cloud"] == "azure" && it["kind"] == "vm" && it["state"] == "running");
    let (new, gone) = (running[0].as_str(), stopped[0].as_str());
    // As many as before, and others.
    import(&desk, &[(new, "stopped"), (gone, "running")]);
    let plan = talk.say("start them");
    assert_eq!(targets(&plan), stopped[1..], "{plan}");
    let said = warned(&plan);
    let left_out = format!("left out because they were not shown: {}", name_of(&desk, new));
    assert!(said.contains(&left_out) && said.contains("shown but no longer matching: "), "{said}");
    assert!(!plan["frame"]["selector"].as_str().unwrap().contains(new), "{plan}");
    // The warning belongs to the plan.
    assert!(desk.run(&["plan", "show", plan["plan"]["id"].as_str().unwrap()]).err.contains(&left_out));
    // What is related to what was not shown is left out as well.
    talk.say("show me all stopped VMs in Azure");
    import(&desk, &[(gone, "stopped")]);
    let disks = talk.say("snapshot their disks");
    let ids: Vec<String> = [&stopped[1..], &[new.to_owned()]].concat();
    let attached = |it: &Value| {
        let links = it["links"].as_array().cloned().unwrap_or_default();
        it["kind"] == "disk" && links.iter().any(|link| ids.contains(&link["id"].as_str().unwrap().to_owned()))
    };
    let all = desk.export();
    let linked_from = |disk: &Value| {
        let vms = all.iter().filter(|vm| ids.contains(&vm["id"].as_str().unwrap().to_owned()));
        vms.flat_map(|vm| vm["links"].as_array().cloned().unwrap_or_default()).any(|link| link["id"] == disk["id"])
    };
    let wanted = exported(&desk, |it| it["kind"] == "disk" && (attached(it) || linked_from(it)));
    if disks["plan"].is_object() {
        assert!(targets(&disks).iter().all(|id| wanted.contains(id)) && warned(&disks).contains("left out"), "{disks}");
    } else {
        panic!("{disks}");
    }
    // None of it is there any more, but something else is.
    let (talk, _) = Talk::begin(&desk, &format!("show the stopped vm called {}", name_of(&desk, gone)));
    import(&desk, &[(gone, "running")]);
    assert!(talk.say("start it")["plan"].is_null());
}

#[test]
fn a_list_that_was_cut_has_not_changed_and_counts_nothing() {
    let desk = Desk::demo();
    let (talk, first) = Talk::begin(&desk, "show the 3 most expensive vms in aws");
    assert_eq!(hits(&first).len(), 3);
    let plan = talk.say("tag them with owner=ana");
    assert_eq!((targets(&plan), warned(&plan)), (hits(&first), String::new()));
    assert_eq!(plan["plan"]["goal"], "Tag selected VMs with owner=ana");
    let (talk, first) = Talk::begin(&desk, "show the 20 most expensive vms in aws");
    let few = talk.say("only the prod ones");
    assert!(!hits(&few).is_empty() && hits(&few).len() < hits(&first).len(), "{few}");
    let plan = talk.say("tag them with owner=ana");
    assert_eq!((targets(&plan), warned(&plan)), (hits(&few), String::new()));
    assert_eq!(plan["plan"]["goal"], "Tag selected prod VMs with owner=ana");
    // A count shows all that it counts.
    talk.say("how many VMs are stopped in Azure?");
    let plan = talk.say("start them");
    assert_eq!((targets(&plan), warned(&plan)), (exported(&desk, stopped_vms("azure")), String::new()));
}

#[test]
fn of_many_that_changed_nobody_guesses() {
    let desk = Desk::empty();
    desk.ok(&["demo", "--json", "--sim", "7:3000"]);
    let (talk, first) = Talk::begin(&desk, "show me all VMs in AWS that are running");
    assert!(hits(&first).len() > 200, "{}", hits(&first).len());
    let plan = talk.say("tag them with owner=ana");
    assert_eq!((targets(&plan), warned(&plan)), (hits(&first), String::new()));
    talk.say("show me all VMs in AWS that are running");
    let stopped = exported(&desk, stopped_vms("aws"));
    import(&desk, &[(&hits(&first)[0], "stopped"), (&stopped[0], "running")]);
    let asks = talk.say("tag them with owner=ana");
    assert!(asks["clarify"]["question"].as_str().unwrap_or_else(|| panic!("{asks}")).contains("The estate has changed"), "{asks}");
    // A question back shows nothing.
    assert!(talk.say("tag them with owner=ana")["clarify"].is_object());
    talk.say("show me all VMs in AWS that are running");
    assert!(talk.say("tag them with owner=ana")["plan"].is_object());
}

#[test]
fn a_conversation_of_an_earlier_version_opens_and_asks_what_it_does_not_know() {
    let desk = Desk::demo();
    let escher = Escher::open(desk.config()).unwrap();
    block_on(async {
        let id = escher.new_conversation().await.unwrap().id;
        escher.ask_in("show me all stopped VMs in Azure", Some(&id)).await.unwrap();
        let store = escher_rag::SqliteStore::open(desk.data().join("store.db")).unwrap();
        let mut document = store.document(Collection::Chat, id.as_str()).await.unwrap().unwrap();
        let body = document.body.as_object_mut().unwrap();
        assert!(body.remove("speaker").is_some());
        assert!(body["turns"][0].as_object_mut().unwrap().remove("listed").is_some());
        store.put(Collection::Chat, &document).await.unwrap();
        assert_eq!(escher.conversation(&id).await.unwrap().speaker, Speaker::Person);
        assert!(escher.spoken_by(Speaker::Assistant).conversation(&id).await.is_err());
        let asked = escher.ask_in("start them", Some(&id)).await.unwrap();
        assert!(matches!(asked.reply, Reply::Clarify(_)), "{asked:?}");
        escher.ask_in("show me all stopped VMs in Azure", Some(&id)).await.unwrap();
        let asked = escher.ask_in("start them", Some(&id)).await.unwrap();
        assert!(matches!(asked.reply, Reply::Plan(_)), "{asked:?}");
    });
}

#[test]
fn conversations_are_apart_survive_and_can_be_deleted() {
    let desk = Desk::demo();
    let (one, _) = Talk::begin(&desk, "show me all VMs in Azure");
    let (other, _) = Talk::begin(&desk, "list prod databases in gcp");
    // Each command was a process of its own, so all of this came from the disk.
    assert_eq!(one.say("only the stopped ones")["frame"]["selector"], "cloud = azure AND kind = vm AND state = stopped");
    assert_eq!(
        other.say("only the running ones")["frame"]["selector"],
        "cloud = gcp AND kind = database AND env = prod AND state = running"
    );
    let listed = desk.json(&["chat", "list", "--json"]);
    assert_eq!(sorted(listed.as_array().unwrap(), "id"), {
        let mut ids = vec![one.id.clone(), other.id.clone()];
        ids.sort();
        ids
    });
    assert!(desk.ok(&["chat", "list"]).contains("show me all VMs in Azure"));
    let shown = desk.json(&["chat", "show", &one.id, "--json"]);
    assert_eq!(shown["turns"].as_array().unwrap().len(), 2);
    assert_eq!((&shown["turns"][0]["text"], &shown["turns"][1]["reply"]["kind"]), (&json!("show me all VMs in Azure"), &json!("answer")));
    assert!(desk.ok(&["chat", "show", &one.id]).contains("> only the stopped ones"));
    // What reads words alone goes on as well, and keeps nothing.
    let explained = desk.json(&["ask", "--json", "--explain", "--conversation", &one.id, "how many of them?"]);
    assert_eq!(explained["frame"]["intent"], "count");
    assert_eq!(explained["explanation"]["constraints"].as_array().unwrap().len(), 3);
    assert_eq!(desk.json(&["chat", "show", &one.id, "--json"])["turns"].as_array().unwrap().len(), 3);
    desk.ok(&["chat", "delete", &one.id]);
    for args in [
        &["ask", "--conversation", &one.id, "how many?"][..],
        &["chat", "show", &one.id],
        &["chat", "delete", &one.id],
        &["chat", "--conversation", &one.id],
    ] {
        let ran = desk.run(args);
        assert!(ran.code == 2 && ran.err.contains("there is no conversation") && ran.err.contains("chat list"), "{args:?}: {}", ran.err);
    }
    assert_eq!(desk.json(&["chat", "list", "--json"]).as_array().unwrap().len(), 1);
    assert_eq!(other.say("how many?")["frame"]["intent"], "count");
    let ran = desk.run(&["ask", "--conversation", "pl_1", "how many?"]);
    assert!(ran.code == 2 && ran.err.contains("is not a conversation id"), "{}", ran.err);
}

#[test]
fn many_turns_are_bounded_and_secrets_are_not_kept() {
    let desk = Desk::demo();
    let escher = Escher::open(desk.config()).unwrap();
    block_on(async {
        let id = escher.new_conversation().await.unwrap().id;
        for n in 0..230 {
            let text = if n % 2 == 0 { "show me all VMs in Azure" } else { "only the stopped ones" };
            escher.ask_in(text, Some(&id)).await.unwrap();
        }
        let kept = escher.conversation(&id).await.unwrap();
        assert_eq!((kept.turns.len(), kept.dropped), (200, 30));
        assert_eq!(escher.conversations().await.unwrap()[0].turns, 230);
        let Reply::Plan(plan) = escher.ask_in("start them", Some(&id)).await.unwrap().reply else { panic!() };
        assert!(plan.steps.iter().all(|step| step.target.cloud.as_str() == "azure"));
        // A long time ago is not remembered.
        escher.ask_in("show web-1", Some(&id)).await.unwrap();
        for _ in 0..20 {
            escher.ask_in("thanks", Some(&id)).await.unwrap();
        }
        let asked = escher.ask_in("stop it", Some(&id)).await.unwrap();
        assert!(matches!(asked.reply, Reply::Clarify(_)), "{asked:?}");

        for (text, secret) in [
            ("tag the vms in dev with password=hunter22", "hunter22"),
            ("show the vms that AKIAIOSFODNN7EXAMPLE made", "AKIAIOSFODNN7EXAMPLE"),
            ("find wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY1234 in dev", "wJalrXUtnFEMIK7MDENG"),
            ("my password is hunter2-Xk", "hunter2"),
            ("the db password for orders is Tr0ub4dor&3", "dor"),
            ("pwd=Tr0ub4dor3x", "Tr0ub"),
            ("use client_secret Q8~abcDEFghiJKLmnoPQRstuVWX", "abcDEF"),
            ("-----BEGIN PRIVATE KEY-----MIIEvQIBADANBgkqhkiG9w0BAQ", "MIIE"),
            ("postgres://admin:S3cretPw@db-1:5432/x", "S3cretPw"),
            ("api key sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFF", "AAAABBBB"),
            ("set secret smtp-pass-1 to value correct horse battery staple", "horse"),
        ] {
            escher.ask_in(text, Some(&id)).await.unwrap();
            let documents = escher_rag::SqliteStore::open(desk.data().join("store.db")).unwrap().list(Collection::Chat, 9).await.unwrap();
            let document = documents.into_iter().find(|document| document.id == id.as_str()).unwrap();
            assert!(!document.text.contains(secret) && !document.body.to_string().contains(secret), "{text}");
            assert!(document.text.contains("[redacted]"), "{text}");
            // What was not kept is not referred to.
            let asked = escher.ask_in("stop them", Some(&id)).await.unwrap();
            assert!(matches!(asked.reply, Reply::Clarify(_)), "{text}: {asked:?}");
        }
    });
}

#[test]
fn turns_at_once_are_all_kept() {
    let desk = Desk::demo();
    let escher = Escher::open(desk.config()).unwrap();
    block_on(async {
        let ids = [escher.new_conversation().await.unwrap().id, escher.new_conversation().await.unwrap().id];
        let asking = (0..40).map(|n| {
            let (escher, id) = (escher.clone(), ids[n % 2].clone());
            tokio::spawn(async move { escher.ask_in(if n % 2 == 0 { "list dev VMs" } else { "list buckets" }, Some(&id)).await.unwrap() })
        });
        for asked in asking.collect::<Vec<_>>() {
            asked.await.unwrap();
        }
        for (id, text) in ids.iter().zip(["list dev VMs", "list buckets"]) {
            let turns = escher.conversation(id).await.unwrap().turns;
            assert!(turns.len() == 20 && turns.iter().all(|turn| turn.turn.text == text), "{text}");
        }
    });
}

#[test]
fn what_was_shown_is_what_a_turn_says() {
    let desk = Desk::demo();
    let escher = Escher::open(desk.config()).unwrap();
    block_on(async {
        let id = escher.new_conversation().await.unwrap().id;
        let asked = escher.ask_in("VMs called something like checkout", Some(&id)).await.unwrap();
        let turn = escher.conversation(&id).await.unwrap().turns.remove(0).turn;
        assert_eq!(json!(turn.frame), json!(asked.frame));
        // Names that are only alike are no order; those that were shown are.
        if let Reply::Answer(answer) = &asked.reply
            && answer.total > 0
            && asked.frame.unread.is_empty()
        {
            let Some(Selector::And(parts)) = &turn.shown else { panic!("{turn:?}") };
            assert_eq!(parts.len(), 2);
        }
    });
}

// The interactive door.

fn chat(desk: &Desk, args: &[&str], input: &str) -> Ran {
    let mut command = desk.command(&[&["chat"], args].concat());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    ran(child.wait_with_output().unwrap())
}

const THREE: &str = "show me all VMs in Azure\nonly the stopped ones\nstart them\n";

#[test]
fn piped_each_line_is_a_turn_and_nothing_is_approved() {
    let desk = Desk::demo();
    let piped = chat(&desk, &["--json"], &format!("{THREE}yes\n\n/plans\n/frob\n/quit\nnever read\n"));
    let documents = lines(&piped.out);
    assert_eq!(documents.len(), 5, "{}", piped.out);
    assert_eq!(targets(&documents[2]), exported(&desk, stopped_vms("azure")));
    assert_eq!(documents[4][0]["status"], "pending");
    assert!(piped.err.contains("no command `/frob`"), "{}", piped.err);
    let id = documents[0]["conversation"].as_str().unwrap();
    assert!(documents[..4].iter().all(|it| it["conversation"] == id));
    assert_eq!(desk.json(&["runs", "--json"]), json!([]));
    // And on, in words.
    let piped =
        chat(&desk, &["--conversation", id], "how many are running in azure?\nshow me all VMs in Azure\n/new\nonly the stopped ones\n");
    assert!(piped.out.contains("understood: find cloud = azure AND kind = vm\n"), "{}", piped.out);
    assert!(piped.out.contains(" match state = stopped."), "{}", piped.out);
    // A script hears what became of its lines.
    assert_eq!(chat(&desk, &[], "list dev vms\n").code, 0);
    assert_eq!(chat(&desk, &[], "stop everything\n").code, 2);
    assert_eq!(chat(&desk, &[], "stop all dev vms\nlist dev vms\n").code, 3);
    assert_eq!(chat(&desk, &[], "").code, 0);
    // Nobody begins a conversation by saying nothing.
    assert_eq!(desk.json(&["chat", "list", "--json"]).as_array().unwrap().len(), 5);
}

#[test]
fn a_line_that_cannot_be_read_whole_is_no_order() {
    let desk = Desk::demo();
    let vm = exported(&desk, |it| it["kind"] == "vm" && it["state"] == "running" && it["env"] == "dev").remove(0);
    let order = format!("stop vm {}", name_of(&desk, &vm));
    let piped = chat(&desk, &["--json"], &format!("{order}{}tomorrow at 9\nlist dev vms\n", " ".repeat(70_000)));
    let documents = lines(&piped.out);
    assert_eq!(documents.len(), 1, "{}", piped.out);
    assert_eq!(documents[0]["frame"]["intent"], "find");
    assert!(piped.err.contains("longer than") && piped.code == 2, "{} {}", piped.code, piped.err);
    assert_eq!(desk.json(&["plan", "list", "--json"]), json!([]));
    assert!(lines(&chat(&desk, &["--json"], &format!("{order}\n")).out)[0]["plan"].is_object());
}

#[test]
fn who_has_not_heard_what_was_said_since_is_told_so() {
    let desk = Desk::demo();
    let mut command = desk.command(&["chat", "--json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    let mut say = |text: &str| {
        writeln!(input, "{text}").unwrap();
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        serde_json::from_str::<Value>(&line).unwrap_or_else(|e| panic!("{text}: {e}: {line}"))
    };
    let first = say("show me all VMs in Azure");
    let id = first["conversation"].as_str().unwrap().to_owned();
    assert_eq!(hits(&say("only the stopped ones")), exported(&desk, stopped_vms("azure")));
    // Another terminal speaks in it.
    asked(&desk, &id, "list prod databases in gcp");
    writeln!(input, "start them").unwrap();
    // Nothing was planned; after it the person knows what was said, and goes on from that.
    writeln!(input, "how many?").unwrap();
    let mut line = String::new();
    answers.read_line(&mut line).unwrap();
    let next: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&next["frame"]["intent"], &next["frame"]["constraints"][0]["value"]), (&json!("count"), &json!("gcp")), "{next}");
    drop(input);
    let ended = ran(child.wait_with_output().unwrap());
    assert!(ended.err.contains("someone else has spoken in this conversation since: “list prod databases in gcp”"), "{}", ended.err);
    assert_eq!((ended.code, desk.json(&["plan", "list", "--json"])), (4, json!([])));
}

#[cfg(unix)]
#[test]
fn a_conversation_goes_on_through_the_owner() {
    let desk = Desk::demo();
    let daemon = crate::owner::Daemon::of(&desk);
    let documents = lines(&chat(&desk, &["--json"], THREE).out);
    assert_eq!(targets(&documents[2]), sorted(desk.export().iter().filter(|it| stopped_vms("azure")(it)), "id"));
    let id = documents[0]["conversation"].as_str().unwrap();
    assert_eq!(daemon.end(), 0);
    assert_eq!(desk.json(&["chat", "show", id, "--json"])["turns"].as_array().unwrap().len(), 3);
}

/// Types lines on a terminal, each when what is expected before it has been shown; returns what the terminal showed and the exit
/// code.
#[cfg(unix)]
fn typed(desk: &Desk, program: &[&str], steps: &[(&str, &str)]) -> (String, i32) {
    let mut command = Command::new(python());
    let steps = json!(steps).to_string();
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts/typist.py")).arg(steps).args(program);
    let ran = ran(desk.environment(&mut command).stderr(Stdio::inherit()).output().unwrap());
    let (shown, code) = ran.out.trim_end().rsplit_once("exit ").unwrap();
    (shown.to_owned(), code.parse().unwrap())
}

#[cfg(unix)]
#[test]
fn on_a_terminal_a_plan_is_approved_by_an_answer_that_names_it() {
    let desk = Desk::demo();
    let stopped = exported(&desk, stopped_vms("azure"));
    let all = format!("{} done, 0 failed", stopped.len());
    let (shown, code) = typed(
        &desk,
        &[ESCHER, "chat"],
        &[
            ("> ", "show me all VMs in Azure\r"),
            ("> ", "only the stopped ones\r"),
            // Ctrl-C leaves the line, and no more.
            ("> ", "delete them all\u{3}"),
            ("> ", "start them\r"),
            ("? [y/N] ", "n\r"),
            ("> ", "yes\r"),
            ("> ", "only the stopped ones\u{1}show dev VMs and \u{b}\r"),
            ("> ", "show me all stopped VMs in Azure\r"),
            ("> ", "start them\r"),
            ("? [y/N] ", "y\r"),
            ("> ", "/undo\r"),
            ("? [y/N] ", "\u{3}"),
            ("> ", "\u{4}"),
        ],
    );
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains(&all), "{shown}");
    let plans = desk.json(&["plan", "list", "--json"]);
    let names = |status: &str| plans.as_array().unwrap().iter().filter(|plan| plan["status"] == status).count();
    assert_eq!((plans.as_array().unwrap().len(), names("started"), names("pending")), (3, 1, 2), "{shown}");
    let run = plans.as_array().unwrap().iter().find(|plan| plan["status"] == "started").unwrap();
    assert!(shown.contains(&format!("Run plan {}? [y/N] ", run["doc"]["id"].as_str().unwrap())), "{shown}");
    assert_eq!(exported(&desk, stopped_vms("azure")), Vec::<String>::new(), "{shown}");
    assert_eq!(desk.json(&["runs", "--json"]).as_array().unwrap().len(), 1);
    assert!(shown.contains("Saying yes approves nothing") && shown.contains("To go on: "), "{shown}");
}

#[cfg(unix)]
#[test]
fn a_plan_that_was_approved_elsewhere_is_asked_about_all_the_same() {
    let desk = Desk::demo();
    let vm = exported(&desk, |it| it["kind"] == "vm" && it["state"] == "running" && it["env"] == "dev").remove(0);
    let plan = asked(&desk, "new", &format!("stop vm {}", name_of(&desk, &vm)))["plan"]["id"].as_str().unwrap().to_owned();
    desk.ok(&["plan", "approve", &plan]);
    let run = format!("/run {plan}\r");
    let question = format!("Run plan {plan}? [y/N] ");
    let (shown, code) = typed(&desk, &[ESCHER, "chat"], &[("> ", &run), (&question, "n\r"), ("> ", "\u{4}")]);
    assert_eq!((code, desk.json(&["runs", "--json"])), (0, json!([])), "{shown}");
    let (shown, _) = typed(&desk, &[ESCHER, "chat"], &[("> ", &run), (&question, "y\r"), ("> ", "\u{4}")]);
    assert!(shown.contains("1 done, 0 failed"), "{shown}");
    assert_eq!(desk.json(&["runs", "--json"]).as_array().unwrap().len(), 1);
}
