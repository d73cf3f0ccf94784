//! Runs take turns at a resource: what one of them read before it acts must not be changed by another meanwhile.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use escher_core::ResourceId;
use tokio::sync::OwnedMutexGuard;

type Turn = Arc<tokio::sync::Mutex<()>>;

/// Whose turn it is, by resource. Clones share it; whoever carries out runs side by side gives each executor the same.
#[derive(Clone, Debug, Default)]
pub struct Turns(Arc<Mutex<HashMap<ResourceId, Turn>>>);

impl Turns {
    /// Waits until no other step works on this resource; the turn ends with the guard.
    pub(crate) async fn of(&self, id: &ResourceId) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Those that nobody holds or waits for.
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            turns.entry(id.clone()).or_default().clone()
        };
        turn.lock_owned().await
    }
}
