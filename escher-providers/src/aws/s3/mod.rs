//! S3: buckets, listed once for all regions, each then asked for its settings in its own region.

mod actions;
mod base;
mod settings;

use escher_core::resource::attr;
use escher_core::{CloudId, Error, ErrorKind, Kind, Resource, Result, Target};
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryStreamExt};

use super::clients::{AwsCx, Clients, Fill, Item, incomplete, paged, time};
use crate::spec::{KindSpec, Reach, ServiceSpec};
use base::{NATIVE, NO_BUCKET, api, unless_refused};
use settings::Settings;

/// Buckets a page: the most that S3 gives.
const PAGE: i32 = 10_000;

/// Buckets whose settings are asked for at once; each takes up to seven calls.
const AT_ONCE: usize = 12;

/// The service.
pub(super) static SPEC: ServiceSpec<Clients> = ServiceSpec {
    id: "s3",
    // Buckets that were made or deleted a moment ago may be missing from the list or still on it.
    kinds: &[KindSpec {
        kind: Kind::Bucket,
        native: NATIVE,
        reach: Reach::Global,
        authoritative: false,
        list,
        read,
        permissions: &[
            "s3:ListAllMyBuckets",
            "s3:GetBucketLocation",
            "s3:GetBucketTagging",
            "s3:GetEncryptionConfiguration",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketPolicyStatus",
            "s3:GetBucketAcl",
            "s3:GetBucketVersioning",
        ],
    }],
    actions: &[actions::ACTIONS],
};

/// A bucket as the list has it.
struct Listed {
    name: String,
    region: Option<String>,
    created: Option<jiff::Timestamp>,
}

impl Listed {
    fn of(it: &aws_sdk_s3::types::Bucket) -> Result<Self> {
        let name = it.name().filter(|name| !name.trim().is_empty()).ok_or_else(|| incomplete("a bucket", "its name"))?;
        let region = it.bucket_region().filter(|region| !region.is_empty()).map(str::to_owned);
        Ok(Self { name: name.to_owned(), region, created: time(it.creation_date()) })
    }
}

impl Item for Listed {
    fn key(&self) -> &str {
        &self.name
    }
}

/// The buckets of the account whose names begin with `prefix`.
fn listed(cx: AwsCx, prefix: Option<String>) -> BoxStream<'static, Result<Listed>> {
    paged(cx, move |cx, token| {
        let request = cx.s3().list_buckets().set_prefix(prefix.clone()).max_buckets(PAGE).set_continuation_token(token);
        async move {
            let page = cx.call(api("ListBuckets", "s3:ListAllMyBuckets"), request, |it| it.send()).await?;
            Ok((page.buckets().iter().map(Listed::of).collect(), page.continuation_token().map(str::to_owned)))
        }
    })
}

fn list(cx: AwsCx) -> BoxStream<'static, Result<Resource>> {
    let cx = cx.at(&cx.clients.home());
    let look = {
        let cx = cx.clone();
        move |bucket: Result<Listed>| {
            let cx = cx.clone();
            async move {
                match bucket {
                    Ok(bucket) => look_at(&cx, &bucket).await,
                    Err(error) => Err(error),
                }
            }
        }
    };
    // A bucket that went away between the list and the look is left out. What is refused about a bucket makes a gap, and
    // the bucket is seen all the same, as are the remaining ones.
    let seen = listed(cx, None).map(look).buffer_unordered(AT_ONCE);
    seen.flat_map(|looked| {
        let items = match looked {
            Ok(Some((bucket, gaps))) => std::iter::once(Ok(bucket)).chain(gaps.into_iter().map(Err)).collect(),
            Ok(None) => Vec::new(),
            Err(error) => vec![Err(error)],
        };
        stream::iter(items)
    })
    .boxed()
}

/// A bucket with its settings, and why some of them are unknown; `None` if there is no such bucket any more.
async fn look_at(cx: &AwsCx, bucket: &Listed) -> Result<Option<(Resource, Vec<Error>)>> {
    let name = bucket.name.as_str();
    let region = match &bucket.region {
        Some(region) => region.clone(),
        None => match unless_refused(location(cx, name).await, name, "location") {
            Ok(Some(region)) => region,
            Ok(None) => return Ok(None),
            // Without its region, its settings cannot be asked for either.
            Err(gap) => return Ok(Some((normal(cx, bucket, None, Settings::default()), gap.into_iter().collect()))),
        },
    };
    let settings = Settings::of(&cx.at(&region), name).await;
    Ok(settings.map(|(settings, gaps)| (normal(cx, bucket, Some(region), settings), gaps)))
}

/// The region of a bucket; `None` if there is no such bucket.
async fn location(cx: &AwsCx, name: &str) -> Result<Option<String>> {
    let request = cx.s3().get_bucket_location().bucket(name);
    let found = cx.call_or(api("GetBucketLocation", "s3:GetBucketLocation"), |code| code == NO_BUCKET, request, |it| it.send()).await?;
    Ok(found.map(|found| match found.location_constraint().map(|place| place.as_str()) {
        None | Some("") => "us-east-1".to_owned(),
        Some("EU") => "eu-west-1".to_owned(),
        Some(region) => region.to_owned(),
    }))
}

/// When a bucket was made stands only in the list, so that reading one takes it from there.
fn read(cx: AwsCx, target: Target) -> BoxFuture<'static, Result<Option<Resource>>> {
    async move {
        let name = target.id.last_segment();
        let cx = cx.at(&cx.clients.home());
        let mut buckets = listed(cx.clone(), Some(name.to_owned()));
        while let Some(bucket) = buckets.try_next().await? {
            if bucket.name == name {
                return match look_at(&cx, &bucket).await? {
                    // What is refused for good is unknown to a listing as well; what may be told a moment later is not.
                    Some((_, gaps)) if gaps.iter().any(|gap| gap.kind().is_temporary()) => {
                        Err(gaps.into_iter().find(|gap| gap.kind().is_temporary()).unwrap_or_else(|| Error::internal("no reason")))
                    }
                    looked => Ok(looked.map(|(bucket, _)| bucket)),
                };
            }
        }
        // The list lags: absence from it counts only where the bucket itself says so.
        let there = if target.region == "global" { cx.clone() } else { cx.at(&target.region) };
        match location(&there, name).await? {
            None => Ok(None),
            Some(_) => {
                Err(Error::new(ErrorKind::Unavailable, format!("bucket {name} exists but is not listed yet")).hint("try again in a minute"))
            }
        }
    }
    .boxed()
}

fn normal(cx: &AwsCx, bucket: &Listed, region: Option<String>, settings: Settings) -> Resource {
    let name = bucket.name.as_str();
    let arn = format!("arn:{}:s3:::{name}", cx.clients.partition());
    let mut it = Resource::new(CloudId::Aws, arn, Kind::Bucket, NATIVE, name);
    it.account = Some(cx.account.to_string());
    it.region = region;
    it.aliases = vec![name.to_owned()];
    it.created = bucket.created;
    it.set(attr::PUBLIC, settings.is_public());
    it.set(attr::ENCRYPTED, settings.encryption.as_ref().map(Option::is_some));
    it.set("encryption", settings.encryption.flatten().and_then(|encryption| serde_json::to_value(encryption).ok()));
    it.set("public_access_block", settings.block.and_then(|block| serde_json::to_value(block).ok()));
    it.set("public_policy", settings.public_policy);
    it.set("public_acl", settings.public_acl);
    it.set("versioning", settings.versioning);
    it.tags = settings.tags;
    it
}
