//! A local AWS (moto), and a proxy before it that counts, delays and remembers.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::{Desk, python, script};

/// A moto server of its own; ended with the value.
pub(crate) struct Moto {
    child: Child,
    pub(crate) port: u16,
}

impl Moto {
    pub(crate) fn start() -> Self {
        let port = free_port();
        let child = Command::new(python())
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()])
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // Its own images bring some 1,300 snapshots into every region.
            .env("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3 with moto is needed: cargo xtask setup");
        let mut moto = Self { child, port };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                moto.child.try_wait().unwrap().is_none(),
                "moto did not start: cargo xtask setup installs it, then run cargo xtask test"
            );
            assert!(begun.elapsed() < Duration::from_secs(120), "moto does not answer");
            std::thread::sleep(Duration::from_millis(100));
        }
        moto
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What boto3 sees or does.
    pub(crate) fn boto3(&self, args: &[&str]) -> String {
        let endpoint = self.endpoint();
        script("aws.py", &[&[endpoint.as_str()], args].concat())
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Credentials as the SDK finds them in the environment; they open nothing but a local AWS.
pub(crate) const CREDENTIALS: [(&str, &str); 4] =
    [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_REGION", "us-east-1")];

impl Desk {
    /// Runs a command against the local AWS.
    pub(crate) fn aws(&self, args: &[&str]) -> crate::support::Ran {
        crate::support::ran(self.command(args).envs(CREDENTIALS).output().unwrap())
    }

    /// The same, where it has to succeed.
    pub(crate) fn aws_ok(&self, args: &[&str]) -> String {
        let ran = self.aws(args);
        assert_eq!(ran.code, 0, "escher {args:?}\n{}\n{}", ran.out, ran.err);
        ran.out
    }
}

/// What went through the proxy.
#[derive(Default)]
pub(crate) struct Seen {
    /// Stop calls by instance.
    pub(crate) stops: BTreeMap<String, usize>,
    /// Instances that an answer has shown as stopped.
    pub(crate) shown_stopped: BTreeSet<String>,
    /// Stop calls for instances that had been shown as stopped before.
    pub(crate) repeated: Vec<String>,
    /// How many calls of which action are still turned away.
    pub(crate) throttle: Option<(&'static str, usize)>,
}

/// A proxy that delays each request and remembers what it saw.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl Proxy {
    pub(crate) fn start(to: u16, delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = seen.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let seen = shared.clone();
                // A client that was killed breaks its connection; that is the point of the test.
                std::thread::spawn(move || drop(serve(client, to, delay, &seen)));
            }
        });
        Self { port, seen }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Turns the next calls of an action away: too many requests.
    pub(crate) fn throttle(&self, action: &'static str, times: usize) {
        self.seen.lock().unwrap().throttle = Some((action, times));
    }

    /// What was seen since the last call.
    pub(crate) fn take(&self) -> Seen {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

/// Passes requests of one connection on, one after the other.
fn serve(client: TcpStream, to: u16, delay: Duration, seen: &Mutex<Seen>) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let mut client = client;
    while let Some((head, body)) = message(&mut reader)? {
        std::thread::sleep(delay);
        let text = String::from_utf8_lossy(&body).into_owned();
        if text.contains("Action=StopInstances") && !text.contains("DryRun=true") {
            let mut seen = seen.lock().unwrap();
            for id in instance_ids(&text) {
                if seen.shown_stopped.contains(&id) {
                    seen.repeated.push(id.clone());
                }
                *seen.stops.entry(id).or_default() += 1;
            }
        }
        let turned_away = seen.lock().unwrap().throttle.as_mut().is_some_and(|(action, left)| {
            let hit = *left > 0 && text.contains(&format!("Action={action}&"));
            *left -= usize::from(hit);
            hit
        });
        if turned_away {
            let body = "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>slow down</Message></Error></Errors></Response>";
            write!(client, "HTTP/1.1 503 Slow\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\r\n{body}", body.len())?;
            continue;
        }
        let mut server = TcpStream::connect(("127.0.0.1", to))?;
        server.write_all(head.replace("connection: keep-alive", "connection: close").as_bytes())?;
        server.write_all(&body)?;
        let Some((head, answer)) = message(&mut BufReader::new(server))? else { return Ok(()) };
        if text.contains("Action=DescribeInstances") {
            seen.lock().unwrap().shown_stopped.extend(stopped(&String::from_utf8_lossy(&answer)));
        }
        client.write_all(head.as_bytes())?;
        client.write_all(&answer)?;
    }
    Ok(())
}

/// One HTTP message with a length, head and body; none at the end.
fn message(reader: &mut impl BufRead) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let (mut head, mut length) = (String::new(), None);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok();
        }
        head.push_str(&line);
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    Ok(Some((head, body)))
}

/// Instance ids in a form body.
fn instance_ids(body: &str) -> Vec<String> {
    body.split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(key, _)| key.starts_with("InstanceId."))
        .map(|(_, id)| id.to_owned())
        .collect()
}

/// Ids of the instances that an answer shows as stopped.
fn stopped(xml: &str) -> Vec<String> {
    let between = |text: &str, open: &str, close: &str| text.split_once(open)?.1.split_once(close).map(|(inner, _)| inner.to_owned());
    xml.split("<instanceId>")
        .skip(1)
        .filter_map(|part| {
            let id = part.split_once("</instanceId>")?.0.to_owned();
            let state = between(part, "<instanceState>", "</instanceState>")?;
            (between(&state, "<name>", "</name>")? == "stopped").then_some(id)
        })
        .collect()
}
