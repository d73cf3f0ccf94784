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
    /// Requests by the action of EC2, `GET` and `PUT` for S3.
    pub(crate) actions: BTreeMap<String, usize>,
    /// How many reads do not find a resource after each change to it.
    lag: usize,
    /// How many more reads do not find which resource.
    hidden: BTreeMap<String, usize>,
    /// How many reads of an instance still find it, and how many after those do not.
    later: (usize, usize),
    /// What is answered otherwise: words of a request, and how.
    rules: Vec<(Vec<&'static str>, Answer)>,
}

/// How a request is answered otherwise.
#[derive(Clone)]
pub(crate) enum Answer {
    /// With this status and body.
    Is(u16, String),
    /// As the local AWS does, changed.
    Changed(fn(&str) -> String),
    /// Without end.
    Endless(&'static str),
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

    /// Does not find what was changed, for so many reads after each change.
    pub(crate) fn lag(&self, reads: usize) {
        self.seen.lock().unwrap().lag = reads;
    }

    /// Finds instances for so many reads more, then does not for so many.
    pub(crate) fn hide_after(&self, found: usize, hidden: usize) {
        self.seen.lock().unwrap().later = (found, hidden);
    }

    /// How many reads are still to find nothing.
    pub(crate) fn hidden_left(&self) -> usize {
        self.seen.lock().unwrap().later.1
    }

    /// Answers requests with these words in another way.
    pub(crate) fn answer(&self, words: &[&'static str], answer: Answer) {
        self.seen.lock().unwrap().rules.push((words.to_vec(), answer));
    }

    /// How often which action was asked for since the last call.
    pub(crate) fn take_actions(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut self.seen.lock().unwrap().actions)
    }

    /// Answers everything as the local AWS does.
    pub(crate) fn honest(&self) {
        let mut seen = self.seen.lock().unwrap();
        (seen.lag, seen.rules, seen.throttle) = (0, Vec::new(), None);
        seen.hidden.clear();
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
        let asked = format!("{head}{text}");
        let told = {
            let mut seen = seen.lock().unwrap();
            *seen.actions.entry(action(&head, &text)).or_default() += 1;
            let hidden = seen.hides(&head, &text);
            let rule = seen.rules.iter().find(|(words, _)| words.iter().all(|word| asked.contains(word)));
            hidden.or_else(|| rule.map(|(_, answer)| answer.clone()))
        };
        match told {
            Some(Answer::Is(status, body)) => {
                answer(&mut client, status, &body)?;
                continue;
            }
            Some(Answer::Changed(change)) => {
                let mut server = TcpStream::connect(("127.0.0.1", to))?;
                server.write_all(head.replace("connection: keep-alive", "connection: close").as_bytes())?;
                server.write_all(&body)?;
                let Some((head, body)) = message(&mut BufReader::new(server))? else { return Ok(()) };
                let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(200);
                answer(&mut client, status, &change(&String::from_utf8_lossy(&body)))?;
                continue;
            }
            Some(Answer::Endless(part)) => {
                write!(client, "HTTP/1.1 200 Told\r\ncontent-type: text/xml\r\nconnection: close\r\n\r\n")?;
                let part = part.repeat(5_000);
                loop {
                    client.write_all(part.as_bytes())?;
                }
            }
            None => {}
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

fn answer(client: &mut TcpStream, status: u16, body: &str) -> std::io::Result<()> {
    write!(client, "HTTP/1.1 {status} Told\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// The action of EC2 or STS in a form body; the method where there is none.
fn action(head: &str, body: &str) -> String {
    let named = body.split('&').find_map(|pair| pair.strip_prefix("Action="));
    named.unwrap_or_else(|| head.split(' ').next().unwrap_or_default()).to_owned()
}

/// The bucket of a request to S3, and its query.
fn bucket(head: &str) -> Option<(&str, &str)> {
    let (bucket, query) = head.split(' ').nth(1)?.trim_start_matches('/').split_once(['?', '/'])?;
    (!bucket.is_empty()).then_some((bucket, query.trim_start_matches('?')))
}

impl Seen {
    /// Notes a change; or, for a read of what was changed a moment ago, the answer that it is not there.
    fn hides(&mut self, head: &str, body: &str) -> Option<Answer> {
        let action = action(head, body);
        let ids: Vec<String> = if body.contains("Action=") {
            let id = |pair: &str| {
                let (key, value) = pair.split_once('=')?;
                (key.contains("Id") && value.contains('-')).then(|| value.to_owned())
            };
            body.split('&').filter_map(id).collect()
        } else {
            bucket(head).map(|(bucket, _)| bucket.to_owned()).into_iter().collect()
        };
        if action == "DescribeInstances" && body.contains("InstanceId.1=") {
            match &mut self.later {
                (0, 0) => {}
                (0, hidden) => {
                    *hidden -= 1;
                    let error = "<Error><Code>InvalidInstanceID.NotFound</Code><Message>it does not exist</Message></Error>";
                    return Some(Answer::Is(400, format!("<Response><Errors>{error}</Errors></Response>")));
                }
                (found, _) => *found -= 1,
            }
        }
        if action.starts_with("Describe") || action == "GET" {
            let id = ids.iter().find(|id| self.hidden.get(*id).is_some_and(|left| *left > 0))?;
            *self.hidden.entry(id.clone()).or_default() -= 1;
            let (status, code) = match action.as_str() {
                "DescribeInstances" => (400, "InvalidInstanceID.NotFound"),
                "DescribeVolumes" => (400, "InvalidVolume.NotFound"),
                "DescribeSnapshots" => (400, "InvalidSnapshot.NotFound"),
                "DescribeSecurityGroups" => (400, "InvalidGroup.NotFound"),
                "GET" => (404, "NoSuchBucket"),
                _ => (400, "InvalidID.NotFound"),
            };
            let error = format!("<Error><Code>{code}</Code><Message>it does not exist</Message></Error>");
            let error = if action == "GET" { error } else { format!("<Response><Errors>{error}</Errors></Response>") };
            return Some(Answer::Is(status, error));
        }
        if self.lag > 0 && !body.contains("DryRun=true") && action != "GetCallerIdentity" {
            self.hidden.extend(ids.into_iter().map(|id| (id, self.lag)));
        }
        None
    }
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
