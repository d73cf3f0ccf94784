//! The grammar. Every failure knows its place and what could have stood there, so nothing is tried twice.

use winnow::Parser as _;
use winnow::combinator::{alt, opt, peek, preceded, separated};
use winnow::error::{ErrMode, ParserError};
use winnow::stream::{LocatingSlice, Location as _, Stateful, Stream as _};
use winnow::token::{any, one_of, take_while};

use super::error::{AT_MOST, Fail};
use super::field::Prefix;
use super::{Field, FieldType, Op, Quantity, Relation, Selector, SyntaxError, Value, print, vocabulary};
use crate::{Flag, fuzzy};

/// Levels of NOT and parentheses that a selector may have; deeper ones would endanger the stack, here and elsewhere.
const MAX_DEPTH: usize = 64;
/// Conditions that a selector may have, nested ones included: databases, too, have limits.
const MAX_CONDITIONS: usize = 500;
/// Values that all lists of a selector may have together.
const MAX_VALUES: usize = 10_000;
/// Words that `~` may look for in all of a selector, and their bytes: each is held against every resource.
const MAX_WORDS: usize = 500;
const MAX_WORD_BYTES: usize = 4_000;
/// Bytes that the text of a selector may have.
const MAX_BYTES: usize = 1 << 20;

/// How much of its bounds a selector has used up.
#[derive(Clone, Copy, Debug, Default)]
struct Used {
    depth: usize,
    conditions: usize,
    values: usize,
    words: usize,
    word_bytes: usize,
}

/// The text with its place, and how far its bounds are used up.
type Input<'i> = Stateful<LocatingSlice<&'i str>, Used>;
type Parsed<T> = Result<T, ErrMode<Fail>>;

impl ParserError<Input<'_>> for Fail {
    type Inner = Self;

    fn from_input(input: &Input<'_>) -> Self {
        Self { at: input.current_token_start(), expected: Vec::new(), suggestion: None }
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

/// A failure that no alternative can fix.
fn fail<T>(fail: Fail) -> Parsed<T> {
    Err(ErrMode::Cut(fail))
}

pub(super) fn selector(text: &str) -> Result<Selector, SyntaxError> {
    if text.len() > MAX_BYTES {
        return Err(SyntaxError::new(text, Fail::new(0, [format!("{AT_MOST} {MAX_BYTES} bytes")])));
    }
    let mut input = Input { input: LocatingSlice::new(text), state: Used::default() };
    match whole(&mut input) {
        Ok(selector) => Ok(selector),
        Err(ErrMode::Cut(fail) | ErrMode::Backtrack(fail)) => Err(SyntaxError::new(text, fail)),
        Err(ErrMode::Incomplete(_)) => Err(SyntaxError::new(text, Fail::new(text.len(), ["more text"]))),
    }
}

/// A field by itself, `name` or `tag."Cost Center"`; `None` if the text is more or less than that.
pub(super) fn field(text: &str) -> Option<Field> {
    let mut input = Input { input: LocatingSlice::new(text), state: Used::default() };
    let (_, word) = subject(&mut input).ok()?;
    match word {
        Subject::Field(field) if input.is_empty() => Some(field),
        _ => None,
    }
}

fn whole(input: &mut Input<'_>) -> Parsed<Selector> {
    space(input)?;
    if input.is_empty() {
        return Ok(Selector::All);
    }
    let selector = disjunction(input)?;
    let at = next_place(input)?;
    if input.is_empty() { Ok(selector) } else { fail(Fail::new(at, ["AND", "OR", "the end"]).suggest(joining(input))) }
}

fn disjunction(input: &mut Input<'_>) -> Parsed<Selector> {
    separated(1.., conjunction, keyword("OR")).map(|parts| Selector::Or(parts).normalized()).parse_next(input)
}

fn conjunction(input: &mut Input<'_>) -> Parsed<Selector> {
    separated(1.., negation, keyword("AND")).map(|parts| Selector::And(parts).normalized()).parse_next(input)
}

fn negation(input: &mut Input<'_>) -> Parsed<Selector> {
    let at = next_place(input)?;
    if opt(keyword("NOT")).parse_next(input)?.is_none() {
        return primary(input);
    }
    deeper(input, at, |input| {
        // Parentheses right after NOT are part of it, so that printing never nests deeper than what was read.
        let open = next_place(input)?;
        let inner = if opt('(').parse_next(input)?.is_some() { group(input, open) } else { negation(input) };
        inner.map(|inner| Selector::Not(Box::new(inner)))
    })
}

fn primary(input: &mut Input<'_>) -> Parsed<Selector> {
    let at = next_place(input)?;
    if opt('(').parse_next(input)?.is_some() {
        return deeper(input, at, |input| group(input, at));
    }
    comparison_or_flag(input)
}

/// What follows an opening parenthesis, up to and with the closing one.
fn group(input: &mut Input<'_>, open: usize) -> Parsed<Selector> {
    let selector = disjunction(input)?;
    let at = next_place(input)?;
    if opt(')').parse_next(input)?.is_some() {
        return Ok(selector);
    }
    let closing = format!("`)` for the `(` at character {}", open + 1);
    fail(Fail::new(at, ["AND".to_owned(), "OR".to_owned(), closing]).suggest(joining(input)))
}

fn deeper<'i, T>(input: &mut Input<'i>, at: usize, inner: impl FnOnce(&mut Input<'i>) -> Parsed<T>) -> Parsed<T> {
    if input.state.depth >= MAX_DEPTH {
        return fail(Fail::new(at, [format!("{AT_MOST} {MAX_DEPTH} levels of NOT and parentheses")]));
    }
    input.state.depth += 1;
    let parsed = inner(input)?;
    input.state.depth -= 1;
    Ok(parsed)
}

/// What a comparison begins with.
enum Subject {
    Field(Field),
    Flag(Flag),
}

/// Reads a field or a flag, and gives the place and the word too.
fn subject<'i>(input: &mut Input<'i>) -> Parsed<((usize, &'i str), Subject)> {
    let at = next_place(input)?;
    let expected = ["a field", "a tag key", "a flag", "NOT", "`(`"];
    let Some(word) = opt(bare).parse_next(input)? else {
        let suggestion = peek(opt(quoted)).parse_next(input).ok().flatten();
        return fail(Fail::new(at, expected).suggest(suggestion.map(|text| format!("text ~ {}", Value::Text(text)))));
    };
    if let Some((prefix, rest)) = Field::prefix(word)
        && (rest.is_empty() || (prefix == Prefix::Attr && rest.ends_with('.')))
    {
        let key_at = input.current_token_start();
        match opt(quoted).parse_next(input)?.map(|key| prefix.field(&format!("{rest}{key}"))) {
            Some(Some(field)) => return Ok(((at, word), Subject::Field(field))),
            None if !rest.is_empty() => {}
            _ => return fail(Fail::new(key_at, [prefix.expects()])),
        }
    }
    if let Ok(flag) = word.parse::<Flag>() {
        return Ok(((at, word), Subject::Flag(flag)));
    }
    match Field::from_word(word) {
        Some(field) => Ok(((at, word), Subject::Field(field))),
        None => fail(Fail::new(at, expected)),
    }
}

fn comparison_or_flag(input: &mut Input<'_>) -> Parsed<Selector> {
    let at = next_place(input)?;
    if input.state.conditions >= MAX_CONDITIONS {
        return fail(Fail::new(at, [format!("{AT_MOST} {MAX_CONDITIONS} conditions")]));
    }
    input.state.conditions += 1;
    match subject(input)? {
        (_, Subject::Flag(flag)) => flag_test(input, flag),
        ((at, word), Subject::Field(field)) => comparison(input, field, at, word),
    }
}

fn flag_test(input: &mut Input<'_>, flag: Flag) -> Parsed<Selector> {
    let at = next_place(input)?;
    if peek(opt(alt((keyword("IN"), keyword("EXISTS"))))).parse_next(input)?.is_some() {
        return fail(Fail::new(at, ["AND", "OR", "`= true`", "`= false`", "the end"]));
    }
    let Some(op) = operator(input, &[Op::Eq, Op::Ne], "a flag")? else { return Ok(Selector::Flag(flag)) };
    let at = next_place(input)?;
    let text = raw_value(input, &["true", "false"])?;
    let says = match text.to_ascii_lowercase().as_str() {
        "true" | "yes" => true,
        "false" | "no" => false,
        _ => return fail(Fail::new(at, ["true", "false"]).suggest(fuzzy::nearest(&text, ["true", "false"]))),
    };
    let flag = Selector::Flag(flag);
    Ok(if says == (op == Op::Eq) { flag } else { Selector::Not(Box::new(flag)) })
}

fn comparison(input: &mut Input<'_>, field: Field, word_at: usize, word: &str) -> Parsed<Selector> {
    let at = next_place(input)?;
    if opt(keyword("EXISTS")).parse_next(input)?.is_some() {
        return Ok(Selector::Exists(field));
    }
    if field.ty() != FieldType::Search && opt(keyword("IN")).parse_next(input)?.is_some() {
        return match Relation::of(&field) {
            Some(by) => related(input, by, field),
            None => Ok(Selector::In { values: list(input, &field)?, field }),
        };
    }
    if let Some(op) = operator(input, field.ty().ops(), &field.to_string())? {
        let value = value(input, &field, op)?;
        return Ok(Selector::Compare { field, op, value });
    }
    // A word by itself was meant as a flag if it looks like one.
    let flag = fuzzy::nearest(word, Flag::ALL.iter().map(|flag| flag.as_str()));
    if let (Field::Tag(_), Some(flag)) = (&field, flag) {
        return fail(Fail::new(word_at, Flag::ALL.iter().map(|flag| flag.as_str())).suggest(Some(flag)));
    }
    let mut expected: Vec<String> = field.ty().ops().iter().map(|op| format!("`{op}`")).collect();
    if field.ty() != FieldType::Search {
        expected.push("IN".to_owned());
    }
    expected.push(format!("EXISTS after `{word}`"));
    let negated = peek(opt((keyword("NOT"), alt((keyword("IN"), keyword("EXISTS")))))).parse_next(input)?.is_some();
    let suggestion = if negated {
        Some(format!("NOT {field} …"))
    } else {
        match peek(opt(preceded(space, bare))).parse_next(input)?.map(str::to_ascii_lowercase).as_deref() {
            Some("is" | "equals" | "eq") => Some("=".to_owned()),
            Some("like" | "contains" | "matches") => Some("~".to_owned()),
            _ => None,
        }
    };
    fail(Fail::new(at, expected).suggest(suggestion))
}

/// An operator, if one stands here; one that the field cannot take is a failure.
fn operator(input: &mut Input<'_>, allowed: &[Op], of: &str) -> Parsed<Option<Op>> {
    let at = next_place(input)?;
    let sign = |c: char| matches!(c, '=' | '!' | '<' | '>' | '~');
    let Some(text) = opt(take_while(1.., sign)).parse_next(input)? else { return Ok(None) };
    match text.parse::<Op>() {
        Ok(op) if allowed.contains(&op) => Ok(Some(op)),
        parsed => {
            let meant = match (parsed, text) {
                (Err(_), "==" | "===") => Some("="),
                (Err(_), "<>") => Some("!="),
                (Err(_), "=<") => Some("<="),
                (Err(_), "=>") => Some(">="),
                (Err(_), "=~" | "~=" | "~~") => Some("~"),
                _ => None,
            };
            let expected = allowed.iter().enumerate().map(|(i, op)| match i + 1 == allowed.len() {
                true => format!("`{op}` for {of}"),
                false => format!("`{op}`"),
            });
            fail(Fail::new(at, expected).suggest(meant))
        }
    }
}

/// What follows `relation IN`: values, or a selector of what is related.
fn related(input: &mut Input<'_>, by: Relation, field: Field) -> Parsed<Selector> {
    let open = next_place(input)?;
    if has_values(input) {
        return Ok(Selector::In { values: list(input, &field)?, field });
    }
    if opt('(').parse_next(input)?.is_none() {
        return fail(Fail::new(open, ["`(` and values or a selector after IN"]));
    }
    let to = deeper(input, open, |input| group(input, open))?;
    Ok(Selector::Related { by, to: Box::new(to) }.normalized())
}

/// Whether values follow: a text that is no keyword, and then a comma or the end of the list. A single flag is a
/// selector.
fn has_values(input: &mut Input<'_>) -> bool {
    let start = input.checkpoint();
    let mut look = || -> Parsed<bool> {
        (space, '(', space).void().parse_next(input)?;
        let word = match opt(quoted).parse_next(input)? {
            Some(_) => None,
            None => Some(bare.verify(|word: &str| !print::is_keyword(word)).parse_next(input)?),
        };
        let next = preceded(space, one_of([',', ')'])).parse_next(input)?;
        Ok(next == ',' || word.is_none_or(|word| word.parse::<Flag>().is_err()))
    };
    let found = look().unwrap_or(false);
    input.reset(&start);
    found
}

fn list(input: &mut Input<'_>, field: &Field) -> Parsed<Vec<Value>> {
    let open = next_place(input)?;
    if opt('(').parse_next(input)?.is_none() {
        return fail(Fail::new(open, ["`(` and values after IN"]));
    }
    let comma = (space, ',');
    let one = |input: &mut Input<'_>| {
        let at = next_place(input)?;
        input.state.values += 1;
        if input.state.values > MAX_VALUES {
            fail(Fail::new(at, [format!("{AT_MOST} {MAX_VALUES} values in its lists")]))
        } else {
            value(input, field, Op::Eq)
        }
    };
    let values = separated(1.., one, comma).parse_next(input)?;
    let at = next_place(input)?;
    match opt(')').parse_next(input)? {
        Some(_) => Ok(values),
        None => fail(Fail::new(at, ["`,`", "`)` after the values of IN"])),
    }
}

fn value(input: &mut Input<'_>, field: &Field, op: Op) -> Parsed<Value> {
    let at = next_place(input)?;
    // India's word is a keyword too; where a part of the world is due, it can only be that.
    let india = *field == Field::Geo && opt(keyword("IN")).parse_next(input)?.is_some();
    let text = if india { "in".to_owned() } else { raw_value(input, &[describe(field)])? };
    if op == Op::Like {
        input.state.words += fuzzy::words(&text).len().max(1);
        input.state.word_bytes += text.len();
        if input.state.words > MAX_WORDS || input.state.word_bytes > MAX_WORD_BYTES {
            return fail(Fail::new(at, [format!("{AT_MOST} {MAX_WORDS} words of {MAX_WORD_BYTES} bytes to look for with `~`")]));
        }
    }
    if let Some(found) = vocabulary::word(field, &text) {
        return match found {
            Ok(word) => Ok(Value::text(word)),
            // Part of a word, or a misspelled one, is what `~` is for.
            Err(_) if op == Op::Like => Ok(Value::Text(text)),
            Err(near) => fail(Fail::new(at, vocabulary::words(field)).suggest(near)),
        };
    }
    match field.ty() {
        ty if ty.is_number() => match Quantity::parse(&text).filter(|quantity| quantity.in_unit_of(ty).is_some_and(f64::is_finite)) {
            Some(quantity) => Ok(Value::Number(quantity)),
            None => fail(Fail::new(at, [describe(field)])),
        },
        FieldType::Time if Value::text(text.as_str()).span().is_none() => fail(Fail::new(at, [describe(field)])),
        _ => Ok(Value::Text(text)),
    }
}

const fn describe(field: &Field) -> &'static str {
    match field.ty() {
        FieldType::Gigabytes => "an amount such as 100GB or 2TB",
        FieldType::Dollars => "an amount such as $100",
        FieldType::Percent => "a percentage such as 5%",
        FieldType::Days => "an age such as 12h, 90d, 2w, 1mo or 1y",
        FieldType::Time => "a date such as 2026-01-31, or a time such as 2026-01-31T08:00:00Z",
        FieldType::Search => "words in double quotes",
        FieldType::Text | FieldType::Word | FieldType::Tag => "a value",
    }
}

/// A bare word or a quoted text; a keyword needs quotes to be a value.
fn raw_value(input: &mut Input<'_>, expected: &[&str]) -> Parsed<String> {
    let at = next_place(input)?;
    if let Some(text) = opt(quoted).parse_next(input)? {
        return Ok(text);
    }
    match opt(bare).parse_next(input)? {
        Some(word) if print::is_keyword(word) => fail(Fail::new(at, expected.iter().copied()).suggest(Some(format!("\"{word}\"")))),
        Some(word) => Ok(word.to_owned()),
        None => fail(Fail::new(at, expected.iter().copied())),
    }
}

/// A text in double quotes, or in single ones where a shell made those easier.
fn quoted(input: &mut Input<'_>) -> Parsed<String> {
    let at = input.current_token_start();
    let quote = one_of(['"', '\'']).parse_next(input)?;
    let mut text = String::new();
    loop {
        match opt(any).parse_next(input)? {
            Some(c) if c == quote => return Ok(text),
            Some('\\') => {
                let escape_at = input.current_token_start();
                match opt(any).parse_next(input)? {
                    Some('n') => text.push('\n'),
                    Some('r') => text.push('\r'),
                    Some('t') => text.push('\t'),
                    Some(c @ ('"' | '\'' | '\\')) => text.push(c),
                    _ => return fail(Fail::new(escape_at, [r#"`\`, `"`, `n`, `r` or `t` after a backslash"#]).suggest(Some(r"\\"))),
                }
            }
            Some(c) => text.push(c),
            None => return fail(Fail::new(at, ["a closing quote"])),
        }
    }
}

fn bare<'i>(input: &mut Input<'i>) -> Parsed<&'i str> {
    take_while(1.., print::is_bare).parse_next(input)
}

fn space(input: &mut Input<'_>) -> Parsed<()> {
    take_while(0.., char::is_whitespace).void().parse_next(input)
}

/// The place of the next token, which the input then stands at.
fn next_place(input: &mut Input<'_>) -> Parsed<usize> {
    space(input)?;
    Ok(input.current_token_start())
}

fn keyword<'i>(word: &'static str) -> impl winnow::Parser<Input<'i>, (), ErrMode<Fail>> {
    preceded(space, bare.verify(move |found: &str| found.eq_ignore_ascii_case(word))).void()
}

/// What the signs of other languages mean between two parts.
fn joining(input: &Input<'_>) -> Option<&'static str> {
    let rest: &str = input.input.as_ref();
    match rest.split(|c: char| c.is_whitespace()).next()? {
        "&&" | "&" | "+" | "," => Some("AND"),
        "||" | "|" => Some("OR"),
        word => fuzzy::nearest(word, ["AND", "OR"]),
    }
}
