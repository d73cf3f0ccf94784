//! A sync of a local AWS beside a plain boto3 program that makes the same calls, and a sync of what has not changed.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use escher_core::{Error, ErrorKind, Result};
use serde_json::Value;

use super::Bench;
use super::command::{at, escher, folder};
use super::report::{Aim, Row};
use crate::process;
use crate::setup::python;

const INSTANCES: &str = "2000";
const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];
/// An estate of the simulated clouds: a seed and a size.
const SIMULATED: &str = "7:5000";
const PATIENCE: Duration = Duration::from_secs(120);
/// They open nothing but a local AWS.
const CREDENTIALS: [(&str, &str); 4] =
    [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_REGION", "us-east-1")];

/// Resources a second, first look and second look, and what the second one saves.
pub(crate) fn sync(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let escher = escher(bench)?;
    let python = python::environment(bench.project)?;
    let (mut aws, mut boto3, mut sim) = (Looks::default(), Vec::new(), Looks::default());
    {
        let moto = Moto::start(&python)?;
        let script = |args: &[&str]| {
            let script = bench.project.root.join("xtask/bench/aws_boto3.py");
            process::capture(process::command(&python).arg(script).arg(&moto.endpoint).args(args))
        };
        eprintln!("making {INSTANCES} instances in moto");
        script(&[&["seed", INSTANCES], &REGIONS[..]].concat())?;
        for _ in 0..bench.runs {
            // In turns, so that a busy moment meets both.
            let seen = aws.two(&escher, &["connect", "aws", "--yes", "--json", "--endpoint", &moto.endpoint])?;
            let look = read(&script(&["look"])?)?;
            let (theirs, seconds) = (look["seen"].as_u64(), look["seconds"].as_f64().unwrap_or(f64::NAN));
            if theirs != Some(seen) {
                return Err(Error::internal(format!("escher saw {seen} resources and boto3 {theirs:?}: they did not look at the same")));
            }
            boto3.push(seen as f64 / seconds);
        }
    }
    for _ in 0..bench.runs {
        sim.two(&escher, &["sync", "--json", "--kind", "queue", "--sim", SIMULATED])?;
    }
    let rows = [
        Row::of(format!("moto, {INSTANCES} instances: first sync"), "resources/s", &aws.first),
        Row::of("the same calls in boto3, one by one", "resources/s", &boto3),
        Row::of("the same sync again", "resources/s", &aws.again),
        Row::of("first sync : sync again", "times", &aws.ratios()),
        Row::of(format!("simulated clouds, {SIMULATED}: first sync"), "resources/s", &sim.first),
        Row::of("the same sync again, simulated", "resources/s", &sim.again),
        Row::of("first sync : sync again, simulated", "times", &sim.ratios()).map(|row| row.aim(Aim::AtLeast(10.0))),
    ];
    Ok(rows.into_iter().flatten().collect())
}

/// Resources a second of first and second syncs.
#[derive(Default)]
struct Looks {
    first: Vec<f64>,
    again: Vec<f64>,
}

impl Looks {
    /// Prepares a new data directory and syncs it twice; gives how many resources were seen.
    fn two(&mut self, escher: &Path, prepare: &[&str]) -> Result<u64> {
        let folder = folder()?;
        process::capture(at(escher, folder.path()).args(prepare).envs(CREDENTIALS))?;
        let look = || -> Result<(Value, f64)> {
            let begun = Instant::now();
            let out = process::capture(at(escher, folder.path()).args(["sync", "--json"]).envs(CREDENTIALS))?;
            Ok((read(&out)?, begun.elapsed().as_secs_f64()))
        };
        let ((first, took), (again, took_again)) = (look()?, look()?);
        let seen = first["seen"].as_u64().unwrap_or_default();
        if seen == 0 || again["seen"].as_u64() != Some(seen) || again["indexed"].as_u64() != Some(0) {
            return Err(Error::internal(format!("not the same estate twice: {first} and {again}")));
        }
        self.first.push(seen as f64 / took);
        self.again.push(seen as f64 / took_again);
        Ok(seen)
    }

    fn ratios(&self) -> Vec<f64> {
        self.again.iter().zip(&self.first).map(|(again, first)| again / first).collect()
    }
}

fn read(out: &str) -> Result<Value> {
    serde_json::from_str(out).map_err(|e| Error::invalid("the output is not JSON").caused_by(e))
}

/// A local AWS, ended with the value.
struct Moto {
    child: Child,
    endpoint: String,
}

impl Moto {
    fn start(python: &Path) -> Result<Self> {
        let failed = |e: std::io::Error| Error::new(ErrorKind::Unavailable, format!("moto: {e}"));
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).map_err(failed)?.port();
        let mut command: Command = process::command(python);
        command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()]);
        // Its own images would bring some 1,300 snapshots into every region.
        command.env("MOTO_EC2_LOAD_DEFAULT_AMIS", "false").stdout(Stdio::null()).stderr(Stdio::null());
        let moto = Self { child: command.spawn().map_err(failed)?, endpoint: format!("http://127.0.0.1:{port}") };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if begun.elapsed() > PATIENCE {
                return Err(Error::new(ErrorKind::Timeout, "moto does not answer").hint("run: cargo xtask setup"));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(moto)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // Nothing is left to do where it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
