//! Words of identifiers, and what it means that one text nearly contains another.

/// The words of a text or identifier, in lower case: split at separators, at camelCase and between letters and digits.
///
/// ```
/// use escher_core::fuzzy::words;
/// assert_eq!(words("prod-checkoutDB_pg01"), ["prod", "checkout", "db", "pg", "01"]);
/// assert_eq!(words("HTTPServer"), ["http", "server"]);
/// ```
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    let mut last: Option<char> = None;
    while let Some(c) = chars.next() {
        if !c.is_alphanumeric() {
            flush(&mut word, &mut words);
            last = None;
            continue;
        }
        let boundary = last.is_some_and(|last| {
            let digit_edge = last.is_numeric() != c.is_numeric();
            let camel = last.is_lowercase() && c.is_uppercase();
            // The last capital of a run belongs to the word that follows it: HTTP|Server.
            let acronym = last.is_uppercase() && c.is_uppercase() && chars.peek().is_some_and(|next| next.is_lowercase());
            digit_edge || camel || acronym
        });
        if boundary {
            flush(&mut word, &mut words);
        }
        match c.is_ascii() {
            true => word.push(c.to_ascii_lowercase()),
            false => word.extend(c.to_lowercase()),
        }
        last = Some(c);
    }
    flush(&mut word, &mut words);
    words
}

fn flush(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// The form in which texts are equal without regard to case.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// Whether a text contains another, give or take typos, separators and the order of the words.
///
/// Each word of the needle must be found: as a word of the haystack within an edit distance that grows with its
/// length (none up to three letters, one up to seven, then two), as a part of a word from three letters on, or
/// across neighboring words that a separator or a slip has parted. Numbers must be the same number.
///
/// ```
/// use escher_core::fuzzy::contains;
/// assert!(contains("prod-checkout-pg-01", "chekout pg 1"));
/// assert!(contains("CheckoutService", "check-out service"));
/// assert!(!contains("prod-checkout-pg-01", "pg 2"));
/// ```
pub fn contains(haystack: &str, needle: &str) -> bool {
    let hay = words(haystack);
    let joined: Vec<String> = hay.windows(2).map(|pair| pair.concat()).collect();
    let found = |word: &str| hay.iter().chain(&joined).any(|candidate| matches_word(candidate, word));

    let wanted = words(needle);
    if wanted.is_empty() {
        return fold(haystack).contains(fold(needle).trim());
    }
    (0..wanted.len()).all(|i| {
        // A word that stands for nothing alone may be one half of a word that the needle has parted.
        let with_next = || wanted.get(i + 1).is_some_and(|next| !is_number(next) && found(&format!("{}{next}", wanted[i])));
        let with_last = || i > 0 && !is_number(&wanted[i]) && found(&format!("{}{}", wanted[i - 1], wanted[i]));
        found(&wanted[i]) || (!is_number(&wanted[i]) && (with_next() || with_last()))
    })
}

fn is_number(word: &str) -> bool {
    word.chars().all(char::is_numeric)
}

fn matches_word(candidate: &str, word: &str) -> bool {
    if candidate == word {
        return true;
    }
    if is_number(word) {
        return is_number(candidate) && candidate.trim_start_matches('0') == word.trim_start_matches('0');
    }
    let length = word.chars().count();
    if length >= 3 && candidate.contains(word) {
        return true;
    }
    // A digit is never a typo for a letter: web1 is not web2.
    if is_number(candidate) || candidate.chars().any(char::is_numeric) || word.chars().any(char::is_numeric) {
        return false;
    }
    let allowed = match length {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    allowed > 0 && candidate.chars().count().abs_diff(length) <= allowed && strsim::damerau_levenshtein(candidate, word) <= allowed
}

/// The candidate that a misspelled word most likely means, without regard to case; `None` if all are too far off.
///
/// ```
/// use escher_core::fuzzy::nearest;
/// assert_eq!(nearest("databse", ["disk", "database"]), Some("database"));
/// assert_eq!(nearest("zebra", ["disk", "database"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = fold(word);
    let length = word.chars().count();
    let allowed = match length {
        0 | 1 => return None,
        2..=4 => 1,
        5..=7 => 2,
        _ => 3,
    };
    let distance = |candidate: &str| {
        let candidate = fold(candidate);
        let begins = length >= 3 && candidate.chars().count() >= 3 && (candidate.starts_with(&word) || word.starts_with(&candidate));
        let apart = candidate.chars().count().abs_diff(length);
        match (apart <= allowed).then(|| strsim::damerau_levenshtein(&candidate, &word)) {
            Some(edits) if edits <= allowed => Some(edits),
            // A beginning counts as a guess, worse than any typo.
            _ => begins.then_some(allowed + 1),
        }
    };
    candidates
        .into_iter()
        .filter_map(|candidate| distance(candidate).map(|d| (d, candidate)))
        .min_by_key(|&(d, _)| d)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typos_separators_and_order_do_not_matter_but_numbers_do() {
        let name = "prod-checkoutService_pg01";
        for needle in
            ["checkout", "chekout", "service checkout", "CheckOut-Service", "check out", "pg 1", "pg-01", "prod", "servce", "ckeckout"]
        {
            assert!(contains(name, needle), "{needle}");
        }
        for needle in ["pg 2", "pg 10", "kg", "staging", "checkers", "prd", "checkout zebra"] {
            assert!(!contains(name, needle), "{needle}");
        }
        assert!(!contains("i-0a12345", "i-0a12346"));
        assert!(contains("web server", "webserver") && contains("webserver", "web server"));
        assert!(contains("anything", "") && !contains("", "anything"));
        assert!(contains("a--b", "--") && !contains("ab", "--"));
    }

    #[test]
    fn words_end_where_a_reader_sees_an_end() {
        let table: &[(&str, &[&str])] = &[
            ("", &[]),
            ("--", &[]),
            ("myHTTPServer2", &["my", "http", "server", "2"]),
            ("arn:aws:rds:eu", &["arn", "aws", "rds", "eu"]),
            ("GrößeÄndern", &["größe", "ändern"]),
        ];
        for (text, expected) in table {
            assert_eq!(words(text), *expected, "{text}");
        }
    }

    #[test]
    fn the_nearest_is_the_least_far() {
        assert_eq!(nearest("regoin", ["reason", "region"]), Some("region"));
        assert_eq!(nearest("ENVV", ["env"]), Some("env"));
        assert_eq!(nearest("data", ["disk", "database"]), Some("database"));
        assert_eq!(nearest("", ["a"]), None);
        assert_eq!(nearest("x", ["y"]), None);
    }
}
