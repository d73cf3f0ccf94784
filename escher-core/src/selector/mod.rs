//! The selector language (placeholder until its author's first commit; replaced wholesale).
use crate::{Error, Flag, Resource};
use jiff::Timestamp;
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs)]
pub enum Selector {
    All,
    Flag(Flag),
}
impl Selector {
    #[allow(missing_docs)]
    pub fn parse(_: &str) -> Result<Self, Error> {
        Ok(Self::All)
    }
    #[allow(missing_docs)]
    pub fn matches(&self, _: &Resource, _: Timestamp) -> Option<bool> {
        None
    }
}
