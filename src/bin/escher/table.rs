//! Tables: a head, no lines, one line per row whatever stands in a cell, and what gives way on a narrow terminal.

use comfy_table::{ContentArrangement, Table, presets};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr};

use crate::out::line;
use crate::text::one_line;

/// What stands where nothing is known.
pub(crate) const NONE: &str = "–";

/// What becomes of a column where a terminal is too narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Narrow {
    /// Its cells are shortened in the middle, to so many characters at least. Not for what is to be copied.
    Cut(usize),
    /// The same for cells that do without their middle already, and for no others: those can be copied.
    CutShort(usize),
    /// Its cells go on below, so many characters wide at least; no word is broken.
    Wrap(usize),
    /// It is left out, which is said. The first of a list goes first.
    Omit,
}

/// Blanks around a cell.
const PADDING: usize = 2;

/// A table to be filled and printed.
pub(crate) struct Rows {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Rows {
    /// A table with this head.
    pub(crate) fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|word| one_line(word).to_uppercase()).collect(), rows: Vec::new() }
    }

    /// Adds a row. Each cell is one line: a break in it is shown, so that no cell can forge a row.
    pub(crate) fn add(&mut self, cells: impl IntoIterator<Item = impl AsRef<str>>) {
        self.rows.push(cells.into_iter().map(|cell| one_line(cell.as_ref()).into_owned()).collect());
    }

    /// Prints it without the blanks at line ends. On a narrow terminal columns that are alike in every row become one
    /// line, these columns give way, the first first, and a column is left out only if that is not enough. No other word
    /// is broken: an id that cannot be copied is none.
    pub(crate) fn print(mut self, narrow: &[(&str, Narrow)]) {
        self.drop_unknown();
        let width = escher::terminal_columns().or_else(|| Table::new().width().map(usize::from)).filter(|&width| width > 0);
        let Fitted { alike, omitted } = width.map(|width| self.fit(width, narrow)).unwrap_or_default();
        for row in self.rendered().lines() {
            line(row.trim_end());
        }
        if !alike.is_empty() {
            line(&format!("(in every row: {})", alike.join(", ")));
        }
        if !omitted.is_empty() {
            line(&format!("(no room for {}: a wider terminal shows more, and --json shows all)", omitted.join(", ")));
        }
    }

    fn rendered(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled).set_header(&self.head);
        table.add_rows(&self.rows);
        table.to_string()
    }

    /// Leaves out the columns in which nothing is known of any row.
    fn drop_unknown(&mut self) {
        let unknown = |at: usize| !self.rows.is_empty() && self.rows.iter().all(|row| row.get(at).is_none_or(|cell| cell == NONE));
        for at in (0..self.head.len()).filter(|&at| unknown(at)).collect::<Vec<_>>().into_iter().rev() {
            self.remove(at);
        }
    }

    fn remove(&mut self, at: usize) {
        self.head.remove(at);
        for row in self.rows.iter_mut().filter(|row| at < row.len()) {
            row.remove(at);
        }
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.head.iter().position(|head| head.to_lowercase() == name)
    }

    /// How wide a column is, its head included.
    fn width(&self, at: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(at)).flat_map(|cell| cell.lines());
        cells.chain([&*self.head[at]]).map(UnicodeWidthStr::width).max().unwrap_or_default()
    }

    /// How wide a column has to be where it gives way.
    fn least(&self, at: usize, narrow: &[(&str, Narrow)]) -> usize {
        let wide = self.width(at);
        let to = |least: usize| least.max(self.head[at].width()).min(wide);
        match narrow.iter().find(|(name, how)| self.column(name) == Some(at) && *how != Narrow::Omit) {
            Some((_, Narrow::Cut(least))) => to(*least),
            Some((_, Narrow::CutShort(least))) => {
                let whole = self.rows.iter().filter_map(|row| row.get(at)).filter(|cell| !cell.contains('…'));
                to((*least).max(whole.map(|cell| cell.width()).max().unwrap_or_default()))
            }
            Some((_, Narrow::Wrap(least))) => {
                let cells = self.rows.iter().filter_map(|row| row.get(at));
                to((*least).max(cells.flat_map(|cell| cell.split(' ')).map(UnicodeWidthStr::width).max().unwrap_or_default()))
            }
            _ => wide,
        }
    }

    /// How wide it is where everything gives way that can.
    fn least_of_all(&self, narrow: &[(&str, Narrow)]) -> usize {
        (0..self.head.len()).map(|at| self.least(at, narrow) + PADDING).sum()
    }

    /// Makes it fit, if that can be done.
    fn fit<'a>(&mut self, width: usize, narrow: &[(&'a str, Narrow)]) -> Fitted<'a> {
        let mut fitted = Fitted::default();
        for at in (0..self.head.len()).rev() {
            let first = self.rows.first().and_then(|row| row.get(at)).cloned();
            let several = self.rows.len() > 1 && self.head.len() > 1;
            let Some(value) = first.filter(|_| several && self.least_of_all(narrow) > width) else { continue };
            if self.rows.iter().all(|row| row.get(at) == Some(&value)) {
                fitted.alike.insert(0, format!("{} {value}", self.head[at].to_lowercase()));
                self.remove(at);
            }
        }
        for &(name, _) in narrow.iter().filter(|(_, how)| *how == Narrow::Omit) {
            let Some(at) = self.column(name).filter(|_| self.least_of_all(narrow) > width) else { continue };
            self.remove(at);
            fitted.omitted.push(name);
        }
        for (name, how) in narrow {
            let needed: usize = (0..self.head.len()).map(|at| self.width(at) + PADDING).sum();
            let (Some(at), true) = (self.column(name), needed > width) else { continue };
            let to = self.width(at).saturating_sub(needed - width).max(self.least(at, narrow));
            for cell in self.rows.iter_mut().filter_map(|row| row.get_mut(at)) {
                match how {
                    Narrow::Cut(_) | Narrow::CutShort(_) => *cell = cut(cell, to),
                    Narrow::Wrap(_) => *cell = wrapped(cell, to),
                    Narrow::Omit => {}
                }
            }
        }
        fitted
    }
}

/// What became of a table that was too wide.
#[derive(Debug, Default, PartialEq, Eq)]
struct Fitted<'a> {
    /// Columns that had one value in every row, with it.
    alike: Vec<String>,
    /// Columns that were left out.
    omitted: Vec<&'a str>,
}

/// A text of at most so many columns, its middle left out: `germ…entral`.
fn cut(text: &str, to: usize) -> String {
    if text.width() <= to {
        return text.to_owned();
    }
    let room = to.saturating_sub(1);
    let head = beginning(text.chars(), room.div_ceil(2));
    let tail: String = beginning(text.chars().rev(), room / 2).chars().rev().collect();
    // A mark without its letter would sit on the dots.
    format!("{head}…{}", tail.trim_start_matches(|c: char| c.width() == Some(0)))
}

/// As many characters as fit into so many columns.
fn beginning(chars: impl Iterator<Item = char>, columns: usize) -> String {
    let (mut text, mut used) = (String::new(), 0);
    for c in chars {
        used += c.width().unwrap_or_default();
        if used > columns {
            break;
        }
        text.push(c);
    }
    text
}

/// A text on several lines of at most so many columns; only a word that is longer is wider.
fn wrapped(text: &str, to: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= to => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

/// Dollars and cents, of sums that anybody pays. What is unknown is not zero, nor is what is less than a cent.
pub(crate) fn dollars(cost: Option<f64>) -> String {
    match cost {
        None => NONE.to_owned(),
        Some(cost) if cost > 0.0 && cost < 0.005 => "<0.01".to_owned(),
        Some(cost) if cost.abs() < 1e12 => format!("{cost:.2}"),
        Some(cost) => format!("{cost:.2e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use Narrow::{Cut, Omit, Wrap};

    #[test]
    fn a_narrow_terminal_shortens_before_it_leaves_out_and_breaks_no_name() {
        let narrow = [("size", Cut(8)), ("region", Cut(8)), ("size", Omit), ("region", Omit)];
        for (width, omitted, shown) in [
            (80, &[][..], " worker-compliance-dev-001  Standard_D8s_v5  germanywestcentral "),
            (60, &[], " worker-compliance-dev-001  Stand…8s_v5  germanywestcentral "),
            (50, &[], " worker-compliance-dev-001  Stan…_v5  germa…ntral "),
            (40, &["size"], " worker-compliance-dev-001  germa…ntral "),
            (30, &["size", "region"], " worker-compliance-dev-001 "),
            (3, &["size", "region"], " worker-compliance-dev-001 "),
        ] {
            let mut rows = Rows::new(&["name", "size", "region"]);
            rows.add(["worker-compliance-dev-001", "Standard_D8s_v5", "germanywestcentral"]);
            assert_eq!(rows.fit(width, &narrow).omitted, omitted, "{width}");
            assert_eq!(rows.rendered().lines().nth(1), Some(shown), "{width}");
            assert!(width < 30 || rows.rendered().lines().all(|line| line.width() <= width), "{width}: {}", rows.rendered());
        }
    }

    #[test]
    fn long_text_goes_on_below_and_no_word_is_broken() {
        let mut rows = Rows::new(&["run", "goal"]);
        rows.add(["run_01m82k17exywz5dkfbrq758t48", "Stop prod databases in GCP where account = project-x"]);
        assert_eq!(rows.fit(60, &[("goal", Wrap(20))]), Fitted::default());
        let shown: Vec<String> = rows.rendered().lines().map(|line| line.trim_end().to_owned()).collect();
        assert_eq!(
            shown[1..],
            [
                " run_01m82k17exywz5dkfbrq758t48  Stop prod databases in GCP".to_owned(),
                format!("{}where account = project-x", " ".repeat(33))
            ]
        );
    }

    #[test]
    fn what_is_alike_in_every_row_is_said_once() {
        let mut rows = Rows::new(&["name", "cloud", "state"]);
        rows.add(["worker-compliance-dev-001", "azure", "running"]);
        rows.add(["worker-compliance-dev-002", "azure", "stopped"]);
        let fitted = rows.fit(40, &[("state", Omit)]);
        assert_eq!(fitted, Fitted { alike: vec!["cloud azure".to_owned()], omitted: Vec::new() });
        assert_eq!(rows.head, ["NAME", "STATE"]);
    }

    #[test]
    fn a_column_in_which_nothing_is_known_is_not_shown() {
        let mut rows = Rows::new(&["name", "state", "env"]);
        rows.add(["a", NONE, "prod"]);
        rows.add(["b", NONE, NONE]);
        rows.drop_unknown();
        assert_eq!(rows.head, ["NAME", "ENV"]);
        let mut empty = Rows::new(&["name", "state"]);
        empty.drop_unknown();
        assert_eq!(empty.head.len(), 2, "without rows nothing is known of any column");
    }

    #[test]
    fn the_middle_is_cut_whatever_the_letters_are() {
        for (text, to, shown) in [
            ("web-1", 5, "web-1"),
            ("germanywestcentral", 9, "germ…tral"),
            ("germanywestcentral", 8, "germ…ral"),
            ("产品产品产品", 8, "产品…品"),
            ("e\u{301}te\u{301}te\u{301}te\u{301}", 3, "e\u{301}…e\u{301}"),
        ] {
            assert_eq!(cut(text, to), shown, "{text} {to}");
        }
    }

    #[test]
    fn unknown_costs_and_small_ones_are_not_zero() {
        let shown = [None, Some(0.0), Some(0.001), Some(0.005), Some(12.3), Some(1e308), Some(-0.5)].map(dollars);
        assert_eq!(shown, ["–", "0.00", "<0.01", "0.01", "12.30", "1.00e308", "-0.50"]);
    }

    proptest::proptest! {
        #[test]
        fn no_cell_forges_a_row(cells in proptest::collection::vec(".{0,6}[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\n\r\u{85}]{0,4}.{0,6}", 1..4)) {
            let mut rows = Rows::new(&vec!["head"; cells.len()]);
            rows.add(&cells);
            rows.add(&cells);
            let shown = rows.rendered();
            proptest::prop_assert_eq!(shown.lines().count(), 3);
            proptest::prop_assert!(shown.lines().all(|line| one_line(line) == line), "{:?}", shown);
        }
    }
}
