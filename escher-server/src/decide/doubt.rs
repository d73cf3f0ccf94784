//! What makes an order doubtful although each of its words was understood: parts that are known to be meant in two ways
//! together. Each doubt is a question.

use escher_core::selector::{Field, Op};
use escher_core::{Flag, Kind, Verb};

use crate::meaning::{Day, Formula, Order, When};
use crate::text::Token;

/// What a person should be asked about an order of a verb on these kinds; `None` if nothing.
pub(super) fn doubt(order: &Order, verb: Option<Verb>, kinds: &[Kind], said: &[Token]) -> Option<String> {
    let parts = parts(&order.set.formula);
    let when = order.when.as_ref();
    when.and_then(|when| rhythm(&parts, verb, when).or_else(|| looks_back(&parts, when)).or_else(|| beside(order, &parts, when)))
        .or_else(|| measure(&parts, kinds))
        .or_else(|| loose(&parts, kinds))
        .or_else(|| belonging(&parts, kinds))
        .or_else(|| within(verb, said))
}

/// Every condition in a formula that is put together of no others.
fn parts(formula: &Formula) -> Vec<&Formula> {
    match formula {
        Formula::And(parts) | Formula::Or(parts) => parts.iter().flat_map(self::parts).collect(),
        Formula::Not(inner) if matches!(**inner, Formula::And(_) | Formula::Or(_)) => parts(inner),
        other => vec![other],
    }
}

/// Backups have a rhythm of their own: “databases not backed up daily”, “enable backups daily”.
fn rhythm(parts: &[&Formula], verb: Option<Verb>, when: &When) -> Option<String> {
    let sets = matches!(verb, Some(Verb::EnableBackups | Verb::EnableVersioning));
    let backups = parts.iter().any(|part| matches!(part, Formula::Flag { flag: Flag::BackedUp, .. }));
    let sets = sets && when.day.is_none() && when.once.is_none();
    (sets || backups && when.every.is_some()).then(|| "Is that when the backups run, or when the change should happen?".to_owned())
}

/// “Not backed up in 7 days” looks back, and so may any state that lasts.
fn looks_back(parts: &[&Formula], when: &When) -> Option<String> {
    let Some(Day::In(days)) = when.day else { return None };
    let lasts = |part: &&Formula| match part {
        Formula::Flag { .. } | Formula::Not(_) | Formula::Rel { .. } => true,
        Formula::Is { field, not, .. } => *not && !matches!(field, Field::Name | Field::Tag(_)) || *field == Field::State,
        Formula::Compare { field, .. } => matches!(field, Field::Cost | Field::Cpu),
        _ => false,
    };
    let span = if days == 1 { "day".to_owned() } else { format!("{days} days") };
    parts.iter().any(lasts).then(|| format!("{span} from now, or over the last {span}?"))
}

/// A time right behind a value that is one itself: “tagged until=Monday at 8pm”, “created before 1 November at 8pm”.
fn beside(order: &Order, parts: &[&Formula], when: &When) -> Option<String> {
    const TIMES: &[&str] = &[
        "daily",
        "nightly",
        "hourly",
        "weekly",
        "monthly",
        "everyday",
        "today",
        "tonight",
        "tomorrow",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "weekdays",
        "weekends",
        "always",
        "never",
        "until",
        "from",
        "at",
    ];
    let is_time = |value: &str| {
        TIMES.contains(&value.to_lowercase().as_str())
            || value.parse::<jiff::civil::Date>().is_ok()
            || value.parse::<jiff::civil::DateTime>().is_ok()
    };
    let tag = |part: &&Formula| match part {
        Formula::Is { field: Field::Tag(_), values, .. } => values.iter().any(|value| is_time(value)),
        Formula::Compare { field: Field::Created, .. } => when.day.is_none() && when.every.is_none(),
        _ => false,
    };
    let set = order.params.map();
    let written = set
        .get("tags")
        .and_then(|tags| tags.as_object())
        .is_some_and(|tags| tags.values().any(|value| value.as_str().is_some_and(is_time)));
    (written || parts.iter().any(tag)).then(|| "Is that time part of the value, or when the change should happen?".to_owned())
}

/// Gigabytes of a machine are of its memory or of its disks.
fn measure(parts: &[&Formula], kinds: &[Kind]) -> Option<String> {
    let machine = kinds.iter().any(|kind| matches!(kind, Kind::Vm | Kind::ScaleGroup | Kind::Function | Kind::ContainerService));
    let capacity = parts.iter().any(|part| matches!(part, Formula::Compare { field: Field::Capacity, .. }));
    if machine && capacity {
        return Some("Memory or disk?".to_owned());
    }
    // What is out of bounds was meant otherwise.
    let odd = |part: &&Formula| match part {
        Formula::Compare { field: Field::Cpu, op: Op::Gt | Op::Ge | Op::Lt | Op::Le | Op::Eq, value, .. } => {
            value.trim_end_matches('%').parse::<f64>().is_ok_and(|value| !(0.0..=100.0).contains(&value))
        }
        _ => false,
    };
    parts.iter().any(odd).then(|| "A percentage is between 0 and 100. Which one do you mean?".to_owned())
}

/// Only some things are attached to others; of the rest “unused” says something else.
fn loose(parts: &[&Formula], kinds: &[Kind]) -> Option<String> {
    let attached = |kind: &Kind| {
        matches!(
            kind,
            Kind::Disk | Kind::Ip | Kind::Network | Kind::Subnet | Kind::Firewall | Kind::Nat | Kind::LoadBalancer | Kind::Snapshot
        )
    };
    let loose = parts.iter().any(|part| matches!(part, Formula::Flag { flag: Flag::Attached, value: false }));
    (loose && !kinds.is_empty() && !kinds.iter().any(attached))
        .then(|| "Unused in which way: idle, stopped, or attached to nothing?".to_owned())
}

/// Keys and users that something has are none of the account's own: the keys of a storage account, the users of a database.
fn belonging(parts: &[&Formula], kinds: &[Kind]) -> Option<String> {
    let of = |wanted: &[Kind]| {
        let related = parts.iter().filter_map(|part| if let Formula::Rel { to, .. } = part { Some(to) } else { None });
        related.flat_map(|to| to.values(&Field::Kind)).any(|kind| kind.parse().is_ok_and(|kind| wanted.contains(&kind)))
    };
    let keys = kinds.contains(&Kind::Key) && of(&[Kind::Bucket, Kind::User, Kind::Cache, Kind::Account, Kind::Database]);
    let users = kinds.contains(&Kind::User) && of(&[Kind::Database, Kind::Cache, Kind::Warehouse, Kind::Vm]);
    if keys || users {
        return Some(format!(
            "I know the account's {}, but not those of a single resource. Which ones do you mean?",
            if keys { "keys" } else { "users" }
        ));
    }
    of(&[Kind::Account]).then(|| "Which account is that? Name it like this: “in account core”.".to_owned())
}

/// A container and what is in it go by one word: with a vault go its secrets, with a storage account its blobs.
fn within(verb: Option<Verb>, said: &[Token]) -> Option<String> {
    const BOTH: &[(&str, &str)] = &[
        ("blob", "The blobs, their container, or the storage account?"),
        ("blobs", "The blobs, their container, or the storage account?"),
        ("vault", "The vault, or the secrets in it?"),
        ("vaults", "The vault, or the secrets in it?"),
        ("keyvault", "The vault, or the secrets in it?"),
        ("keyvaults", "The vault, or the secrets in it?"),
    ];
    // The word before “vault” is none by itself.
    let alone = |at: usize| said.get(at + 1).is_none_or(|next| !next.low.starts_with("vault"));
    let inner = |at: usize, low: &str| matches!(low, "secret" | "secrets" | "keys" | "account" | "accounts") || low == "key" && alone(at);
    let named = said.iter().enumerate().any(|(at, token)| inner(at, &token.low));
    let found = said.iter().find_map(|token| BOTH.iter().find(|(word, _)| *word == token.low)).filter(|_| !named);
    found.filter(|_| verb == Some(Verb::Delete)).map(|(_, question)| (*question).to_owned())
}
