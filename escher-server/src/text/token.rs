//! Words of an utterance, and the marks between them.

/// Longer than this in bytes is refused before it is split.
pub(crate) const MOST_BYTES: usize = 8_000;

/// What a token is by its looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A word, a number, an identifier.
    Word,
    /// Text in quotes; opaque.
    Quoted,
    /// `key=value`, cut at the first `=`; opaque.
    KeyValue,
    /// A comma, a bracket, the end of a sentence, an operator.
    Mark,
    /// A picture.
    Emoji,
    /// What a person does not type: invisible characters, control characters.
    Odd,
}

/// One word, quoted text or mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// As written, without quotes.
    pub(crate) text: String,
    /// In lower case, typographic apostrophes made plain.
    pub(crate) low: String,
    pub(crate) shape: Shape,
    /// Bytes of the utterance that it covers.
    pub(crate) span: (usize, usize),
}

/// Splits an utterance; at most `most` tokens, and one more where there are more.
pub(crate) fn split(text: &str, most: usize) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if tokens.len() > most {
            break;
        }
        if c.is_whitespace() {
            at += c.len_utf8();
        } else if let Some((body, end)) = quoted(text, at) {
            push(&mut tokens, text, body, Shape::Quoted);
            at = end;
        } else if let Some(len) = operator(&text[at..]) {
            push(&mut tokens, text, (at, at + len), Shape::Mark);
            at += len;
        } else {
            let end = text[at..].find(char::is_whitespace).map_or(text.len(), |len| at + len);
            at = word(&mut tokens, text, at, end);
        }
    }
    tokens
}

fn push(tokens: &mut Vec<Token>, text: &str, span: (usize, usize), shape: Shape) {
    let body = &text[span.0..span.1];
    tokens.push(Token { text: body.to_owned(), low: body.replace('’', "'").to_lowercase(), shape, span });
}

fn operator(text: &str) -> Option<usize> {
    let two = text.get(..2).is_some_and(|two| matches!(two, "!=" | "<=" | ">=" | "=="));
    if two {
        return Some(2);
    }
    text.starts_with(['=', '~', '<', '>']).then_some(1)
}

/// A quoted text that begins at `at`: what stands in it, and where it ends. An apostrophe opens one only where a word
/// begins, and closes one only where a word ends.
fn quoted(text: &str, at: usize) -> Option<((usize, usize), usize)> {
    let open = text[at..].chars().next()?;
    let close: &[char] = match open {
        '"' => &['"'],
        '“' | '„' => &['”', '“'],
        '‘' => &['’'],
        '`' => &['`'],
        '\'' => &['\''],
        _ => return None,
    };
    let border = text[..at].chars().next_back().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '[' | ',' | '=' | ':'));
    if open == '\'' && !border {
        return None;
    }
    let body = at + open.len_utf8();
    let (len, c) = text[body..].char_indices().find(|&(i, c)| {
        let after = text[body + i + c.len_utf8()..].chars().next();
        close.contains(&c) && (c != '\'' || after.is_none_or(|c| !c.is_alphanumeric()))
    })?;
    Some(((body, body + len), body + len + c.len_utf8()))
}

/// Marks that stand around words.
const BEFORE: &[char] = &['(', '[', '{'];
const AFTER: &[char] = &[',', ';', '.', '!', '?', ':', ')', ']', '}', '…'];

/// Takes what stands between two blanks apart; returns how far it got.
fn word(tokens: &mut Vec<Token>, text: &str, start: usize, end: usize) -> usize {
    let Some(first) = text[start..end].chars().next() else { return end };
    if BEFORE.contains(&first) || AFTER.contains(&first) || matches!(first, '—' | '–' | '&' | '|') {
        push(tokens, text, (start, start + first.len_utf8()), Shape::Mark);
        return start + first.len_utf8();
    }
    if is_emoji(first) {
        let len = text[start..end].find(|c| !is_emoji(c)).unwrap_or(end - start);
        push(tokens, text, (start, start + len), Shape::Emoji);
        return start + len;
    }
    if let Some(end) = pair(tokens, text, start, end) {
        return end;
    }
    // A word ends before an operator, a quotation mark or a comma that parts no thousands.
    let inner = text[start..end].char_indices().skip(1).find(|&(i, c)| {
        let digits = |side: Option<char>| side.is_some_and(|c| c.is_ascii_digit());
        let parts = c == ',' && !(digits(text[start..start + i].chars().next_back()) && digits(text[start + i + 1..end].chars().next()));
        parts || matches!(c, ';' | '"' | '“' | '”' | '—' | '…') || operator(&text[start + i..]).is_some() || is_emoji(c)
    });
    let stop = inner.map_or(end, |(i, _)| start + i);
    let mut body = text[start..stop].trim_end_matches(AFTER);
    // `8 p.m.` keeps its dot; a sentence may end with it.
    let dotted = body.get(body.len().saturating_sub(3)..).is_some_and(|end| matches!(end, "a.m" | "p.m" | "A.M" | "P.M"));
    if dotted && text[start + body.len()..stop].starts_with('.') {
        body = &text[start..=start + body.len()];
    }
    // `N. Virginia`
    if body.chars().count() == 1 && body.chars().all(char::is_alphabetic) && text[start + body.len()..stop].starts_with('.') {
        plain(tokens, text, start, start + body.len());
        return start + body.len() + 1;
    }
    if body.is_empty() {
        body = &text[start..stop];
    }
    plain(tokens, text, start, start + body.len());
    start + body.len()
}

/// `key=value` as one token; the value may be quoted and may hold anything but blanks.
fn pair(tokens: &mut Vec<Token>, text: &str, start: usize, end: usize) -> Option<usize> {
    let body = &text[start..end];
    let at = body.find('=').filter(|&at| at > 0)?;
    let key = &body[..at];
    let odd = body[at + 1..].starts_with(['=', '~']) || key.ends_with(['!', '<', '>', '=', '~']);
    if odd || !key.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '@')) {
        return None;
    }
    if let Some((_, end)) = quoted(text, start + at + 1) {
        push(tokens, text, (start, end), Shape::KeyValue);
        return Some(end);
    }
    let value = body[at + 1..].trim_end_matches(|c| matches!(c, ',' | ';' | '.' | '!' | '?' | ')'));
    if value.is_empty() {
        return None;
    }
    let end = start + at + 1 + value.len();
    push(tokens, text, (start, end), Shape::KeyValue);
    Some(end)
}

/// A word with its endings taken off: possessives, “n't”, “'re”.
fn plain(tokens: &mut Vec<Token>, text: &str, start: usize, end: usize) {
    let body = &text[start..end];
    if body.chars().any(|c| c.is_control() || is_invisible(c)) {
        return push(tokens, text, (start, end), Shape::Odd);
    }
    let low = body.replace('’', "'").to_lowercase();
    if low.contains('\'') && body.len() == low.len() + 2 * body.matches('’').count() {
        for ending in ["n't", "'s", "'re", "'d", "'ll", "'ve", "'m", "'"] {
            let Some(stem) = low.strip_suffix(ending).filter(|stem| !stem.is_empty() && !stem.contains('\'')) else { continue };
            let cut = start + stem.len();
            if ending == "'" && !stem.ends_with('s') {
                break;
            }
            push(tokens, text, (start, cut), Shape::Word);
            push(tokens, text, (cut, end), Shape::Word);
            let [.., first, last] = tokens.as_mut_slice() else { return };
            if ending == "n't" {
                last.low = "not".to_owned();
                match first.low.as_str() {
                    "wo" => first.low = "will".to_owned(),
                    "ca" => first.low = "can".to_owned(),
                    _ => {}
                }
            }
            return;
        }
    }
    push(tokens, text, (start, end), Shape::Word);
}

fn is_emoji(c: char) -> bool {
    matches!(u32::from(c), 0x2600..=0x27bf | 0x2b00..=0x2bff | 0x1f000..=0x1faff | 0xfe0f)
}

/// Characters that are not seen, or that turn the direction of what is.
fn is_invisible(c: char) -> bool {
    matches!(u32::from(c), 0xad | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe007f)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        split(text, 80).into_iter().map(|token| token.low).collect()
    }

    #[test]
    fn words_marks_and_quotes() {
        assert_eq!(texts("Show VMs, where cpu<5%!"), ["show", "vms", ",", "where", "cpu", "<", "5%", "!"]);
        assert_eq!(texts("stop \"web 1\" and 'db 2'."), ["stop", "web 1", "and", "db 2", "."]);
        assert_eq!(texts("don’t stop prod's VMs (i-0a1)"), ["do", "not", "stop", "prod", "'s", "vms", "(", "i-0a1", ")"]);
        assert_eq!(texts("dev vms' snapshots, can't"), ["dev", "vms", "'", "snapshots", ",", "can", "not"]);
        assert_eq!(texts("in N. Virginia, 1,000 of web-1,web-2"), ["in", "n", "virginia", ",", "1,000", "of", "web-1", ",", "web-2"]);
    }

    #[test]
    fn a_pair_is_cut_at_its_first_equals_sign_and_nowhere_else() {
        for (text, pair) in [
            ("tag x with cert=MIIBIjANBg==", "cert=MIIBIjANBg=="),
            ("tag x with link=https://wiki.example.org/x?a=1&b=2", "link=https://wiki.example.org/x?a=1&b=2"),
            ("where user:Owner=team/pay, please", "user:Owner=team/pay"),
            ("set owner=\"Ann Lee\" on x", "owner=\"Ann Lee\""),
        ] {
            let tokens = split(text, 80);
            let pairs: Vec<&str> = tokens.iter().filter(|token| token.shape == Shape::KeyValue).map(|token| token.text.as_str()).collect();
            assert_eq!(pairs, [pair], "{text}");
        }
        assert!(split("cpu>=5 a==b", 80).iter().all(|token| token.shape != Shape::KeyValue));
    }

    #[test]
    fn what_is_not_seen_is_odd() {
        assert!(split("stop web\u{200b}-1", 80).iter().any(|token| token.shape == Shape::Odd));
        assert!(split("🙂 stop", 80)[0].shape == Shape::Emoji);
    }
}
