//! Ninety days of cost.

use escher_core::{Resource, ResourceId};
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::dice::number_of;

const DAYS: i32 = 90;
/// Days before the estate was born on which something went wrong, first and last.
const ANOMALY: (i32, i32) = (35, 33);

/// Day, id and US dollars, oldest day first.
pub(super) fn daily(seed: u64, born: Timestamp, resources: &[Resource]) -> impl Iterator<Item = (Date, &ResourceId, f64)> {
    let today = born.to_zoned(TimeZone::UTC).date();
    let costly = costly(resources, today);
    (1..=DAYS).rev().flat_map(move |ago| {
        let day = today.saturating_sub(jiff::Span::new().days(ago));
        resources.iter().enumerate().filter_map(move |(i, r)| {
            let month = r.cost_month.filter(|month| *month > 0.0)?;
            let lived = r.created.is_none_or(|at| at.to_zoned(TimeZone::UTC).date() <= day);
            let wrong = Some(i) == costly && ago <= ANOMALY.0 && ago >= ANOMALY.1;
            let amount = month / 30.0 * weight(seed, i, ago, day) * if wrong { 9.0 } else { 1.0 };
            lived.then(|| (day, &r.id, (amount * 10_000.0).round() / 10_000.0))
        })
    })
}

/// The resource that something goes wrong with: the dearest that lived through it.
fn costly(resources: &[Resource], today: Date) -> Option<usize> {
    let before = today.saturating_sub(jiff::Span::new().days(60));
    let old = |r: &Resource| r.created.is_none_or(|at| at.to_zoned(TimeZone::UTC).date() < before);
    let cost = |r: &Resource| r.cost_month.unwrap_or(0.0);
    resources.iter().enumerate().filter(|(_, r)| old(r)).max_by(|a, b| cost(a.1).total_cmp(&cost(b.1))).map(|(i, _)| i)
}

/// A day's share: a little noise, less at weekends, a slow rise over the three months.
fn weight(seed: u64, resource: usize, ago: i32, day: Date) -> f64 {
    let noise = number_of(&format!("{seed} {resource} {ago}")) % 1000;
    let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    let week = if weekend { 0.93 } else { 1.028 };
    let rise = if ago > 30 { 1.0 - f64::from(ago - 30) * 0.002 } else { 1.0 };
    (0.95 + noise as f64 / 10_000.0) * week * rise
}
