//! What is left: words of no weight, pronouns, and free words that can only be names.

use escher_core::lexicon;
use escher_core::selector::Field;

use super::Part;
use crate::scene::{Ask, Mood, Scene};

/// Makes names of identifiers and free words.
pub(crate) struct Rest;

/// Words that carry no condition.
const FILLER: &str = "
a about above access across active actual actually add after again all along also although always am among an and another any anybody anyone anything anyway are
aren't around as asap at available away back basically be became because become been before being below best better between both but by bye can can't cannot care
carefully certain cheers check cloud clouds come comes completely console contain containing contains could couldn't count current currently data date day days default
desired detail details did didn't different directly display do does doesn't doing don't done down during each easy either else entire environment environments envs env estate etc even ever every everybody
everyone exactly excluding except exist existing exists far fast few fetch figure filter final find fine first following for found from full fully further general
generally get gets getting give given go goes going gonna good got grab great group had happen happening happens has hasn't have haven't having he hello help hence her here
hers hey hi him his hit hits hold how however hurry i i'd i'll i'm i've if immediately in include included including indeed info information infra infrastructure
inside instead into inventory is isn't it it's its itself job just keep kind kinds kindly know large last lately later least left less let let's like likely list listing
little locate located location locations long look looking looks lot lots make makes making many matter may maybe me mean means might mind mine minute moment more most
much must my name named names necessary need needed needs neither never new next nice no none nor not nothing now number numbers of off often ok okay old on once one ones online
only onto open or other others ought our ours out outside over overall overview own page part particular past per perhaps place please pls plz point possible present
print probably provide pull put question quick quickly quite rather ready really reason regarding region regions related remaining resource resources rest result results
return right run runs running's said same say says search second see seem seems seen select set sets several shall she should show showing shows side similar simple simply since
size sizes so some somebody someone something sometimes somewhere soon sort sorted specific still stuff such sum summary sure table take takes tell tells than thank thanks that that's
the their theirs them themselves then there there's therefore these they thing things think this those though through thus time times to today together told too total
totally towards tried try trying turn two type types under unless until up upon urgent us use used user's uses using usually value values various very via view want
wanted wants was wasn't way we we'd we'll we're we've well were weren't what what's whatever when where where's whether which whichever while who who's whole whom whose why will with
within without won't wonder word words work working works world would wouldn't yes yet you you'd you'll you're you've your yours yourself
attention dear folks guys hmm kinda latest lemme man oh pretty sir somehow sort-of team's thx ty ugh uh um wait whoa wow yeah yep yo
belong belongs belonging hosted hosting deployed deploy live-in reside residing sitting sit lying launched created made provisioned added built started born
tag tags tagged tagging label labels labelled labeled state status field fields attribute attributes property properties item items object objects entity entities asset assets
thing component everything anything stuff cloud's fleet landscape portfolio stack
percentage percent share
workload workloads server's provider providers vendor service services
monthly daily weekly usd dollars dollar bucks gb tb mb percent cpu memory ram capacity storage usage utilization utilisation cost costs costing price priced spend
bigger larger smaller older newer younger greater higher lower fewer highest lowest biggest largest smallest oldest newest cheapest expensive cheap
least maximum minimum average mean median exceed exceeding limit limited top bottom
";

/// Whether a word says nothing about which resource is meant.
pub(crate) fn is_filler(word: &str) -> bool {
    use std::collections::HashSet;
    use std::sync::LazyLock;
    static SET: LazyLock<HashSet<&str>> = LazyLock::new(|| FILLER.split_ascii_whitespace().collect());
    word.len() < 2 && !word.chars().all(char::is_alphanumeric)
        || SET.contains(word)
        || super::intent::is_cue(word)
        || word.chars().all(|c| !c.is_alphanumeric())
        || word.chars().count() == 1
}

const EVERYTHING: &[&str] = &[
    "everything",
    "all resources",
    "all the resources",
    "all of it",
    "all things",
    "all of them",
    "every resource",
    "the whole estate",
    "all our resources",
    "all my resources",
    "all infrastructure",
    "the lot",
    "everything else",
];

impl Part for Rest {
    fn read(&self, scene: &mut Scene<'_>) {
        if scene.intent.is_some() {
            return;
        }
        scene.everything = scene.says(EVERYTHING);
        identifiers(scene);
        let order = scene.mood == Mood::Order;
        let mut i = 0;
        while i < scene.len() {
            if !scene.free(i) {
                i += 1;
                continue;
            }
            if order && super::verb::is_pronoun(scene.low(i)) && stands_alone(scene, i) {
                scene.pronoun = true;
            }
            if is_filler(scene.low(i)) || scene.tokens[i].is_op() || is_spent(scene, i) {
                i += 1;
                continue;
            }
            // Neighbouring free words are one name.
            let mut end = i + 1;
            while end < scene.len()
                && scene.free(end)
                && !scene.breaks_after(end - 1)
                && !is_filler(scene.low(end))
                && !scene.tokens[end].is_op()
                && !is_spent(scene, end)
            {
                end += 1;
            }
            scene.left.extend(i..end);
            i = end;
        }
    }
}

/// A pronoun that stands for the object: “stop it”, not “stop that VM”.
fn stands_alone(scene: &Scene<'_>, i: usize) -> bool {
    let word = scene.low(i);
    match word {
        "it" | "them" => true,
        "one" | "ones" => matches!(scene.low(i.wrapping_sub(1)), "that" | "this" | "those" | "these" | "the"),
        _ => {
            scene.breaks_after(i)
                || i + 1 == scene.len()
                || matches!(scene.low(i + 1), "now" | "please" | "to" | "with" | "from" | "one" | "ones")
        }
    }
}

/// Verbs and other words of the lexicon that were read by somebody or mean nothing here.
fn is_spent(scene: &Scene<'_>, i: usize) -> bool {
    let word = scene.low(i);
    if scene.mood == Mood::Order && i > scene.head {
        return false;
    }
    lexicon::meanings(word).any(|meaning| matches!(meaning, lexicon::Meaning::Verb(_))) || super::verb::base_form(word).is_some()
}

/// `web-1`, `prod_db_01`: names.
fn identifiers(scene: &mut Scene<'_>) {
    for i in 0..scene.len() {
        if scene.free(i) && scene.is_identifier(i) {
            let text = scene.text(i).to_owned();
            if super::params::is_sku(&text) {
                scene.add(i, 1, Ask::Is(Field::Size, text));
            } else if text.contains('*') {
                scene.add(i, 1, Ask::Like(Field::Name, text.replace('*', "")));
            } else {
                scene.add(i, 1, Ask::Is(Field::Name, text));
            }
        } else if scene.free(i) && super::params::is_sku(scene.low(i)) {
            let text = scene.text(i).to_owned();
            scene.add(i, 1, Ask::Is(Field::Size, text));
        }
    }
}
