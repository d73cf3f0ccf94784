//! A proxy before the local AWS that answers chosen requests itself: refused, broken, slow.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What happens to a request that matches.
#[derive(Clone)]
pub(crate) enum Fault {
    /// An answer with this status, type and body.
    Answer(u16, String),
    /// No answer.
    Hang,
    /// An answer that never ends.
    Endless,
    /// What the local AWS answers, changed.
    Rewrite(fn(&str) -> String),
    /// An answer made for each request; told how many came before.
    Made(fn(usize) -> String),
}

/// Which requests came, in their order: head and body.
pub(crate) type Log = Arc<Mutex<Vec<String>>>;

/// The next `times` requests whose head or body contains all of `matching`.
pub(crate) struct Rule {
    pub(crate) matching: Vec<&'static str>,
    pub(crate) times: usize,
    pub(crate) fault: Fault,
}

/// An EC2 error document.
pub(crate) fn ec2_error(status: u16, code: &str, message: &str) -> Fault {
    let body = format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>r</RequestID></Response>"
    );
    Fault::Answer(status, body)
}

/// An error document of S3.
pub(crate) fn s3_error(status: u16, code: &str) -> Fault {
    Fault::Answer(status, format!("<Error><Code>{code}</Code><Message>as told</Message><RequestId>r</RequestId></Error>"))
}

/// An error document of STS.
pub(crate) fn sts_error(status: u16, code: &str, message: &str) -> Fault {
    Fault::Answer(
        status,
        format!("<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"),
    )
}

/// Starts a proxy with these rules; gives its endpoint. It ends with the test process.
pub(crate) fn start(rules: Vec<Rule>) -> String {
    watch(rules).0
}

/// The same with what was asked.
pub(crate) fn watch(rules: Vec<Rule>) -> (String, Log) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (rules, to) = (Arc::new(Mutex::new(rules)), crate::local::port());
    let log = Log::default();
    let asked = Arc::clone(&log);
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let (rules, asked) = (Arc::clone(&rules), Arc::clone(&asked));
            std::thread::spawn(move || drop(serve(client, to, &rules, &asked)));
        }
    });
    (endpoint, log)
}

/// How often was asked for something.
pub(crate) fn times(log: &Log, part: &str) -> usize {
    log.lock().unwrap().iter().filter(|request| request.contains(part)).count()
}

fn serve(mut client: TcpStream, to: u16, rules: &Mutex<Vec<Rule>>, log: &Log) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    while let Some((head, body)) = message(&mut reader)? {
        let text = format!("{head}{}", String::from_utf8_lossy(&body));
        log.lock().unwrap().push(text.clone());
        let fault = rules.lock().unwrap().iter_mut().find_map(|rule| {
            let hit = rule.times > 0 && rule.matching.iter().all(|part| text.contains(part));
            hit.then(|| {
                rule.times -= 1;
                rule.fault.clone()
            })
        });
        match fault {
            Some(Fault::Answer(status, body)) => answer(&mut client, status, &body)?,
            Some(Fault::Made(make)) => {
                let before = log.lock().unwrap().iter().filter(|other| text.lines().next() == other.lines().next()).count() - 1;
                answer(&mut client, 200, &make(before))?;
            }
            Some(Fault::Endless) => {
                write!(
                    client,
                    "HTTP/1.1 200 Told\r\ncontent-type: text/xml\r\nconnection: close\r\n\r\n<DescribeVolumesResponse><volumeSet>"
                )?;
                let items = "<item><volumeId>vol-0123456789abcdef0</volumeId></item>".repeat(2_000);
                // Until the client gives up.
                loop {
                    client.write_all(items.as_bytes())?;
                }
            }
            Some(Fault::Rewrite(change)) => {
                let Some((head, body)) = ask(to, &head, &body)? else { return Ok(()) };
                let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(200);
                answer(&mut client, status, &change(&String::from_utf8_lossy(&body)))?;
            }
            Some(Fault::Hang) => {
                // Until the client gives up.
                reader.read_exact(&mut [0])?;
            }
            None => {
                let Some((head, answer)) = ask(to, &head, &body)? else { return Ok(()) };
                client.write_all(head.as_bytes())?;
                client.write_all(&answer)?;
            }
        }
    }
    Ok(())
}

fn answer(client: &mut TcpStream, status: u16, body: &str) -> std::io::Result<()> {
    write!(client, "HTTP/1.1 {status} Told\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// What the local AWS answers.
fn ask(to: u16, head: &str, body: &[u8]) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let mut server = TcpStream::connect(("127.0.0.1", to))?;
    server.write_all(head.replacen("\r\n", "\r\nconnection: close\r\n", 1).as_bytes())?;
    server.write_all(body)?;
    message(&mut BufReader::new(server))
}

/// One HTTP message, head and body.
fn message(reader: &mut impl BufRead) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let start = head.len();
        if reader.read_line(&mut head)? == 0 {
            return Ok(None);
        }
        match head[start..].trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse().unwrap_or(0),
            None if head[start..].trim().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some((head, body)))
}
