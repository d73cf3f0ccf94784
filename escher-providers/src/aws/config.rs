//! How a connection to AWS is described, and how it becomes an SDK configuration.

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use escher_core::{Error, Result};
use serde::{Deserialize, Serialize};
use std::time::Duration;

use super::error::Miscopied;
use crate::layer::{Checked, Parts};

/// A connection to AWS as it stands in the user's configuration. It holds no secret: credentials come from the
/// profile, or from the SDK's usual chain.
///
/// ```
/// let config: escher_providers::aws::AwsConfig =
///     serde_json::from_str(r#"{"profile":"work","regions":["eu-west-1"]}"#).unwrap();
/// assert_eq!(config.regions, ["eu-west-1"]);
/// assert!(config.endpoint.is_none());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
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

    /// Refuses what no connection can be made with, in words that do not repeat a password. Whoever reads a
    /// configuration from a file or an argument asks this first.
    ///
    /// # Errors
    /// `Invalid` for an endpoint that is no URL or has a user name or a password in it, and for a region that is none.
    pub fn validate(&self) -> Result<()> {
        if let Some(endpoint) = &self.endpoint {
            check_endpoint(endpoint)?;
        }
        self.regions.iter().try_for_each(|region| check_region(region, "the configuration of this connection"))
    }

    /// The same with the endpoint that `AWS_ENDPOINT_URL` or the profile names, if it names none itself: a connection goes
    /// where it was made for, whatever the environment says later.
    ///
    /// # Errors
    /// `Invalid` for an endpoint or a region that is none.
    pub async fn pinned(mut self) -> Result<Self> {
        if self.endpoint.is_none() {
            self.endpoint = self.load(None).await?.endpoint_url().map(str::to_owned);
        }
        Ok(self)
    }

    /// The SDK's configuration. Retries are off there: the layers retry.
    pub(super) async fn load(&self, credentials: Option<Credentials>) -> Result<SdkConfig> {
        self.validate()?;
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(self.home().await?)
            .http_client(http_client())
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().connect_timeout(Duration::from_secs(5)).build());
        if let Some(endpoint) = &self.endpoint {
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
        let sdk = loader.load().await;
        let sdk = match sdk.credentials_provider() {
            Some(provider) => sdk.into_builder().credentials_provider(SharedCredentialsProvider::new(Sound(provider))).build(),
            None => sdk,
        };
        // Also one from AWS_ENDPOINT_URL or a profile.
        sdk.endpoint_url().map_or(Ok(()), check_endpoint)?;
        if let (None, Some(_), Some(elsewhere)) = (&self.endpoint, &self.account, sdk.endpoint_url()) {
            return Err(Error::invalid(format!("the environment or the AWS profile points to {elsewhere}, but this connection does not"))
                .operation("read the AWS configuration")
                .hint("unset AWS_ENDPOINT_URL, or connect that endpoint as well, in a data directory of its own"));
        }
        Ok(sdk)
    }

    /// The region in which questions about the whole account are asked. The machine's metadata service is not
    /// consulted: outside AWS that only costs time.
    async fn home(&self) -> Result<Region> {
        if let Some(first) = self.regions.first() {
            return Ok(Region::new(first.clone()));
        }
        let builder = ProfileFileRegionProvider::builder();
        let profile = self.profile.iter().fold(builder, |builder, name| builder.profile_name(name)).build();
        let from_environment = match self.profile {
            Some(_) => None,
            None => RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new()).region().await,
        };
        if let Some(region) = from_environment {
            check_region(region.as_ref(), "AWS_REGION or AWS_DEFAULT_REGION")?;
            return Ok(region);
        }
        if let Some(region) = RegionProviderChain::first_try(profile).region().await {
            check_region(region.as_ref(), "the AWS profile")?;
            return Ok(region);
        }
        Ok(Region::from_static("us-east-1"))
    }
}

/// Credentials in which there is nothing but what a key has. A line break that was copied along is otherwise an error deep
/// inside the SDK, or a signature that does not match.
#[derive(Debug)]
struct Sound(SharedCredentialsProvider);

impl ProvideCredentials for Sound {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let found = self.0.provide_credentials().await?;
            let parts = [
                ("access key ID", Some(found.access_key_id())),
                ("secret access key", Some(found.secret_access_key())),
                ("session token", found.session_token()),
            ];
            match parts.iter().find(|(_, text)| text.is_some_and(|text| !text.bytes().all(|byte| byte.is_ascii_graphic()))) {
                Some((part, _)) => Err(CredentialsError::invalid_configuration(Miscopied(part))),
                None => Ok(found),
            }
        })
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.0.fallback_on_interrupt()
    }
}

/// Whether a text can be a region's code; an empty one becomes part of a host name, and an error deep inside the SDK.
fn check_region(code: &str, place: &str) -> Result<()> {
    if !code.is_empty() && code.len() <= 64 && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && !code.starts_with('-') {
        return Ok(());
    }
    let message = match code.trim() {
        "" => format!("{place} has an empty region"),
        _ => format!("{place} has an invalid region: `{}`", code.escape_debug()),
    };
    Err(Error::invalid(message).operation("read the AWS configuration").hint("set it to a region such as us-east-1, or unset it"))
}

/// Whether a text is an endpoint, without anything secret in it: it is saved in a file and stands in messages.
fn check_endpoint(endpoint: &str) -> Result<()> {
    let refused = |message: String, hint: &str| Err(Error::invalid(message).operation("read the AWS configuration").hint(hint));
    let rest = ["http://", "https://"].iter().find_map(|scheme| {
        let head = endpoint.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then(|| &endpoint[scheme.len()..])
    });
    let authority = rest.unwrap_or(endpoint).split(['/', '?', '#', '\\']).next().unwrap_or_default();
    // Also an `@` further on, or a text without a scheme, may be a password in the wrong place: neither is repeated.
    if endpoint.contains('@') {
        let hint = "remove them; credentials come from the AWS profile or the environment";
        return refused("the endpoint has a user name or a password in it".to_owned(), hint);
    }
    // What follows a `?` may be a signature or a token, and an endpoint has no use for it.
    if endpoint.contains(['?', '#']) {
        return refused(
            "the endpoint has a query or a fragment".to_owned(),
            "write http://HOST:PORT or https://HOST, optionally followed by a path",
        );
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    if rest.is_none() || authority.is_empty() || !authority.chars().all(fits) {
        return refused(format!("`{}` is not an endpoint", endpoint.escape_debug()), "write http://HOST:PORT or https://HOST");
    }
    Ok(())
}

/// The SDK's usual HTTP client, with answers that are checked. One for all services and regions: each client would otherwise read the machine's
/// certificates anew and keep connections of its own.
fn http_client() -> impl aws_sdk_sts::config::HttpClient + 'static {
    let client = Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    });
    Checked::new(client, PARTS)
}

/// What an answer has at its top level, even where a list is empty; without it the document is not what it seems. The
/// SDK takes a missing list for an empty one.
const PARTS: Parts = &[
    ("DescribeInstancesResponse", "reservationSet"),
    ("DescribeInstanceTypesResponse", "instanceTypeSet"),
    ("DescribeSpotInstanceRequestsResponse", "spotInstanceRequestSet"),
    ("DescribeVolumesResponse", "volumeSet"),
    ("DescribeSnapshotsResponse", "snapshotSet"),
    ("DescribeImagesResponse", "imagesSet"),
    ("DescribeAddressesResponse", "addressesSet"),
    ("DescribeVpcsResponse", "vpcSet"),
    ("DescribeSubnetsResponse", "subnetSet"),
    ("DescribeSecurityGroupsResponse", "securityGroupInfo"),
    ("DescribeRegionsResponse", "regionInfo"),
    ("ListAllMyBucketsResult", "Buckets"),
    ("Tagging", "TagSet"),
    ("ServerSideEncryptionConfiguration", "Rule"),
    ("AccessControlPolicy", "AccessControlList"),
];
