//! Reads the engine's files ahead, so that searches find them in memory.
//!
//! Whenever the engine closes a segment, or has made one, it takes its files out of the system's file cache, and it maps
//! them for access at random: the first hundred searches of a large estate would each wait for the disk thousands of
//! times. In order, everything is read in the time of a few of them.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::{Arc, Weak};

/// Bytes read at a time.
const PIECE: usize = 1024 * 1024;

/// Reads every file in a folder, on a thread of its own and for as long as somebody holds `wanted`. Where that fails,
/// searches are slower at first and nothing else.
pub(super) fn read_ahead(folder: &Path, wanted: &Arc<()>) {
    let (folder, wanted) = (folder.to_owned(), Arc::downgrade(wanted));
    let thread = std::thread::Builder::new().name("read-index-ahead".to_owned());
    if let Err(e) = thread.spawn(move || read_all(&folder, &wanted, &mut vec![0; PIECE])) {
        tracing::debug!(error = %e, "the search index is not read ahead");
    }
}

fn read_all(folder: &Path, wanted: &Weak<()>, piece: &mut [u8]) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_all(&path, wanted, piece);
        } else if let Ok(mut file) = File::open(&path) {
            while wanted.strong_count() > 0 && file.read(piece).is_ok_and(|read| read > 0) {}
        }
    }
}
