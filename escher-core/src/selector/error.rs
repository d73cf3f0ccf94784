//! What is wrong with a selector's text, and where.

use std::fmt;

use crate::Error;

/// A selector that could not be read.
///
/// ```
/// use escher_core::Selector;
/// let error = "cloud = aws AND kind = vmm".parse::<Selector>().unwrap_err();
/// assert_eq!(error.column, 24);
/// assert_eq!(error.suggestion.as_deref(), Some("vm"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where in the line, in characters, the first being 1.
    pub column: usize,
    /// The line of the text that is wrong.
    pub line: String,
    /// What stands there.
    pub found: String,
    /// What could stand there instead.
    pub expected: Vec<String>,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

/// What the bounds of a selector begin with.
pub(super) const AT_MOST: &str = "at most";

/// A failure at a byte of the input, before the line is cut out of it.
#[derive(Clone, Debug)]
pub(super) struct Fail {
    pub(super) at: usize,
    pub(super) expected: Vec<String>,
    pub(super) suggestion: Option<String>,
}

impl Fail {
    pub(super) fn new<T: Into<String>>(at: usize, expected: impl IntoIterator<Item = T>) -> Self {
        Self { at, expected: expected.into_iter().map(Into::into).collect(), suggestion: None }
    }

    pub(super) fn suggest(mut self, suggestion: Option<impl Into<String>>) -> Self {
        self.suggestion = suggestion.map(Into::into);
        self
    }
}

impl SyntaxError {
    pub(super) fn new(text: &str, fail: Fail) -> Self {
        let (before, after) = text.split_at_checked(fail.at).unwrap_or((text, ""));
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[start..].lines().next().unwrap_or_default();
        Self {
            column: before[start..].chars().count() + 1,
            // Control characters would act on the terminal that shows the line.
            line: line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect(),
            found: found(after),
            expected: fail.expected,
            suggestion: fail.suggestion,
        }
    }

    /// The wrong line with a caret under the place, each led by two blanks; of a long line what stands around it.
    fn pointed(&self) -> String {
        const BEFORE: usize = 60;
        const SHOWN: usize = 100;
        let at = self.column.saturating_sub(1);
        let from = at.saturating_sub(BEFORE);
        let cut = |shown: bool| if shown { "…" } else { "" };
        let (left, right) = (cut(from > 0), cut(self.line.chars().count() > from + SHOWN));
        let window: String = self.line.chars().skip(from).take(SHOWN).collect();
        format!("  {left}{window}{right}\n  {}^", " ".repeat(at - from + left.chars().count()))
    }

    /// `found …, expected …`, in one line; of a bound that is passed, the bound.
    fn summary(&self) -> String {
        if let [bound] = self.expected.as_slice()
            && bound.starts_with(AT_MOST)
        {
            return format!("a selector may have {bound}");
        }
        let expected = match self.expected.as_slice() {
            [] => "something else".to_owned(),
            [one] => one.clone(),
            [firsts @ .., last] => format!("{} or {last}", firsts.join(", ")),
        };
        format!("found {}, expected {expected}", self.found)
    }
}

/// The token at the beginning of the rest, as shown to a person.
fn found(rest: &str) -> String {
    let mut chars = rest.trim_start().chars();
    let Some(first) = chars.next() else { return "the end".to_owned() };
    let same: fn(char) -> bool = match first {
        '"' => |c| c != '"',
        '=' | '!' | '<' | '>' | '~' => |c| matches!(c, '=' | '!' | '<' | '>' | '~'),
        '(' | ')' | ',' => |_| false,
        _ => super::print::is_bare,
    };
    let mut token = String::from(first);
    token.extend(chars.by_ref().take_while(|&c| same(c)).take(40));
    if first == '"' && token.chars().count() < 40 {
        token.push('"');
    }
    format!("`{}`", token.replace(char::is_control, " "))
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "column {}: {}", self.column, self.summary())?;
        write!(f, "{}", self.pointed())?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "\ndid you mean `{suggestion}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SyntaxError {}

impl From<SyntaxError> for Error {
    fn from(error: SyntaxError) -> Self {
        let hint = match &error.suggestion {
            Some(suggestion) => format!("did you mean `{suggestion}`?"),
            None if error.expected.iter().any(|expected| expected.starts_with(AT_MOST)) => {
                "list several values of one field with IN (…), or split the query".to_owned()
            }
            None => "a selector looks like: cloud = aws AND kind = vm AND idle".to_owned(),
        };
        Self::invalid(format!("invalid selector at column {}: {}\n{}", error.column, error.summary(), error.pointed())).hint(hint)
    }
}
