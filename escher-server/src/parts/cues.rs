//! Phrases that people use for what they want, a line each, in `data/`.

use std::sync::LazyLock;

/// Phrases in lower case.
pub(crate) type Phrases = LazyLock<Vec<&'static str>>;

fn lines(text: &'static str) -> Vec<&'static str> {
    text.lines().filter(|line| !line.is_empty()).collect()
}

/// Procedures of several steps.
pub(crate) static PLAYBOOK: Phrases = LazyLock::new(|| lines(include_str!("../../data/playbook.txt")));

/// Events, alerts, rules, incidents.
pub(crate) static ALERTS: Phrases = LazyLock::new(|| lines(include_str!("../../data/alerts.txt")));

/// Reports and exports.
pub(crate) static REPORT: Phrases = LazyLock::new(|| lines(include_str!("../../data/report.txt")));

/// What was run, by whom.
pub(crate) static HISTORY: Phrases = LazyLock::new(|| lines(include_str!("../../data/history.txt")));

/// Money.
pub(crate) static COST: Phrases = LazyLock::new(|| lines(include_str!("../../data/cost.txt")));

/// Waste, findings, recommendations.
pub(crate) static ADVISE: Phrases = LazyLock::new(|| lines(include_str!("../../data/advise.txt")));

/// One resource in depth.
pub(crate) static DESCRIBE: Phrases = LazyLock::new(|| lines(include_str!("../../data/describe.txt")));

/// How many.
pub(crate) static COUNT: Phrases = LazyLock::new(|| lines(include_str!("../../data/count.txt")));

/// Lists and look-ups.
pub(crate) static FIND: Phrases = LazyLock::new(|| lines(include_str!("../../data/find.txt")));

/// Every word that may stand in a greeting.
pub(crate) static GREETING: Phrases = LazyLock::new(|| lines(include_str!("../../data/greeting.txt")));

/// What makes it one.
pub(crate) static GREETS: Phrases = LazyLock::new(|| lines(include_str!("../../data/greets.txt")));

/// Nouns of the trade that have no kind: enough to make a question one about clouds.
pub(crate) static TOPICS: Phrases = LazyLock::new(|| lines(include_str!("../../data/topics.txt")));

/// Outside cloud operations.
pub(crate) static OFF_TOPIC: Phrases = LazyLock::new(|| lines(include_str!("../../data/off_topic.txt")));

/// Changes that people ask for and the action catalogue does not have.
pub(crate) static STRANGE: Phrases = LazyLock::new(|| lines(include_str!("../../data/strange.txt")));

/// What people put before what they want.
pub(crate) static COURTESIES: Phrases = LazyLock::new(|| lines(include_str!("../../data/courtesies.txt")));

/// Questions about how, not orders.
pub(crate) static HOW_TO: Phrases = LazyLock::new(|| lines(include_str!("../../data/how_to.txt")));

/// Hypothetical questions.
pub(crate) static WHAT_IF: Phrases = LazyLock::new(|| lines(include_str!("../../data/what_if.txt")));

/// Words that belong to questions and are no names.
pub(crate) static OWN: Phrases = LazyLock::new(|| lines(include_str!("../../data/own.txt")));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_written_as_they_are_compared() {
        let tables: &[&Phrases] = &[
            &PLAYBOOK,
            &ALERTS,
            &REPORT,
            &HISTORY,
            &COST,
            &ADVISE,
            &DESCRIBE,
            &COUNT,
            &FIND,
            &GREETING,
            &GREETS,
            &TOPICS,
            &OFF_TOPIC,
            &STRANGE,
            &COURTESIES,
            &HOW_TO,
            &WHAT_IF,
            &OWN,
        ];
        for table in tables {
            for phrase in table.iter() {
                assert!(!phrase.is_empty() && phrase.trim() == *phrase && !phrase.contains("  "), "`{phrase}`");
                assert_eq!(phrase.to_lowercase(), *phrase);
            }
        }
    }
}
