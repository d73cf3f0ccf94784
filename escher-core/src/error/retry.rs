//! How often may be tried again, over all layers together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Retries that one piece of work may spend, whichever layer spends them. Clones share what is left.
///
/// ```
/// let budget = escher_core::RetryBudget::new(1);
/// assert!(budget.clone().spend());
/// assert!(!budget.spend());
/// ```
#[derive(Clone, Debug)]
pub struct RetryBudget(Arc<AtomicU32>);

impl RetryBudget {
    /// A budget of this many retries.
    pub fn new(retries: u32) -> Self {
        Self(Arc::new(AtomicU32::new(retries)))
    }

    /// Takes one retry; false where none is left.
    pub fn spend(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }
}
