//! The simulated clouds through the door that everybody uses: `Cloud`, with the truth looked at from behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod clouds;
mod estate;
mod support;
