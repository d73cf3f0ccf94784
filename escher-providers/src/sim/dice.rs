//! Random choices that are the same on every machine and with every version of a random library.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A seeded source of choices. Only whole numbers are drawn, and reals are made of them by division, so that no
/// platform's floating point or word size shows in the estate.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// Dice for one purpose under one seed.
    pub(super) fn new(seed: u64, purpose: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&purpose.to_le_bytes());
        Self(ChaCha8Rng::from_seed(bytes))
    }

    /// A number below `n`; 0 where `n` is 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        let wide = u128::from(self.0.next_u64()) * (n as u128);
        (wide >> 64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// True in `percent` of 100 cases.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// A real from `low` to `high` with two decimals.
    pub(super) fn real(&mut self, low: f64, high: f64) -> f64 {
        let steps = ((high - low) * 100.0) as usize;
        cents(low + self.between(0, steps) as f64 / 100.0)
    }

    /// `digits` hexadecimal digits.
    pub(super) fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from_digit(self.below(16) as u32, 16).unwrap_or('0')).collect()
    }

    /// `digits` decimal digits, the first not 0.
    pub(super) fn decimal(&mut self, digits: usize) -> String {
        (0..digits).map(|i| char::from_digit(if i == 0 { self.between(1, 9) } else { self.below(10) } as u32, 10).unwrap_or('1')).collect()
    }

    /// A GUID.
    pub(super) fn guid(&mut self) -> String {
        let (a, b, c, d, e) = (self.hex(8), self.hex(3), self.hex(3), self.hex(3), self.hex(12));
        format!("{a}-{b}1-4{c}-a{d}-{e}")
    }
}

/// Rounded to two decimals.
pub(super) fn cents(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// A number that stands for a text (FNV-1a, 64 bits).
pub(super) fn number_of(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
