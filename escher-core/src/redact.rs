//! Text from a cloud or a person, made fit to be kept and shown: without secrets, without control characters, not endless.

/// The most characters that are kept of a cloud's message.
const MOST: usize = 600;

/// What stands in a secret's place.
const MASK: &str = "[redacted]";

/// Names whose value, after `=` or `:` or between XML tags, is never shown.
const SECRET_NAMES: &[&str] = &[
    "signature",
    "credential",
    "security-token",
    "securitytoken",
    "session-token",
    "sessiontoken",
    "secretaccesskey",
    "secret_access_key",
    "access_token",
    "authorization",
    "password",
    "passwd",
    "passphrase",
    "api_key",
    "apikey",
    "api-key",
    "client_secret",
];

/// Whether a text holds what looks like a credential, a token or a signature.
pub fn holds_secret(text: &str) -> bool {
    masked(text, usize::MAX).1
}

/// The text without what looks like a credential, a token or a signature, in 600 characters at most.
pub fn redact(text: &str) -> String {
    masked(text, MOST).0
}

/// The text, and whether something of it was hidden.
fn masked(text: &str, most: usize) -> (String, bool) {
    let mut out = String::with_capacity(text.len().min(most));
    let mut hidden = false;
    let (mut hide_next, mut in_arn) = (false, false);
    for (word, gap) in words(text) {
        in_arn |= word == "arn";
        if hide_next && !word.is_empty() {
            // "Bearer abc": the scheme may stay, the token may not.
            let scheme = ["bearer", "basic", "aws4-hmac-sha256"].contains(&word.to_ascii_lowercase().as_str());
            out.push_str(if scheme { word } else { MASK });
            hidden |= !scheme;
            // `Credential=x`: the name was masked, its value follows.
            hide_next = scheme || gap == "=";
        } else if word.eq_ignore_ascii_case("bearer") {
            out.push_str(word);
            hide_next = true;
        } else if is_key(word) || (!in_arn && is_token(word)) {
            out.push_str(MASK);
            hidden = true;
        } else {
            out.push_str(word);
            hide_next = names_secret(word) && matches!(gap.trim(), "=" | ":" | "\":\"" | "=\"" | ">" | "\":" | ": \"");
        }
        // Names in an ARN may be as long and mixed as a token.
        in_arn &= !gap.is_empty() && gap.chars().all(|c| c == ':');
        out.extend(gap.chars().map(|c| if c.is_control() { ' ' } else { c }));
        if out.len() > most {
            let end = (0..=most).rev().find(|&at| out.is_char_boundary(at)).unwrap_or(0);
            out.truncate(end);
            out.push('…');
            break;
        }
    }
    (out.trim().to_owned(), hidden)
}

/// Splits into words and what stands between a word and the next.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    // An equals sign ends a name, but belongs to the padding of a token.
    fn inside(text: &str, at: usize, c: char) -> bool {
        c.is_alphanumeric() || matches!(c, '+' | '/' | '_' | '-' | '.' | '%') || (c == '=' && pads(&text[at..]))
    }
    fn until(text: &str, wanted: bool) -> (&str, &str) {
        let end = text.char_indices().find(|&(at, c)| inside(text, at, c) == wanted).map_or(text.len(), |(at, _)| at);
        text.split_at(end)
    }
    let mut rest = text;
    std::iter::from_fn(move || {
        let (word, tail) = until(rest, false);
        let (gap, next) = until(tail, true);
        rest = next;
        (!word.is_empty() || !gap.is_empty()).then_some((word, gap))
    })
}

fn pads(tail: &str) -> bool {
    tail.trim_start_matches('=').chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '"' && c != '/' && c != '+')
}

fn names_secret(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|name| word.ends_with(name))
}

/// Access key ids and the like, by their prefix.
fn is_key(word: &str) -> bool {
    word.len() >= 16 && ["AKIA", "ASIA", "AROA", "AIDA"].iter().any(|p| word.starts_with(p)) && !word.contains('/')
}

/// Long words of mixed case and digits, as secret keys and tokens are.
fn is_token(word: &str) -> bool {
    let has = |test: fn(&char) -> bool| word.chars().any(|c| test(&c));
    let long = word.len() >= 40 && !word.contains('.');
    let mixed = has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit);
    (long && mixed) || (word.starts_with("eyJ") && word.len() >= 20)
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
        assert!(redact(&"long ".repeat(1000)).chars().count() < 700);
    }

    proptest! {
        #[test]
        fn an_access_key_is_hidden_anywhere(before in "[ -~]{0,40}", after in "[ -~]{0,40}") {
            let shown = redact(&format!("{before} AKIAIOSFODNN7EXAMPLE {after}"));
            prop_assert!(!shown.contains("AKIAIOSFODNN7EXAMPLE"));
        }
    }
}
