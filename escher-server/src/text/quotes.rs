//! Text in quotes.

/// Characters that may stand in quotes.
const LONGEST_QUOTE: usize = 1_000;

/// Where quoted texts can end, for each mark that opens one: a text full of marks is not searched anew from each.
pub(super) struct Closing([(char, Vec<usize>); 6]);

impl Closing {
    pub(super) fn of(text: &str) -> Self {
        let mut closing = Self(['"', '“', '„', '‘', '`', '\''].map(|open| (open, Vec::new())));
        for (at, c) in text.char_indices() {
            let opens: &[char] = match c {
                '"' => &['"'],
                '”' | '“' => &['“', '„'],
                '’' => &['‘'],
                '`' => &['`'],
                '\'' if text[at + 1..].chars().next().is_none_or(|c| !c.is_alphanumeric()) => &['\''],
                _ => continue,
            };
            for (_, places) in closing.0.iter_mut().filter(|(open, _)| opens.contains(open)) {
                places.push(at);
            }
        }
        closing
    }

    /// The first at or behind a place.
    fn after(&self, open: char, at: usize) -> Option<usize> {
        let (_, places) = self.0.iter().find(|(known, _)| *known == open)?;
        places.get(places.partition_point(|&place| place < at)).copied()
    }
}

/// A quoted text that begins at `at`: what stands in it, and where it ends. An apostrophe opens one only where a word
/// begins, and closes one only where a word ends.
pub(super) fn quoted(text: &str, at: usize, closing: &Closing) -> Option<((usize, usize), usize)> {
    let open = text[at..].chars().next()?;
    let border = text[..at].chars().next_back().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '[' | ',' | '=' | ':'));
    if open == '\'' && !border {
        return None;
    }
    let body = at + open.len_utf8();
    let end = closing.after(open, body)?;
    // Text in quotes is a name or a value, and no half of a mail.
    let short = end - body < LONGEST_QUOTE || text[body..end].chars().count() < LONGEST_QUOTE;
    let close = text[end..].chars().next()?;
    short.then(|| ((body, end), end + close.len_utf8()))
}
