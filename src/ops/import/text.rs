//! Bytes as UTF-8, whatever they were: UTF-8 and UTF-16, with or without a byte order mark.

use std::io::{BufRead, BufReader, Cursor, Read, Result};

/// Bytes that are looked at before anything is read.
pub(super) const HEAD: usize = 64 * 1024;

/// The first bytes, and all of them again.
pub(super) struct Peeked<R> {
    pub(super) head: Vec<u8>,
    /// Whether the head is all there is.
    pub(super) whole: bool,
    pub(super) rest: std::io::Chain<Cursor<Vec<u8>>, R>,
}

/// Looks at the first bytes without losing them.
pub(super) fn peek<R: Read>(mut input: R) -> Result<Peeked<R>> {
    let mut head = Vec::with_capacity(HEAD);
    input.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    let whole = head.len() < HEAD;
    Ok(Peeked { rest: Cursor::new(head.clone()).chain(input), head, whole })
}

/// How text is written in bytes, and how many bytes say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16 { little: bool },
}

/// The encoding by its byte order mark, or by where the zeros of plain letters stand.
pub(super) fn encoding(head: &[u8]) -> (Encoding, usize) {
    match head {
        [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
        [0xff, 0xfe, ..] => (Encoding::Utf16 { little: true }, 2),
        [0xfe, 0xff, ..] => (Encoding::Utf16 { little: false }, 2),
        [1..=255, 0, 1..=255, 0, ..] => (Encoding::Utf16 { little: true }, 0),
        [0, 1..=255, 0, 1..=255, ..] => (Encoding::Utf16 { little: false }, 0),
        _ => (Encoding::Utf8, 0),
    }
}

/// The text as UTF-8 bytes. UTF-8 is passed on as it is; who reads it sees whether it is valid.
pub(super) fn decoded<'r>(input: impl Read + Send + 'r) -> Result<Box<dyn BufRead + Send + 'r>> {
    let Peeked { head, mut rest, .. } = peek(input)?;
    let (encoding, mark) = encoding(&head);
    std::io::copy(&mut (&mut rest).take(mark as u64), &mut std::io::sink())?;
    Ok(match encoding {
        Encoding::Utf8 => Box::new(BufReader::with_capacity(HEAD, rest)),
        Encoding::Utf16 { little } => {
            Box::new(BufReader::with_capacity(HEAD, Utf16 { input: BufReader::new(rest), little, ready: Vec::new(), at: 0 }))
        }
    })
}

/// UTF-16 on its way to UTF-8. Half a pair becomes a replacement character.
struct Utf16<R> {
    input: BufReader<R>,
    little: bool,
    ready: Vec<u8>,
    at: usize,
}

impl<R: Read> Utf16<R> {
    fn fill(&mut self) -> Result<()> {
        self.ready.clear();
        self.at = 0;
        let mut units = Vec::with_capacity(4096);
        while units.len() < 4096 || units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            let mut pair = [0; 2];
            match self.input.read_exact(&mut pair) {
                Ok(()) => units.push(if self.little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }),
                Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => break,
                Err(e) => return Err(e),
            }
        }
        let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        self.ready.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.at == self.ready.len() {
            self.fill()?;
        }
        let count = (&self.ready[self.at..]).read(buffer)?;
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_comes_out_as_utf_8() {
        let text = "{\"name\":\"München 🚀\"}\n".repeat(3_000);
        let units = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        let with = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
        for bytes in [
            text.clone().into_bytes(),
            with(&[0xef, 0xbb, 0xbf], text.clone().into_bytes()),
            with(&[0xff, 0xfe], units(u16::to_le_bytes)),
            with(&[0xfe, 0xff], units(u16::to_be_bytes)),
            units(u16::to_le_bytes),
            units(u16::to_be_bytes),
        ] {
            let mut out = String::new();
            decoded(Cursor::new(bytes)).unwrap().read_to_string(&mut out).unwrap();
            assert!(out == text);
        }
    }
}
