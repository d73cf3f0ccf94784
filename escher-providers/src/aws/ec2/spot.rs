//! Spot instances: what their requests say of stopping them.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_ec2::types::Filter;
use escher_core::{Error, ErrorKind, Resource, Result};

use super::base::api;
use crate::aws::clients::{AwsCx, Fill, incomplete};

/// The request that an instance belongs to.
pub(super) const REQUEST_ID: &str = "spot_request_id";
/// What that request is: `one-time` or `persistent`.
const REQUEST: &str = "spot_request";

/// The instances with what their Spot requests are. Asked only where there are any.
pub(super) async fn with_requests(cx: &AwsCx, mut machines: Vec<Result<Resource>>) -> Vec<Result<Resource>> {
    let request = |vm: &Resource| vm.text_attr(REQUEST_ID).map(str::to_owned);
    let ids: BTreeSet<String> = machines.iter().flatten().filter_map(request).collect();
    if ids.is_empty() {
        return machines;
    }
    match kinds(cx, ids).await {
        Ok(kinds) => {
            for vm in machines.iter_mut().flatten() {
                let kind = request(vm).and_then(|id| kinds.get(&id).cloned());
                vm.set(REQUEST, kind);
            }
        }
        Err(error) if error.kind() == ErrorKind::Denied => tracing::debug!(%error, "which Spot instances can be stopped is unknown"),
        Err(error) => machines.push(Err(error)),
    }
    machines
}

/// What these requests are, without those that are no longer there. No more than one filter takes.
async fn kinds(cx: &AwsCx, ids: BTreeSet<String>) -> Result<HashMap<String, String>> {
    let these = Filter::builder().name("spot-instance-request-id").set_values(Some(ids.into_iter().collect())).build();
    let request = cx.ec2().describe_spot_instance_requests().filters(these);
    let page = cx.call(api!(read "DescribeSpotInstanceRequests"), request, |it| it.send()).await?;
    let told = page.spot_instance_requests().iter().map(|it| match (it.spot_instance_request_id(), it.r#type()) {
        (Some(id), Some(kind)) => Ok((id.to_owned(), kind.as_str().to_owned())),
        _ => Err(incomplete("a Spot request", "its id and type")),
    });
    told.collect()
}

/// Whether EC2 stops this instance and starts it again, as far as it is a Spot instance.
///
/// # Errors
/// `Unsupported` if its request is for one time, or not known.
pub(super) fn weigh(vm: &Resource) -> Result<()> {
    if vm.text_attr("lifecycle") != Some("spot") {
        return Ok(());
    }
    match vm.text_attr(REQUEST) {
        Some("persistent") => Ok(()),
        Some(_) => Err(Error::new(ErrorKind::Unsupported, "a Spot instance of a one-time request cannot be stopped and restarted")
            .hint("terminate it, or run its work on an On-Demand instance")),
        None => Err(Error::new(
            ErrorKind::Unsupported,
            "a Spot instance cannot be stopped and restarted unless its request is persistent, which is unknown here",
        )
        .hint("look at its Spot request; if it is persistent, grant ec2:DescribeSpotInstanceRequests and scan again")),
    }
}
