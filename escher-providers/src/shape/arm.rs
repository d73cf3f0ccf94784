//! Azure: a resource as Resource Manager, Resource Graph and `az … list` write it.

use escher_core::resource::attr;
use escher_core::{CloudId, Kind, Rel, Resource, Result, read_tags, read_time};
use serde_json::Value;

use super::{Told, attached, each, first, gigabytes, leaf, missing, number, text};

/// Whether this looks like a resource of Azure.
pub fn fits(value: &Value) -> bool {
    // Events and the like have ids under that of the resource they are about.
    let about = ["eventTimestamp", "operationName", "changeType"].iter().any(|key| value.get(key).is_some());
    !about
        && text(value, "/id").is_some_and(|id| {
            let id = id.trim().to_ascii_lowercase();
            id.starts_with("/subscriptions/") || id.starts_with("/providers/microsoft.")
        })
}

/// Reads one resource.
///
/// # Errors
/// `Invalid` if it has no id.
pub fn resource(value: &Value) -> Result<Resource> {
    let id = text(value, "/id").ok_or_else(|| missing("an `id`", "an Azure resource"))?.trim();
    let native = text(value, "/type").map_or_else(|| type_of(id), str::to_owned).to_ascii_lowercase();
    // A child's name comes with or without its parent's.
    let name = first(value, &["/displayName", "/name"]).map(leaf).unwrap_or_else(|| leaf(id));
    let mut it = Resource::new(CloudId::Azure, id, kind(&native, value, name), native, name);
    it.account = text(value, "/subscriptionId").or_else(|| segment(id, "subscriptions")).map(str::to_ascii_lowercase);
    it.account_name = first(value, &["/subscriptionName", "/subscriptionDisplayName"]).map(str::to_owned);
    it.put(attr::RESOURCE_GROUP, segment(id, "resourcegroups").or_else(|| text(value, "/resourceGroup")));
    it.placed(text(value, "/location"));
    it.zone = each_text(value, "/zones").next().or_else(|| text(value, "/properties/availabilityZone")).map(str::to_owned);
    it.tags = value.get("tags").and_then(|tags| if tags.is_null() { Some(Default::default()) } else { read_tags(tags) });
    it.created = CREATED.iter().find_map(|path| read_time(text(value, path)?));
    state(&mut it, value);
    settings(&mut it, value);
    links(&mut it, value);
    Ok(it)
}

const CREATED: &[&str] = &[
    "/properties/timeCreated",
    "/properties/creationTime",
    "/properties/creationDate",
    "/properties/createdAt",
    "/properties/createdOn",
    "/systemData/createdAt",
    "/createdTime",
];

fn each_text<'v>(value: &'v Value, list: &str) -> impl Iterator<Item = &'v str> {
    value.pointer(list).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The segment after one of this name, in any case.
fn segment<'i>(id: &'i str, name: &str) -> Option<&'i str> {
    let mut segments = id.split('/');
    segments.find(|segment| segment.eq_ignore_ascii_case(name))?;
    segments.next().filter(|text| !text.is_empty())
}

/// The type that an id spells: `microsoft.compute/virtualmachines`.
fn type_of(id: &str) -> String {
    let lower = id.to_ascii_lowercase();
    let Some((_, rest)) = lower.rsplit_once("/providers/") else {
        return if segment(id, "resourcegroups").is_some() {
            "microsoft.resources/resourcegroups".to_owned()
        } else {
            "microsoft.resources/subscriptions".to_owned()
        };
    };
    let mut segments = rest.split('/');
    let namespace = segments.next().unwrap_or_default();
    std::iter::once(namespace).chain(segments.step_by(2)).collect::<Vec<_>>().join("/")
}

fn kind(native: &str, value: &Value, name: &str) -> Kind {
    let kind = Kind::of_native(CloudId::Azure, native);
    match native {
        // Web apps share the type of Function Apps.
        "microsoft.web/sites" if !text(value, "/kind").is_none_or(|kind| kind.to_ascii_lowercase().contains("functionapp")) => Kind::Other,
        // Every server has one, and nobody made it.
        "microsoft.sql/servers/databases" if name.eq_ignore_ascii_case("master") => Kind::Other,
        _ => kind,
    }
}

fn state(it: &mut Resource, value: &Value) {
    let statuses = ["/properties/instanceView/statuses", "/instanceView/statuses", "/properties/extended/instanceView/statuses"];
    let power =
        statuses.into_iter().flat_map(|list| each(value, list, "/code")).find(|code| code.to_ascii_lowercase().starts_with("powerstate/"));
    let power = power
        .or_else(|| first(value, &["/properties/extended/instanceView/powerState/code", "/powerState", "/properties/powerState/code"]));
    let raw = match it.kind {
        // Whether it was made says nothing about whether it runs.
        Kind::Vm | Kind::ScaleGroup => power,
        // In use is another question.
        Kind::Disk | Kind::Ip => text(value, "/properties/provisioningState"),
        Kind::Account => first(value, &["/state", "/properties/state"]),
        _ => power.or_else(|| {
            first(
                value,
                &[
                    "/properties/state",
                    "/properties/status",
                    "/properties/statusOfPrimary",
                    "/properties/operationalState",
                    "/properties/provisioningState",
                ],
            )
        }),
    };
    it.state_of(raw);
}

/// What holds an address: the network interface or load balancer whose configuration the id names.
fn holder(configuration: &str) -> Option<&str> {
    let lower = configuration.to_ascii_lowercase();
    let end = ["/ipconfigurations/", "/frontendipconfigurations/"].iter().find_map(|part| lower.find(part))?;
    Some(&configuration[..end])
}

fn settings(it: &mut Resource, value: &Value) {
    let whole = value.get("properties").is_some_and(Value::is_object);
    it.put(
        attr::SIZE,
        first(
            value,
            &["/properties/hardwareProfile/vmSize", "/sku/name", "/properties/sku/name", "/properties/currentServiceObjectiveName"],
        )
        .or_else(|| text(value, "/sku")),
    );
    it.put("tier", first(value, &["/sku/tier", "/properties/tier"]));
    it.put("version", first(value, &["/properties/version", "/properties/kubernetesVersion", "/properties/redisVersion"]));
    it.put("os", first(value, &["/properties/storageProfile/osDisk/osType", "/properties/osType"]));
    let gb = number(value, "/properties/diskSizeGB")
        .or_else(|| number(value, "/properties/storage/storageSizeGB"))
        .or_else(|| number(value, "/properties/storageProfile/storageMB").map(|mb| mb / 1024.0))
        .or_else(|| number(value, "/properties/maxSizeBytes").map(|bytes| bytes / (1u64 << 30) as f64));
    gigabytes(it, attr::CAPACITY, gb);
    if it.kind == Kind::Disk {
        let used = text(value, "/managedBy").is_some()
            || matches!(text(value, "/properties/diskState"), Some("Attached" | "Reserved" | "ActiveSAS"));
        attached(it, text(value, "/properties/diskState").is_some(), used);
    }
    if it.kind == Kind::Ip {
        let used =
            ["/properties/ipConfiguration", "/properties/natGateway"].iter().any(|path| value.pointer(path).is_some_and(Value::is_object));
        attached(it, whole, used);
        it.put("address", text(value, "/properties/ipAddress"));
    }
    // Open to all networks still leaves the question whom its firewall lets in; closed is closed.
    let closed = text(value, "/properties/publicNetworkAccess").is_some_and(|access| access.eq_ignore_ascii_case("disabled"))
        || (it.kind == Kind::Bucket && value.pointer("/properties/allowBlobPublicAccess") == Some(&Value::Bool(false)));
    if closed {
        it.put(attr::PUBLIC, Some(false));
    }
    // Disks, snapshots and storage accounts are always encrypted; older answers don't say so.
    if matches!(it.kind, Kind::Disk | Kind::Snapshot | Kind::Bucket)
        && value.pointer("/properties/encryption").is_some_and(Value::is_object)
    {
        it.put(attr::ENCRYPTED, Some(true));
    }
    let days =
        number(value, "/properties/backup/backupRetentionDays").or_else(|| number(value, "/properties/storageProfile/backupRetentionDays"));
    it.put(attr::AUTO_BACKUPS, days.map(|days| days > 0.0));
}

fn links(it: &mut Resource, value: &Value) {
    if it.kind == Kind::Disk {
        it.link(Rel::Attached, text(value, "/managedBy").filter(|id| id.starts_with('/')));
    }
    it.link(Rel::Attached, text(value, "/properties/virtualMachine/id"));
    it.link(Rel::MemberOf, text(value, "/properties/virtualMachineScaleSet/id"));
    it.link(Rel::MemberOf, text(value, "/properties/availabilitySet/id"));
    it.link(Rel::Uses, text(value, "/properties/storageProfile/osDisk/managedDisk/id"));
    for disk in each(value, "/properties/storageProfile/dataDisks", "/managedDisk/id") {
        it.link(Rel::Uses, Some(disk));
    }
    for nic in each(value, "/properties/networkProfile/networkInterfaces", "/id") {
        it.link(Rel::Uses, Some(nic));
    }
    for subnet in each(value, "/properties/ipConfigurations", "/properties/subnet/id") {
        it.link(Rel::In, Some(subnet));
    }
    it.link(Rel::In, text(value, "/properties/network/delegatedSubnetResourceId"));
    it.link(Rel::Uses, text(value, "/properties/networkSecurityGroup/id"));
    it.link(Rel::Uses, text(value, "/properties/creationData/sourceResourceId"));
    it.link(Rel::Uses, text(value, "/properties/serverFarmId"));
    it.link(Rel::EncryptedBy, text(value, "/properties/encryption/diskEncryptionSetId"));
    it.link(Rel::Attached, text(value, "/properties/ipConfiguration/id").and_then(holder));
    if it.kind == Kind::Alarm {
        for scope in each_text(value, "/properties/scopes") {
            it.link(Rel::Monitors, Some(scope));
        }
    }
    // A part is in what it is a part of: a subnet in its network, a database on its server.
    let id = it.id.as_str().to_owned();
    if let Some((_, provider)) = id.rsplit_once("/providers/")
        && provider.split('/').count() >= 5
        && let Some(parent) = id.rsplitn(3, '/').nth(2)
    {
        it.link(Rel::In, Some(parent));
    }
}
