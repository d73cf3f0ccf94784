//! What wraps every call to a cloud, once: trace, timeout, retry, throttle; redaction where errors are made.
//!
//! Service files hold none of it. The order is trace(timeout(retry(throttle(call)))), so that the time a caller
//! grants covers waiting and every try.

mod answer;
mod throttle;

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use escher_core::{Error, ErrorKind, Origin, Result, RetryBudget, Throttled};
use tracing::Instrument;

pub(crate) use answer::{Checked, Parts, Unfit};
pub(crate) use throttle::Rate;

/// One kind of request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    /// The service word, `ec2`.
    pub(crate) service: &'static str,
    /// The API's own name, `DescribeInstances`.
    pub(crate) operation: &'static str,
    /// The permission that it takes, `ec2:DescribeInstances`.
    pub(crate) permission: &'static str,
    /// Whether it may be sent again when nobody knows what became of it.
    pub(crate) repeatable: bool,
    /// How often it may be made.
    pub(crate) rate: Rate,
}

/// The layers of one connection.
#[derive(Default)]
pub(crate) struct Layers {
    throttle: throttle::Throttle,
}

/// Tries of a repeatable call, the first included.
const TRIES: usize = 5;

impl Layers {
    /// Makes a call through all layers. `send` is called once a try. Each retry is spent from `budget` if there is one,
    /// and an error that was met often enough is marked, so that nobody above tries again.
    pub(crate) async fn call<T, F, Fut>(
        &self,
        call: Call,
        region: &str,
        timeout: Duration,
        budget: Option<&RetryBudget>,
        mut send: F,
    ) -> Result<T>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T>>,
    {
        let span = tracing::debug_span!("call", service = call.service, operation = call.operation, region);
        let tried = AtomicU32::new(0);
        let tries = || {
            tried.fetch_add(1, Ordering::Relaxed);
            let attempt = send();
            async move {
                self.throttle.admit(call.service, call.operation, region, call.rate).await;
                // One hanging connection must not eat the time of all tries.
                let patience = if call.repeatable { timeout / 2 } else { timeout };
                let answer = tokio::time::timeout(patience, attempt).await.unwrap_or_else(|_| Err(late(call, region, patience)));
                let throttled = matches!(&answer, Err(error) if error.kind() == ErrorKind::Throttled);
                self.throttle.note(call.service, call.operation, region, throttled);
                answer
            }
        };
        let backoff = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(100))
            .with_max_delay(Duration::from_secs(10))
            .with_max_times(TRIES - 1)
            .with_jitter();
        // A cloud that throttles has not carried the call out, so that even a change may be sent again.
        let passes = |error: &Error| error.is_temporary() && (error.kind() == ErrorKind::Throttled || call.repeatable);
        let last = |tried: &AtomicU32| tried.load(Ordering::Relaxed) as usize >= TRIES;
        let again = |error: &Error| passes(error) && !last(&tried) && budget.is_none_or(RetryBudget::spend);
        let retried = tries.retry(backoff).when(again).notify(|error: &Error, wait: Duration| {
            tracing::warn!(%error, wait_ms = wait.as_millis(), "trying again");
            if error.kind() == ErrorKind::Throttled {
                self.throttle.waited(call.service, call.operation, region, wait);
            }
        });
        async {
            let answer = tokio::time::timeout(timeout, retried).await.unwrap_or_else(|_| Err(late(call, region, timeout)));
            let tried = tried.load(Ordering::Relaxed);
            answer.map_err(|error| if passes(&error) { error.exhausted(tried) } else { error })
        }
        .instrument(span)
        .await
    }

    /// How often each API asked to slow down, for those that did.
    pub(crate) fn complaints(&self) -> Vec<Throttled> {
        self.throttle.complaints()
    }
}

fn late(call: Call, region: &str, after: Duration) -> Error {
    Error::new(ErrorKind::Timeout, format!("no answer within {after:?}"))
        .operation(format!("{}:{}", call.service, call.operation))
        .with("region", region)
        .from_origin(Origin::Network)
        .hint("check the network, or allow more time")
}

#[cfg(test)]
mod tests {
    use super::{Call, Layers, Rate};
    use escher_core::{Error, ErrorKind, Result, RetryBudget};
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    const READ: Call = Call {
        service: "ec2",
        operation: "DescribeVolumes",
        permission: "ec2:DescribeVolumes",
        repeatable: true,
        rate: Rate::new(1000, 1000),
    };
    const WRITE: Call = Call { repeatable: false, ..READ };

    /// Fails with each of `kinds` in turn, then succeeds; returns the answer and how often it was asked.
    async fn failing(call: Call, kinds: &[ErrorKind]) -> (Result<u32>, u32, Layers) {
        failing_within(call, kinds, None).await
    }

    async fn failing_within(call: Call, kinds: &[ErrorKind], budget: Option<&RetryBudget>) -> (Result<u32>, u32, Layers) {
        let (layers, asked) = (Layers::default(), AtomicU32::new(0));
        let send = || {
            let n = asked.fetch_add(1, Ordering::SeqCst);
            let kind = kinds.get(n as usize).copied();
            async move { kind.map_or(Ok(n), |kind| Err(Error::new(kind, "as told"))) }
        };
        let answer = layers.call(call, "eu-west-1", Duration::from_secs(60), budget, send).await;
        (answer, asked.load(Ordering::SeqCst), layers)
    }

    #[tokio::test]
    async fn reads_are_tried_again_and_writes_are_not() {
        let (answer, asked, _) = failing(READ, &[ErrorKind::Unavailable, ErrorKind::Timeout]).await;
        assert_eq!((answer.ok(), asked), (Some(2), 3));
        let (answer, asked, _) = failing(WRITE, &[ErrorKind::Unavailable]).await;
        assert_eq!((answer.unwrap_err().kind(), asked), (ErrorKind::Unavailable, 1));
        let (answer, asked, _) = failing(READ, &[ErrorKind::Denied]).await;
        assert_eq!((answer.unwrap_err().kind(), asked), (ErrorKind::Denied, 1));
    }

    #[tokio::test]
    async fn throttling_is_waited_out_and_counted_even_for_a_write() {
        let (answer, asked, layers) = failing(WRITE, &[ErrorKind::Throttled, ErrorKind::Throttled]).await;
        assert_eq!((answer.ok(), asked), (Some(2), 3));
        let told = layers.complaints();
        assert_eq!((told.len(), told[0].api.as_str(), told[0].region.as_str(), told[0].times), (1, "ec2:DescribeVolumes", "eu-west-1", 2));
        // The first two pauses are no shorter than this.
        assert!(told[0].waited_ms >= 300, "{told:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_tried_often_enough_says_so_and_is_final() {
        let (answer, asked, _) = failing(READ, &[ErrorKind::Unavailable; 9]).await;
        let error = answer.unwrap_err();
        assert_eq!((error.is_temporary(), asked, error.to_string().as_str()), (false, 5, "as told, 5 times in a row"));
        // Sent once, and nobody knows whether it may be sent again: whoever asked for it decides.
        let (answer, asked, _) = failing(WRITE, &[ErrorKind::Unavailable; 9]).await;
        assert_eq!((answer.unwrap_err().is_temporary(), asked), (true, 1));
        let (answer, asked, _) = failing(READ, &[ErrorKind::Unavailable, ErrorKind::Denied]).await;
        assert_eq!((answer.unwrap_err().to_string().as_str(), asked), ("as told", 2));
    }

    #[tokio::test(start_paused = true)]
    async fn calls_share_a_budget_of_retries() {
        let budget = RetryBudget::new(5);
        let (answer, asked, _) = failing_within(READ, &[ErrorKind::Throttled; 9], Some(&budget)).await;
        assert_eq!((answer.unwrap_err().is_temporary(), asked), (false, 5), "four retries, as without a budget");
        let (answer, asked, _) = failing_within(READ, &[ErrorKind::Timeout; 9], Some(&budget)).await;
        assert_eq!((answer.unwrap_err().to_string().as_str(), asked), ("as told, 2 times in a row", 2), "one was left");
        let (answer, asked, _) = failing_within(READ, &[ErrorKind::Timeout; 9], Some(&budget)).await;
        assert_eq!((answer.unwrap_err().is_temporary(), asked), (false, 1), "none was left");
        let (answer, asked, _) = failing_within(READ, &[ErrorKind::Denied], Some(&RetryBudget::new(1))).await;
        assert_eq!((answer.unwrap_err().kind(), asked), (ErrorKind::Denied, 1));
    }

    #[tokio::test]
    async fn a_hanging_call_ends() {
        let hang = || std::future::pending::<Result<()>>();
        let answer = Layers::default().call(READ, "eu-west-1", Duration::from_millis(40), None, hang).await;
        assert_eq!(answer.unwrap_err().kind(), ErrorKind::Timeout);
    }
}
