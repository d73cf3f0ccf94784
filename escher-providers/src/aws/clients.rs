//! The SDK's clients of one connection, and what a service file calls them through.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::error::Error as StdError;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use aws_config::{Region, SdkConfig};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use escher_core::resource::attr;
use escher_core::{CloudId, Error, Resource, Result, State};
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
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

    /// Makes a call through the layers. `send` is called once a try.
    pub(super) async fn call<T, E, F, Fut>(&self, call: Call, send: F) -> Result<T>
    where
        F: Fn() -> Fut + Send + Sync,
        Fut: Future<Output = std::result::Result<T, SdkError<E>>> + Send,
        T: Send,
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let told = self.call_or(call, |_| false, send).await?;
        told.ok_or_else(|| Error::internal("an answer that is none").operation(format!("{}:{}", call.service, call.operation)))
    }

    /// Like [`AwsCx::call`], with `None` where the service answers with a code that `nothing` accepts. The SDK's
    /// futures are tens of kilobytes large, so that they are kept on the heap.
    pub(super) async fn call_or<T, E, F, Fut>(&self, call: Call, nothing: fn(&str) -> bool, send: F) -> Result<Option<T>>
    where
        F: Fn() -> Fut + Send + Sync,
        Fut: Future<Output = std::result::Result<T, SdkError<E>>> + Send,
        T: Send,
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let tried = || {
            let answer = Box::pin(send());
            async move {
                match answer.await {
                    Ok(value) => Ok(Some(value)),
                    Err(error) if error.code().is_some_and(nothing) => Ok(None),
                    Err(error) => Err(from_sdk(&error, call, &self.region)),
                }
            }
        };
        Box::pin(self.layers.call(call, &self.region, self.read.timeout, tried)).await
    }

    /// Makes a call that changes something, or tries it. `done` accepts codes that say it is so already; the answer
    /// is `None` then and after a trial.
    pub(super) async fn change<T, E, F, Fut>(&self, call: Call, done: fn(&str) -> bool, send: F) -> Result<Option<T>>
    where
        F: Fn() -> Fut + Send + Sync,
        Fut: Future<Output = std::result::Result<T, SdkError<E>>> + Send,
        T: Send,
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        if self.trial {
            return match self.call_or(call, |code| code == "DryRunOperation", send).await? {
                None => Ok(None),
                Some(_) => Err(Error::internal("the endpoint carried out what it was asked to try only")
                    .operation(format!("{}:{}", call.service, call.operation))
                    .hint("this endpoint does not know dry runs; do not use it for them")),
            };
        }
        self.call_or(call, done, send).await
    }

    /// `arn:PARTITION:SERVICE:REGION:ACCOUNT:TYPE/ID`.
    pub(super) fn arn(&self, service: &str, kind: &str, id: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{kind}/{id}", self.clients.partition(), self.region, self.account)
    }
}

/// What normalisers fill in, where the service told it.
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

/// A page: what is on it, and the token of the next.
pub(super) type Page<T> = (Vec<T>, Option<String>);

/// All pages one after the other as one stream, ending at the first error.
pub(super) fn paged<T, F, Fut>(cx: AwsCx, fetch: F) -> BoxStream<'static, Result<T>>
where
    T: Send + 'static,
    F: Fn(AwsCx, Option<String>) -> Fut + Send + 'static,
    Fut: Future<Output = Result<Page<T>>> + Send + 'static,
{
    // `Some(None)` before the first page, `None` after the last.
    stream::try_unfold(Some(None::<String>), move |token| {
        let page = token.map(|token| fetch(cx.clone(), token));
        async move {
            let Some(page) = page else { return Ok::<_, Error>(None) };
            let (items, next) = page.await?;
            let next = next.filter(|token| !token.is_empty()).map(Some);
            Ok(Some((stream::iter(items.into_iter().map(Ok)), next)))
        }
    })
    .try_flatten()
    .boxed()
}
