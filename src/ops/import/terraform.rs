//! Terraform states: `terraform show -json`, and the state file itself. What only ties resources together, or belongs to
//! no cloud, is left out and counted; of values only those are kept that are known to be harmless.

use escher_core::resource::attr;
use escher_core::{CloudId, Error, Kind, Link, Rel, Resource, ResourceId, State, read_tags, read_time};
use escher_providers::shape::{arm, gcp, tagging};
use serde_json::{Value, json};

use super::tally::{Gone, Sink};

/// Takes in what `terraform show -json` prints.
pub(super) fn state(line: usize, state: &Value, sink: &mut Sink) -> Result<(), Gone> {
    if state.get("planned_values").is_some() || state.get("resource_changes").is_some() {
        sink.bad(line, &Error::invalid("this is a Terraform plan, which says what shall be; import the state, which says what is"));
        return Ok(());
    }
    match state.pointer("/values/root_module") {
        Some(module) => take_module(line, module, sink),
        None => {
            sink.ignore(line, "states without resources".to_owned());
            Ok(())
        }
    }
}

fn take_module(line: usize, module: &Value, sink: &mut Sink) -> Result<(), Gone> {
    for resource in list(module, "resources") {
        let (mode, ty) = (text(resource, "mode"), text(resource, "type").unwrap_or_default());
        let place = text(resource, "address").unwrap_or(ty);
        take(line, mode, ty, place, resource.get("values").unwrap_or(&Value::Null), sink)?;
    }
    list(module, "child_modules").try_for_each(|module| take_module(line, module, sink))
}

/// Takes in one resource of a state file, with all its instances.
pub(super) fn state_resource(line: usize, resource: &Value, sink: &mut Sink) -> Result<(), Gone> {
    let (mode, ty) = (text(resource, "mode"), text(resource, "type").unwrap_or_default());
    let place = format!("{ty}.{}", text(resource, "name").unwrap_or_default());
    for instance in list(resource, "instances") {
        take(line, mode, ty, &place, instance.get("attributes").unwrap_or(&Value::Null), sink)?;
    }
    Ok(())
}

fn take(line: usize, mode: Option<&str>, ty: &str, place: &str, values: &Value, sink: &mut Sink) -> Result<(), Gone> {
    if mode == Some("data") {
        sink.ignore(line, "data sources".to_owned());
        return Ok(());
    }
    let read = match ty.split('_').next() {
        Some("aws") => aws(ty, values),
        Some("azurerm" | "azapi") => azure(ty, values),
        Some("google") => google(ty, values),
        provider => {
            sink.ignore(line, format!("resources of the provider `{}`", provider.unwrap_or_default()));
            return Ok(());
        }
    };
    match read {
        Some(resource) if resource.name.trim().is_empty() => {
            sink.bad(line, &Error::invalid(format!("{place} has no name")));
            Ok(())
        }
        Some(resource) => sink.resource(line, resource, Vec::new()),
        None => {
            sink.ignore(line, format!("`{ty}`, which has no id of its own in the cloud"));
            Ok(())
        }
    }
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str().filter(|text| !text.trim().is_empty())
}

fn any<'v>(value: &'v Value, keys: &[&str]) -> Option<&'v str> {
    keys.iter().find_map(|key| text(value, key))
}

/// Sets an attribute from the first of these values that is there.
fn set(it: &mut Resource, name: &str, values: &Value, keys: &[&str]) {
    let told = keys.iter().filter_map(|key| values.get(*key)).find(|value| match value {
        Value::String(text) => !text.trim().is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
        _ => false,
    });
    if let Some(told) = told {
        it.attributes.insert(name.to_owned(), told.clone());
    }
}

fn link(it: &mut Resource, rel: Rel, id: Option<String>) {
    let link = id.map(|id| Link { rel, id: ResourceId::new(it.cloud, id) });
    it.links.extend(link.filter(|link| link.id != it.id));
}

/// What all providers tell alike.
fn common(it: &mut Resource, values: &Value, tags: &[&str]) {
    it.tags = tags.iter().filter_map(|key| values.get(*key)).find_map(|told| match told {
        Value::Object(tags) if tags.is_empty() => None,
        told => read_tags(told),
    });
    if it.tags.is_none() && tags.iter().any(|key| values.get(*key).is_some()) {
        it.tags = Some(Default::default());
    }
    it.created = any(values, &["creation_timestamp", "create_time", "created_at", "creation_date", "create_date", "time_created"])
        .and_then(read_time);
    set(it, attr::ENGINE, values, &["engine", "database_version"]);
    set(it, attr::CAPACITY, values, &["allocated_storage", "disk_size_gb", "disk_size"]);
    set(it, attr::ENCRYPTED, values, &["encrypted", "storage_encrypted"]);
    // A volume's size is how much it holds; a machine's is its model.
    match values.get("size") {
        Some(Value::Number(size)) if it.kind == Kind::Disk => drop(it.attributes.insert(attr::CAPACITY.into(), json!(size))),
        Some(Value::String(size)) if !size.is_empty() => drop(it.attributes.insert(attr::SIZE.into(), json!(size))),
        _ => {}
    }
}

fn state_of(it: &mut Resource, raw: Option<&str>) {
    if let Some(raw) = raw {
        (it.state, it.state_raw) = (Some(State::from_raw(it.cloud, raw)), Some(raw.to_owned()));
    }
}

fn aws(ty: &str, values: &Value) -> Option<Resource> {
    // A version's or an alias's ARN is that of what it is a version of.
    if ["_version", "_attachment", "_association", "_alias"].iter().any(|end| ty.ends_with(end)) && ty != "aws_kms_alias" {
        return None;
    }
    let mut it = tagging::of_arn(text(values, "arn")?)?;
    common(&mut it, values, &["tags_all", "tags"]);
    let name = it.tags.as_ref().and_then(|tags| tags.get("Name")).cloned();
    let name = name.or_else(|| any(values, &["name", "identifier", "cluster_identifier", "bucket", "function_name"]).map(str::to_owned));
    if let Some(name) = name.filter(|name| !name.trim().is_empty()) {
        it.name = name;
    }
    it.zone = text(values, "availability_zone").map(str::to_owned);
    it.region = text(values, "region").or_else(|| text(values, "bucket_region")).map(str::to_owned).or(it.region);
    state_of(&mut it, any(values, &["instance_state", "status", "state"]));
    set(&mut it, attr::SIZE, values, &["instance_type", "instance_class", "node_type", "cache_node_type"]);
    set(&mut it, attr::PUBLIC, values, &["publicly_accessible"]);
    set(&mut it, attr::NETWORK, values, &["vpc_id"]);
    if let (Kind::Vm, Some(ip)) = (it.kind, values.get("public_ip").and_then(Value::as_str)) {
        it.attributes.insert(attr::PUBLIC.into(), json!(!ip.is_empty()));
    }
    if let (Kind::Ip, Some(instance)) = (it.kind, values.get("association_id").or_else(|| values.get("instance"))) {
        it.attributes.insert(attr::ATTACHED.into(), json!(instance.as_str().is_some_and(|id| !id.is_empty())));
    }
    let front = it.id.as_str().split(':').take(5).collect::<Vec<_>>();
    let near = front.len() == 5 && !front[3].is_empty() && !front[4].is_empty();
    let ec2 = near.then(|| format!("{}:{}:ec2:{}:{}", front[0], front[1], front[3], front[4]));
    let in_ec2 = |kind: &str, id: Option<&str>| Some(format!("{}:{kind}/{}", ec2.as_deref()?, id?));
    let ties = [
        (Rel::In, in_ec2("vpc", text(values, "vpc_id"))),
        (Rel::In, in_ec2("subnet", text(values, "subnet_id"))),
        (Rel::Attached, in_ec2("instance", text(values, "instance"))),
    ];
    for (rel, id) in ties {
        link(&mut it, rel, id);
    }
    for group in list(values, "vpc_security_group_ids").filter_map(Value::as_str) {
        link(&mut it, Rel::Uses, in_ec2("security-group", Some(group)));
    }
    let key = any(values, &["kms_key_id", "kms_key_arn"]).filter(|key| key.starts_with("arn:"));
    link(&mut it, Rel::EncryptedBy, key.map(str::to_owned));
    Some(it)
}

fn azure(ty: &str, values: &Value) -> Option<Resource> {
    let id = text(values, "id").filter(|id| !id.contains('|'))?;
    let whole = json!({
        "id": id,
        "name": values.get("name"),
        "location": values.get("location"),
        // Function Apps and web apps have one type.
        "kind": if ty.contains("function_app") { "functionapp" } else { "app" },
    });
    if !arm::fits(&whole) {
        return None;
    }
    let mut it = arm::resource(&whole).ok()?;
    common(&mut it, values, &["tags"]);
    it.zone = text(values, "zone").or_else(|| list(values, "zones").find_map(Value::as_str)).map(str::to_owned);
    set(&mut it, attr::SIZE, values, &["size", "vm_size", "sku_name", "sku", "account_tier"]);
    if let Some(mb) = values.get("storage_mb").and_then(Value::as_f64) {
        it.attributes.insert(attr::CAPACITY.into(), json!(mb / 1024.0));
    }
    if values.get("public_network_access_enabled") == Some(&Value::Bool(false)) {
        it.attributes.insert(attr::PUBLIC.into(), json!(false));
    }
    for nic in list(values, "network_interface_ids").filter_map(Value::as_str) {
        link(&mut it, Rel::Uses, Some(nic.to_owned()));
    }
    link(&mut it, Rel::In, any(values, &["subnet_id", "delegated_subnet_id"]).map(str::to_owned));
    Some(it)
}

/// The services whose ids the provider writes without them.
const GOOGLE: &[(&str, &str)] = &[
    ("google_compute_", "compute"),
    ("google_sql_database_instance", "cloudsql"),
    ("google_cloudfunctions", "cloudfunctions"),
    ("google_cloud_run_", "run"),
    ("google_pubsub_", "pubsub"),
    ("google_redis_", "redis"),
    ("google_memcache_", "memcache"),
    ("google_secret_manager_secret", "secretmanager"),
    ("google_kms_", "cloudkms"),
    ("google_artifact_registry_", "artifactregistry"),
    ("google_dns_managed_zone", "dns"),
    ("google_service_account", "iam"),
    ("google_container_cluster", "container"),
    ("google_bigquery_dataset", "bigquery"),
    ("google_bigtable_instance", "bigtable"),
    ("google_firestore_database", "firestore"),
    ("google_project", "cloudresourcemanager"),
];

fn google(ty: &str, values: &Value) -> Option<Resource> {
    if ["_member", "_binding", "_policy", "_version", "_key", "_attachment", "_service"].iter().any(|end| ty.ends_with(end))
        && !["google_kms_crypto_key", "google_cloud_run_service", "google_cloud_run_v2_service"].contains(&ty)
    {
        return None;
    }
    let told = |key| text(values, key).filter(|id| ResourceId::new(CloudId::Gcp, *id).as_str().starts_with("//"));
    let id = match told("self_link").or_else(|| told("id")) {
        Some(id) => id.to_owned(),
        None => {
            let path = text(values, "id").filter(|id| id.starts_with("projects/"))?;
            let (_, service) = GOOGLE.iter().find(|(front, _)| ty.starts_with(front))?;
            format!("//{service}.googleapis.com/{path}")
        }
    };
    let mut it = gcp::of_name(&id)?;
    common(&mut it, values, &["effective_labels", "terraform_labels", "labels", "user_labels"]);
    if let Some(name) = any(values, &["display_name", "name"]) {
        it.name = name.rsplit('/').next().unwrap_or(name).to_owned();
    }
    it.account = it.account.or_else(|| text(values, "project").map(str::to_owned));
    let place = any(values, &["region", "location"]).map(|place| place.rsplit('/').next().unwrap_or(place));
    it.region = it.region.or_else(|| place.map(|place| if place.contains('-') { place.to_ascii_lowercase() } else { place.to_owned() }));
    state_of(&mut it, any(values, &["current_status", "status", "state"]));
    set(&mut it, attr::SIZE, values, &["machine_type", "tier"]);
    set(&mut it, attr::MEMORY, values, &["memory_size_gb"]);
    if let Some(tier) = list(values, "settings").find_map(|settings| text(settings, "tier")) {
        it.attributes.insert(attr::SIZE.into(), json!(tier));
    }
    for interface in list(values, "network_interface") {
        for key in ["network", "subnetwork"] {
            link(&mut it, Rel::In, text(interface, key).filter(|id| id.contains('/')).map(str::to_owned));
        }
    }
    link(&mut it, Rel::In, text(values, "network").filter(|id| id.contains('/')).map(str::to_owned));
    Some(it)
}
