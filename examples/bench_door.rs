//! What the socket costs: `search` of 20 hits in this process and through the owner's socket, over the demo's estate.
//! Prints its figures as one JSON object on the last line; `cargo xtask bench --only door` runs it.
#![allow(clippy::disallowed_methods, reason = "a measurement, not the library")]

use std::sync::Arc;
use std::time::Instant;

use escher::api::{Demo, Search};
use escher::{CancellationToken, Config, Door, SearchRequest};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const CALLS: usize = 200;
/// Calls at once, by so many programs.
const AT_ONCE: usize = 1_000;
const PROGRAMS: usize = 50;

fn request() -> SearchRequest {
    SearchRequest { words: "production postgres".to_owned(), limit: 20, ..SearchRequest::default() }
}

async fn search(door: &Door) -> Outcome<f64> {
    let start = Instant::now();
    let found = door.call::<Search>(request(), |event| match event {}, &CancellationToken::new()).await?;
    if found.hits.len() != 20 {
        return Err(format!("{} hits are no measurement", found.hits.len()).into());
    }
    Ok(start.elapsed().as_secs_f64() * 1e3)
}

fn p50(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

async fn measure(folder: &std::path::Path) -> Outcome<Value> {
    let config = Config { key_dir: Some(folder.join("keys")), ..Config::new(folder.join("data")) };
    let here = Door::open(config.clone()).await?;
    here.call::<Demo>(Default::default(), |_| {}, &CancellationToken::new()).await?;
    search(&here).await?;
    let there = Door::open(config.clone()).await?;
    if there.here().await.is_some() {
        return Err("it does not go through the socket".into());
    }
    // In turns, so that whatever else the machine does meets both.
    let (mut alone, mut through) = (Vec::new(), Vec::new());
    for _ in 0..CALLS {
        alone.push(search(&here).await?);
        through.push(search(&there).await?);
    }
    let overhead = p50(through.iter().zip(&alone).map(|(through, alone)| through - alone).collect());
    let (alone, through) = (p50(alone), p50(through));
    let mut programs = Vec::new();
    for _ in 0..PROGRAMS {
        programs.push(Arc::new(Door::open(config.clone()).await?));
    }
    let start = Instant::now();
    let calls = (0..AT_ONCE).map(|call| {
        let door = programs[call % PROGRAMS].clone();
        tokio::spawn(async move { search(&door).await.map_err(|e| e.to_string()) })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await??;
    }
    let at_once = start.elapsed().as_secs_f64() * 1e3;
    here.close().await;
    Ok(json!({"rows": [
        {"what": "search of 20 hits in process, p50", "unit": "ms", "value": alone},
        {"what": "the same through the socket, p50", "unit": "ms", "value": through},
        {"what": "overhead of the socket, p50", "unit": "ms", "value": overhead, "aim": {"at-most": 1.0}},
        {"what": format!("{AT_ONCE} calls at once by {PROGRAMS} programs"), "unit": "ms", "value": at_once},
    ]}))
}

fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    println!("{}", runtime.block_on(measure(folder.path()))?);
    Ok(())
}
