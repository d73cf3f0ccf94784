//! What a token is by its looks alone.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use escher_core::selector::Field;
use escher_core::{CloudId, lexicon as words, regions};

use super::size::is_size;
use super::times;
use super::token::{Shape, Token};
use crate::lexicon::{Lexicon, is_near_code};
use crate::meaning::{Formula, Sem};

/// The readings of a token. `read` says whether the lexicon knows the word, `owned` whether as more than a function word.
pub(super) fn of(token: &Token, lexicon: &Lexicon, read: bool, owned: bool) -> Vec<(&'static str, Sem)> {
    let text = token.text.as_str();
    let mut found: Vec<(&'static str, Sem)> = Vec::new();
    let mut put = |category, sem| found.push((category, sem));
    match token.shape {
        Shape::Mark | Shape::Emoji | Shape::Odd => return found,
        Shape::Quoted => {
            // An empty name is a placeholder.
            // So is a pattern.
            let pattern = text.contains(['*', '{', '}', '$', '`', '<', '>']);
            if !pattern && !text.trim().is_empty() && text.len() <= 200 && !text.chars().any(char::is_control) {
                put("Quoted", Sem::Text(text.to_owned()));
            }
            return found;
        }
        Shape::KeyValue => {
            // `owner={team}`: something was not put in.
            if let Some((key, value)) =
                text.split_once('=').filter(|(_, value)| !is_hole(value) && !value.starts_with('$') && !value.contains('|'))
            {
                let value = value.trim_matches(|c| matches!(c, '"' | '\'' | '“' | '”' | '`'));
                // A selector's field is written with the word, a tag without.
                let key = key.strip_prefix("tag.").filter(|key| !key.is_empty()).unwrap_or(key);
                put("KeyValue", Sem::Tags(BTreeMap::from([(key.to_owned(), value.to_owned())])));
            }
            return found;
        }
        Shape::Word => {}
    }
    if is_placeholder(text) {
        return found;
    }
    put("Any", Sem::Text(text.to_owned()));
    if let Some(sem) = times::of(&token.low, lexicon).or_else(|| quantity(&token.low)) {
        found.push(sem);
        return found;
    }
    if times::is_odd(&token.low) {
        return found;
    }
    let place = place(text);
    if let Some(sem) = place {
        found.push(sem);
        return found;
    }
    if is_ticket(text) {
        found.push(("Ticket", Sem::Text(text.to_owned())));
    }
    if is_size(text) {
        found.push(("Size", Sem::Text(text.to_owned())));
    } else if is_id(text) {
        found.push(("Id", Sem::Text(text.to_owned())));
    } else if is_cidr(text) {
        found.push(("Cidr", Sem::Text(text.to_owned())));
    } else if is_address(text) {
        found.push(("Address", Sem::Text(text.to_owned())));
    } else if is_identifier(text) && !owned && !lexicon.is_prose(&token.low) && !is_near_code(&token.low) {
        found.push(("Name", Sem::Text(text.to_owned())));
    } else if !read && is_free_word(&token.low) && !lexicon.is_ordinary(&token.low) && !lexicon.is_near_place(&token.low) {
        found.push(("Word", Sem::Text(text.to_owned())));
    }
    if lexicon.names(&token.low) {
        found.push(("Named", Sem::Text(text.to_owned())));
    }
    found
}

/// `{team}`, `<team>`: a value that was not put in.
fn is_hole(value: &str) -> bool {
    let inner = value
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .or_else(|| value.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')));
    inner.is_some_and(|inner| inner.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ')))
}

/// `{name}`, `???`, `<vm>`, `web-*`, `XXX`, `TBD`: stands for something that was not put in.
fn is_placeholder(text: &str) -> bool {
    text.contains(['{', '}', '*', '$', '<', '>', '[', ']', '`', '|', '\\', ';']) && quantity(&text.to_lowercase()).is_none()
        || text.chars().all(|c| matches!(c, '?' | '_' | '.' | '-'))
        || text.len() >= 3 && text.chars().all(|c| matches!(c, 'x' | 'X'))
        || matches!(text.to_lowercase().as_str(), "tbd" | "todo" | "fixme" | "placeholder")
        || text.contains("..")
}

/// The part of a name in a pattern of it: `web-*`, `*prod*`. Only questions read one, and only with one part.
pub(super) fn pattern(token: &Token) -> Option<&str> {
    let stem = token.text.trim_matches(['*', '?', '%']);
    let fits = stem.len() > 1 && stem.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    (matches!(token.shape, Shape::Word | Shape::Quoted) && stem.len() < token.text.len() && token.text.contains('*') && fits)
        .then_some(stem)
}

/// Numbers and what is counted: `5`, `+2`, `90d`, `100GB`, `20%`, `$5`.
pub(super) fn quantity(low: &str) -> Option<(&'static str, Sem)> {
    let plain = low.replace(',', "");
    // Commas part thousands, or nothing that is one number.
    let mut groups = low.trim_start_matches('$').split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = groups.all(|group| group.bytes().take_while(u8::is_ascii_digit).count() == 3) && (1..=3).contains(&first.len());
    if low.contains(',') && !grouped {
        return None;
    }
    let text = |text: &str| Sem::Text(text.to_owned());
    if plain.bytes().all(|b| b.is_ascii_digit()) && !plain.is_empty() && plain.len() <= 12 {
        return Some(("Num", text(&plain)));
    }
    if let Some(rest) = plain.strip_prefix(['+', '-']).filter(|rest| rest.bytes().all(|b| b.is_ascii_digit()) && !rest.is_empty()) {
        let sign = if plain.starts_with('+') { "+" } else { "-" };
        return Some(("Signed", text(&format!("{sign}{rest}"))));
    }
    // “1.500” is one and a half to some, and fifteen hundred to others.
    let open =
        |text: &str| text.split_once('.').is_some_and(|(whole, part)| part.len() == 3 && (1..=3).contains(&whole.len()) && whole != "0");
    let number = |text: &str| !text.is_empty() && !open(text) && text.parse::<f64>().is_ok_and(|value| value.is_finite() && value >= 0.0);
    if let Some(rest) = plain.strip_prefix('$') {
        // A cost is one of a month anyway.
        let rest = ["/month", "/mo"].iter().find_map(|ending| rest.strip_suffix(ending)).unwrap_or(rest);
        let (rest, thousand) = rest.strip_suffix('k').map_or((rest, false), |rest| (rest, true));
        return number(rest).then(|| ("Money", text(&if thousand { thousands(rest) } else { rest.to_owned() })));
    }
    if let Some(rest) = plain.strip_suffix('%').filter(|rest| number(rest)) {
        return Some(("Percent", text(rest)));
    }
    let Some(cut) = plain.find(|c: char| c.is_ascii_alphabetic()) else {
        return number(&plain).then(|| ("Decimal", text(&plain)));
    };
    let (amount, unit) = plain.split_at(cut);
    if number(amount) {
        match unit {
            "gb" | "gib" => return Some(("Capacity", text(&format!("{amount}GB")))),
            "tb" | "tib" => return Some(("Capacity", text(&format!("{amount}TB")))),
            "mb" | "mib" => return Some(("Capacity", text(&format!("{amount}MB")))),
            "h" | "d" | "w" | "mo" | "y" => return Some(("Duration", text(&format!("{amount}{unit}")))),
            "hr" | "hrs" => return Some(("Duration", text(&format!("{amount}h")))),
            _ => {}
        }
    }
    None
}

fn thousands(number: &str) -> String {
    number.parse::<f64>().map_or_else(|_| number.to_owned(), |number| (number * 1000.0).to_string())
}

/// A number and its unit as two words: `1 TB`, `5 percent`, `500 dollars`.
pub(super) fn measured(number: &str, unit: &str) -> Option<(&'static str, Sem)> {
    let (category, Sem::Text(number)) = quantity(number)? else { return None };
    if !matches!(category, "Num" | "Decimal") {
        return None;
    }
    let (category, ending) = match unit {
        "gb" | "gib" | "gigabyte" | "gigabytes" | "gigs" | "gig" => ("Capacity", "GB"),
        "tb" | "tib" | "terabyte" | "terabytes" => ("Capacity", "TB"),
        "mb" | "mib" | "megabyte" | "megabytes" => ("Capacity", "MB"),
        "%" | "percent" | "pct" => ("Percent", ""),
        "usd" | "dollar" | "dollars" | "bucks" => ("Money", ""),
        _ => return None,
    };
    Some((category, Sem::Text(format!("{number}{ending}"))))
}

/// `INC0012345`, `OPS-7`: the number of a ticket. It may be a name as well.
fn is_ticket(text: &str) -> bool {
    let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let rest = &text[letters..];
    let digits = rest.strip_prefix('-').unwrap_or(rest);
    let known = matches!(&text[..letters], "INC" | "CHG" | "REQ" | "RITM" | "PRB" | "TASK" | "SCTASK" | "CR" | "SR");
    let counted = (1..=10).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    counted && (known && (rest.starts_with('-') || digits.len() >= 3) || (2..=10).contains(&letters) && rest.starts_with('-'))
}

/// The codes of regions as they are written, by the same in lower case.
static CODES: LazyLock<HashMap<String, &str>> =
    LazyLock::new(|| regions::all().iter().map(|region| (region.code.to_lowercase(), region.code)).collect());

/// Regions and zones by their code.
fn place(text: &str) -> Option<(&'static str, Sem)> {
    let low = text.to_lowercase();
    if let Some(&code) = CODES.get(low.as_str()) {
        return Some(("Region", Formula::is(Field::Region, code).into()));
    }
    if !low.contains('-') {
        return None;
    }
    let zone = [CloudId::Aws, CloudId::Gcp].into_iter().find_map(|cloud| regions::of_zone(cloud, &low));
    let local = low.contains("-lax-") || low.contains("-wl1-") || low.matches('-').count() == 4;
    if zone.is_some() || local && regions::all().iter().any(|region| low.starts_with(&format!("{}-", region.code))) {
        return Some(("Zone", Formula::is(Field::Zone, low).into()));
    }
    None
}

/// The cloud's own ids.
fn is_id(text: &str) -> bool {
    let low = text.to_lowercase();
    let hex = |rest: &str| rest.len() >= 3 && rest.chars().all(|c| c.is_ascii_hexdigit());
    let aws = ["i-", "vol-", "snap-", "ami-", "sg-", "subnet-", "vpc-", "eni-", "eipalloc-", "nat-", "igw-", "rtb-", "lt-"]
        .iter()
        .any(|prefix| low.strip_prefix(prefix).is_some_and(|rest| hex(rest) && rest.contains(|c: char| c.is_ascii_digit())));
    aws || low.starts_with("arn:") && low.matches(':').count() >= 5
        || low.starts_with("/subscriptions/")
        || low.starts_with("projects/") && low.matches('/').count() >= 3
        || low.starts_with("//") && low.contains(".googleapis.com/")
        || low.starts_with("https://www.googleapis.com/compute/")
}

fn is_cidr(text: &str) -> bool {
    text.split_once('/').is_some_and(|(address, bits)| is_address(address) && bits.parse::<u8>().is_ok())
}

fn is_address(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok()
}

/// An identifier by its looks: letters joined by separators, or letters with digits, and no word of the lexicon.
fn is_identifier(word: &str) -> bool {
    let fits = word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '@'));
    if word.len() < 2 || word.len() > 200 || !fits || !word.chars().any(|c| c.is_ascii_alphabetic()) {
        return false;
    }
    let joined = word.contains(['-', '_', '.', '@']) || (word.contains('/') && word.contains(|c: char| c.is_ascii_digit()));
    let mixed = word.chars().any(|c| c.is_ascii_digit());
    let ends = word.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/'))
        && word.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    // `web-1/web-2` are two.
    let several =
        word.split_once('/').is_some_and(|(a, b)| a.rsplit_once('-').map(|a| a.0) == b.rsplit_once('-').map(|b| b.0) && a.contains('-'));
    let one = !several && (!word.contains('/') || word.contains(|c: char| c.is_ascii_digit()));
    (joined || mixed) && ends && one && words::meanings(word).next().is_none() && !region_like(word)
}

/// `eu-west-9`: the code of a region that there is none of. It is no name.
fn region_like(name: &str) -> bool {
    const SIDES: &[&str] = &["east", "west", "north", "south", "central", "northeast", "northwest", "southeast", "southwest"];
    let low = name.to_lowercase();
    let parts: Vec<&str> = low.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-').split('-').collect();
    parts.len() >= 2
        && parts.iter().skip(1).any(|part| SIDES.contains(part))
        && parts[0].len() <= 12
        && low.ends_with(|c: char| c.is_ascii_digit())
}

/// Letters alone.
fn is_free_word(word: &str) -> bool {
    (2..=40).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase())
}
