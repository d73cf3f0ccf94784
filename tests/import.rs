//! What can be imported, in which spelling, and what a person reads of it.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::{Desk, Ran, sorted};

/// A file of these bytes beside the data directory.
fn bytes(desk: &Desk, name: &str, bytes: &[u8]) -> PathBuf {
    let path = desk.file(name, "");
    std::fs::write(&path, bytes).unwrap();
    path
}

fn import(desk: &Desk, text: &str, more: &[&str]) -> Ran {
    let file = desk.file("resources", text);
    desk.run(&[&["import", file.to_str().unwrap()], more].concat())
}

/// What an import printed as JSON; it has to end well.
fn imported(desk: &Desk, text: &str, more: &[&str]) -> Value {
    let ran = import(desk, text, &[&["--json"], more].concat());
    assert_eq!(ran.code, 0, "{}\n{}\n{text}", ran.out, ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

fn line(id: &str, cloud: &str, ty: &str, name: &str) -> String {
    json!({"id": id, "cloud": cloud, "type": ty, "name": name}).to_string() + "\n"
}

const VM: &str = "/subscriptions/5AB1/resourceGroups/RG-Web/providers/Microsoft.Compute/virtualMachines/Web-1";

#[test]
fn one_resource_in_several_spellings_is_one() {
    for (cloud, ty, spellings) in [
        ("azure", "Microsoft.Compute/virtualMachines", vec![VM.to_owned(), VM.to_lowercase(), VM.to_uppercase(), format!("{VM}/")]),
        (
            "gcp",
            "compute.googleapis.com/Instance",
            vec![
                "//compute.googleapis.com/projects/p/zones/us-central1-a/instances/web-1".to_owned(),
                "https://www.googleapis.com/compute/v1/projects/p/zones/us-central1-a/instances/web-1".to_owned(),
                "https://compute.googleapis.com/compute/v1/projects/p/zones/us-central1-a/instances/web-1".to_owned(),
                "projects/p/zones/us-central1-a/instances/web-1".to_owned(),
                "compute.googleapis.com/projects/p/zones/us-central1-a/instances/web-1".to_owned(),
            ],
        ),
        (
            "gcp",
            "storage.googleapis.com/Bucket",
            vec![
                "//storage.googleapis.com/acme-logs".to_owned(),
                "https://www.googleapis.com/storage/v1/b/acme-logs".to_owned(),
                "storage.googleapis.com/acme-logs".to_owned(),
            ],
        ),
    ] {
        let desk = Desk::empty();
        // In one file, and then each in a file of its own.
        let all: String = spellings.iter().map(|id| line(id, cloud, ty, "web-1")).collect();
        let told = imported(&desk, &all, &[]);
        assert_eq!((&told["read"], &told["added"], &told["repeated"]), (&spellings.len().into(), &1.into(), &(spellings.len() - 1).into()));
        for id in &spellings {
            assert_eq!(imported(&desk, &line(id, cloud, ty, "web-1"), &[])["unchanged"], 1, "{id}");
        }
        assert_eq!(desk.export().len(), 1, "{cloud}");
    }
    // ARNs are told apart by case.
    let desk = Desk::empty();
    let role = |name: &str| line(&format!("arn:aws:iam::111122223333:role/{name}"), "aws", "iam:role", name);
    assert_eq!(imported(&desk, &(role("web") + &role("Web")), &[])["added"], 2);
}

#[test]
fn links_lead_to_one_resource_whatever_their_spelling() {
    let desk = Desk::empty();
    let disk = |name: &str, link: &str| {
        json!({"id": format!("/subscriptions/5ab1/resourceGroups/rg/providers/Microsoft.Compute/disks/{name}"), "cloud": "azure", "kind": "disk",
            "name": name, "links": [{"rel": "attached", "id": link}]})
        .to_string()
            + "\n"
    };
    let text = disk("a", VM)
        + &disk("b", &VM.to_lowercase())
        + &disk("c", &VM.to_uppercase())
        + &line(VM, "azure", "Microsoft.Compute/virtualMachines", "Web-1");
    imported(&desk, &text, &[]);
    let vm = desk.export().into_iter().find(|resource| resource["kind"] == "vm").unwrap();
    let linked: Vec<Value> = desk.export().iter().filter_map(|resource| resource["links"].get(0).map(|link| link["id"].clone())).collect();
    assert_eq!(linked, vec![vm["id"].clone(); 3]);
    let found = desk.json(&["search", "--json", "", "--where", "linked = web-1"]);
    assert_eq!(found["total"], 3, "{found}");
}

#[test]
fn a_sub_type_is_kept_as_other() {
    let desk = Desk::empty();
    let types = [
        ("azure", "Microsoft.Sql/servers/firewallRules", "other"),
        ("azure", "Microsoft.Sql/servers/elasticPools", "other"),
        ("azure", "Microsoft.Sql/servers/databases", "database"),
        ("azure", "Microsoft.DBforPostgreSQL/flexibleServers", "database"),
        ("azure", "Microsoft.DBforPostgreSQL/flexibleServers/configurations", "other"),
        ("azure", "Microsoft.Cache/redis/firewallRules", "other"),
        ("aws", "elasticache:subnetgroup", "other"),
        ("aws", "elasticache:cluster", "cache"),
        ("aws", "redshift:parametergroup", "other"),
        ("gcp", "bigtableadmin.googleapis.com/Table", "other"),
    ];
    let text: String = types.iter().enumerate().map(|(n, (cloud, ty, _))| line(&format!("id-{n:02}"), cloud, ty, "x")).collect();
    imported(&desk, &text, &[]);
    let mut export = desk.export();
    export.sort_by_key(|resource| resource["id"].as_str().unwrap().to_owned());
    for (resource, (_, ty, kind)) in export.iter().zip(types) {
        assert_eq!((&resource["type"], &resource["kind"]), (&json!(ty), &json!(kind)));
    }
}

#[test]
fn a_relation_that_nobody_named_is_kept_with_a_remark() {
    let desk = Desk::empty();
    let with = |n: usize, rel: &str| {
        json!({"id": format!("i-{n}"), "cloud": "aws", "type": "ec2:instance", "name": "web", "links": [{"rel": rel, "id": "vpc-1"}]})
            .to_string()
            + "\n"
    };
    let text = with(1, "peers-with") + &with(2, "Depends On") + &with(3, "in") + &with(4, "peers-with");
    let ran = import(&desk, &text, &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("Read 4 resources") && ran.out.contains("`peers-with`") && ran.out.contains("2 times"), "{}", ran.out);
    let relations: Vec<Value> = desk.export().iter().map(|resource| resource["links"][0]["rel"].clone()).collect();
    assert_eq!(relations, ["peers-with", "Depends On", "in", "peers-with"]);
    // So is a resource of a kind that nobody knows.
    let odd = r#"{"id":"i-9","cloud":"aws","type":"ec2:instance","kind":"gizmo","name":"web"}"#;
    assert!(import(&desk, odd, &[]).out.contains("`gizmo`"));
}

#[test]
fn a_qualifier_hides_neither_name_nor_arn() {
    let desk = Desk::empty();
    let arns = [
        ("arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/resize:*", "logs:log-group", "/aws/lambda/resize"),
        ("arn:aws:lambda:eu-west-1:111122223333:function:thumbs:$LATEST", "lambda:function", "thumbs"),
        ("arn:aws:lambda:eu-west-1:111122223333:function:mailer:3", "lambda:function", "mailer"),
        ("arn:aws:ecs:eu-west-1:111122223333:task-definition/front:12", "ecs:task-definition", "front"),
        ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-a1B2c3", "secretsmanager:secret", "prod/db"),
        (
            "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/blue/73e2d6bc24d8a067",
            "elasticloadbalancing:targetgroup",
            "blue",
        ),
        ("arn:aws:sqs:eu-west-1:111122223333:jobs.fifo", "sqs:queue", "jobs.fifo"),
    ];
    let list: Vec<Value> = arns.iter().map(|(arn, _, _)| json!({"ResourceARN": arn, "Tags": []})).collect();
    imported(&desk, &json!({ "ResourceTagMappingList": list }).to_string(), &[]);
    let only = |filter: &str| {
        let found = desk.json(&["search", "--json", "", "--where", filter]);
        assert_eq!(found["total"], 1, "{filter}: {found}");
        found["hits"][0]["id"].as_str().unwrap().to_owned()
    };
    for (arn, ty, name) in arns {
        assert_eq!(only(&format!("name = \"{name}\"")), arn);
        assert_eq!(only(&format!("id = \"{name}\"")), arn);
        assert_eq!(only(&format!("id = \"{arn}\"")), arn);
        let found = desk.json(&["search", "--json", name, "--limit", "1"]);
        assert_eq!((&found["hits"][0]["id"], &found["hits"][0]["type"]), (&json!(arn), &json!(ty)));
    }
    assert_eq!(only("id = \"arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/resize\""), arns[0].0);
    assert_eq!(only("id = \"arn:aws:lambda:eu-west-1:111122223333:function:thumbs\""), arns[1].0);
    assert_eq!(only("id = \"arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db\""), arns[4].0);
}

/// The same two machines, however they are laid out.
#[test]
fn json_is_read_however_it_is_laid_out_and_encoded() {
    let two = [
        json!({"id": "i-1", "cloud": "aws", "type": "ec2:instance", "name": "münchen 🚀"}),
        json!({"id": "i-2", "cloud": "aws", "kind": "vm", "name": "web"}),
    ];
    let lines = format!("{}\n{}\n", two[0], two[1]);
    let array = serde_json::to_string_pretty(&two).unwrap();
    let utf16 = |text: &str, order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let le: fn(u16) -> [u8; 2] = u16::to_le_bytes;
    for (what, text) in [
        ("lines", lines.clone().into_bytes()),
        ("lines with a mark", [b"\xef\xbb\xbf", lines.as_bytes()].concat()),
        ("lines of Windows", lines.replace('\n', "\r\n").into_bytes()),
        ("UTF-16 little with a mark", [&b"\xff\xfe"[..], &utf16(&lines, le)].concat()),
        ("UTF-16 big with a mark", [&b"\xfe\xff"[..], &utf16(&lines, u16::to_be_bytes)].concat()),
        ("UTF-16 little", utf16(&lines, le)),
        ("UTF-16 array", [&b"\xff\xfe"[..], &utf16(&array, le)].concat()),
        ("array", array.clone().into_bytes()),
        ("array in one line", json!(two).to_string().into_bytes()),
        (
            "objects over several lines",
            two.iter().map(|it| serde_json::to_string_pretty(it).unwrap()).collect::<Vec<_>>().join("\n").into_bytes(),
        ),
        ("under a key", json!({"count": 2, "results": two}).to_string().into_bytes()),
    ] {
        let desk = Desk::empty();
        let file = bytes(&desk, "resources", &text);
        let told = desk.json(&["import", "--json", file.to_str().unwrap()]);
        assert_eq!((&told["read"], &told["bad_count"]), (&2.into(), &0.into()), "{what}: {told}");
        assert_eq!(sorted(&desk.export(), "name"), ["münchen 🚀", "web"], "{what}");
    }
    let desk = Desk::empty();
    assert_eq!(imported(&desk, &two[0].to_string(), &[])["read"], 1, "a single object in a single line");
    let told = imported(&desk, &json!({"id": "i-3", "cloud": "aws", "kind": "vm", "name": "web", "data": [1, 2]}).to_string(), &[]);
    assert_eq!(told["read"], 1, "what a resource brings along is no list of others");
}

#[test]
fn tables_are_read_by_their_headers_or_as_told() {
    let arn = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1";
    let desk = Desk::empty();
    let csv = format!(
        "Resource ARN,Name,State,Instance Type,tag:env,Launch Time,Admin Password\n{arn},web-1,running,m5.large,prod,2026-01-31 08:00:00,hunter2\n"
    );
    let told = imported(&desk, &csv, &[]);
    assert_eq!((&told["format"], &told["read"]), (&json!("csv"), &1.into()));
    let web = desk.export().remove(0);
    assert_eq!(
        (&web["kind"], &web["type"], &web["account"], &web["region"]),
        (&json!("vm"), &json!("ec2:instance"), &json!("111122223333"), &json!("eu-west-1"))
    );
    assert_eq!(
        (&web["attributes"]["size"], &web["tags"]["env"], &web["created"]),
        (&json!("m5.large"), &json!("prod"), &json!("2026-01-31T08:00:00Z"))
    );
    assert!(told["ignored"][0]["what"].as_str().unwrap().contains("Admin Password") && !web.to_string().contains("hunter2"), "{told}");

    // Names that nobody could guess, another separator, cells with line breaks, and the cloud said once for all.
    let csv =
        "Kennung;Bezeichnung;Art;Stufe;Gr\u{f6}\u{df}e;Owner\r\nvm-17;\"web;\nzwei\";vm;prod;klein;ann\r\nvm-18;drei;vm;dev;gro\u{df};\r\n";
    let map = [
        "--map",
        "id=Kennung",
        "--map",
        "name=Bezeichnung",
        "--map",
        "kind=Art",
        "--map",
        "tag.env=Stufe",
        "--map",
        "size=Größe",
        "--map",
        "cloud=gcp",
    ];
    let desk = Desk::empty();
    assert_eq!(imported(&desk, csv, &map)["read"], 2);
    let export = desk.export();
    assert_eq!(
        (&export[0]["name"], &export[0]["env"], &export[0]["attributes"]["size"]),
        (&json!("web;\nzwei"), &json!("prod"), &json!("klein"))
    );
    assert_eq!((&export[0]["attributes"]["owner"], &export[1]["cloud"], &export[1]["kind"]), (&json!("ann"), &json!("gcp"), &json!("vm")));

    // As Azure's portal writes it.
    let csv = format!(
        "NAME,TYPE,RESOURCE GROUP,LOCATION,SUBSCRIPTION,RESOURCE LINK\nWeb-1,Virtual machine,RG-Web,West US,Acme,https://portal.azure.com/#@acme.example/resource{VM}\n"
    );
    let desk = Desk::empty();
    imported(&desk, &csv, &[]);
    let web = desk.export().remove(0);
    assert_eq!((&web["id"], &web["kind"], &web["region"]), (&json!(VM.to_lowercase()), &json!("vm"), &json!("westus")));

    // Rows that do not fit cost themselves only.
    let ran = import(&desk, &format!("id,name\n{arn},a\n{arn}2,b,c\n,d\n{arn}3,e\n"), &["--json"]);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &told["read"], &told["bad"][0]["line"], &told["bad"][1]["line"]), (1, &2.into(), &3.into(), &4.into()), "{told}");
}

#[test]
fn a_table_that_cannot_be_read_says_which_columns_it_has() {
    let desk = Desk::empty();
    for (csv, more, expected) in [
        ("Kennung,Art\n1,vm\n", &[][..], "Kennung, Art"),
        ("id,name\n1,web\n", &["--map", "name=Titel"][..], "`Titel`"),
        ("id,name\n1,web\n", &["--map", "colour=name"][..], "`colour`"),
        ("BilledCost,ResourceId\n1,arn:aws:s3:::a\n", &[][..], "bill"),
    ] {
        let ran = import(&desk, csv, more);
        assert_eq!(ran.code, 2, "{csv}: {}", ran.err);
        assert!(ran.err.contains(expected) && ran.err.contains("hint") && ran.out.is_empty(), "{}", ran.err);
    }
    // A row that says of no cloud.
    let ran = import(&desk, "id,name\nweb-1,web\n", &[]);
    assert!(ran.code == 2 && ran.err.contains("which cloud") && ran.err.contains("cloud=aws"), "{}", ran.err);
}

#[test]
fn what_is_nothing_of_the_sort_is_called_by_its_name_in_one_message() {
    let desk = Desk::empty();
    let plan = json!({"format_version": "1.2", "planned_values": {}, "resource_changes": []}).to_string();
    for (what, content) in [
        ("PNG", &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..]),
        ("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab"),
        ("ZIP", b"PK\x03\x04\x14\0\0\0\x08\0"),
        ("Excel", b"PK\x03\x04\x14\0\x06\0[Content_Types].xml....xl/workbook.xml"),
        ("Parquet", b"PAR1\x15\x04\x15"),
        ("SQLite", b"SQLite format 3\0\x10\0"),
        ("HTML", b"<!DOCTYPE html>\n<html><head><title>Sign in</title>\n"),
        ("YAML", b"---\nkind: Pod\nmetadata:\n  name: web\n"),
        ("XML", b"<?xml version=\"1.0\"?>\n<Reservations/>\n"),
        ("Terraform configuration", b"resource \"aws_instance\" \"web\" {\n  ami = \"x\"\n}\n"),
        ("Terraform plan", plan.as_bytes()),
        ("describe-instances", b"{\n  \"Reservations\": [\n    {\"Instances\": []}\n  ]\n}\n"),
        ("empty", b""),
        ("text", b"Dear all,\nplease find attached nothing.\n"),
        ("binary", b"\x01\x02\x03\0\x04 what is this"),
        ("not JSON", b"[\n  {\"id\": \n"),
    ] {
        let file = bytes(&desk, "thing", content);
        let ran = desk.run(&["import", file.to_str().unwrap()]);
        assert_eq!(ran.code, 2, "{what}: {}{}", ran.out, ran.err);
        let lines: Vec<&str> = ran.err.lines().collect();
        assert!(lines.len() == 2 && lines[0].contains(what) && lines[1].contains("hint"), "{what}: {}", ran.err);
        assert!(ran.out.is_empty());
    }
    let ran = import(&desk, "{}", &["--format", "xls"]);
    assert!(ran.code == 2 && ran.err.contains("json-lines"), "{}", ran.err);
    assert!(desk.export().is_empty());
}

#[test]
fn of_many_bad_lines_some_are_shown_and_all_are_counted() {
    let desk = Desk::empty();
    let good = line("i-1", "aws", "ec2:instance", "web");
    let text: String =
        (0..500).map(|n| if n % 2 == 0 { good.replace("i-1", &format!("i-{n}")) } else { format!("broken {n}\n") }).collect();
    let ran = import(&desk, &text, &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("Read 250 resources") && ran.out.contains("250 lines could not be read"), "{}", ran.out);
    assert!(ran.err.lines().count() < 30 && ran.err.contains("line 2:") && ran.err.contains("and 230 bad lines more"), "{}", ran.err);
    let told: Value = serde_json::from_str(&import(&desk, &text, &["--json"]).out).unwrap();
    assert_eq!((&told["bad_count"], told["bad"].as_array().unwrap().len(), &told["unchanged"]), (&250.into(), 100, &250.into()));
    // Not UTF-8, too long to be one, and a document that ends in its middle.
    let mut odd = good.clone().into_bytes();
    odd.extend(b"{\"name\":\"\xff\xfe\"}\n");
    odd.extend(std::iter::repeat_n(b'x', 17 * 1024 * 1024));
    odd.extend(b"\n");
    odd.extend(good.replace("i-1", "i-2").into_bytes());
    let file = bytes(&desk, "odd", &odd);
    let ran = desk.run(&["import", file.to_str().unwrap()]);
    assert!(
        ran.code == 1
            && ran.err.contains("line 2: not UTF-8")
            && ran.err.contains("line 3: too long: 18 MB")
            && ran.out.contains("Read 2 resources"),
        "{}{}",
        ran.out,
        ran.err
    );
    let ran = import(&desk, &format!("[{},\n{}", good.trim(), "{\"id\":"), &[]);
    assert!(ran.code == 1 && ran.out.contains("Read 1 resource") && ran.err.contains("line 2"), "{}{}", ran.out, ran.err);
}
