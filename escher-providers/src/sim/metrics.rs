//! Measured values, with those that only just miss an idle rule.

use std::collections::BTreeMap;

use escher_core::resource::metric as m;
use escher_core::{CloudId, Kind};

use super::dice::{Dice, cents};

type Values = &'static [(&'static str, f64)];

/// Metric values around every threshold of a cloud's rule for virtual machines: just inside, on it, just beyond,
/// and not told.
pub(super) fn vm_profiles(cloud: CloudId) -> &'static [Values] {
    match cloud {
        CloudId::Aws => &[
            &[(m::CPU_MAX, 1.3), (m::NET_MB_DAY, 0.4)],
            &[(m::CPU_MAX, 4.9), (m::NET_MB_DAY, 4.9)],
            &[(m::CPU_MAX, 5.0), (m::NET_MB_DAY, 1.2)],
            &[(m::CPU_MAX, 5.1), (m::NET_MB_DAY, 1.2)],
            &[(m::CPU_MAX, 2.2), (m::NET_MB_DAY, 5.0)],
            &[(m::CPU_MAX, 2.2), (m::NET_MB_DAY, 5.1)],
            &[(m::CPU_MAX, 1.1)],
            &[(m::NET_MB_DAY, 0.2)],
            &[(m::CPU_MAX, 71.4)],
            &[],
            &[(m::CPU_MAX, 83.0), (m::NET_MB_DAY, 2400.0)],
        ],
        CloudId::Azure => &[
            &[(m::CPU_P95_MAX, 1.2), (m::CPU_AVG_3D, 0.8)],
            &[(m::CPU_P95_MAX, 2.9), (m::CPU_AVG_3D, 2.0)],
            &[(m::CPU_P95_MAX, 2.9), (m::CPU_AVG_3D, 1.1)],
            &[(m::CPU_P95_MAX, 3.0), (m::CPU_AVG_3D, 1.0)],
            &[(m::CPU_P95_MAX, 3.1), (m::CPU_AVG_3D, 1.9)],
            &[(m::CPU_P95_MAX, 2.9), (m::CPU_AVG_3D, 2.1)],
            &[(m::CPU_P95_MAX, 1.5)],
            &[(m::CPU_AVG_3D, 0.9)],
            &[(m::CPU_P95_MAX, 45.0)],
            &[],
            &[(m::CPU_P95_MAX, 67.3), (m::CPU_AVG_3D, 34.2)],
            &[(m::CPU_P95_MAX, 24.8), (m::CPU_AVG_3D, 12.6)],
        ],
        CloudId::Gcp => &[
            &[(m::VCPU_LOW_PCT, 99.6), (m::NET_IN_BPS_P95, 240.0), (m::NET_OUT_BPS_P95, 110.0)],
            &[(m::VCPU_LOW_PCT, 97.0), (m::NET_IN_BPS_P95, 1999.0), (m::NET_OUT_BPS_P95, 999.0)],
            &[(m::VCPU_LOW_PCT, 96.9), (m::NET_IN_BPS_P95, 300.0), (m::NET_OUT_BPS_P95, 120.0)],
            &[(m::VCPU_LOW_PCT, 99.0), (m::NET_IN_BPS_P95, 2000.0), (m::NET_OUT_BPS_P95, 120.0)],
            &[(m::VCPU_LOW_PCT, 99.0), (m::NET_IN_BPS_P95, 2100.0), (m::NET_OUT_BPS_P95, 120.0)],
            &[(m::VCPU_LOW_PCT, 99.0), (m::NET_IN_BPS_P95, 300.0), (m::NET_OUT_BPS_P95, 1000.0)],
            &[(m::VCPU_LOW_PCT, 99.0), (m::NET_IN_BPS_P95, 300.0), (m::NET_OUT_BPS_P95, 1010.0)],
            &[(m::NET_IN_BPS_P95, 300.0), (m::NET_OUT_BPS_P95, 120.0)],
            &[(m::VCPU_LOW_PCT, 99.0), (m::NET_OUT_BPS_P95, 120.0)],
            &[(m::VCPU_LOW_PCT, 99.0), (m::NET_IN_BPS_P95, 300.0)],
            &[(m::VCPU_LOW_PCT, 12.0)],
            &[],
            &[(m::VCPU_LOW_PCT, 3.1), (m::NET_IN_BPS_P95, 480_000.0), (m::NET_OUT_BPS_P95, 910_000.0)],
        ],
    }
}

/// A profile as metrics, with the mean CPU that fits it.
pub(super) fn of_profile(dice: &mut Dice, values: Values) -> BTreeMap<String, f64> {
    let mut metrics: BTreeMap<String, f64> = values.iter().map(|&(key, value)| (key.to_owned(), value)).collect();
    let mean = match values.iter().find(|(key, _)| matches!(*key, m::CPU_MAX | m::CPU_P95_MAX | m::VCPU_LOW_PCT)) {
        Some(&(m::VCPU_LOW_PCT, low)) => cents((100.0 - low) * 0.4 + 0.1),
        Some(&(_, peak)) => cents(peak * dice.real(0.2, 0.5)),
        None => return metrics,
    };
    metrics.insert(m::CPU_AVG.to_owned(), mean);
    metrics
}

/// What is measured on a resource of the bulk.
pub(super) fn roll(dice: &mut Dice, cloud: CloudId, kind: Kind) -> BTreeMap<String, f64> {
    let mut metrics = BTreeMap::new();
    let mut put = |key: &str, value: f64| {
        metrics.insert(key.to_owned(), value);
    };
    match kind {
        Kind::Vm if dice.chance(30) => {
            let profile = dice.pick(vm_profiles(cloud));
            return of_profile(dice, profile);
        }
        Kind::Vm => {
            let mean = dice.real(4.0, 62.0);
            put(m::CPU_AVG, mean);
            match cloud {
                CloudId::Aws => {
                    put(m::CPU_MAX, cents((mean * dice.real(1.2, 2.4)).min(100.0)));
                    put(m::NET_MB_DAY, dice.real(6.0, 9000.0));
                }
                CloudId::Azure => {
                    put(m::CPU_P95_MAX, cents((mean * dice.real(1.1, 1.9)).min(100.0)));
                    put(m::CPU_AVG_3D, cents(mean * dice.real(0.8, 1.2)));
                }
                CloudId::Gcp => {
                    put(m::VCPU_LOW_PCT, dice.real(0.0, 60.0));
                    put(m::NET_IN_BPS_P95, dice.real(4_000.0, 900_000.0));
                    put(m::NET_OUT_BPS_P95, dice.real(4_000.0, 900_000.0));
                }
            }
        }
        Kind::Database if !dice.chance(6) => {
            put(m::CONNECTIONS_MAX, if dice.chance(12) { 0.0 } else { dice.between(1, 400) as f64 });
            put(m::CPU_AVG, dice.real(1.0, 70.0));
        }
        Kind::LoadBalancer if !dice.chance(6) => put(m::HEALTHY_TARGETS, if dice.chance(15) { 0.0 } else { dice.between(1, 12) as f64 }),
        Kind::Cache | Kind::K8sCluster | Kind::ContainerService => put(m::CPU_AVG, dice.real(1.0, 70.0)),
        _ => {}
    }
    metrics
}
