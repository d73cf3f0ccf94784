//! Elastic IPs.

use aws_sdk_ec2::types::Address;
use escher_core::plan::DryRun;
use escher_core::resource::attr;
use escher_core::{Kind, Link, Outcome, Rel, Resource, ResourceId, Result, Target, Verb};
use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;

use super::base::{MINUTE, action, api, only};
use crate::aws::clients::{AwsCx, Clients, Fill, paged};
use crate::aws::error::says_gone;
use crate::spec::ActionSpec;

pub(super) const NATIVE: &str = "ec2:elastic-ip";

/// The API has no pages here.
pub(super) fn list(cx: AwsCx) -> BoxStream<'static, Result<Resource>> {
    paged(cx, |cx, _| async move {
        let all = cx.call(api!(read "DescribeAddresses"), cx.ec2().describe_addresses(), |it| it.send()).await?;
        Ok((all.addresses().iter().map(|it| normal(&cx, it)).collect(), None))
    })
}

pub(super) fn read(cx: AwsCx, target: Target) -> BoxFuture<'static, Result<Option<Resource>>> {
    Box::pin(async move {
        let id = target.id.last_segment();
        let request = cx.ec2().describe_addresses().allocation_ids(id);
        let Some(found) = cx.call_or(api!(read "DescribeAddresses"), says_gone, request, |it| it.send()).await? else {
            return Ok(None);
        };
        only(found.addresses().iter().map(|it| normal(&cx, it)).collect::<Result<Vec<_>>>()?, id)
    })
}

fn normal(cx: &AwsCx, it: &Address) -> Result<Resource> {
    let id = it.allocation_id().unwrap_or_default();
    let mut ip = cx.ec2_resource(Kind::Ip, NATIVE, Some(id), None, it.tags())?;
    let address = it.public_ip().or(it.carrier_ip()).or(it.customer_owned_ip());
    if let Some(address) = address {
        if ip.name == id {
            address.clone_into(&mut ip.name);
        }
        ip.aliases.push(address.to_owned());
    }
    ip.set("address", address);
    ip.set("private_ip", it.private_ip_address());
    ip.set("network_interface", it.network_interface_id());
    ip.set(attr::PUBLIC, it.public_ip().map(|_| true));
    ip.set(attr::ATTACHED, Some(it.association_id().or(it.instance_id()).is_some_and(|id| !id.is_empty())));
    let mut link = |kind, id| ip.links.push(Link { rel: Rel::Attached, id: ResourceId::new(ip.cloud, cx.arn("ec2", kind, id)) });
    match (it.instance_id().filter(|id| !id.is_empty()), it.network_interface_id().filter(|id| !id.is_empty())) {
        (Some(instance), _) => link("instance", instance),
        (None, Some(interface)) => link("network-interface", interface),
        (None, None) => {}
    }
    Ok(ip)
}

pub(super) static ACTIONS: &[ActionSpec<Clients>] = &[ActionSpec {
    native: NATIVE,
    action: action(Kind::Ip, Verb::Release),
    permissions: &["ec2:ReleaseAddress"],
    timeout: MINUTE,
    act: |cx, target, _| release(cx, target).boxed(),
    undo: None,
    cli: None,
    weigh: None,
    dry_run: DryRun::Native,
    shows: None,
}];

async fn release(cx: AwsCx, target: Target) -> Result<Outcome> {
    let request = cx.ec2().release_address().allocation_id(target.id.last_segment()).dry_run(cx.trial);
    cx.carry_out(api!(repeatable "ReleaseAddress"), says_gone, request, |it| it.send()).await
}
