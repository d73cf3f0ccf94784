//! What the files of S3 share: its calls, and how it says that something is not there.

use escher_core::{Error, ErrorKind, Result};

use crate::aws::clients::AwsCx;
use crate::layer::{Call, Rate};
use crate::spec::UNTOLD;

pub(super) const NATIVE: &str = "s3:bucket";

/// S3 allows thousands a second; this is what one client needs.
const RATE: Rate = Rate::new(200, 400);

/// A call of the S3 API: its name, and the permission, which S3 names differently.
pub(super) const fn api(operation: &'static str, permission: &'static str) -> Call {
    Call { service: "s3", operation, permission, repeatable: true, rate: RATE }
}

impl AwsCx {
    /// S3 in this region.
    pub(super) fn s3(&self) -> aws_sdk_s3::Client {
        self.client(|sdk| {
            let config = aws_sdk_s3::config::Builder::from(sdk);
            // A local endpoint has no host name for each bucket.
            aws_sdk_s3::Client::from_conf(config.force_path_style(sdk.endpoint_url().is_some()).build())
        })
    }
}

/// How S3 says that there is no such bucket.
pub(super) const NO_BUCKET: &str = "NoSuchBucket";

/// How S3 says that a bucket has no tags, no encryption setting, no public access block, and no policy. Whatever else
/// is not found is no setting that is off.
pub(super) fn lacks(code: &str) -> bool {
    [
        "NoSuchTagSet",
        "NoSuchTagSetError",
        "ServerSideEncryptionConfigurationNotFoundError",
        "NoSuchPublicAccessBlockConfiguration",
        "NoSuchBucketPolicy",
    ]
    .contains(&code)
}

/// What was told of a bucket, or the gap that its refusal leaves; none where we may not know.
pub(super) fn unless_refused<T>(answer: Result<T>, bucket: &str, setting: &'static str) -> std::result::Result<T, Option<Error>> {
    match answer {
        Ok(value) => Ok(value),
        Err(error) if error.kind() == ErrorKind::Denied => {
            tracing::debug!(%error, bucket, setting, "a setting stays unknown");
            Err(None)
        }
        Err(error) => Err(Some(error.with("bucket", bucket).with(UNTOLD, setting))),
    }
}
