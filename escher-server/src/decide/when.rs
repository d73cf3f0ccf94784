//! From a time as it is said to a schedule.

use escher_core::Schedule;
use jiff::Timestamp;

use crate::meaning::When;

/// The schedule, or the question that has to be answered first.
pub(crate) fn settle(when: &When, _now: Timestamp) -> Result<Schedule, String> {
    Err(when.why.clone().unwrap_or_else(|| "When exactly?".to_owned()))
}

/// A time in words, for examples: the parts that were told.
pub(crate) fn when_shown(when: &When) -> String {
    format!("{when:?}")
}
