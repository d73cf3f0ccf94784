//! JSON on its way to the parser, which holds each value whole. A value that is longer than it may be is closed early, so
//! that the parser stays in step, and the rest of it is skipped. Who asked for the value is told that it was cut.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{BufRead, Read, Result};
use std::rc::Rc;

/// Text that is read through a limit.
pub(super) struct Bounded<R> {
    input: R,
    text: Text,
}

/// What is known of the text up to where it was read. Copies are of the same text.
#[derive(Clone)]
pub(super) struct Text(Rc<RefCell<State>>);

struct State {
    line: usize,
    open: Vec<Open>,
    /// Within a string, and how much of an escape is still to come.
    string: bool,
    escape: Escape,
    /// Within a number or a word.
    bare: bool,
    last: u8,
    /// How many arrays and objects are around the value that is limited, and how long it is and may be.
    base: usize,
    used: u64,
    limit: u64,
    skip: Option<Skip>,
    cut: Option<u64>,
    /// What closes the value that was cut.
    ready: VecDeque<u8>,
}

/// An array or object that is not at its end.
struct Open {
    object: bool,
    expect: Expect,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Key,
    Colon,
    Value,
    /// A comma, or the end.
    More,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    None,
    /// After the backslash.
    Begun,
    /// Digits of `\u` that are to come, and those that came.
    Digits(u8, u16),
    /// After the first half of a pair, without which the other is no text.
    Half,
}

/// What is left out, up to the end of a value.
struct Skip {
    depth: usize,
    string: bool,
    escaped: bool,
    length: u64,
}

impl<R: BufRead> Bounded<R> {
    pub(super) fn new(input: R) -> Self {
        let state = State {
            line: 1,
            open: Vec::new(),
            string: false,
            escape: Escape::None,
            bare: false,
            last: 0,
            base: 0,
            used: 0,
            limit: u64::MAX,
            skip: None,
            cut: None,
            ready: VecDeque::new(),
        };
        Self { input, text: Text(Rc::new(RefCell::new(state))) }
    }

    pub(super) fn text(&self) -> Text {
        self.text.clone()
    }
}

impl<R: BufRead> Read for Bounded<R> {
    /// One byte at a time: what the parser has not asked for yet must not count.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let Some(out) = buffer.first_mut() else { return Ok(0) };
        let state = &mut *self.text.0.borrow_mut();
        loop {
            if state.skip.is_none()
                && let Some(byte) = state.ready.pop_front()
            {
                *out = byte;
                return Ok(1);
            }
            let bytes = self.input.fill_buf()?;
            if state.skip.is_some() {
                let count = state.pass(bytes);
                self.input.consume(count);
                continue;
            }
            let Some(&byte) = bytes.first() else { return Ok(0) };
            if state.used >= state.limit && state.can_cut(byte) {
                state.cut();
                continue;
            }
            state.step(byte);
            self.input.consume(1);
            *out = byte;
            return Ok(1);
        }
    }
}

impl Text {
    /// The line up to which it was read.
    pub(super) fn line(&self) -> usize {
        self.0.borrow().line
    }

    /// How many arrays and objects are open.
    pub(super) fn depth(&self) -> usize {
        self.0.borrow().open.len()
    }

    /// From here on, what stands within the outermost `base` arrays and objects may have so many bytes, blanks aside.
    pub(super) fn limit(&self, base: usize, limit: u64) {
        let state = &mut *self.0.borrow_mut();
        (state.base, state.used, state.limit) = (base, 0, limit);
    }

    /// Bytes since the limit was set.
    pub(super) fn used(&self) -> u64 {
        self.0.borrow().used
    }

    /// Whether a value was cut of which nobody has taken note yet.
    pub(super) fn is_cut(&self) -> bool {
        self.0.borrow().cut.is_some()
    }

    /// How long a value was that was cut since this was asked last.
    pub(super) fn take_cut(&self) -> Option<u64> {
        self.0.borrow_mut().cut.take()
    }
}

impl State {
    fn expect(&mut self, expect: Expect) {
        if let Some(open) = self.open.last_mut() {
            open.expect = expect;
        }
    }

    fn step(&mut self, byte: u8) {
        self.line += usize::from(byte == b'\n');
        self.last = byte;
        if self.string {
            self.used += 1;
            self.escape = match (self.escape, byte) {
                (Escape::None | Escape::Half, b'\\') => Escape::Begun,
                (Escape::Begun, b'u') => Escape::Digits(4, 0),
                (Escape::Digits(1, digits), _) if (0xd80..0xdc0).contains(&(digits & 0xfff)) => Escape::Half,
                (Escape::Digits(left @ 2.., digits), _) => {
                    let digit = char::from(byte).to_digit(16).and_then(|digit| u16::try_from(digit).ok());
                    Escape::Digits(left - 1, digits << 4 | digit.unwrap_or_default())
                }
                (Escape::None | Escape::Half, b'"') => {
                    self.string = false;
                    self.value_ended();
                    Escape::None
                }
                _ => Escape::None,
            };
            return;
        }
        if byte.is_ascii_whitespace() {
            self.bare = false;
            return;
        }
        self.used += 1;
        if !matches!(byte, b'"' | b'{' | b'[' | b'}' | b']' | b':' | b',') {
            self.bare = true;
            return self.expect(Expect::More);
        }
        self.bare = false;
        match byte {
            b'"' => self.string = true,
            b'{' => self.open.push(Open { object: true, expect: Expect::Key }),
            b'[' => self.open.push(Open { object: false, expect: Expect::Value }),
            b':' => self.expect(Expect::Value),
            b',' => {
                let object = self.open.last().is_some_and(|open| open.object);
                self.expect(if object { Expect::Key } else { Expect::Value });
            }
            _ => {
                self.open.pop();
                self.expect(Expect::More);
            }
        }
    }

    /// A string or an inner value ended: was it a key?
    fn value_ended(&mut self) {
        let key = self.open.last().is_some_and(|open| open.expect == Expect::Key);
        self.expect(if key { Expect::Colon } else { Expect::More });
    }

    /// Whether the value can be closed before this byte: it is not at its end, and nothing is torn apart.
    fn can_cut(&self, next: u8) -> bool {
        if self.string {
            return self.escape == Escape::None && next & 0xc0 != 0x80;
        }
        if self.bare && !ends(next) {
            return self.last.is_ascii_digit();
        }
        self.open.len() > self.base
    }

    /// Closes what is open, and leaves out the rest of it.
    fn cut(&mut self) {
        let depth = self.open.len().saturating_sub(self.base);
        self.skip = Some(Skip { depth, string: self.string, escaped: false, length: self.used });
        if std::mem::take(&mut self.string) {
            self.ready.push_back(b'"');
            self.value_ended();
        }
        while self.open.len() > self.base
            && let Some(Open { object, expect }) = self.open.pop()
        {
            let missing: &[u8] = match expect {
                Expect::Key => b"\"\":null",
                Expect::Colon => b":null",
                Expect::Value => b"null",
                Expect::More => b"",
            };
            self.ready.extend(missing);
            self.ready.push_back(if object { b'}' } else { b']' });
            self.expect(Expect::More);
        }
        self.bare = false;
    }

    /// Leaves out what belongs to a value that was cut; how much that was. Nothing follows where there is nothing.
    fn pass(&mut self, bytes: &[u8]) -> usize {
        let Some(skip) = &mut self.skip else { return 0 };
        let mut ended = bytes.is_empty();
        let mut count = 0;
        for &byte in bytes {
            if skip.depth == 0 && !skip.string && ends(byte) {
                ended = true;
                break;
            }
            count += 1;
            self.line += usize::from(byte == b'\n');
            match byte {
                _ if skip.escaped => skip.escaped = false,
                b'\\' if skip.string => skip.escaped = true,
                b'"' => skip.string = !skip.string,
                b'{' | b'[' if !skip.string => skip.depth += 1,
                b'}' | b']' if !skip.string => skip.depth -= 1,
                _ => continue,
            }
            if skip.depth == 0 && !skip.string {
                ended = true;
                break;
            }
        }
        skip.length += count as u64;
        if ended {
            self.cut = Some(skip.length);
            self.skip = None;
        }
        count
    }
}

/// Whether a byte ends a number or a word.
const fn ends(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b',' | b':' | b']' | b'}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<i32>().prop_map(|number| Value::from(f64::from(number) / 4.0)),
            "[\\PC\n\"\\\\]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::vec(("[\\PC\"]{0,6}", inner), 0..5).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    /// The items of a list, each `None` if it was cut, as a reader of lists sees them.
    fn items(text: &str, limit: u64) -> Vec<Option<Value>> {
        let bounded = Bounded::new(std::io::Cursor::new(text));
        let handle = bounded.text();
        struct List(Text, u64);
        impl<'de> serde::de::Visitor<'de> for List {
            type Value = Vec<Option<Value>>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Self::Value, A::Error> {
                let (depth, mut found) = (self.0.depth(), Vec::new());
                self.0.limit(depth, self.1);
                while let Some(value) = list.next_element::<Value>()? {
                    found.push(self.0.take_cut().is_none().then_some(value));
                    self.0.limit(depth, self.1);
                }
                Ok(found)
            }
        }
        let mut deserializer = serde_json::Deserializer::from_reader(bounded);
        serde::Deserializer::deserialize_seq(&mut deserializer, List(handle, limit)).unwrap_or_else(|e| panic!("{e}: {text}"))
    }

    proptest! {
        #[test]
        fn wherever_a_value_is_cut_the_others_are_read(value in json(), other in json(), limit in 1_u64..60, pretty: bool) {
            let list = json!([1, value, "é"]);
            let text = if pretty { serde_json::to_string_pretty(&list).unwrap() } else { list.to_string() };
            // Escapes and pairs of them, which must not be torn apart either.
            let escaped: String = text.chars().map(|c| match c {
                c if c.is_ascii() => c.to_string(),
                c => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
            }).collect();
            for text in [text, escaped] {
                let found = items(&text, limit);
                prop_assert_eq!(found.len(), 3);
                prop_assert_eq!(&found[0], &Some(json!(1)));
                if let Some(found) = &found[1] {
                    prop_assert_eq!(found, &value);
                }
            }
            let whole = items(&json!([value, other]).to_string(), 1_000_000);
            prop_assert_eq!(whole, [Some(value), Some(other)]);
        }
    }

    #[test]
    fn what_is_too_long_is_cut_and_nothing_else() {
        let long = "x".repeat(100);
        let digits = "7".repeat(77);
        for long in [
            format!("\"{long}\""),
            format!("{{\"{long}\":1}}"),
            format!("{{\"a\":[{{\"b\":\"{long}\"}}],\"c\":2}}"),
            format!("[{}0]", "0,".repeat(50)),
            format!("[{}]", "[],\n".repeat(50) + "1"),
            digits,
        ] {
            assert_eq!(items(&format!("[1,{long}, 2 ]"), 50), [Some(json!(1)), None, Some(json!(2))], "{long}");
        }
        assert_eq!(items(&format!("[{}1]", " \n".repeat(100)), 50), [Some(json!(1))], "blanks take no room");
    }
}
