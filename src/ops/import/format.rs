//! The formats that import reads, and how a file is recognized before its first line is read.

use std::str::FromStr;

use escher_core::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// One resource per line, in the exchange form or a cloud's own.
    JsonLines,
    /// A JSON array or object of resources.
    Json,
    /// A table with a header.
    Csv,
    /// Rows that Steampipe printed: `{"columns":…,"rows":…}`.
    Steampipe,
    /// Azure Resource Graph, `az resource list` or another list of Azure resources.
    Azure,
    /// ARNs with tags: `aws resourcegroupstaggingapi get-resources`.
    Aws,
    /// Cloud Asset Inventory or a `gcloud … list`.
    Gcp,
    /// A Terraform state: `terraform show -json`, or the state file itself.
    Terraform,
}

impl Format {
    /// Every format, as a person may name it.
    pub const ALL: &'static [Self] =
        &[Self::JsonLines, Self::Json, Self::Csv, Self::Steampipe, Self::Azure, Self::Aws, Self::Gcp, Self::Terraform];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::JsonLines => "json-lines",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Steampipe => "steampipe",
            Self::Azure => "azure",
            Self::Aws => "aws",
            Self::Gcp => "gcp",
            Self::Terraform => "terraform",
        }
    }

    /// What it is called in a sentence: “Recognized as …”.
    pub const fn called(self) -> &'static str {
        match self {
            Self::JsonLines => "JSON Lines",
            Self::Json => "JSON",
            Self::Csv => "CSV",
            Self::Steampipe => "Steampipe rows",
            Self::Azure => "Azure resources",
            Self::Aws => "ARNs and tags from AWS",
            Self::Gcp => "Google Cloud assets",
            Self::Terraform => "a Terraform state",
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Format {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let known = Self::ALL.iter().copied().find(|format| format.as_str().eq_ignore_ascii_case(text.trim()));
        known.ok_or_else(|| {
            let words: Vec<&str> = Self::ALL.iter().map(|format| format.as_str()).collect();
            Error::invalid(format!("`{text}` is not a format that can be imported")).hint(format!("one of: {}", words.join(", ")))
        })
    }
}

/// How the records of a file follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// One to a line.
    Lines,
    /// In a JSON document, or several.
    Document,
    /// In a table with this between its columns.
    Table(u8),
}

/// What cannot be read, by its first bytes: what it is, and what helps.
const BINARY: &[(&[u8], &str, &str)] = &[
    (b"\x89PNG", "a PNG image", EXPORT),
    (b"\xff\xd8\xff", "a JPEG image", EXPORT),
    (b"GIF8", "a GIF image", EXPORT),
    (b"%PDF", "a PDF document", EXPORT),
    (b"\x1f\x8b", "a gzip archive", UNPACK),
    (b"BZh", "a bzip2 archive", UNPACK),
    (b"\xfd7zXZ\0", "an xz archive", UNPACK),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (b"PAR1", "a Parquet file", CONVERT),
    (b"Obj\x01", "an Avro file", CONVERT),
    (b"ORC", "an ORC file", CONVERT),
    (b"ARROW1", "an Arrow file", CONVERT),
    (b"SQLite format 3\0", "a SQLite database", "export the table that lists resources as CSV or JSON, and import that"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook or another Office document", SHEET),
    (b"\x7fELF", "a program", EXPORT),
    (b"MZ\x90", "a program", EXPORT),
    (b"\xff\xfe\0\0", "UTF-32 text", "save it as UTF-8"),
    (b"\0\0\xfe\xff", "UTF-32 text", "save it as UTF-8"),
];
const EXPORT: &str = "export the resources as JSON Lines, JSON or CSV, and import that";
const UNPACK: &str = "unpack it first, and import what is in it";
const CONVERT: &str = "convert it to JSON Lines or CSV first";
const SHEET: &str = "save the sheet as CSV (UTF-8), and import that";

pub(super) fn refused(what: &str, hint: &str) -> Error {
    Error::invalid(format!("this is {what}, which cannot be imported")).operation("read import file").hint(hint)
}

/// Refuses what is no text, by its first bytes.
pub(super) fn refuse_binary(head: &[u8]) -> Result<()> {
    if let Some((_, what, hint)) = BINARY.iter().find(|(magic, _, _)| head.starts_with(magic)) {
        return Err(refused(what, hint));
    }
    if head.starts_with(b"PK\x03\x04") {
        let has = |part: &[u8]| head.windows(part.len()).any(|window| window == part);
        return Err(match () {
            () if has(b"xl/") => refused("an Excel workbook", SHEET),
            () if has(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet") => refused("a spreadsheet", SHEET),
            () if has(b"word/") => refused("a Word document", EXPORT),
            () => refused("a ZIP archive", UNPACK),
        });
    }
    if head.get(257..262) == Some(b"ustar") {
        return Err(refused("a tar archive", UNPACK));
    }
    Ok(())
}

/// Refuses bytes that no text has, once it is known not to be UTF-16.
pub(super) fn refuse_control(head: &[u8]) -> Result<()> {
    match head.iter().any(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31)) {
        true => Err(refused("a binary file of a kind that Escher doesn't know", EXPORT)),
        false => Ok(()),
    }
}

/// Says how the records follow one another, from the beginning of the text. `whole` if this is all of it.
pub(super) fn layout(head: &str, whole: bool) -> Result<Layout> {
    let text = head.trim_start();
    if let Some(delimiter) = text.lines().next().and_then(separator) {
        return Ok(Layout::Table(delimiter));
    }
    let Some(initial) = text.chars().next() else {
        return Err(Error::invalid("the file is empty").operation("read import file").hint(EXPORT));
    };
    let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    match initial {
        '[' if is_array(text) => return Ok(Layout::Document),
        '{' => return Ok(if objects_by_line(text, first, whole) { Layout::Lines } else { Layout::Document }),
        _ => {}
    }
    // Lines of which the first is broken.
    if text.lines().take(50).any(|line| is_object(line.trim())) {
        return Ok(Layout::Lines);
    }
    if let Some((what, hint)) = known_text(text, first) {
        return Err(refused(what, hint));
    }
    if let Some(delimiter) = delimiter(if whole { text } else { complete(text) }) {
        return Ok(Layout::Table(delimiter));
    }
    if yaml(first) {
        return Err(refused("YAML", "convert it to JSON first"));
    }
    let hint = "it should be JSON Lines, a JSON array, CSV with a header, rows of Steampipe, a Terraform state, or what the clouds' tools list as JSON";
    Err(Error::invalid("this is text in a format that Escher doesn't know").operation("read import file").hint(hint))
}

/// What stands between the columns as the first line tells Excel: `sep=;`.
pub(super) fn separator(first: &str) -> Option<u8> {
    let first = first.trim_end_matches(['\r', '\n']);
    let first = first.strip_prefix('"').and_then(|first| first.strip_suffix('"')).unwrap_or(first);
    match first.split_at_checked(4)? {
        (word, rest) if word.eq_ignore_ascii_case("sep=") => match rest.as_bytes() {
            [delimiter @ (b',' | b';' | b'\t' | b'|')] => Some(*delimiter),
            _ => None,
        },
        _ => None,
    }
}

/// Whether text that begins with an object has one object per line. The first line alone doesn't decide: it may be the
/// one that is broken.
fn objects_by_line(text: &str, first: &str, whole: bool) -> bool {
    if is_object(first) {
        // A single object may hold a list of all.
        return text.trim_end() != first;
    }
    if whole && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
        return false;
    }
    let seen = if whole { text } else { complete(text) };
    let others: Vec<&str> = seen.lines().map(str::trim).filter(|line| !line.is_empty()).skip(1).take(50).collect();
    let objects = others.iter().filter(|line| is_object(line)).count();
    match others.is_empty() {
        // A line that goes on beyond what can be seen: a resource, or a list of all.
        true => !whole && top_keys(first).any(|key| key == "cloud"),
        // Objects that are parts of a document have a comma after them, all but the last.
        false => 2 * objects >= others.len() || !matches!(first.chars().last(), Some('{' | '[' | ',')),
    }
}

/// Text without its last line, which may go on beyond what can be seen; where there is no other, that one.
fn complete(text: &str) -> &str {
    text.rfind('\n').map_or(text, |end| &text[..end])
}

/// The keys of an object that may be cut off, as far as they can be read.
fn top_keys(object: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut escaped, mut from) = (0_usize, false, None);
    object.char_indices().filter_map(move |(at, c)| {
        match (from, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(start), '"') => {
                from = None;
                let is_key = depth == 1 && object[at + 1..].trim_start().starts_with(':');
                return is_key.then(|| &object[start..at]);
            }
            (Some(_), _) => {}
            (None, '"') => from = Some(at + 1),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
        None
    })
}

/// Whether text that begins with a bracket is JSON; `[default]` and `[[table]]` are INI and TOML, `[INFO]` is a log.
fn is_array(text: &str) -> bool {
    let inner = text.trim_start_matches(|c: char| c == '[' || c.is_whitespace());
    let ends = |rest: &str| rest.trim_start().starts_with([',', ']']);
    let literal = || ["null", "true", "false"].iter().any(|word| inner.strip_prefix(word).is_some_and(ends));
    !inner.starts_with(|c: char| c.is_alphabetic() || c == '_') || literal()
}

fn is_object(line: &str) -> bool {
    line.starts_with('{') && serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(line).is_ok()
}

fn known_text(text: &str, first: &str) -> Option<(&'static str, &'static str)> {
    let lower = first.to_ascii_lowercase();
    let starts = |fronts: &[&str]| fronts.iter().any(|front| lower.starts_with(front));
    let block = ["resource", "provider", "terraform", "variable", "module", "data", "locals", "output"];
    if starts(&["<!doctype html", "<html", "<head", "<body"]) {
        return Some(("an HTML page", "it may be a sign-in page in place of the download; export the resources as JSON or CSV"));
    }
    if starts(&["<?xml", "<"]) {
        return Some(("XML", "ask the tool for JSON output instead"));
    }
    if first.starts_with("-----BEGIN ") {
        return Some(("a key or certificate", "name the file with the resources instead"));
    }
    if first.starts_with("---") || first.starts_with("- ") || first.starts_with("apiVersion:") {
        return Some(("YAML", "convert it to JSON first"));
    }
    if block.iter().any(|word| lower.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '{']) && rest.trim_end().ends_with('{')))
    {
        return Some(("Terraform configuration", "import the state instead: what `terraform show -json` prints"));
    }
    if first.starts_with('[') && first.ends_with(']') {
        return Some(("an INI or TOML file", EXPORT));
    }
    let rule = |line: &str| line.len() > 3 && line.chars().all(|c| matches!(c, '+' | '-' | '|' | '=' | ' ' | '┌' | '─' | '┬' | '┐'));
    if text.lines().take(3).any(|line| rule(line.trim())) {
        return Some(("a table drawn for a person to read", "ask the tool for JSON or CSV output instead"));
    }
    None
}

/// What stands between the columns: the same number of times in the header and the line after it.
fn delimiter(text: &str) -> Option<u8> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let header = lines.next()?;
    let next = lines.next();
    let count = |line: &str, delimiter: u8| {
        let mut quoted = false;
        line.bytes()
            .filter(|byte| {
                quoted ^= *byte == b'"';
                !quoted && *byte == delimiter
            })
            .count()
    };
    // A cell may hold a line break: then the next line says nothing.
    let open = next.is_some_and(|line| line.bytes().filter(|byte| *byte == b'"').count() % 2 == 1);
    let fits = |delimiter: &u8| {
        let columns = count(header, *delimiter);
        columns > 0 && (open || next.is_none_or(|line| count(line, *delimiter) == columns))
    };
    [b',', b';', b'\t', b'|'].into_iter().filter(fits).max_by_key(|delimiter| count(header, *delimiter))
}

fn yaml(first: &str) -> bool {
    let Some((key, rest)) = first.split_once(':') else { return false };
    !key.is_empty()
        && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && (rest.is_empty() || rest.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_told_apart() {
        let line = r#"{"id":"i-1","cloud":"aws"}"#;
        for (text, expected) in [
            (format!("{line}\n{line}\n"), Layout::Lines),
            (format!("\n\n{line}\n\n{line}"), Layout::Lines),
            (format!("not json\n{line}\n"), Layout::Lines),
            (format!("{{\"id\":\n{line}\n"), Layout::Lines),
            (format!("{{\"id\": broken}}\n{line}\n"), Layout::Lines),
            (format!("{{\"id\":\"i-0\",\"cloud\":\"aws\",\n{line}\n{line}\n"), Layout::Lines),
            (format!("{{\"id\":\"i-0\",\"tags\":{{\n{line}\n"), Layout::Lines),
            (format!("{{\"id\":\"i-0\",\"tags\":[\n{line}\nbroken\n{line}\n"), Layout::Lines),
            (format!("{{\"data\":[\n{line},\n{line},\n{line}\n]"), Layout::Document),
            (line.to_owned(), Layout::Document),
            ("{\n \"id\": 1\n}".to_owned(), Layout::Document),
            ("{ \"data\": [\n{}\n]}".to_owned(), Layout::Document),
            ("[]".to_owned(), Layout::Document),
            ("[\n  {}\n]".to_owned(), Layout::Document),
            ("[[1,2],[3]]".to_owned(), Layout::Document),
            ("[\n  [1, 2],\n  [3]\n]".to_owned(), Layout::Document),
            ("[null]".to_owned(), Layout::Document),
            ("id,name\n1,2\n".to_owned(), Layout::Table(b',')),
            ("id;name\n1;2\n".to_owned(), Layout::Table(b';')),
            ("sep=;\r\nid;na,me\n1;2,3\n".to_owned(), Layout::Table(b';')),
            ("id\tname,x\n1\t2\n".to_owned(), Layout::Table(b'\t')),
            ("\"id, long\",name\n\"a,b\",2\n".to_owned(), Layout::Table(b',')),
        ] {
            assert_eq!(layout(&text, true).unwrap(), expected, "{text}");
        }
        assert_eq!(layout("{\"data\":[{\"id\":", false).unwrap(), Layout::Document, "one endless line");
        assert_eq!(layout("{\"data\":[{\"cloud\":\"aws\",\"id\":", false).unwrap(), Layout::Document);
        let long = "{\"id\":\"a\\\"b{\",\"cloud\":\"aws\",\"name\":\"";
        assert_eq!(layout(long, false).unwrap(), Layout::Lines, "a resource of one long line");
        assert_eq!(layout(&format!("{{\"id\":\"i-0\",\n{line}\n{line}\n{{\"id"), false).unwrap(), Layout::Lines);
    }

    #[test]
    fn what_cannot_be_read_is_called_by_its_name() {
        for (bytes, what) in [
            (&b"\x89PNG\r\n\x1a\n"[..], "PNG"),
            (b"\x1f\x8b\x08\0", "gzip"),
            (b"PK\x03\x04....xl/workbook.xml", "Excel"),
            (b"PK\x03\x04....other", "ZIP"),
            (b"PAR1\x15", "Parquet"),
            (b"SQLite format 3\0", "SQLite"),
        ] {
            let error = refuse_binary(bytes).unwrap_err();
            assert!(error.to_string().contains(what) && error.hint_text().is_some(), "{error}");
        }
        for (text, what) in [
            ("<!DOCTYPE html>\n<html>", "HTML"),
            ("<?xml version=\"1.0\"?>\n<a/>", "XML"),
            ("---\nkind: Pod\n", "YAML"),
            ("name: web\nid: 3\n", "YAML"),
            ("resource \"aws_instance\" \"web\" {\n}", "Terraform configuration"),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", "key"),
            ("[default]\nregion = x\n", "INI"),
            ("[INFO] started\n[INFO] ended\n", "doesn't know"),
            ("[[instances]]\nid = \"i-1\"\n", "INI or TOML"),
            ("+----+------+\n| id | name |\n", "drawn"),
            ("once upon a time\nthere was a cloud\n", "doesn't know"),
            ("Dear all, here is the list\nof our machines\n", "doesn't know"),
            (" \n ", "empty"),
        ] {
            let error = layout(text, true).unwrap_err();
            assert!(error.to_string().contains(what) && error.hint_text().is_some(), "{text}: {error}");
        }
    }
}
