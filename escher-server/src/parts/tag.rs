//! Tags: “tagged team=payments”, “with tag owner = bob”, “owned by bob”, “without an owner tag”.

use escher_core::lexicon;
use escher_core::selector::Field;

use super::Part;
use super::params::is_tag_key;
use crate::scene::{Ask, Found, Scene};

/// Reads conditions on tags.
pub(crate) struct Tags;

const TAG_WORDS: &[&str] = &["tag", "tags", "label", "labels"];

impl Part for Tags {
    fn read(&self, scene: &mut Scene<'_>) {
        if scene.intent.is_some() {
            return;
        }
        drop_leads(scene);
        any_tag(scene);
        tagged(scene);
        absent(scene);
        keys(scene);
        owned(scene);
    }
}

/// “Tagged” before a condition that was read as a selector.
fn drop_leads(scene: &mut Scene<'_>) {
    for i in 0..scene.len() {
        let given = |scene: &Scene<'_>, at: usize| scene.found.iter().any(|found| found.at == at && matches!(found.ask, Ask::Given(_)));
        let mut j = i;
        while matches!(
            scene.low(j),
            "tagged"
                | "labelled"
                | "labeled"
                | "tag"
                | "tags"
                | "label"
                | "labels"
                | "with"
                | "the"
                | "where"
                | "by"
                | "as"
                | "having"
                | "a"
        ) && scene.free(j)
        {
            j += 1;
        }
        if j > i && given(scene, j) {
            scene.use_up(i, j - i);
        }
    }
}

/// “tagged team:payments”, “tagged critical”, “with tag owner bob”.
fn tagged(scene: &mut Scene<'_>) {
    for i in 0..scene.len() {
        if !scene.free(i) {
            continue;
        }
        // “By tag owner” groups.
        if i > 0 && matches!(scene.low(i - 1), "by" | "per") {
            continue;
        }
        let participle = matches!(scene.low(i), "tagged" | "labelled" | "labeled");
        if !participle && !TAG_WORDS.contains(&scene.low(i)) {
            continue;
        }
        let mut j = i + 1;
        while matches!(scene.low(j), "with" | "as" | "key" | "called" | "named" | "by" | "the") && scene.free(j) {
            j += 1;
        }
        let negated = scene.negated(i);
        if let Some((key, value)) =
            scene.text(j).split_once(':').filter(|(key, value)| scene.free(j) && !key.is_empty() && !value.is_empty())
        {
            let ask = Ask::Is(Field::Tag(key.to_owned()), value.to_owned());
            scene.use_up(i, j + 1 - i);
            scene.found.push(Found { at: j, ask, negated });
            continue;
        }
        let set = matches!(scene.low(j + 1), "set" | "is" | "as" | "to" | "equal" | "equals" | "of" | "being");
        let mut v = j + 1;
        while matches!(scene.low(v), "set" | "is" | "as" | "to" | "equal" | "equals" | "being" | "of") {
            v += 1;
        }
        let key_free = scene.free(j) && word_like(scene, j);
        if key_free
            && scene.free(v)
            && word_like(scene, v)
            && (set
                || (is_tag_key(scene.low(j))
                    && !scene.breaks_after(j)
                    && !matches!(scene.low(v), "and" | "or" | "&" | "in" | "on" | "from" | "tag" | "tags")))
        {
            let ask = Ask::Is(Field::Tag(scene.text(j).to_owned()), scene.text(v).to_owned());
            scene.use_up(i, v + 1 - i);
            scene.found.push(Found { at: j, ask, negated });
        } else if key_free
            && lexicon::meanings(scene.low(j)).next().is_none()
            && (!super::rest::is_filler(scene.low(j)) || is_tag_key(scene.low(j)) || (participle && is_key_all_the_same(scene.low(j))))
        {
            let ask = Ask::Exists(Field::Tag(scene.text(j).to_owned()));
            scene.use_up(i, j + 1 - i);
            lead(scene, i);
            scene.found.push(Found { at: j, ask, negated });
            // “tags owner and team”
            if matches!(scene.low(j + 1), "and" | "or" | "&") && is_tag_key(scene.low(j + 2)) && scene.all_free(j + 1, 2) {
                let ask = Ask::Exists(Field::Tag(scene.text(j + 2).to_owned()));
                scene.use_up(j + 1, 2);
                scene.found.push(Found { at: j + 2, ask, negated });
            }
        } else if participle && key_free && lexicon::meanings(scene.low(j)).next().is_some() {
            // “tagged prod”: the word says itself what it is.
            scene.use_up(i, j - i);
        }
    }
}

/// “Tagged VMs”, “that are tagged”, “that have tags”: any tag will do.
fn any_tag(scene: &mut Scene<'_>) {
    for i in 0..scene.len() {
        let word = scene.low(i);
        let has = i > 0 && matches!(scene.low(i - 1), "have" | "has" | "with" | "having") && matches!(word, "tags" | "labels");
        let participle = matches!(word, "tagged" | "labelled" | "labeled");
        let ends = scene.breaks_after(i) || matches!(scene.low(i + 1), "" | "in" | "on" | "and" | "or" | "from" | "of" | "older" | "at");
        let before_kind = lexicon::meanings(scene.low(i + 1)).any(|meaning| matches!(meaning, lexicon::Meaning::Kind(..)));
        if scene.free(i) && (has && ends || participle && (ends || before_kind)) {
            let negated = scene.negated(i);
            scene.use_up(i, 1);
            scene.found.push(Found { at: i, ask: Ask::Flag(escher_core::Flag::Untagged, negated), negated: false });
        }
    }
}

/// After “tagged” nearly every word is a key, `keep` and `daily` too; what joins words is none.
fn is_key_all_the_same(word: &str) -> bool {
    const JOINS: &[&str] = &[
        "in",
        "on",
        "at",
        "and",
        "or",
        "for",
        "from",
        "by",
        "to",
        "of",
        "as",
        "with",
        "without",
        "that",
        "which",
        "where",
        "but",
        "not",
        "are",
        "is",
        "at",
        "all",
        "if",
        "unless",
        "until",
        "when",
        "every",
        "please",
        "now",
        "properly",
        "correctly",
        "yet",
        "anything",
        "everything",
        "something",
        "resources",
        "ones",
        "things",
        "before",
        "after",
        "than",
        "who",
        "how",
        "i",
        "we",
        "it",
        "them",
        "per",
        "per-region",
    ];
    word.chars().any(char::is_alphanumeric) && !JOINS.contains(&word)
}

fn word_like(scene: &Scene<'_>, i: usize) -> bool {
    scene.tokens.get(i).is_some_and(|token| !token.is_op())
}

fn lead(scene: &mut Scene<'_>, i: usize) {
    let mut j = i;
    while j > 0
        && matches!(
            scene.low(j - 1),
            "with"
                | "without"
                | "having"
                | "have"
                | "has"
                | "no"
                | "a"
                | "an"
                | "any"
                | "the"
                | "missing"
                | "lacking"
                | "that"
                | "don't"
                | "do"
                | "not"
                | "which"
                | "lack"
        )
        && scene.free(j - 1)
    {
        j -= 1;
        scene.use_up(j, 1);
    }
}

/// “without an owner tag”, “missing the team tag”, “that have a cost-center label”.
fn keys(scene: &mut Scene<'_>) {
    for i in 1..scene.len() {
        if !scene.free(i) || !TAG_WORDS.contains(&scene.low(i)) || !scene.free(i - 1) {
            continue;
        }
        let key = scene.low(i - 1);
        let plain = key.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '.')) && !key.is_empty();
        if !plain
            || matches!(
                key,
                "the"
                    | "a"
                    | "an"
                    | "any"
                    | "no"
                    | "with"
                    | "without"
                    | "by"
                    | "user"
                    | "of"
                    | "all"
                    | "their"
                    | "missing"
                    | "its"
                    | "have"
                    | "has"
            )
        {
            continue;
        }
        // “By team tag” groups.
        if i > 1 && matches!(scene.low(i - 2), "by" | "per") {
            continue;
        }
        let mut j = i - 1;
        let mut negated = false;
        while j > 0
            && matches!(
                scene.low(j - 1),
                "a" | "an"
                    | "any"
                    | "the"
                    | "no"
                    | "without"
                    | "missing"
                    | "lacking"
                    | "with"
                    | "having"
                    | "have"
                    | "has"
                    | "not"
                    | "don't"
                    | "doesn't"
                    | "that"
                    | "do"
                    | "lack"
                    | "lacks"
                    | "which"
                    | "are"
                    | "is"
            )
        {
            j -= 1;
            negated |= matches!(scene.low(j), "no" | "without" | "missing" | "lacking" | "not" | "don't" | "doesn't" | "lack" | "lacks");
        }
        let ask = Ask::Exists(Field::Tag(scene.text(i - 1).to_owned()));
        scene.use_up(j, i + 1 - j);
        scene.found.push(Found { at: i, ask, negated });
    }
}

/// “Without an owner”, “that have no team”, “with neither owner nor team tag”: tags that go without the word.
fn absent(scene: &mut Scene<'_>) {
    const KEYS: &[&str] = &["owner", "team", "app", "application", "department", "cost-center", "costcenter", "contact", "purpose"];
    let mut i = 0;
    while i < scene.len() {
        let key = scene.low(i);
        let key = KEYS.iter().find(|known| key == **known || key.strip_suffix('s') == Some(*known)).filter(|_| scene.free(i));
        let lead = (0..i).rev().find(|&j| {
            let joins = matches!(scene.low(j), "a" | "an" | "any" | "or" | "nor" | "and");
            !joins && !KEYS.contains(&scene.low(j))
        });
        let without = lead.filter(|&j| matches!(scene.low(j), "without" | "no" | "lacking" | "missing" | "neither"));
        // “With an owner”
        let with = lead.filter(|&j| matches!(scene.low(j), "with" | "having" | "have" | "has") && matches!(scene.low(i - 1), "a" | "an"));
        // “Without a team member” is about something else.
        let ends = scene.breaks_after(i) || JOINED.contains(&scene.low(i + 1)) || scene.low(i + 1).is_empty();
        if let (Some(key), Some(lead)) = (key, without.or(with))
            && ends
        {
            let ask = Ask::Exists(Field::Tag((*key).to_owned()));
            scene.use_up(lead, i + 1 - lead);
            scene.found.push(Found { at: i, ask, negated: without.is_some() });
            // Further keys of the same denial: “neither owner nor team tag”.
            let mut j = i;
            while matches!(scene.low(j + 1), "or" | "nor" | "and") && KEYS.contains(&scene.low(j + 2).trim_end_matches('s')) {
                let ask = Ask::Exists(Field::Tag(scene.low(j + 2).trim_end_matches('s').to_owned()));
                scene.use_up(j + 1, 2);
                scene.found.push(Found { at: j + 2, ask, negated: without.is_some() });
                j += 2;
            }
            let word = usize::from(TAG_WORDS.contains(&scene.low(j + 1)));
            scene.use_up(j + 1, word);
            i = j;
        }
        i += 1;
    }
}

/// What may follow a key that goes without the word “tag”.
const JOINED: &[&str] = &["or", "nor", "and", "in", "on", "tag", "tags", "label", "labels", "from", "for", "at", "older", "that", "which"];

/// “owned by bob”, “of team payments”, “team payments' VMs”, “for app checkout”.
fn owned(scene: &mut Scene<'_>) {
    const OWNED: &[&str] =
        &["owned by", "whose owner is", "belonging to", "that belong to", "which belong to", "with owner", "owner is", "belongs to"];
    for i in 0..scene.len() {
        let len = scene.phrase(i, OWNED);
        if len > 0 && scene.all_free(i, len) {
            let mut j = i + len;
            let mut negated = scene.negated(i);
            while matches!(scene.low(j), "the" | "team" | "user" | "group" | "not") {
                // “Whose owner is not alice”
                negated ^= scene.low(j) == "not";
                j += 1;
            }
            let team = (i + len..j).any(|k| scene.low(k) == "team") || (scene.low(j + 1) == "team");
            let nobody =
                matches!(scene.low(j), "anyone" | "anybody" | "someone" | "somebody" | "nobody" | "everyone" | "everybody" | "me" | "us");
            if j < scene.len() && scene.free(j) && word_like(scene, j) && !nobody {
                let key = if team { "team" } else { "owner" };
                let ask = Ask::Is(Field::Tag(key.to_owned()), scene.text(j).to_owned());
                scene.use_up(i, j + 1 - i + usize::from(scene.low(j + 1) == "team"));
                scene.found.push(Found { at: i, ask, negated });
            }
        }
        let key = match scene.low(i) {
            "team" => "team",
            "app" | "application" => "app",
            "owner" => "owner",
            _ => continue,
        };
        if !scene.free(i) {
            continue;
        }
        let led = i > 0 && matches!(scene.low(i - 1), "of" | "for" | "from" | "by" | "the" | "with" | "in" | "where" | "whose" | "to");
        let is = usize::from(matches!(scene.low(i + 1), "is" | "called" | "named"));
        let not = usize::from(is > 0 && scene.low(i + 2) == "not");
        let at = i + 1 + is + not;
        if (led || is > 0) && super::name::name_like(scene, at, true) && scene.free(at) && !scene.breaks_after(i) {
            let negated = scene.negated(i) ^ (not > 0);
            let ask = Ask::Is(Field::Tag(key.to_owned()), scene.text(at).to_owned());
            scene.use_up(i, at + 1 - i);
            scene.found.push(Found { at: i, ask, negated });
        } else if i > 0 && scene.free(i - 1) && led_name(scene, i - 1) && key != "owner" {
            // “of the payments team”
            let negated = scene.negated(i - 1);
            let ask = Ask::Is(Field::Tag(key.to_owned()), scene.text(i - 1).to_owned());
            scene.use_up(i - 1, 2);
            scene.found.push(Found { at: i - 1, ask, negated });
        }
    }
}

fn led_name(scene: &Scene<'_>, i: usize) -> bool {
    super::name::name_like(scene, i, true) && i > 0 && matches!(scene.low(i - 1), "the" | "of" | "for" | "by" | "from")
}
