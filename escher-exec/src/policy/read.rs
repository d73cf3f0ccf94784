//! Reading `policy.toml`: everything that is wrong with it, each with its place.

use std::fmt;

use escher_core::{ActionDef, Error, Kind, Risk, Selector, Target};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};
use toml::value::Datetime;

use super::freeze::{DAY, Recurrence, Window, days, hours};
use super::rules::{Pattern, PolicyRules, Reach, Rule, What};
use crate::reasons::plain;

/// What is wrong with a policy file, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyProblem {
    /// The line, the first being 1.
    pub line: usize,
    /// The character in it, the first being 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl fmt::Display for PolicyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

/// The keys of the file.
const KEYS: &str = "max_risk, max_blast_radius, forbid, freeze, approvers";
const SEE_REFERENCE: &str = "fix the file; its reference lists every key with an example";

/// A pattern alone, or a table.
enum Forbid {
    Pattern(String),
    Table(Forbidden),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forbidden {
    action: Spanned<String>,
    #[serde(rename = "where")]
    filter: Option<Spanned<String>>,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Freeze {
    reason: String,
    from: Option<Spanned<Datetime>>,
    to: Option<Spanned<Datetime>>,
    days: Option<Vec<Spanned<String>>>,
    hours: Option<Spanned<String>>,
    tz: Option<Spanned<String>>,
    #[serde(rename = "where")]
    filter: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Approvers {
    only: Spanned<Vec<String>>,
    action: Option<Spanned<String>>,
    #[serde(rename = "where")]
    filter: Option<Spanned<String>>,
    reason: Option<String>,
}

impl<'de> Deserialize<'de> for Forbid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Forbid;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an action such as \"*.delete\", or a table such as { action = \"*.delete\", where = \"env = prod\" }")
            }

            fn visit_str<E>(self, pattern: &str) -> Result<Forbid, E> {
                Ok(Forbid::Pattern(pattern.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Forbid, A::Error> {
                Forbidden::deserialize(MapAccessDeserializer::new(map)).map(Forbid::Table)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl PolicyRules {
    /// Reads the rules of a policy file.
    ///
    /// # Errors
    /// Everything that is wrong with it, at least one problem; a file with a slip in it has no rules at all.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<PolicyProblem>> {
        let text = std::str::from_utf8(bytes).map_err(|e| {
            let known = bytes.get(..e.valid_up_to()).and_then(|known| std::str::from_utf8(known).ok()).unwrap_or_default();
            vec![problem(known, known.len(), "this is not UTF-8", "save the file as UTF-8")]
        })?;
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut reader = Reader { text, starts, problems: Vec::new(), rules: Vec::new() };
        let (table, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            reader.file(table.into_inner());
            // In the order in which they stand there, whatever their kind.
            reader.problems.sort_by_key(|problem| (problem.line, problem.column));
            reader.rules.sort_by_key(|rule| rule.line);
        }
        errors.iter().for_each(|e| reader.misread(e, 0));
        if reader.problems.is_empty() { Ok(Self { rules: reader.rules }) } else { Err(reader.problems) }
    }
}

fn problem(text: &str, at: usize, message: &str, hint: &str) -> PolicyProblem {
    let before = text.get(..at).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    PolicyProblem { line, column: before[start..].chars().count() + 1, message: message.to_owned(), hint: hint.to_owned() }
}

struct Reader<'t> {
    text: &'t str,
    /// Where each line begins.
    starts: Vec<usize>,
    problems: Vec<PolicyProblem>,
    rules: Vec<Rule>,
}

impl Reader<'_> {
    /// Each rule by itself, so that one that is wrong does not hide what is wrong with the next.
    fn file(&mut self, table: DeTable<'_>) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "max_risk" => {
                    if let Some(max) = self.read::<Risk>(value) {
                        self.rule(max.span().start, None, What::MaxRisk(max.into_inner()));
                    }
                }
                "max_blast_radius" => {
                    if let Some(max) = self.read::<usize>(value) {
                        self.rule(max.span().start, None, What::MaxBlastRadius(max.into_inner()));
                    }
                }
                "forbid" => self.forbid(value),
                "freeze" => self.freeze(value),
                "approvers" => self.approvers(value),
                unknown => self.wrong(key.span().start, format!("`{unknown}` is not a key of this file"), format!("the keys are: {KEYS}")),
            }
        }
    }

    /// The value as what it should be.
    fn read<T: DeserializeOwned>(&mut self, value: Spanned<DeValue<'_>>) -> Option<Spanned<T>> {
        let at = value.span().start;
        match Spanned::deserialize(ValueDeserializer::from(value)) {
            Ok(read) => Some(read),
            Err(e) => {
                self.misread(&e, at);
                None
            }
        }
    }

    /// Those of a list's rules that are what they should be.
    fn each<T: DeserializeOwned>(&mut self, list: Spanned<DeValue<'_>>) -> Vec<Spanned<T>> {
        let at = list.span().start;
        match list.into_inner() {
            DeValue::Array(rules) => rules.into_iter().filter_map(|rule| self.read(rule)).collect(),
            other => {
                self.wrong(at, format!("this is a list of rules, not a {}", other.type_str()), SEE_REFERENCE);
                Vec::new()
            }
        }
    }

    fn misread(&mut self, error: &toml::de::Error, otherwise: usize) {
        let at = error.span().map_or(otherwise, |span| span.start);
        self.wrong(at, error.message().trim().replace('\n', "; "), SEE_REFERENCE);
    }

    fn forbid(&mut self, rules: Spanned<DeValue<'_>>) {
        for forbid in self.each::<Forbid>(rules) {
            let at = forbid.span().start;
            match forbid.into_inner() {
                Forbid::Pattern(pattern) => {
                    if let Some(pattern) = self.pattern(&pattern, at) {
                        self.rule(at, None, What::Forbid(Reach { pattern, filter: None }));
                    }
                }
                Forbid::Table(Forbidden { action, filter, reason }) => {
                    let at = action.span().start;
                    if let Some(reach) = self.reach(Some(action), filter) {
                        self.rule(at, reason, What::Forbid(reach));
                    }
                }
            }
        }
    }

    fn freeze(&mut self, rules: Spanned<DeValue<'_>>) {
        for freeze in self.each::<Freeze>(rules) {
            let at = freeze.span().start;
            let freeze = freeze.into_inner();
            let (reason, filter) = (freeze.reason.clone(), freeze.filter.clone());
            if let (Some(window), Some(reach)) = (self.window(at, freeze), self.reach(None, filter)) {
                self.rule(at, Some(reason), What::Freeze(window, reach));
            }
        }
    }

    fn approvers(&mut self, rules: Spanned<DeValue<'_>>) {
        for approvers in self.each::<Approvers>(rules) {
            let at = approvers.span().start;
            let Approvers { only, action, filter, reason } = approvers.into_inner();
            let (names_at, names) = (only.span().start, only.into_inner());
            if names.is_empty() || names.iter().any(|name| name.trim().is_empty()) {
                self.wrong(
                    names_at,
                    "`only` is empty or has a blank name in it",
                    "name who may approve; to let nobody approve, forbid the action",
                );
            }
            if let Some(reach) = self.reach(action, filter) {
                self.rule(at, reason, What::Approvers(names, reach));
            }
        }
    }

    fn rule(&mut self, at: usize, reason: Option<String>, what: What) {
        let line = self.starts.partition_point(|start| *start <= at).max(1);
        // One line, whatever stands in the file.
        let reason = reason.map(|reason| plain(&reason));
        self.rules.push(Rule { line, what, reason });
    }

    fn wrong(&mut self, at: usize, message: impl AsRef<str>, hint: impl AsRef<str>) {
        self.problems.push(problem(self.text, at, message.as_ref(), hint.as_ref()));
    }

    fn pattern(&mut self, text: &str, at: usize) -> Option<Pattern> {
        let pattern = match read_pattern(text) {
            Ok(pattern) => pattern,
            Err(e) => {
                self.wrong(at, format!("`{text}` is not an action: {}", e.message()), e.hint_text().unwrap_or("write kind.verb"));
                return None;
            }
        };
        if ActionDef::all().any(|def| pattern.covers(def.action)) {
            return Some(pattern);
        }
        let verbs = ActionDef::all().filter(|def| Some(def.action.kind) == pattern.kind).map(|def| def.action.to_string());
        let verbs = verbs.collect::<Vec<_>>().join(", ");
        let hint = if verbs.is_empty() {
            "that kind has no actions; remove the rule".to_owned()
        } else {
            format!("actions of that kind: {verbs}")
        };
        self.wrong(at, format!("`{text}` matches no action in the catalog, so the rule would forbid nothing"), hint);
        None
    }

    fn reach(&mut self, action: Option<Spanned<String>>, filter: Option<Spanned<String>>) -> Option<Reach> {
        let pattern = match &action {
            Some(action) => self.pattern(action.get_ref(), action.span().start)?,
            None => Pattern::ANY,
        };
        let Some(filter) = filter else { return Some(Reach { pattern, filter: None }) };
        let (span, text) = (filter.span(), filter.into_inner());
        let selector = match Selector::parse(&text) {
            Ok(selector) => selector,
            Err(e) => {
                // A string without escapes stands in the file as it is: then the very character can be shown.
                let quoted = self.text.get(span.clone()).unwrap_or_default();
                let plain = quoted.get(1..quoted.len().saturating_sub(1)) == Some(&text) && !text.contains('\n');
                let inside = text.char_indices().nth(e.column.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
                let told = e.to_string();
                let told = told.lines().next().and_then(|line| line.split_once(": ")).map_or("", |(_, told)| told).to_owned();
                let hint = Error::from(e);
                let at = if plain { span.start + 1 + inside } else { span.start };
                self.wrong(at, format!("in `where`, {told}"), hint.hint_text().unwrap_or("a selector looks like: env = prod"));
                return None;
            }
        };
        if !Target::can_tell(&selector) {
            self.wrong(
                span.start,
                "`where` uses a field that a plan does not record for its targets, so the rule could never be decided",
                "a policy can use cloud, kind, type, service, account, region, geo, env, name, id, tags and flags",
            );
            return None;
        }
        let mut kinds = ActionDef::all().filter(|def| pattern.covers(def.action)).map(|def| def.action.kind);
        if !kinds.any(|kind: Kind| selector.is_possible(kind)) {
            self.wrong(span.start, format!("no target of `{pattern}` can match `where`"), "fix the kind in one of the two");
            return None;
        }
        Some(Reach { pattern, filter: Some(selector) })
    }

    fn window(&mut self, at: usize, freeze: Freeze) -> Option<Window> {
        let known = self.problems.len();
        if freeze.reason.trim().is_empty() {
            self.wrong(at, "a freeze needs a reason", "say why, for the people whose changes are refused");
        }
        let zone = freeze.tz.as_ref().and_then(|tz| self.zone(tz));
        let has_zone = freeze.tz.is_some();
        let from = freeze.from.as_ref().and_then(|from| self.moment(from, zone.as_ref(), has_zone, false));
        let to = freeze.to.as_ref().and_then(|to| self.moment(to, zone.as_ref(), has_zone, true));
        if let (Some(from), Some(to)) = (from, to)
            && from >= to
        {
            let at = freeze.to.as_ref().map_or(at, |to| to.span().start);
            self.wrong(at, "the freeze ends before it begins", "make `to` later than `from`");
        }
        let mut on = Vec::new();
        for day in freeze.days.iter().flatten() {
            match days(day.get_ref()) {
                Some(days) => on.extend(days),
                None => self.wrong(
                    day.span().start,
                    format!("`{}` is not a day of the week", day.get_ref()),
                    "write mon, tue, … sun, or mon-fri",
                ),
            }
        }
        if freeze.days.as_ref().is_some_and(Vec::is_empty) {
            self.wrong(at, "`days` is empty, so the rule would freeze nothing", "name days, or leave `days` out for every day");
        }
        let read = freeze.hours.as_ref().map(|text| (text.span().start, hours(text.get_ref())));
        if let Some((at, None)) = read {
            self.wrong(at, "this is not a range of hours", "write 09:00-17:30; 22:00-06:00 ends on the next day");
        }
        let recurs = freeze.days.is_some() || freeze.hours.is_some();
        if recurs && !has_zone {
            self.wrong(at, "days and hours need a time zone", "add tz = \"Europe/Berlin\", or another IANA name");
        }
        if !recurs && freeze.from.is_none() && freeze.to.is_none() {
            self.wrong(at, "the freeze does not say when", "give from and to, or days and hours; to stop every change, forbid `*.*`");
        }
        if self.problems.len() > known {
            return None;
        }
        on.sort_by_key(|day| day.to_monday_zero_offset());
        on.dedup();
        let recurs = zone.filter(|_| recurs).zip(freeze.tz).map(|(tz, named)| Recurrence {
            days: on,
            hours: read.and_then(|(_, hours)| hours).unwrap_or((0, DAY)),
            tz,
            zone: named.into_inner(),
        });
        Some(Window { from, to, recurs })
    }

    fn zone(&mut self, tz: &Spanned<String>) -> Option<TimeZone> {
        match jiff::fmt::temporal::DateTimeParser::new().parse_time_zone(tz.get_ref()) {
            Ok(zone) => Some(zone),
            Err(_) => {
                let message = format!("the time zone `{}` is unknown on this machine", tz.get_ref());
                self.wrong(tz.span().start, message, "write an IANA name such as Europe/Berlin, UTC, or an offset such as +02:00");
                None
            }
        }
    }

    /// A moment; a day alone begins or ends it whole.
    fn moment(&mut self, written: &Spanned<Datetime>, zone: Option<&TimeZone>, has_zone: bool, is_end: bool) -> Option<Timestamp> {
        let (at, text) = (written.span().start, written.get_ref().to_string());
        let local = match written.get_ref() {
            Datetime { date: None, .. } => {
                self.wrong(at, "a time of day needs a date", "write a date and a time, or use `hours`");
                return None;
            }
            Datetime { offset: Some(_), .. } => match text.parse::<Timestamp>() {
                Ok(moment) => return Some(moment),
                Err(_) => None,
            },
            Datetime { time: Some(_), .. } => text.parse::<DateTime>().ok(),
            Datetime { .. } => {
                let day = text.parse::<Date>().ok();
                let day = if is_end { day.and_then(|day| day.tomorrow().ok()) } else { day };
                day.map(|day| day.at(0, 0, 0, 0))
            }
        };
        let Some(local) = local else {
            let hint = "write a date and a time such as 2026-12-20T18:00:00Z; a freeze without an end has no `to`";
            self.wrong(at, format!("`{text}` is outside the range of times"), hint);
            return None;
        };
        let Some(zone) = zone else {
            if !has_zone {
                self.wrong(
                    at,
                    format!("`{text}` needs a time zone"),
                    "add tz = \"Europe/Berlin\" to the rule, or an offset to the time: …Z",
                );
            }
            return None;
        };
        // Where clocks change, the longer of the two.
        let ambiguous = zone.to_ambiguous_timestamp(local);
        let moment = if is_end { ambiguous.later() } else { ambiguous.earlier() };
        moment.map_err(|e| self.wrong(at, e.to_string(), "write another date")).ok()
    }
}

/// `kind.verb`, either of them `*`.
fn read_pattern(text: &str) -> escher_core::Result<Pattern> {
    let (kind, verb) = text
        .split_once('.')
        .ok_or_else(|| Error::invalid("there is no dot in it").hint("write kind.verb, for example *.delete or vm.stop"))?;
    Ok(Pattern { kind: if kind == "*" { None } else { Some(kind.parse()?) }, verb: if verb == "*" { None } else { Some(verb.parse()?) } })
}
