//! What reading an utterance may cost, whatever its words are.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::lexicon::{Lexicon, Spelled};

/// Edges of the parses of an utterance, its history included, and what looking words up costs, after which nothing more is
/// begun; a mail of five hundred words has nearly as many.
pub(crate) const MOST_SPENT: usize = 16_000;
/// Different words at most that are held against all others for their spelling. More are no sentence in English.
const MOST_SPELT: usize = 120;

/// What reading an utterance may still cost: the edges of all its parses together, and the words whose spelling is looked
/// up. What is beyond it is read word by word, or not known, which makes no order.
pub(crate) struct Budget {
    most: usize,
    spent: Cell<usize>,
    short: Cell<bool>,
    /// Words that are no words as they stand, and what they are, as part of an order and of a question.
    spelt: Spelt,
    /// Tables that parses have left for the next.
    left_over: Rc<RefCell<Vec<Table>>>,
}

type Spelt = Rc<RefCell<HashMap<(String, bool), Spelled>>>;
type Table = Vec<(u32, u32)>;

impl Budget {
    pub(crate) fn new() -> Self {
        Self::of(MOST_SPENT, Rc::default(), Rc::default())
    }

    fn of(most: usize, spelt: Spelt, left_over: Rc<RefCell<Vec<Table>>>) -> Self {
        Self { most, spent: Cell::new(0), short: Cell::new(false), spelt, left_over }
    }

    /// A table that a parse has left; a new one if there is none.
    pub(crate) fn left_over(&self) -> Table {
        self.left_over.borrow_mut().pop().unwrap_or_default()
    }

    /// Leaves tables for the next parse.
    pub(crate) fn leave(&self, tables: [Table; 2]) {
        self.left_over.borrow_mut().extend(tables);
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

    /// How a word is spelt, looked up once.
    pub(crate) fn spelled(&self, lexicon: &Lexicon, word: &str, asked: bool) -> Spelled {
        if lexicon.is_known(word) {
            return Spelled::Right;
        }
        let mut spelt = self.spelt.borrow_mut();
        let key = (word.to_owned(), asked);
        if let Some(known) = spelt.get(&key) {
            return known.clone();
        }
        if spelt.len() >= MOST_SPELT {
            self.run_short();
            return Spelled::Unknown;
        }
        let spelled = lexicon.spelled(word, asked);
        spelt.insert(key, spelled.clone());
        spelled
    }

    /// Reads with one of so many equal shares; what it leaves is left for the others.
    pub(crate) fn share<T>(&self, shares: usize, read: impl FnOnce(&Self) -> T) -> T {
        let share = Self::of(self.left() / shares.max(1), Rc::clone(&self.spelt), Rc::clone(&self.left_over));
        let it = read(&share);
        self.spend(share.spent.get());
        self.short.set(self.short.get() || share.short.get());
        it
    }
}
