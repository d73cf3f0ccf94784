//! The classifier: which of the fourteen intents.

use escher_core::lexicon;
use escher_core::selector::{Field, Op};
use escher_core::{Intent, Kind};

use super::{Part, cues, when};
use crate::scene::{Ask, Found, Mood, Scene};

/// Names the intent by mood, cues and what was found, and settles what depends on it: periods and free words.
pub(crate) struct Classifier;

/// Whether a single word is a cue for an intent, hence no name.
pub(crate) fn is_cue(word: &str) -> bool {
    let single = |words: &cues::Phrases| words.contains(&word);
    cues::OWN.contains(&word)
        || [&cues::PLAYBOOK, &cues::ALERTS, &cues::REPORT, &cues::HISTORY, &cues::COST, &cues::ADVISE, &cues::COUNT, &cues::FIND]
            .into_iter()
            .any(single)
}

impl Part for Classifier {
    fn read(&self, scene: &mut Scene<'_>) {
        if scene.intent.is_none() {
            let intent = intent(scene);
            scene.intent = Some(intent);
        }
        if scene.intent == Some(Intent::History) {
            // “Who stopped web-1”: what was done, not the state it is in now.
            scene.found.retain(|found| !matches!(found.ask, Ask::Is(Field::State, _)));
        }
        if scene.intent == Some(Intent::Cost) {
            // “A budget of $500” sets an amount and selects nothing.
            scene.found.retain(|found| !matches!(found.ask, Ask::Compare(Field::Cost, Op::Eq, _)));
        }
        settle_period(scene);
        settle_left(scene);
    }
}

/// Whether a cue stands on words that are not part of a condition.
fn cue(scene: &Scene<'_>, phrases: &[&str]) -> bool {
    (0..scene.len()).any(|i| {
        let len = scene.phrase(i, phrases);
        len > 0
            && (i..i + len)
                .any(|i| scene.free(i) || i <= scene.head + 1 && scene.found.iter().all(|found| found.at != i) && scene.mood == Mood::Order)
    })
}

fn has_name(scene: &Scene<'_>) -> bool {
    scene.found.iter().any(|found| !found.negated && matches!(&found.ask, Ask::Is(Field::Name | Field::Id, _)))
}

/// “What depends on vpc-0a1”: a network, or what something is linked to.
fn surroundings(scene: &Scene<'_>) -> bool {
    scene.found.iter().any(|found| !found.negated && matches!(&found.ask, Ask::Is(Field::Network | Field::Linked | Field::Group, _)))
}

fn intent(scene: &mut Scene<'_>) -> Intent {
    if scene.len() == 0 {
        return Intent::Unknown;
    }
    let bare = scene.found.is_empty() && scene.verb.is_none() && scene.strange_verb.is_none();
    if bare
        && (0..scene.len()).all(|i| cues::GREETING.contains(&scene.low(i)))
        && (0..scene.len()).any(|i| scene.phrase(i, &cues::GREETS) > 0)
    {
        return Intent::Smalltalk;
    }
    match scene.mood {
        Mood::Hypothetical if has_name(scene) || surroundings(scene) => {
            scene.found.retain(|found| !matches!(found.ask, Ask::Is(Field::State, _) | Ask::Flag(..)));
            return Intent::Describe;
        }
        Mood::Hypothetical => return Intent::Explain,
        Mood::HowTo => return how_to(scene),
        Mood::Order => return order(scene),
        Mood::Plain => {}
    }
    if off_topic(scene) {
        scene.note = Some("that is outside cloud operations".to_owned());
        return Intent::Unknown;
    }
    if definition(scene) {
        return Intent::Explain;
    }
    plain(scene)
}

fn off_topic(scene: &Scene<'_>) -> bool {
    let about = scene.found.iter().any(|found| !matches!(found.ask, Ask::Is(Field::Geo | Field::Region | Field::Name, _) | Ask::OneOf(..)));
    !about && scene.verb.is_none() && (0..scene.len()).any(|i| cues::OFF_TOPIC.contains(&scene.low(i)))
}

fn how_to(scene: &mut Scene<'_>) -> Intent {
    if off_topic(scene) {
        scene.note = Some("that is outside cloud operations".to_owned());
        return Intent::Unknown;
    }
    let mine = scene.says(&["my", "our", "we", "this month", "last month", "yesterday"]);
    if mine && cue(scene, &cues::ADVISE) {
        return Intent::Advise;
    }
    if mine && cue(scene, &cues::COST) && scene.verb.is_none() {
        return Intent::Cost;
    }
    let topic = !scene.found.is_empty()
        || scene.verb.is_some()
        || (0..scene.len()).any(|i| cues::TOPICS.contains(&scene.low(i)) || lexicon::meanings(scene.low(i)).next().is_some())
        || [&cues::PLAYBOOK, &cues::ALERTS, &cues::REPORT, &cues::COST, &cues::ADVISE].into_iter().any(|cues| scene.says(cues))
        || scene.says(&["what can you do", "help"])
        || (0..scene.len()).any(|i| is_cue(scene.low(i)) && matches!(scene.low(i), "schedule" | "policy" | "rule" | "approve"));
    if topic {
        return Intent::Explain;
    }
    scene.note = Some("I know clouds and what to do with them; this I do not know".to_owned());
    Intent::Unknown
}

fn order(scene: &mut Scene<'_>) -> Intent {
    if mutes(scene) {
        return Intent::Alerts;
    }
    let schedule_noun = scene.says(&["schedule", "schedules", "scheduled job", "scheduled jobs", "cron job"]);
    if cue(scene, &cues::PLAYBOOK) {
        return Intent::Playbook;
    }
    let alarm_kind = scene.kinds().contains(&Kind::Alarm);
    if cue(scene, &cues::ALERTS) && !alarm_kind {
        return Intent::Alerts;
    }
    if cue(scene, &["budget", "budgets", "forecast"]) {
        return Intent::Cost;
    }
    if cue(scene, &["report", "reports", "export", "csv", "pdf", "digest"]) {
        return Intent::Report;
    }
    if scene.strange_verb.as_deref() == Some("run") && scene.kinds().is_empty() && cue(scene, &cues::ADVISE) {
        return Intent::Advise;
    }
    if scene.strange_verb.is_some()
        && cue(scene, &["reduce", "costs", "bill", "spend", "savings", "waste", "recommendations", "findings", "violations"])
    {
        return if cue(scene, &cues::ADVISE) || scene.strange_verb.as_deref() != Some("show") { Intent::Advise } else { Intent::Cost };
    }
    if scene.timed || schedule_noun {
        return Intent::Schedule;
    }
    Intent::Act
}

/// “What is a security group?”: about the word, not about ours.
fn definition(scene: &mut Scene<'_>) -> bool {
    let at = scene.head;
    let len = scene.phrase(at, &["what is", "what's", "what are", "whats", "define", "what is meant by", "meaning of"]);
    if len == 0 {
        return false;
    }
    let ours = scene.says(&["my", "our", "we", "all", "in", "is running", "the", "most", "which", "top", "on"])
        && !matches!(scene.low(at + len), "a" | "an");
    let conditions = scene.found.iter().any(|found| !matches!(found.ask, Ask::Kind(..) | Ask::Is(Field::Cloud | Field::Engine, _)));
    if ours || conditions || scene.sort.is_some() || scene.period.is_some() {
        return false;
    }
    let article = matches!(scene.low(at + len), "a" | "an");
    let topic = (at..scene.len()).any(|i| cues::TOPICS.contains(&scene.low(i)));
    (article && (topic || !scene.found.is_empty()))
        || (!scene.found.is_empty() && scene.left.is_empty())
        || (topic && scene.kinds().is_empty())
}

/// “Reduce our cloud bill”: advice about money, not a bill.
fn saves(scene: &Scene<'_>) -> bool {
    scene.says(&["reduce", "cut", "lower", "trim", "decrease", "bring down", "shrink"]) && cue(scene, &cues::COST)
}

/// “Silence alarm high-cpu”: the rule is muted, the alarm not changed.
fn mutes(scene: &Scene<'_>) -> bool {
    matches!(scene.low(scene.head), "mute" | "unmute" | "silence" | "snooze" | "acknowledge" | "ack")
}

fn plain(scene: &mut Scene<'_>) -> Intent {
    if mutes(scene) {
        return Intent::Alerts;
    }
    if saves(scene) {
        return Intent::Advise;
    }
    let kinds = !scene.kinds().is_empty();
    let named = has_name(scene);
    if scene.says(&["schedules", "scheduled", "what is scheduled", "what's scheduled"]) || scene.low(scene.head) == "schedule" {
        return Intent::Schedule;
    }
    if cue(scene, &cues::ALERTS)
        && !(scene.kinds().contains(&Kind::Alarm)
            || kinds
                && !cue(
                    scene,
                    &[
                        "alert",
                        "alerts",
                        "notify",
                        "incident",
                        "incidents",
                        "let me know when",
                        "let me know if",
                        "tell me when",
                        "tell me if",
                        "warn me",
                        "mute",
                        "acknowledge",
                    ],
                ))
    {
        return Intent::Alerts;
    }
    if cue(scene, &cues::REPORT) && !cue(scene, &["cost report", "cost reports", "spend report", "spending report", "billing report"]) {
        return Intent::Report;
    }
    if cue(scene, &cues::PLAYBOOK) {
        return Intent::Playbook;
    }
    if cue(scene, &cues::ADVISE) {
        return Intent::Advise;
    }
    let created =
        scene.says(&["was created", "were created", "created", "who created the", "launched"]) && scene.says(&["when was", "when were"]);
    let money =
        cue(scene, &cues::COST) && scene.says(&["spend", "spent", "cost", "pay", "paid"]) && !scene.says(&["who", "audit", "history"]);
    let things = scene.says(&["operations", "activity", "plans"]) && kinds && !scene.says(&["who", "history"]);
    if cue(scene, &cues::HISTORY) && !(created || money || things) {
        return Intent::History;
    }
    let ranked = scene.sort.as_ref().is_some_and(|sort| sort.by == "cost");
    let resources = scene.says(&["resource", "resources", "assets", "things"]);
    if ranked && !kinds && !resources && !named {
        if scene.group_by.is_empty()
            && let Some(field) = [
                ("service", "service"),
                ("services", "service"),
                ("region", "region"),
                ("regions", "region"),
                ("teams", "tag.team"),
                ("team", "tag.team"),
                ("apps", "tag.app"),
                ("environments", "env"),
            ]
            .iter()
            .find(|(word, _)| scene.says(&[word]))
        {
            scene.group_by.push(field.1.to_owned());
        }
        return Intent::Cost;
    }
    if cue(scene, &cues::COST) && !(ranked && (kinds || resources)) {
        return Intent::Cost;
    }
    if scene.says(&cues::COUNT) && scene.phrase(scene.head, &["describe"]) == 0 {
        return Intent::Count;
    }
    let asks_state = named && matches!(scene.low(scene.head), "is" | "are" | "was" | "does" | "did" | "has") && scene.tokens.len() > 1;
    if (asks_state
        || (named && cue(scene, &cues::DESCRIBE))
        || scene.low(scene.head) == "describe"
        || (scene.says(&["why is", "why are", "why does", "describe", "details of", "details about", "details for"])
            && !scene.found.is_empty()))
        && (!scene.found.is_empty() || !scene.left.is_empty() || scene.low(scene.head) == "describe")
    {
        if named {
            scene.found.retain(|found| !matches!(found.ask, Ask::Is(Field::State, _) | Ask::Flag(..)));
        }
        return Intent::Describe;
    }
    if cue(scene, &cues::DESCRIBE)
        && scene.says(&["tell me about", "tell me more about", "what is", "what's"])
        && !scene.found.is_empty()
        && scene.found.iter().all(|found| matches!(found.ask, Ask::Kind(..)))
        && !scene.says(&["my", "our", "the"])
    {
        return Intent::Explain;
    }
    let asks = (scene.head..scene.len().min(scene.head + 3)).any(|i| scene.phrase(i, &cues::FIND) > 0);
    if !scene.found.is_empty() || scene.sort.is_some() || scene.limit.is_some() || !scene.group_by.is_empty() {
        return Intent::Find;
    }
    if (asks && (!scene.left.is_empty() || resources || scene.everything)) || (resources && scene.left.len() <= 1) {
        let steady = !scene.left.is_empty() && scene.left.len() <= 4 || resources || scene.everything;
        let questioning = matches!(scene.low(scene.head), "what" | "who" | "what's" | "any" | "all") && !resources;
        if steady && !questioning {
            return Intent::Find;
        }
    }
    if scene.says(&["help"]) {
        return Intent::Explain;
    }
    if scene.period.is_some() && scene.says(&["new", "what's new", "created"]) {
        return Intent::Find;
    }
    scene.note = Some("I did not find anything about clouds in that".to_owned());
    Intent::Unknown
}

/// A period belongs to money, alerts, history and reports; of resources it tells when they were made.
fn settle_period(scene: &mut Scene<'_>) {
    let Some(period) = scene.period.clone() else { return };
    let keeps =
        matches!(scene.intent, Some(Intent::Cost | Intent::Alerts | Intent::History | Intent::Report | Intent::Advise | Intent::Schedule));
    if keeps {
        return;
    }
    scene.period = None;
    if matches!(scene.intent, Some(Intent::Find | Intent::Count | Intent::Act | Intent::Describe)) {
        let today = scene.now.to_zoned(jiff::tz::TimeZone::UTC).date();
        for (field, op, value) in super::time::asks_of_period(&period, today) {
            scene.found.push(Found { at: 0, ask: Ask::Compare(field, op, value), negated: false });
        }
    }
}

/// Free words: names, nearly in a question, exactly in a change.
fn settle_left(scene: &mut Scene<'_>) {
    let left = std::mem::take(&mut scene.left);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for i in left {
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|&last| last + 1 == i) && !scene.breaks_after(i - 1) => group.push(i),
            _ => groups.push(vec![i]),
        }
    }
    let words = |scene: &Scene<'_>, group: &[usize]| group.iter().map(|&i| scene.text(i)).collect::<Vec<_>>().join(" ");
    match scene.intent {
        // “Why can't I reach web-1?”: the name says which; the rest is the question.
        Some(Intent::Describe) if has_name(scene) => scene.left = groups.into_iter().flatten().collect(),
        Some(Intent::Find | Intent::Count | Intent::Describe) => {
            let exact = scene.intent == Some(Intent::Describe)
                && groups.len() == 1
                && !scene.found.iter().any(|found| matches!(found.ask, Ask::Is(Field::Name | Field::Id, _)));
            for group in groups {
                let value = words(scene, &group);
                let ask = if exact && group.len() == 1 { Ask::Is(Field::Name, value) } else { Ask::Like(Field::Name, value) };
                let at = group[0];
                let negated = scene.negated(at);
                // “Buckets without versioning” are not all that are not called so; the validator asks back.
                let denied = negated && at > 0 && super::negation::NEGATORS.contains(&scene.low(at - 1));
                if denied || when::span_at(scene, at).is_some() {
                    scene.left.extend(group);
                    continue;
                }
                scene.found.push(Found { at, ask, negated });
                scene.left.extend(group);
            }
        }
        Some(Intent::Cost) => {
            for group in groups {
                let at = group[0];
                if at > 0 && matches!(scene.low(at - 1), "for" | "of" | "on" | "by" | "does" | "the") {
                    let value = words(scene, &group);
                    scene.found.push(Found { at, ask: Ask::Like(Field::Name, value), negated: false });
                }
                scene.left.extend(group);
            }
        }
        Some(Intent::Act | Intent::Schedule) => {
            let named = scene.found.iter().any(|found| matches!(found.ask, Ask::Is(Field::Name | Field::Id, _)));
            let creates = scene.verb == Some(escher_core::Verb::Create);
            if let [group] = groups.as_slice()
                && !named
                && !creates
                && scene.strange_verb.is_none()
            {
                let value = words(scene, group);
                let at = group[0];
                let names = super::heard::stands_as_name(scene, group) && !group.iter().any(|&i| when::is_time_word(scene.low(i)));
                if !names || describes(scene, group) || value.chars().all(|c| c.is_ascii_digit()) {
                    scene.doubt(
                        format!("Which ones are “{value}”? Name them, or say how to tell."),
                        vec!["name them".to_owned(), "list them first".to_owned()],
                    );
                    scene.left.extend(group);
                    return;
                }
                let negated = scene.negated(at);
                scene.found.push(Found { at, ask: Ask::Is(Field::Name, value.clone()), negated });
                if group.len() == 1 {
                    scene.left.extend(group);
                    return;
                }
                scene.doubt(
                    format!("Which resource is “{value}”? Give its exact name."),
                    vec![group.iter().map(|&i| scene.text(i)).collect::<Vec<_>>().join("-"), "list what is like it".to_owned()],
                );
                return;
            }
            if scene.strange_verb.is_none()
                && let Some(group) = groups.first()
            {
                let value = words(scene, group);
                scene
                    .doubt(format!("What do you mean by “{value}”?"), vec![format!("a resource named {value}"), "leave it out".to_owned()]);
            }
            scene.left = groups.into_iter().flatten().collect();
        }
        _ => scene.left = groups.into_iter().flatten().collect(),
    }
}

/// “Empty buckets”, “useless snapshots”: adjectives before a plural describe many things and name none.
fn describes(scene: &Scene<'_>, group: &[usize]) -> bool {
    let Some(&last) = group.last() else { return false };
    let word = scene.low(last);
    let adjective = ["less", "ed", "ful", "ary", "able", "ible", "ous"].iter().any(|ending| word.ends_with(ending))
        || matches!(
            word,
            "empty"
                | "slow"
                | "duplicate"
                | "redundant"
                | "leftover"
                | "zombie"
                | "orphan"
                | "dead"
                | "bad"
                | "weird"
                | "strange"
                | "important"
                | "irrelevant"
        );
    if !adjective {
        return false;
    }
    let words: Vec<&str> = (last + 1..scene.len().min(last + 4)).map(|i| scene.low(i)).collect();
    let kind =
        lexicon::read(&words).into_iter().find(|reading| reading.start == 0 && matches!(reading.meaning, lexicon::Meaning::Kind(..)));
    kind.is_some_and(|kind| words[kind.len - 1].ends_with('s') && !words[kind.len - 1].ends_with("ss"))
}
