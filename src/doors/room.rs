//! Who is answered at once, and how much of each. If every place is taken, the program that has asked for nothing for the
//! longest time makes room: idle connections lock nobody out.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use escher_core::{Error, ErrorKind};
use escher_exec::CancellationToken;
use serde_json::Value;
use tokio::time::Instant;

use super::fault::{Code, Fault};
use crate::api::Effect;

/// Programs that are answered at once.
pub(super) const PROGRAMS: usize = 256;
/// Calls of one program that go on at once, answers that it has not begun to read included.
const CALLS: usize = 32;

/// The programs that are answered.
#[derive(Default)]
pub(super) struct Room(Mutex<Vec<Arc<Guest>>>);

impl Room {
    /// A place for one more program; `None` if all of the others have calls under way.
    pub(super) fn enter(self: &Arc<Self>) -> Option<Place> {
        let mut guests = self.guests();
        if guests.len() >= PROGRAMS {
            let mut idle: Vec<_> = guests.iter().filter_map(|guest| Some((guest.idle_since()?, guest.clone()))).collect();
            idle.sort_unstable_by_key(|(since, _)| *since);
            let (_, left) = idle.into_iter().find(|(_, guest)| guest.leave_if_idle())?;
            guests.retain(|guest| !Arc::ptr_eq(guest, &left));
        }
        let guest = Arc::new(Guest::new());
        guests.push(guest.clone());
        Some(Place { room: self.clone(), guest })
    }

    fn guests(&self) -> MutexGuard<'_, Vec<Arc<Guest>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one program, free again when it is dropped.
pub(super) struct Place {
    room: Arc<Room>,
    guest: Arc<Guest>,
}

impl Deref for Place {
    type Target = Arc<Guest>;

    fn deref(&self) -> &Arc<Guest> {
        &self.guest
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.room.guests().retain(|guest| !Arc::ptr_eq(guest, &self.guest));
    }
}

/// One program and what it has going on.
pub(super) struct Guest {
    calls: Mutex<Calls>,
    left: CancellationToken,
}

struct Calls {
    ongoing: HashMap<String, Ongoing>,
    /// When the last one ended.
    idle_since: Instant,
}

struct Ongoing {
    cancel: CancellationToken,
    effect: Effect,
}

impl Guest {
    fn new() -> Self {
        Self { calls: Mutex::new(Calls { ongoing: HashMap::new(), idle_since: Instant::now() }), left: CancellationToken::new() }
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Since when nothing goes on; `None` if something does.
    fn idle_since(&self) -> Option<Instant> {
        let calls = self.calls();
        calls.ongoing.is_empty().then_some(calls.idle_since)
    }

    /// Whether nothing goes on.
    pub(super) fn is_idle(&self) -> bool {
        self.idle_since().is_some()
    }

    /// Gives the place away; returns whether that was possible. Nothing is begun afterwards.
    fn leave_if_idle(&self) -> bool {
        let calls = self.calls();
        if calls.ongoing.is_empty() {
            self.left.cancel();
        }
        self.left.is_cancelled()
    }

    /// Waits until the place is given away.
    pub(super) async fn left(&self) {
        self.left.cancelled().await;
    }

    /// Notes a call that begins, until the value is dropped.
    pub(super) fn begin(self: &Arc<Self>, id: &Value, effect: Effect, cancel: CancellationToken) -> Result<Call, Fault> {
        let mut calls = self.calls();
        if self.left.is_cancelled() {
            return Err(given_away());
        }
        if calls.ongoing.len() >= CALLS {
            let busy = Error::new(ErrorKind::Busy, format!("{CALLS} calls of this program go on already"));
            return Err(Fault::new(Code::Request, &busy.hint("read the answers, and wait for a call to end")));
        }
        let id = id.to_string();
        if calls.ongoing.contains_key(&id) {
            let twice = Error::invalid(format!("the call {id} goes on already")).hint("give each call an id of its own");
            return Err(Fault::new(Code::Request, &twice));
        }
        calls.ongoing.insert(id.clone(), Ongoing { cancel, effect });
        Ok(Call { guest: self.clone(), id })
    }

    /// Stops a call.
    pub(super) fn cancel(&self, id: &Value) {
        if let Some(ongoing) = self.calls().ongoing.get(&id.to_string()) {
            ongoing.cancel.cancel();
        }
    }

    /// Stops what only reads.
    pub(super) fn cancel_reads(&self) {
        self.calls().ongoing.values().filter(|ongoing| ongoing.effect == Effect::Reads).for_each(|ongoing| ongoing.cancel.cancel());
    }
}

/// A call that goes on as long as the value lives.
pub(super) struct Call {
    guest: Arc<Guest>,
    id: String,
}

impl Drop for Call {
    fn drop(&mut self) {
        let mut calls = self.guest.calls();
        calls.ongoing.remove(&self.id);
        calls.idle_since = Instant::now();
    }
}

/// What a program is told whose place went to another.
pub(super) fn given_away() -> Fault {
    let error = Error::new(ErrorKind::Busy, "this connection was idle, and its place went to another program");
    Fault::new(Code::Closing, &error.hint("connect again"))
}
