//! Instances.

use aws_sdk_ec2::operation::describe_instances::DescribeInstancesOutput;
use aws_sdk_ec2::types::Instance;
use escher_core::plan::DryRun;
use escher_core::resource::attr;
use escher_core::{Kind, Link, Outcome, Rel, Resource, ResourceId, Result, State, Target, Undo, Verb};
use serde_json::{Map, Value};

use super::{FIVE_MINUTES, action, api, cli, described, never, resize};
use crate::aws::clients::{AwsCx, Clients, Fill, time};
use crate::aws::error::says_gone;
use crate::spec::{Act, ActionSpec, NoParams, act};

pub(super) const NATIVE: &str = "ec2:instance";

described!("DescribeInstances", describe_instances, instances, instance_ids, normal);

fn instances(page: &DescribeInstancesOutput) -> impl Iterator<Item = &Instance> {
    page.reservations().iter().flat_map(|reservation| reservation.instances())
}

/// One instance as it is now.
pub(super) async fn describe(cx: &AwsCx, id: &str) -> Result<Option<Instance>> {
    let request = cx.ec2().describe_instances().instance_ids(id);
    let page = cx.call_or(api!(read "DescribeInstances"), says_gone, || request.clone().send()).await?;
    Ok(page.and_then(|page| instances(&page).next().cloned()))
}

fn normal(cx: &AwsCx, it: &Instance) -> Option<Resource> {
    let mut vm = cx.ec2_resource(Kind::Vm, NATIVE, it.instance_id()?, it.tags());
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
    vm.set(attr::SIZE, it.instance_type().map(|size| size.as_str()).filter(|_| !resize::under_way(it)));
    vm.set_network(it.vpc_id());
    vm.set("subnet", it.subnet_id());
    vm.set("private_ip", it.private_ip_address());
    vm.set("public_ip", it.public_ip_address());
    vm.set("image", it.image_id());
    vm.set("architecture", it.architecture().map(|architecture| architecture.as_str()));
    vm.set("platform", it.platform_details().or(it.platform().map(|platform| platform.as_str())));
    vm.set("lifecycle", it.instance_lifecycle().map(|lifecycle| lifecycle.as_str()));
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
    vm.links.sort();
    vm.links.dedup();
    Some(vm)
}

pub(super) static ACTIONS: &[ActionSpec<Clients>] = &[
    spec(
        Verb::Start,
        &["ec2:StartInstances"],
        act::<Clients, Start>,
        Some(|_, before| if_was(before, State::Stopped, Verb::Stop)),
        |t, _| vec![cli(t, &["start-instances", "--instance-ids", t.id.last_segment()])],
    ),
    spec(
        Verb::Stop,
        &["ec2:StopInstances"],
        act::<Clients, Stop>,
        Some(|_, before| if_was(before, State::Running, Verb::Start)),
        |t, _| vec![cli(t, &["stop-instances", "--instance-ids", t.id.last_segment()])],
    ),
    spec(Verb::Restart, &["ec2:RebootInstances"], act::<Clients, Restart>, None, |t, _| {
        vec![cli(t, &["reboot-instances", "--instance-ids", t.id.last_segment()])]
    }),
    spec(Verb::Delete, &["ec2:TerminateInstances"], act::<Clients, Delete>, None, |t, _| {
        vec![cli(t, &["terminate-instances", "--instance-ids", t.id.last_segment()])]
    }),
    resize::SPEC,
];

const fn spec(
    verb: Verb,
    permissions: &'static [&'static str],
    act: crate::spec::ActFn<Clients>,
    undo: Option<crate::spec::UndoFn>,
    cli: crate::spec::CliFn,
) -> ActionSpec<Clients> {
    ActionSpec {
        native: NATIVE,
        action: action(Kind::Vm, verb),
        permissions,
        timeout: FIVE_MINUTES,
        act,
        undo,
        cli,
        dry_run: DryRun::Native,
        shows: None,
    }
}

fn if_was(before: &Resource, state: State, verb: Verb) -> Vec<Undo> {
    let undo = Undo { action: action(Kind::Vm, verb), params: Map::<String, Value>::new() };
    if before.state == Some(state) { vec![undo] } else { Vec::new() }
}

struct Start;
impl Act<Clients> for Start {
    type Params = NoParams;
    async fn run(cx: AwsCx, target: Target, _: NoParams) -> Result<Outcome> {
        let request = cx.ec2().start_instances().instance_ids(target.id.last_segment()).dry_run(cx.trial);
        cx.change(api!(repeatable "StartInstances"), never, || request.clone().send()).await?;
        Ok(Outcome::default())
    }
}

struct Stop;
impl Act<Clients> for Stop {
    type Params = NoParams;
    async fn run(cx: AwsCx, target: Target, _: NoParams) -> Result<Outcome> {
        let request = cx.ec2().stop_instances().instance_ids(target.id.last_segment()).dry_run(cx.trial);
        cx.change(api!(repeatable "StopInstances"), never, || request.clone().send()).await?;
        Ok(Outcome::default())
    }
}

struct Restart;
impl Act<Clients> for Restart {
    type Params = NoParams;
    async fn run(cx: AwsCx, target: Target, _: NoParams) -> Result<Outcome> {
        let request = cx.ec2().reboot_instances().instance_ids(target.id.last_segment()).dry_run(cx.trial);
        cx.change(api!(once "RebootInstances"), never, || request.clone().send()).await?;
        Ok(Outcome::default())
    }
}

struct Delete;
impl Act<Clients> for Delete {
    type Params = NoParams;
    async fn run(cx: AwsCx, target: Target, _: NoParams) -> Result<Outcome> {
        let request = cx.ec2().terminate_instances().instance_ids(target.id.last_segment()).dry_run(cx.trial);
        cx.change(api!(repeatable "TerminateInstances"), says_gone, || request.clone().send()).await?;
        Ok(Outcome::default())
    }
}
