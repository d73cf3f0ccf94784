//! Doors: how programs reach the operations of a data directory, in this process or in the one that owns it.
//!
//! [`Door`] is what a program opens. If nobody owns the directory, it owns it from then on and answers others on a local
//! socket ([`Serving`]): JSON-RPC 2.0, one message per line. If somebody does, operations are handed over and come back as
//! if they had been done here.

#[cfg(not(unix))]
mod absent;
mod bounds;
#[cfg(unix)]
mod client;
mod door;
#[cfg(unix)]
mod fault;
#[cfg(unix)]
mod hello;
#[cfg(unix)]
mod line;
#[cfg(feature = "mcp")]
mod mcp;
#[cfg(unix)]
mod owner;
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the socket's file")]
mod place;
#[cfg(unix)]
mod room;

#[cfg(not(unix))]
use absent::{Client, Serving, Unanswered};
#[cfg(unix)]
use client::{Client, Unanswered};
#[cfg(unix)]
use owner::Serving;

pub use door::Door;
#[cfg(feature = "mcp")]
pub use mcp::{Commands, serve_mcp};
