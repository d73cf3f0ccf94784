//! `search`: finds resources by words.

use escher_core::Result;

use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

pub use crate::ops::search::{SearchRequest, SearchResults};

/// Find resources by words, under a filter.
pub struct Search;

impl Operation for Search {
    const NAME: &'static str = "search";
    const SUMMARY: &'static str = "Find resources by words; words rank the results, the filter limits them, and typos are fine";
    const EFFECT: Effect = Effect::Reads;
    type Request = SearchRequest;
    type Response = SearchResults;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: SearchRequest, _: Cx<NoEvent>) -> Result<SearchResults> {
        escher.search(&request).await
    }
}
