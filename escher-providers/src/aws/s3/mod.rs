//! S3: buckets, listed once for all regions, each then asked for its settings in its own region.

mod actions;
mod settings;

use escher_core::resource::attr;
use escher_core::{CloudId, Error, ErrorKind, Kind, Resource, Result, Target};
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt, TryStreamExt};

use super::clients::{AwsCx, Clients, Fill, paged, time};
use super::error::says_gone;
use crate::layer::{Call, Rate};
use crate::spec::{KindSpec, Reach, ServiceSpec};
use settings::Settings;

const NATIVE: &str = "s3:bucket";

/// S3 allows thousands a second; this is what one client needs.
const RATE: Rate = Rate::new(200, 400);

/// Buckets a page: the most that S3 gives.
const PAGE: i32 = 10_000;

/// Buckets whose settings are asked for at once; each takes up to seven calls.
const AT_ONCE: usize = 12;

/// A call of the S3 API: its name, and the permission, which S3 names differently.
const fn api(operation: &'static str, permission: &'static str) -> Call {
    Call { service: "s3", operation, permission, repeatable: true, rate: RATE }
}

impl AwsCx {
    /// S3 in this region.
    fn s3(&self) -> aws_sdk_s3::Client {
        self.client(|sdk| {
            let config = aws_sdk_s3::config::Builder::from(sdk);
            // A local endpoint has no host name for each bucket.
            aws_sdk_s3::Client::from_conf(config.force_path_style(sdk.endpoint_url().is_some()).build())
        })
    }
}

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

fn list(cx: AwsCx) -> BoxStream<'static, Result<Resource>> {
    let cx = cx.at(&cx.clients.home());
    let buckets = paged(cx.clone(), |cx, token| async move {
        let request = cx.s3().list_buckets().max_buckets(PAGE).set_continuation_token(token);
        let page = cx.call(api("ListBuckets", "s3:ListAllMyBuckets"), || request.clone().send()).await?;
        Ok((page.buckets().to_vec(), page.continuation_token().map(str::to_owned)))
    });
    let look = move |bucket: Result<aws_sdk_s3::types::Bucket>| {
        let cx = cx.clone();
        async move {
            let bucket = bucket?;
            look_at(&cx, &bucket).await
        }
    };
    // A bucket that went away between the list and the look is left out; any other failure makes the scope a gap,
    // and the remaining buckets are still looked at.
    buckets.map(look).buffer_unordered(AT_ONCE).try_filter_map(|found| async move { Ok(found) }).boxed()
}

async fn look_at(cx: &AwsCx, bucket: &aws_sdk_s3::types::Bucket) -> Result<Option<Resource>> {
    let Some(name) = bucket.name() else { return Ok(None) };
    let region = match bucket.bucket_region().filter(|region| !region.is_empty()) {
        Some(region) => region.to_owned(),
        None => match location(cx, name).await {
            Ok(Some(region)) => region,
            Ok(None) => return Ok(None),
            // Not told where it is: its own settings cannot be asked for either.
            Err(error) if error.kind() == ErrorKind::Denied => {
                return Ok(Some(normal(cx, bucket, name, None, Settings::default())));
            }
            Err(error) => return Err(error),
        },
    };
    let settings = Settings::of(&cx.at(&region), name).await?;
    Ok(settings.map(|settings| normal(cx, bucket, name, Some(region), settings)))
}

/// The region of a bucket; `None` where there is no such bucket.
async fn location(cx: &AwsCx, name: &str) -> Result<Option<String>> {
    let request = cx.s3().get_bucket_location().bucket(name);
    let found = cx.call_or(api("GetBucketLocation", "s3:GetBucketLocation"), says_gone, || request.clone().send()).await?;
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
        let mut pages = paged(cx.clone(), {
            let name = name.to_owned();
            move |cx, token| {
                let name = name.clone();
                async move {
                    let request = cx.s3().list_buckets().prefix(name).max_buckets(PAGE).set_continuation_token(token);
                    let page = cx.call(api("ListBuckets", "s3:ListAllMyBuckets"), || request.clone().send()).await?;
                    Ok((page.buckets().to_vec(), page.continuation_token().map(str::to_owned)))
                }
            }
        });
        while let Some(bucket) = pages.try_next().await? {
            if bucket.name() == Some(name) {
                return look_at(&cx, &bucket).await;
            }
        }
        // The list lags: absence from it counts only where the bucket itself says so.
        let there = if target.region == "global" { cx.clone() } else { cx.at(&target.region) };
        match location(&there, name).await? {
            None => Ok(None),
            Some(_) => Err(Error::new(ErrorKind::Unavailable, format!("bucket {name} exists and is not on the list yet"))
                .hint("try again in a minute")),
        }
    }
    .boxed()
}

fn normal(cx: &AwsCx, bucket: &aws_sdk_s3::types::Bucket, name: &str, region: Option<String>, settings: Settings) -> Resource {
    let arn = format!("arn:{}:s3:::{name}", cx.clients.partition());
    let mut it = Resource::new(CloudId::Aws, arn, Kind::Bucket, NATIVE, name);
    it.account = Some(cx.account.to_string());
    it.region = region;
    it.aliases = vec![name.to_owned()];
    it.created = time(bucket.creation_date());
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

/// Not there, of things a bucket may lack while it exists itself.
fn lacks(code: &str) -> bool {
    says_gone(code) && code != "NoSuchBucket"
}

/// Keeps what is denied unknown instead of letting it spoil the whole bucket.
fn unless_denied<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::Denied => {
            tracing::debug!(%error, "a setting stays unknown");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
