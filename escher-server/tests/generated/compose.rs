//! Orders composed of parts, each with its meaning.

use escher_core::{Action, ActionDef, Kind, Verb};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::sources::Act;

/// An order and what it means.
#[derive(Clone, Debug)]
pub(crate) struct Composed {
    pub(crate) say: String,
    pub(crate) means: Act,
}

/// What stands before and after the object, the verb, its parameters.
type Frame = (&'static str, &'static str, &'static str, &'static str);

const FRAMES: &[Frame] = &[
    ("stop", "", "stop", "{}"),
    ("shut down", "", "stop", "{}"),
    ("turn off", "", "stop", "{}"),
    ("start", "", "start", "{}"),
    ("restart", "", "restart", "{}"),
    ("reboot", "", "restart", "{}"),
    ("delete", "", "delete", "{}"),
    ("remove", "", "delete", "{}"),
    ("terminate", "", "delete", "{}"),
    ("take a snapshot of", "", "snapshot", "{}"),
    ("back up", "", "snapshot", "{}"),
    ("encrypt", "", "encrypt", "{}"),
    ("enable versioning on", "", "enable-versioning", "{}"),
    ("enable backups for", "", "enable-backups", "{}"),
    ("tag", "with owner=zoe", "tag", r#"{"tags":{"owner":"zoe"}}"#),
    ("add the tag tier=gold to", "", "tag", r#"{"tags":{"tier":"gold"}}"#),
    ("remove the tag ttl from", "", "untag", r#"{"keys":["ttl"]}"#),
    ("scale", "to 4", "scale", r#"{"count":4}"#),
    ("resize", "to m5.xlarge", "resize", r#"{"size":"m5.xlarge"}"#),
];

/// Plural, kind, what the product sets, cloud.
const KINDS: &[(&str, Kind, &str, &str)] = &[
    ("vms", Kind::Vm, "", ""),
    ("servers", Kind::Vm, "", ""),
    ("virtual machines", Kind::Vm, "", ""),
    ("EC2 instances", Kind::Vm, "cloud = aws", "aws"),
    ("databases", Kind::Database, "", ""),
    ("postgres databases", Kind::Database, "engine = postgres", ""),
    ("buckets", Kind::Bucket, "", ""),
    ("S3 buckets", Kind::Bucket, "cloud = aws", "aws"),
    ("storage accounts", Kind::Bucket, "cloud = azure", "azure"),
    ("disks", Kind::Disk, "", ""),
    ("managed disks", Kind::Disk, "cloud = azure", "azure"),
    ("snapshots", Kind::Snapshot, "", ""),
    ("load balancers", Kind::LoadBalancer, "", ""),
    ("lambda functions", Kind::Function, "cloud = aws", "aws"),
    ("cloud run services", Kind::ContainerService, "cloud = gcp", "gcp"),
    ("GKE clusters", Kind::K8sCluster, "cloud = gcp", "gcp"),
    ("scale groups", Kind::ScaleGroup, "", ""),
    ("queues", Kind::Queue, "", ""),
    ("secrets", Kind::Secret, "", ""),
];

const ENVS: &[(&str, &str)] = &[
    ("dev", "env = dev"),
    ("development", "env = dev"),
    ("test", "env = test"),
    ("qa", "env = test"),
    ("staging", "env = staging"),
    ("sandbox", "env = sandbox"),
    ("prod", "env = prod"),
];

const ADJECTIVES: &[(&str, &str)] = &[
    ("idle", "idle"),
    ("untagged", "untagged"),
    ("public", "public"),
    ("stopped", "state = stopped"),
    ("running", "state = running"),
    ("unencrypted", "encrypted = false"),
];

/// A place, its meaning, its cloud; one that names no cloud goes with all.
const PLACES: &[(&str, &str, &str)] = &[
    ("in us-east-1", "region = us-east-1", "aws"),
    ("in eu-west-1", "region = eu-west-1", "aws"),
    ("in westus2", "region = westus2", "azure"),
    ("in europe-west4", "region = europe-west4", "gcp"),
    ("in resource group rg-gamma", "group = rg-gamma", ""),
    ("in account 123412341234", "account = 123412341234", ""),
    ("in project gamma-lab-3", "account = gamma-lab-3", ""),
    ("in zone us-east-1c", "zone = us-east-1c", "aws"),
];

const CONDITIONS: &[(&str, &str)] = &[
    ("tagged team=gamma", "tag.team = gamma"),
    ("owned by zoe", "tag.owner = zoe"),
    ("without an owner tag", "NOT tag.owner EXISTS"),
    ("older than 40 days", "age > 40d"),
    ("that are older than 2 weeks", "age > 2w"),
    ("that cost more than $90", "cost > $90"),
    ("with cpu below 4%", "cpu < 4%"),
    ("that are not public", "public = false"),
    ("created before 2026-02-01", "created < 2026-02-01"),
];

const EXCEPTIONS: &[(&str, &str)] = &[
    ("except gamma-1", "name != gamma-1"),
    ("except gamma-1 and gamma-2", "NOT name IN (gamma-1, gamma-2)"),
    ("but not gamma-9", "name != gamma-9"),
    ("except those tagged keep=yes", "tag.keep != yes"),
    ("excluding the idle ones", "idle = false"),
    ("apart from those in us-west-1", "region != us-west-1"),
];

const TIMES: &[(&str, &str)] = &[
    ("every day at 7pm", r#"{"cron":"0 19 * * *","tz":null}"#),
    ("every weekday at 06:30", r#"{"cron":"30 6 * * 1-5","tz":null}"#),
    ("on mondays at 9am", r#"{"cron":"0 9 * * 1","tz":null}"#),
    ("every evening at 8", r#"{"cron":"0 20 * * *","tz":null}"#),
    ("tomorrow at 5am", r#"{"at":"2026-11-21T05:00"}"#),
    ("tonight at 10pm", r#"{"at":"2026-11-20T22:00"}"#),
    ("every 6 hours", r#"{"cron":"0 */6 * * *","tz":null}"#),
];

const BEFORE: &[&str] = &["", "", "", "please ", "could you ", "hi team, ", "INC20441 ", "we need to "];
const AFTER: &[&str] = &["", "", "", " please", ", thanks", "!", " asap"];

fn pick<T: Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    select(all)
}

fn sometimes<T: Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = Option<T>> {
    proptest::option::weighted(0.35, select(all))
}

/// An order of up to a dozen parts that goes together.
pub(crate) fn order() -> impl Strategy<Value = Composed> {
    let object = (pick(KINDS), pick(ENVS), any::<bool>(), sometimes(ADJECTIVES), sometimes(PLACES), sometimes(CONDITIONS));
    let around = (pick(FRAMES), sometimes(EXCEPTIONS), sometimes(TIMES), any::<bool>(), pick(BEFORE), pick(AFTER));
    (object, around).prop_filter_map("parts that do not go together", |((kind, env, env_first, adjective, place, condition), around)| {
        let (frame, exception, time, time_first, before, after) = around;
        let (open, close, verb, params) = frame;
        let verb: Verb = verb.parse().ok()?;
        let (noun, kind, product, cloud) = kind;
        let elsewhere = |place: &(&str, &str, &str)| !cloud.is_empty() && !place.2.is_empty() && place.2 != cloud;
        ActionDef::find(Action { kind, verb })?;
        let contradiction = adjective.is_some_and(|(_, says)| {
            condition.is_some_and(|(_, also)| also.contains(says))
                || exception.is_some_and(|(_, but)| but.contains(says))
                || says == "untagged" && (condition.is_some_and(|(_, also)| also.contains("tag.")))
        });
        let pointless = place.is_some_and(|(_, says, _)| says.contains("region") || says.contains("zone"))
            && exception.is_some_and(|(_, but)| but.contains("region"));
        if place.as_ref().is_some_and(elsewhere) || contradiction || pointless {
            return None;
        }
        let mut said = vec![open];
        said.extend(adjective.map(|(text, _)| text));
        said.extend(env_first.then_some(env.0));
        said.push(noun);
        let post = format!("in {}", env.0);
        said.extend((!env_first).then_some(post.as_str()));
        said.extend(place.map(|(text, ..)| text));
        said.extend(condition.map(|(text, _)| text));
        said.extend(exception.map(|(text, _)| text));
        said.push(close);
        let time = time.filter(|_| close.is_empty());
        let (first, last) = time.map_or(("", ""), |(text, _)| if time_first { (text, "") } else { ("", text) });
        said.push(last);
        said.insert(0, first);
        said.retain(|part| !part.is_empty());
        let kind_says = format!("kind = {kind}");
        let parts = [product, &kind_says, env.1].into_iter();
        let parts = parts
            .chain(adjective.map(|it| it.1))
            .chain(place.map(|it| it.1))
            .chain(condition.map(|it| it.1))
            .chain(exception.map(|it| it.1));
        let selector = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" AND ");
        let value = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(json!(null));
        Some(Composed {
            say: format!("{before}{}{after}", said.join(" ")),
            means: Act {
                say: String::new(),
                selector,
                action: format!("{kind}.{verb}"),
                params: value(params).as_object().cloned().unwrap_or_default(),
                schedule: time.map_or(Value::Null, |(_, cron)| value(cron)),
            },
        })
    })
}
