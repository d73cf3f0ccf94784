//! Orders: a file per verb or family of verbs, and what stands around them.
//!
//! ```text
//! Plain   an order that ends with its object              stop dev vms
//! Full    one that ends with something else               resize dev vms to m5.large
//! Order   either, with times and places around it         in us-east-1, resize dev vms to m5.large at 8pm
//! ```
//!
//! What a verb takes stands before what describes its object: “with a=1” after “tag” is the tag to be set.

mod attach;
mod bare;
mod create;
mod indirect;
mod names;
mod participle;
mod port;
mod resize;
mod restore;
mod scale;
mod separable;
mod settings;
mod simple;
mod strange;
mod tagging;
mod two;
mod untag;
mod whole;

use super::rule::Rule;

pub(super) use indirect::SHALL;

/// The rules of each file.
pub(super) const FILES: &[&[Rule]] = &[
    simple::RULES,
    separable::RULES,
    participle::RULES,
    resize::RULES,
    scale::RULES,
    tagging::RULES,
    untag::RULES,
    port::RULES,
    attach::RULES,
    restore::RULES,
    create::RULES,
    settings::RULES,
    names::RULES,
    strange::RULES,
    indirect::RULES,
    two::RULES,
    whole::RULES,
    bare::RULES,
];
