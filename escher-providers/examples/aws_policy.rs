//! Prints the IAM policy that grants what Escher needs on AWS and nothing else.
//!
//! ```sh
//! cargo run --example aws_policy
//! ```

use escher_core::{Error, Result};
use escher_providers::aws::{Grants, policy};

fn main() -> Result<()> {
    let text = serde_json::to_string_pretty(&policy(Grants::Act)).map_err(|e| Error::internal("a policy has no JSON form").caused_by(e))?;
    println!("{text}");
    Ok(())
}
