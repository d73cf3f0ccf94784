//! A setting of a bucket that is refused, for whatever reason, is unknown; the bucket stays, and a gap names both.

use escher_core::{DiscoveryFilter, ErrorKind, Kind};

use crate::local::{Seen, config, connect, cx, discover, now};
use crate::proxy::{Fault, Rule, s3_error, start};
use crate::seed::Seed;

fn rule(matching: &[&'static str], fault: Fault) -> Rule {
    Rule { matching: matching.to_vec(), times: usize::MAX, fault }
}

async fn buckets(rules: Vec<Rule>) -> Seen {
    let cloud = connect(config(&start(rules), "us-east-2")).await;
    discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Bucket], ..DiscoveryFilter::default() }).await
}

const SETTINGS: [(&str, &str); 6] = [
    ("?tagging", "tags"),
    ("?encryption", "encryption"),
    ("?publicAccessBlock", "public access block"),
    ("?policyStatus", "policy status"),
    ("?acl", "ACL"),
    ("?versioning", "versioning"),
];

#[tokio::test]
async fn a_bucket_whose_settings_are_all_refused_stays_and_the_gaps_name_it() {
    let seed = Seed::new("eu-west-1").await;
    for name in ["elsewhere-bucket", "ordinary-bucket"] {
        seed.bucket(name).await;
    }
    for (status, code) in
        [(400, "IllegalLocationConstraintException"), (405, "MethodNotAllowed"), (501, "NotImplemented"), (409, "InvalidBucketState")]
    {
        let rules = SETTINGS.map(|(query, _)| rule(&["elsewhere-bucket", query], s3_error(status, code)));
        let seen = buckets(rules.into()).await;
        let bucket = seen.aka("elsewhere-bucket");
        let known = [bucket.bool_attr("encrypted"), bucket.bool_attr("public"), bucket.bool_attr("versioning")];
        assert_eq!((known, &bucket.tags), ([None; 3], &None), "{code}");
        assert!(seen.aka("ordinary-bucket").tags.is_some());
        for (_, setting) in SETTINGS {
            let told =
                seen.gaps.iter().any(|gap| gap.reason.contains("elsewhere-bucket") && gap.reason.contains(&format!("setting {setting}")));
            assert!(told, "{code} {setting}: {:?}", seen.gaps);
        }
        if status != 501 {
            assert_eq!(seen.covered.len(), 1, "{code}: every bucket was listed");
        }
        let cloud = connect(config(
            &start(SETTINGS.map(|(query, _)| rule(&["elsewhere-bucket", query], s3_error(status, code))).into()),
            "us-east-2",
        ))
        .await;
        if status < 500 {
            assert_eq!(now(&cloud, bucket).await.as_ref(), Some(bucket), "read as it is listed");
        }
    }
}

#[tokio::test]
async fn one_refused_setting_leaves_the_others_known() {
    let seed = Seed::new("eu-west-1").await;
    seed.bucket("five-of-six").await;
    for (query, setting) in SETTINGS {
        let seen = buckets(vec![rule(&["five-of-six", query], s3_error(400, "IllegalLocationConstraintException"))]).await;
        let bucket = seen.aka("five-of-six");
        assert_eq!((seen.gaps.len(), seen.covered.len()), (1, 1), "{setting}: {:?}", seen.gaps);
        assert_eq!(bucket.tags.is_some(), setting != "tags", "{setting}");
        assert_eq!(bucket.bool_attr("encrypted").is_some(), setting != "encryption", "{setting}");
        assert_eq!(bucket.bool_attr("versioning").is_some(), setting != "versioning", "{setting}");
    }
}

#[tokio::test]
async fn half_an_answer_about_a_setting_is_no_answer() {
    let seed = Seed::new("eu-west-1").await;
    seed.bucket("cut-short").await;
    let cut: fn(&str) -> String = |text| text[..text.len() * 2 / 3].to_owned();
    for (query, empty) in [
        ("?tagging", "<Tagging/>"),
        ("?encryption", "<ServerSideEncryptionConfiguration/>"),
        ("?policyStatus", "<PolicyStatus/>"),
        ("?acl", "<AccessControlPolicy/>"),
    ] {
        for fault in [Fault::Answer(200, empty.into()), Fault::Answer(200, String::new()), Fault::Answer(200, "<".into())] {
            let seen = buckets(vec![rule(&["cut-short", query], fault)]).await;
            assert_eq!((seen.gaps.len(), seen.covered.len()), (1, 0), "{query}: {:?}", seen.gaps);
            assert_eq!(seen.gaps[0].kind, ErrorKind::Unavailable);
            assert!(seen.gaps[0].reason.contains("cut-short"), "{}", seen.gaps[0].reason);
            seen.aka("cut-short");
        }
    }
    // The list itself.
    let nameless: fn(&str) -> String = |text| text.replacen("<Name>", "<Other>", 1).replacen("</Name>", "</Other>", 1);
    let listless: fn(&str) -> String = |_| "<ListAllMyBucketsResult/>".to_owned();
    for change in [cut, nameless, listless] {
        let seen = buckets(vec![rule(&["GET /?"], Fault::Rewrite(change))]).await;
        assert_eq!((seen.gaps.len(), seen.covered.len()), (1, 0), "{:?}", seen.gaps);
    }
}

#[tokio::test]
async fn a_bucket_of_which_all_say_that_it_is_gone_is_left_out_and_one_alone_is_not_believed() {
    let seed = Seed::new("eu-west-1").await;
    seed.bucket("going-going").await;
    let gone = SETTINGS.map(|(query, _)| rule(&["going-going", query], s3_error(404, "NoSuchBucket")));
    let seen = buckets(gone.into()).await;
    assert!(!seen.resources.iter().any(|it| it.name == "going-going"));
    assert_eq!((seen.gaps.len(), seen.covered.len()), (0, 1));
    let seen = buckets(vec![rule(&["going-going", "?acl"], s3_error(404, "NoSuchBucket"))]).await;
    assert!(seen.aka("going-going").tags.is_some() && seen.gaps.len() == 1, "{:?}", seen.gaps);
}
