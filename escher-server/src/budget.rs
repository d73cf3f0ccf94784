//! What reading an utterance may cost, whatever its words are.

use std::cell::Cell;

/// Edges of all parses of an utterance at most, its history included; a mail of five hundred words has nearly as many.
pub(crate) const MOST_SPENT: usize = 16_000;

/// What the parses of an utterance may still cost together, in edges. What is beyond it is read word by word, which makes no
/// order.
pub(crate) struct Budget {
    most: usize,
    spent: Cell<usize>,
    short: Cell<bool>,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self::of(MOST_SPENT)
    }

    fn of(most: usize) -> Self {
        Self { most, spent: Cell::new(0), short: Cell::new(false) }
    }

    pub(crate) fn left(&self) -> usize {
        self.most.saturating_sub(self.spent.get())
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.left() == 0
    }

    /// A parse may cost a few edges more than is left, and says so.
    pub(crate) fn spend(&self, edges: usize) {
        self.spent.set(self.spent.get() + edges);
    }

    /// Notes that a parse was broken off.
    pub(crate) fn run_short(&self) {
        self.short.set(true);
    }

    /// Whether something was not read that would have been with a larger budget.
    pub(crate) fn is_short(&self) -> bool {
        self.short.get() || self.is_spent()
    }

    #[cfg(test)]
    pub(crate) fn spent(&self) -> usize {
        self.spent.get()
    }

    /// Reads with one of so many equal shares; what it leaves is left for the others.
    pub(crate) fn share<T>(&self, shares: usize, read: impl FnOnce(&Self) -> T) -> T {
        let share = Self::of(self.left() / shares.max(1));
        let it = read(&share);
        self.spend(share.spent.get());
        self.short.set(self.short.get() || share.short.get());
        it
    }
}
