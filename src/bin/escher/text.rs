//! Text as a terminal may see it. Names, tags and messages come from clouds and files, and arguments from anywhere: none
//! of them may paint over what a person approves, forge a row, or look like another.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::Write as _;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// Marks above and below one letter that are shown; no script needs more.
const MARKS: usize = 4;

/// One line: control characters, line breaks, marks of direction and whatever renders as nothing are spelled out.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    tame(text, false)
}

/// Several lines of our own; line breaks stay, everything else as in [`one_line`].
pub(crate) fn tame(text: &str, lines: bool) -> Cow<'_, str> {
    let hides = |(c, hidden): (char, bool)| hidden && !(lines && c == '\n');
    if !judged(text).any(hides) {
        return Cow::Borrowed(text);
    }
    let mut tamed = String::with_capacity(text.len() + 16);
    for (c, hidden) in judged(text) {
        match c {
            // `\n` for a line break, `\u{202e}` for what has no short form.
            '\n' | '\t' | '\r' if hides((c, hidden)) => tamed.extend(c.escape_default()),
            c if hides((c, hidden)) => tamed.extend(c.escape_unicode()),
            c => tamed.push(c),
        }
    }
    Cow::Owned(tamed)
}

/// JSON that reads back to the same values, with the same characters written as `\uXXXX`: outside of strings JSON has
/// none of them.
pub(crate) fn json(text: &str) -> Cow<'_, str> {
    if !judged(text).any(|(_, hidden)| hidden) {
        return Cow::Borrowed(text);
    }
    let mut tamed = String::with_capacity(text.len() + 16);
    for (c, hidden) in judged(text) {
        if !hidden {
            tamed.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(tamed, "\\u{unit:04x}");
        }
    }
    Cow::Owned(tamed)
}

/// Each character, and whether it may not be shown as it is where it stands.
fn judged(text: &str) -> impl Iterator<Item = (char, bool)> {
    // What the next mark would be put on: a base and how many marks it has, or nothing.
    let (mut base, mut symbol) = (None::<usize>, false);
    text.chars().map(move |c| {
        if c.is_ascii() {
            (base, symbol) = ((c.is_ascii_graphic() && c != '"').then_some(0), false);
            return (c, c.is_ascii_control());
        }
        let category = c.general_category();
        // The one invisible thing with an honest use: whether a symbol before it is drawn in color.
        let hidden = match c {
            '\u{fe0e}' | '\u{fe0f}' if symbol => false,
            c if renders_as_nothing(c) => true,
            _ => match category {
                GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark => base.is_none_or(|marks| marks >= MARKS),
                GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
                | GeneralCategory::SpaceSeparator
                | GeneralCategory::Surrogate
                | GeneralCategory::Unassigned => true,
                _ => false,
            },
        };
        symbol = category == GeneralCategory::OtherSymbol && !hidden;
        base = match category {
            _ if hidden => None,
            GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark => base.map(|marks| marks + 1),
            _ => Some(0),
        };
        (c, hidden)
    })
}

/// Letters, symbols and marks that take no ink, which their category does not tell; the others are control and format
/// characters, separators, or not characters at all.
fn renders_as_nothing(c: char) -> bool {
    matches!(c,
        // The combining grapheme joiner; Hangul, Khmer and half-width fillers; Mongolian selectors; the empty Braille cell.
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}' | '\u{3164}'
        // Variation selectors, the half-width filler, the null note head, tags and the rest of their plane.
        | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{1d159}' | '\u{e0000}'..='\u{e0fff}')
}

/// A word as a shell needs it, for people who copy a line; one that cannot be shown is spelled as `$'…'`.
pub(crate) fn quoted(word: impl AsRef<OsStr>) -> String {
    let word = word.as_ref();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    match word.to_str() {
        Some(text) if !text.is_empty() && text.chars().all(plain) => text.to_owned(),
        Some(text) if !judged(text).any(|(_, hidden)| hidden) => format!("'{}'", text.replace('\'', r"'\''")),
        _ => spelled(word),
    }
}

/// `$'…'`, as bash, zsh and ksh read it, byte by byte where it is no text.
fn spelled(word: &OsStr) -> String {
    let mut out = String::from("$'");
    for chunk in word.as_encoded_bytes().utf8_chunks() {
        for (c, hidden) in judged(chunk.valid()) {
            match c {
                '\'' | '\\' => out.extend(['\\', c]),
                c if hidden => {
                    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                        let _ = write!(out, "\\x{byte:02x}");
                    }
                }
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push('\'');
    out
}

pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each way to steer a terminal or to hide.
    const STEERS: &str = "\n\r\t\u{0}\u{7}\u{1b}\u{7f}\u{85}\u{9b}\u{a0}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{17b4}\u{180e}\u{2000}\u{200b}\u{200d}\u{200e}\u{2028}\u{2029}\u{202e}\u{202f}\u{2060}\u{2065}\u{2066}\u{2069}\u{206f}\u{2800}\u{3000}\u{3164}\u{fe00}\u{fe0f}\u{feff}\u{ffa0}\u{fff9}\u{ffff}\u{1d159}\u{1d173}\u{e0001}\u{e0041}\u{e007f}\u{e0100}\u{e0fff}";

    #[test]
    fn what_steers_a_terminal_or_hides_is_spelled_out() {
        for c in STEERS.chars() {
            let tamed = tame(&format!("web{c}-1"), false).into_owned();
            assert!(tamed.chars().all(|c| c == ' ' || c.is_ascii_graphic()), "{:x}: {tamed:?}", u32::from(c));
            assert_ne!(tamed, "web-1", "{:x}", u32::from(c));
        }
        assert_eq!(one_line("a\u{1b}[2Kb\u{202e}c\u{9b}"), r"a\u{1b}[2Kb\u{202e}c\u{9b}");
        assert_eq!((tame("a\nb", true), tame("a\nb", false)), (Cow::Borrowed("a\nb"), Cow::Borrowed(r"a\nb")));
        assert_eq!(tame("a\u{2028}b", true), r"a\u{2028}b", "only our own line breaks");
    }

    #[test]
    fn what_people_write_stays() {
        for text in ["größe 产品 проект עברית हिन्दी ไทย", "e\u{301}té", "❤\u{fe0f} done", "“quoted” – it's 5 %", ""]
        {
            assert!(matches!(tame(text, false), Cow::Borrowed(_)), "{text}");
        }
        // A mark without a letter would sit on the border of its cell; a tower of them on the lines above.
        assert_eq!(one_line("\u{301}a"), r"\u{301}a");
        assert_eq!(one_line("a \u{301}"), r"a \u{301}");
        assert_eq!(one_line(&format!("a{}", "\u{301}".repeat(6))), format!("a{}{}", "\u{301}".repeat(4), r"\u{301}".repeat(2)));
        assert_eq!(one_line("a\u{fe0f}"), r"a\u{fe0f}");
    }

    #[test]
    fn json_reads_back_the_same_and_shows_nothing_that_steers() {
        let value = serde_json::json!({ "name": STEERS, "e\u{301}\u{202e}": ["\u{301}", "plain ❤\u{fe0f}"] });
        let text = serde_json::to_string(&value).unwrap();
        let tamed = json(&text);
        assert!(!judged(&tamed).any(|(_, hidden)| hidden), "{tamed}");
        assert!(tamed.contains("\\u202e") && tamed.contains("\\udb40\\udc41"), "{tamed}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&tamed).unwrap(), value);
    }

    #[test]
    fn a_shell_reads_the_word_back() {
        for (word, shown) in [
            ("pl_1", "pl_1"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
            ("a b", "'a b'"),
            ("a\nb'\\", r"$'a\x0ab\'\\'"),
            ("\u{202e}", r"$'\xe2\x80\xae'"),
        ] {
            assert_eq!(quoted(word), shown);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_shown_on_one_line_and_tamed_once(text in "\\PC{0,20}[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Zs}\\p{M}a]{0,20}.{0,20}") {
            let tamed = tame(&text, false).into_owned();
            proptest::prop_assert!(!judged(&tamed).any(|(_, hidden)| hidden));
            proptest::prop_assert_eq!(tame(&tamed, false).into_owned(), tamed.clone());
            let value = serde_json::Value::String(text);
            let written = serde_json::to_string(&value).unwrap();
            let written = json(&written);
            proptest::prop_assert!(!judged(&written).any(|(_, hidden)| hidden));
            proptest::prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), value);
        }
    }
}
