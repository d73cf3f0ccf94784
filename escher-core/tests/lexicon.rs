//! The lexicon through its door: phrases, product names, corrected spelling, jargon.

use escher_core::lexicon::{self, Meaning};
use escher_core::{CloudId, Engine, Env, Flag, Kind, State, Verb};
use proptest::prelude::*;

fn read(text: &str) -> Vec<Meaning> {
    let words: Vec<&str> = text.split_whitespace().collect();
    lexicon::read(&words).into_iter().map(|reading| reading.meaning).collect()
}

fn kind(kind: Kind) -> Meaning {
    Meaning::Kind(kind, None, None)
}

fn product(cloud: CloudId, kind: Kind) -> Meaning {
    Meaning::Kind(kind, Some(cloud), None)
}

#[test]
fn product_names_set_their_cloud_and_everyday_words_do_not() {
    use CloudId::{Aws, Azure, Gcp};
    for (word, meaning) in [
        ("EC2", product(Aws, Kind::Vm)),
        ("rds", product(Aws, Kind::Database)),
        ("Aurora", product(Aws, Kind::Database)),
        ("S3", product(Aws, Kind::Bucket)),
        ("EBS volumes", product(Aws, Kind::Disk)),
        ("AMIs", product(Aws, Kind::Image)),
        ("Lambda", product(Aws, Kind::Function)),
        ("EKS", product(Aws, Kind::K8sCluster)),
        ("ECS services", product(Aws, Kind::ContainerService)),
        ("SQS queues", product(Aws, Kind::Queue)),
        ("SNS", product(Aws, Kind::Topic)),
        ("DynamoDB tables", product(Aws, Kind::Nosql)),
        ("Route53", product(Aws, Kind::DnsZone)),
        ("Route 53 zones", product(Aws, Kind::DnsZone)),
        ("AKS clusters", product(Azure, Kind::K8sCluster)),
        ("VNets", product(Azure, Kind::Network)),
        ("NSG", product(Azure, Kind::Firewall)),
        ("storage accounts", product(Azure, Kind::Bucket)),
        ("Function Apps", product(Azure, Kind::Function)),
        ("CosmosDB", product(Azure, Kind::Nosql)),
        ("KeyVault", product(Azure, Kind::Secret)),
        ("Azure SQL", Meaning::Kind(Kind::Database, Some(Azure), Some(Engine::Sqlserver))),
        ("GKE", product(Gcp, Kind::K8sCluster)),
        ("GCS buckets", product(Gcp, Kind::Bucket)),
        ("Cloud SQL", product(Gcp, Kind::Database)),
        ("Cloud Run", product(Gcp, Kind::ContainerService)),
        ("BigQuery datasets", product(Gcp, Kind::Warehouse)),
        ("Pub/Sub topics", product(Gcp, Kind::Topic)),
        ("pubsub subscriptions", product(Gcp, Kind::Queue)),
        ("vpc", kind(Kind::Network)),
        ("subnet", kind(Kind::Subnet)),
        ("LBs", kind(Kind::LoadBalancer)),
        ("load-balancer", kind(Kind::LoadBalancer)),
        ("sg", kind(Kind::Firewall)),
        ("ASGs", kind(Kind::ScaleGroup)),
        ("boxes", kind(Kind::Vm)),
        ("registries", kind(Kind::Registry)),
    ] {
        assert_eq!(read(word), [meaning], "{word}");
    }
}

#[test]
fn the_longest_phrase_wins() {
    assert_eq!(
        read("idle EC2 instances open to the internet"),
        [Meaning::Flag(Flag::Idle, true), product(CloudId::Aws, Kind::Vm), Meaning::Flag(Flag::Public, true)]
    );
    assert_eq!(read("disks not in use"), [kind(Kind::Disk), Meaning::Flag(Flag::Attached, false)]);
    assert_eq!(read("non-prod databases without backups"), [Meaning::NonProd, kind(Kind::Database), Meaning::Flag(Flag::BackedUp, false)]);
    assert_eq!(
        read("unencrypted live pg"),
        [Meaning::Flag(Flag::Encrypted, false), Meaning::Env(Env::Prod), Meaning::Engine(Engine::Postgres)]
    );
    assert_eq!(read("deallocated"), [Meaning::State(State::Stopped)]);
    assert_eq!(read("turn off"), [Meaning::Verb(Verb::Stop)]);
    assert!(read("am I a kernel").is_empty());
}

#[test]
fn a_phrase_with_two_meanings_has_both() {
    assert_eq!(read("snapshot"), [kind(Kind::Snapshot), Meaning::Verb(Verb::Snapshot)]);
}

#[test]
fn spelling_is_corrected_but_good_words_are_left_alone() {
    for (typed, meant) in [
        ("databse", "database"),
        ("prodution", "production"),
        ("azur", "azure"),
        ("kuberntes", "kubernetes"),
        ("isntance", "instance"),
        ("postgers", "postgres"),
        ("encyrpted", "encrypted"),
        ("strat", "start"),
    ] {
        assert_eq!(lexicon::correct(typed), Some(meant), "{typed}");
    }
    for good in
        ["stage", "stock", "text", "roles", "stop", "port", "star", "snap", "step", "rest", "lead", "user", "checkout", "prod-db", "r2d2"]
    {
        assert_eq!(lexicon::correct(good), None, "{good}");
    }
}

#[test]
fn every_phrase_reads_as_what_it_says() {
    for (phrase, meaning) in lexicon::phrases() {
        let readings = read(phrase);
        assert!(readings.contains(&meaning), "`{phrase}` reads as {readings:?}, not {meaning:?}");
        assert!(phrase.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == ' ' || c == '\''), "`{phrase}` is not plain");
    }
    for kind in Kind::ALL.iter().filter(|&&kind| kind != Kind::Other) {
        assert!(read(kind.as_str()).iter().any(|m| matches!(m, Meaning::Kind(found, None, None) if found == kind)), "{kind}");
    }
}

#[test]
fn jargon_goes_both_ways() {
    assert!(lexicon::expand("pg").contains(&"postgres"));
    assert!(lexicon::expand("Postgres").contains(&"pg"));
    assert!(lexicon::expand("load-balancer").contains(&"lb"));
    assert!(lexicon::expand("dlq").contains(&"dead letter queue"));
    assert!(lexicon::expand("teapot").is_empty());
}

proptest! {
    #[test]
    fn reading_never_fails_and_spans_are_inside(words in prop::collection::vec(".{0,30}", 0..12)) {
        for reading in lexicon::read(&words) {
            prop_assert!(reading.len > 0 && reading.start + reading.len <= words.len());
        }
    }

    #[test]
    fn a_corrected_word_is_good(word in "[a-z]{0,30}") {
        if let Some(corrected) = lexicon::correct(&word) {
            prop_assert_eq!(lexicon::correct(corrected), None);
        }
    }
}
