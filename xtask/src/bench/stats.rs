//! Medians and percentiles.

use std::time::Duration;

/// The value below which `q` (0 to 1) of the sorted values lie, linear between two; `None` of nothing.
pub(crate) fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let place = q.clamp(0.0, 1.0) * last as f64;
    let (below, share) = (place.floor() as usize, place.fract());
    let above = sorted[(below + 1).min(last)];
    Some(sorted[below] + (above - sorted[below]) * share)
}

/// The middle value.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// Durations in milliseconds.
pub(crate) fn milliseconds(durations: &[Duration]) -> Vec<f64> {
    durations.iter().map(|d| d.as_secs_f64() * 1000.0).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn medians_of_odd_and_even_counts() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    #[test]
    fn a_percentile_lies_between_its_neighbors() {
        let values: Vec<f64> = (0..=100).map(f64::from).collect();
        assert_eq!(quantile(&values, 0.99), Some(99.0));
        assert_eq!(quantile(&[0.0, 10.0], 0.25), Some(2.5));
    }

    proptest! {
        #[test]
        fn a_quantile_is_within_and_grows(values in prop::collection::vec(-1e9..1e9f64, 1..40), a in 0.0..1.0f64, b in 0.0..1.0f64) {
            let (low, high) = (a.min(b), a.max(b));
            let (x, y) = (quantile(&values, low).unwrap(), quantile(&values, high).unwrap());
            prop_assert!(x <= y + 1e-6);
            prop_assert!(values.iter().any(|v| *v <= x + 1e-6) && values.iter().any(|v| *v >= y - 1e-6));
        }
    }
}
