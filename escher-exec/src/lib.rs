//! The hands: policy, approval, run, verify, undo, journal, resume.
//!
//! A [`Planner`] resolves a template of selectors over the store into a plan that names ids, each with the hash of what
//! was observed. Checked, judged by a policy and approved (all in `escher-core`), the plan is carried out by an
//! [`Executor`] over a journal and the connected [`Clouds`]; [`Planner::undo`] turns a finished run around into another
//! plan. This crate knows no cloud and no store: both arrive as traits.
//!
//! A step is read again, held against what was approved, written down (`intent`, `started`), called, looked at until
//! what was wanted is so (`observed`), and closed (`done`). Whatever stops it, it is closed as `skipped` (nothing was
//! called), `failed` or `unknown`, with the reason, or it stays open and [`Executor::resume`] carries it on.
//!
//! # Invariants, and the tests that hold them
//!
//! | What always holds | Test |
//! |---|---|
//! | Only an approved plan runs; an approval cannot be read from anywhere | `compile_fail/run_unapproved`, `compile_fail/deserialize_approved` |
//! | No call without a permit, and a permit is good for one call | `compile_fail/act_without_permit`, `compile_fail/act_twice` |
//! | No call before its line is on disk; one permit, one call | `faults::promises_hold_through_random_crashes_and_faults` |
//! | After a break at any line each target ends as wanted, none is called after it was observed, each has one outcome | `faults::after_a_break_at_any_line_every_target_is_stopped_and_none_twice` |
//! | What was observed is done, whatever came after | `faults::what_was_seen_to_be_done_is_done_whatever_came_after` |
//! | What is not idempotent is not called again unless it was certainly never called | `faults::what_must_not_happen_twice_is_not_tried_again_unless_it_was_certainly_never_called` |
//! | A target whose state, tags or identity changed is not touched, and the change is named | `running::a_target_that_changed_is_refused_and_the_change_is_named` |
//! | Could not look is neither gone nor success | `running::a_target_that_cannot_be_looked_at_is_not_called`, `running::an_outcome_that_nobody_can_see_is_unknown_and_counts_as_failed` |
//! | One “not found” of a cloud that lags is not “gone” | `lag::*` |
//! | One budget of retries for a step, over all layers; what is exhausted is not tried again above | `lag::a_step_spends_one_budget_of_retries`, `running::only_what_is_temporary_and_idempotent_is_tried_again` |
//! | Only what is temporary and idempotent is tried again | `running::only_what_is_temporary_and_idempotent_is_tried_again` |
//! | A run starts in time, and runs and resumes as who its plan names | `running::a_run_starts_in_time_once_and_as_who_it_was_made_for` |
//! | A plan is exact and complete: every match is a target or counted | `planning::who_is_left_out_is_counted_and_named` |
//! | Words from a cloud fill slots and steer nothing | `planning::words_from_a_cloud_steer_nothing` |
//! | Changes need an approval, the unknown is forbidden, rules are only tightened | `policy::*` |
//! | Journal lines are neither altered nor removed unnoticed, nor cut off the end where the head is known | `journal::*` |
//! | Who was taken over writes no line, and so makes no call | `journal::who_was_taken_over_writes_nothing_more` |
//! | A dry run changes nothing and claims only what it checked | `running::a_dry_run_claims_what_it_checked_and_changes_nothing` |

mod absence;
mod changes;
mod clouds;
mod draft;
mod drive;
mod dry;
mod event;
mod executor;
mod ids;
mod journal;
mod needs;
mod other_end;
mod policy;
mod reasons;
mod record;
mod resolve;
mod step;
mod turns;
mod undo;
mod wanted;

pub use absence::confirmed_read;
pub use clouds::{Clouds, Connection};
pub use dry::{DryRunOutcome, DryRunStep};
pub use escher_core::Head;
pub use event::{RunEvent, RunSummary, summary};
pub use executor::{Executor, Limits};
pub use journal::SqliteJournal;
pub use policy::{DefaultPolicy, POLICY_FILE, PolicyProblem, PolicyRule, PolicyRules, RuleKind};
pub use record::{begin, close};
pub use resolve::Planner;
/// Stops a run: what is under way comes to its end, nothing new is begun.
pub use tokio_util::sync::CancellationToken;
pub use turns::Turns;
