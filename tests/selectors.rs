//! Selectors through the binary: attributes, relations, raw states, tag keys in any case, and their bounds.

use escher::core::ResourceId;
use escher::{Config, Escher};
use serde_json::{Value, json};

use crate::support::{Desk, lines, sorted};

/// Two machines, their disks, a scale group, a subnet and a database; links stand in the records of either end.
fn lab() -> Desk {
    let rows = [
        json!({"id":"i-1","cloud":"aws","kind":"vm","name":"web-1","state":"stopped","state_raw":"stopped","tags":{"env":"dev","Owner":"ann","owner":"bob"},
            "attributes":{"lifecycle":"spot","imds":{"tokens":"optional","hops":1}},"links":[{"rel":"member-of","id":"asg-1"},{"rel":"in","id":"subnet-1"}]}),
        json!({"id":"i-2","cloud":"aws","kind":"vm","name":"web-2","tags":{"ENV":"prod"},"attributes":{"lifecycle":"normal","imds":{"tokens":"required","hops":2}},
            "links":[{"rel":"attached","id":"vol-2"},{"rel":"peers-with","id":"i-1"}]}),
        json!({"id":"vm-3","cloud":"azure","kind":"vm","name":"app-3","state":"VM deallocated","tags":{},"attributes":{"zones":["1","3"],"priority":null}}),
        json!({"id":"vol-1","cloud":"aws","kind":"disk","name":"data-1","attributes":{"iops":3000,"type":"gp2","encrypted":true},"links":[{"rel":"attached","id":"i-1"}]}),
        json!({"id":"vol-2","cloud":"aws","kind":"disk","name":"data-2","attributes":{"iops":100,"type":"gp3"}}),
        json!({"id":"vol-3","cloud":"aws","kind":"disk","name":"data-3","attributes":{"iops":"600"},"links":[{"rel":"attached","id":"i-gone"}]}),
        json!({"id":"asg-1","cloud":"aws","kind":"scale-group","name":"web"}),
        json!({"id":"subnet-1","cloud":"aws","kind":"subnet","name":"front"}),
        json!({"id":"db-1","cloud":"aws","kind":"database","name":"orders-db","links":[{"rel":"in","id":"subnet-1"},{"rel":"uses","id":"key-9"}]}),
    ];
    let desk = Desk::empty();
    let file = desk.file("lab.jsonl", &rows.map(|row| row.to_string()).join("\n"));
    desk.json(&["import", "--json", file.to_str().unwrap()]);
    desk
}

fn names(desk: &Desk, selector: &str) -> Vec<String> {
    let exported = sorted(&lines(&desk.ok(&["export", "--where", selector])), "name");
    // The index and the store are asked in different ways, and answer alike.
    let found = desk.json(&["search", "--json", "", "--where", selector, "--limit", "100"]);
    assert_eq!(sorted(found["hits"].as_array().unwrap(), "name"), exported, "{selector}");
    assert_eq!(found["total"], exported.len(), "{selector}");
    exported
}

#[test]
fn attributes_relations_and_raw_states_are_found_by_every_door() {
    let desk = lab();
    let table: &[(&str, &[&str])] = &[
        ("attr.lifecycle = spot", &["web-1"]),
        ("attr.LIFECYCLE != spot", &["web-2"]),
        ("attr.imds.tokens = required", &["web-2"]),
        ("attr.imds.hops < 2", &["web-1"]),
        ("attr.iops >= 600", &["data-1", "data-3"]),
        ("attr.type IN (gp2, io1)", &["data-1"]),
        ("attr.zones = 3", &["app-3"]),
        ("attr.encrypted = true", &["data-1"]),
        ("kind = vm AND NOT attr.priority EXISTS", &["app-3", "web-1", "web-2"]),
        ("kind = disk AND attr.type EXISTS", &["data-1", "data-2"]),
        ("rel.member-of EXISTS", &["web-1"]),
        ("rel.member-of = asg-1", &["web-1"]),
        ("rel.PEERS-WITH = i-1", &["web-2"]),
        ("raw-state = deallocated", &["app-3"]),
        ("raw-state = \"vm deallocated\" OR raw-state = stopped", &["app-3", "web-1"]),
        ("kind = disk AND rel.attached IN (kind = vm AND env = dev)", &["data-1"]),
        ("kind = disk AND rel.attached IN (kind = vm)", &["data-1", "data-2"]),
        ("kind = disk AND NOT rel.attached IN (env = dev)", &["data-2"]),
        ("kind = vm AND rel.attached IN (attr.type = gp3)", &["web-2"]),
        ("kind = subnet AND linked IN (name = orders-db)", &["front"]),
        ("rel.in IN (kind = subnet AND rel.in IN (attr.lifecycle = spot))", &["orders-db", "web-1"]),
        ("kind = database AND linked IN (kind = key)", &[]),
        ("kind = database AND NOT linked IN (kind = key)", &[]),
        ("linked IN (linked IN (linked IN (name = web-2)))", &["data-2", "orders-db", "web-1"]),
        ("owner = ann AND owner = bob AND tag.OWNER != carol", &["web-1"]),
        ("tag.env = prod", &["web-2"]),
    ];
    for (selector, expected) in table {
        assert_eq!(names(&desk, selector), *expected, "{selector}");
    }
}

#[test]
fn on_a_large_estate_too_relations_lead_where_brute_force_finds() {
    let desk = Desk::demo();
    let all = desk.export();
    let links = |r: &Value, rel: &str| -> Vec<Value> {
        r["links"].as_array().into_iter().flatten().filter(|link| link["rel"] == rel).map(|link| link["id"].clone()).collect()
    };
    let dev: Vec<&Value> = all.iter().filter(|r| r["kind"] == "vm" && r["env"] == "dev").collect();
    let disks: Vec<Value> = all
        .iter()
        .filter(|disk| disk["kind"] == "disk")
        .filter(|disk| dev.iter().any(|vm| links(disk, "attached").contains(&vm["id"]) || links(vm, "attached").contains(&disk["id"])))
        .cloned()
        .collect();
    assert!(disks.len() > 2);
    assert_eq!(names(&desk, "kind = disk AND rel.attached IN (kind = vm AND env = dev)"), sorted(&disks, "name"));
    let members: Vec<Value> = all.iter().filter(|r| !links(r, "member-of").is_empty()).cloned().collect();
    assert_eq!(names(&desk, "rel.member-of EXISTS"), sorted(&members, "name"));
}

#[test]
fn a_selector_beyond_its_bounds_is_bad_input_that_says_which() {
    let desk = lab();
    let many = |part: &str, by: &str, count: usize| vec![part; count].join(by);
    let table = [
        (many("idle", " AND ", 1_100), "at most 500 conditions"),
        (many("name = x", " OR ", 501), "at most 500 conditions"),
        (many("linked IN (idle OR rel.in IN (public))", " AND ", 300), "at most 500 conditions"),
        (format!("{}idle{}", "(".repeat(65), ")".repeat(65)), "at most 64 levels"),
        (format!("{}idle{}", "rel.in IN (".repeat(2_000), ")".repeat(2_000)), "at most 64 levels"),
        (format!("name IN ({})", many("x", ",", 10_001)), "at most 10000 values"),
        (format!("name ~ {}", "a".repeat(4_001)), "at most 500 words of 4000 bytes"),
        (format!("text ~ \"{}\"", many("web", " ", 501)), "at most 500 words of 4000 bytes"),
        (many("(name ~ \"web prod\" OR tag.app ~ web)", " AND ", 167), "at most 500 words of 4000 bytes"),
    ];
    for (selector, says) in &table {
        for args in [&["export", "--where", selector][..], &["search", "web", "--where", selector]] {
            let ran = desk.run(args);
            assert_eq!(ran.code, 2, "{says}: {}", ran.err);
            assert!(ran.err.contains(says), "{says}: {}", ran.err);
        }
    }
    // Within them it is answered.
    for selector in [
        many("NOT name = x", " AND ", 500),
        format!("{}name = web-1{}", "linked IN (".repeat(64), ")".repeat(64)),
        format!("name IN (web-1, {})", many("x", ",", 9_999)),
        many("cost > 5 OR name ~ web", " OR ", 250),
        many("name ~ web", " OR ", 500),
        format!("name ~ {}", "a".repeat(4_000)),
    ] {
        desk.ok(&["export", "--where", &selector]);
        desk.ok(&["search", "", "--json", "--where", &selector]);
    }
}

#[test]
fn words_that_nothing_in_the_estate_answers_to_are_told() {
    let desk = lab();
    for (selector, says) in [
        ("attr.lifecyle = spot", "no resource has an attribute `lifecyle`; did you mean `attr.lifecycle`?"),
        ("lifecycle = spot", "no resource has a tag `lifecycle`; did you mean `attr.lifecycle`?"),
        ("rel.memberof EXISTS", "no resource has a relation `memberof`; did you mean `rel.member-of`?"),
        ("kind = disk AND rel.attached IN (kind = vm AND evn = dev)", "no resource has a tag `evn`; did you mean `env`?"),
        ("linked IN (linked IN (attr.zebra EXISTS))", "no resource has an attribute `zebra`"),
    ] {
        let found = desk.json(&["search", "--json", "", "--where", selector]);
        assert_eq!(found["warnings"], json!([says]), "{selector}");
    }
    let found = desk.json(&["search", "--json", "", "--where", "OWNER = x AND attr.IMDS.any = y AND rel.Peers-With EXISTS"]);
    assert_eq!(found["warnings"], Value::Null);
}

#[test]
fn keys_equal_in_any_case_are_one_in_orders_and_their_exceptions() {
    let desk = Desk::demo();
    let vms = lines(&desk.ok(&["export", "--where", "kind = vm AND cloud = gcp AND state = running AND name EXISTS"]));
    let named = |vm: &Value| vms.iter().filter(|other| other["name"] == vm["name"]).count() == 1;
    let [one, other]: [&Value; 2] = vms.iter().filter(|vm| named(vm)).take(2).collect::<Vec<_>>().try_into().unwrap();
    let id = |vm: &Value| ResourceId::verbatim(vm["id"].as_str().unwrap());
    {
        let escher = Escher::open(Config::new(desk.data())).unwrap();
        let sim = escher.simulation().unwrap().expect("simulated");
        let tags = |pairs: &[(&str, &str)]| Some(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect());
        sim.mutate(&id(one), |r| r.tags = tags(&[("Team", "crew-x"), ("Owner", "ann"), ("owner", "bob")])).unwrap();
        sim.mutate(&id(other), |r| r.tags = tags(&[("team", "crew-x"), ("OWNER", "zoe"), ("Stage-Note", "temporary")])).unwrap();
    }
    desk.ok(&["sync", "--quiet"]);
    assert_eq!(sorted(&lines(&desk.ok(&["export", "--where", "team = crew-x"])), "id"), sorted([one, other], "id"));

    // “Except those with owner=bob” spares the one that has it under either key.
    let asked = desk.run(&["ask", "--json", "stop vms with team=crew-x except those with owner=bob"]);
    assert_eq!(asked.code, 3, "{}\n{}", asked.out, asked.err);
    let asked: Value = serde_json::from_str(&asked.out).unwrap();
    let targets: Vec<&Value> = asked["plan"]["steps"].as_array().unwrap().iter().map(|step| &step["target"]["id"]).collect();
    assert_eq!(targets, [&other["id"]]);

    let name = other["name"].as_str().unwrap();
    let before = desk.truth(&id(other)).unwrap();
    let asked = desk.run(&["ask", "--json", &format!("remove the tag stage-note from vm {name}")]);
    assert_eq!(asked.code, 3, "{}\n{}", asked.out, asked.err);
    let asked: Value = serde_json::from_str(&asked.out).unwrap();
    assert_eq!(asked["plan"]["steps"][0]["params"], json!({"keys": ["Stage-Note"]}));
    assert!(asked["plan"]["warnings"].to_string().contains("written `Stage-Note`"), "{}", asked["plan"]["warnings"]);
    let done = desk.ok(&["plan", "run", asked["plan"]["id"].as_str().unwrap(), "--yes", "--json"]);
    let done = lines(&done).pop().unwrap();
    assert_eq!((&done["done"], &done["failed"]), (&json!(1), &json!(0)));
    assert_eq!(desk.truth(&id(other)).unwrap()["tags"], json!({"OWNER": "zoe", "team": "crew-x"}));
    desk.ok(&["runs", "undo", done["run"].as_str().unwrap(), "--yes", "--json"]);
    assert_eq!(desk.truth(&id(other)).unwrap(), before);
}
