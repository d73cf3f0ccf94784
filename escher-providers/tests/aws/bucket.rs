//! Buckets: their settings, known or not, and the ways there and back.

use aws_sdk_s3::types::{BucketCannedAcl, PublicAccessBlockConfiguration};
use escher_core::{DiscoveryFilter, Kind};
use escher_providers::aws::AwsCloud;
use serde_json::json;

use crate::local::{Seen, cloud, cx, discover, now};
use crate::seed::Seed;
use crate::steps::{nothing, there_and_back};

async fn buckets(cloud: &AwsCloud) -> Seen {
    discover(cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Bucket], ..DiscoveryFilter::default() }).await
}

#[tokio::test]
async fn settings_are_seen() {
    let seed = Seed::new("ap-south-1").await;
    for name in ["seen-plain", "seen-open", "seen-policy"] {
        seed.bucket(name).await;
    }
    seed.s3.put_bucket_acl().bucket("seen-open").acl(BucketCannedAcl::PublicRead).send().await.unwrap();
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::seen-policy/*"}]});
    seed.s3.put_bucket_policy().bucket("seen-policy").policy(policy.to_string()).send().await.unwrap();
    let cloud = cloud("us-east-1").await;
    let seen = buckets(&cloud).await;
    assert!(seen.gaps.is_empty(), "{:?}", seen.gaps);
    assert_eq!(seen.covered, [("s3:bucket".to_owned(), None)]);
    for (name, public) in [("seen-plain", false), ("seen-open", true), ("seen-policy", true)] {
        let bucket = seen.aka(name);
        assert_eq!(bucket.id.as_str(), format!("arn:aws:s3:::{name}"));
        assert_eq!(bucket.region.as_deref(), Some("ap-south-1"), "its own region, not the one that was asked");
        assert_eq!(bucket.bool_attr("public"), Some(public), "{name}");
        assert_eq!(bucket.bool_attr("versioning"), Some(false));
        assert!(bucket.created.is_some() && bucket.tags.as_ref().is_some_and(|tags| tags.is_empty()));
        assert_eq!(&now(&cloud, bucket).await.unwrap(), bucket, "read again it is the same");
    }
}

#[tokio::test]
async fn every_change_comes_back() {
    let seed = Seed::new("ap-southeast-2").await;
    seed.bucket("change-me").await;
    seed.s3.put_bucket_acl().bucket("change-me").acl(BucketCannedAcl::PublicRead).send().await.unwrap();
    let cloud = cloud("us-east-1").await;
    let seen = buckets(&cloud).await;
    let bucket = seen.aka("change-me");

    there_and_back(&cloud, bucket, "bucket.make-private", nothing()).await;
    let some = PublicAccessBlockConfiguration::builder().block_public_acls(true).build();
    seed.s3.put_public_access_block().bucket("change-me").public_access_block_configuration(some).send().await.unwrap();
    there_and_back(&cloud, bucket, "bucket.make-private", nothing()).await;
    assert_eq!(now(&cloud, bucket).await.unwrap().attributes["public_access_block"]["block_public_acls"], true);

    if bucket.bool_attr("encrypted") == Some(false) {
        there_and_back(&cloud, bucket, "bucket.encrypt", nothing()).await;
    } else {
        seed.s3.delete_bucket_encryption().bucket("change-me").send().await.unwrap();
        there_and_back(&cloud, bucket, "bucket.encrypt", nothing()).await;
    }
    there_and_back(&cloud, bucket, "bucket.enable-versioning", nothing()).await;

    there_and_back(&cloud, bucket, "bucket.tag", json!({"tags": {"env": "dev"}})).await;
    crate::steps::act(&cloud, &crate::steps::step(&cloud, "bucket.tag", bucket, &json!({"tags": {"env": "dev", "team": "a"}})))
        .await
        .unwrap();
    there_and_back(&cloud, bucket, "bucket.tag", json!({"tags": {"env": "prod", "new": "x"}})).await;
    there_and_back(&cloud, bucket, "bucket.untag", json!({"keys": ["env"]})).await;
    there_and_back(&cloud, bucket, "bucket.untag", json!({"keys": ["env", "team"]})).await;
}
