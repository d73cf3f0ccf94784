//! Reads the engine's files ahead, so that searches find them in memory.
//!
//! Whenever the engine closes a segment, or has made one, it takes its files out of the system's file cache, and it maps
//! them for access at random: the first hundred searches of a large estate would each wait for the disk thousands of
//! times. In order, everything is read in the time of a few of them.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

/// Bytes read at a time.
const PIECE: usize = 1024 * 1024;

/// Reads every file in a folder, on a thread of its own and for as long as somebody holds `wanted`. Where that fails,
/// searches are slower at first and nothing else.
pub(super) fn read_ahead(folder: &Path, wanted: &Arc<()>) {
    let (folder, wanted) = (folder.to_owned(), Arc::downgrade(wanted));
    let thread = std::thread::Builder::new().name("read-index-ahead".to_owned());
    if let Err(e) = thread.spawn(move || read_all(&folder, &|| wanted.strong_count() > 0, &mut vec![0; PIECE])) {
        tracing::debug!(error = %e, "the search index is not read ahead");
    }
}

/// Reads every file in a folder before all of it is needed.
pub(super) fn read_now(folder: &Path) {
    read_all(folder, &|| true, &mut vec![0; PIECE]);
}

fn read_all(folder: &Path, wanted: &dyn Fn() -> bool, piece: &mut [u8]) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_all(&path, wanted, piece);
        } else if let Ok(file) = File::open(&path) {
            let mut file = file.take(entry.metadata().map_or(0, |found| written(&found)));
            while wanted() && file.read(piece).is_ok_and(|read| read > 0) {}
        }
    }
}

/// Bytes of a file that are on disk: the engine makes its files large and fills them from the front.
#[cfg(unix)]
fn written(file: &std::fs::Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    file.blocks() * 512
}

#[cfg(not(unix))]
fn written(file: &std::fs::Metadata) -> u64 {
    file.len()
}
