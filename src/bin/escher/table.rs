//! Tables: a head, no lines, one line a row whatever stands in a cell.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};

use crate::out::line;
use crate::text::one_line;

/// What stands where nothing is known.
pub(crate) const NONE: &str = "–";

/// A table to be filled and printed.
pub(crate) struct Rows(Table);

impl Rows {
    /// A table with this head. No word in it is ever broken: an id that cannot be copied is none.
    pub(crate) fn new(head: &[&str]) -> Self {
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(head.iter().map(|word| one_line(word).to_uppercase()));
        Self(table)
    }

    /// Adds a row. Each cell is one line: a break in it is shown, so that no cell can forge a row.
    pub(crate) fn add(&mut self, cells: impl IntoIterator<Item = impl AsRef<str>>) {
        self.0.add_row(cells.into_iter().map(|cell| one_line(cell.as_ref()).into_owned()));
    }

    /// Prints it without the blanks at line ends. On a narrow terminal these columns are left out, the first first.
    pub(crate) fn print(mut self, optional: &[&str]) {
        let width = self.0.width().filter(|&width| width > 0);
        let hidden = width.map(|width| self.fit(usize::from(width), optional)).unwrap_or_default();
        for row in self.0.to_string().lines() {
            line(row.trim_end());
        }
        if !hidden.is_empty() {
            line(&format!("(no room for: {}; --json shows all)", hidden.join(", ")));
        }
    }

    /// Hides columns until the rest fits; which ones.
    fn fit<'a>(&mut self, width: usize, optional: &[&'a str]) -> Vec<&'a str> {
        const PADDING: usize = 2;
        let table = &mut self.0;
        let widths: Vec<usize> = table.column_max_content_widths().into_iter().map(|width| usize::from(width) + PADDING).collect();
        let heads: Vec<String> =
            table.header().into_iter().flat_map(|head| head.cell_iter()).map(|cell| cell.content().to_lowercase()).collect();
        let mut needed: usize = widths.iter().sum();
        let mut hidden = Vec::new();
        for &name in optional {
            let column = heads.iter().position(|head| head == name).filter(|_| needed > width);
            if let Some(at) = column
                && let Some(column) = table.column_mut(at)
            {
                column.set_constraint(ColumnConstraint::Hidden);
                needed -= widths[at];
                hidden.push(name);
            }
        }
        hidden
    }
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

    #[test]
    fn a_narrow_terminal_shows_fewer_columns_and_breaks_no_word() {
        let rows = || {
            let mut rows = Rows::new(&["name", "size", "region"]);
            rows.add(["worker-compliance-dev-001", "Standard_D8s_v5", "germanywestcentral"]);
            rows
        };
        for (width, hidden) in [(80, &[][..]), (60, &["size"]), (40, &["size", "region"]), (3, &["size", "region"])] {
            let mut rows = rows();
            assert_eq!(rows.fit(width, &["size", "region"]), hidden, "{width}");
            assert!(rows.0.to_string().contains("worker-compliance-dev-001"), "{width}: {}", rows.0);
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
            let shown = rows.0.to_string();
            proptest::prop_assert_eq!(shown.lines().count(), 3);
            proptest::prop_assert!(shown.lines().all(|line| one_line(line) == line), "{:?}", shown);
        }
    }
}
