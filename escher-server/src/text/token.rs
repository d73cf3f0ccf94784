//! Words of an utterance, and the marks between them.

use super::disguise::is_disguised;
use super::quotes::{Closing, quoted};

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
    let closing = Closing::of(text);
    // Where the blank behind the current word was found, so that a long word of marks is not gone through for each of them.
    let mut blank = 0;
    while let Some(c) = text[at..].chars().next() {
        if tokens.len() > most {
            break;
        }
        if c.is_whitespace() {
            at += c.len_utf8();
        } else if let Some((body, end)) = quoted(text, at, &closing) {
            push(&mut tokens, text, body, Shape::Quoted);
            at = end;
        } else if let Some(len) = operator(&text[at..]) {
            push(&mut tokens, text, (at, at + len), Shape::Mark);
            at += len;
        } else {
            if blank <= at {
                blank = text[at..].find(char::is_whitespace).map_or(text.len(), |len| at + len);
            }
            at = word(&mut tokens, text, (at, blank), &closing);
        }
    }
    tokens
}

fn push(tokens: &mut Vec<Token>, text: &str, span: (usize, usize), shape: Shape) {
    let body = &text[span.0..span.1];
    let shape = if shape != Shape::Emoji && is_disguised(body) { Shape::Odd } else { shape };
    tokens.push(Token { text: body.to_owned(), low: body.replace('’', "'").to_lowercase(), shape, span });
}

fn operator(text: &str) -> Option<usize> {
    let two = text.get(..2).is_some_and(|two| matches!(two, "!=" | "<=" | ">=" | "=="));
    if two {
        return Some(2);
    }
    text.starts_with(['=', '~', '<', '>']).then_some(1)
}

/// Marks that stand around words.
const BEFORE: &[char] = &['(', '[', '{'];
const AFTER: &[char] = &[',', ';', '.', '!', '?', ':', ')', ']', '}', '…'];

/// Takes what stands between two blanks apart; returns how far it got.
fn word(tokens: &mut Vec<Token>, text: &str, (start, end): (usize, usize), closing: &Closing) -> usize {
    let Some(first) = text[start..end].chars().next() else { return end };
    if BEFORE.contains(&first) || AFTER.contains(&first) || matches!(first, '—' | '–' | '&' | '|') {
        push(tokens, text, (start, start + first.len_utf8()), Shape::Mark);
        return start + first.len_utf8();
    }
    if is_emoji(first) {
        let len = text[start..end].find(|c| !is_emoji(c) && !joins_emoji(c)).unwrap_or(end - start);
        push(tokens, text, (start, start + len), Shape::Emoji);
        return start + len;
    }
    if let Some(end) = pair(tokens, text, (start, end), closing) {
        return end;
    }
    // A word ends before an operator, a quotation mark or a comma; `22,80` are two numbers, `$1,000` is one.
    let money = first == '$';
    let inner = text[start..end].char_indices().skip(1).find(|&(i, c)| {
        let thousands = money && c == ',' && text.as_bytes()[start + i + 1..end].iter().take_while(|b| b.is_ascii_digit()).count() == 3;
        c == ',' && !thousands || matches!(c, ';' | '"' | '“' | '”' | '—' | '…') || operator(&text[start + i..]).is_some() || is_emoji(c)
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
fn pair(tokens: &mut Vec<Token>, text: &str, (start, end): (usize, usize), closing: &Closing) -> Option<usize> {
    let body = &text[start..end];
    let at = body.find('=').filter(|&at| at > 0)?;
    let key = &body[..at];
    let odd = body[at + 1..].starts_with(['=', '~']) || key.ends_with(['!', '<', '>', '=', '~']);
    if odd || !key.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '@')) {
        return None;
    }
    if let Some((_, end)) = quoted(text, start + at + 1, closing) {
        push(tokens, text, (start, end), Shape::KeyValue);
        return Some(end);
    }
    let value = body[at + 1..].trim_end_matches([',', ';', '.', '!', '?', ')', ':']);
    if value.is_empty() {
        return None;
    }
    let end = start + at + 1 + value.len();
    push(tokens, text, (start, end), Shape::KeyValue);
    Some(end)
}

/// Words that lost their apostrophe, and where it stood.
const CONTRACTED: &[(&str, usize)] = &[
    ("arent", 3),
    ("isnt", 2),
    ("dont", 2),
    ("doesnt", 4),
    ("didnt", 3),
    ("havent", 4),
    ("hasnt", 3),
    ("wasnt", 3),
    ("werent", 4),
    ("shouldnt", 6),
    ("whats", 4),
    ("whos", 3),
    ("thats", 4),
    ("wheres", 5),
    ("hows", 3),
];

/// A word with its endings taken off: possessives, “n't”, “'re”.
fn plain(tokens: &mut Vec<Token>, text: &str, start: usize, end: usize) {
    let body = &text[start..end];
    let low = body.replace('’', "'").to_lowercase();
    if let Some((_, at)) = CONTRACTED.iter().find(|(word, _)| *word == low) {
        push(tokens, text, (start, start + at), Shape::Word);
        push(tokens, text, (start + at, end), Shape::Word);
        if let Some(last) = tokens.last_mut() {
            last.low = if last.low == "s" { "'s" } else { "not" }.to_owned();
        }
        return;
    }
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
    matches!(u32::from(c), 0x2300..=0x23ff | 0x2600..=0x27bf | 0x2b00..=0x2bff | 0x1f000..=0x1faff)
}

/// What stands between and behind the parts of a picture.
fn joins_emoji(c: char) -> bool {
    matches!(u32::from(c), 0x200d | 0x20e3 | 0xfe0f)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        split(text, 80).into_iter().map(|token| token.low).collect()
    }

    #[test]
    fn phrases_of_the_lexicon_are_written_token_by_token() {
        for line in include_str!("../lexicon/data/intents.txt").lines() {
            let Some((_, phrases)) = line.split_once(": ") else { continue };
            for phrase in phrases.split(", ") {
                assert_eq!(texts(phrase).join(" "), phrase);
            }
        }
    }

    #[test]
    fn words_marks_and_quotes() {
        assert_eq!(texts("Show VMs, where cpu<5%!"), ["show", "vms", ",", "where", "cpu", "<", "5%", "!"]);
        assert_eq!(texts("stop \"web 1\" and 'db 2'."), ["stop", "web 1", "and", "db 2", "."]);
        assert_eq!(texts("don’t stop prod's VMs (i-0a1)"), ["do", "not", "stop", "prod", "'s", "vms", "(", "i-0a1", ")"]);
        assert_eq!(texts("which arent prod, whats new"), ["which", "are", "not", "prod", ",", "what", "'s", "new"]);
        assert_eq!(texts("dev vms' snapshots, can't"), ["dev", "vms", "'", "snapshots", ",", "can", "not"]);
        assert_eq!(
            texts("in N. Virginia, 1,000 of web-1,web-2"),
            ["in", "n", "virginia", ",", "1", ",", "000", "of", "web-1", ",", "web-2"]
        );
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
    fn ids_and_times_stay_whole() {
        for whole in [
            "arn:aws:ec2:us-east-1:123456789012:instance/i-0abc",
            "/subscriptions/0000-1/resourceGroups/rg-1/providers/Microsoft.Compute/virtualMachines/vm-1",
            "projects/p-1/zones/europe-west3-b/instances/i-1",
            "//compute.googleapis.com/projects/p-1/zones/z/instances/i",
            "https://www.googleapis.com/compute/v1/projects/p-1/zones/z/instances/i",
            "2027-01-05T21:00Z",
            "10.0.0.0/8",
            "us-east-1a",
            "$1,000",
            "8:30",
            "p.m.",
        ] {
            let tokens = split(&format!("stop {whole} now"), 80);
            assert_eq!(tokens.len(), 3, "{whole}");
            assert_eq!((tokens[1].text.as_str(), tokens[1].shape), (whole, Shape::Word));
        }
        assert_eq!(texts("at 8 p.m. daily, 22,443 $1,5"), ["at", "8", "p.m.", "daily", ",", "22", ",", "443", "$1", ",", "5"]);
    }

    #[test]
    fn what_is_not_what_it_looks_like_is_odd() {
        for odd in [
            "web\u{200b}-1",
            "\u{202e}web-1",
            "d\u{435}v",
            "\u{ff44}\u{ff45}\u{ff56}",
            "dis\u{212a}",
            "\"web\u{2066}-1\"",
            "env=d\u{435}v",
            "web\u{fe0f}",
            "web\u{7}",
        ] {
            assert!(split(&format!("stop {odd} now"), 80).iter().any(|token| token.shape == Shape::Odd), "{odd:?}");
        }
        for plain in ["Zürich", "проект", "“Ann’s box”", "naïve", "東京"] {
            assert!(split(plain, 80).iter().all(|token| token.shape != Shape::Odd), "{plain}");
        }
        for emoji in ["🙂", "⚠️", "👩‍💻", "🙏🏽", "⏰"] {
            let tokens = split(&format!("{emoji} stop"), 80);
            assert_eq!((tokens.len(), tokens[0].shape), (2, Shape::Emoji), "{emoji}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_split_in_order(text in "(\\PC|[ \"'“”’,.;:=<>!()\\[\\]a-c0-2\u{0}\u{200b}\u{1f642}-]){0,60}") {
            let mut end = 0;
            for token in split(&text, 80) {
                proptest::prop_assert!(token.span.0 >= end && token.span.0 <= token.span.1);
                proptest::prop_assert_eq!(&text[token.span.0..token.span.1], token.text.as_str());
                end = token.span.1;
            }
        }

        #[test]
        fn no_letter_or_digit_is_lost(text in "[a-z0-9 ,.'’\"=$%:/-]{0,60}") {
            let kept = |c: &char| c.is_ascii_alphanumeric();
            let tokens: String = split(&text, 200).iter().flat_map(|token| token.text.chars()).filter(kept).collect();
            proptest::prop_assert_eq!(tokens, text.chars().filter(kept).collect::<String>());
        }
    }
}
