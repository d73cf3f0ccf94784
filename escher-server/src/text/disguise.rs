//! Text that is not what it looks like.

/// Whether a text is not what it looks like: invisible characters, letters that turn the direction, letters of several
/// scripts in one word, wide letters and others that only look like those of a name.
pub(super) fn is_disguised(text: &str) -> bool {
    if text.is_ascii() {
        return text.bytes().any(|b| b.is_ascii_control());
    }
    text.chars().any(|c| c.is_control() || is_invisible(c) || is_lookalike(c)) || text.split(|c: char| !c.is_alphabetic()).any(is_mixed)
}

/// Characters that are not seen, or that turn the direction of what is.
fn is_invisible(c: char) -> bool {
    matches!(
        u32::from(c),
        0xad | 0x34f
            | 0x61c
            | 0x115f
            | 0x1160
            | 0x17b4
            | 0x17b5
            | 0x180b..=0x180f
            | 0x200b..=0x200f
            | 0x2028..=0x202e
            | 0x2060..=0x206f
            | 0x3164
            | 0xfe00..=0xfe0f
            | 0xfeff
            | 0xffa0
            | 0xfff0..=0xfffb
            | 0xe0000..=0xe0fff
    )
}

/// Forms of letters and digits that were made for other ends: wide, mathematical, circled, the sign of the kelvin.
fn is_lookalike(c: char) -> bool {
    matches!(u32::from(c), 0xff01..=0xff5e | 0x1d400..=0x1d7ff | 0x2460..=0x24ff | 0x2100..=0x214f | 0x17f | 0x131 | 0x1f100..=0x1f1ff)
}

/// Whether a word has Latin letters and others.
fn is_mixed(word: &str) -> bool {
    let latin = |c: char| matches!(u32::from(c), 0x41..=0x24f | 0x300..=0x36f | 0x1e00..=0x1eff);
    word.chars().any(latin) && !word.chars().all(latin)
}
