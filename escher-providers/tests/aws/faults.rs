//! What is denied, throttled, broken off or hanging is a gap, and everything else goes on.

use std::time::Duration;

use escher_core::{Cloud, CloudId, DiscoveryFilter, ErrorKind, Flag, Kind, Next, Origin, ReadCx, RetryBudget};
use escher_providers::aws::{AwsCloud, AwsConfig};

use crate::local::{config, connect, cx, discover};
use crate::proxy::{Fault, Rule, ec2_error, s3_error, start, sts_error};
use crate::seed::Seed;

fn rule(matching: &[&'static str], times: usize, fault: Fault) -> Rule {
    Rule { matching: matching.to_vec(), times, fault }
}

#[tokio::test]
async fn a_denied_type_is_a_gap_and_the_rest_is_covered() {
    let told = "You are not authorized. Encoded: AKIAIOSFODNN7EXAMPLE";
    let endpoint = start(vec![rule(&["Action=DescribeVolumes"], usize::MAX, ec2_error(403, "UnauthorizedOperation", told))]);
    let cloud = connect(config(&endpoint, "us-west-1")).await;
    let seen = discover(&cloud, cx(), DiscoveryFilter::default()).await;
    assert_eq!((seen.gaps.len(), seen.covered.len()), (1, 8), "{:?}", seen.gaps);
    let gap = &seen.gaps[0];
    assert_eq!((gap.kind, gap.scope.native.as_str(), gap.scope.region.as_deref()), (ErrorKind::Denied, "ec2:volume", Some("us-west-1")));
    assert_eq!(gap.hint.as_deref(), Some("grant ec2:DescribeVolumes to this identity"));
    assert!(gap.reason.contains("not authorized") && !gap.reason.contains("AKIAIOSFODNN7EXAMPLE"), "{}", gap.reason);
}

#[tokio::test]
async fn a_denied_setting_of_a_bucket_is_unknown_and_not_false() {
    let seed = Seed::new("us-east-2").await;
    seed.bucket("half-seen").await;
    let denied = |what| rule(&["half-seen", what], usize::MAX, s3_error(403, "AccessDenied"));
    let endpoint = start(vec![denied("?encryption"), denied("?policyStatus"), denied("?tagging")]);
    let cloud = connect(config(&endpoint, "us-east-2")).await;
    let seen = discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Bucket], ..DiscoveryFilter::default() }).await;
    assert!(seen.gaps.is_empty(), "{:?}", seen.gaps);
    let bucket = seen.aka("half-seen");
    assert_eq!((bucket.bool_attr("encrypted"), bucket.bool_attr("public"), &bucket.tags), (None, None, &None));
    assert_eq!(bucket.bool_attr("versioning"), Some(false), "what is allowed is known");
}

#[tokio::test]
async fn a_setting_that_fails_makes_a_gap_and_the_others_are_seen() {
    let seed = Seed::new("me-south-1").await;
    for name in ["whole-bucket", "broken-bucket"] {
        seed.bucket(name).await;
    }
    let endpoint = start(vec![rule(&["broken-bucket", "?versioning"], usize::MAX, s3_error(500, "InternalError"))]);
    let cloud = connect(config(&endpoint, "us-east-2")).await;
    let seen = discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Bucket], ..DiscoveryFilter::default() }).await;
    assert_eq!((seen.gaps.len(), seen.covered.len()), (1, 0));
    assert_eq!(seen.gaps[0].kind, ErrorKind::Unavailable);
    assert!(seen.aka("whole-bucket").tags.is_some());
}

#[tokio::test]
async fn a_listing_that_breaks_off_covers_nothing() {
    let seed = Seed::new("ap-northeast-2").await;
    seed.instances("fleet", 7).await;
    let endpoint = start(vec![rule(&["Action=DescribeInstances", "NextToken="], usize::MAX, ec2_error(500, "InternalError", "oops"))]);
    let cloud = connect(AwsConfig { page_size: Some(5), ..config(&endpoint, seed.region) }).await;
    let seen = discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Vm], ..DiscoveryFilter::default() }).await;
    assert_eq!((seen.resources.len(), seen.covered.len(), seen.gaps.len()), (5, 0, 1));
}

#[tokio::test]
async fn throttling_slows_and_is_counted_and_loses_nothing() {
    let slow_down = || ec2_error(503, "RequestLimitExceeded", "Request limit exceeded.");
    let endpoint = start(vec![
        rule(&["Action=DescribeSubnets"], 2, slow_down()),
        rule(&["Action=DescribeVpcs"], 1, ec2_error(500, "InternalError", "once")),
    ]);
    let cloud = connect(config(&endpoint, "us-west-2")).await;
    let seen = discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Subnet, Kind::Network], ..DiscoveryFilter::default() }).await;
    assert_eq!((seen.gaps.len(), seen.covered.len()), (0, 2), "{:?}", seen.gaps);
    let told = cloud.throttled();
    assert_eq!((told.len(), told[0].api.as_str(), told[0].region.as_str(), told[0].times), (1, "ec2:DescribeSubnets", "us-west-2", 2));
    assert!(told[0].waited_ms >= 300, "{told:?}");
}

#[tokio::test]
async fn a_hanging_call_ends_in_a_gap() {
    let endpoint = start(vec![rule(&["Action=DescribeVpcs"], usize::MAX, Fault::Hang)]);
    let cloud = connect(config(&endpoint, "us-west-2")).await;
    cloud.identities(&cx()).await.unwrap();
    let hasty = ReadCx { timeout: Duration::from_secs(2), ..cx() };
    let seen = discover(&cloud, hasty, DiscoveryFilter { kinds: vec![Kind::Network], ..DiscoveryFilter::default() }).await;
    assert_eq!((seen.gaps.len(), seen.gaps[0].kind), (1, ErrorKind::Timeout));
}

#[tokio::test]
async fn an_expired_session_is_said_and_nothing_is_covered() {
    let expired = sts_error(403, "ExpiredToken", "The security token included in the request is expired");
    let endpoint = start(vec![rule(&["Action=GetCallerIdentity"], usize::MAX, expired)]);
    let cloud = connect(config(&endpoint, "us-west-2")).await;
    let error = cloud.identities(&cx()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
    assert!(error.hint_text().unwrap().contains("sign in again"));
    assert_eq!(error.origin(), Origin::User);
    assert_eq!(error.next_step(), Some(&Next::Connect { cloud: Some(CloudId::Aws) }));
    let seen = discover(&cloud, cx(), DiscoveryFilter::default()).await;
    assert_eq!((seen.covered.len(), seen.resources.len(), seen.gaps.len()), (0, 0, 9));
    assert!(seen.gaps.iter().all(|gap| gap.kind == ErrorKind::Unauthenticated));
}

#[tokio::test]
async fn a_profile_that_is_not_there_is_said() {
    let profile = Some("escher-test-no-such-profile".to_owned());
    let cloud = AwsCloud::connect(AwsConfig { profile, ..config("http://127.0.0.1:9", "us-east-1") }).await.unwrap();
    let error = cloud.identities(&cx()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
    let text = error.to_string();
    assert!(text.contains("AWS credentials") && text.contains("escher-test-no-such-profile") && error.hint_text().is_some(), "{text}");
}

#[tokio::test]
async fn nobody_there_and_another_account_are_said() {
    let cloud = connect(config("http://127.0.0.1:9", "us-east-1")).await;
    let error = cloud.identities(&ReadCx { timeout: Duration::from_secs(20), ..cx() }).await.unwrap_err();
    assert_eq!((error.kind(), error.origin()), (ErrorKind::Unavailable, Origin::Network), "{error}");

    let account = Some("999999999999".to_owned());
    let cloud = connect(AwsConfig { account, ..config(&crate::local::endpoint(), "us-east-1") }).await;
    let error = cloud.identities(&cx()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert!(error.to_string().contains("123456789012"), "{error}");

    let bad = AwsCloud::connect(config("localhost:4566", "us-east-1")).await;
    assert_eq!(bad.err().map(|e| e.kind()), Some(ErrorKind::Invalid));
}

#[tokio::test]
async fn an_error_says_whose_it_is_and_what_helps() {
    let connect_again = Some(Next::Connect { cloud: Some(CloudId::Aws) });
    for (status, code, origin, next) in [
        (403, "InvalidClientTokenId", Origin::User, connect_again.clone()),
        (403, "SignatureDoesNotMatch", Origin::User, connect_again),
        (403, "AccessDenied", Origin::Cloud, None),
        (503, "ServiceUnavailable", Origin::Cloud, None),
        (503, "RequestLimitExceeded", Origin::Cloud, None),
        // The clock of this machine is wrong: signing in again does not help.
        (403, "RequestTimeTooSkewed", Origin::Machine, None),
    ] {
        let told = sts_error(status, code, "as told, AKIAIOSFODNN7EXAMPLE");
        let cloud = connect(config(&start(vec![rule(&["Action=GetCallerIdentity"], usize::MAX, told)]), "us-west-2")).await;
        let error = cloud.identities(&cx().with_retries(RetryBudget::new(0))).await.unwrap_err();
        assert_eq!((error.origin(), error.next_step()), (origin, next.as_ref()), "{code}: {error}");
        assert!(!error.to_string().contains("AKIAIOSFODNN7EXAMPLE"), "{error}");
    }
    let hang = start(vec![rule(&["Action=GetCallerIdentity"], usize::MAX, Fault::Hang)]);
    let error =
        connect(config(&hang, "us-west-2")).await.identities(&ReadCx { timeout: Duration::from_secs(1), ..cx() }).await.unwrap_err();
    assert_eq!((error.kind(), error.origin()), (ErrorKind::Timeout, Origin::Network));
    let cut = start(vec![rule(&["Action=GetCallerIdentity"], usize::MAX, Fault::Answer(200, "<GetCallerIdentityResponse>".into()))]);
    let error = connect(config(&cut, "us-west-2")).await.identities(&cx().with_retries(RetryBudget::new(0))).await.unwrap_err();
    assert_eq!((error.kind(), error.origin()), (ErrorKind::Unavailable, Origin::Cloud));
}

#[tokio::test]
async fn a_role_is_the_same_in_every_session() {
    let mut principals = Vec::new();
    for session in ["1764156513", "1764156514"] {
        let me = format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/deploy/{session}</Arn>\
             <UserId>AROA:{session}</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
        );
        let endpoint = start(vec![rule(&["Action=GetCallerIdentity"], usize::MAX, Fault::Answer(200, me))]);
        principals.push(connect(config(&endpoint, "us-east-1")).await.identities(&cx()).await.unwrap().remove(0).principal);
    }
    assert_eq!(principals, ["arn:aws:sts::123456789012:assumed-role/deploy"; 2]);
}

#[tokio::test]
async fn disks_whose_snapshots_are_denied_are_seen_and_may_be_backed_up() {
    let seed = Seed::new("eu-south-2").await;
    let volume = seed.volume("data").await;
    seed.snapshot(&volume).await;
    let denied = ec2_error(403, "UnauthorizedOperation", "you may not");
    let cloud = connect(config(&start(vec![rule(&["Action=DescribeSnapshots"], usize::MAX, denied)]), seed.region)).await;
    let seen = discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Disk], ..DiscoveryFilter::default() }).await;
    assert_eq!((seen.gaps.len(), seen.covered.len()), (0, 1));
    assert_eq!(seen.aka(&volume).flag(Flag::BackedUp, jiff::Timestamp::now()), None);
}

#[tokio::test]
async fn machines_whose_sizes_are_denied_are_seen_and_others_failing_make_a_gap() {
    let seed = Seed::new("me-central-1").await;
    let id = seed.instances("web", 1).await.remove(0);
    for (fault, gaps) in [(ec2_error(403, "UnauthorizedOperation", "you may not"), 0), (ec2_error(500, "InternalError", "oops"), 1)] {
        let cloud = connect(config(&start(vec![rule(&["Action=DescribeInstanceTypes"], usize::MAX, fault)]), seed.region)).await;
        let seen = discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Vm], ..DiscoveryFilter::default() }).await;
        assert_eq!((seen.gaps.len(), seen.aka(&id).bool_attr("instance_storage")), (gaps, None));
    }
}
