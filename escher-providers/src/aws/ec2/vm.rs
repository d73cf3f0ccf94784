//! Instances.

use aws_sdk_ec2::operation::describe_instances::DescribeInstancesOutput;
use aws_sdk_ec2::types::Instance;
use escher_core::plan::DryRun;
use escher_core::resource::attr;
use escher_core::{Error, ErrorKind, Kind, Link, Outcome, Rel, Resource, ResourceId, Result, State, Target, Undo, Verb};
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use serde_json::{Map, Value};

use super::base::{FIVE_MINUTES, action, api, described, each};
use super::{sizes, spot};
use crate::aws::clients::{AwsCx, Clients, Fill, incomplete, never, time};
use crate::aws::error::says_gone;
use crate::spec::ActionSpec;

pub(super) const NATIVE: &str = "ec2:instance";

mod plain {
    use super::*;

    described!("DescribeInstances", describe_instances, instances, instance_ids, normal);
}

pub(super) fn list(cx: AwsCx) -> BoxStream<'static, Result<Resource>> {
    let machines = plain::list(cx.clone()).chunks(sizes::BATCH);
    machines.then(move |machines| with_details(cx.clone(), machines)).flat_map(stream::iter).boxed()
}

pub(super) fn read(cx: AwsCx, target: Target) -> BoxFuture<'static, Result<Option<Resource>>> {
    Box::pin(async move {
        let vm = plain::read(cx.clone(), target).await?;
        let told = with_details(cx, vm.into_iter().map(Ok).collect()).await;
        Ok(told.into_iter().collect::<Result<Vec<_>>>()?.pop())
    })
}

/// The instances with what only other calls tell. It is part of what a plan rests on, so that a failure is one of the
/// listing; only where we may not ask it stays unknown.
async fn with_details(cx: AwsCx, machines: Vec<Result<Resource>>) -> Vec<Result<Resource>> {
    let machines = with_storage(&cx, machines).await;
    spot::with_requests(&cx, machines).await
}

/// The instances with what their sizes say of local disks.
async fn with_storage(cx: &AwsCx, mut machines: Vec<Result<Resource>>) -> Vec<Result<Resource>> {
    let size = |vm: &Resource| vm.text_attr(attr::SIZE).map(str::to_owned);
    match sizes::with_storage(cx, machines.iter().flatten().filter_map(size).collect()).await {
        Ok(told) => {
            for vm in machines.iter_mut().flatten() {
                let has = size(vm).and_then(|size| told.get(&size).copied());
                vm.set(STORAGE, has);
            }
        }
        Err(error) if error.kind() == ErrorKind::Denied => tracing::debug!(%error, "which instances have local disks is not known"),
        Err(error) => machines.push(Err(error)),
    }
    machines
}

/// The tag by which EC2 Auto Scaling marks the instances of a group; nobody else can set it.
const SCALE_GROUP_TAG: &str = "aws:autoscaling:groupName";
/// Whether the size has disks in the host, which lose everything when the instance stops.
const STORAGE: &str = "instance_storage";
/// What the root disk is: `ebs` or `instance-store`.
const ROOT: &str = "root_device";

/// What stopping an instance loses.
///
/// # Errors
/// `Unsupported` if it has nothing to start from again, or EC2 does not stop it.
pub(super) fn stopping(_: &Map<String, Value>, vm: &Resource) -> Result<Option<&'static str>> {
    spot::weigh(vm)?;
    if vm.text_attr(ROOT) == Some("instance-store") {
        return Err(Error::new(ErrorKind::Unsupported, "an instance whose root disk is in its host cannot be stopped")
            .hint("move its work to an instance with an EBS root disk"));
    }
    let loses = vm.bool_attr(STORAGE) == Some(true) && vm.state != Some(State::Stopped);
    Ok(loses.then_some("will lose all data on instance-store disks"))
}

fn instances(page: &DescribeInstancesOutput) -> impl Iterator<Item = Result<&Instance>> {
    page.reservations().iter().flat_map(|reservation| {
        // Instances are launched together in a reservation; there is none without.
        let none = reservation.instances().is_empty().then(|| Err(incomplete("a reservation", "its instances")));
        none.into_iter().chain(each(reservation.instances()))
    })
}

/// One instance as it is now.
pub(super) async fn describe(cx: &AwsCx, id: &str) -> Result<Option<Instance>> {
    let request = cx.ec2().describe_instances().instance_ids(id);
    let page = cx.call_or(api!(read "DescribeInstances"), says_gone, request, |it| it.send()).await?;
    Ok(page.and_then(|page| instances(&page).flatten().find(|it| it.instance_id() == Some(id)).cloned()))
}

fn normal(cx: &AwsCx, it: &Instance) -> Result<Resource> {
    let mut vm = cx.ec2_resource(Kind::Vm, NATIVE, it.instance_id(), None, it.tags())?;
    vm.zone = it.placement().and_then(|placement| placement.availability_zone()).map(str::to_owned);
    vm.set_state(it.state().and_then(|state| state.name()).map(|name| name.as_str()));
    // The launch time moves with every start; the first network interface and the root disk stay.
    let first_interface =
        it.network_interfaces().iter().filter_map(|nic| nic.attachment()).find(|attachment| attachment.device_index() == Some(0));
    let root = it.block_device_mappings().iter().filter(|map| map.device_name() == it.root_device_name()).find_map(|map| map.ebs());
    vm.created = time(first_interface.and_then(|attachment| attachment.attach_time()))
        .or_else(|| time(root.and_then(|disk| disk.attach_time())))
        .or_else(|| time(it.launch_time()));
    // Half-way through a resize the size is not told: nobody shall take the step for done before the machine runs again.
    vm.set(attr::SIZE, it.instance_type().map(|size| size.as_str()).filter(|_| !is_resized(it)));
    vm.set_network(it.vpc_id());
    vm.set("subnet", it.subnet_id());
    vm.set("private_ip", it.private_ip_address());
    vm.set("public_ip", it.public_ip_address());
    vm.set(ROOT, it.root_device_type().map(|kind| kind.as_str()));
    vm.set("image", it.image_id());
    vm.set("architecture", it.architecture().map(|architecture| architecture.as_str()));
    vm.set("platform", it.platform_details().or(it.platform().map(|platform| platform.as_str())));
    vm.set("lifecycle", it.instance_lifecycle().map(|lifecycle| lifecycle.as_str()));
    vm.set(spot::REQUEST_ID, it.spot_instance_request_id().filter(|id| !id.is_empty()));
    let group = vm.tags.as_ref().and_then(|tags| tags.get(SCALE_GROUP_TAG)).filter(|name| !name.is_empty()).cloned();
    vm.set("key_pair", it.key_name());
    vm.set("instance_profile", it.iam_instance_profile().and_then(|profile| profile.arn()));
    vm.set("metadata_tokens", it.metadata_options().and_then(|options| options.http_tokens()).map(|tokens| tokens.as_str()));
    vm.set("monitoring", it.monitoring().and_then(|monitoring| monitoring.state()).map(|state| state.as_str()));
    if vm.state != Some(State::Terminated) {
        vm.set(attr::PUBLIC, Some(it.public_ip_address().is_some() || it.ipv6_address().is_some()));
    }
    let mut link = |rel, kind, id: Option<&str>| {
        vm.links.extend(id.map(|id| Link { rel, id: ResourceId::new(vm.cloud, cx.arn("ec2", kind, id)) }));
    };
    link(Rel::In, "subnet", it.subnet_id());
    link(Rel::In, "vpc", it.vpc_id());
    link(Rel::Uses, "image", it.image_id());
    for group in it.security_groups() {
        link(Rel::Uses, "security-group", group.group_id());
    }
    for disk in it.block_device_mappings().iter().filter_map(|map| map.ebs()) {
        link(Rel::Uses, "volume", disk.volume_id());
    }
    if let Some(group) = group {
        // The ARN of a group holds a number that its machines do not tell.
        let arn = format!(
            "arn:{}:autoscaling:{}:{}:autoScalingGroup:autoScalingGroupName/{group}",
            cx.clients.partition(),
            cx.region,
            cx.account
        );
        vm.links.push(Link { rel: Rel::MemberOf, id: ResourceId::new(vm.cloud, arn) });
        vm.set(attr::SCALE_GROUP, Some(group));
    }
    vm.links.sort();
    vm.links.dedup();
    Ok(vm)
}

/// Stands on an instance while it is stopped for a so that a second try knows that it ran before. Its value is
/// the size that it had.
pub(super) const RESIZE_MARK: &str = "escher:start-after-resize";

/// The value of that mark.
pub(super) fn resize_mark(instance: &Instance) -> Option<&str> {
    instance.tags().iter().find(|tag| tag.key() == Some(RESIZE_MARK)).map(|tag| tag.value().unwrap_or_default())
}

/// Whether a resize has stopped it and not yet started it again.
pub(super) fn is_resized(instance: &Instance) -> bool {
    resize_mark(instance).is_some()
}

pub(super) static ACTIONS: &[ActionSpec<Clients>] = &[
    ActionSpec {
        weigh: Some(|_, vm| spot::weigh(vm).map(|()| None)),
        ..spec(
            Verb::Start,
            &["ec2:StartInstances"],
            |cx, t, _| async move { start(&cx, t.id.last_segment()).await }.boxed(),
            Some(|_, before| if_was(before, State::Stopped, Verb::Stop)),
        )
    },
    ActionSpec {
        weigh: Some(stopping),
        ..spec(
            Verb::Stop,
            &["ec2:StopInstances"],
            |cx, t, _| async move { stop(&cx, t.id.last_segment()).await }.boxed(),
            Some(|_, before| if_was(before, State::Running, Verb::Start)),
        )
    },
    spec(Verb::Restart, &["ec2:RebootInstances"], |cx, t, _| async move { restart(&cx, t.id.last_segment()).await }.boxed(), None),
    spec(Verb::Delete, &["ec2:TerminateInstances"], |cx, t, _| async move { terminate(&cx, t.id.last_segment()).await }.boxed(), None),
];

const fn spec(
    verb: Verb,
    permissions: &'static [&'static str],
    act: crate::spec::ActFn<Clients>,
    undo: Option<crate::spec::UndoFn>,
) -> ActionSpec<Clients> {
    ActionSpec {
        native: NATIVE,
        action: action(Kind::Vm, verb),
        permissions,
        timeout: FIVE_MINUTES,
        act,
        undo,
        cli: None,
        weigh: None,
        dry_run: DryRun::Native,
        shows: None,
    }
}

fn if_was(before: &Resource, state: State, verb: Verb) -> Vec<Undo> {
    let undo = Undo { action: action(Kind::Vm, verb), params: Map::<String, Value>::new() };
    if before.state == Some(state) { vec![undo] } else { Vec::new() }
}

pub(super) async fn start(cx: &AwsCx, id: &str) -> Result<Outcome> {
    let request = cx.ec2().start_instances().instance_ids(id).dry_run(cx.trial);
    cx.carry_out(api!(repeatable "StartInstances"), never, request, |it| it.send()).await
}

pub(super) async fn stop(cx: &AwsCx, id: &str) -> Result<Outcome> {
    let request = cx.ec2().stop_instances().instance_ids(id).dry_run(cx.trial);
    cx.carry_out(api!(repeatable "StopInstances"), never, request, |it| it.send()).await
}

async fn restart(cx: &AwsCx, id: &str) -> Result<Outcome> {
    let request = cx.ec2().reboot_instances().instance_ids(id).dry_run(cx.trial);
    cx.carry_out(api!(once "RebootInstances"), never, request, |it| it.send()).await
}

async fn terminate(cx: &AwsCx, id: &str) -> Result<Outcome> {
    let request = cx.ec2().terminate_instances().instance_ids(id).dry_run(cx.trial);
    cx.carry_out(api!(repeatable "TerminateInstances"), says_gone, request, |it| it.send()).await
}
