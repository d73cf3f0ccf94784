//! Words of an utterance.

use escher_core::lexicon;

/// Longer utterances are refused: nobody says that much at once, and every part's work stays bounded.
pub(crate) const MOST_WORDS: usize = 200;

/// Longer than this in bytes is refused before it is split.
pub(crate) const MOST_BYTES: usize = 8_000;

/// One word, operator or quoted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// As written, without the punctuation around it.
    pub(crate) text: String,
    /// In lower case, typographic apostrophes made plain.
    pub(crate) low: String,
    /// Whether it stood in quotes.
    pub(crate) quoted: bool,
    /// Whether a comma or semicolon follows.
    pub(crate) comma: bool,
    /// Whether a sentence ends after it.
    pub(crate) stop: bool,
    /// Whether a question mark follows.
    pub(crate) asks: bool,
    /// Whether a possessive ending was taken off: “web-1's”.
    pub(crate) owns: bool,
    /// Bytes of the utterance that it covers, punctuation not included.
    pub(crate) span: (usize, usize),
}

impl Token {
    /// Whether it is an operator of the selector language.
    pub(crate) fn is_op(&self) -> bool {
        !self.quoted && matches!(self.text.as_str(), "=" | "!=" | "~" | "<" | "<=" | ">" | ">=" | "==")
    }
}

/// Splits an utterance into words. Operators are words of their own; quotes hold a text together.
pub(crate) fn split(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some(&(at, c)) = chars.peek() {
        if c.is_whitespace() {
            chars.next();
        } else if let Some((close, quoted)) = quote(&text[at..], tokens.last().is_none_or(|last| last.span.1 < at || last.is_op())) {
            push(&mut tokens, text, at + c.len_utf8(), at + c.len_utf8() + quoted, true);
            skip_to(&mut chars, at + close);
        } else if let Some(len) = operator(&text[at..]) {
            push(&mut tokens, text, at, at + len, false);
            skip_to(&mut chars, at + len);
        } else {
            let end = text[at..].char_indices().find(|&(i, c)| c.is_whitespace() || operator(&text[at + i..]).is_some());
            let end = end.map_or(text.len(), |(i, _)| at + i);
            word(&mut tokens, text, at, end);
            skip_to(&mut chars, end);
        }
        if tokens.len() > MOST_WORDS {
            break;
        }
    }
    tokens
}

fn skip_to(chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>, end: usize) {
    while chars.next_if(|&(i, _)| i < end).is_some() {}
}

fn operator(text: &str) -> Option<usize> {
    let two = text.get(..2).is_some_and(|two| matches!(two, "!=" | "<=" | ">=" | "=="));
    if two {
        return Some(2);
    }
    text.starts_with(['=', '~', '<', '>']).then_some(1)
}

/// The length of a quoted text with its quotes, and of what stands between, where one begins here.
fn quote(text: &str, at_boundary: bool) -> Option<(usize, usize)> {
    let open = text.chars().next()?;
    let close = match open {
        '"' => '"',
        '“' | '„' => '”',
        '‘' => '’',
        '`' => '`',
        // An apostrophe opens a quotation only where a word begins, and closes one only where a word ends.
        '\'' if at_boundary => '\'',
        _ => return None,
    };
    let body = &text[open.len_utf8()..];
    let end = body.char_indices().find(|&(i, c)| {
        let after = body[i + c.len_utf8()..].chars().next();
        (c == close || (open == '„' && c == '“')) && (close != '\'' || after.is_none_or(|c| !c.is_alphanumeric()))
    });
    let (i, c) = end?;
    (i > 0 && i <= 200).then_some((open.len_utf8() + i + c.len_utf8(), i))
}

const AROUND: &[char] = &[',', ';', '.', '?', '!', ':', '(', ')', '[', ']', '{', '}', '"', '\'', '“', '”', '‘', '’', '…', '`'];

fn word(tokens: &mut Vec<Token>, text: &str, start: usize, end: usize) {
    let raw = &text[start..end];
    let left = raw.trim_start_matches(AROUND);
    let begin = start + (raw.len() - left.len());
    let body = left.trim_end_matches(AROUND);
    let tail = &left[body.len()..];
    // Dashes between words are punctuation too.
    if body.chars().all(|c| matches!(c, '-' | '–' | '—' | '/' | '|' | '&' | '+')) && body != "&" {
        if let Some(last) = tokens.last_mut() {
            last.comma |= raw.contains([',', ';']) || !body.is_empty();
            last.stop |= raw.contains(['.', '!', '?']);
            last.asks |= raw.contains('?');
        }
        return;
    }
    // “web-1,web-2” are two words, “1,000” is one.
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let apart = body.match_indices(',').find(|&(at, _)| !(digit(body[..at].chars().next_back()) && digit(body[at + 1..].chars().next())));
    if let Some((at, _)) = apart {
        word(tokens, text, start, begin + at + 1);
        word(tokens, text, begin + at + 1, end);
        return;
    }
    // “Non-idle” is a negation and a word of the lexicon.
    let negated = body.get(..4).filter(|front| front.eq_ignore_ascii_case("non-")).map(|_| &body[4..]);
    if negated.is_some_and(|rest| lexicon::knows(&rest.to_lowercase()) && !lexicon::knows(&body.to_lowercase())) {
        push(tokens, text, begin, begin + 3, false);
        push(tokens, text, begin + 4, begin + body.len(), false);
    } else {
        push(tokens, text, begin, begin + body.len(), false);
    }
    if let Some(last) = tokens.last_mut() {
        last.comma = tail.contains([',', ';']);
        last.stop = tail.contains(['.', '!', '?']);
        last.asks = tail.contains('?');
    }
}

fn push(tokens: &mut Vec<Token>, text: &str, start: usize, end: usize, quoted: bool) {
    let mut body = &text[start..end];
    let mut low = body.replace('’', "'").to_lowercase();
    let mut owns = false;
    if !quoted {
        if let Some(shorter) = low.strip_suffix("'s") {
            let kept = body.len().saturating_sub(body.chars().rev().take(2).map(char::len_utf8).sum());
            if !matches!(shorter, "what" | "who" | "where" | "how" | "that" | "it" | "let" | "there" | "here" | "when" | "why") {
                body = &body[..kept];
                low = shorter.to_owned();
                owns = true;
            }
        } else if let Some(shorter) = low.strip_suffix('\'') {
            low = shorter.to_owned();
        }
    }
    tokens.push(Token { text: body.to_owned(), low, quoted, comma: false, stop: false, asks: false, owns, span: (start, end) });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        split(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn words_operators_and_quotes() {
        assert_eq!(texts("Show VMs, where env=prod AND cpu<5%!"), ["Show", "VMs", "where", "env", "=", "prod", "AND", "cpu", "<", "5%"]);
        assert_eq!(texts("stop \"web 1\" and 'db 2'"), ["stop", "web 1", "and", "db 2"]);
        assert_eq!(texts("don’t stop prod's VMs (i-0a1)"), ["don’t", "stop", "prod", "VMs", "i-0a1"]);
        assert_eq!(texts("what's in us-east-1 — please"), ["what's", "in", "us-east-1", "please"]);
        assert_eq!(texts("tag x with owner = bob"), ["tag", "x", "with", "owner", "=", "bob"]);
        assert!(split("10.0.0.0/8, 0.0.0.0/0?").iter().map(|t| t.asks).eq([false, true]));
    }
}
