//! An order that can be read in several ways: whether that makes a difference, only the estate tells.

use std::collections::BTreeSet;

use escher_core::{Clarify, Frame, ResourceId, Result};

use crate::escher::Escher;

/// What came of the readings.
pub(crate) enum Settled {
    /// They all select the same resources and do the same to them; this is the narrowest.
    One(Box<Frame>),
    /// They differ, or there were none: a question.
    Asks(Clarify),
}

/// Resolves every reading of a frame over the estate.
pub(crate) async fn settle(escher: &Escher, frame: &Frame, clarify: &Clarify) -> Result<Settled> {
    let [first, ..] = frame.readings.as_slice() else { return Ok(Settled::Asks(clarify.clone())) };
    let mut selected = Vec::new();
    for reading in &frame.readings {
        selected.push(targets(escher, reading).await?);
    }
    let alike = |reading: &Frame| {
        (reading.intent, &reading.action, &reading.params, &reading.schedule)
            == (first.intent, &first.action, &first.params, &first.schedule)
    };
    let same = selected.windows(2).all(|pair| pair[0] == pair[1]) && selected.first().is_some_and(|found| !found.is_empty());
    // What selects the same today may not when it is to be done.
    let later = frame.readings.iter().any(|reading| reading.schedule.is_some());
    if same && !later && frame.readings.iter().all(|reading| reading.is_executable() && alike(reading)) {
        // The one with the most conditions says most plainly what will be touched.
        let narrowest = frame.readings.iter().max_by_key(|reading| reading.selector.conjuncts().len()).unwrap_or(first);
        return Ok(Settled::One(Box::new(narrowest.clone())));
    }
    let counted = |(option, found): (&String, &BTreeSet<ResourceId>)| match found.len() {
        0 => format!("{option} (nothing)"),
        1 => format!("{option} (1 resource)"),
        n => format!("{option} ({n} resources)"),
    };
    let options = clarify.options.iter().zip(&selected).map(counted).collect();
    Ok(Settled::Asks(Clarify { question: clarify.question.clone(), options }))
}

/// What a reading would touch.
async fn targets(escher: &Escher, reading: &Frame) -> Result<BTreeSet<ResourceId>> {
    let mut selection = escher.estate().select(&reading.selector, escher.now()).await?;
    selection.leave_out_terminated(&reading.selector, escher.now());
    Ok(selection.matched.into_iter().map(|entry| entry.resource.id).collect())
}
