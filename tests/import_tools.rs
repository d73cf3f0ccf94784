//! What other tools write becomes resources; and what is exported comes in again as it went out.

use std::io::Cursor;
use std::path::Path;

use escher::core::{Resource, arbitrary};
use escher::{Config, Escher, ImportOptions, Progress};
use proptest::prelude::*;
use proptest::test_runner::{Config as Cases, TestRunner};
use serde_json::{Value, json};

use crate::support::Desk;

/// Imports a document into an empty estate: what was told of it, and what is there then, by name.
fn loaded(document: &Value) -> (Value, Vec<Value>) {
    loaded_text(&serde_json::to_string_pretty(document).unwrap())
}

fn loaded_text(text: &str) -> (Value, Vec<Value>) {
    let desk = Desk::empty();
    let file = desk.file("resources", text);
    let told = desk.json(&["import", "--json", file.to_str().unwrap()]);
    let mut export = desk.export();
    export.sort_by_key(|resource| resource["name"].as_str().unwrap().to_owned());
    (told, export)
}

fn links(resource: &Value) -> Vec<(&str, &str)> {
    let links = resource["links"].as_array().map_or(&[][..], Vec::as_slice);
    links.iter().map(|link| (link["rel"].as_str().unwrap(), link["id"].as_str().unwrap())).collect()
}

#[test]
fn resource_graph_and_lists_of_azure_become_resources() {
    let group = "/subscriptions/5AB1/resourceGroups/RG-Web/providers";
    let vm = json!({"id": format!("{group}/Microsoft.Compute/virtualMachines/Web-1"), "name": "Web-1", "type": "microsoft.compute/virtualmachines",
        "location": "East US 2", "subscriptionId": "5ab1", "resourceGroup": "rg-web", "tags": {"env": "prod"}, "zones": ["2"],
        "properties": {"hardwareProfile": {"vmSize": "Standard_D2s_v5"}, "timeCreated": "2026-01-31T08:00:00.1234567Z",
            "osProfile": {"adminPassword": "hunter2"}, "extended": {"instanceView": {"powerState": {"code": "PowerState/deallocated"}}},
            "storageProfile": {"osDisk": {"managedDisk": {"id": format!("{group}/Microsoft.Compute/disks/OS")}}}}});
    let disk = json!({"id": format!("{group}/microsoft.compute/DISKS/os"), "name": "os", "type": "microsoft.compute/disks", "location": "eastus2",
        "managedBy": format!("{group}/Microsoft.Compute/virtualMachines/web-1"), "sku": {"name": "Premium_LRS"}, "tags": null,
        "properties": {"diskSizeGB": 128, "diskState": "Reserved", "encryption": {"type": "EncryptionAtRestWithPlatformKey"}}});
    let app = json!({"id": format!("{group}/Microsoft.Web/sites/shop"), "name": "shop", "type": "Microsoft.Web/sites", "kind": "app,linux", "location": "East US 2"});
    let columns = ["id", "name", "type", "location", "tags", "properties"];
    let row = |it: &Value| columns.iter().map(|column| it[*column].clone()).collect::<Vec<_>>();
    for document in [
        json!({"count": 3, "data": [vm, disk, app], "totalRecords": 3}),
        json!([vm, disk, app]),
        json!({"value": [vm, disk, app], "nextLink": null}),
    ] {
        let (told, export) = loaded(&document);
        assert_eq!((&told["format"], &told["read"]), (&json!("azure"), &3.into()), "{told}");
        let [web, os, shop] = &export[..] else { panic!("{export:?}") };
        assert_eq!((&web["kind"], &web["state"], &web["state_raw"]), (&json!("vm"), &json!("stopped"), &json!("PowerState/deallocated")));
        assert_eq!(
            (&web["account"], &web["region"], &web["zone"], &web["env"]),
            (&json!("5ab1"), &json!("eastus2"), &json!("2"), &json!("prod"))
        );
        assert_eq!((&web["attributes"]["size"], &web["attributes"]["resource_group"]), (&json!("Standard_D2s_v5"), &json!("RG-Web")));
        assert_eq!(links(web), [("uses", os["id"].as_str().unwrap())]);
        assert_eq!(links(os), [("attached", web["id"].as_str().unwrap())]);
        assert_eq!(
            (&os["attributes"]["capacity"], &os["flags"]["attached"], &os["flags"]["untagged"]),
            (&json!(128), &json!(true), &json!(true))
        );
        assert_eq!(
            (&shop["kind"], &shop["flags"]["untagged"]),
            (&json!("other"), &Value::Null),
            "a web app is no function, and nobody spoke of its tags"
        );
        assert!(!export.iter().any(|it| it.to_string().contains("hunter2")), "what may be secret is not kept");
    }
    let table = json!({"data": {"columns": columns.map(|name| json!({"name": name, "type": "string"})), "rows": [row(&vm), row(&disk)]}, "count": 2});
    let (told, export) = loaded(&table);
    assert_eq!((&told["format"], &told["read"], &export[0]["kind"]), (&json!("azure"), &2.into(), &json!("vm")));
}

#[test]
fn one_page_of_several_is_told_to_be_one() {
    let arn = |n: usize| format!("arn:aws:ec2:eu-west-1:111122223333:volume/vol-{n}");
    let page = |n: usize, more: Value| {
        let mut page = json!({"ResourceTagMappingList": [{"ResourceARN": arn(n), "Tags": []}]});
        page.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        page
    };
    let azure = |more: Value| {
        let mut page =
            json!({"data": [{"id": "/subscriptions/s1/resourceGroups/rg", "name": "rg", "type": "microsoft.resources/resourcegroups"}]});
        page.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        page
    };
    let asset = json!({"name": "//storage.googleapis.com/logs", "assetType": "storage.googleapis.com/Bucket"});
    for (document, key) in [
        (page(1, json!({"PaginationToken": "eyJ"})), "PaginationToken"),
        (azure(json!({"skip_token": "ew0K", "count": 1})), "skip_token"),
        (azure(json!({"$skipToken": "ew0K"})), "$skipToken"),
        (azure(json!({"nextLink": "https://management.azure.com/?x"})), "nextLink"),
        (azure(json!({"@odata.nextLink": "https://management.azure.com/?x"})), "@odata.nextLink"),
        (json!({"assets": [asset], "nextPageToken": "CiA"}), "nextPageToken"),
        (json!({"nextPageToken": "CiA", "results": [asset]}), "nextPageToken"),
    ] {
        let (told, export) = loaded(&document);
        let remark = told["remarks"][0]["what"].as_str().unwrap_or_else(|| panic!("{document}: {told}"));
        assert!(export.len() == 1 && remark.contains("one page of several") && remark.contains(&format!("`{key}`")), "{remark}");
    }
    for whole in
        [page(1, json!({"PaginationToken": ""})), azure(json!({"skip_token": null})), json!({"assets": [asset], "nextPageToken": ""})]
    {
        assert_eq!(loaded(&whole).0["remarks"], json!([]), "{whole}");
    }
    // All pages after one another are all there is.
    let text = [page(1, json!({"PaginationToken": "eyJ"})), page(2, json!({"PaginationToken": ""}))]
        .map(|it| serde_json::to_string_pretty(&it).unwrap());
    let (told, export) = loaded_text(&text.join("\n"));
    assert_eq!((export.len(), &told["remarks"]), (2, &json!([])));
}

#[test]
fn arns_with_tags_become_resources() {
    let entry = |arn: &str, tags: Value| json!({"ResourceARN": arn, "Tags": tags});
    let (told, export) = loaded(&json!({"PaginationToken": "", "ResourceTagMappingList": [
        entry("arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1", json!([{"Key": "Name", "Value": "web-1"}, {"Key": "env", "Value": "prod"}])),
        entry("arn:aws:s3:::acme-logs", json!([])),
        entry("arn:aws:iam::111122223333:role/service-role/deployer", json!([{"Key": "team", "Value": ""}])),
        entry("arn:aws:rds:eu-west-1:111122223333:cluster-pg:defaults", json!([])),
    ]}));
    assert_eq!((&told["format"], &told["read"]), (&json!("aws"), &4.into()));
    let short: Vec<_> =
        export.iter().map(|it| (it["name"].as_str().unwrap(), it["kind"].as_str().unwrap(), it["region"].as_str())).collect();
    assert_eq!(
        short,
        [
            ("acme-logs", "bucket", None),
            ("defaults", "other", Some("eu-west-1")),
            ("deployer", "role", Some("global")),
            ("web-1", "vm", Some("eu-west-1"))
        ]
    );
    assert_eq!(
        (&export[3]["account"], &export[3]["env"], &export[0]["flags"]["untagged"]),
        (&json!("111122223333"), &json!("prod"), &json!(true))
    );
}

#[test]
fn assets_and_lists_of_google_become_resources() {
    let front = "https://www.googleapis.com/compute/v1/projects/acme-prod";
    let data = json!({"name": "web-1", "status": "TERMINATED", "machineType": format!("{front}/zones/us-central1-a/machineTypes/e2-small"),
        "zone": format!("{front}/zones/us-central1-a"), "creationTimestamp": "2026-01-31T00:00:00.000-08:00", "labels": {"env": "dev"},
        "networkInterfaces": [{"network": format!("{front}/global/networks/main"), "accessConfigs": [{"type": "ONE_TO_ONE_NAT"}]}],
        "disks": [{"source": format!("{front}/zones/us-central1-a/disks/web-1")}], "metadata": {"items": [{"key": "token", "value": "hunter2"}]}});
    let name = "//compute.googleapis.com/projects/acme-prod/zones/us-central1-a/instances/web-1";
    let vm = json!({"name": name, "asset_type": "compute.googleapis.com/Instance", "ancestors": ["projects/700"],
        "resource": {"version": "v1", "parent": "//cloudresourcemanager.googleapis.com/projects/700", "location": "us-central1-a", "data": data}});
    let gone = json!({"asset": {"name": "//storage.googleapis.com/old", "assetType": "storage.googleapis.com/Bucket"}, "deleted": true});
    let sql = json!({"name": "//cloudsql.googleapis.com/projects/acme-prod/instances/orders", "assetType": "sqladmin.googleapis.com/Instance",
        "resource": {"data": {"name": "orders", "state": "RUNNABLE", "databaseVersion": "POSTGRES_15", "region": "europe-west3",
            "settings": {"tier": "db-custom-2-8192", "activationPolicy": "NEVER", "dataDiskSizeGb": "100", "ipConfiguration": {"ipv4Enabled": false}}}}});
    let searched = json!({"name": "//storage.googleapis.com/acme-raw", "assetType": "storage.googleapis.com/Bucket", "project": "projects/700",
        "displayName": "acme-raw", "location": "us-east1", "labels": {"team": "data"}, "createTime": "2024-08-30T05:57:37Z"});
    let listed = {
        let mut it = data.clone();
        it["kind"] = json!("compute#instance");
        it["selfLink"] = json!(format!("{front}/zones/us-central1-a/instances/web-1"));
        it
    };
    let lines = [&vm, &gone, &sql, &searched].map(Value::to_string).join("\n");
    let (told, export) = loaded_text(&lines);
    assert_eq!((&told["format"], &told["read"], &told["ignored"][0]["count"]), (&json!("gcp"), &3.into(), &1.into()), "{told}");
    let [raw, orders, web] = &export[..] else { panic!("{export:?}") };
    assert_eq!(
        (&web["kind"], &web["state"], &web["region"], &web["zone"]),
        (&json!("vm"), &json!("stopped"), &json!("us-central1"), &json!("us-central1-a"))
    );
    assert_eq!(
        (&web["account"], &web["env"], &web["attributes"]["size"], &web["flags"]["public"]),
        (&json!("acme-prod"), &json!("dev"), &json!("e2-small"), &json!(true))
    );
    assert_eq!(
        links(web),
        [
            ("in", "//compute.googleapis.com/projects/acme-prod/global/networks/main"),
            ("uses", "//compute.googleapis.com/projects/acme-prod/zones/us-central1-a/disks/web-1")
        ]
    );
    assert_eq!(
        (&orders["state"], &orders["flags"]["public"], &orders["attributes"]["engine"]),
        (&json!("stopped"), &json!(false), &json!("POSTGRES_15"))
    );
    assert_eq!(
        (&orders["attributes"]["capacity"], &raw["region"], &raw["tags"]["team"]),
        (&json!(100), &json!("us-east1"), &json!("data"))
    );
    assert!(!export.iter().any(|it| it.to_string().contains("hunter2")));
    // The list of the API is the same resource, and so is an aggregated one.
    for document in [
        json!([listed]),
        json!({"kind": "compute#instanceAggregatedList", "items": {
        "zones/us-central1-a": {"instances": [listed]},
        "zones/us-central1-b": {"warning": {"code": "NO_RESULTS_ON_PAGE", "data": [{"key": "scope", "value": "x"}]}}}}),
    ] {
        let (told, export) = loaded(&document);
        assert_eq!((&told["read"], &told["bad_count"], &export[0]), (&1.into(), &0.into(), web));
    }
}

#[test]
fn rows_of_steampipe_become_resources() {
    let columns = |names: &[&str]| names.iter().map(|name| json!({"name": name, "data_type": "text"})).collect::<Vec<_>>();
    let (told, export) = loaded(&json!({
        "columns": columns(&["arn", "instance_id", "instance_state", "instance_type", "tags", "region", "account_id", "title", "user_data", "launch_time", "_ctx"]),
        "rows": [{"arn": "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1", "instance_id": "i-0a1", "instance_state": "running", "instance_type": "m5.large",
            "tags": {"env": "prod"}, "region": "eu-west-1", "account_id": "111122223333", "title": "web-1", "user_data": "hunter2",
            "launch_time": "2026-01-31T08:00:00Z", "_ctx": {"connection_name": "aws"}}]}));
    assert_eq!((&told["format"], &told["read"]), (&json!("steampipe"), &1.into()), "{told}");
    let web = &export[0];
    assert_eq!(
        (&web["name"], &web["kind"], &web["state"], &web["attributes"]["size"]),
        (&json!("web-1"), &json!("vm"), &json!("running"), &json!("m5.large"))
    );
    assert_eq!(
        (&web["env"], &web["created"], &web["attributes"]["instance_id"]),
        (&json!("prod"), &json!("2026-01-31T08:00:00Z"), &json!("i-0a1"))
    );
    assert!(!web.to_string().contains("hunter2") && told["ignored"].to_string().contains("user_data"), "{told}");
    let id = "/subscriptions/5AB1/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/logs";
    let self_link = "https://www.googleapis.com/compute/v1/projects/p/zones/us-central1-a/disks/data";
    let (_, export) = loaded(&json!({"columns": columns(&["id", "self_link", "kind", "name", "region"]), "rows": [
        {"id": id, "self_link": null, "kind": "StorageV2", "name": "logs", "region": "West US"},
        {"id": "123", "self_link": self_link, "kind": "compute#disk", "name": "data", "region": null}]}));
    let short: Vec<_> = export
        .iter()
        .map(|it| {
            (it["name"].as_str().unwrap(), it["cloud"].as_str().unwrap(), it["kind"].as_str().unwrap(), it["region"].as_str().unwrap())
        })
        .collect();
    assert_eq!(short, [("data", "gcp", "disk", "us-central1"), ("logs", "azure", "bucket", "westus")]);
}

#[test]
fn a_terraform_state_becomes_resources() {
    let arn = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1";
    let resource =
        |ty: &str, values: Value| json!({"address": format!("{ty}.it"), "mode": "managed", "type": ty, "name": "it", "values": values});
    let all = vec![
        resource(
            "aws_instance",
            json!({"arn": arn, "id": "i-0a1", "instance_type": "m5.large", "instance_state": "running", "tags": {"Name": "web-1"},
            "tags_all": {"Name": "web-1", "env": "prod"}, "subnet_id": "subnet-9", "user_data": "hunter2", "public_ip": ""}),
        ),
        resource(
            "aws_db_instance",
            json!({"arn": "arn:aws:rds:eu-west-1:111122223333:db:orders", "identifier": "orders", "password": "hunter2", "engine": "postgres",
            "allocated_storage": 100, "storage_encrypted": true, "publicly_accessible": false, "status": "available", "instance_class": "db.t3.micro"}),
        ),
        resource(
            "aws_secretsmanager_secret_version",
            json!({"arn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-a1B2c3", "secret_string": "hunter2"}),
        ),
        resource(
            "azurerm_linux_virtual_machine",
            json!({"id": "/subscriptions/5AB1/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/jump", "name": "jump",
            "location": "westus", "size": "Standard_B2s", "admin_password": "hunter2", "tags": {}}),
        ),
        resource(
            "google_compute_instance",
            json!({"id": "projects/acme/zones/us-central1-a/instances/batch", "name": "batch", "zone": "us-central1-a",
            "machine_type": "e2-small", "current_status": "RUNNING", "labels": {"env": "dev"}}),
        ),
        resource("google_pubsub_topic", json!({"id": "projects/acme/topics/events", "name": "events", "labels": null})),
        resource("random_password", json!({"result": "hunter2"})),
        resource("aws_route_table_association", json!({"id": "rtbassoc-1"})),
        json!({"address": "data.aws_ami.base", "mode": "data", "type": "aws_ami", "name": "base", "values": {"arn": "arn:aws:ec2:eu-west-1::image/ami-1"}}),
    ];
    let shown = json!({"format_version": "1.0", "terraform_version": "1.9.0", "values": {"outputs": {"pw": {"value": "hunter2", "sensitive": true}},
        "root_module": {"resources": all[..4], "child_modules": [{"address": "module.a", "resources": all[4..6], "child_modules": [{"resources": all[6..]}]}]}}});
    let raw = json!({"version": 4, "terraform_version": "1.9.0", "serial": 3, "lineage": "x", "outputs": {}, "resources": all.iter().map(|it| {
        json!({"mode": it["mode"], "type": it["type"], "name": it["name"], "provider": "p", "instances": [{"schema_version": 1, "attributes": it["values"]}]})
    }).collect::<Vec<_>>()});
    for state in [shown, raw] {
        let (told, export) = loaded(&state);
        assert_eq!((&told["format"], &told["read"], &told["bad_count"]), (&json!("terraform"), &5.into(), &0.into()), "{told}");
        let short: Vec<_> =
            export.iter().map(|it| (it["name"].as_str().unwrap(), it["kind"].as_str().unwrap(), it["cloud"].as_str().unwrap())).collect();
        assert_eq!(
            short,
            [
                ("batch", "vm", "gcp"),
                ("events", "topic", "gcp"),
                ("jump", "vm", "azure"),
                ("orders", "database", "aws"),
                ("web-1", "vm", "aws")
            ]
        );
        let [batch, events, jump, orders, web] = &export[..] else { panic!("{export:?}") };
        assert_eq!(
            (&web["id"], &web["env"], &web["state"], &web["flags"]["public"]),
            (&json!(arn), &json!("prod"), &json!("running"), &json!(false))
        );
        assert_eq!(links(web), [("in", "arn:aws:ec2:eu-west-1:111122223333:subnet/subnet-9")]);
        assert_eq!(
            (&orders["attributes"]["capacity"], &orders["flags"]["encrypted"], &orders["attributes"]["engine"]),
            (&json!(100), &json!(true), &json!("postgres"))
        );
        assert_eq!(
            (&jump["region"], &jump["attributes"]["size"], &batch["zone"], &batch["attributes"]["size"]),
            (&json!("westus"), &json!("Standard_B2s"), &json!("us-central1-a"), &json!("e2-small"))
        );
        assert_eq!(events["id"], "//pubsub.googleapis.com/projects/acme/topics/events");
        assert!(!export.iter().any(|it| it.to_string().contains("hunter2")), "no secret of the state is kept");
        let ignored = told["ignored"].to_string();
        for what in ["data sources", "`random`", "aws_route_table_association", "aws_secretsmanager_secret_version"] {
            assert!(ignored.contains(what), "{what}: {ignored}");
        }
    }
}

/// Recorded answers of the clouds, where this machine has them.
#[test]
fn recorded_answers_of_the_clouds_are_read() {
    let Some(samples) = std::env::var_os("ESCHER_SAMPLES") else {
        println!("skipped: ESCHER_SAMPLES names no folder of recorded answers");
        return;
    };
    let samples = Path::new(&samples).join("payloads");
    for (file, read, kind) in [
        ("azure/resourcegraph.resources.objects_page1.json", 3, "disk"),
        ("azure/resourcegraph.resources.table.json", 1, "bucket"),
        ("azure/vm.list.json", 2, "vm"),
        ("azure/disk.list_reserved.json", 3, "disk"),
        ("azure/sqldatabase.list.json", 2, "database"),
        ("azure/postgresqlflexible.list.json", 2, "database"),
        ("azure/vnet.list.json", 2, "network"),
        ("gcp/asset.searchallresources.json", 3, "subnet"),
        ("gcp/asset.batchgetassetshistory.json", 1, "vm"),
        ("gcp/compute.instances.aggregated_mixed.json", 1, "vm"),
        ("gcp/compute.disks.list_users.json", 2, "disk"),
        ("gcp/storage.buckets.list.json", 2, "bucket"),
        ("gcp/sql.instances.list_stopped.json", 1, "database"),
    ] {
        let desk = Desk::empty();
        let told = desk.json(&["import", "--json", samples.join(file).to_str().unwrap()]);
        assert_eq!((&told["read"], &told["bad_count"]), (&json!(read), &json!(0)), "{file}: {told}");
        assert!(desk.export().iter().any(|resource| resource["kind"] == kind), "{file}");
    }
}

#[test]
fn an_export_adds_what_is_derived() {
    let desk = Desk::empty();
    let old = r#"{"id":"i-1","cloud":"aws","type":"ec2:instance","name":"web-1","region":"eu-west-1","tags":{"env":"Production"},"akas":["web.acme.example"],"state":"running"}"#;
    let file = desk.file("old.jsonl", old);
    desk.ok(&["import", file.to_str().unwrap()]);
    let web = desk.export().remove(0);
    assert_eq!((&web["env"], &web["geo"], &web["aliases"]), (&json!("prod"), &json!("eu"), &json!(["web.acme.example"])));
    assert!(web.get("akas").is_none());
    let flags = web["flags"].as_object().unwrap();
    assert_eq!(flags.keys().map(String::as_str).collect::<Vec<_>>(), ["idle", "public", "encrypted", "attached", "backed-up", "untagged"]);
    assert_eq!((&flags["untagged"], &flags["public"]), (&json!(false), &Value::Null));
}

/// What an export of the same estate writes.
fn exported(escher: &Escher, runtime: &tokio::runtime::Runtime) -> String {
    let lines = runtime.block_on(escher.export("")).unwrap();
    lines.iter().map(|line| line.to_string() + "\n").collect()
}

#[test]
fn export_import_export_is_identical() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(Cases { cases: 8, failure_persistence: None, ..Cases::default() });
    let name = prop_oneof![".{1,9}", "[\\PC\n\t\u{202e}]{1,9}"].prop_filter("a name", |name| !name.trim().is_empty());
    let strange = (arbitrary::resource(), name, ".{0,9}", ".{0,9}").prop_map(|(mut it, name, key, value): (Resource, _, _, _)| {
        it.tags.get_or_insert_default().insert(key.clone(), value.clone());
        it.attributes.insert(key, json!({ "value": value }));
        (it.name, it.state_raw) = (name, Some(value));
        it
    });
    let cases = proptest::collection::vec(prop_oneof![arbitrary::resource(), strange], 0..30);
    let import = |text: String| {
        let dir = tempfile::tempdir().unwrap();
        let config = Config { clock: escher::core::Clock::fixed(arbitrary::now()), ..Config::new(dir.path().join("data")) };
        let escher = Escher::open(config).unwrap();
        let told = runtime.block_on(escher.import(Cursor::new(text), ImportOptions::default(), &Progress::default()));
        (told, exported(&escher, &runtime), dir)
    };
    runner
        .run(&cases, |resources| {
            let lines: String = resources.iter().map(|resource| resource.to_line(arbitrary::now()).to_string() + "\n").collect();
            let (told, first, _dir) = import(lines.clone());
            if lines.is_empty() {
                prop_assert!(told.is_err(), "an empty file is no estate");
                return Ok(());
            }
            let told = told.unwrap();
            prop_assert_eq!((told.read, told.bad_count), (resources.len(), 0));
            let (told, second, _dir) = import(first.clone());
            prop_assert_eq!(told.unwrap().bad_count, 0);
            prop_assert_eq!(first, second);
            Ok(())
        })
        .unwrap();
}
