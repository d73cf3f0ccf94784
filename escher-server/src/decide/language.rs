//! Languages other than English, which are answered honestly.

use crate::lexicon;

/// A note for text in another language.
pub(super) fn other(text: &str) -> Option<String> {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let latin = text.chars().filter(|c| c.is_ascii_alphabetic() || matches!(u32::from(*c), 0xc0..=0x24f)).count();
    let foreign = letters >= 4 && latin * 2 < letters;
    (foreign || is_foreign(text)).then(|| "I only understand English so far. Please say it in English.".to_owned())
}

/// Whether the small words are those of one other language and not of English.
fn is_foreign(text: &str) -> bool {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphabetic() && c != '-').filter(|word| word.len() > 1).take(80).map(str::to_lowercase).collect();
    if words.len() < 2 {
        return false;
    }
    let (most, english) = lexicon::small_words(&words);
    most >= 2 && most > english && most * 3 >= words.len()
}
