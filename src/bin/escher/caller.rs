//! How commands reach operations: through the one door, whoever owns the data directory.

use escher::api::{NoEvent, Operation, Status, status::StatusReport};
use escher::{CancellationToken, Door, Error, ErrorKind, Result};

use crate::args::Global;
use crate::signals::Signals;
use crate::{out, show};

/// A command that was typed, and the door to what it works on.
pub(crate) struct Caller<'a> {
    pub(crate) global: &'a Global,
    pub(crate) door: Door,
    /// What stood behind the door when it was opened.
    pub(crate) status: StatusReport,
    stop: CancellationToken,
}

impl<'a> Caller<'a> {
    /// Opens the data directory, or finds its owner.
    pub(crate) async fn open(global: &'a Global) -> Result<Self> {
        let door = Door::open(global.config()?).await?;
        let stop = CancellationToken::new();
        let status = door.call::<Status>(Default::default(), |event| match event {}, &stop).await?;
        show::warnings(global.quiet, &status.warnings);
        Ok(Self { global, door, status, stop })
    }

    /// Calls an operation that reports nothing on the way.
    pub(crate) async fn call<O: Operation<Event = NoEvent>>(&self, request: O::Request) -> Result<O::Response> {
        self.follow::<O>(request, |event| match event {}).await
    }

    /// Calls an operation and hears what it reports.
    pub(crate) async fn follow<O: Operation>(&self, request: O::Request, on_event: impl FnMut(O::Event) + Send) -> Result<O::Response> {
        self.door.call::<O>(request, on_event, &self.stop).await
    }

    /// What stops the operations of this command.
    pub(crate) fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// Lets the person or the system stop it; what was complete by then is kept.
    pub(crate) async fn interruptible<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let mut signals = Signals::listen()?;
        tokio::pin!(work);
        tokio::select! {
            done = &mut work => return done,
            () = signals.next() => self.stop.cancel(),
        }
        // An owner is told, and ends it; whoever does not answer is not waited for.
        let patience = if self.door.here().await.is_some() { 200 } else { 2_000 };
        let _ = tokio::time::timeout(std::time::Duration::from_millis(patience), work).await;
        Err(Error::new(ErrorKind::Cancelled, "interrupted").hint("what was complete is kept; run the same again for the rest"))
    }

    /// Ends, when what others have asked this process for in the meantime is done.
    pub(crate) async fn close(self) -> Result<()> {
        out::flush();
        let mut signals = Signals::listen()?;
        let closing = self.door.close();
        tokio::pin!(closing);
        let mut told = self.global.quiet;
        loop {
            tokio::select! {
                () = &mut closing => return Ok(()),
                () = signals.next() => self.door.hurry().await,
                () = tokio::time::sleep(std::time::Duration::from_secs(1)), if !told => {
                    told = true;
                    out::note("Finishing what other programs asked this one for; interrupt to stop it.");
                }
            }
        }
    }
}
