//! How a connection to AWS is described, and how it becomes an SDK configuration.

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use escher_core::{Error, Result};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A connection to AWS as it stands in the user's configuration. It holds no secret: credentials come from the
/// profile, or from the SDK's usual chain.
///
/// ```
/// let config: escher_providers::aws::AwsConfig =
///     serde_json::from_str(r#"{"profile":"work","regions":["eu-west-1"]}"#).unwrap();
/// assert_eq!(config.regions, ["eu-west-1"]);
/// assert!(config.endpoint.is_none());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AwsConfig {
    /// The profile of `~/.aws`; where it is named, nothing else provides credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Regions to look in; empty for all that the account has enabled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// Where the API is, for a local AWS; with it, no machine's metadata service is asked for credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The account that the connection was made for. Credentials for another one are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Resources a page, 5 to 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_size: Option<u16>,
}

impl AwsConfig {
    /// The page size within the API's limits.
    pub(super) fn page(&self) -> i32 {
        i32::from(self.page_size.unwrap_or(500)).clamp(5, 1000)
    }

    /// The SDK's configuration. Retries are off there: the layers retry.
    pub(super) async fn load(&self, credentials: Option<Credentials>) -> Result<SdkConfig> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(self.home().await)
            .http_client(http_client())
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().connect_timeout(Duration::from_secs(5)).build());
        if let Some(endpoint) = &self.endpoint {
            if !(endpoint.starts_with("http://") || endpoint.starts_with("https://")) {
                return Err(Error::invalid(format!("`{endpoint}` is not an endpoint")).hint("write http://HOST:PORT or https://HOST"));
            }
            loader = loader.endpoint_url(endpoint);
        }
        let from_profile = || {
            let builder = ProfileFileCredentialsProvider::builder();
            self.profile.iter().fold(builder, |builder, name| builder.profile_name(name)).build()
        };
        loader = match (credentials, &self.profile, &self.endpoint) {
            (Some(given), _, _) => loader.credentials_provider(given),
            (None, Some(name), _) => loader.profile_name(name).credentials_provider(from_profile()),
            (None, None, Some(_)) => loader.credentials_provider(
                CredentialsProviderChain::first_try("Environment", EnvironmentVariableCredentialsProvider::new())
                    .or_else("Profile", from_profile()),
            ),
            (None, None, None) => loader,
        };
        Ok(loader.load().await)
    }

    /// The region in which questions about the whole account are asked. The machine's metadata service is not
    /// consulted: outside AWS that only costs time.
    async fn home(&self) -> Region {
        if let Some(first) = self.regions.first() {
            return Region::new(first.clone());
        }
        let builder = ProfileFileRegionProvider::builder();
        let profile = self.profile.iter().fold(builder, |builder, name| builder.profile_name(name)).build();
        let chain = match self.profile {
            Some(_) => RegionProviderChain::first_try(profile),
            None => RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new()).or_else(profile),
        };
        chain.region().await.unwrap_or_else(|| Region::from_static("us-east-1"))
    }
}

/// The SDK's usual HTTP client. One for all services and regions: each client would otherwise read the machine's
/// certificates anew and keep connections of its own.
fn http_client() -> impl aws_sdk_sts::config::HttpClient + 'static {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    })
}
