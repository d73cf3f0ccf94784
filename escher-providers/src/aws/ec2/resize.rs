//! Another size for an instance: stop, change, start again. It may be broken off anywhere and run again.

use std::time::Duration;

use aws_sdk_ec2::types::{AttributeValue, Instance, InstanceStateName, Tag};
use escher_core::plan::DryRun;
use escher_core::resource::attr;
use escher_core::{Error, ErrorKind, Kind, Outcome, Result, Target, Undo, Verb};
use serde::Deserialize;
use serde_json::Map;

use super::{action, api, cli, never, vm};
use crate::aws::clients::{AwsCx, Clients};
use crate::spec::{Act, ActionSpec, act};

/// Stands on an instance while it is stopped for a resize, so that a second try knows that it ran before.
const WAS_RUNNING: &str = "escher:start-after-resize";

/// How long an instance may take to stop: EC2 itself forces it after some minutes.
const STOPPING: Duration = Duration::from_secs(600);

pub(super) const SPEC: ActionSpec<Clients> = ActionSpec {
    native: vm::NATIVE,
    action: action(Kind::Vm, Verb::Resize),
    permissions: &[
        "ec2:DescribeInstances",
        "ec2:StopInstances",
        "ec2:ModifyInstanceAttribute",
        "ec2:StartInstances",
        "ec2:CreateTags",
        "ec2:DeleteTags",
    ],
    timeout: Duration::from_secs(900),
    act: act::<Clients, Resize>,
    undo: Some(|_, before| {
        let old = before.attributes.get(attr::SIZE).cloned();
        let put_back = |size| Undo { action: action(Kind::Vm, Verb::Resize), params: Map::from_iter([("size".to_owned(), size)]) };
        old.map(put_back).into_iter().collect()
    }),
    cli: |target, params| {
        let id = target.id.last_segment();
        let size = params.get("size").and_then(|size| size.as_str()).unwrap_or_default();
        vec![
            cli(target, &["stop-instances", "--instance-ids", id]),
            cli(target, &["modify-instance-attribute", "--instance-id", id, "--instance-type", &format!("Value={size}")]),
            cli(target, &["start-instances", "--instance-ids", id]),
        ]
    },
    dry_run: DryRun::Native,
    shows: None,
};

#[derive(Deserialize)]
pub(super) struct Params {
    size: String,
}

struct Resize;
impl Act<Clients> for Resize {
    type Params = Params;
    async fn run(cx: AwsCx, target: Target, params: Params) -> Result<Outcome> {
        let id = target.id.last_segment();
        if cx.trial {
            stop(&cx, id).await?;
            modify(&cx, id, &params.size).await?;
            start(&cx, id).await?;
            return Ok(Outcome::default());
        }
        let instance = existing(&cx, id).await?;
        let has_size = instance.instance_type().is_some_and(|size| size.as_str() == params.size);
        let marked = under_way(&instance);
        let running = matches!(state(&instance), Some(InstanceStateName::Running | InstanceStateName::Pending));
        let start_again = marked || running;
        if !has_size {
            if running {
                mark(&cx, id).await?;
                stop(&cx, id).await?;
            }
            wait_until_stopped(&cx, id).await?;
            modify(&cx, id, &params.size).await?;
        }
        if start_again {
            let left_off = |e: Error| match e.kind() {
                ErrorKind::Unavailable | ErrorKind::Invalid => {
                    let note = "it has its new size and is stopped: start it, or resize it back";
                    Error::new(e.kind(), e.to_string()).operation("vm.resize").hint(note)
                }
                _ => e,
            };
            start(&cx, id).await.map_err(left_off)?;
            unmark(&cx, id).await?;
        }
        Ok(Outcome { note: (has_size && !marked).then(|| format!("it has size {} already", params.size)), created: Vec::new() })
    }
}

/// Whether a resize has stopped it and not yet started it again.
pub(super) fn under_way(instance: &Instance) -> bool {
    instance.tags().iter().any(|tag| tag.key() == Some(WAS_RUNNING))
}

fn state(instance: &Instance) -> Option<&InstanceStateName> {
    instance.state().and_then(|state| state.name())
}

async fn existing(cx: &AwsCx, id: &str) -> Result<Instance> {
    vm::describe(cx, id)
        .await?
        .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("instance {id} is not there")).with("region", &*cx.region))
}

async fn wait_until_stopped(cx: &AwsCx, id: &str) -> Result<()> {
    let waited = async {
        let mut pause = Duration::from_millis(250);
        loop {
            match state(&existing(cx, id).await?) {
                Some(InstanceStateName::Stopped) => return Ok(()),
                Some(InstanceStateName::Stopping | InstanceStateName::Running) => {}
                other => {
                    let word = other.map_or("unknown", |state| state.as_str());
                    return Err(Error::new(ErrorKind::Stale, format!("instance {id} is {word} instead of stopped")));
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(10));
        }
    };
    tokio::time::timeout(STOPPING, waited).await.unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Timeout, format!("instance {id} did not stop within {STOPPING:?}"))
            .hint("look at its console output, then try again"))
    })
}

async fn stop(cx: &AwsCx, id: &str) -> Result<()> {
    let request = cx.ec2().stop_instances().instance_ids(id).dry_run(cx.trial);
    cx.change(api!(repeatable "StopInstances"), never, || request.clone().send()).await.map(drop)
}

async fn start(cx: &AwsCx, id: &str) -> Result<()> {
    let request = cx.ec2().start_instances().instance_ids(id).dry_run(cx.trial);
    cx.change(api!(repeatable "StartInstances"), never, || request.clone().send()).await.map(drop)
}

async fn modify(cx: &AwsCx, id: &str, size: &str) -> Result<()> {
    let value = AttributeValue::builder().value(size).build();
    let request = cx.ec2().modify_instance_attribute().instance_id(id).instance_type(value).dry_run(cx.trial);
    cx.change(api!(repeatable "ModifyInstanceAttribute"), never, || request.clone().send()).await.map(drop)
}

async fn mark(cx: &AwsCx, id: &str) -> Result<()> {
    let request = cx.ec2().create_tags().resources(id).tags(Tag::builder().key(WAS_RUNNING).value("true").build());
    cx.change(api!(repeatable "CreateTags"), never, || request.clone().send()).await.map(drop)
}

async fn unmark(cx: &AwsCx, id: &str) -> Result<()> {
    let request = cx.ec2().delete_tags().resources(id).tags(Tag::builder().key(WAS_RUNNING).build());
    cx.change(api!(repeatable "DeleteTags"), never, || request.clone().send()).await.map(drop)
}
