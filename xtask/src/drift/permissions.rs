//! `docs/aws-permissions.json`: the IAM policy that grants what Escher needs and nothing else, as the example of
//! `escher-providers` prints it from what the service files declare.

use escher_core::Result;

use crate::process;
use crate::project::Project;

/// The document.
pub(crate) fn document(project: &Project) -> Result<String> {
    // The whole workspace's features, so that no dependency is built a second time with others.
    process::run(project.cargo().args(["build", "--quiet", "--workspace", "--locked", "--example", EXAMPLE]))?;
    process::capture(&mut process::command(project.built("debug/examples", EXAMPLE)))
}

const EXAMPLE: &str = "aws_policy";
