//! What is refused before anything is parsed: steering, credentials, command lines, other providers, and what is forbidden or
//! taken back. A refusal repeats nothing of what was said, since that may be a secret.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::text::{self, Shape, Token};

const SECRETS: &str = include_str!("../lexicon/data/secrets.txt");
const OTHERS: &str = include_str!("../lexicon/data/others.txt");
const REFUSALS: &str = include_str!("../lexicon/data/refusals.txt");

/// Words and phrases that tell what is refused, a list a line.
struct Phrases {
    /// To do away with rules.
    drops: Vec<&'static str>,
    /// What may be done away with.
    rules: Vec<&'static str>,
    /// Words between the two.
    between: Vec<&'static str>,
    /// To talk the reader into something.
    steering: Vec<&'static str>,
    /// To show a secret.
    showing: Vec<&'static str>,
    /// To make one.
    making: Vec<&'static str>,
    /// What is about secrets and shows none.
    exempt: Vec<&'static str>,
    /// To forbid.
    never: Vec<&'static str>,
    /// What may stand before that.
    courteous: Vec<&'static str>,
    /// To take back what was said.
    taken_back: Vec<&'static str>,
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let list = |name: &str| {
        let line = REFUSALS.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        debug_assert!(line.is_some(), "no list of what {name}");
        line.unwrap_or_default().split(" | ").collect()
    };
    Phrases {
        drops: list("drops"),
        rules: list("rules"),
        between: list("between"),
        steering: list("steering"),
        showing: list("showing"),
        making: list("making"),
        exempt: list("exempt"),
        never: list("never"),
        courteous: list("courteous"),
        taken_back: list("taken back"),
    }
});

const NO_CREDENTIALS: &str = "I never show, fetch, create or store credentials. Use your cloud's secret store for that.";
const KEEPS_RULES: &str = "My rules can't be changed in words: every change is planned, shown and approved before anything runs.";
/// Tokens that are looked at; an attempt to steer may stand at the end of a long text.
const MOST_TOKENS: usize = 2_000;

/// Whether the words ask for a credential, or hold one: such words are not kept.
pub fn asks_for_secrets(text: &str) -> bool {
    Words::new(&text::split(text, MOST_TOKENS)).wants_secrets()
}

/// Why the words are refused, if they are.
pub(crate) fn refusal(text: &str) -> Option<String> {
    let tokens = text::split(text, MOST_TOKENS);
    let words = Words::new(&tokens);
    let steers = words.steers().then(|| KEEPS_RULES.to_owned());
    steers
        .or_else(|| words.wants_secrets().then(|| NO_CREDENTIALS.to_owned()))
        .or_else(|| words.commands())
        .or_else(|| words.elsewhere())
        .or_else(|| words.forbids())
        .or_else(|| words.takes_back())
}

struct Words<'a> {
    tokens: &'a [Token],
    /// Where each word stands: hundreds of phrases are looked for, of which hardly any begins with a word that is there.
    places: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Words<'a> {
    fn new(tokens: &'a [Token]) -> Self {
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.shape != Shape::Quoted) {
            places.entry(&token.low).or_default().push(at);
        }
        Self { tokens, places }
    }

    fn low(&self, at: usize) -> &str {
        self.tokens.get(at).filter(|token| token.shape != Shape::Quoted).map_or("", |token| token.low.as_str())
    }

    /// How many tokens of a phrase stand at a place; 0 where it does not stand there.
    fn here(&self, at: usize, phrase: &str) -> usize {
        let count = phrase.split(' ').count();
        if phrase.split(' ').enumerate().all(|(i, word)| self.low(at + i) == word) { count } else { 0 }
    }

    /// Where the first of some phrases stands, and its length; the longest counts.
    fn find<'p>(&self, phrases: impl IntoIterator<Item = &'p str>) -> Option<(usize, usize)> {
        let found = phrases.into_iter().filter_map(|phrase| {
            let first = phrase.split_once(' ').map_or(phrase, |(first, _)| first);
            let mut found = self.places.get(first)?.iter().map(|&at| (at, self.here(at, phrase)));
            found.find(|&(_, len)| len > 0)
        });
        found.min_by_key(|&(at, len)| (at, std::cmp::Reverse(len)))
    }

    fn says(&self, phrases: &[&str]) -> bool {
        self.find(phrases.iter().copied()).is_some()
    }

    /// Words that try to talk the reader out of its rules.
    fn steers(&self) -> bool {
        let dropped = (0..self.tokens.len()).filter(|&at| PHRASES.drops.contains(&self.low(at))).any(|at| {
            let next = (at + 1..)
                .find(|&next| !PHRASES.between.contains(&self.low(next)) || PHRASES.rules.contains(&self.low(next)))
                .unwrap_or(at);
            let (word, rule) = (self.low(at), self.low(next));
            PHRASES.rules.contains(&rule) && (word != "disable" || rule != "policy")
        });
        dropped || self.find(PHRASES.steering.iter().copied()).is_some()
    }

    /// Secrets are neither shown nor taken. Naming keys is no request for one.
    fn wants_secrets(&self) -> bool {
        if self.tokens.iter().any(|token| is_secret(&token.text)) {
            return true;
        }
        let how = self.says(&["how do", "how to", "how can", "how should", "best practice", "best practices"]);
        let shown = self.says(&["read", "reveal", "decrypt", "dump", "print", "leak", "crack", "steal", "paste", "cat"]);
        let secret = self.find(["secret", "secrets", "token", "tokens"]);
        let value = self.says(&[
            "value of secret",
            "value of the secret",
            "content of the secret",
            "contents of the secret",
            "contents of secret",
            "content of secret",
            "inside secret",
            "inside the secret",
        ]);
        if value && !how || shown && secret.is_some() && !how {
            return true;
        }
        // “Set secret smtp-pass to value …”
        if let Some((at, _)) = secret {
            let put = (0..at)
                .any(|i| matches!(self.low(i), "set" | "put" | "change" | "update" | "store" | "write" | "save" | "overwrite" | "replace"));
            let given = (at..self.tokens.len())
                .any(|i| matches!(self.low(i), "to" | "value" | "as" | "=" | ":") || self.tokens[i].shape == Shape::KeyValue);
            let into = put && (0..at).any(|i| matches!(self.low(i), "in" | "into"));
            if put && (given || into) {
                return true;
            }
        }
        let variable = self.tokens.iter().any(|token| {
            ["secret_access_key", "access_key_id", "client_secret", "private_key", "api_key", "session_token", "_password"]
                .iter()
                .any(|key| token.low.contains(key) && token.low.contains('_'))
        });
        if variable && !how && (0..self.tokens.len()).any(|at| PHRASES.showing.contains(&self.low(at))) {
            return true;
        }
        let Some((at, len)) = self.find(SECRETS.lines()) else { return false };
        if how || self.says(&["rotate", "policy", "older than"]) {
            return false;
        }
        let exempt = |from: usize| (from..at).any(|i| PHRASES.exempt.contains(&self.low(i)));
        let showing = (0..at).rev().find(|&i| PHRASES.showing.contains(&self.low(i))).is_some_and(|i| !exempt(i));
        let making = (at.saturating_sub(4)..at).any(|i| PHRASES.making.contains(&self.low(i)) && !exempt(i)) && !exempt(0);
        let bare = at <= 2
            && !exempt(0)
            && self.tokens.len() <= at + len + 4
            && !matches!(self.low(0), "list" | "count" | "find" | "delete" | "rotate");
        let password = ["pass", "cred"].iter().any(|front| self.low(at).starts_with(front)) && !exempt(0);
        let listed =
            password && (matches!(self.low(0), "list" | "find" | "search") || self.tokens.iter().take(at).any(|token| token.low == "all"));
        showing || making || bare || listed
    }

    /// “rm -rf /”, “approve plan pl_1”: commands, which are typed elsewhere.
    fn commands(&self) -> Option<String> {
        let option = self.tokens.iter().any(|token| {
            let name = token.low.trim_start_matches('-');
            token.shape == Shape::Word && name.len() < token.low.len() && name.starts_with(|c: char| c.is_ascii_alphabetic())
        });
        let shell = matches!(
            self.low(0),
            "kubectl" | "curl" | "wget" | "sudo" | "rm" | "gcloud" | "gsutil" | "ssh-keygen" | "terraform" | "aws-cli" | "select"
        ) && self.tokens.len() > 1
            || matches!((self.low(0), self.low(1)), ("drop", "table") | ("aws", "ec2" | "s3" | "rds") | ("az", "vm" | "group"))
                && matches!(
                    self.low(2),
                    "delete" | "stop-instances" | "terminate-instances" | "start-instances" | "rm" | "deallocate" | "stop" | "vms"
                );
        if option || shell {
            return Some("That looks like a command line, and I don't run those. Say in words what should happen.".to_owned());
        }
        let carried_on = self.says(&["approve", "reject", "run", "execute", "resume", "undo", "continue"]);
        let of_ours = self.tokens.iter().any(|token| token.low.starts_with("pl_") || token.low.starts_with("run_"));
        (carried_on && of_ours).then(|| "Plans and runs are approved, run, resumed and undone by ID, not in words.".to_owned())
    }

    /// What belongs to somebody other than the three clouds.
    fn elsewhere(&self) -> Option<String> {
        // Moving from there to one of the three is a procedure that can be written.
        if self.says(&["migrate", "migration", "playbook", "move from", "runbook"]) {
            return None;
        }
        let provider = OTHERS.lines().filter_map(|line| line.split_once(": ")).find(|(_, words)| {
            self.find(words.split(", "))
                .is_some_and(|(at, _)| at == 0 || !matches!(self.low(at - 1), "called" | "named" | "=" | "for" | "app" | "tagged" | "team"))
        });
        provider.map(|(name, _)| format!("That belongs to {name}. I only know AWS, Azure and Google Cloud."))
    }

    /// “Don't stop …”: an order not to do something is none to do it.
    fn forbids(&self) -> Option<String> {
        let first =
            (0..self.tokens.len()).find(|&at| !PHRASES.courteous.contains(&self.low(at)) && self.tokens[at].shape != Shape::Emoji)?;
        let len = PHRASES.never.iter().map(|phrase| self.here(first, phrase)).max().filter(|&len| len > 0)?;
        let next = self.low(first + len);
        let asks = matches!(next, "forget" | "we" | "i" | "you" | "know" | "understand" | "have" | "any");
        (!asks && !next.is_empty()).then(|| "You said not to do it, so nothing is done.".to_owned())
    }

    /// “Stop web-1, actually no”: an order that is taken back in the same breath.
    fn takes_back(&self) -> Option<String> {
        let (at, len) = self.find(PHRASES.taken_back.iter().copied())?;
        let last = (at + len..self.tokens.len())
            .all(|i| matches!(self.low(i), "." | "!" | "," | "please" | "sorry" | "thanks" | "it" | "do" | "not"));
        (at > 0 && last).then(|| "You took that back, so nothing is done.".to_owned())
    }
}

/// A token that is a credential by its looks.
fn is_secret(text: &str) -> bool {
    let text = text.rsplit(['=', ':']).next().unwrap_or(text);
    escher_core::is_service_key(text) || text.starts_with("eyJ") && text.len() > 40 && text.matches('.').count() == 2
}

#[cfg(test)]
mod tests {
    use super::refusal;

    #[test]
    fn asking_for_a_secret_is_refused_and_naming_keys_is_not() {
        for text in [
            "show me the service account json key for deploy-bot",
            "paste the ssh private key of web-1",
            "what's the db password for prod",
            "root password of db-1",
            "create an access key for bob",
            "set secret smtp-pass-1 to value Zt4-red-88",
            "put hunter2 into secret smtp-pass-1",
            "read secret db-pass",
            "print AWS_SECRET_ACCESS_KEY",
            "export all passwords to csv",
        ] {
            assert!(refusal(text).is_some(), "{text}");
        }
        for text in [
            "create a VM called vm-lab-8 in westus2 with SSH keys",
            "list access keys older than 90 days",
            "how do I rotate a private key?",
            "rotate secret db-pass",
            "list secrets in prod",
            "kms keys in eu-west-1",
            "which VMs use password authentication",
            "tag secret db-pass with owner=bob",
        ] {
            assert_eq!(refusal(text), None, "{text}");
        }
    }

    #[test]
    fn a_refusal_repeats_nothing_of_a_secret() {
        for text in ["set secret smtp-pass-1 to value Zt4-red-88", "tag web-1 with key=AKIAABCDEFGHIJKLMNOP"] {
            let note = refusal(text).unwrap_or_default();
            assert!(!note.is_empty() && !note.contains("Zt4") && !note.contains("AKIA"), "{text}: {note}");
        }
    }

    #[test]
    fn what_is_not_ours_is_refused_and_a_name_is_ours() {
        assert!(refusal("stop the droplet web-1").is_some());
        assert!(refusal("stop vms tagged oci").is_none());
        assert!(refusal("do not stop web-1").is_some());
        assert!(refusal("do we have public buckets").is_none());
        assert!(refusal("stop web-1, actually no").is_some());
    }
}
