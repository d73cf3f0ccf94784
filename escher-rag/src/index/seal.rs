//! Whether the engine's files are just as they were left.
//!
//! The engine trusts what it reads: one flipped byte in a length makes it ask for gigabytes, or never come to an end. So
//! it is given no file that is not as it wrote it. Once everything is flushed, the size and the checksum of each file are
//! written into a file of their own, the seal; whoever changes a file takes the seal away first.

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::checksum::checksum;

const FILE: &str = "seal.json";

/// Bytes that are summed up at once. Blocks of zeros count for nothing, so that a hole in a file is as good as zeros in it.
const BLOCK: usize = 64 * 1024;

/// Bytes that a file of settings may have.
const SETTINGS: u64 = 4 * 1024 * 1024;

/// Bytes that a seal may have; an index has hundreds of files, not a hundred thousand.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Every file of a folder: size and checksum, by the path in it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seal {
    files: BTreeMap<String, (u64, u64)>,
}

/// What a folder is against its seal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sealed {
    /// Just as it was left.
    Whole,
    /// Nobody closed it: its writer was killed, or it is of the version that knew no seals.
    Open,
    /// Something is not as it was left.
    Broken(String),
}

impl Seal {
    /// Takes the files of a folder down as they are.
    pub(super) fn of(folder: &Path) -> std::io::Result<Self> {
        let mut found = Vec::new();
        list(folder, folder, &mut found)?;
        let summed = found.into_par_iter().map(|(name, path, metadata)| {
            let sum = if metadata.is_file() { sum_of(&path)? } else { 0 };
            Ok((name, (if metadata.is_file() { metadata.len() } else { 0 }, sum)))
        });
        Ok(Self { files: summed.collect::<std::io::Result<_>>()? })
    }

    /// Takes away what other users may do with the files of a folder; what the engine writes last, it writes while closing.
    pub(super) fn keep_private(folder: &Path) -> std::io::Result<()> {
        let mut found = vec![(String::new(), folder.to_owned(), std::fs::symlink_metadata(folder)?)];
        list(folder, folder, &mut found)?;
        found.iter().try_for_each(|(_, path, metadata)| tighten(path, metadata))
    }

    pub(super) fn write(&self, index: &Path) -> std::io::Result<()> {
        let fresh = index.join(format!("{FILE}.new"));
        let mut file = private(File::options().write(true).create(true).truncate(true)).open(&fresh)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        std::fs::rename(&fresh, index.join(FILE))
    }

    /// Takes the seal of an index away.
    pub(super) fn remove(index: &Path) -> std::io::Result<()> {
        match std::fs::remove_file(index.join(FILE)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }

    /// Holds a folder against the seal of its index.
    pub(super) fn check(index: &Path, folder: &Path) -> Sealed {
        let path = index.join(FILE);
        let Ok(known) = std::fs::symlink_metadata(&path) else { return Sealed::Open };
        if !known.is_file() || known.len() > LARGEST {
            return Sealed::Broken("its seal is none".to_owned());
        }
        let read = std::fs::read(&path).ok().and_then(|text| serde_json::from_slice::<Self>(&text).ok());
        let Some(seal) = read else { return Sealed::Broken("its seal cannot be read".to_owned()) };
        // Names and sizes first: what is missing shows without reading anything.
        let mut found = Vec::new();
        if let Err(e) = list(folder, folder, &mut found) {
            return Sealed::Broken(e.to_string());
        }
        let size = |metadata: &Metadata| if metadata.is_file() { metadata.len() } else { 0 };
        if let Some((name, ..)) =
            found.iter().find(|(name, _, metadata)| seal.files.get(name).is_none_or(|(known, _)| *known != size(metadata)))
        {
            return Sealed::Broken(format!("{name} is not as it was left"));
        }
        if found.len() != seal.files.len() {
            return Sealed::Broken("files are missing".to_owned());
        }
        let broken = found.par_iter().find_map_any(|(name, path, metadata)| {
            let known = seal.files.get(name).map(|(_, sum)| *sum);
            (metadata.is_file() && sum_of(path).ok() != known).then(|| format!("{name} is not as it was left"))
        });
        broken.map_or(Sealed::Whole, Sealed::Broken)
    }
}

/// Everything below a folder, links not followed. What is neither a file nor a folder has no place there.
fn list(root: &Path, folder: &Path, found: &mut Vec<(String, PathBuf, Metadata)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let metadata = std::fs::symlink_metadata(&path)?;
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        if metadata.is_dir() {
            list(root, &path, found)?;
        } else if !metadata.is_file() {
            return Err(std::io::Error::other(format!("{name} is neither a file nor a folder")));
        }
        found.push((name, path, metadata));
    }
    Ok(())
}

/// The checksum of a file's blocks, whether zeros in it are written out or holes. Of a JSON file it is what it says that
/// counts: the engine writes the keys of its settings in another order each time.
fn sum_of(path: &Path) -> std::io::Result<u64> {
    if path.extension().is_some_and(|extension| extension == "json") && path.metadata()?.len() < SETTINGS {
        let text = std::fs::read(path)?;
        return Ok(match serde_json::from_slice::<serde_json::Value>(&text) {
            Ok(value) => checksum(1, escher_core::digest::of(&value).as_bytes()),
            Err(_) => checksum(0, &text),
        });
    }
    let mut file = File::open(path)?;
    let (mut sum, mut at, mut block) = (0_u64, 0_u64, vec![0; BLOCK]);
    loop {
        // From the first block that may hold something.
        at = next_data(&file, at)? / BLOCK as u64 * BLOCK as u64;
        file.seek(SeekFrom::Start(at))?;
        let mut filled = 0;
        while filled < BLOCK {
            match file.read(&mut block[filled..])? {
                0 => break,
                read => filled += read,
            }
        }
        let bytes = &block[..filled];
        if bytes.iter().any(|byte| *byte != 0) {
            sum = sum.wrapping_add(checksum(at, bytes));
        }
        if filled < BLOCK {
            return Ok(sum);
        }
        at += BLOCK as u64;
    }
}

/// Where, from an offset on, the next bytes are that take room on the disk; the end of the file if there are none.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn next_data(file: &File, at: u64) -> std::io::Result<u64> {
    match rustix::fs::seek(file, rustix::fs::SeekFrom::Data(at)) {
        Ok(data) => Ok(data),
        Err(rustix::io::Errno::NXIO) => Ok(file.metadata()?.len().max(at)),
        // A file system that does not tell: then everything is read.
        Err(_) => Ok(at),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn next_data(_file: &File, at: u64) -> std::io::Result<u64> {
    Ok(at)
}

/// Options for files that only this user may read.
pub(super) fn private(options: &mut std::fs::OpenOptions) -> &mut std::fs::OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Takes away what other users may do.
pub(super) fn tighten(path: &Path, metadata: &Metadata) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if metadata.permissions().mode() & 0o077 != 0 {
            let mode = if metadata.is_dir() { 0o700 } else { 0o600 };
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let shard = dir.path().join("estate");
        std::fs::create_dir_all(shard.join("deep/er")).unwrap();
        std::fs::write(shard.join("deep/er/status.dat"), [3, 0, 0, 0, 0, 0, 0, 0]).unwrap();
        let holes = File::create(shard.join("deep/page_0.dat")).unwrap();
        holes.set_len(3_000_001).unwrap();
        std::fs::write(shard.join("large"), vec![7; 200_000]).unwrap();
        std::fs::write(shard.join("segment.json"), r#"{"a":1,"b":[2]}"#).unwrap();
        Seal::of(&shard).unwrap().write(dir.path()).unwrap();
        (dir, shard)
    }

    #[test]
    fn what_was_left_is_whole_also_with_holes_written_out() {
        let (dir, shard) = shard();
        assert_eq!(Seal::check(dir.path(), &shard), Sealed::Whole);
        std::fs::write(shard.join("deep/page_0.dat"), vec![0; 3_000_001]).unwrap();
        assert_eq!(Seal::check(dir.path(), &shard), Sealed::Whole);
        std::fs::write(shard.join("segment.json"), r#"{"b":[2],"a":1}"#).unwrap();
        assert_eq!(Seal::check(dir.path(), &shard), Sealed::Whole, "the order of keys means nothing");
        Seal::remove(dir.path()).unwrap();
        assert_eq!(Seal::check(dir.path(), &shard), Sealed::Open);
    }

    #[test]
    fn whatever_is_not_as_it_was_left_is_noticed() {
        let flip = |name: &'static str, at: usize| {
            move |shard: &Path| {
                let mut bytes = std::fs::read(shard.join(name)).unwrap();
                bytes[at] ^= 4;
                std::fs::write(shard.join(name), bytes).unwrap();
            }
        };
        type Change = Box<dyn Fn(&Path)>;
        let changes: [Change; 9] = [
            Box::new(flip("deep/er/status.dat", 7)),
            Box::new(flip("deep/page_0.dat", 2_999_999)),
            Box::new(flip("large", 131_072)),
            Box::new(flip("segment.json", 5)),
            Box::new(|shard| std::fs::remove_file(shard.join("large")).unwrap()),
            Box::new(|shard| std::fs::write(shard.join("more"), "").unwrap()),
            Box::new(|shard| std::fs::create_dir(shard.join("deep/folder")).unwrap()),
            Box::new(|shard| File::options().write(true).open(shard.join("deep/page_0.dat")).unwrap().set_len(3_000_002).unwrap()),
            Box::new(|shard| std::fs::write(shard.parent().unwrap().join(FILE), "{\"files\":{}").unwrap()),
        ];
        for (number, change) in changes.iter().enumerate() {
            let (dir, shard) = shard();
            change(&shard);
            assert!(matches!(Seal::check(dir.path(), &shard), Sealed::Broken(_)), "change {number}");
        }
    }
}
