//! Turning a run around.

use std::collections::HashMap;

use escher_core::{
    ActionDef, Error, ErrorKind, JournalEntry, Next, Phase, PlanDoc, PlanOrigin, ReadCx, Resource, Result, RunId, Step, Undo,
};
use futures::{StreamExt, stream};

use crate::draft::{Draft, MadeFor, Order};
use crate::event::outcomes;
use crate::executor::REQUEST;
use crate::reasons::{Reasons, plain};
use crate::{Planner, confirmed_read, wanted};

impl Planner {
    /// A plan that takes back what a run has done, the last first. What to do is what the journal wrote down before
    /// each change; where the targets stand is read from the clouds now. It is checked, approved and run as any other.
    ///
    /// # Errors
    /// `NotFound` if nothing is left to take back, with the reason; `Internal` where the lines are not of this plan.
    pub async fn undo(&self, run: &RunId, plan: &PlanDoc, entries: &[JournalEntry]) -> Result<PlanDoc> {
        if let Some(entry) = entries.iter().find(|entry| entry.run != *run || entry.plan != plan.id) {
            return Err(Error::internal("the journal lines belong to another run")
                .with("run", run.as_str())
                .with("line", entry.run.as_str()));
        }
        let at = self.clock.now();
        let mut draft = Draft::new(&self.clouds, at, self.wall.now());
        let mut stays = Reasons::default();
        let steps: HashMap<&str, &Step> = plan.steps.iter().map(|step| (step.id.as_str(), step)).collect();
        let outcomes = outcomes(run, entries);
        let mut work: Vec<(&Step, &[Undo])> = Vec::new();
        // The last that was done comes first.
        for entry in entries.iter().rev().filter(|entry| entry.phase == Phase::Done) {
            let Some(step) = steps.get(entry.step.as_str()).copied() else { continue };
            if work.iter().any(|(known, _)| known.id == step.id) {
                continue;
            }
            // The first intent saw the target before we touched it; a later one may have seen our own half-done change.
            let undo = entries.iter().find(|line| line.step == step.id && line.phase == Phase::Intent).map_or(&[][..], |line| &line.undo);
            if undo.is_empty() {
                stays.add(format!("cannot be undone ({} has no undo)", step.action), &step.target.name);
            } else {
                work.push((step, undo));
            }
        }
        let mut unclear: Vec<(&Step, Phase)> = Vec::new();
        for step in &plan.steps {
            let called = entries.iter().any(|line| line.step == step.id && line.phase == Phase::Started);
            match outcomes.get(step.id.as_str()).map(|line| line.phase) {
                Some(phase @ (Phase::Failed | Phase::Unknown)) if called => unclear.push((step, phase)),
                None if called => stays.add("interrupted and left alone; resume the run first", &step.target.name),
                _ => {}
            }
        }
        let looks: Vec<_> = work.into_iter().map(|(step, undo)| async move { (step, undo, self.look(step).await) }).collect();
        let seen: Vec<_> = stream::iter(looks).buffered(8).collect().await;
        for (step, undo, now) in seen {
            match now {
                Err(error) => stays.add(format!("left out, could not be read ({error})"), &step.target.name),
                Ok(None) => stays.add("no longer there", &step.target.name),
                Ok(Some(resource)) => {
                    let observed = resource.observed_hash();
                    for part in undo {
                        draft.offer(&Order::new(part.action.verb, &part.params), &resource, &observed)?;
                    }
                }
            }
        }
        let looks: Vec<_> = unclear.into_iter().map(|(step, phase)| async move { (step, phase, self.look(step).await) }).collect();
        let seen: Vec<_> = stream::iter(looks).buffered(8).collect().await;
        for (step, phase, now) in seen {
            // What stood there before the step: what the last one on the same target left, or what the plan saw.
            let before = entries.iter().rev().filter(|line| line.target == step.target.id).find_map(|line| line.observed.as_deref());
            let is_before = |now: &Resource| now.observed_hash() == before.unwrap_or(&step.target.observed);
            // What leaves no trace in what is seen, or may still take effect, is not known to have changed nothing.
            let shows = ActionDef::find(step.action).is_some_and(|def| wanted::is_evidence(&def));
            match now {
                Ok(Some(now)) if phase == Phase::Failed && shows && is_before(&now) => {
                    stays.add("unchanged, the step failed", &step.target.name)
                }
                _ => stays.add("left alone, outcome unclear (possibly changed)", &step.target.name),
            }
        }
        if draft.is_empty() {
            let why: Vec<String> = draft.left_out.lines().chain(stays.lines()).collect();
            let why = if why.is_empty() { "the run changed nothing".to_owned() } else { why.join("; ") };
            return Err(Error::new(ErrorKind::NotFound, format!("there is nothing to undo: {why}"))
                .operation("undo")
                .with("run", run.as_str())
                .hint("the run's journal shows what it did")
                .next(Next::Run { run: run.clone() }));
        }
        draft.warnings.extend(stays.lines());
        let made_for = MadeFor { goal: undone(&plain(&plan.goal), run), origin: PlanOrigin::Undo { run: run.clone() } };
        draft.finish(made_for, self.life, &*self.policy)
    }

    async fn look(&self, step: &Step) -> Result<Option<Resource>> {
        let cloud = self.clouds.of(&step.target)?;
        let cx = ReadCx::new(self.clock.clone(), REQUEST);
        confirmed_read(&**cloud, &cx, &step.target).await
    }
}

/// The goal of undoing a goal; what undoes an undo does it again.
fn undone(goal: &str, run: &RunId) -> String {
    // An undo's goal ends with the run that it undoes.
    let inner = |goal: &str| goal.rsplit_once(" (run_").map_or(goal, |(inner, _)| inner).to_owned();
    match (goal.strip_prefix("Undo: "), goal.strip_prefix("Redo: ")) {
        (Some(goal), _) => format!("Redo: {} ({run})", inner(goal)),
        (_, Some(goal)) => format!("Undo: {} ({run})", inner(goal)),
        _ => format!("Undo: {goal} ({run})"),
    }
}

#[cfg(test)]
mod tests {
    use super::undone;

    #[test]
    fn undoing_an_undo_is_said_once() {
        let run = |id: &str| id.parse().unwrap();
        let undo = undone("Stop web-1", &run("run_a"));
        let redo = undone(&undo, &run("run_b"));
        assert_eq!((undo.as_str(), redo.as_str()), ("Undo: Stop web-1 (run_a)", "Redo: Stop web-1 (run_b)"));
        assert_eq!(undone(&redo, &run("run_c")), "Undo: Stop web-1 (run_c)");
    }
}
