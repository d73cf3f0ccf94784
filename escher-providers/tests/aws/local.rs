//! One moto server for the whole test binary, and connections to it.

use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use aws_credential_types::Credentials;
use escher_core::{Clock, Cloud, DiscoveryFilter, Observation, ReadCx, Resource, Target, TargetFacts};
use escher_providers::aws::{AwsCloud, AwsConfig};
use futures::StreamExt;

static PORT: OnceLock<u16> = OnceLock::new();

/// Runs the server until its standard input ends, which is when this process ends, however it ends.
const SERVE: &str = "
import os, sys, threading
from moto.server import main
def watch():
    sys.stdin.read()
    os._exit(0)
threading.Thread(target=watch, daemon=True).start()
main(['-H', '127.0.0.1', '-p', sys.argv[1]])
";

/// The port of the local AWS, started when first asked for.
pub(crate) fn port() -> u16 {
    *PORT.get_or_init(|| {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let python = std::env::var("ESCHER_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
        let mut child = Command::new(&python)
            .args(["-c", SERVE, &port.to_string()])
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // Without them each region begins with more than a thousand snapshots.
            .env("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("{python} with moto is needed, see tests/requirements.txt: {e}"));
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(child.try_wait().unwrap().is_none(), "{python} has no moto; install tests/requirements.txt and set ESCHER_TEST_PYTHON");
            std::thread::sleep(Duration::from_millis(50));
        }
        // Its standard input stays open as long as this process lives.
        std::mem::forget(child);
        port
    })
}

pub(crate) fn endpoint() -> String {
    format!("http://127.0.0.1:{}", port())
}

/// Credentials that open nothing but a local AWS.
pub(crate) fn credentials() -> Credentials {
    Credentials::new("test", "test", None, None, "test")
}

/// Configuration for one region of an endpoint.
pub(crate) fn config(endpoint: &str, region: &str) -> AwsConfig {
    AwsConfig { regions: vec![region.into()], endpoint: Some(endpoint.into()), ..AwsConfig::default() }
}

pub(crate) async fn connect(config: AwsConfig) -> AwsCloud {
    AwsCloud::connect_with(config, credentials()).await.unwrap()
}

/// A connection to one region of the local AWS.
pub(crate) async fn cloud(region: &str) -> AwsCloud {
    connect(config(&endpoint(), region)).await
}

pub(crate) fn cx() -> ReadCx {
    ReadCx::new(Clock::new(jiff::Timestamp::now), Duration::from_secs(60))
}

/// What a discovery gave.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) resources: Vec<Resource>,
    pub(crate) gaps: Vec<escher_core::Gap>,
    /// Type and region of what was covered.
    pub(crate) covered: Vec<(String, Option<String>)>,
}

pub(crate) async fn discover(cloud: &AwsCloud, cx: ReadCx, want: DiscoveryFilter) -> Seen {
    let mut seen = Seen::default();
    let mut observations = cloud.discover(cx, want);
    while let Some(observation) = observations.next().await {
        match observation {
            Observation::Seen { resource, .. } => seen.resources.push(*resource),
            Observation::Measured(_) => {}
            Observation::Gap(gap) => seen.gaps.push(gap),
            Observation::Covered { scope, .. } => seen.covered.push((scope.native, scope.region)),
        }
    }
    seen
}

impl Seen {
    pub(crate) fn of(&self, native: &str) -> Vec<&Resource> {
        self.resources.iter().filter(|resource| resource.native == native).collect()
    }

    /// The resource with this aka.
    pub(crate) fn aka(&self, id: &str) -> &Resource {
        self.resources.iter().find(|resource| resource.aliases.iter().any(|aka| aka == id)).unwrap_or_else(|| panic!("{id} was not seen"))
    }
}

/// A resource as the target of a step.
pub(crate) fn target(resource: &Resource) -> Target {
    Target {
        id: resource.id.clone(),
        name: resource.name.clone(),
        cloud: resource.cloud,
        account: resource.account.clone().unwrap_or_default(),
        region: resource.region.clone().unwrap_or_else(|| "global".into()),
        native: resource.native.clone(),
        observed: resource.observed_hash(),
        facts: Some(TargetFacts::of(resource, jiff::Timestamp::now())),
    }
}

/// The resource as it is now.
pub(crate) async fn now(cloud: &AwsCloud, resource: &Resource) -> Option<Resource> {
    cloud.read(&cx(), &target(resource)).await.unwrap()
}
