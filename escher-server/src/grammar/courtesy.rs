//!

use super::args::nothing;
use super::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::new("Courtesies", "Courtesy", nothing),
    Rule::new("Courtesies", "Courtesy Courtesies", nothing),
    Rule::new("Courtesy", "(please|thanks|thank you|hi|hello|could you|can you|would you|,)", nothing),
    Rule::new("Courtesy", "Emoji", nothing),
];
