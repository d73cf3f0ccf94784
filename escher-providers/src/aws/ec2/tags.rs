//! Tags: one call for every native type of EC2.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::Tag;
use escher_core::plan::DryRun;
use escher_core::{Kind, Outcome, Result, Verb};
use serde_json::json;

use super::base::{MINUTE, action, api, cli};
use super::{address, firewall, network, storage, vm};
use crate::aws::clients::{AwsCx, Clients, never};
use crate::spec::{ActionSpec, act};
use crate::tagging::{self, TagParams, UntagParams};

pub(super) static ACTIONS: &[ActionSpec<Clients>] = &[
    tag(Kind::Vm, vm::NATIVE),
    untag(Kind::Vm, vm::NATIVE),
    tag(Kind::Disk, storage::VOLUME),
    untag(Kind::Disk, storage::VOLUME),
    tag(Kind::Snapshot, storage::SNAPSHOT),
    untag(Kind::Snapshot, storage::SNAPSHOT),
    tag(Kind::Image, storage::IMAGE),
    untag(Kind::Image, storage::IMAGE),
    tag(Kind::Ip, address::NATIVE),
    untag(Kind::Ip, address::NATIVE),
    tag(Kind::Network, network::VPC),
    untag(Kind::Network, network::VPC),
    tag(Kind::Subnet, network::SUBNET),
    untag(Kind::Subnet, network::SUBNET),
    tag(Kind::Firewall, firewall::NATIVE),
    untag(Kind::Firewall, firewall::NATIVE),
];

const fn tag(kind: Kind, native: &'static str) -> ActionSpec<Clients> {
    ActionSpec {
        native,
        action: action(kind, Verb::Tag),
        permissions: &["ec2:CreateTags"],
        timeout: MINUTE,
        act: |cx, target, params| act(params, |TagParams { tags }| async move { set(&cx, target.id.last_segment(), &tags).await }),
        undo: Some(tagging::undo_tag),
        cli: Some(|target, params, _| {
            let tags: Vec<_> = tagging::tags(params).into_iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
            vec![cli(target, &["create-tags", "--resources", target.id.last_segment(), "--tags", &json!(tags).to_string()])]
        }),
        weigh: None,
        dry_run: DryRun::Native,
        shows: None,
    }
}

const fn untag(kind: Kind, native: &'static str) -> ActionSpec<Clients> {
    ActionSpec {
        native,
        action: action(kind, Verb::Untag),
        permissions: &["ec2:DeleteTags"],
        timeout: MINUTE,
        act: |cx, target, params| act(params, |UntagParams { keys }| async move { remove(&cx, target.id.last_segment(), &keys).await }),
        undo: Some(tagging::undo_untag),
        cli: Some(|target, params, _| {
            let keys: Vec<_> = tagging::keys(params).into_iter().map(|key| json!({ "Key": key })).collect();
            vec![cli(target, &["delete-tags", "--resources", target.id.last_segment(), "--tags", &json!(keys).to_string()])]
        }),
        weigh: None,
        dry_run: DryRun::Native,
        shows: None,
    }
}

/// Sets tags; others stay.
pub(super) async fn set(cx: &AwsCx, id: &str, tags: &BTreeMap<String, String>) -> Result<Outcome> {
    let tags = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let request = cx.ec2().create_tags().resources(id).set_tags(Some(tags)).dry_run(cx.trial);
    cx.carry_out(api!(repeatable "CreateTags"), never, request, |it| it.send()).await
}

/// Removes tags, whatever their values: a tag without one here means the key.
pub(super) async fn remove(cx: &AwsCx, id: &str, keys: &[String]) -> Result<Outcome> {
    let tags = keys.iter().map(|key| Tag::builder().key(key).build()).collect();
    let request = cx.ec2().delete_tags().resources(id).set_tags(Some(tags)).dry_run(cx.trial);
    cx.carry_out(api!(repeatable "DeleteTags"), never, request, |it| it.send()).await
}
