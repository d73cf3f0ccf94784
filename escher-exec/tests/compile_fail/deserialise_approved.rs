//! An approved plan cannot be read from anywhere.

use escher_core::{Approved, Plan};

fn main() {
    let _: Plan<Approved> = serde_json::from_str("{}").unwrap();
}
