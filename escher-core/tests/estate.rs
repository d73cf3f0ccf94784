//! What a look may change, and what it may not: gaps, scopes, absences, and values that move fast.

#![allow(clippy::unwrap_used, reason = "the lints' exception for tests does not reach their helpers")]
#![allow(clippy::cloned_ref_to_slice_refs, reason = "a list of one reads like the lists of more beside it")]

use escher_core::resource::attr;
use escher_core::{ABSENCE_LAG, ABSENCES, CloudId, Diff, ErrorKind, Estate, Gap, Kind, Observation, Resource, Scope, arbitrary, digest};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn now() -> Timestamp {
    arbitrary::now()
}

fn seen(resources: &[Resource]) -> Vec<Observation> {
    resources.iter().cloned().map(Observation::seen).collect()
}

fn estate(resources: &[Resource]) -> Estate {
    Estate::default().with(&Estate::default().advance(seen(resources), now()))
}

fn scope(resource: &Resource) -> Option<Scope> {
    let account = resource.account.clone()?;
    Some(Scope { cloud: resource.cloud, account, native: resource.native.clone(), region: resource.region.clone() })
}

fn covered(scope: Scope, authoritative: bool) -> Observation {
    Observation::Covered { scope, authoritative }
}

fn gap(scope: Scope) -> Observation {
    Observation::Gap(Gap { scope, kind: ErrorKind::Denied, reason: "access denied".into(), hint: None, next: None })
}

fn vm(account: &str, region: &str, name: &str) -> Resource {
    let mut vm = Resource::new(CloudId::Aws, format!("arn:aws:ec2:{region}:{account}:instance/{name}"), Kind::Vm, "ec2:instance", name);
    (vm.account, vm.region) = (Some(account.into()), Some(region.into()));
    vm
}

fn loses_nothing(diff: &Diff) -> bool {
    diff.removed.is_empty() && diff.missed.is_empty()
}

#[test]
fn one_absence_proves_nothing_unless_the_listing_is_authoritative() {
    let one = vm("1", "us-east-1", "a");
    let listed = || scope(&one).unwrap();
    let mut known = estate(&[one.clone()]);
    for absence in 1..ABSENCES {
        let diff = known.advance([covered(listed(), false)], now());
        assert_eq!((diff.removed.len(), diff.missed.as_slice()), (0, &[(one.id.clone(), absence)][..]));
        known = known.with(&diff);
    }
    assert_eq!(known.advance([covered(listed(), false)], now()).removed, [one.id.clone()]);
    assert_eq!(estate(&[one.clone()]).advance([covered(listed(), true)], now()).removed, [one.id.clone()]);
}

#[test]
fn absences_within_the_lag_of_a_cloud_are_one() {
    let one = vm("1", "us-east-1", "a");
    let listed = || [covered(scope(&one).unwrap(), false)];
    let later = |by: SignedDuration| now().checked_add(by).unwrap();
    let mut known = estate(&[one.clone()]);
    for looked in [SignedDuration::ZERO, SignedDuration::from_secs(1), ABSENCE_LAG - SignedDuration::from_secs(1)] {
        let diff = known.advance_lagging(listed(), later(looked), ABSENCE_LAG);
        assert_eq!((diff.removed.len(), diff.missed.as_slice()), (0, &[(one.id.clone(), 1)][..]), "{looked}");
        known = known.with(&diff);
    }
    assert_eq!(known.advance_lagging(listed(), later(-ABSENCE_LAG), ABSENCE_LAG).removed, [], "a clock that went back");
    assert_eq!(known.advance_lagging(listed(), later(ABSENCE_LAG), ABSENCE_LAG).removed, [one.id.clone()]);
    // Once it was seen again, it starts over.
    let again = known.clone().with(&known.advance_lagging(seen(&[one.clone()]), later(ABSENCE_LAG), ABSENCE_LAG));
    assert!(again.advance_lagging(listed(), later(ABSENCE_LAG * 2), ABSENCE_LAG).removed.is_empty());
}

#[test]
fn whoever_is_seen_again_was_never_gone() {
    let one = vm("1", "us-east-1", "a");
    let known = estate(&[one.clone()]);
    let missed = known.clone().with(&known.advance([covered(scope(&one).unwrap(), false)], now()));
    let diff = missed.advance(seen(&[one.clone()]), now());
    assert_eq!((diff.refreshed.len(), diff.refreshed[0].missed), (1, 0));
    let again = missed.with(&diff);
    assert!(again.advance([covered(scope(&one).unwrap(), false)], now()).removed.is_empty(), "absences in a row count, not in all");
}

#[test]
fn a_gap_in_a_scope_takes_its_cover_away_whichever_comes_first() {
    let one = vm("1", "us-east-1", "a");
    let listed = || scope(&one).unwrap();
    for observations in [[covered(listed(), true), gap(listed())], [gap(listed()), covered(listed(), true)]] {
        let diff = estate(&[one.clone()]).advance(observations, now());
        assert!(loses_nothing(&diff));
        assert_eq!(diff.gaps.len(), 1);
    }
}

#[test]
fn other_accounts_regions_and_types_are_left_alone() {
    let mut disk = vm("1", "us-east-1", "d");
    disk.native = "ec2:volume".into();
    let others = [vm("2", "us-east-1", "b"), vm("1", "us-west-2", "c"), disk];
    let one = vm("1", "us-east-1", "a");
    let known = estate(&[&others[..], std::slice::from_ref(&one)].concat());
    assert_eq!(known.advance([covered(scope(&one).unwrap(), true)], now()).removed, [one.id]);
}

#[test]
fn what_is_shared_belongs_to_its_owner_and_is_looked_for_by_whom_it_is_shared_with() {
    let shared = |with: &str, owner: &str, name: &str| {
        let mut it = vm(owner, "us-east-1", name);
        it.attributes.insert("shared_with".into(), with.into());
        it
    };
    let (ours, theirs, stranger) = (vm("1", "us-east-1", "a"), shared("1", "9", "b"), vm("9", "us-east-1", "c"));
    // Shared with another account of ours, and a mark that says nothing.
    let (other, own) = (shared("2", "9", "d"), shared("1", "1", "e"));
    assert_eq!((theirs.shared_with(), own.shared_with(), ours.shared_with()), (Some("1"), None, None));
    let known = estate(&[ours.clone(), theirs.clone(), stranger, other, own.clone()]);
    let listing = covered(scope(&ours).unwrap(), true);
    let mut gone = known.advance([listing.clone()], now()).removed;
    gone.sort();
    let mut expected = vec![ours.id.clone(), theirs.id.clone(), own.id.clone()];
    expected.sort();
    assert_eq!(gone, expected);
    let again = known.advance(seen(&[ours, theirs, own]).into_iter().chain([listing]), now());
    assert!(loses_nothing(&again) && again.missed.is_empty());
}

#[test]
fn what_moves_fast_is_no_change() {
    let mut one = vm("1", "us-east-1", "a");
    let known = estate(&[one.clone()]);
    one.metrics.insert("cpu_avg".into(), 3.0);
    one.cost_month = Some(70.0);
    let diff = known.advance(seen(&[one.clone()]), now());
    assert_eq!((diff.refreshed.len(), diff.changed.len()), (1, 0));
    one.tags = Some([("env".to_owned(), "prod".to_owned())].into());
    let diff = known.advance(seen(&[one]), now());
    assert_eq!((diff.refreshed.len(), diff.changed.len()), (0, 1));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    // What stored plans and entries hold does not depend on how it is worked out.
    #[test]
    fn the_observed_hash_is_the_digest_of_what_moves_slowly(resources in arbitrary::estate(12), alone in any::<bool>()) {
        for mut resource in resources {
            if alone {
                resource.attributes.retain(|name, _| name == attr::LAST_BACKUP);
            }
            let mut slow = Resource { metrics: Default::default(), cost_month: None, ..resource.clone() };
            slow.attributes.remove(attr::LAST_BACKUP);
            let mut told = serde_json::to_value(&slow).unwrap();
            if let Some(aliases) = told.as_object_mut().and_then(|told| told.remove("aliases")) {
                told["akas"] = aliases;
            }
            prop_assert_eq!(resource.observed_hash(), digest::of(&told));
        }
    }

    #[test]
    fn gaps_and_observations_alone_lose_nothing(before in arbitrary::estate(12), after in arbitrary::estate(12)) {
        let gaps = before.iter().filter_map(scope).map(gap);
        let diff = estate(&before).advance(seen(&after).into_iter().chain(gaps), now());
        prop_assert!(loses_nothing(&diff));
    }

    #[test]
    fn what_is_lost_was_in_a_covered_scope_and_not_seen(
        before in arbitrary::estate(12),
        after in arbitrary::estate(12),
        at in any::<prop::sample::Index>(),
    ) {
        let scopes: Vec<Scope> = before.iter().filter_map(scope).collect();
        prop_assume!(!scopes.is_empty());
        let looked_at = at.get(&scopes).clone();
        let diff = estate(&before).advance(seen(&after).into_iter().chain([covered(looked_at.clone(), true)]), now());
        for resource in &before {
            let lost = diff.removed.contains(&resource.id);
            let absent = !after.iter().any(|other| other.id == resource.id);
            prop_assert_eq!(lost, absent && looked_at.contains(resource), "{}", resource.id);
        }
    }

    #[test]
    fn the_same_look_again_is_quiet_and_only_moves_the_time(resources in arbitrary::estate(12)) {
        let known = estate(&resources);
        let later = now() + SignedDuration::from_hours(1);
        let diff = known.advance(seen(&resources), later);
        prop_assert!(diff.is_quiet());
        prop_assert_eq!(diff.unchanged.len(), resources.len());
        let known = known.with(&diff);
        prop_assert!(known.entries().all(|entry| entry.last_seen == later && entry.first_seen == now()));
    }
}
