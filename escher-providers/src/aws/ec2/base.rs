//! What the files of EC2 share: its calls, its resources, and its command lines.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_ec2::types::{Filter, Tag};
use escher_core::resource::attr;
use escher_core::{Action, CloudId, Kind, Resource, Result, Verb};

use crate::aws::clients::{AwsCx, Fill, incomplete};
use crate::layer::Rate;

/// Describing calls: half of what EC2 grants an account by default, since others share it.
pub(in crate::aws) const READS: Rate = Rate::new(20, 50);
/// Changing calls.
pub(in crate::aws) const WRITES: Rate = Rate::new(5, 30);

/// A call of the EC2 API by its name.
macro_rules! api {
    (read $operation:literal) => {
        $crate::aws::ec2::base::api!(@ $operation, true, $crate::aws::ec2::base::READS)
    };
    (repeatable $operation:literal) => {
        $crate::aws::ec2::base::api!(@ $operation, true, $crate::aws::ec2::base::WRITES)
    };
    (once $operation:literal) => {
        $crate::aws::ec2::base::api!(@ $operation, false, $crate::aws::ec2::base::WRITES)
    };
    (@ $operation:literal, $repeatable:literal, $rate:expr) => {
        $crate::layer::Call {
            service: "ec2",
            operation: $operation,
            permission: concat!("ec2:", $operation),
            repeatable: $repeatable,
            rate: $rate,
        }
    };
}
pub(in crate::aws) use api;

/// `list` and `read` of a kind that one paginated describing call gives: the call, its items, its ids parameter,
/// the normalizer, and what narrows the listing to what is ours.
macro_rules! described {
    ($operation:literal, $method:ident, $items:expr, $ids:ident, $normal:path $(, $narrow:ident($value:expr))?) => {
        pub(in crate::aws::ec2) fn list(cx: $crate::aws::clients::AwsCx) -> futures::stream::BoxStream<'static, escher_core::Result<escher_core::Resource>> {
            $crate::aws::clients::paged(cx, |cx, token| async move {
                let request = cx.ec2().$method().max_results(cx.page()).set_next_token(token)$(.$narrow($value))?;
                let page = cx.call($crate::aws::ec2::base::api!(read $operation), request, |it| it.send()).await?;
                Ok(($items(&page).map(|item| $normal(&cx, item?)).collect(), page.next_token().map(str::to_owned)))
            })
        }

        pub(in crate::aws::ec2) fn read(
            cx: $crate::aws::clients::AwsCx,
            target: escher_core::Target,
        ) -> futures::future::BoxFuture<'static, escher_core::Result<Option<escher_core::Resource>>> {
            Box::pin(async move {
                let id = target.id.last_segment();
                let request = cx.ec2().$method().$ids(id);
                let call = $crate::aws::ec2::base::api!(read $operation);
                let Some(page) = cx.call_or(call, $crate::aws::error::says_gone, request, |it| it.send()).await? else {
                    return Ok(None);
                };
                let found = $items(&page).map(|item| $normal(&cx, item?)).collect::<escher_core::Result<Vec<_>>>()?;
                $crate::aws::ec2::base::only(found, id)
            })
        }
    };
}
pub(super) use described;

impl AwsCx {
    /// EC2 in this region.
    pub(in crate::aws) fn ec2(&self) -> aws_sdk_ec2::Client {
        self.client(aws_sdk_ec2::Client::new)
    }

    /// A resource of EC2 with what all of them have. Its account is its owner's, as far as the answer names one.
    ///
    /// # Errors
    /// `Unavailable` without an id: such an item cannot be passed over, since one of ours may be behind it.
    pub(super) fn ec2_resource<'t>(
        &self,
        kind: Kind,
        native: &str,
        id: Option<&str>,
        owner: Option<&str>,
        tags: impl IntoIterator<Item = &'t Tag>,
    ) -> Result<Resource> {
        let id = id.filter(|id| !id.trim().is_empty()).ok_or_else(|| incomplete(&format!("a {native}"), "its id"))?;
        let owner = owner.filter(|owner| !owner.is_empty()).unwrap_or(&self.account);
        let tags: BTreeMap<String, String> =
            tags.into_iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned()))).collect();
        let name = tags.get("Name").filter(|name| !name.trim().is_empty()).map_or(id, String::as_str).to_owned();
        let arn = self.arn_of(owner, "ec2", native.rsplit(':').next().unwrap_or(native), id);
        let mut resource = Resource::new(CloudId::Aws, arn, kind, native, name);
        resource.account = Some(owner.to_owned());
        if *owner != *self.account {
            resource.set(attr::OWNER, Some(owner));
            resource.set(attr::SHARED_WITH, Some(&*self.account));
        }
        resource.region = Some(self.region.to_string());
        resource.aliases = vec![id.to_owned()];
        // Whoever is shared something does not see its tags: none is not “none”.
        resource.tags = (*owner == *self.account || !tags.is_empty()).then_some(tags);
        Ok(resource)
    }
}

/// The one resource that was asked for by its id, of those in the answer.
///
/// # Errors
/// `Unavailable` if the answer speaks of others: it says nothing about ours.
pub(super) fn only(found: Vec<Resource>, id: &str) -> Result<Option<Resource>> {
    if found.is_empty() {
        return Ok(None);
    }
    match found.into_iter().find(|it| it.id.last_segment() == id) {
        Some(it) => Ok(Some(it)),
        None => Err(incomplete("an answer about another resource", id)),
    }
}

/// Each item of a list as a success, for [`described`].
pub(super) fn each<T>(items: &[T]) -> impl Iterator<Item = Result<&T>> {
    items.iter().map(Ok)
}

pub(super) const fn action(kind: Kind, verb: Verb) -> Action {
    Action { kind, verb }
}

pub(super) const MINUTE: Duration = Duration::from_secs(60);
pub(super) const FIVE_MINUTES: Duration = Duration::from_secs(300);

pub(super) fn filter(name: &str, value: &str) -> Filter {
    Filter::builder().name(name).values(value).build()
}

/// `aws ec2 SUBCOMMAND … --region REGION`.
pub(super) fn cli(target: &escher_core::Target, words: &[&str]) -> Vec<String> {
    let line = ["aws", "ec2"].into_iter().chain(words.iter().copied()).chain(["--region", target.region.as_str()]);
    line.map(str::to_owned).collect()
}
