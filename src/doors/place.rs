//! Where the owner of a data directory is reached, and how that place is made and found.

use std::fs::Metadata;
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use escher_core::{Error, ErrorKind, Result, digest};
use tokio::net::{UnixListener, UnixStream};

use crate::home::storage;
use crate::home::{MARKER, SMALL, read_small, write_private};

const LISTEN: &str = "listen for other programs";

/// Bytes of a socket's path at most, on the system where that is the least, with room for the name beside it.
const LONGEST: usize = 96;

/// The socket in a data directory.
const SOCKET: &str = "owner.sock";
/// The file that says where the socket is, if the path of the data directory is too long for one.
const POINTER: &str = "owner.path";

/// A socket that is listened on; it goes with the value.
pub(super) struct Place {
    socket: PathBuf,
    /// Which file it is: under the same name there may be another owner's by now.
    file: Option<u64>,
    pointer: Option<PathBuf>,
}

impl Drop for Place {
    fn drop(&mut self) {
        if look(&self.socket).map(|found| found.ino()) != self.file {
            return;
        }
        for path in self.pointer.iter().chain([&self.socket]) {
            if let Err(e) = std::fs::remove_file(path) {
                tracing::debug!(path = %path.display(), error = %e, "could not be removed");
            }
        }
    }
}

impl Place {
    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.socket
    }
}

/// Listens in a data directory that this process owns. What a killed owner left behind is replaced; what is no socket is
/// left alone.
pub(super) fn listen(root: &Path, elsewhere: &Path) -> Result<(UnixListener, Place)> {
    let (inside, pointer) = (root.join(SOCKET), root.join(POINTER));
    clear(&inside)?;
    let short = inside.as_os_str().len() <= LONGEST;
    let socket = if short { inside } else { beside(root, elsewhere)? };
    let listener = bind(&socket)?;
    let mut place = Place { file: look(&socket).map(|found| found.ino()), socket, pointer: None };
    if short {
        if look(&pointer).is_some() {
            std::fs::remove_file(&pointer).map_err(|e| storage(LISTEN, &pointer, e))?;
        }
    } else {
        write_private(LISTEN, &pointer, place.socket.as_os_str().as_encoded_bytes())?;
        place.pointer = Some(pointer);
    }
    Ok((listener, place))
}

/// Connects to the owner; `None` if nobody listens.
///
/// # Errors
/// `Forbidden` if somebody else listens there; `Invalid` for a pointer that is none.
pub(super) async fn connect(root: &Path) -> Result<Option<UnixStream>> {
    let Ok(root) = std::fs::canonicalize(root) else { return Ok(None) };
    // What is no data directory of ours has no owner; whoever opens it says what it is.
    if !look(&root.join(MARKER)).is_some_and(|found| found.is_file()) {
        return Ok(None);
    }
    let socket = match read_small("find the owner", &root.join(POINTER), SMALL)? {
        Some(bytes) => PathBuf::from(String::from_utf8_lossy(&bytes).into_owned()),
        None => root.join(SOCKET),
    };
    if !look(&socket).is_some_and(|found| found.file_type().is_socket()) {
        return Ok(None);
    }
    // Nobody listens: it was left behind, or the owner is just ending.
    let Ok(stream) = UnixStream::connect(&socket).await else { return Ok(None) };
    if !is_ours(&stream) {
        return Err(Error::new(ErrorKind::Forbidden, "another user listens there")
            .operation("find the owner")
            .with("socket", socket.display().to_string())
            .hint("choose a data directory of your own"));
    }
    Ok(Some(stream))
}

/// Whether the process at the other end is this user's.
pub(super) fn is_ours(stream: &UnixStream) -> bool {
    stream.peer_cred().is_ok_and(|peer| peer.uid() == rustix::process::geteuid().as_raw())
}

fn look(path: &Path) -> Option<Metadata> {
    std::fs::symlink_metadata(path).ok()
}

/// Takes away a socket that a killed owner left behind.
fn clear(path: &Path) -> Result<()> {
    match look(path) {
        None => Ok(()),
        Some(found) if found.file_type().is_socket() => std::fs::remove_file(path).map_err(|e| storage(LISTEN, path, e)),
        Some(_) => Err(Error::invalid("it is no socket; Escher did not make it and leaves it alone")
            .operation(LISTEN)
            .with("file", path.display().to_string())
            .hint("move it away")),
    }
}

/// A place outside of the data directory, in a folder of this user's alone.
fn beside(root: &Path, elsewhere: &Path) -> Result<PathBuf> {
    let folder = elsewhere.join(format!("escher-{}", rustix::process::geteuid().as_raw()));
    match std::fs::DirBuilder::new().mode(0o700).create(&folder) {
        Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => return Err(storage(LISTEN, &folder, e)),
        _ => {}
    }
    let found = look(&folder).filter(|found| found.is_dir() && found.uid() == rustix::process::geteuid().as_raw());
    if found.is_none_or(|found| found.permissions().mode() & 0o077 != 0) {
        return Err(Error::new(ErrorKind::Forbidden, "the folder for sockets is not this user's alone")
            .operation(LISTEN)
            .with("folder", folder.display().to_string()));
    }
    let name = digest::of(&root.as_os_str().as_encoded_bytes());
    let path = folder.join(name.trim_start_matches("sha256:").chars().take(16).collect::<String>());
    clear(&path)?;
    Ok(path)
}

/// Makes the socket under another name, for this user alone, and puts it in place.
fn bind(path: &Path) -> Result<UnixListener> {
    let mut made = path.as_os_str().to_owned();
    made.push(".new");
    let made = PathBuf::from(made);
    clear(&made)?;
    let listener = UnixListener::bind(&made).map_err(|e| storage(LISTEN, &made, e))?;
    std::fs::set_permissions(&made, std::fs::Permissions::from_mode(0o600))
        .and_then(|()| std::fs::rename(&made, path))
        .map_err(|e| storage(LISTEN, path, e))?;
    Ok(listener)
}
