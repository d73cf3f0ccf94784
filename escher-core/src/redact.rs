//! Text from a cloud or a person, made fit to be kept and shown: without secrets, without control characters, not endless.

use std::ops::Range;

/// The most characters that are kept of a cloud's message.
const MOST: usize = 600;

/// What stands in a secret's place.
pub const REDACTED: &str = "[redacted]";

/// Names whose value, after `=` or `:` or between XML tags, is never shown, whatever stands before them: `DB_PASSWORD`.
const SECRET_NAMES: &[&str] = &[
    "signature",
    "credential",
    "security-token",
    "securitytoken",
    "session-token",
    "sessiontoken",
    "secretaccesskey",
    "secret_access_key",
    "sharedaccesskey",
    "accountkey",
    "private_key",
    "privatekey",
    "access_token",
    "authorization",
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "api_key",
    "apikey",
    "api-key",
    "client_secret",
    "clientsecret",
    "client-secret",
];
/// The same for words too short to stand at the end of any other: a part of its own, as in `db_pwd`.
const SHORT_NAMES: &[&str] = &["pwd", "pass", "sig", "token", "secret"];
/// How the keys of well-known services begin.
const KEY_FRONTS: &str = "\
    AKIA ASIA AROA AIDA AIza ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- xoxb- xoxp- xoxa- xoxs- sk_live_ rk_live_ \
    sk-ant- sk-proj- npm_ pypi- hf_ dop_v1_";
/// What is said of a password that is not the password: “the password is expired”.
const SAID_OF_IT: &str = "\
    a an and blank correct disabled empty enabled encrypted expired hidden in incorrect invalid it kept long \
    malformed mandatory missing needed new no not old older on or present required revoked rotated safe set short \
    stored strong that the there this too unknown unset valid weak wrong";
/// Words between a name and its “is”: “the password for orders is …”.
const BETWEEN: usize = 6;

/// Whether a text holds what looks like a credential, a token or a signature.
pub fn holds_secret(text: &str) -> bool {
    masked(text, usize::MAX).1
}

/// The text without what looks like a credential, a token or a signature, in 600 characters at most.
pub fn redact(text: &str) -> String {
    masked(text, MOST).0
}

/// Whether a word is a key of a well-known service, by its looks.
pub fn is_service_key(word: &str) -> bool {
    let has = |test: fn(&char) -> bool| word.chars().any(|c| test(&c));
    let known = KEY_FRONTS.split(' ').any(|front| word.starts_with(front))
        || word.starts_with("sk-") && has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit);
    word.len() >= 16 && known && !word.contains('/')
}

/// The text, and whether something of it was hidden.
fn masked(text: &str, most: usize) -> (String, bool) {
    let (text, mut hidden) = without_whole(text);
    let mut out = String::with_capacity(text.len().min(most));
    // What a value that comes next stands in: a quote, or a blank if nothing.
    let mut value_in: Option<char> = None;
    let mut in_arn = false;
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let begin = rest;
        let (word, _) = until(begin, false);
        // What looks like padding may be the sign behind a name: `password='…'`.
        let word = Some(word.trim_end_matches('=')).filter(|name| names_secret(&name.to_ascii_lowercase())).unwrap_or(word);
        in_arn |= word == "arn";
        rest = &begin[word.len()..];
        let low = word.to_ascii_lowercase();
        // "Bearer abc": the scheme may stay, the token may not.
        let scheme = low == "bearer" || value_in.is_some() && matches!(low.as_str(), "basic" | "aws4-hmac-sha256");
        let mut named = None;
        if scheme {
            out.push_str(word);
        } else if let Some(quote) = value_in {
            rest = &begin[value(begin, quote)..];
            out.push_str(REDACTED);
            hidden = true;
        } else if is_service_key(word) || (!in_arn && is_token(word)) {
            out.push_str(REDACTED);
            hidden = true;
        } else {
            out.push_str(word);
            named = separator(rest).filter(|_| names_secret(&low));
        }
        let (gap, next) = named.map_or_else(|| until(rest, true), |length| rest.split_at(length));
        let quote = gap.chars().next_back().filter(|c| matches!(c, '"' | '\''));
        value_in = (scheme || named.is_some()).then_some(quote.unwrap_or(' '));
        // Names in an ARN may be as long and mixed as a token.
        in_arn &= !gap.is_empty() && gap.chars().all(|c| c == ':');
        out.extend(gap.chars().map(|c| if c.is_control() { ' ' } else { c }));
        rest = next;
        if out.len() > most {
            let end = (0..=most).rev().find(|&at| out.is_char_boundary(at)).unwrap_or(0);
            out.truncate(end);
            out.push('…');
            break;
        }
    }
    (out.trim().to_owned(), hidden)
}

/// A word at the front and what follows it, or what stands before a word (`wanted`) and that word with the rest.
fn until(text: &str, wanted: bool) -> (&str, &str) {
    // An equals sign ends a name, but belongs to the padding of a token.
    fn inside(text: &str, at: usize, c: char) -> bool {
        c.is_alphanumeric() || matches!(c, '+' | '/' | '_' | '-' | '.' | '%') || (c == '=' && pads(&text[at..]))
    }
    let end = text.char_indices().find(|&(at, c)| inside(text, at, c) == wanted).map_or(text.len(), |(at, _)| at);
    text.split_at(end)
}

fn pads(tail: &str) -> bool {
    tail.trim_start_matches('=').chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '"' && c != '/' && c != '+')
}

/// How long what stands between a name and its value is: `=`, `: `, `":"`, `>`; `None` if no value follows.
fn separator(text: &str) -> Option<usize> {
    let quote = |text: &'_ str| usize::from(text.starts_with(['"', '\'']));
    let space = |text: &str| text.len() - text.trim_start_matches([' ', '\t']).len();
    let mut at = quote(text);
    at += space(&text[at..]);
    let sign = text[at..].len() - text[at..].trim_start_matches(['=', ':', '>']).len();
    if sign == 0 || sign > 2 {
        return None;
    }
    at += sign;
    at += space(&text[at..]);
    at += quote(&text[at..]);
    text[at..].chars().next().filter(|c| !c.is_whitespace() && !matches!(c, '<' | '"' | '\'')).map(|_| at)
}

/// How long a value is: to the end of its quote, or to the next blank, quote, tag, list sign or parameter.
fn value(text: &str, quote: char) -> usize {
    let parameter = |tail: &str| until(&tail[1..], false).1.starts_with('=');
    let mut escaped = false;
    let ends = |&(at, c): &(usize, char)| {
        if quote != ' ' {
            let ends = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            return ends;
        }
        c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | ',' | ';') || (c == '&' && parameter(&text[at..]))
    };
    text.char_indices().find(ends).map_or(text.len(), |(at, _)| at)
}

/// Whether a word in lower case names something whose value is a secret.
fn names_secret(word: &str) -> bool {
    let last = word.rsplit(['_', '-', '.']).next().unwrap_or(word);
    SECRET_NAMES.iter().any(|name| word.ends_with(name)) || SHORT_NAMES.contains(&last)
}

/// Long words of mixed case and digits, as secret keys and tokens are.
fn is_token(word: &str) -> bool {
    let has = |test: fn(&char) -> bool| word.chars().any(|c| test(&c));
    let long = word.len() >= 40 && !word.contains('.');
    let mixed = has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit);
    (long && mixed) || (word.starts_with("eyJ") && word.len() >= 20)
}

/// The text without what is a secret as a whole, whatever its words look like: private keys, passwords in addresses, passwords
/// that a sentence names.
fn without_whole(text: &str) -> (String, bool) {
    let mut found: Vec<Range<usize>> = private_keys(text).chain(in_addresses(text)).chain(in_sentences(text)).collect();
    found.sort_by_key(|range| range.start);
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for range in &found {
        if range.start >= at {
            out.push_str(&text[at..range.start]);
            out.push_str(REDACTED);
        }
        at = at.max(range.end);
    }
    out.push_str(&text[at..]);
    (out, !found.is_empty())
}

/// `-----BEGIN … PRIVATE KEY-----`, to its end or that of the text.
fn private_keys(text: &str) -> impl Iterator<Item = Range<usize>> {
    let key = |(start, front): (usize, &str)| {
        let label = text[start + front.len()..].split("-----").next()?;
        let ends = |end: usize| text[end + "-----END".len()..].find("-----").map(|more| end + "-----END".len() + more + "-----".len());
        let end = text[start..].find("-----END").and_then(|at| ends(start + at)).unwrap_or(text.len());
        label.contains("PRIVATE KEY").then_some(start..end)
    };
    text.match_indices("-----BEGIN").filter_map(key)
}

/// `postgres://admin:…@db-1`: what stands between the user and the host.
fn in_addresses(text: &str) -> impl Iterator<Item = Range<usize>> {
    let password = |(at, scheme): (usize, &str)| {
        let start = at + scheme.len();
        let address = &text[start..];
        let address = &address[..address.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>')).unwrap_or(address.len())];
        let authority = address.split(['/', '?', '#']).next()?;
        let colon = authority.find(':')?;
        let end = authority.rfind('@').or_else(|| {
            // A slash in the password, then; behind a host there is only a port.
            let is_port = authority.rsplit(':').next().is_some_and(|port| port.chars().all(|c| c.is_ascii_digit()));
            if is_port || authority.starts_with('[') { None } else { address.find('@') }
        })?;
        (colon + 1 < end).then(|| start + colon + 1..start + end)
    };
    text.match_indices("://").filter_map(password)
}

/// “My password is hunter2”, “use client_secret Q8~…”.
fn in_sentences(text: &str) -> impl Iterator<Item = Range<usize>> {
    let place = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    let trimmed = |word: &'_ str| word.trim_matches(|c: char| c.is_ascii_punctuation()).to_ascii_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut found = Vec::new();
    let mut named: Option<(usize, bool)> = None;
    for (at, &word) in words.iter().enumerate() {
        let (low, Some(next)) = (trimmed(word), words.get(at + 1)) else { break };
        let said = trimmed(next);
        let mixed = next.chars().any(|c| c.is_ascii_digit()) && next.chars().any(|c| c.is_ascii_alphabetic());
        let odd = mixed || next.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']).chars().any(|c| !c.is_alphabetic());
        let is_secret = if names_secret(&low) {
            // A thing that is called secret or token may be named next, or be moved: “rotate secret smtp-2”.
            let thing = SHORT_NAMES.contains(&low.as_str());
            named = Some((at, thing));
            mixed && !thing
        } else {
            let last = at + 2 == words.len() || next.ends_with(['.', ',', ';', '!']);
            let told = named.is_some_and(|(name, thing)| {
                at - name <= BETWEEN && (matches!(low.as_str(), "is" | "are" | "was" | "being") || (low == "to" && !thing))
            });
            told && SAID_OF_IT.split(' ').all(|word| word != said) && (odd || last)
        };
        if is_secret {
            found.push(place(next)..place(next) + next.len());
            named = None;
        }
    }
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::{holds_secret, redact};
    use proptest::prelude::*;

    #[test]
    fn secrets_do_not_come_through() {
        for (text, secret) in [
            ("The key AKIAIOSFODNN7EXAMPLE is not valid", "AKIAIOSFODNN7EXAMPLE"),
            ("X-Amz-Signature=0123abcdef&X-Amz-Date=1", "0123abcdef"),
            ("<SessionToken>tok123</SessionToken>", "tok123"),
            ("Authorization: Bearer abc.def", "abc.def"),
            ("authorization: AWS4-HMAC-SHA256 Credential=x1/2026/us-east-1", "x1/2026"),
            ("secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY was", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            (r#"{"SecretAccessKey":"abc123"}"#, "abc123"),
            ("token eyJhbGciOiJIUzI1NiJ9.e30.x", "eyJhbGciOiJIUzI1NiJ9"),
            ("my password is hunter2-Xk", "hunter"),
            ("My DB password is: swordfish.", "swordfish"),
            ("the db password for orders is Tr0ub4dor&3", "dor"),
            ("set the password to $ecret!", "ecret"),
            ("password: Tr0ub4dor&3 for db-1", "&3"),
            ("password=$ecret-1", "ecret-1"),
            ("pwd=Tr0ub4dor3x", "Tr0ub"),
            ("--db-pass='xq zk'", "zk"),
            (r#"{"password":"q\"zk"}"#, "zk"),
            ("use client_secret Q8~abcDEFghiJKLmnoPQRstu", "abcDEF"),
            ("log in with password hunter2", "hunter2"),
            ("show vms with tag token=abcd1234", "abcd1234"),
            ("-----BEGIN PRIVATE KEY-----MIIEvQIBADANBgkq", "MIIEv"),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIE vQI\n-----END RSA PRIVATE KEY-----", "vQI"),
            ("postgres://admin:S3cretPw@db-1:5432/x", "S3cretPw"),
            ("see amqp://u:p/w?d@mq:5672/v", "w?d"),
            ("AccountName=a;AccountKey=Zm9vYmFy;EndpointSuffix=x", "Zm9vYmFy"),
            ("https://a.blob.core.windows.net/c?sp=r&sig=Ab%2Fc%3D&se=1", "Ab%2F"),
            ("api key sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFF", "AAAABBBB"),
            ("ghp_abcdefghij0123456789 is mine", "ghp_abc"),
        ] {
            let shown = redact(text);
            assert!(!shown.contains(secret), "{shown}");
            assert!(shown.contains("[redacted]") && holds_secret(text), "{shown}");
        }
    }

    #[test]
    fn plain_words_stay() {
        let text = "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: ec2:DescribeVolumes on resource: vol-0a1b2c3d";
        assert_eq!(redact(text), text);
        assert!(!holds_secret(text) && holds_secret(&format!("{} password=x", text.repeat(20))));
        let role = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_AdministratorAccess_0a1b2c3d4e5f6a7b/ann may not";
        assert_eq!(redact(role), role);
        assert_eq!(redact("two\nlines"), "two lines");
        for text in [
            "The security token included in the request is invalid",
            "The password is expired.",
            "which VMs use password authentication",
            "databases whose password is older than 90 days",
            "rotate secret smtp-2 in us-east-1",
            "http://127.0.0.1:4566/x@y and https://[::1]:80/ and ssh://git@example.com/a",
            "show vms in sk-production-cluster-eu-1",
            "only those with env=dev and team = pass-through",
            "-----BEGIN CERTIFICATE-----MIIEvQIBADANBgkq",
        ] {
            assert_eq!(redact(text), text);
            assert!(!holds_secret(text), "{text}");
        }
        assert!(redact(&"long ".repeat(1000)).chars().count() < 700);
    }

    proptest! {
        #[test]
        fn an_access_key_is_hidden_anywhere(before in "[ -~]{0,40}", after in "[ -~]{0,40}") {
            let shown = redact(&format!("{before} AKIAIOSFODNN7EXAMPLE {after}"));
            prop_assert!(!shown.contains("AKIAIOSFODNN7EXAMPLE"));
        }

        #[test]
        fn any_text_is_read_to_its_end(text in "(-----BEGIN|-----END|PRIVATE KEY|://|@|:|=|>|<|&|'|\"|;|password|is|[a-zä€ ]){0,30}") {
            let (shown, hidden) = super::masked(&text, usize::MAX);
            prop_assert_eq!(hidden, holds_secret(&text));
            prop_assert!(shown.len() <= 10 + text.len() * (1 + super::REDACTED.len()));
        }
    }
}
