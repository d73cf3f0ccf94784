//! Lines that are typed or sent: edited on a terminal, read as they come otherwise.

use std::io::{BufRead, BufReader, Read as _, Stdin, stdin};

use escher::{Error, ErrorKind, Result};
use rustyline::config::Configurer as _;
use rustyline::error::ReadlineError;
use rustyline::{Config, DefaultEditor};

use crate::text::one_line;
use crate::{out, prompt};

/// The longest line that is read; no utterance is nearly as long.
pub(crate) const LONGEST: usize = 64 * 1024;
/// Lines that can be brought back.
const REMEMBERED: usize = 200;

/// Where lines come from. Reading blocks, so it is done aside.
pub(crate) struct Lines {
    from: Option<From>,
    #[cfg(unix)]
    _tidy: Option<Tidy>,
}

enum From {
    Terminal(Box<DefaultEditor>),
    Pipe(BufReader<Stdin>),
}

/// What came of reading a line.
pub(crate) enum Line {
    Said(String),
    /// It is longer than can be read: part of an order is no order.
    TooLong,
    /// Ctrl-C: the line is left.
    Left,
    /// Ctrl-D, or there are no more.
    End,
}

impl Lines {
    /// Lines of a terminal, where a person can be asked (`edited`), or of whatever standard input is.
    pub(crate) fn open(edited: bool) -> Result<Self> {
        if !edited {
            return Ok(Self {
                from: Some(From::Pipe(BufReader::new(stdin()))),
                #[cfg(unix)]
                _tidy: None,
            });
        }
        Ok(Self {
            #[cfg(unix)]
            _tidy: Tidy::new(),
            from: Some(From::Terminal(Box::new(editor()?))),
        })
    }

    /// Lines that were typed earlier, oldest first.
    pub(crate) fn remember(&mut self, lines: impl IntoIterator<Item = String>) {
        if let Some(From::Terminal(editor)) = &mut self.from {
            for line in lines {
                let _ = editor.add_history_entry(line);
            }
        }
    }

    /// Reads a line; a terminal shows the prompt first.
    pub(crate) async fn next(&mut self, prompt: &'static str) -> Result<Line> {
        let Some(mut from) = self.from.take() else { return Ok(Line::End) };
        out::flush();
        let read = tokio::task::spawn_blocking(move || {
            let line = match &mut from {
                From::Terminal(editor) => edited(editor, prompt),
                From::Pipe(reader) => piped(reader),
            };
            (from, line)
        });
        let (from, line) = read.await.map_err(|e| Error::internal(e.to_string()).operation("read a line"))?;
        self.from = Some(from);
        let line = line?;
        if let Line::Said(text) = &line
            && !escher::core::holds_secret(text)
        {
            self.remember([text.clone()]);
        }
        Ok(line)
    }
}

/// Asks a yes/no question on a terminal; anything but yes is no, and so is Ctrl-C. What was typed before it was asked, or
/// pasted with what led to it, does not count.
pub(crate) async fn confirm(question: String) -> bool {
    let ask = move || {
        out::flush();
        if out::is_closed() || !prompt::forget_typed() {
            return false;
        }
        // An editor of its own: another may still hold what was typed ahead.
        let Ok(mut editor) = editor() else { return false };
        let answer = editor.readline(&format!("{} [y/N] ", one_line(&question)));
        matches!(answer, Ok(answer) if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    };
    tokio::task::spawn_blocking(ask).await.unwrap_or(false)
}

fn editor() -> Result<DefaultEditor> {
    let failed = |e: ReadlineError| Error::new(ErrorKind::Unavailable, e.to_string()).operation("open the terminal");
    let mut editor = DefaultEditor::with_config(Config::builder().build()).map_err(failed)?;
    editor.set_max_history_size(REMEMBERED).map_err(failed)?;
    Ok(editor)
}

fn edited(editor: &mut DefaultEditor, prompt: &str) -> Result<Line> {
    match editor.readline(prompt) {
        Ok(line) => Ok(Line::Said(line)),
        Err(ReadlineError::Interrupted | ReadlineError::Signal(_)) => Ok(Line::Left),
        Err(ReadlineError::Eof) => Ok(Line::End),
        // The terminal is gone.
        Err(ReadlineError::Io(_)) => Ok(Line::End),
        Err(e) => Err(Error::new(ErrorKind::Unavailable, e.to_string()).operation("read a line")),
    }
}

fn piped(reader: &mut impl BufRead) -> Result<Line> {
    let failed = |e: std::io::Error| Error::invalid(e.to_string()).operation("read a line");
    let mut line = Vec::new();
    // One byte more than the longest line and its end tells whether it is longer.
    if reader.by_ref().take(LONGEST as u64 + 1).read_until(b'\n', &mut line).map_err(failed)? == 0 {
        return Ok(Line::End);
    }
    if line.len() > LONGEST && !line.ends_with(b"\n") {
        pass_over(reader).map_err(failed)?;
        return Ok(Line::TooLong);
    }
    // Bytes that are no text are a word that nobody knows.
    Ok(Line::Said(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned()))
}

/// Reads up to the end of a line, so that what is left of it is no line of its own.
fn pass_over(reader: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let more = reader.fill_buf()?;
        let (end, length) = (more.iter().position(|&byte| byte == b'\n'), more.len());
        reader.consume(end.map_or(length, |end| end + 1));
        if end.is_some() || length == 0 {
            return Ok(());
        }
    }
}

/// Leaves the terminal as it was found, whatever ends the program while a line is edited.
#[cfg(unix)]
struct Tidy(rustix::termios::Termios);

#[cfg(unix)]
impl Tidy {
    fn new() -> Option<Self> {
        rustix::termios::tcgetattr(stdin()).ok().map(Self)
    }
}

#[cfg(unix)]
impl Drop for Tidy {
    fn drop(&mut self) {
        let _ = rustix::termios::tcsetattr(stdin(), rustix::termios::OptionalActions::Now, &self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_long_is_none() {
        let longest = "y".repeat(LONGEST);
        let text = format!("one\n{}\r\ntwo\n\n{longest}\n{longest}z\nthree\n{longest}", "x".repeat(200_000));
        let mut reader = BufReader::new(text.as_bytes());
        let mut read = Vec::new();
        loop {
            match piped(&mut reader).unwrap() {
                Line::Said(line) => read.push(Some(line.len())),
                Line::TooLong => read.push(None),
                Line::Left | Line::End => break,
            }
        }
        assert_eq!(read, [Some(3), None, Some(3), Some(0), Some(LONGEST), None, Some(5), Some(LONGEST)]);
    }
}
