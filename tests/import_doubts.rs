//! What an import does where a file leaves room for doubt: it guesses nothing, and takes nothing away.

use serde_json::{Value, json};

use crate::support::{Desk, Ran};

fn import(desk: &Desk, text: &str, more: &[&str]) -> Ran {
    let file = desk.file("resources", text);
    desk.run(&[&["import", "--json", file.to_str().unwrap()], more].concat())
}

fn told(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err))
}

fn arn(n: usize) -> String {
    format!("arn:aws:ec2:eu-west-1:111122223333:volume/vol-{n:02}")
}

fn known(desk: &Desk, id: &str) -> Value {
    desk.export().into_iter().find(|resource| resource["id"] == id).unwrap()
}

#[test]
fn numbers_in_tables_are_read_or_left_out_but_never_guessed() {
    let cells = [
        ("12.50", "100", "true", json!(12.5), json!(100.0)),
        ("$1,200.50", "1,024 GiB", "yes", json!(1200.5), json!(1024.0)),
        ("30 USD", "2 TB", "no", json!(30.0), json!(2048.0)),
        ("7", "512 MB", "off", json!(7.0), json!(0.5)),
        ("12,50", "12,50 GB", "true", Value::Null, Value::Null),
        ("1.200,50", "1.200,50", "true", Value::Null, Value::Null),
        ("30 EUR", "2 PB", "perhaps", Value::Null, Value::Null),
    ];
    let mut csv = "arn;Monthly Cost;Capacity;Encrypted\n".to_owned();
    for (n, (cost, capacity, encrypted, _, _)) in cells.iter().enumerate() {
        csv += &format!("{};{cost};{capacity};{encrypted}\n", arn(n));
    }
    let desk = Desk::empty();
    let ran = import(&desk, &csv, &[]);
    let told = told(&ran);
    assert_eq!((ran.code, &told["read"]), (0, &cells.len().into()), "{}", ran.err);
    for (n, (cost, capacity, encrypted, month, size)) in cells.iter().enumerate() {
        let it = known(&desk, &arn(n));
        assert_eq!((&it["cost_month"], &it["attributes"]["capacity"]), (month, size), "{cost} {capacity}");
        assert_eq!(it["attributes"]["encrypted"].is_boolean(), *encrypted != "perhaps", "{encrypted}");
    }
    let remarks = told["remarks"].as_array().unwrap();
    for (name, count) in [("`cost_month`", 3), ("`capacity`", 3), ("`encrypted`", 1)] {
        assert!(remarks.iter().any(|it| it["what"].as_str().unwrap().contains(name) && it["count"] == count), "{name}: {told}");
    }
}

#[test]
fn a_listing_that_tells_little_takes_nothing_away() {
    let id = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1";
    let whole = json!({"id": id, "cloud": "aws", "type": "ec2:instance", "name": "web-1", "account": "111122223333", "region": "eu-west-1", "state": "running",
        "created": "2026-01-31T08:00:00Z", "tags": {"env": "dev"}, "attributes": {"size": "m5.large"}, "metrics": {"cpu_avg": 2.0},
        "links": [{"rel": "in", "id": "vpc-1"}], "cost_month": 70.0});
    let neighbor = json!({"id": arn(1), "cloud": "aws", "type": "ec2:volume", "name": "data", "attributes": {"capacity": 8}});
    let desk = Desk::empty();
    let lines = format!("{whole}\n{neighbor}\n");
    assert_eq!(told(&import(&desk, &lines, &[]))["added"], 2);
    let (before, beside) = (known(&desk, id), known(&desk, &arn(1)));
    let tagging = |tags: Value| json!({"ResourceTagMappingList": [{"ResourceARN": id, "Tags": tags}]}).to_string();
    let same = tagging(json!([{"Key": "env", "Value": "dev"}]));
    assert_eq!(told(&import(&desk, &same, &[]))["unchanged"], 1);
    assert_eq!(known(&desk, id), before);
    assert_eq!(told(&import(&desk, &tagging(json!([{"Key": "env", "Value": "prod"}])), &[]))["changed"], 1);
    let after = known(&desk, id);
    for part in ["name", "state", "created", "attributes", "links", "metrics", "cost_month"] {
        assert_eq!(after[part], before[part], "{part}");
    }
    assert_eq!((&after["tags"], &after["env"]), (&json!({"env": "prod"}), &json!("prod")));
    // A table of one more column, and nothing of tags.
    assert_eq!(told(&import(&desk, &format!("arn,size,owner\n{id},m5.xlarge,ann\n"), &[]))["changed"], 1);
    let after = known(&desk, id);
    assert_eq!((&after["attributes"], &after["tags"]), (&json!({"size": "m5.xlarge", "owner": "ann"}), &json!({"env": "prod"})));
    assert_eq!((&after["name"], known(&desk, &arn(1))), (&json!("web-1"), beside));
    // The exchange form says all there is.
    let bare = json!({"id": id, "cloud": "aws", "type": "ec2:instance", "name": "web-1"});
    assert_eq!(told(&import(&desk, &bare.to_string(), &[]))["changed"], 1);
    let after = known(&desk, id);
    assert!(after["tags"].is_null() && after["attributes"].is_null() && after["cost_month"].is_null(), "{after}");
}

#[test]
fn a_file_of_which_nothing_can_be_read_is_one_error() {
    let log = "{\"level\":\"info\",\"msg\":\"started\"}\n".repeat(500);
    let pods = json!({"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}]});
    let desk = Desk::empty();
    for (text, parts) in [
        (log.as_str(), &["500 records", "level", "line 1"][..]),
        (&pods.to_string(), &["only record", "not a resource"]),
        ("[1,2,3]", &["3 records", "a number, not a JSON object"]),
        ("[[1,2],[3]]", &["2 records", "a JSON array, not a JSON object", "columns"]),
        ("id,name,age\n1,ann,30\n2,bob,40\n", &["2 records", "which cloud", "cloud=aws", "cloud=azure", "cloud=gcp"]),
        ("{\"id\":\"a\",\"name\":\"b\"}\n{\"id\":\"c\",\"name\":\"d\"}\n", &["2 records", "`cloud`", "cloud=gcp"]),
    ] {
        let ran = import(&desk, text, &[]);
        assert!(ran.code == 2 && ran.err.contains("hint") && !ran.err.contains("more"), "{text}: {} {}", ran.code, ran.err);
        for part in parts {
            assert!(ran.err.contains(part), "{part}: {}", ran.err);
        }
    }
    assert!(desk.export().is_empty());
    // One that can be read is enough for the others to be lines.
    let ran = import(&desk, &format!("{log}{}\n", json!({"id": "i-1", "cloud": "aws", "kind": "vm", "name": "web"})), &[]);
    assert_eq!((ran.code, &told(&ran)["read"], &told(&ran)["bad_count"]), (1, &1.into(), &500.into()));
    // And so is one that was left out on purpose.
    let data = json!({"version": 4, "terraform_version": "1.9.0", "resources": [
        {"mode": "data", "type": "aws_ami", "name": "base", "instances": [{"attributes": {"arn": "arn:aws:ec2:eu-west-1::image/ami-1"}}]}]});
    assert_eq!(import(&desk, &data.to_string(), &[]).code, 0);
}

#[test]
fn a_mapping_fits_json_or_is_an_error_and_leaves_resources_whole() {
    let whole = json!({"id": "i-1", "cloud": "aws", "type": "ec2:instance", "name": "web", "Stufe": "prod", "tags": {"team": "a"},
        "attributes": {"size": "m5.large", "nested": {"a": [1]}}, "links": [{"rel": "in", "id": "vpc-1"}], "metrics": {"cpu_avg": 2.0}});
    let row = json!({"Kennung": "vm-17", "Bezeichnung": "db", "Stufe": "dev", "kind": "vm"});
    let map = ["--map", "id=Kennung", "--map", "name=Bezeichnung", "--map", "tag.env=stufe", "--map", "cloud=aws"];
    for text in [format!("{whole}\n{row}\n"), json!([whole, row]).to_string()] {
        let desk = Desk::empty();
        assert_eq!(told(&import(&desk, &text, &map))["added"], 2);
        let web = known(&desk, "i-1");
        assert_eq!((&web["tags"], &web["attributes"]), (&json!({"team": "a", "env": "prod"}), &whole["attributes"]));
        assert_eq!((&web["links"], &web["metrics"]), (&whole["links"], &whole["metrics"]));
        let db = known(&desk, "vm-17");
        assert_eq!((&db["name"], &db["env"], &db["cloud"]), (&json!("db"), &json!("dev"), &json!("aws")));
        let desk = Desk::empty();
        let ran = import(&desk, &text, &[&map[..], &["--map", "size=Grad"]].concat());
        assert!(ran.code == 2 && ran.err.contains("`Grad`") && ran.err.contains("Bezeichnung"), "{}", ran.err);
        assert!(desk.export().is_empty());
    }
}

#[test]
fn a_line_for_excel_is_no_header_and_clouds_are_listed() {
    let desk = Desk::empty();
    for (text, line) in [("sep=;\narn;name\nARN;a,b\nx\n", 4), ("arn;name\nARN;a,b\nx\n", 3)] {
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let ran = import(&desk, &text.replace("ARN", &arn(1)), &[]);
            let told = told(&ran);
            assert_eq!((ran.code, &told["read"], &told["bad"][0]["line"]), (1, &1.into(), &line.into()), "{text}{told}");
        }
    }
    assert_eq!(known(&desk, &arn(1))["name"], "a,b");
    let ran = import(&desk, "id,name\n1,web\n", &["--map", "cloud=asw"]);
    assert!(ran.code == 2 && ran.err.contains("`asw`") && ran.err.contains("aws, azure, gcp"), "{}", ran.err);
}

#[test]
fn a_first_line_that_was_cut_off_is_one_bad_line() {
    let line = |n: usize| json!({"id": arn(n), "cloud": "aws", "kind": "disk", "name": "data", "tags": {"env": "dev"}}).to_string();
    let (whole, rest) = (line(0), format!("{}\n{}\n", line(1), line(2)));
    // After what may also end the first line of a document, and in the middle of words.
    let ends = |cut: &usize| whole[..*cut].ends_with(['{', ',', ':']) || cut.is_multiple_of(40);
    for cut in (1..whole.len()).filter(ends) {
        let desk = Desk::empty();
        let ran = import(&desk, &format!("{}\n{rest}", &whole[..cut]), &[]);
        let told = told(&ran);
        assert_eq!(
            (ran.code, &told["read"], &told["bad_count"], &told["bad"][0]["line"]),
            (1, &2.into(), &1.into(), &1.into()),
            "{}: {told}",
            &whole[..cut]
        );
    }
}
