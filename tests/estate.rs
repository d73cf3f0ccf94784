//! What questions and filters admit, held against brute force over the export.

use serde_json::Value;

use crate::support::{Desk, script, sorted};

#[test]
fn idle_vms_are_those_that_the_published_rule_finds_in_the_raw_metrics() {
    for seed in ["7", "21", "1234"] {
        let desk = Desk::empty();
        desk.ok(&["demo", "--sim", &format!("{seed}:600"), "--quiet"]);
        let export = desk.file("estate.jsonl", &desk.ok(&["export"]));
        let expected: Value = serde_json::from_str(&script("idle.py", &[export.to_str().unwrap(), "westus"])).unwrap();
        let asked = desk.json(&["ask", "--json", "Show me all idle VMs in Azure West US"]);
        let found = sorted(asked["answer"]["hits"].as_array().unwrap(), "id");
        assert!(!found.is_empty(), "seed {seed}");
        assert_eq!(Value::from(found), expected["idle"], "seed {seed}");
        assert_eq!(asked["answer"]["total"], expected["idle"].as_array().unwrap().len());
        for miss in ["elsewhere", "mean", "missing", "peak", "stopped"] {
            assert!(expected["near"].as_array().unwrap().contains(&miss.into()), "seed {seed} has no near miss: {miss}");
        }
    }
}

#[test]
fn a_filter_admits_what_brute_force_over_the_export_finds() {
    let desk = Desk::demo();
    let tag = |resource: &Value, key: &str| {
        let tags = resource["tags"].as_object().cloned().unwrap_or_default();
        tags.into_iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v.as_str().unwrap().to_owned())
    };
    let expected: Vec<Value> = desk
        .export()
        .into_iter()
        .filter(|r| r["env"] == "prod" && tag(r, "app").is_some_and(|app| app.eq_ignore_ascii_case("main")))
        .collect();
    assert!(!expected.is_empty());
    let found = desk.json(&["search", "--json", "", "--where", "env=prod AND app=main", "--limit", "10000"]);
    assert_eq!(found["total"], expected.len());
    assert_eq!(sorted(found["hits"].as_array().unwrap(), "id"), sorted(&expected, "id"));
}

#[test]
fn words_rank_and_never_hide() {
    let desk = Desk::demo();
    let admitted = desk.json(&["search", "--json", "", "--where", "kind = vm", "--limit", "10000"])["total"].clone();
    let ranked = desk.json(&["search", "--json", "no such thing zzz", "--where", "kind = vm", "--limit", "10000"]);
    assert_eq!(ranked["total"], admitted);
    assert_eq!(ranked["hits"].as_array().unwrap().len() as u64, admitted.as_u64().unwrap());
}

#[test]
fn an_export_loads_into_an_empty_estate_and_comes_out_the_same() {
    let desk = Desk::demo();
    let text = desk.ok(&["export", "--now", "2026-11-01"]);
    let other = Desk::empty();
    let file = other.file("estate.jsonl", &text);
    let imported = other.json(&["import", "--json", file.to_str().unwrap()]);
    assert_eq!(imported["read"], text.lines().count());
    assert_eq!(imported["bad"], Value::from(Vec::<Value>::new()));
    assert_eq!(other.ok(&["export", "--now", "2026-11-01"]), text);
    let again = other.json(&["import", "--json", file.to_str().unwrap()]);
    assert_eq!(again["unchanged"], again["read"]);
    assert_eq!(again["indexed"], 0);
}

#[test]
fn counts_and_groups_agree_with_the_export() {
    let desk = Desk::demo();
    let export = desk.export();
    let vms = export.iter().filter(|r| r["kind"] == "vm").count();
    let asked = desk.json(&["ask", "--json", "How many VMs do we have per cloud?"]);
    assert_eq!(asked["frame"]["intent"], "count");
    assert_eq!(asked["answer"]["total"], vms);
    for group in asked["answer"]["groups"].as_array().unwrap() {
        let cloud = &group["key"]["cloud"];
        assert_eq!(group["count"], export.iter().filter(|r| r["kind"] == "vm" && r["cloud"] == *cloud).count(), "{cloud}");
    }
}

#[test]
fn one_resource_is_told_in_depth_and_in_words() {
    let desk = Desk::demo();
    let told = desk.ok(&["ask", "describe orders-pg-prod"]);
    for part in [
        "orders-pg-prod is a database",
        "  tags        app=orders, env=prod",
        "attached unknown",
        "idle rule   no-connections",
        "last seen",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains(['{', '"']), "a person reads no JSON: {told}");
    // What makes another one is nothing that this one can take.
    assert!(told.contains("database.stop") && !told.contains("database.create"), "{told}");
}
