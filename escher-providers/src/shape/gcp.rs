//! Google Cloud: a resource as Cloud Asset Inventory exports it, as its search answers, and as the APIs and
//! `gcloud … list` write it.

use escher_core::resource::attr;
use escher_core::{CloudId, Kind, Rel, Resource, ResourceId, Result, State, read_tags, read_time};
use serde_json::Value;

use super::{Told, attached, each, first, gigabytes, leaf, missing, number, text};

/// Kinds of the APIs and the asset types that they are.
const KINDS: &[(&str, &str)] = &[
    ("storage#bucket", "storage.googleapis.com/Bucket"),
    ("sql#instance", "sqladmin.googleapis.com/Instance"),
    ("bigquery#dataset", "bigquery.googleapis.com/Dataset"),
    ("dns#managedZone", "dns.googleapis.com/ManagedZone"),
];

/// Whether this looks like an asset, or like a resource of an API that says its kind and where it is.
pub fn fits(value: &Value) -> bool {
    let value = unwrapped(value);
    asset_type(value).is_some() || native_of_api(value).is_some()
}

/// Whether an asset says that it was deleted.
pub fn is_deleted(value: &Value) -> bool {
    value.get("deleted") == Some(&Value::Bool(true)) || unwrapped(value).get("deleted") == Some(&Value::Bool(true))
}

/// An asset of the history, or of a feed, is wrapped with the time for which it is true.
fn unwrapped(value: &Value) -> &Value {
    value.get("asset").filter(|asset| asset.is_object()).unwrap_or(value)
}

fn asset_type(value: &Value) -> Option<&str> {
    first(value, &["/assetType", "/asset_type"])
}

/// The type of what an API answers: by its kind, else by where it says it is.
fn native_of_api(value: &Value) -> Option<String> {
    let id = ResourceId::new(CloudId::Gcp, text(value, "/selfLink")?);
    let Some(kind) = text(value, "/kind").filter(|kind| kind.contains('#')) else { return native_of_name(id.as_str()) };
    if let Some((_, native)) = KINDS.iter().find(|(api, _)| *api == kind) {
        return Some((*native).to_owned());
    }
    let ty = kind.strip_prefix("compute#").filter(|ty| !ty.ends_with("List"))?;
    let mut letters = ty.chars();
    let initial = letters.next()?.to_ascii_uppercase();
    Some(format!("compute.googleapis.com/{initial}{}", letters.as_str()))
}

/// What a full resource name alone says of a resource; `None` if it is none.
pub fn of_name(id: &str) -> Option<Resource> {
    let id = ResourceId::new(CloudId::Gcp, id);
    let native = native_of_name(id.as_str())?;
    resource(&serde_json::json!({"name": id.as_str(), "assetType": native})).ok()
}

/// The asset type that a full resource name spells: `…/zones/z/instances/web-1` is an `Instance`.
fn native_of_name(id: &str) -> Option<String> {
    let (host, path) = id.strip_prefix("//")?.split_once('/')?;
    let service = host.strip_suffix(".googleapis.com")?;
    if service == "storage" && !path.contains('/') {
        return Some("storage.googleapis.com/Bucket".to_owned());
    }
    let collection = path.rsplit('/').nth(1)?;
    let one = match collection.strip_suffix("ies") {
        Some(front) => format!("{front}y"),
        None if collection.ends_with("sses") => collection[..collection.len() - 2].to_owned(),
        None => collection.strip_suffix('s').unwrap_or(collection).to_owned(),
    };
    let service = match service {
        "cloudsql" => "sqladmin",
        "bigtable" => "bigtableadmin",
        other => other,
    };
    let mut letters = one.chars();
    Some(format!("{service}.googleapis.com/{}{}", letters.next()?.to_ascii_uppercase(), letters.as_str()))
}

/// Reads one asset or resource.
///
/// # Errors
/// `Invalid` if it has no name or says no type.
pub fn resource(value: &Value) -> Result<Resource> {
    let value = unwrapped(value);
    let (id, native, data) = match asset_type(value) {
        Some(native) => {
            let name = text(value, "/name").ok_or_else(|| missing("a `name`", "an asset"))?;
            (name, native.to_owned(), value.pointer("/resource/data").filter(|data| data.is_object()))
        }
        None => {
            let native = native_of_api(value).ok_or_else(|| missing("an `assetType`", "a Google Cloud resource"))?;
            let link = text(value, "/selfLink").ok_or_else(|| missing("a `selfLink`", "a Google Cloud resource"))?;
            (link, native, Some(value))
        }
    };
    let none = Value::Null;
    let (whole, data) = (data.is_some(), data.unwrap_or(&none));
    let id = ResourceId::new(CloudId::Gcp, id);
    let kind = Kind::of_native(CloudId::Gcp, &native);
    let name = first(value, &["/displayName"])
        .or_else(|| first(data, &["/displayName", "/name", "/datasetReference/datasetId"]).map(leaf))
        .map_or_else(|| id.last_segment().to_owned(), str::to_owned);
    let mut it = Resource::new(CloudId::Gcp, id.as_str(), kind, native, name);
    it.account = account(&id, value, data);
    place(&mut it, value, data);
    it.tags = labels(value, data, whole && labelled(kind));
    it.created = created(value, data);
    state(&mut it, value, data);
    settings(&mut it, data, whole);
    links(&mut it, data);
    Ok(it)
}

/// Whether a lack of labels means that there are none, and not that there cannot be any.
fn labelled(kind: Kind) -> bool {
    !matches!(kind, Kind::Network | Kind::Subnet | Kind::Firewall | Kind::Nat | Kind::ScaleGroup | Kind::Role | Kind::Other)
}

fn labels(value: &Value, data: &Value, empty: bool) -> Option<std::collections::BTreeMap<String, String>> {
    let told = ["/labels", "/settings/userLabels", "/userLabels", "/resourceLabels"].into_iter().find_map(|path| data.pointer(path));
    let told = told.or_else(|| value.get("labels")).filter(|labels| labels.is_object());
    told.and_then(read_tags).or_else(|| empty.then(Default::default))
}

/// The project's id where it is told, else its number.
fn account(id: &ResourceId, value: &Value, data: &Value) -> Option<String> {
    let named = id.as_str().split_once("/projects/").map(|(_, rest)| rest.split('/').next().unwrap_or(rest));
    let told = first(data, &["/projectId", "/datasetReference/projectId", "/project"]);
    let number = first(data, &["/projectNumber"]).or_else(|| first(value, &["/project", "/resource/parent"]));
    named.or(told).or(number).map(|project| leaf(project).to_owned())
}

fn place(it: &mut Resource, value: &Value, data: &Value) {
    let told = first(data, &["/zone", "/location", "/region", "/locationId", "/settings/locationPreference/zone"]);
    let told = told.or_else(|| first(value, &["/resource/location", "/location"])).map(str::to_owned);
    // `projects/p/zones/z/…`: the name says it as well.
    let path = it.id.as_str().to_owned();
    let segments: Vec<&str> = path.split('/').collect();
    let named = segments.windows(2).find(|pair| matches!(pair[0], "zones" | "regions" | "locations")).map(|pair| pair[1]);
    it.placed(told.as_deref().or(named).or_else(|| segments.contains(&"global").then_some("global")));
    if let (Some(region), true) = (text(data, "/region"), it.kind == Kind::Database) {
        it.region = Some(leaf(region).to_owned());
    }
}

fn created(value: &Value, data: &Value) -> Option<jiff::Timestamp> {
    let told =
        first(data, &["/creationTimestamp", "/createTime", "/timeCreated", "/creationTime"]).or_else(|| first(value, &["/createTime"]))?;
    // BigQuery tells milliseconds, as text.
    read_time(told).or_else(|| jiff::Timestamp::from_millisecond(told.parse().ok()?).ok())
}

fn state(it: &mut Resource, value: &Value, data: &Value) {
    // Reserved or in use is not whether it runs.
    if it.kind == Kind::Ip {
        return;
    }
    let raw = first(data, &["/status", "/state", "/lifecycleState", "/terminalCondition/state"]).or_else(|| first(value, &["/state"]));
    it.state_of(raw);
    // A stopped Cloud SQL instance says that it is runnable, and that it shall never run.
    if text(data, "/settings/activationPolicy") == Some("NEVER") && it.state == Some(State::Running) {
        it.state = Some(State::Stopped);
    }
}

fn settings(it: &mut Resource, data: &Value, whole: bool) {
    it.put(attr::SIZE, first(data, &["/machineType", "/settings/tier", "/tier", "/storageClass"]).map(leaf));
    it.put(attr::ENGINE, text(data, "/databaseVersion").or_else(|| text(data, "/redisVersion").map(|_| "redis")));
    let disk = ["/sizeGb", "/diskSizeGb", "/settings/dataDiskSizeGb"].into_iter().find_map(|path| number(data, path));
    gigabytes(it, attr::CAPACITY, disk);
    gigabytes(it, attr::MEMORY, number(data, "/memorySizeGb"));
    it.put("address", text(data, "/address"));
    let open = match it.kind {
        Kind::Vm if whole => Some(has_access(data)),
        Kind::Database => public_database(data),
        Kind::Bucket if text(data, "/iamConfiguration/publicAccessPrevention") == Some("enforced") => Some(false),
        _ => None,
    };
    it.put(attr::PUBLIC, open);
    // Google Cloud encrypts everything at rest.
    if whole && matches!(it.kind, Kind::Disk | Kind::Snapshot | Kind::Image | Kind::Bucket | Kind::Database | Kind::Warehouse) {
        it.put(attr::ENCRYPTED, Some(true));
    }
    if matches!(it.kind, Kind::Disk | Kind::Ip) {
        let used = data.get("users").and_then(Value::as_array).is_some_and(|users| !users.is_empty());
        attached(it, whole, used);
    }
    it.put(attr::AUTO_BACKUPS, data.pointer("/settings/backupConfiguration/enabled").and_then(Value::as_bool));
    it.put("versioning", data.pointer("/versioning/enabled").and_then(Value::as_bool));
}

/// Whether a machine gets a public address while it runs.
fn has_access(data: &Value) -> bool {
    let interfaces = data.get("networkInterfaces").and_then(Value::as_array).into_iter().flatten();
    interfaces.filter_map(|interface| interface.get("accessConfigs")?.as_array()).any(|configs| !configs.is_empty())
}

/// With no public address it is closed; with one it is open if it lets everyone in.
fn public_database(data: &Value) -> Option<bool> {
    let address = data.pointer("/settings/ipConfiguration/ipv4Enabled")?.as_bool()?;
    let everyone = each(data, "/settings/ipConfiguration/authorizedNetworks", "/value").any(|range| range.ends_with("/0"));
    Some(address && everyone)
}

fn links(it: &mut Resource, data: &Value) {
    for interface in ["/network", "/subnetwork"] {
        for id in each(data, "/networkInterfaces", interface) {
            it.link(Rel::In, Some(id));
        }
        it.link(Rel::In, text(data, interface).filter(|id| id.contains('/')));
    }
    it.link(Rel::In, text(data, "/settings/ipConfiguration/privateNetwork"));
    for disk in each(data, "/disks", "/source") {
        it.link(Rel::Uses, Some(disk));
    }
    for user in data.get("users").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        it.link(Rel::Attached, Some(user));
    }
    for source in ["/sourceDisk", "/sourceImage", "/sourceSnapshot", "/instanceTemplate", "/topic"] {
        let id = text(data, source).filter(|id| id.contains('/'));
        let topic = id.filter(|_| source == "/topic").map(|id| format!("//pubsub.googleapis.com/{id}"));
        it.link(Rel::Uses, topic.as_deref().or(id));
    }
    for key in ["/diskEncryptionKey/kmsKeyName", "/encryption/defaultKmsKeyName", "/diskEncryptionConfiguration/kmsKeyName", "/kmsKeyName"]
    {
        if let Some(key) = text(data, key) {
            // Disks name a version of the key.
            let key = key.split("/cryptoKeyVersions/").next().unwrap_or(key);
            it.link(Rel::EncryptedBy, Some(&format!("//cloudkms.googleapis.com/{key}")));
        }
    }
}
