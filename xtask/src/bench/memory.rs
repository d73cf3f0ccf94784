//! Programs of this workspace: the embedder beside onnxruntime and search beside the bare engine, each in the same run;
//! selections; reading.

use escher_core::{Error, ErrorKind, Result};

use super::report::{Aim, Row};
use super::{Bench, external};
use crate::process;
use crate::setup::{model, python};

/// Estates that search is measured on.
const SIZES: [u32; 2] = [10_000, 100_000];

/// Texts a second at 16, 48 and 128 tokens, ours and onnxruntime's.
pub(crate) fn embed(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let folder = model::folder(bench.project)?
        .ok_or_else(|| Error::new(ErrorKind::NotFound, "there is no model to measure").hint("run: cargo xtask setup"))?;
    let script = bench.project.root.join("xtask/bench/embed_onnx.py");
    let python = python::venv(bench.project, "bench-venv", &bench.project.root.join("xtask/bench/requirements.txt"))?;
    let (program, cache, runs) = (external::example(bench, "bench_embed")?, bench.project.user_cache()?, bench.runs.to_string());
    // Both repeat by themselves and print their medians.
    let ours = external::once(process::command(&program).arg(&cache).arg(&runs))?;
    let theirs = external::once(process::command(&python).arg(&script).arg(&folder).arg(&runs))?;
    Ok(named("escher", ours).chain(named("onnxruntime", theirs)).collect())
}

/// Import, index, search and memory at two sizes, with the engine's own dense search beside them.
pub(crate) fn search(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let program = external::example(bench, "bench_search")?;
    let mut rows = Vec::new();
    for size in SIZES {
        let measured = external::run(bench, || {
            let mut command = process::command(&program);
            command.arg(size.to_string());
            command
        })?;
        let aimed = |row: Row| if size == 100_000 && row.what == "search p99" { row.aim(Aim::AtMost(8.0)) } else { row };
        rows.extend(named(&format!("{size}:"), measured.into_iter().map(aimed).collect()));
    }
    Ok(rows)
}

/// Exact selections over relations, with what the tables for them cost an import. The program repeats by itself.
pub(crate) fn select(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let program = external::example(bench, "bench_select")?;
    external::once(process::command(&program).arg("100000"))
}

/// What the owner's socket costs beside a call in the same process.
pub(crate) fn door(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let program = external::example(bench, "bench_door")?;
    external::run(bench, || process::command(&program))
}

/// How long the brain takes to read, in its own process. The program repeats by itself.
pub(crate) fn read(bench: &Bench<'_>) -> Result<Vec<Row>> {
    external::once(&mut process::command(&external::example(bench, "bench_read")?))
}

fn named(front: &str, rows: Vec<Row>) -> impl Iterator<Item = Row> {
    let front = front.to_owned();
    rows.into_iter().map(move |row| Row { what: format!("{front} {}", row.what), ..row })
}
