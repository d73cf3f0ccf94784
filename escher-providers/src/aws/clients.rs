//! The SDK's clients of one connection, and what a service file calls them through.

use std::any::{Any, TypeId};
use std::collections::{HashMap, HashSet};
use std::error::Error as StdError;
use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use escher_core::resource::attr;
use escher_core::{CloudId, Error, ErrorKind, Origin, Outcome, Resource, Result, State};
use futures::StreamExt;
use futures::stream::BoxStream;
use jiff::Timestamp;
use serde_json::Value;

use super::error::from_sdk;
use crate::layer::Call;
use crate::spec::Cx;

/// What AWS service files are given.
pub(crate) type AwsCx = Cx<Clients>;

/// The SDK's configuration, and one client a service and region, made when first used. Connections and credentials
/// are shared by all.
pub(crate) struct Clients {
    sdk: SdkConfig,
    /// Resources a page.
    pub(super) page: i32,
    /// `aws`, `aws-cn`, `aws-us-gov`; told by the caller's ARN.
    partition: Mutex<String>,
    made: Mutex<HashMap<(TypeId, String), Box<dyn Any + Send>>>,
}

impl Clients {
    pub(super) fn new(sdk: SdkConfig, page: i32) -> Self {
        Self { sdk, page, partition: Mutex::new("aws".into()), made: Mutex::default() }
    }

    /// The region of questions about the whole account.
    pub(super) fn home(&self) -> String {
        self.sdk.region().map_or_else(|| "us-east-1".to_owned(), ToString::to_string)
    }

    pub(super) fn partition(&self) -> String {
        self.partition.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_partition(&self, partition: &str) {
        partition.clone_into(&mut self.partition.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The client of this type for a region; `make` makes it from the configuration for that region.
    fn client<T: Any + Clone + Send>(&self, region: &str, make: fn(&SdkConfig) -> T) -> T {
        let fresh = || make(&self.sdk.to_builder().region(Region::new(region.to_owned())).build());
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = made.entry((TypeId::of::<T>(), region.to_owned())).or_insert_with(|| Box::new(fresh()));
        kept.downcast_ref().cloned().unwrap_or_else(fresh)
    }
}

impl AwsCx {
    /// A service's client for this region. Each service's file names the type and how it is made.
    pub(super) fn client<T: Any + Clone + Send>(&self, make: fn(&SdkConfig) -> T) -> T {
        self.clients.client(&self.region, make)
    }

    /// Resources a page.
    pub(super) fn page(&self) -> i32 {
        self.clients.page
    }

    /// Makes a call through the layers: each try sends a copy of the request.
    ///
    /// ```text
    /// let all = cx.call(api!(read "DescribeAddresses"), cx.ec2().describe_addresses(), |it| it.send()).await?;
    /// ```
    pub(super) async fn call<R, T, E, Fut>(&self, call: Call, request: R, send: fn(R) -> Fut) -> Result<T>
    where
        R: Clone + Send + Sync,
        Fut: Future<Output = std::result::Result<T, SdkError<E>>> + Send,
        T: Send,
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let told = self.call_or(call, never, request, send).await?;
        told.ok_or_else(|| Error::internal("the answer is missing").operation(format!("{}:{}", call.service, call.operation)))
    }

    /// Like [`AwsCx::call`], with `None` if the service answers with a code that `nothing` accepts. The SDK's
    /// futures are tens of kilobytes large, so that they are kept on the heap.
    pub(super) async fn call_or<R, T, E, Fut>(
        &self,
        call: Call,
        nothing: fn(&str) -> bool,
        request: R,
        send: fn(R) -> Fut,
    ) -> Result<Option<T>>
    where
        R: Clone + Send + Sync,
        Fut: Future<Output = std::result::Result<T, SdkError<E>>> + Send,
        T: Send,
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let tried = || {
            let answer = Box::pin(send(request.clone()));
            async move {
                match answer.await {
                    Ok(value) => Ok(Some(value)),
                    Err(error) if error.code().is_some_and(nothing) => Ok(None),
                    Err(error) => Err(from_sdk(&error, call, &self.region)),
                }
            }
        };
        Box::pin(self.layers.call(call, &self.region, self.read.timeout, self.read.retries.as_ref(), tried)).await
    }

    /// Makes a call that changes something, or tries it. `done` accepts codes that say it is done already; the answer
    /// is `None` then and after a trial.
    pub(super) async fn change<R, T, E, Fut>(&self, call: Call, done: fn(&str) -> bool, request: R, send: fn(R) -> Fut) -> Result<Option<T>>
    where
        R: Clone + Send + Sync,
        Fut: Future<Output = std::result::Result<T, SdkError<E>>> + Send,
        T: Send,
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        if self.trial {
            return match self.call_or(call, |code| code == "DryRunOperation", request, send).await? {
                None => Ok(None),
                Some(_) => Err(Error::internal("the endpoint carried out what it was only asked to try")
                    .operation(format!("{}:{}", call.service, call.operation))
                    .hint("this endpoint does not support dry runs; do not use it for them")),
            };
        }
        self.call_or(call, done, request, send).await
    }

    /// Like [`AwsCx::change`], where nothing in the answer is worth telling: the whole of most actions.
    pub(super) async fn carry_out<R, T, E, Fut>(
        &self,
        call: Call,
        done: fn(&str) -> bool,
        request: R,
        send: fn(R) -> Fut,
    ) -> Result<Outcome>
    where
        R: Clone + Send + Sync,
        Fut: Future<Output = std::result::Result<T, SdkError<E>>> + Send,
        T: Send,
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        self.change(call, done, request, send).await.map(|_| Outcome::default())
    }

    /// Asks until there is an answer, a few times: EC2 may lag behind the change that was made right before.
    pub(super) async fn patiently<T, F, Fut>(&self, ask: F) -> Result<Option<T>>
    where
        F: Fn() -> Fut + Send,
        Fut: Future<Output = Result<Option<T>>> + Send,
        T: Send,
    {
        let mut pause = Duration::from_millis(250);
        for _ in 1..LOOKS {
            if let Some(found) = ask().await? {
                return Ok(Some(found));
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        ask().await
    }

    /// `arn:PARTITION:SERVICE:REGION:ACCOUNT:TYPE/ID` of something in our account.
    pub(super) fn arn(&self, service: &str, kind: &str, id: &str) -> String {
        self.arn_of(&self.account, service, kind, id)
    }

    /// The same of something in another account.
    pub(super) fn arn_of(&self, account: &str, service: &str, kind: &str, id: &str) -> String {
        format!("arn:{}:{service}:{}:{account}:{kind}/{id}", self.clients.partition(), self.region)
    }
}

/// Accepts no code: whatever the service refuses is an error.
pub(super) fn never(_: &str) -> bool {
    false
}

/// What normalizers fill in, where the service told it.
pub(super) trait Fill {
    /// An attribute, if told.
    fn set(&mut self, name: &str, value: Option<impl Into<Value>>);
    /// The state, if told.
    fn set_state(&mut self, raw: Option<&str>);
    /// The network, if told.
    fn set_network(&mut self, id: Option<&str>);
}

impl Fill for Resource {
    fn set(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.attributes.insert(name.to_owned(), value.into());
        }
    }

    fn set_state(&mut self, raw: Option<&str>) {
        self.state = raw.map(|raw| State::from_raw(CloudId::Aws, raw));
        self.state_raw = raw.map(str::to_owned);
    }

    fn set_network(&mut self, id: Option<&str>) {
        self.set(attr::NETWORK, id);
    }
}

/// The SDK's time as ours.
pub(super) fn time(at: Option<&aws_sdk_ec2::primitives::DateTime>) -> Option<Timestamp> {
    at.and_then(|at| Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).ok()?).ok())
}

/// A page: what is on it, each item or why it is none, and the token of the next.
pub(super) type Page<T> = (Vec<Result<T>>, Option<String>);

/// Pages in a row with nothing on them before a listing is given up. Filters make some services send a few.
const EMPTY_PAGES: usize = 100;
/// Items of one listing before it is given up.
const MOST_ITEMS: usize = 5_000_000;
/// Looks for something that a lagging API does not find yet.
const LOOKS: usize = 4;

/// What tells the items of a listing apart.
pub(super) trait Item: Send + 'static {
    /// Its id.
    fn key(&self) -> &str;
}

impl Item for Resource {
    fn key(&self) -> &str {
        self.id.as_str()
    }
}

/// All pages one after the other as one stream. An item that is none is an error among the others; a page that cannot
/// be had ends the stream with one. So does an endpoint that never comes to an end: one that sends a page token
/// twice, pages with only what was on earlier ones, or page after page with nothing.
pub(super) fn paged<T, F, Fut>(cx: AwsCx, fetch: F) -> BoxStream<'static, Result<T>>
where
    T: Item,
    F: Fn(AwsCx, Option<String>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Page<T>>> + Send + 'static,
{
    async_stream::stream! {
        let (mut tokens, mut items) = (HashSet::new(), HashSet::new());
        let (mut token, mut empty) = (None, 0);
        loop {
            let (page, next) = match fetch(cx.clone(), token).await {
                Ok(page) => page,
                Err(error) => {
                    yield Err(error);
                    return;
                }
            };
            let (had, any) = (items.len(), !page.is_empty());
            for item in page {
                // Of an item that came before the later version counts.
                if let Ok(item) = &item {
                    items.insert(hash(item.key()));
                }
                yield item;
            }
            let Some(next) = next.filter(|token| !token.is_empty()) else { return };
            empty = if any { 0 } else { empty + 1 };
            let why = if !tokens.insert(hash(&next)) {
                Some("it sent the same page token twice".to_owned())
            } else if any && items.len() == had {
                Some("it sent a page with nothing new on it".to_owned())
            } else if empty > EMPTY_PAGES {
                Some(format!("it sent {empty} empty pages in a row"))
            } else if items.len() > MOST_ITEMS {
                Some(format!("it has more than {MOST_ITEMS} items"))
            } else {
                None
            };
            if let Some(why) = why {
                yield Err(endless(&cx, &why));
                return;
            }
            token = Some(next);
        }
    }
    .boxed()
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn endless(cx: &AwsCx, why: &str) -> Error {
    Error::new(ErrorKind::Unavailable, format!("the listing never ends: {why}"))
        .with("region", &*cx.region)
        .from_origin(Origin::Cloud)
        .hint("check the endpoint")
        .exhausted(1)
}

/// The error for an item that lacks what every one of its kind has.
pub(super) fn incomplete(what: &str, field: &str) -> Error {
    Error::new(ErrorKind::Unavailable, format!("the answer is not plausible: {what} without {field}"))
        .from_origin(Origin::Cloud)
        .hint("check the endpoint, then try again")
        .exhausted(1)
}
