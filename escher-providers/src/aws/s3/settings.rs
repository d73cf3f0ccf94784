//! A bucket's settings, each known, known to be off, or not told.

use std::collections::BTreeMap;

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::types::{
    PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule,
};
use escher_core::{Error, Result, Truth, truth};
use serde::{Deserialize, Serialize};

use super::base::{NO_BUCKET, api, lacks, unless_refused};
use crate::aws::clients::{AwsCx, incomplete};

/// The four switches of a bucket's public access block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Block {
    pub(super) block_public_acls: bool,
    pub(super) ignore_public_acls: bool,
    pub(super) block_public_policy: bool,
    pub(super) restrict_public_buckets: bool,
}

impl Block {
    /// All on.
    pub(super) const ALL: Self =
        Self { block_public_acls: true, ignore_public_acls: true, block_public_policy: true, restrict_public_buckets: true };

    fn of(it: &PublicAccessBlockConfiguration) -> Self {
        Self {
            block_public_acls: it.block_public_acls().unwrap_or(false),
            ignore_public_acls: it.ignore_public_acls().unwrap_or(false),
            block_public_policy: it.block_public_policy().unwrap_or(false),
            restrict_public_buckets: it.restrict_public_buckets().unwrap_or(false),
        }
    }

    /// In the API's shape.
    pub(super) fn to_api(self) -> PublicAccessBlockConfiguration {
        PublicAccessBlockConfiguration::builder()
            .block_public_acls(self.block_public_acls)
            .ignore_public_acls(self.ignore_public_acls)
            .block_public_policy(self.block_public_policy)
            .restrict_public_buckets(self.restrict_public_buckets)
            .build()
    }
}

/// A bucket's default encryption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Encryption {
    /// `AES256`, `aws:kms`, …
    pub(super) algorithm: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bucket_key: Option<bool>,
}

impl Encryption {
    /// With keys that S3 keeps itself.
    pub(super) fn plain() -> Self {
        Self { algorithm: "AES256".into(), key: None, bucket_key: None }
    }

    fn of(it: &ServerSideEncryptionConfiguration) -> Option<Self> {
        let (rule, by_default) = it.rules().iter().find_map(|rule| Some((rule, rule.apply_server_side_encryption_by_default()?)))?;
        Some(Self {
            algorithm: by_default.sse_algorithm().as_str().to_owned(),
            key: by_default.kms_master_key_id().map(str::to_owned),
            // Off and not told are the same to S3.
            bucket_key: rule.bucket_key_enabled().filter(|&on| on),
        })
    }

    /// In the API's shape.
    pub(super) fn to_api(&self) -> Result<ServerSideEncryptionConfiguration> {
        let unfit = |e: aws_sdk_s3::error::BuildError| Error::invalid(format!("the encryption setting is not valid: {e}"));
        let by_default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(ServerSideEncryption::from(self.algorithm.as_str()))
            .set_kms_master_key_id(self.key.clone())
            .build()
            .map_err(unfit)?;
        let rule =
            ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(by_default).set_bucket_key_enabled(self.bucket_key);
        ServerSideEncryptionConfiguration::builder().rules(rule.build()).build().map_err(unfit)
    }
}

/// What is known of a bucket; the outer `None` is “not told”.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) tags: Option<BTreeMap<String, String>>,
    pub(super) encryption: Option<Option<Encryption>>,
    /// No block at all is the same as all switches off.
    pub(super) block: Option<Block>,
    pub(super) public_policy: Truth,
    pub(super) public_acl: Truth,
    pub(super) versioning: Truth,
}

impl Settings {
    /// Asks for everything, in the bucket's region. What is refused stays unknown, and the reason stands beside it;
    /// `None` if all agree that there is no such bucket.
    pub(super) async fn of(cx: &AwsCx, bucket: &str) -> Option<(Self, Vec<Error>)> {
        let (tags, encryption, block, public_policy, public_acl, versioning) = futures::join!(
            tags(cx, bucket),
            encryption(cx, bucket),
            block(cx, bucket),
            public_policy(cx, bucket),
            public_acl(cx, bucket),
            versioning(cx, bucket),
        );
        let mut gone = true;
        let mut gaps = Vec::new();
        let settings = Self {
            tags: kept(tags, bucket, "tags", &mut gaps, &mut gone),
            encryption: kept(encryption, bucket, "encryption", &mut gaps, &mut gone),
            block: kept(block, bucket, "public access block", &mut gaps, &mut gone),
            public_policy: kept(public_policy, bucket, "policy status", &mut gaps, &mut gone),
            public_acl: kept(public_acl, bucket, "ACL", &mut gaps, &mut gone),
            versioning: kept(versioning, bucket, "versioning", &mut gaps, &mut gone),
        };
        (!gone).then_some((settings, gaps))
    }

    /// Readable from the internet by its own settings: by a policy or an ACL that no switch overrules.
    pub(super) fn is_public(&self) -> Truth {
        let unless = |open: Truth, switch: fn(&Block) -> bool| truth::and(open, truth::not(self.block.as_ref().map(switch)));
        truth::or(
            unless(self.public_policy, |block| block.restrict_public_buckets),
            unless(self.public_acl, |block| block.ignore_public_acls),
        )
    }
}

/// One setting; `None` if it was refused. `gone` stays as long as every answer says that there is no such bucket.
fn kept<T>(answer: Result<T>, bucket: &str, setting: &'static str, gaps: &mut Vec<Error>, gone: &mut bool) -> Option<T> {
    *gone &= matches!(&answer, Err(error) if error.context("code") == Some(NO_BUCKET));
    unless_refused(answer, bucket, setting).map_err(|gap| gaps.extend(gap)).ok()
}

pub(super) async fn tags(cx: &AwsCx, bucket: &str) -> Result<BTreeMap<String, String>> {
    let request = cx.s3().get_bucket_tagging().bucket(bucket);
    let found = cx.call_or(api("GetBucketTagging", "s3:GetBucketTagging"), lacks, request, |it| it.send()).await?;
    let tags = found.iter().flat_map(|found| found.tag_set());
    Ok(tags.map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect())
}

pub(super) async fn encryption(cx: &AwsCx, bucket: &str) -> Result<Option<Encryption>> {
    let request = cx.s3().get_bucket_encryption().bucket(bucket);
    let found = cx.call_or(api("GetBucketEncryption", "s3:GetEncryptionConfiguration"), lacks, request, |it| it.send()).await?;
    Ok(found.as_ref().and_then(|found| found.server_side_encryption_configuration()).and_then(Encryption::of))
}

pub(super) async fn block(cx: &AwsCx, bucket: &str) -> Result<Block> {
    let request = cx.s3().get_public_access_block().bucket(bucket);
    let found = cx.call_or(api("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"), lacks, request, |it| it.send()).await?;
    Ok(found.as_ref().and_then(|found| found.public_access_block_configuration()).map(Block::of).unwrap_or_default())
}

async fn public_policy(cx: &AwsCx, bucket: &str) -> Result<bool> {
    let request = cx.s3().get_bucket_policy_status().bucket(bucket);
    let found = cx.call_or(api("GetBucketPolicyStatus", "s3:GetBucketPolicyStatus"), lacks, request, |it| it.send()).await?;
    let Some(found) = found else { return Ok(false) };
    found.policy_status().and_then(|status| status.is_public()).ok_or_else(|| incomplete("a policy status", "its answer"))
}

/// Whether the ACL grants anything to everybody, or to everybody with some AWS account.
async fn public_acl(cx: &AwsCx, bucket: &str) -> Result<bool> {
    let request = cx.s3().get_bucket_acl().bucket(bucket);
    let found = cx.call(api("GetBucketAcl", "s3:GetBucketAcl"), request, |it| it.send()).await?;
    let everybody = |uri: &str| uri.ends_with("/global/AllUsers") || uri.ends_with("/global/AuthenticatedUsers");
    Ok(found.grants().iter().filter_map(|grant| grant.grantee()?.uri()).any(everybody))
}

/// Whether versions are kept. Never switched on and suspended are the same here: neither keeps new versions, and
/// S3 has no way back from the second to the first.
pub(super) async fn versioning(cx: &AwsCx, bucket: &str) -> Result<bool> {
    let request = cx.s3().get_bucket_versioning().bucket(bucket);
    cx.call(api("GetBucketVersioning", "s3:GetBucketVersioning"), request, |it| async {
        match it.send().await {
            Ok(found) => Ok(found.status().is_some_and(|status| status.as_str() == "Enabled")),
            Err(error) => differently_named(&error).ok_or(error),
        }
    })
    .await
}

/// Some servers that speak S3 name the root of this one answer after the operation, and the SDK then refuses it.
/// The answer itself is short enough to be read without it.
fn differently_named<E>(error: &SdkError<E>) -> Option<bool> {
    let answer = error.raw_response().filter(|response| response.status().is_success())?;
    let body = std::str::from_utf8(answer.body().bytes()?).ok()?;
    body.contains("<GetBucketVersioningResponse").then(|| body.contains("<Status>Enabled</Status>"))
}

#[cfg(test)]
mod tests {
    use super::{Block, Settings};

    #[test]
    fn public_is_three_valued() {
        let settings = |policy, acl, block| Settings { public_policy: policy, public_acl: acl, block, ..Settings::default() };
        let off = Some(Block::default());
        assert_eq!(settings(Some(true), Some(false), off).is_public(), Some(true));
        assert_eq!(settings(Some(true), Some(true), Some(Block::ALL)).is_public(), Some(false));
        assert_eq!(settings(None, None, Some(Block::ALL)).is_public(), Some(false));
        assert_eq!(settings(None, Some(false), off).is_public(), None);
        assert_eq!(settings(Some(true), None, None).is_public(), None);
        assert_eq!(settings(None, Some(true), off).is_public(), Some(true));
    }
}
