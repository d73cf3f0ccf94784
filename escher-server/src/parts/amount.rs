//! Numbers with what they measure: storage, memory, age, CPU, cost.

use escher_core::selector::{Field, Op};

use super::Part;
use super::when;
use crate::scene::{Ask, Mood, Scene};

/// Reads comparisons: “bigger than 100 GB”, “older than 90 days”, “cpu below 5 %”, “costing more than $100”.
pub(crate) struct Amounts;

/// A whole number in digits or words.
pub(crate) fn whole(word: &str) -> Option<u64> {
    const WORDS: [&str; 21] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    if let Some(n) = WORDS.iter().position(|known| *known == word) {
        return u64::try_from(n).ok();
    }
    match word {
        "dozen" => Some(12),
        "thirty" => Some(30),
        "sixty" => Some(60),
        "ninety" => Some(90),
        "hundred" => Some(100),
        _ if word.bytes().next().is_some_and(|b| b.is_ascii_digit()) => word.replace(',', "").parse().ok(),
        _ => None,
    }
}

fn decimal(word: &str) -> Option<f64> {
    let plain = word.replace(',', "");
    let (digits, factor) = match plain.strip_suffix('k') {
        Some(digits) => (digits, 1000.0),
        None => (plain.as_str(), 1.0),
    };
    let digits_only =
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') && digits.bytes().any(|b| b.is_ascii_digit());
    let number = if digits_only { digits.parse::<f64>().ok()? * factor } else { whole(word)? as f64 };
    number.is_finite().then_some(number)
}

fn storage_unit(word: &str) -> Option<f64> {
    Some(match word {
        "gb" | "gib" | "gig" | "gigs" | "gigabyte" | "gigabytes" | "g" => 1.0,
        "tb" | "tib" | "terabyte" | "terabytes" | "t" => 1024.0,
        "mb" | "mib" | "megabyte" | "megabytes" => 1.0 / 1024.0,
        _ => return None,
    })
}

/// An amount of storage at `i` in GB, and its length: `100GB`, `1 TB`.
pub(crate) fn bytes_at(scene: &Scene<'_>, i: usize) -> Option<(f64, usize)> {
    let word = scene.low(i);
    if let Some(at) = word.find(|c: char| c.is_alphabetic()).filter(|&at| at > 0) {
        let unit = storage_unit(word[at..].trim_start_matches('-'))?;
        return Some((decimal(word[..at].trim_end_matches('-'))? * unit, 1));
    }
    let unit = storage_unit(scene.low(i + 1)).filter(|_| scene.low(i + 1).len() > 1)?;
    Some((decimal(word)? * unit, 2))
}

fn percent_at(scene: &Scene<'_>, i: usize) -> Option<(f64, usize)> {
    if let Some(digits) = scene.low(i).strip_suffix('%') {
        return Some((decimal(digits)?, 1));
    }
    matches!(scene.low(i + 1), "%" | "percent" | "pct").then(|| decimal(scene.low(i)).map(|n| (n, 2))).flatten()
}

/// Dollars a month at `i`, and the length.
fn dollars_at(scene: &Scene<'_>, i: usize) -> Option<(f64, usize)> {
    let word = scene.low(i);
    let (number, mut len) = if let Some(digits) = word.strip_prefix('$') {
        let digits = digits.split('/').next().unwrap_or_default();
        (decimal(digits)?, 1)
    } else if let Some(digits) = word.strip_suffix('$').or_else(|| word.strip_suffix("usd")) {
        (decimal(digits)?, 1)
    } else if matches!(scene.low(i + 1), "$" | "usd" | "dollar" | "dollars" | "bucks") {
        (decimal(word)?, 2)
    } else {
        return None;
    };
    let mut factor = 1.0;
    let glued = word.split_once('/').map(|(_, per)| per);
    let per = glued.or_else(|| {
        let at = i + len;
        let lead = matches!(scene.low(at), "a" | "per" | "each" | "every" | "/");
        lead.then(|| scene.low(at + 1))
    });
    match per {
        Some("month" | "mo") => {}
        Some("day" | "daily") => factor = 30.0,
        Some("year" | "yr") => factor = 1.0 / 12.0,
        Some("hour" | "hr") => factor = 730.0,
        Some("week") => factor = 30.0 / 7.0,
        _ => return Some((number, len)),
    }
    if glued.is_none() {
        len += 2;
    }
    Some(((number * factor * 100.0).round() / 100.0, len))
}

/// A comparison in words that ends right before `i`: the operator, and where it begins. “More than” ends before the number.
fn comparison_before(scene: &Scene<'_>, i: usize) -> Option<(Op, usize)> {
    const PHRASES: &[(&str, Op)] = &[
        ("no more than", Op::Le),
        ("not more than", Op::Le),
        ("at most", Op::Le),
        ("up to", Op::Le),
        ("a maximum of", Op::Le),
        ("less than or equal to", Op::Le),
        ("greater than or equal to", Op::Ge),
        ("more than or equal to", Op::Ge),
        ("no less than", Op::Ge),
        ("not less than", Op::Ge),
        ("at least", Op::Ge),
        ("a minimum of", Op::Ge),
        ("bigger than", Op::Gt),
        ("larger than", Op::Gt),
        ("greater than", Op::Gt),
        ("more than", Op::Gt),
        ("higher than", Op::Gt),
        ("over", Op::Gt),
        ("above", Op::Gt),
        ("exceeding", Op::Gt),
        ("exceeds", Op::Gt),
        ("beyond", Op::Gt),
        ("older than", Op::Gt),
        ("longer than", Op::Gt),
        ("more expensive than", Op::Gt),
        ("costlier than", Op::Gt),
        ("smaller than", Op::Lt),
        ("less than", Op::Lt),
        ("lower than", Op::Lt),
        ("fewer than", Op::Lt),
        ("under", Op::Lt),
        ("below", Op::Lt),
        ("younger than", Op::Lt),
        ("newer than", Op::Lt),
        ("cheaper than", Op::Lt),
        ("shorter than", Op::Lt),
        ("less expensive than", Op::Lt),
        ("exactly", Op::Eq),
        ("equal to", Op::Eq),
        ("equals", Op::Eq),
        (">", Op::Gt),
        ("<", Op::Lt),
        (">=", Op::Ge),
        ("<=", Op::Le),
        ("=", Op::Eq),
    ];
    PHRASES
        .iter()
        .filter_map(|&(phrase, op)| {
            let len = phrase.split(' ').count();
            let at = i.checked_sub(len)?;
            (scene.phrase(at, &[phrase]) == len).then_some((len, op, at))
        })
        .max_by_key(|&(len, ..)| len)
        .map(|(_, op, at)| (op, at))
}

/// “or more”, “or older”, “+” after the number.
fn comparison_after(scene: &Scene<'_>, i: usize) -> Option<(Op, usize)> {
    let op = match scene.low(i + 1) {
        "more" | "larger" | "bigger" | "older" | "higher" | "above" | "greater" => Op::Ge,
        "less" | "smaller" | "younger" | "newer" | "lower" | "fewer" | "below" => Op::Le,
        _ => return None,
    };
    (scene.low(i) == "or" || scene.low(i) == "and").then_some((op, 2))
}

fn negative(op: Op) -> Op {
    match op {
        Op::Gt => Op::Le,
        Op::Ge => Op::Lt,
        Op::Lt => Op::Ge,
        Op::Le => Op::Gt,
        other => other,
    }
}

/// Words around an amount that say what it measures.
const CPU: &[&str] = &["cpu", "processor", "utilization", "utilisation"];
const MEMORY: &[&str] = &["memory", "ram", "mem"];
const FILLER: &[&str] = &[
    "cpu",
    "processor",
    "utilization",
    "utilisation",
    "usage",
    "use",
    "using",
    "load",
    "average",
    "avg",
    "memory",
    "ram",
    "mem",
    "of",
    "storage",
    "space",
    "capacity",
    "cost",
    "costs",
    "costing",
    "that",
    "which",
    "with",
    "have",
    "has",
    "having",
    "a",
    "is",
    "are",
    "monthly",
    "price",
    "priced",
    "spend",
    "spending",
    "month",
    "per",
    "each",
    "old",
    "age",
    "aged",
    "whose",
    "on",
    "disk",
    "size",
    "sized",
    "free",
    "been",
    "running",
    "provisioned",
    "allocated",
    "in",
    "an",
];

impl Part for Amounts {
    fn read(&self, scene: &mut Scene<'_>) {
        if scene.intent.is_some() {
            return;
        }
        let mut i = 0;
        while i < scene.len() {
            i += if scene.free(i) { amount(scene, i).max(1) } else { 1 };
        }
    }
}

fn amount(scene: &mut Scene<'_>, i: usize) -> usize {
    if let Some((gb, len)) = bytes_at(scene, i) {
        let memory = near(scene, i, len, MEMORY);
        let field = if memory { Field::Memory } else { Field::Capacity };
        let tera = scene.low(i + len - 1).contains('t') && gb >= 1024.0;
        let value = if tera { tidy(gb / 1024.0) + "TB" } else { tidy(gb) + "GB" };
        return compare(scene, i, len, field, value, None);
    }
    if let Some((percent, len)) = percent_at(scene, i) {
        if near(scene, i, len, CPU) || comparison_before(scene, i).is_some() {
            return compare(scene, i, len, Field::Cpu, tidy(percent) + "%", None);
        }
        return 0;
    }
    if let Some((dollars, len)) = dollars_at(scene, i) {
        return compare(scene, i, len, Field::Cost, format!("${}", tidy(dollars)), None);
    }
    if let Some((number, span, len)) = when::span_at(scene, i) {
        let old =
            matches!(scene.low(i + len), "old" | "older") || scene.low(i).ends_with("-old") || scene.low(i + len - 1).ends_with("-old");
        let plus = scene.low(i).contains('+');
        let told = comparison_before(scene, i);
        let ageing = old
            || told.is_some_and(|(_, at)| {
                matches!(scene.low(at), "older" | "younger" | "newer") || around(scene, at, &["age", "old", "aged"])
            });
        let running = told.is_some() && scene.says(&["running for", "been running", "up for", "stopped for"]);
        let runs = running && scene.says(&["running for", "been running", "up for"]);
        if runs && !ageing && scene.mood == Mood::Order {
            // A question takes the age for it; a change does not.
            let age = format!("older than {}", span.text(number));
            scene.doubt("I know how old things are, not how long they have been running. Which ones exactly?", vec![age]);
        }
        if ageing || runs {
            let default = if plus {
                Op::Ge
            } else if told.is_none() {
                Op::Gt
            } else {
                Op::Eq
            };
            return compare(scene, i, len + usize::from(old && scene.low(i + len) == "old"), Field::Age, span.text(number), Some(default));
        }
        return 0;
    }
    // “Between 100 and 500 GB”: the unit follows the second number.
    if i > 0 && scene.low(i - 1) == "between" && scene.low(i + 1) == "and" {
        let low = decimal(scene.low(i));
        let high = bytes_at(scene, i + 2).map(|(gb, len)| (gb / decimal(scene.low(i + 2)).unwrap_or(gb), len, "GB", Field::Capacity));
        let high = high.or_else(|| percent_at(scene, i + 2).map(|(_, len)| (1.0, len, "%", Field::Cpu)));
        if let (Some(low), Some((unit, len, word, field))) = (low, high) {
            let field = if field == Field::Capacity && near(scene, i + 2, len, MEMORY) { Field::Memory } else { field };
            return compare(scene, i, 1, field, tidy(low * unit) + word, None);
        }
    }
    // A bare number is an amount only where the field was named: “cost > 100”, “cpu below 5”.
    if let Some(number) = decimal(scene.low(i)) {
        let Some((_, at)) = comparison_before(scene, i) else { return 0 };
        let field = if around(scene, at, &["cpu", "utilization", "utilisation"]) {
            Field::Cpu
        } else if around(scene, at, &["cost", "costs", "costing", "spend", "spending", "price"]) {
            Field::Cost
        } else if around(scene, at, &["age"]) {
            Field::Age
        } else {
            return 0;
        };
        return compare(scene, i, 1, field, tidy(number), None);
    }
    0
}

fn tidy(number: f64) -> String {
    format!("{}", (number * 1000.0).round() / 1000.0)
}

fn near(scene: &Scene<'_>, i: usize, len: usize, words: &[&str]) -> bool {
    (i.saturating_sub(6)..(i + len + 4).min(scene.len())).any(|j| words.contains(&scene.low(j)))
}

fn around(scene: &Scene<'_>, at: usize, words: &[&str]) -> bool {
    (at.saturating_sub(3)..at).any(|j| words.contains(&scene.low(j)))
}

fn compare(scene: &mut Scene<'_>, i: usize, len: usize, field: Field, value: String, default: Option<Op>) -> usize {
    let before = comparison_before(scene, i);
    let after = comparison_after(scene, i + len);
    let plus = scene.low(i).ends_with('+');
    let (op, start) = before.map_or((None, i), |(op, at)| (Some(op), at));
    let op = after.map(|(op, _)| op).or(op).or(plus.then_some(Op::Ge)).or(default).unwrap_or(Op::Eq);
    let low_end = start > 0 && scene.low(start - 1) == "between";
    let high_end = i > 0 && matches!(scene.low(i - 1), "and" | "to") && (i.saturating_sub(6)..i).any(|j| scene.low(j) == "between");
    let op = if low_end {
        Op::Ge
    } else if high_end {
        Op::Le
    } else {
        op
    };
    let negated = start > 0 && matches!(scene.low(start - 1), "not" | "no" | "isn't" | "aren't")
        || (start > 1 && scene.low(start - 1) == "any" && scene.low(start - 2) == "not");
    let op = if negated { negative(op) } else { op };
    let end = i + len + after.map_or(0, |(_, len)| len);
    let start = start - usize::from(low_end);
    scene.use_up(start, end - start);
    let mut j = start;
    while j > 0 && (FILLER.contains(&scene.low(j - 1)) || negated && matches!(scene.low(j - 1), "not" | "any")) && scene.free(j - 1) {
        j -= 1;
        scene.use_up(j, 1);
    }
    let mut j = end;
    while FILLER.contains(&scene.low(j))
        && !matches!(scene.low(j), "in" | "with" | "on" | "that" | "which" | "disk" | "running" | "whose")
        && scene.free(j)
    {
        scene.use_up(j, 1);
        j += 1;
    }
    scene.found.push(crate::scene::Found { at: i, ask: Ask::Compare(field, op, value), negated: false });
    end - i
}
