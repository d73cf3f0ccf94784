//! When “not found” means gone.
//!
//! Clouds answer from replicas that lag behind changes, for seconds and at times for minutes. So one “not found” proves
//! nothing: it has to be said several times in a row, and after a change of ours over some time as well.

use std::time::Duration;

use escher_core::{Cloud, Error, ErrorKind, ReadCx, Resource, Result, Target};
use tokio::time::{Instant, sleep, timeout};

/// Looks in a row that must not find a resource before it counts as gone.
pub(crate) const LOOKS: u32 = 4;
/// How long a resource must stay out of sight after a change before it counts as gone.
pub(crate) const SPAN: Duration = Duration::from_secs(30);
/// Looks that must not find what we were told to delete.
const DELETED: u32 = 2;

/// Counts the looks in a row that did not find a resource.
pub(crate) struct Absence {
    looks: u32,
    span: Duration,
    missed: u32,
    since: Option<Instant>,
}

impl Absence {
    /// An absence that is certain after this many looks over this time; after one, where the cloud never lags.
    pub(crate) fn new(cloud: &dyn Cloud, looks: u32, span: Duration) -> Self {
        let (looks, span) = if cloud.lags() { (looks.max(1), span) } else { (1, Duration::ZERO) };
        Self { looks, span, missed: 0, since: None }
    }

    /// The absence that a cloud confirms after it accepted to delete something.
    pub(crate) fn expected(cloud: &dyn Cloud) -> Self {
        Self::new(cloud, DELETED, Duration::ZERO)
    }

    /// Counts one more look in vain. Returns whether the resource is certainly gone by now.
    pub(crate) fn is_certain(&mut self) -> bool {
        let since = *self.since.get_or_insert_with(Instant::now);
        self.missed += 1;
        self.missed >= self.looks && since.elapsed() >= self.span
    }

    /// Starts over: it is there.
    pub(crate) fn found(&mut self) {
        (self.missed, self.since) = (0, None);
    }
}

/// Reads a resource; `None` only where the cloud says several times in a row that it is not there.
///
/// # Errors
/// Whatever the cloud says; `Timeout` if a read takes longer than the context grants.
pub async fn confirmed_read(cloud: &dyn Cloud, cx: &ReadCx, target: &Target) -> Result<Option<Resource>> {
    let mut absence = Absence::new(cloud, LOOKS, Duration::ZERO);
    let mut pause = Duration::from_millis(250);
    loop {
        let read = match timeout(cx.timeout, cloud.read(cx, target)).await {
            Ok(read) => read?,
            Err(_) => return Err(Error::new(ErrorKind::Timeout, "no answer").operation("read the target")),
        };
        if read.is_some() || absence.is_certain() {
            return Ok(read);
        }
        sleep(pause).await;
        pause *= 2;
    }
}
