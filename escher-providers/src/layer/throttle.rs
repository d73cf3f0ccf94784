//! One bucket an API and region: a slow API never holds up another, and a cloud that says “slower” is obeyed.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use escher_core::Throttled;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::time::Instant;

/// How often an API may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    /// Calls a second in the long run.
    pub(crate) per_second: NonZeroU32,
    /// Calls at once after a rest.
    pub(crate) burst: NonZeroU32,
}

impl Rate {
    /// `per_second` in the long run, `burst` at once; at least one each.
    pub(crate) const fn new(per_second: u32, burst: u32) -> Self {
        let (Some(per_second), Some(burst)) = (NonZeroU32::new(per_second), NonZeroU32::new(burst)) else {
            return Self { per_second: NonZeroU32::MIN, burst: NonZeroU32::MIN };
        };
        Self { per_second, burst }
    }

    fn limiter(self) -> Arc<DefaultDirectRateLimiter> {
        Arc::new(RateLimiter::direct(Quota::per_second(self.per_second).allow_burst(self.burst)))
    }
}

/// Calls without a complaint before a slowed bucket is widened again.
const CALM: u32 = 40;

/// What tells buckets apart: service, operation, region.
type Key = (&'static str, &'static str, String);

struct Bucket {
    full: Rate,
    now: Rate,
    limiter: Arc<DefaultDirectRateLimiter>,
    calm: u32,
    throttled: u64,
    /// How long calls waited because of that.
    waited: Duration,
}

/// All buckets of one connection.
#[derive(Default)]
pub(crate) struct Throttle {
    buckets: Mutex<HashMap<Key, Bucket>>,
}

impl Throttle {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until one more call may be made.
    pub(crate) async fn admit(&self, service: &'static str, operation: &'static str, region: &str, rate: Rate) {
        let (limiter, slowed) = {
            let mut buckets = self.lock();
            let fresh = || Bucket { full: rate, now: rate, limiter: rate.limiter(), calm: 0, throttled: 0, waited: Duration::ZERO };
            let bucket = buckets.entry((service, operation, region.to_owned())).or_insert_with(fresh);
            (Arc::clone(&bucket.limiter), bucket.now != bucket.full)
        };
        let begun = Instant::now();
        limiter.until_ready().await;
        if slowed {
            self.waited(service, operation, region, begun.elapsed());
        }
    }

    /// Notes that a call waited because the cloud had complained.
    pub(crate) fn waited(&self, service: &'static str, operation: &'static str, region: &str, time: Duration) {
        if let Some(bucket) = self.lock().get_mut(&(service, operation, region.to_owned())) {
            bucket.waited += time;
        }
    }

    /// Notes how the cloud took a call: a complaint halves the bucket, long calm widens it again.
    pub(crate) fn note(&self, service: &'static str, operation: &'static str, region: &str, throttled: bool) {
        let mut buckets = self.lock();
        let Some(bucket) = buckets.get_mut(&(service, operation, region.to_owned())) else { return };
        if throttled {
            bucket.throttled += 1;
            bucket.calm = 0;
            bucket.set(Rate::new((bucket.now.per_second.get() / 2).max(1), 1));
        } else if bucket.now != bucket.full {
            bucket.calm += 1;
            if bucket.calm >= CALM {
                bucket.calm = 0;
                let doubled = bucket.now.per_second.get().saturating_mul(2);
                bucket.set(if doubled >= bucket.full.per_second.get() { bucket.full } else { Rate::new(doubled, 1) });
            }
        }
    }

    /// How often each API asked to slow down, for those that did, in the order of their names.
    pub(crate) fn complaints(&self) -> Vec<Throttled> {
        let buckets = self.lock();
        let told = buckets.iter().filter(|(_, bucket)| bucket.throttled > 0).map(|((service, operation, region), bucket)| Throttled {
            api: format!("{service}:{operation}"),
            region: region.clone(),
            times: bucket.throttled,
            waited_ms: bucket.waited.as_millis().try_into().unwrap_or(u64::MAX),
        });
        let mut all: Vec<_> = told.collect();
        all.sort_by(|a, b| (&a.api, &a.region).cmp(&(&b.api, &b.region)));
        all
    }
}

impl Bucket {
    fn set(&mut self, rate: Rate) {
        if self.now != rate {
            self.now = rate;
            self.limiter = rate.limiter();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CALM, Rate, Throttle};

    #[tokio::test]
    async fn complaints_slow_one_bucket_and_calm_restores_it() {
        let throttle = Throttle::default();
        let rate = Rate::new(20, 100);
        let now = |region: &str| throttle.lock()[&("ec2", "DescribeVolumes", region.to_owned())].now;
        for region in ["eu-west-1", "us-east-1"] {
            throttle.admit("ec2", "DescribeVolumes", region, rate).await;
        }
        throttle.note("ec2", "DescribeVolumes", "eu-west-1", true);
        assert_eq!(now("eu-west-1"), Rate::new(10, 1));
        assert_eq!(now("us-east-1"), rate);
        for _ in 0..CALM {
            throttle.note("ec2", "DescribeVolumes", "eu-west-1", false);
        }
        assert_eq!(now("eu-west-1"), rate);
        throttle.waited("ec2", "DescribeVolumes", "eu-west-1", std::time::Duration::from_millis(250));
        let told = throttle.complaints();
        assert_eq!((told.len(), told[0].region.as_str(), told[0].times, told[0].waited_ms), (1, "eu-west-1", 1, 250));
    }
}
