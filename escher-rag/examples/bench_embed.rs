//! Texts per second of the embedder at 16, 48 and 128 tokens, as JSON: `bench_embed CACHE [RUNS]`.
//!
//! The texts are those of `xtask/bench/embed_onnx.py`: a text of n tokens is n-2 times the word "disk".

use std::time::Instant;

use escher_core::Embed;
use escher_rag::{LocateOptions, MiniLm, Model};

fn main() -> escher_core::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let cache = arguments.next().unwrap_or_else(|| ".".into());
    let runs: usize = arguments.next().and_then(|runs| runs.to_string_lossy().parse().ok()).unwrap_or(5).max(1);
    let start = Instant::now();
    let files = Model::locate(&LocateOptions::local(cache))?;
    let found = start.elapsed();
    let model = MiniLm::load(&files)?;
    let loaded = start.elapsed();
    model.embed(&["disk disk disk".to_owned()])?;
    let first = start.elapsed();
    let mut table = serde_json::Map::new();
    for tokens in [16usize, 48, 128] {
        let texts = vec!["disk ".repeat(tokens - 2); 16_384 / tokens];
        let mut rates = (0..runs)
            .map(|_| {
                let start = Instant::now();
                model.embed(&texts).map(|_| texts.len() as f64 / start.elapsed().as_secs_f64())
            })
            .collect::<escher_core::Result<Vec<f64>>>()?;
        rates.sort_by(f64::total_cmp);
        table.insert(tokens.to_string(), serde_json::json!((rates[rates.len() / 2] * 10.0).round() / 10.0));
    }
    let ms = |time: std::time::Duration| (time.as_secs_f64() * 1e4).round() / 10.0;
    let report = serde_json::json!({
        "engine": "escher-rag", "runs": runs, "texts_per_second": table,
        "ms": { "find": ms(found), "load": ms(loaded - found), "first_text": ms(first - loaded) },
    });
    println!("{report}");
    Ok(())
}
