//! Security groups.

use aws_sdk_ec2::types::SecurityGroup;
use escher_core::plan::DryRun;
use escher_core::resource::attr;
use escher_core::{Action, Error, ErrorKind, Kind, Link, Next, Outcome, Rel, Resource, ResourceId, Result, Target, Undo, Verb};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::base::{MINUTE, action, api, cli, described, each};
use super::rules::{self, Change, Direction, Peer, Ports, Rule};
use crate::aws::clients::{AwsCx, Clients, Fill};
use crate::aws::error::says_gone;
use crate::spec::{ActionSpec, act, parse};

pub(super) const NATIVE: &str = "ec2:security-group";

described!("DescribeSecurityGroups", describe_security_groups, items, group_ids, normal);

fn items(
    page: &aws_sdk_ec2::operation::describe_security_groups::DescribeSecurityGroupsOutput,
) -> impl Iterator<Item = Result<&SecurityGroup>> {
    each(page.security_groups())
}

fn normal(cx: &AwsCx, it: &SecurityGroup) -> Result<Resource> {
    let id = it.group_id().unwrap_or_default();
    let mut group = cx.ec2_resource(Kind::Firewall, NATIVE, Some(id), it.owner_id(), it.tags())?;
    if group.name == id
        && let Some(name) = it.group_name()
    {
        name.clone_into(&mut group.name);
    }
    let rules = rules::of_group(it);
    let owner = it.owner_id().unwrap_or(&cx.account);
    group.set("group_name", it.group_name());
    group.set("description", it.description().filter(|text| !text.is_empty()));
    group.set_network(it.vpc_id());
    group.set(attr::PUBLIC, Some(rules.iter().any(Rule::is_public)));
    let mut link =
        |rel, kind, id: &str| group.links.push(Link { rel, id: ResourceId::new(group.cloud, cx.arn_of(owner, "ec2", kind, id)) });
    if let Some(vpc) = it.vpc_id() {
        link(Rel::In, "vpc", vpc);
    }
    for peer in rules.iter().map(|rule| &rule.peer) {
        match peer {
            Peer::Group(peer) if peer != id && !peer.contains('/') => link(Rel::Uses, "security-group", peer),
            _ => {}
        }
    }
    group.links.sort();
    group.links.dedup();
    group.set("rules", serde_json::to_value(rules).ok());
    Ok(group)
}

pub(super) static ACTIONS: &[ActionSpec<Clients>] = &[
    ActionSpec {
        native: NATIVE,
        action: action(Kind::Firewall, Verb::ClosePort),
        permissions: PERMISSIONS,
        timeout: MINUTE,
        act: |cx, target, params| act(params, |params| carry_out(cx, target, params, to_close)),
        undo: Some(|params, before| undo(params, before, Verb::OpenPort, to_close)),
        cli: Some(|target, params, observed| lines(target, params, observed, to_close)),
        weigh: Some(|params, observed| planned(params, observed, to_close).map(|_| None)),
        dry_run: DryRun::Native,
        shows: Some(|params, now| shows(params, now, to_close)),
    },
    ActionSpec {
        native: NATIVE,
        action: action(Kind::Firewall, Verb::OpenPort),
        permissions: PERMISSIONS,
        timeout: MINUTE,
        act: |cx, target, params| act(params, |params| carry_out(cx, target, params, to_open)),
        undo: Some(|params, before| undo(params, before, Verb::ClosePort, to_open)),
        cli: Some(|target, params, observed| lines(target, params, observed, to_open)),
        weigh: Some(|params, observed| planned(params, observed, to_open).map(|_| None)),
        dry_run: DryRun::Native,
        shows: Some(|params, now| shows(params, now, to_open)),
    },
];

/// Both ways need both: closing one port of a range adds what stays open, and either is the other's way back.
const PERMISSIONS: &[&str] = &["ec2:DescribeSecurityGroups", "ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"];

#[derive(Deserialize)]
struct Params {
    port: Value,
    cidr: Option<String>,
    previous: Option<Change>,
}

impl Params {
    fn ports(&self) -> Result<Ports> {
        let text = match &self.port {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let (from, to) = text.split_once('-').unwrap_or((&text, &text));
        match (from.trim().parse::<u16>(), to.trim().parse::<u16>()) {
            (Ok(from), Ok(to)) if from <= to => Ok(Ports(from.into(), to.into())),
            _ => Err(Error::invalid(format!("`{text}` is not a port")).hint("write 22, or a range such as 8000-8010")),
        }
    }
}

/// What a call with these parameters has to change.
type Plan = fn(&[Rule], &Params) -> Result<Change>;

fn to_close(rules: &[Rule], params: &Params) -> Result<Change> {
    match &params.previous {
        Some(previous) => Ok(remaining(rules, previous)),
        None => rules::close(rules, params.ports()?, params.cidr.as_deref()),
    }
}

fn to_open(rules: &[Rule], params: &Params) -> Result<Change> {
    match (&params.previous, &params.cidr) {
        (Some(previous), _) => Ok(remaining(rules, previous)),
        (None, Some(cidr)) => Ok(rules::open(rules, params.ports()?, cidr)),
        (None, None) => Err(Error::invalid("no address block was given to open the port for")
            .hint("give cidr, for example 10.0.0.0/8; 0.0.0.0/0 is everyone")),
    }
}

/// The part of a recorded change that is not so yet.
fn remaining(rules: &[Rule], wanted: &Change) -> Change {
    Change {
        authorize: wanted.authorize.iter().filter(|rule| !rules.contains(rule)).cloned().collect(),
        revoke: wanted.revoke.iter().filter(|rule| rules.contains(rule)).cloned().collect(),
    }
}

fn rules_of(group: &Resource) -> Option<Vec<Rule>> {
    serde_json::from_value(group.attributes.get("rules")?.clone()).ok()
}

/// What has to change on a group as it was observed.
fn planned(params: &Map<String, Value>, group: &Resource, plan: Plan) -> Result<Change> {
    let rules = rules_of(group)
        .ok_or_else(|| Error::new(ErrorKind::Stale, "its rules are unknown").hint("scan the account again").next(Next::Sync))?;
    plan(&rules, &parse(params)?)
}

fn undo(params: &Map<String, Value>, before: &Resource, verb: Verb, plan: Plan) -> Vec<Undo> {
    let Some(back) = planned(params, before, plan).ok().filter(|change| !change.is_empty()).map(Change::reversed) else {
        return Vec::new();
    };
    let Ok(previous) = serde_json::to_value(back) else { return Vec::new() };
    let kept = params.iter().filter(|(name, _)| name.as_str() != "previous").map(|(name, value)| (name.clone(), value.clone()));
    let params = kept.chain([("previous".to_owned(), previous)]).collect();
    vec![Undo { action: Action { kind: Kind::Firewall, verb }, params }]
}

fn shows(params: &Map<String, Value>, now: &Resource, plan: Plan) -> Option<bool> {
    let (rules, params) = (rules_of(now)?, parse::<Params>(params).ok()?);
    match &params.previous {
        Some(previous) => Some(previous.is_done(&rules)),
        // What cannot be closed is still open.
        None => Some(plan(&rules, &params).is_ok_and(|change| change.is_empty())),
    }
}

/// The calls of [`carry_out`] in their order, a line each.
fn lines(target: &Target, params: &Map<String, Value>, observed: &Resource, plan: Plan) -> Vec<Vec<String>> {
    let change = planned(params, observed, plan).unwrap_or_default();
    let line = |command: &str, rule: &Rule| {
        cli(target, &[command, "--group-id", target.id.last_segment(), "--ip-permissions", &rules::permission_text(rule)])
    };
    let added = change.authorize.iter().map(|rule| line("authorize-security-group-ingress", rule));
    added.chain(change.revoke.iter().map(|rule| line("revoke-security-group-ingress", rule))).collect()
}

async fn carry_out(cx: AwsCx, target: Target, params: Params, plan: Plan) -> Result<Outcome> {
    let id = target.id.last_segment();
    let request = cx.ec2().describe_security_groups().group_ids(id);
    let asked = || async {
        let found = cx.call_or(api!(read "DescribeSecurityGroups"), says_gone, request.clone(), |it| it.send()).await?;
        Ok(found.and_then(|page| page.security_groups().iter().find(|group| group.group_id() == Some(id)).cloned()))
    };
    let Some(group) = cx.patiently(asked).await? else {
        return Err(Error::new(ErrorKind::NotFound, format!("security group {id} does not exist")).with("region", &*cx.region));
    };
    let change = plan(&rules::of_group(&group), &params)?;
    if change.is_empty() {
        return Ok(Outcome { note: Some("already done".into()), created: Vec::new() });
    }
    debug_assert!(change.authorize.iter().chain(&change.revoke).all(|rule| rule.direction == Direction::In));
    // One call a rule: a rule that is there, or gone, already fails the whole of its call.
    for rule in &change.authorize {
        let request = cx.ec2().authorize_security_group_ingress().group_id(id).ip_permissions(rules::permission(rule)).dry_run(cx.trial);
        let duplicate = |code: &str| code == "InvalidPermission.Duplicate";
        cx.carry_out(api!(repeatable "AuthorizeSecurityGroupIngress"), duplicate, request, |it| it.send()).await?;
    }
    for rule in &change.revoke {
        let request = cx.ec2().revoke_security_group_ingress().group_id(id).ip_permissions(rules::permission(rule)).dry_run(cx.trial);
        let gone = |code: &str| code == "InvalidPermission.NotFound";
        cx.carry_out(api!(repeatable "RevokeSecurityGroupIngress"), gone, request, |it| it.send()).await?;
    }
    Ok(Outcome::default())
}
