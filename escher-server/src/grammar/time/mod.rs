//! Times, a file per kind of part. Parts come in any order and are put together in `whole`.

pub(super) mod clock;
pub(super) mod day;
pub(super) mod every;
pub(super) mod month;
pub(super) mod whole;
pub(super) mod zone;
