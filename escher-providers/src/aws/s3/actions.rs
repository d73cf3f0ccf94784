//! What can be done to a bucket. S3 has no dry run: Escher reads the bucket and checks instead.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_s3::types::{BucketVersioningStatus, Tag, Tagging, VersioningConfiguration};
use escher_core::plan::DryRun;
use escher_core::{Action, Error, Kind, Outcome, Resource, Result, Target, Undo, Verb};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::base::{NATIVE, api, lacks};
use super::settings::{self, Block, Encryption};
use crate::aws::clients::{AwsCx, Clients, never};
use crate::commands;
use crate::spec::{ActFn, ActionSpec, CliFn, ShowsFn, UndoFn, act};
use crate::tagging::{self, TagParams, UntagParams};

const fn spec(
    verb: Verb,
    permissions: &'static [&'static str],
    act: ActFn<Clients>,
    undo: UndoFn,
    cli: Option<CliFn>,
    shows: Option<ShowsFn>,
) -> ActionSpec<Clients> {
    let action = Action { kind: Kind::Bucket, verb };
    let timeout = Duration::from_secs(60);
    ActionSpec { native: NATIVE, action, permissions, timeout, act, undo: Some(undo), cli, weigh: None, dry_run: DryRun::Simulate, shows }
}

pub(super) static ACTIONS: &[ActionSpec<Clients>] = &[
    spec(
        Verb::MakePrivate,
        &["s3:PutBucketPublicAccessBlock"],
        |cx, target, params| act(params, |params| make_private(cx, target, params)),
        |_, before| previous(before, Verb::MakePrivate, "public_access_block", &json!(Block::ALL)),
        Some(|target, params, _| {
            let block = given(params).unwrap_or(Block::ALL);
            let on = |on: bool| if on { "true" } else { "false" };
            let setting = format!(
                "BlockPublicAcls={},IgnorePublicAcls={},BlockPublicPolicy={},RestrictPublicBuckets={}",
                on(block.block_public_acls),
                on(block.ignore_public_acls),
                on(block.block_public_policy),
                on(block.restrict_public_buckets)
            );
            vec![cli(target, &["put-public-access-block", "--public-access-block-configuration", &setting])]
        }),
        Some(|params, now| {
            Some(given(params).unwrap_or(Block::ALL) == serde_json::from_value(now.attributes.get("public_access_block")?.clone()).ok()?)
        }),
    ),
    spec(
        Verb::Encrypt,
        &["s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration"],
        |cx, target, params| act(params, |params| encrypt(cx, target, params)),
        |_, before| match before.bool_attr("encrypted") {
            Some(false) => vec![undo(Verb::Encrypt, Value::Null)],
            _ => Vec::new(),
        },
        Some(|target, params, _| match params.get("previous") {
            Some(Value::Null) => commands::setting(Verb::Encrypt, target, false),
            _ => {
                let wanted: Encryption = given(params).unwrap_or_else(Encryption::plain);
                let by_default = match &wanted.key {
                    Some(key) => json!({ "SSEAlgorithm": wanted.algorithm, "KMSMasterKeyID": key }),
                    None => json!({ "SSEAlgorithm": wanted.algorithm }),
                };
                let setting = json!({ "Rules": [{ "ApplyServerSideEncryptionByDefault": by_default }] });
                vec![cli(target, &["put-bucket-encryption", "--server-side-encryption-configuration", &setting.to_string()])]
            }
        }),
        Some(|params, now| Some(now.bool_attr("encrypted")? != matches!(params.get("previous"), Some(Value::Null)))),
    ),
    spec(
        Verb::EnableVersioning,
        &["s3:PutBucketVersioning"],
        |cx, target, params| act(params, |params| set_versioning(cx, target, params)),
        |_, before| previous(before, Verb::EnableVersioning, "versioning", &json!(true)),
        Some(|target, params, _| commands::setting(Verb::EnableVersioning, target, given(params).unwrap_or(true))),
        Some(|params, now| Some(now.bool_attr("versioning")? == given(params).unwrap_or(true))),
    ),
    spec(
        Verb::Tag,
        &["s3:GetBucketTagging", "s3:PutBucketTagging"],
        |cx, target, params| act(params, |set: TagParams| put_tags(cx, target, move |tags| tagging::set(tags, set.tags))),
        tagging::undo_tag,
        // `aws s3api` can only replace a bucket's whole set of tags; this service's commands leave the others alone, as
        // Escher does.
        Some(|target, params, _| {
            let tags = json!(tagging::tags(params)).to_string();
            let line = ["aws", "resourcegroupstaggingapi", "tag-resources", "--resource-arn-list", target.id.as_str(), "--tags", &tags];
            vec![line.into_iter().chain(["--region", &target.region]).map(str::to_owned).collect()]
        }),
        None,
    ),
    spec(
        Verb::Untag,
        &["s3:GetBucketTagging", "s3:PutBucketTagging"],
        |cx, target, params| act(params, |gone: UntagParams| put_tags(cx, target, move |tags| tagging::remove(tags, &gone.keys))),
        tagging::undo_untag,
        None,
        None,
    ),
];

/// `aws s3api SUBCOMMAND --bucket NAME … --region REGION`.
fn cli(target: &Target, words: &[&str]) -> Vec<String> {
    let (command, rest) = words.split_first().map_or(("", words), |(command, rest)| (*command, rest));
    let line = ["aws", "s3api", command, "--bucket", target.id.last_segment()].into_iter().chain(rest.iter().copied());
    line.chain(["--region", &target.region]).map(str::to_owned).collect()
}

/// The parameter `previous`, where it is there and fits.
fn given<T: serde::de::DeserializeOwned>(params: &Map<String, Value>) -> Option<T> {
    params.get("previous").and_then(|value| serde_json::from_value(value.clone()).ok())
}

fn undo(verb: Verb, value: Value) -> Undo {
    Undo { action: Action { kind: Kind::Bucket, verb }, params: Map::from_iter([("previous".to_owned(), value)]) }
}

/// The same action with the setting as it was; nothing where it was as wanted already, or is not known.
fn previous(before: &Resource, verb: Verb, name: &str, wanted: &Value) -> Vec<Undo> {
    let was = before.attributes.get(name).filter(|was| *was != wanted).cloned();
    was.map(|was| undo(verb, was)).into_iter().collect()
}

fn already() -> Outcome {
    Outcome { note: Some("already done".into()), created: Vec::new() }
}

/// The bucket is asked in its own region; one whose region is not known cannot be changed.
fn bucket(target: &Target) -> Result<&str> {
    if target.region.is_empty() || target.region == "global" {
        return Err(Error::invalid("the bucket's region is unknown")
            .with("bucket", target.id.as_str())
            .hint("grant s3:GetBucketLocation and sync again"));
    }
    Ok(target.id.last_segment())
}

#[derive(Deserialize)]
struct Previous<T> {
    previous: Option<T>,
}

async fn make_private(cx: AwsCx, target: Target, params: Previous<Block>) -> Result<Outcome> {
    let name = bucket(&target)?;
    match params.previous.unwrap_or(Block::ALL) {
        off if off == Block::default() => {
            let request = cx.s3().delete_public_access_block().bucket(name);
            cx.carry_out(api("DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock"), never, request, |it| it.send()).await
        }
        block => {
            let request = cx.s3().put_public_access_block().bucket(name).public_access_block_configuration(block.to_api());
            cx.carry_out(api("PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock"), never, request, |it| it.send()).await
        }
    }
}

/// `previous` is `null` to take the setting away; absent to switch it on.
#[derive(Deserialize)]
struct EncryptParams {
    #[serde(default, deserialize_with = "present")]
    previous: Option<Option<Encryption>>,
}

fn present<'de, D: serde::Deserializer<'de>>(d: D) -> std::result::Result<Option<Option<Encryption>>, D::Error> {
    Deserialize::deserialize(d).map(Some)
}

async fn encrypt(cx: AwsCx, target: Target, params: EncryptParams) -> Result<Outcome> {
    let name = bucket(&target)?;
    let wanted = match params.previous {
        Some(None) => {
            let request = cx.s3().delete_bucket_encryption().bucket(name);
            let call = api("DeleteBucketEncryption", "s3:PutEncryptionConfiguration");
            return cx.carry_out(call, lacks, request, |it| it.send()).await;
        }
        Some(Some(before)) => before,
        // A stronger setting that is there already stays.
        None if settings::encryption(&cx, name).await?.is_some() => return Ok(already()),
        None => Encryption::plain(),
    };
    let request = cx.s3().put_bucket_encryption().bucket(name).server_side_encryption_configuration(wanted.to_api()?);
    cx.carry_out(api("PutBucketEncryption", "s3:PutEncryptionConfiguration"), never, request, |it| it.send()).await
}

async fn set_versioning(cx: AwsCx, target: Target, params: Previous<bool>) -> Result<Outcome> {
    let on = params.previous.unwrap_or(true);
    let status = if on { BucketVersioningStatus::Enabled } else { BucketVersioningStatus::Suspended };
    let setting = VersioningConfiguration::builder().status(status).build();
    let request = cx.s3().put_bucket_versioning().bucket(bucket(&target)?).versioning_configuration(setting);
    cx.carry_out(api("PutBucketVersioning", "s3:PutBucketVersioning"), never, request, |it| it.send()).await
}

/// Replaces the whole set, as S3 wants it; the tags of other people are read first and kept.
async fn put_tags(cx: AwsCx, target: Target, change: impl FnOnce(&mut BTreeMap<String, String>) + Send) -> Result<Outcome> {
    let name = bucket(&target)?;
    let before = settings::tags(&cx, name).await?;
    let mut tags = before.clone();
    change(&mut tags);
    if tags == before {
        return Ok(already());
    }
    if tags.is_empty() {
        let request = cx.s3().delete_bucket_tagging().bucket(name);
        return cx.carry_out(api("DeleteBucketTagging", "s3:PutBucketTagging"), never, request, |it| it.send()).await;
    }
    let unfit = |e: aws_sdk_s3::error::BuildError| Error::invalid(format!("the tags are not valid: {e}"));
    let set = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect::<Result<Vec<_>, _>>().map_err(unfit)?;
    let tagging = Tagging::builder().set_tag_set(Some(set)).build().map_err(unfit)?;
    let request = cx.s3().put_bucket_tagging().bucket(name).tagging(tagging);
    cx.carry_out(api("PutBucketTagging", "s3:PutBucketTagging"), never, request, |it| it.send()).await
}
