//! Two clocks: one to read by, which may be set by hand, and the system's, which may not.
//!
//! What is *read* (ages, flags, the dates of a report, the dates of a simulated world) goes by a [`Clock`]. What is
//! *decided and written down* (when a plan was made and expires, when it was approved, when a line of the journal was
//! written) goes by a [`WallTime`], which only a [`WallClock`] gives out. No function turns the first into the second.

use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

/// How far the system clock may go back and still be trusted: what a time server corrects.
pub const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(2);

/// The time to read by: the system's, or another in tests and reports of the past.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    Wall(WallClock),
    Shifted(Arc<dyn Fn() -> Timestamp + Send + Sync>),
}

impl Clock {
    /// A clock that asks `now`. It counts as shifted: nobody knows what it will say.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Source::Shifted(Arc::new(now)))
    }

    /// A clock that stands still.
    pub fn fixed(at: Timestamp) -> Self {
        Self::new(move || at)
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::Wall(wall) => wall.now().timestamp(),
            Source::Shifted(now) => now(),
        }
    }

    /// Whether it may say something else than the system clock. By such a clock nothing real is changed.
    pub fn is_shifted(&self) -> bool {
        matches!(self.0, Source::Shifted(_))
    }
}

impl From<WallClock> for Clock {
    fn from(wall: WallClock) -> Self {
        Self(Source::Wall(wall))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// The system clock. It is a plain function, not a closure, so that no time that somebody typed can get into it:
///
/// ```compile_fail
/// let typed: jiff::Timestamp = "2020-01-01T00:00:00Z".parse().unwrap();
/// let forged = escher_core::WallClock::new(move || typed);
/// ```
#[derive(Clone, Copy)]
pub struct WallClock(fn() -> Timestamp);

impl WallClock {
    /// The clock behind `read`: the one function of a program that asks the system for the time, or one of a test.
    pub const fn new(read: fn() -> Timestamp) -> Self {
        Self(read)
    }

    /// The time.
    pub fn now(self) -> WallTime {
        WallTime((self.0)())
    }
}

impl fmt::Debug for WallClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WallClock({})", self.now())
    }
}

/// A moment that the system clock gave out. It is made from nothing else:
///
/// ```compile_fail
/// let forged = escher_core::WallTime(jiff::Timestamp::UNIX_EPOCH);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallTime(Timestamp);

impl WallTime {
    /// The moment, for comparing and storing.
    pub const fn timestamp(self) -> Timestamp {
        self.0
    }

    /// Whether it is before a moment that has been, by more than [`CLOCK_SKEW`]: then the clock went back.
    pub fn is_before(self, been: Timestamp) -> bool {
        been.duration_since(self.0) > CLOCK_SKEW
    }
}

impl fmt::Debug for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clock_over_the_systems_is_not_shifted() {
        let noon = || "2026-11-01T12:00:00Z".parse().unwrap();
        let wall = WallClock::new(noon);
        assert!(!Clock::from(wall).is_shifted());
        assert_eq!(Clock::from(wall).now(), wall.now().timestamp());
        for shifted in [Clock::fixed(noon()), Clock::new(noon)] {
            assert!(shifted.is_shifted());
        }
    }
}
