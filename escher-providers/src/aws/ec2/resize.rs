//! Another size for an instance: stop, change, start again. It may be broken off anywhere and run again; where it
//! fails for good, a machine that ran runs again with its old size.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_ec2::types::{AttributeValue, Instance, InstanceStateName, InstanceType};
use escher_core::plan::DryRun;
use escher_core::resource::attr;
use escher_core::{Error, ErrorKind, Kind, Outcome, Result, Target, Undo, Verb};
use serde::Deserialize;
use serde_json::Map;

use super::base::{action, api, cli};
use super::{tags, vm};
use crate::aws::clients::{AwsCx, Clients, never};
use crate::commands::usual;
use crate::spec::{ActionSpec, act};

/// How long an instance may take to stop: EC2 itself forces it after some minutes.
const STOPPING: Duration = Duration::from_secs(600);

pub(super) static ACTIONS: &[ActionSpec<Clients>] = &[ActionSpec {
    native: vm::NATIVE,
    action: action(Kind::Vm, Verb::Resize),
    permissions: &[
        "ec2:DescribeInstances",
        "ec2:DescribeInstanceTypes",
        "ec2:StopInstances",
        "ec2:ModifyInstanceAttribute",
        "ec2:StartInstances",
        "ec2:CreateTags",
        "ec2:DeleteTags",
    ],
    timeout: Duration::from_secs(900),
    act: |cx, target, params| act(params, |params| resize(cx, target, params)),
    undo: Some(|_, before| {
        let old = before.attributes.get(attr::SIZE).cloned();
        let put_back = |size| Undo { action: action(Kind::Vm, Verb::Resize), params: Map::from_iter([("size".to_owned(), size)]) };
        old.map(put_back).into_iter().collect()
    }),
    cli: Some(|target, params, _| {
        let id = target.id.last_segment();
        let size = params.get("size").and_then(|size| size.as_str()).unwrap_or_default();
        let change = cli(target, &["modify-instance-attribute", "--instance-id", id, "--instance-type", &format!("Value={size}")]);
        [usual(Verb::Stop, target, params), vec![change], usual(Verb::Start, target, params)].concat()
    }),
    weigh: Some(vm::stopping),
    dry_run: DryRun::Native,
    shows: None,
}];

#[derive(Deserialize)]
struct Params {
    size: String,
}

async fn resize(cx: AwsCx, target: Target, params: Params) -> Result<Outcome> {
    let id = target.id.last_segment();
    let instance = existing(&cx, id).await?;
    if cx.trial {
        fits(&cx, &instance, &params.size).await?;
        mark(&cx, id, "").await?;
        vm::stop(&cx, id).await?;
        modify(&cx, id, &params.size).await?;
        vm::start(&cx, id).await?;
        unmark(&cx, id).await?;
        return Ok(Outcome::default());
    }
    let size = size(&instance);
    let has_size = size == params.size;
    let marked = vm::resize_mark(&instance);
    let running = matches!(state(&instance), Some(InstanceStateName::Running | InstanceStateName::Pending));
    let tried = async {
        if !has_size {
            fits(&cx, &instance, &params.size).await?;
            if running {
                mark(&cx, id, size).await?;
                vm::stop(&cx, id).await?;
            }
            wait_until_stopped(&cx, id).await?;
            modify(&cx, id, &params.size).await?;
        }
        if running || marked.is_some() {
            vm::start(&cx, id).await?;
        }
        Ok(())
    };
    if let Err(error) = tried.await {
        if !running && marked.is_none() {
            return Err(error);
        }
        let old = if has_size { marked.filter(|size| size.contains('.')) } else { Some(size) };
        put_back(&cx, id, &params.size, old, error).await?;
    }
    if running || marked.is_some() {
        unmark(&cx, id).await?;
    }
    Ok(Outcome { note: (has_size && marked.is_none()).then(|| format!("it has size {} already", params.size)), created: Vec::new() })
}

/// Whether the region has the size, and the instance could start with it: asked before anything is stopped.
async fn fits(cx: &AwsCx, instance: &Instance, size: &str) -> Result<()> {
    let request = cx.ec2().describe_instance_types().instance_types(InstanceType::from(size));
    let none = |code: &str| code == "InvalidInstanceType";
    let found = cx.call_or(api!(read "DescribeInstanceTypes"), none, request, |it| it.send()).await?;
    let Some(found) = found.as_ref().and_then(|page| page.instance_types().first()) else {
        return Err(Error::invalid(format!("there is no size {size} in {}", cx.region))
            .hint(format!("`aws ec2 describe-instance-type-offerings --region {}` lists the available ones", cx.region)));
    };
    let able: Vec<&str> =
        found.processor_info().map(|info| info.supported_architectures()).unwrap_or_default().iter().map(|it| it.as_str()).collect();
    match instance.architecture().map(|it| it.as_str()) {
        Some(is) if !able.is_empty() && !able.contains(&is) => {
            Err(Error::invalid(format!("size {size} is for {}, and the instance is {is}", able.join(", ")))
                .hint(format!("choose a size for {is}, or launch a new instance from an image for {}", able.join(", "))))
        }
        _ => Ok(()),
    }
}

/// After a failure: a machine that ran before runs again with its old size, without a mark, and the error says so; or
/// it says how the machine stands. `Ok` if it has its new size and runs all the same.
async fn put_back(cx: &AwsCx, id: &str, wanted: &str, old: Option<&str>, error: Error) -> Result<()> {
    let now = match existing(cx, id).await {
        Ok(now) => now,
        Err(look) => return Err(left(&error, format!("the state of the instance could not be read: {look}"))),
    };
    let has = size(&now);
    match state(&now) {
        Some(InstanceStateName::Running | InstanceStateName::Pending) if has == wanted => Ok(()),
        // Nobody knows whether it was told to stop: another try carries on, and the mark says with what.
        Some(InstanceStateName::Running | InstanceStateName::Pending) if vm::is_resized(&now) && is_open(&error) => Err(error
            .with("the instance", format!("runs with size {has} and may be about to stop"))
            .hint(format!("run it again; if you start it by hand, remove its tag {}", vm::RESIZE_MARK))),
        Some(InstanceStateName::Running | InstanceStateName::Pending) => {
            let cleaned = if vm::is_resized(&now) { unmark(cx, id).await.map(drop) } else { Ok(()) };
            Err(left(&error, format!("the instance runs with size {has} as before{}", tag_stays(&cleaned))))
        }
        Some(InstanceStateName::Stopped) => {
            let restored = async {
                if let Some(old) = old.filter(|&old| old != has) {
                    modify(cx, id, old).await?;
                }
                vm::start(cx, id).await
            };
            let restored = restored.await;
            let cleaned = unmark(cx, id).await.map(drop);
            let old = old.unwrap_or(has);
            let how = match restored {
                Ok(_) => format!("the instance was started again with size {old}"),
                Err(e) => format!("the instance is stopped, and could not be restored to {old}: {e}"),
            };
            Err(left(&error, how + &tag_stays(&cleaned)))
        }
        other => Err(error.with("the instance", format!("is {}", other.map_or("in an unknown state", |state| state.as_str())))),
    }
}

/// Whether the call may have had an effect all the same.
fn is_open(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Unavailable)
}

/// The error with how the instance was left. It is final: another try would stop the machine once more.
fn left(error: &Error, how: String) -> Error {
    let kind = if error.kind().is_temporary() { ErrorKind::Stale } else { error.kind() };
    let made = Error::new(kind, format!("{error}; {how}"));
    match error.hint_text() {
        Some(hint) => made.hint(hint),
        None => made,
    }
}

fn tag_stays(cleaned: &Result<()>) -> String {
    cleaned.as_ref().err().map(|e| format!("; its tag {} could not be removed: {e}", vm::RESIZE_MARK)).unwrap_or_default()
}

fn size(instance: &Instance) -> &str {
    instance.instance_type().map_or("unknown", |size| size.as_str())
}

fn state(instance: &Instance) -> Option<&InstanceStateName> {
    instance.state().and_then(|state| state.name())
}

async fn existing(cx: &AwsCx, id: &str) -> Result<Instance> {
    cx.patiently(|| vm::describe(cx, id))
        .await?
        .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("instance {id} does not exist")).with("region", &*cx.region))
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

async fn modify(cx: &AwsCx, id: &str, size: &str) -> Result<Outcome> {
    let value = AttributeValue::builder().value(size).build();
    let request = cx.ec2().modify_instance_attribute().instance_id(id).instance_type(value).dry_run(cx.trial);
    cx.carry_out(api!(repeatable "ModifyInstanceAttribute"), never, request, |it| it.send()).await
}

async fn mark(cx: &AwsCx, id: &str, size: &str) -> Result<Outcome> {
    tags::set(cx, id, &BTreeMap::from([(vm::RESIZE_MARK.to_owned(), size.to_owned())])).await
}

async fn unmark(cx: &AwsCx, id: &str) -> Result<Outcome> {
    tags::remove(cx, id, &[vm::RESIZE_MARK.to_owned()]).await
}
