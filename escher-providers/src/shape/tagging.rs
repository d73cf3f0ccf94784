//! AWS: an ARN and its tags, as the Resource Groups Tagging API writes them.

use escher_core::{Arn, CloudId, Kind, Resource, Result, read_tags};
use serde_json::Value;

use super::{missing, text};

/// Services whose resources are in no region.
const GLOBAL: &[&str] = &["iam", "route53", "cloudfront", "organizations", "globalaccelerator"];

/// Whether this looks like an entry of `ResourceTagMappingList`.
pub fn fits(value: &Value) -> bool {
    text(value, "/ResourceARN").is_some()
}

/// Reads one entry.
///
/// # Errors
/// `Invalid` if its ARN is none.
pub fn resource(value: &Value) -> Result<Resource> {
    let arn = text(value, "/ResourceARN").map(str::trim).ok_or_else(|| missing("a `ResourceARN`", "an entry"))?;
    let mut it = of_arn(arn).ok_or_else(|| escher_core::Error::invalid(format!("`{arn}` is not an ARN")))?;
    it.tags = value.get("Tags").and_then(read_tags);
    let name = it.tags.as_ref().and_then(|tags| tags.get("Name")).filter(|name| !name.trim().is_empty()).cloned();
    it.name = name.unwrap_or(it.name);
    Ok(it)
}

/// What an ARN alone says of a resource; `None` if it is no ARN.
pub fn of_arn(text: &str) -> Option<Resource> {
    let arn = Arn::parse(text)?;
    let native = arn.native();
    let mut it = Resource::new(CloudId::Aws, text, Kind::of_native(CloudId::Aws, &native), native, arn.name());
    it.account = arn.account.map(str::to_owned);
    it.region = arn.region.or_else(|| GLOBAL.contains(&arn.service).then_some("global")).map(str::to_owned);
    Some(it)
}
