//! What filters ask of a resource by size: numbers and times, in one list.
//!
//! The engine parses every payload once for each field that it indexes; so all numbers and times share one list of whole
//! numbers, in which each field has a stretch of its own. A stretch has two cells for each so many values: one for the
//! first of them alone, which round numbers and whole milliseconds are, and one for the others. Which of the others a
//! resource has stands in its payload, and is looked at where a bound lies among them.

use escher_core::selector::Field;
use jiff::Timestamp;
use qdrant_edge::external::ordered_float::OrderedFloat;
use qdrant_edge::external::serde_json::{Map, Value};
use qdrant_edge::{FieldCondition, Range};

use super::engine::path_of;

/// The list.
pub(crate) const LIST: &str = "numbers";

/// Cells of a stretch. The engine takes the bounds of a range as floats, which tell whole numbers below 2^53 apart: room
/// for six stretches.
const CELLS: i64 = 1_500_000_000_000_000;

/// A field that is compared by size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// Which stretch is its own.
    stretch: i64,
    /// Values that share two cells.
    grain: i128,
    /// The payload key of what is finer.
    pub(crate) fine: &'static str,
}

/// Milliseconds in nanoseconds: all times that there are take 1.3 * 10^15 cells.
const TIME: i128 = 1_000_000;
/// All floats that there are take 1.2 * 10^15 cells.
const NUMBER: i128 = 1 << 15;

impl Scale {
    const CAPACITY: Self = Self { stretch: 0, grain: NUMBER, fine: "capacity_fine" };
    const MEMORY: Self = Self { stretch: 1, grain: NUMBER, fine: "memory_fine" };
    const COST: Self = Self { stretch: 2, grain: NUMBER, fine: "cost_fine" };
    const CPU: Self = Self { stretch: 3, grain: NUMBER, fine: "cpu_fine" };
    pub(crate) const CREATED: Self = Self { stretch: 4, grain: TIME, fine: "created_fine" };
    /// The time of the newest backup.
    pub(crate) const BACKUP: Self = Self { stretch: 5, grain: TIME, fine: "backup_fine" };

    /// The scale of a number or a time.
    pub(crate) const fn of(field: &Field) -> Option<Self> {
        match field {
            Field::Capacity => Some(Self::CAPACITY),
            Field::Memory => Some(Self::MEMORY),
            Field::Cost => Some(Self::COST),
            Field::Cpu => Some(Self::CPU),
            Field::Created | Field::Age => Some(Self::CREATED),
            _ => None,
        }
    }

    fn cell(self, value: i128) -> i64 {
        let cell = 2 * (value / self.grain) + i128::from(value % self.grain != 0);
        self.stretch * CELLS + i64::try_from(cell).unwrap_or(CELLS).clamp(0, CELLS - 1)
    }

    /// The cell of a bound that lies in it, so that some of what it has is beyond the bound and some is not.
    pub(crate) fn split(self, bound: i128) -> Option<i64> {
        (bound % self.grain > 1).then(|| self.cell(bound))
    }

    /// The values of a cell that is split, by what is finer.
    pub(crate) fn value(self, cell: i64, fine: i128) -> i128 {
        i128::from(cell - self.stretch * CELLS) / 2 * self.grain + fine
    }

    /// The cells that lie between two bounds as a whole.
    pub(crate) fn cells(self, from: Option<i128>, until: Option<i128>) -> std::ops::Range<i64> {
        let start = from.map_or(self.stretch * CELLS, |bound| self.cell(bound) + i64::from(self.split(bound).is_some()));
        start..until.map_or((self.stretch + 1) * CELLS, |bound| self.cell(bound))
    }
}

/// A number as a value, in order.
pub(crate) fn number(number: f64) -> i128 {
    // Adding nothing turns a negative zero into a plain one.
    let bits = (number + 0.0).to_bits();
    i128::from(if number < 0.0 { !bits } else { bits | 1 << 63 })
}

/// A time as a value, in nanoseconds.
pub(crate) fn time(nanos: i128) -> i128 {
    (nanos - Timestamp::MIN.as_nanosecond()).max(0)
}

/// What is in one of these cells.
pub(crate) fn within(cells: &std::ops::Range<i64>) -> FieldCondition {
    let bound = |cell: i64| Some(OrderedFloat(cell as f64));
    FieldCondition::new_range(path_of(LIST), Range { gte: bound(cells.start), lt: bound(cells.end), gt: None, lte: None })
}

/// The numbers and times of one resource.
#[derive(Default)]
pub(crate) struct Numbers {
    cells: Vec<Value>,
    fine: Vec<(&'static str, i64)>,
}

impl Numbers {
    pub(crate) fn add(&mut self, scale: Scale, value: i128) {
        self.cells.push(scale.cell(value).into());
        if let Ok(fine @ 1..) = i64::try_from(value % scale.grain) {
            self.fine.push((scale.fine, fine));
        }
    }

    pub(crate) fn write(self, payload: &mut Map<String, Value>) {
        payload.insert(LIST.to_owned(), Value::Array(self.cells));
        payload.extend(self.fine.into_iter().map(|(key, fine)| (key.to_owned(), fine.into())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_its_place_and_none_leaves_its_stretch() {
        let numbers = [f64::MIN, -1e300, -2.5, -f64::MIN_POSITIVE, 0.0, 5e-324, 0.1, 1.0, 1.0 + f64::EPSILON, 2.68, 1e300, f64::MAX];
        let times = [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX].map(|at| time(at.as_nanosecond()));
        for (scale, values) in [(Scale::CPU, numbers.map(number).to_vec()), (Scale::BACKUP, times.to_vec())] {
            assert!(values.is_sorted() && values.windows(2).all(|pair| pair[0] < pair[1]));
            for value in values {
                let cell = scale.cell(value);
                assert!(scale.cells(None, None).contains(&cell), "{value}");
                assert!(cell < 1 << 53 && cell as f64 as i64 == cell, "{value}");
                if value % scale.grain != 0 {
                    assert_eq!(scale.value(cell, value % scale.grain), value);
                }
            }
        }
        assert_eq!(number(-0.0), number(0.0));
    }
}
