//! Tags: one call for every native type of EC2.

use aws_sdk_ec2::types::Tag;
use escher_core::plan::DryRun;
use escher_core::{Kind, Outcome, Result, Target, Verb};
use serde_json::json;

use super::{MINUTE, address, api, cli, firewall, network, never, storage, vm};
use crate::aws::clients::{AwsCx, Clients};
use crate::aws::tagging::{self, TagParams, UntagParams};
use crate::spec::{Act, ActionSpec, act};

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
        action: super::action(kind, Verb::Tag),
        permissions: &["ec2:CreateTags"],
        timeout: MINUTE,
        act: act::<Clients, SetTags>,
        undo: Some(tagging::undo_tag),
        cli: |target, params, _| {
            let tags: Vec<_> = tagging::tags(params).into_iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
            vec![cli(target, &["create-tags", "--resources", target.id.last_segment(), "--tags", &json!(tags).to_string()])]
        },
        weigh: None,
        dry_run: DryRun::Native,
        shows: None,
    }
}

const fn untag(kind: Kind, native: &'static str) -> ActionSpec<Clients> {
    ActionSpec {
        native,
        action: super::action(kind, Verb::Untag),
        permissions: &["ec2:DeleteTags"],
        timeout: MINUTE,
        act: act::<Clients, RemoveTags>,
        undo: Some(tagging::undo_untag),
        cli: |target, params, _| {
            let keys: Vec<_> = tagging::keys(params).into_iter().map(|key| json!({ "Key": key })).collect();
            vec![cli(target, &["delete-tags", "--resources", target.id.last_segment(), "--tags", &json!(keys).to_string()])]
        },
        weigh: None,
        dry_run: DryRun::Native,
        shows: None,
    }
}

struct SetTags;
impl Act<Clients> for SetTags {
    type Params = TagParams;
    async fn run(cx: AwsCx, target: Target, params: TagParams) -> Result<Outcome> {
        let tags = params.tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        let request = cx.ec2().create_tags().resources(target.id.last_segment()).set_tags(Some(tags)).dry_run(cx.trial);
        cx.change(api!(repeatable "CreateTags"), never, || request.clone().send()).await?;
        Ok(Outcome::default())
    }
}

struct RemoveTags;
impl Act<Clients> for RemoveTags {
    type Params = UntagParams;
    async fn run(cx: AwsCx, target: Target, params: UntagParams) -> Result<Outcome> {
        // A tag without a value here means the key, whatever its value.
        let tags = params.keys.into_iter().map(|key| Tag::builder().key(key).build()).collect();
        let request = cx.ec2().delete_tags().resources(target.id.last_segment()).set_tags(Some(tags)).dry_run(cx.trial);
        cx.change(api!(repeatable "DeleteTags"), never, || request.clone().send()).await?;
        Ok(Outcome::default())
    }
}
