//! Volumes, snapshots, images.

use std::collections::HashMap;

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};
use escher_core::plan::DryRun;
use escher_core::resource::attr;
use escher_core::{Action, Error, ErrorKind, Kind, Link, Outcome, Rel, Resource, ResourceId, Result, Target, Verb};
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryStreamExt};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::base::{FIVE_MINUTES, action, api, cli, described, each, filter};
use crate::aws::clients::{AwsCx, Clients, Fill, Item, incomplete, never, paged, time};
use crate::aws::error::says_gone;
use crate::spec::{ActionSpec, act};

pub(super) const VOLUME: &str = "ec2:volume";
pub(super) const SNAPSHOT: &str = "ec2:snapshot";
pub(super) const IMAGE: &str = "ec2:image";

/// On a snapshot that Escher made: the run and step that made it, so that a second try finds it.
const MADE_BY: &str = "escher:made-by";

pub(super) mod volume {
    use super::*;
    use aws_sdk_ec2::types::Volume;

    mod plain {
        use super::*;

        described!("DescribeVolumes", describe_volumes, items, volume_ids, normal);
    }

    /// As many as one filter takes.
    const BATCH: usize = 200;

    pub(in crate::aws::ec2) fn list(cx: AwsCx) -> BoxStream<'static, Result<Resource>> {
        let disks = plain::list(cx.clone()).chunks(BATCH);
        disks.then(move |disks| backups(cx.clone(), disks)).flat_map(stream::iter).boxed()
    }

    pub(in crate::aws::ec2) fn read(cx: AwsCx, target: Target) -> BoxFuture<'static, Result<Option<Resource>>> {
        Box::pin(async move {
            let disk = plain::read(cx.clone(), target).await?;
            backups(cx, disk.into_iter().map(Ok).collect()).await.into_iter().next().transpose()
        })
    }

    /// The disks with the time of the newest snapshot of each. Where that cannot be looked at it is unknown, and the
    /// disks are seen all the same.
    async fn backups(cx: AwsCx, mut disks: Vec<Result<Resource>>) -> Vec<Result<Resource>> {
        let ids: Vec<String> = disks.iter().flatten().map(|disk| disk.id.last_segment().to_owned()).collect();
        if ids.is_empty() {
            return disks;
        }
        match newest(cx, ids).await {
            Ok(newest) => {
                for disk in disks.iter_mut().flatten() {
                    let at = newest.get(disk.id.last_segment()).map_or_else(|| attr::NO_BACKUP.to_owned(), ToString::to_string);
                    disk.set(attr::LAST_BACKUP, Some(at));
                }
            }
            Err(error) => tracing::debug!(%error, "whether disks are backed up is not known"),
        }
        disks
    }

    /// When the newest complete snapshot of each of these volumes was begun, of those that are ours.
    async fn newest(cx: AwsCx, ids: Vec<String>) -> Result<HashMap<String, Timestamp>> {
        let of_these = Filter::builder().name("volume-id").set_values(Some(ids)).build();
        let snapshots = paged(cx, move |cx, token| {
            let request = cx.ec2().describe_snapshots().owner_ids("self").filters(filter("status", "completed")).filters(of_these.clone());
            let request = request.max_results(cx.page()).set_next_token(token);
            async move {
                let page = cx.call(api!(read "DescribeSnapshots"), request, |it| it.send()).await?;
                Ok((page.snapshots().iter().map(Backup::of).collect(), page.next_token().map(str::to_owned)))
            }
        });
        let later = |mut newest: HashMap<_, _>, backup: Backup| {
            let at = backup.at;
            newest.entry(backup.volume).and_modify(|known: &mut Timestamp| *known = at.max(*known)).or_insert(at);
            std::future::ready(Ok(newest))
        };
        snapshots.try_fold(HashMap::new(), later).await
    }

    /// A snapshot as a backup of its volume.
    struct Backup {
        snapshot: String,
        volume: String,
        at: Timestamp,
    }

    impl Backup {
        fn of(it: &aws_sdk_ec2::types::Snapshot) -> Result<Self> {
            match (it.snapshot_id(), it.volume_id(), time(it.start_time())) {
                (Some(snapshot), Some(volume), Some(at)) => Ok(Self { snapshot: snapshot.to_owned(), volume: volume.to_owned(), at }),
                _ => Err(incomplete("a snapshot", "its id, volume, and time")),
            }
        }
    }

    impl Item for Backup {
        fn key(&self) -> &str {
            &self.snapshot
        }
    }

    /// Whether a volume can be deleted.
    ///
    /// # Errors
    /// `Stale` if it is attached, as EC2 would say.
    pub(super) fn deleting(_: &Map<String, Value>, disk: &Resource) -> Result<Option<&'static str>> {
        if disk.bool_attr(attr::ATTACHED) != Some(true) {
            return Ok(None);
        }
        let to: Vec<&str> = disk.links.iter().filter(|link| link.rel == Rel::Attached).map(|link| link.id.last_segment()).collect();
        Err(Error::new(ErrorKind::Stale, format!("attached to {}", to.join(", "))).hint("detach it first"))
    }

    fn items(page: &aws_sdk_ec2::operation::describe_volumes::DescribeVolumesOutput) -> impl Iterator<Item = Result<&Volume>> {
        each(page.volumes())
    }

    fn normal(cx: &AwsCx, it: &Volume) -> Result<Resource> {
        let mut disk = cx.ec2_resource(Kind::Disk, VOLUME, it.volume_id(), None, it.tags())?;
        disk.zone = it.availability_zone().map(str::to_owned);
        disk.set_state(it.state().map(|state| state.as_str()));
        disk.created = time(it.create_time());
        disk.set(attr::CAPACITY, it.size());
        disk.set(attr::ENCRYPTED, it.encrypted());
        // A volume has no backups of its own: whatever backs it up makes snapshots.
        disk.set(attr::AUTO_BACKUPS, Some(false));
        disk.set(attr::ATTACHED, Some(!it.attachments().is_empty()));
        disk.set("volume_type", it.volume_type().map(|kind| kind.as_str()));
        disk.set("iops", it.iops());
        disk.set("throughput", it.throughput());
        disk.set("source_snapshot", it.snapshot_id().filter(|id| !id.is_empty()));
        let mut link = |rel, id| disk.links.push(Link { rel, id: ResourceId::new(disk.cloud, id) });
        for instance in it.attachments().iter().filter_map(|attachment| attachment.instance_id()) {
            link(Rel::Attached, cx.arn("ec2", "instance", instance));
        }
        if let Some(key) = it.kms_key_id() {
            link(Rel::EncryptedBy, key.to_owned());
        }
        disk.links.sort();
        Ok(disk)
    }
}

pub(super) mod snapshot {
    use super::*;
    use aws_sdk_ec2::types::Snapshot;

    described!("DescribeSnapshots", describe_snapshots, items, snapshot_ids, normal, owner_ids("self"));

    fn items(page: &aws_sdk_ec2::operation::describe_snapshots::DescribeSnapshotsOutput) -> impl Iterator<Item = Result<&Snapshot>> {
        each(page.snapshots())
    }

    fn normal(cx: &AwsCx, it: &Snapshot) -> Result<Resource> {
        let id = it.snapshot_id().unwrap_or_default();
        let mut snapshot = cx.ec2_resource(Kind::Snapshot, SNAPSHOT, Some(id), it.owner_id(), it.tags())?;
        // Policies and some APIs write a snapshot's ARN without the account.
        snapshot.aliases.push(format!("arn:{}:ec2:{}::snapshot/{id}", cx.clients.partition(), cx.region));
        snapshot.set_state(it.state().map(|state| state.as_str()));
        snapshot.created = time(it.start_time());
        snapshot.set(attr::CAPACITY, it.volume_size());
        snapshot.set(attr::ENCRYPTED, it.encrypted());
        snapshot.set("description", it.description().filter(|text| !text.is_empty()));
        snapshot.set("source_volume", it.volume_id());
        snapshot.set("storage_tier", it.storage_tier().map(|tier| tier.as_str()));
        let mut link = |rel, id| snapshot.links.push(Link { rel, id: ResourceId::new(snapshot.cloud, id) });
        if let Some(volume) = it.volume_id() {
            link(Rel::Uses, cx.arn("ec2", "volume", volume));
        }
        if let Some(key) = it.kms_key_id() {
            link(Rel::EncryptedBy, key.to_owned());
        }
        snapshot.links.sort();
        Ok(snapshot)
    }
}

pub(super) mod image {
    use super::*;
    use aws_sdk_ec2::types::Image;

    described!("DescribeImages", describe_images, items, image_ids, normal, owners("self"));

    fn items(page: &aws_sdk_ec2::operation::describe_images::DescribeImagesOutput) -> impl Iterator<Item = Result<&Image>> {
        each(page.images())
    }

    fn normal(cx: &AwsCx, it: &Image) -> Result<Resource> {
        let id = it.image_id().unwrap_or_default();
        let mut image = cx.ec2_resource(Kind::Image, IMAGE, Some(id), it.owner_id(), it.tags())?;
        if image.name == id
            && let Some(name) = it.name()
        {
            name.clone_into(&mut image.name);
        }
        image.aliases.push(format!("arn:{}:ec2:{}::image/{id}", cx.clients.partition(), cx.region));
        image.set_state(it.state().map(|state| state.as_str()));
        image.created = it.creation_date().and_then(|at| at.parse().ok());
        image.set(attr::PUBLIC, it.public());
        image.set("architecture", it.architecture().map(|architecture| architecture.as_str()));
        image.set("platform", it.platform_details());
        image.set("description", it.description().filter(|text| !text.is_empty()));
        let disks: Vec<_> = it.block_device_mappings().iter().filter_map(|map| map.ebs()).collect();
        if !disks.is_empty() {
            image.set(attr::CAPACITY, disks.iter().map(|disk| disk.volume_size()).sum::<Option<i32>>());
            let encrypted = disks.iter().map(|disk| disk.encrypted()).collect::<Option<Vec<bool>>>();
            image.set(attr::ENCRYPTED, encrypted.map(|all| all.iter().all(|&one| one)));
        }
        let snapshots = disks.iter().filter_map(|disk| disk.snapshot_id()).filter(|id| !id.is_empty());
        image.links =
            snapshots.map(|id| Link { rel: Rel::Uses, id: ResourceId::new(image.cloud, cx.arn("ec2", "snapshot", id)) }).collect();
        image.links.sort();
        Ok(image)
    }
}

/// Whether EC2 refuses an action on something as long as `user` uses it.
pub(in crate::aws) fn holds(action: Action, user: &Resource) -> bool {
    (action.kind, action.verb) == (Kind::Snapshot, Verb::Delete) && user.native == IMAGE
}

pub(super) static ACTIONS: &[ActionSpec<Clients>] = &[
    ActionSpec {
        native: VOLUME,
        action: action(Kind::Disk, Verb::Snapshot),
        permissions: &["ec2:CreateSnapshot", "ec2:CreateTags", "ec2:DescribeSnapshots"],
        timeout: FIVE_MINUTES,
        act: |cx, target, params| act(params, |params| take_snapshot(cx, target, params)),
        undo: None,
        cli: Some(|target, params, _| {
            let mut line = cli(target, &["create-snapshot", "--volume-id", target.id.last_segment()]);
            if let Some(name) = params.get("name").and_then(|name| name.as_str()) {
                line.push("--tag-specifications".into());
                line.push(tag_specification("snapshot", &[("Name", name)]));
            }
            vec![line]
        }),
        weigh: None,
        dry_run: DryRun::Native,
        shows: None,
    },
    ActionSpec {
        weigh: Some(volume::deleting),
        ..delete(Kind::Disk, VOLUME, &["ec2:DeleteVolume"], |cx, target, _| delete_volume(cx, target).boxed())
    },
    delete(Kind::Snapshot, SNAPSHOT, &["ec2:DeleteSnapshot"], |cx, target, _| delete_snapshot(cx, target).boxed()),
];

const fn delete(
    kind: Kind,
    native: &'static str,
    permissions: &'static [&'static str],
    act: crate::spec::ActFn<Clients>,
) -> ActionSpec<Clients> {
    let action = action(kind, Verb::Delete);
    ActionSpec {
        native,
        action,
        permissions,
        timeout: FIVE_MINUTES,
        act,
        undo: None,
        cli: None,
        weigh: None,
        dry_run: DryRun::Native,
        shows: None,
    }
}

#[derive(Deserialize)]
struct SnapshotParams {
    name: Option<String>,
}

async fn take_snapshot(cx: AwsCx, target: Target, params: SnapshotParams) -> Result<Outcome> {
    let id = target.id.last_segment();
    // EC2 has no token that makes this call safe to repeat; the tag does, from its second try on.
    if !cx.trial && !cx.errand.is_empty() {
        let request = cx
            .ec2()
            .describe_snapshots()
            .owner_ids("self")
            .filters(filter(&format!("tag:{MADE_BY}"), &cx.errand))
            .filters(filter("volume-id", id));
        let found = cx.call(api!(read "DescribeSnapshots"), request, |it| it.send()).await?;
        if let Some(made) = found.snapshots().first().and_then(|snapshot| snapshot.snapshot_id()) {
            return Ok(Outcome { note: Some(format!("an earlier try had made {made}")), created: vec![cx.arn("ec2", "snapshot", made)] });
        }
    }
    let mut tags = TagSpecification::builder()
        .resource_type(ResourceType::Snapshot)
        .tags(Tag::builder().key("Name").value(params.name.unwrap_or_else(|| format!("{} by Escher", target.name))).build());
    if !cx.errand.is_empty() {
        tags = tags.tags(Tag::builder().key(MADE_BY).value(&*cx.errand).build());
    }
    let request = cx
        .ec2()
        .create_snapshot()
        .volume_id(id)
        .description(format!("Of {}", target.name))
        .tag_specifications(tags.build())
        .dry_run(cx.trial);
    let made = cx.change(api!(once "CreateSnapshot"), never, request, |it| it.send()).await?;
    let made = made.as_ref().and_then(|made| made.snapshot_id());
    let note = made.map(|id| format!("made {id}"));
    Ok(Outcome { note, created: made.map(|id| cx.arn("ec2", "snapshot", id)).into_iter().collect() })
}

async fn delete_volume(cx: AwsCx, target: Target) -> Result<Outcome> {
    let request = cx.ec2().delete_volume().volume_id(target.id.last_segment()).dry_run(cx.trial);
    cx.carry_out(api!(repeatable "DeleteVolume"), says_gone, request, |it| it.send()).await
}

async fn delete_snapshot(cx: AwsCx, target: Target) -> Result<Outcome> {
    let request = cx.ec2().delete_snapshot().snapshot_id(target.id.last_segment()).dry_run(cx.trial);
    cx.carry_out(api!(repeatable "DeleteSnapshot"), says_gone, request, |it| it.send()).await
}

/// The value of `--tag-specifications`.
fn tag_specification(resource: &str, tags: &[(&str, &str)]) -> String {
    let tags: Vec<_> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    json!([{ "ResourceType": resource, "Tags": tags }]).to_string()
}
