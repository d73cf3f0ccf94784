//! Faults on demand.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use escher_core::{Action, CloudId, Error, Kind, Resource, Result, Target};

use super::dice::number_of;
use super::types::TypeDef;

/// What goes wrong, and where. Written as a list parted by commas:
///
/// | fault | what happens |
/// |---|---|
/// | `deny:WHERE` | access is denied |
/// | `expire:WHERE` | the credentials have expired; also when asked who we are |
/// | `down:WHERE` | the service fails |
/// | `hang:WHERE` | there is no answer until the caller's patience ends |
/// | `throttle:WHERE:SHARE` | this share of requests (0 to 1) is turned away; listing and reading try again a few times |
/// | `partial:WHERE` | a listing breaks off half-way |
/// | `fail:WHERE:N` | the first N acts fail without a change (1 without N) |
/// | `lost:WHERE:N` | the first N acts are carried out and the answer is lost (1 without N) |
/// | `slow:TIME` | every request takes so much longer: `50ms`, `2s` |
///
/// `WHERE` is `WHAT[@ACCOUNT][/REGION]`, and `WHAT` a service (`ec2`, `microsoft.compute`, `compute`), a cloud, a
/// kind, an action (`vm.stop`: acts only) or `*`. Counts are kept per process, shares are the same in every run.
///
/// ```
/// use escher_providers::sim::Faults;
/// let faults: Faults = "deny:ec2@111122223333,throttle:compute:0.2,hang:storage,fail:vm.stop:2,slow:50ms".parse()?;
/// assert!(!faults.is_empty());
/// assert_eq!("deny".parse::<Faults>().unwrap_err().kind(), escher_core::ErrorKind::Invalid);
/// # Ok::<(), escher_core::Error>(())
/// ```
///
/// They print as they were written.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    list: Vec<Arc<Fault>>,
    text: String,
}

impl std::fmt::Display for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

#[derive(Debug)]
struct Fault {
    trouble: Trouble,
    place: Place,
    /// For counted faults: how many times it may still happen.
    left: AtomicU32,
}

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Trouble {
    Deny,
    Expire,
    Down,
    Hang,
    Throttle(f64),
    Partial,
    Fail,
    Lost,
    Slow(Duration),
}

#[derive(Debug)]
struct Place {
    what: What,
    account: Option<String>,
    region: Option<String>,
}

#[derive(Debug)]
enum What {
    Any,
    Cloud(CloudId),
    Kind(Kind),
    Action(Action),
    Service(String),
}

/// A request, as far as faults look at it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'a> {
    pub(super) cloud: CloudId,
    pub(super) kind: Option<Kind>,
    pub(super) native: &'a str,
    pub(super) account: Option<&'a str>,
    pub(super) region: Option<&'a str>,
    pub(super) action: Option<Action>,
}

impl<'a> Call<'a> {
    /// A request about one resource.
    pub(super) fn on(def: &TypeDef, target: &'a Target, action: Option<Action>) -> Self
    where
        'static: 'a,
    {
        Self {
            cloud: def.cloud,
            kind: Some(def.kind),
            native: def.native,
            account: Some(&target.account),
            region: Some(&target.region),
            action,
        }
    }
}

impl Faults {
    /// Whether nothing goes wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What goes wrong with a call, in the order in which it was written.
    pub(super) fn on(&self, call: Call<'_>) -> impl Iterator<Item = Trouble> {
        self.list.iter().filter(move |fault| fault.place.covers(call)).map(|fault| fault.trouble)
    }

    /// Whether a counted fault happens to this act; if so, it has happened once more.
    pub(super) fn take(&self, trouble: Trouble, call: Call<'_>) -> bool {
        self.list
            .iter()
            .filter(|fault| fault.trouble == trouble && fault.place.covers(call))
            .any(|fault| fault.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok())
    }
}

/// Whether a share of requests includes this one: the same for the same request and try.
pub(super) fn hits(share: f64, request: &str, attempt: u32) -> bool {
    (number_of(&format!("{request} {attempt}")) % 10_000) as f64 / 10_000.0 < share
}

impl Place {
    fn covers(&self, call: Call<'_>) -> bool {
        let what = match &self.what {
            What::Any => true,
            What::Cloud(cloud) => *cloud == call.cloud,
            What::Kind(kind) => Some(*kind) == call.kind,
            What::Action(action) => Some(*action) == call.action,
            What::Service(word) => service(call.cloud, call.native).eq_ignore_ascii_case(word),
        };
        // Who asks without naming an account or region asks about none in particular.
        let same = |wanted: &Option<String>, given: Option<&str>| wanted.as_deref().is_none_or(|w| given == Some(w));
        what && same(&self.account, call.account) && same(&self.region, call.region)
    }
}

fn service(cloud: CloudId, native: &str) -> String {
    Resource::new(cloud, "", Kind::Other, native, "").service().to_owned()
}

impl FromStr for Faults {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let list = parts.map(|part| fault(part).map(Arc::new)).collect::<Result<_>>()?;
        Ok(Self { list, text: text.to_owned() })
    }
}

fn fault(text: &str) -> Result<Fault> {
    let bad = |why: &str| {
        Error::invalid(format!("`{text}` is not a fault: {why}"))
            .hint("for example deny:ec2@111122223333, throttle:compute:0.2, hang:storage, fail:vm.stop:2, slow:50ms")
    };
    let (word, rest) = text.split_once(':').ok_or_else(|| bad("it names no place"))?;
    if word == "slow" {
        let time = rest.parse::<jiff::SignedDuration>().ok().and_then(|time| Duration::try_from(time).ok());
        let trouble = Trouble::Slow(time.ok_or_else(|| bad("the time is not a duration"))?);
        return Ok(Fault { trouble, place: Place { what: What::Any, account: None, region: None }, left: AtomicU32::new(0) });
    }
    let (place, number) = rest.split_once(':').map_or((rest, None), |(place, number)| (place, Some(number)));
    let count = || number.map_or(Ok(1), |n| n.parse::<u32>().map_err(|_| bad("the count is not a number")));
    let (trouble, left) = match word {
        "deny" => (Trouble::Deny, 0),
        "expire" => (Trouble::Expire, 0),
        "down" => (Trouble::Down, 0),
        "hang" => (Trouble::Hang, 0),
        "partial" => (Trouble::Partial, 0),
        "throttle" => {
            let share = number.map_or(Ok(1.0), str::parse::<f64>).ok().filter(|share| (0.0..=1.0).contains(share));
            (Trouble::Throttle(share.ok_or_else(|| bad("the share is not a number from 0 to 1"))?), 0)
        }
        "fail" => (Trouble::Fail, count()?),
        "lost" => (Trouble::Lost, count()?),
        _ => return Err(bad("there is no such fault")),
    };
    if number.is_some() && !matches!(word, "throttle" | "fail" | "lost") {
        return Err(bad("it takes no number"));
    }
    Ok(Fault { trouble, place: place.parse::<Place>().map_err(|_| bad("it names no place"))?, left: AtomicU32::new(left) })
}

impl FromStr for Place {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let (text, region) = text.split_once('/').map_or((text, None), |(front, region)| (front, Some(region.to_owned())));
        let (what, account) = text.split_once('@').map_or((text, None), |(front, account)| (front, Some(account.to_owned())));
        let empty = |part: &Option<String>| part.as_deref() == Some("");
        if what.is_empty() || empty(&account) || empty(&region) {
            return Err(Error::invalid("a part is empty"));
        }
        let what = if what == "*" {
            What::Any
        } else if let Ok(cloud) = what.parse() {
            What::Cloud(cloud)
        } else if let Ok(kind) = what.parse() {
            What::Kind(kind)
        } else if let Ok(action) = what.parse() {
            What::Action(action)
        } else {
            What::Service(what.to_owned())
        };
        Ok(Self { what, account, region })
    }
}
