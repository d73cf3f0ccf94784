//! The text of a selector.

use std::fmt::{self, Write as _};

use super::{Relation, Selector, Value};
use crate::Flag;

const KEYWORDS: [&str; 5] = ["AND", "OR", "NOT", "IN", "EXISTS"];

/// Whether a word is one of the language's own.
pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
}

/// Whether a character may stand in a word without quotes.
pub(super) fn is_bare(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !matches!(c, '(' | ')' | ',' | '=' | '!' | '<' | '>' | '~' | '"')
}

/// The text as a word where that reads back the same, in double quotes otherwise.
pub(super) fn quoted_where_needed(text: &str) -> String {
    let bare = !text.is_empty() && !text.starts_with('\'') && text.chars().all(is_bare) && !is_keyword(text);
    if bare { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        write(&self.clone().normalized(), &mut text)?;
        f.pad(&text)
    }
}

/// Writes a tree that is normal: no empty or single AND and OR, none within its own kind, `All` only by itself.
fn write(selector: &Selector, out: &mut String) -> fmt::Result {
    match selector {
        Selector::All => Ok(()),
        Selector::And(parts) => separated(parts, " AND ", out, |part| matches!(part, Selector::Or(_))),
        Selector::Or(parts) => separated(parts, " OR ", out, |_| false),
        Selector::Not(inner) => match &**inner {
            Selector::Flag(flag) => write!(out, "{flag} = false"),
            part => {
                out.push_str("NOT ");
                grouped(part, matches!(part, Selector::And(_) | Selector::Or(_) | Selector::Not(_)), out)
            }
        },
        Selector::Compare { field, op, value } => write!(out, "{field} {op} {value}"),
        Selector::In { field, values } => {
            write!(out, "{field} IN (")?;
            // A flag by itself would be read as a selector of what is related.
            let flag = |value: &Value| Relation::of(field).is_some() && value.plain().parse::<Flag>().is_ok();
            if let [value] = values.as_slice()
                && flag(value)
            {
                out.push_str(&quoted(&value.plain()));
            } else {
                for (i, value) in values.iter().enumerate() {
                    write!(out, "{}{value}", if i == 0 { "" } else { ", " })?;
                }
            }
            out.push(')');
            Ok(())
        }
        Selector::Related { by, to } => {
            write!(out, "{by} IN ")?;
            grouped(to, true, out)
        }
        Selector::Exists(field) => write!(out, "{field} EXISTS"),
        Selector::Flag(flag) => write!(out, "{flag}"),
    }
}

fn separated(parts: &[Selector], between: &str, out: &mut String, needs_group: impl Fn(&Selector) -> bool) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            out.push_str(between);
        }
        grouped(part, needs_group(part), out)?;
    }
    Ok(())
}

fn grouped(part: &Selector, group: bool, out: &mut String) -> fmt::Result {
    if !group {
        return write(part, out);
    }
    out.push('(');
    write(part, out)?;
    out.push(')');
    Ok(())
}
