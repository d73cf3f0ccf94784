//! Relations, attributes and tag keys of the selector language: what they mean among other resources, and how they read.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the lints' exception for tests does not reach their helpers")]

use escher_core::selector::{Field, KnownWords, Related, Relation, World};
use escher_core::{CloudId, Kind, Link, Rel, Resource, ResourceId, Selector, Truth, arbitrary, truth};
use jiff::Timestamp;
use proptest::prelude::*;

fn parse(text: &str) -> Selector {
    text.parse().unwrap_or_else(|e| panic!("{text}\n{e}"))
}

fn now() -> Timestamp {
    arbitrary::now()
}

#[test]
fn attributes_and_relations_that_nobody_has_are_told_too_wherever_they_stand() {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let known = KnownWords {
        tags: words(&["Owner", "GRÖßE"]),
        attributes: words(&["lifecycle", "imds", "net.mtu"]),
        relations: words(&["attached", "peers-with"]),
    };
    let table = [
        (
            "OWNER = x AND größe = 5 AND attr.Lifecycle = spot AND attr.imds.tokens = x AND attr.net.mtu > 5 AND rel.Peers-With EXISTS",
            &[][..],
        ),
        ("attr.lifecyle = spot", &["no resource has an attribute `lifecyle`; did you mean `attr.lifecycle`?"]),
        ("attr.idms.tokens = required", &["no resource has an attribute `idms.tokens`; did you mean `attr.imds.tokens`?"]),
        ("attr.region = x", &["no resource has an attribute `region`; did you mean `region`?"]),
        ("attr.zebra = x", &["no resource has an attribute `zebra`"]),
        ("rel.atached EXISTS", &["no resource has a relation `atached`; did you mean `rel.attached`?"]),
        ("rel.uses = x", &["no resource has a relation `uses`"]),
        ("lifecycle = spot", &["no resource has a tag `lifecycle`; did you mean `attr.lifecycle`?"]),
        ("peers-with = x", &["no resource has a tag `peers-with`; did you mean `rel.peers-with`?"]),
        (
            "rel.attachd IN (knd = vm AND NOT linked IN (onwer = ann OR attr.zebra EXISTS)) AND attr.zebra = 1",
            &[
                "no resource has an attribute `zebra`",
                "no resource has a relation `attachd`; did you mean `rel.attached`?",
                "no resource has a tag `knd`; did you mean `kind`?",
                "no resource has a tag `onwer`; did you mean `Owner`?",
            ],
        ),
    ];
    for (text, expected) in table {
        let told: Vec<String> = parse(text).unknown_words(&known).iter().map(ToString::to_string).collect();
        assert_eq!(told, expected, "{text}");
    }
}

/// A disk of a machine behind a load balancer, where each record says another part of it; and what is not there.
#[test]
fn a_relation_is_followed_from_either_record() {
    let new = |kind: Kind, name: &str| Resource::new(CloudId::Aws, format!("arn:aws:x:r:1:{name}"), kind, "t", name);
    let link = |rel: &str, name: &str| Link { rel: rel.parse().unwrap(), id: ResourceId::verbatim(format!("arn:aws:x:r:1:{name}")) };
    let mut estate = [
        ("lb-1", Kind::LoadBalancer),
        ("web-1", Kind::Vm),
        ("web-2", Kind::Vm),
        ("disk-1", Kind::Disk),
        ("disk-2", Kind::Disk),
        ("disk-3", Kind::Disk),
        ("disk-4", Kind::Disk),
    ]
    .map(|(name, kind)| new(kind, name));
    let tag = |r: &mut Resource, env: &str| r.tags = Some([("env".to_owned(), env.to_owned())].into());
    tag(&mut estate[1], "dev");
    estate[1].links = vec![link("behind", "lb-1"), link("attached", "disk-2"), link("peers-with", "web-2")];
    estate[2].links = vec![link("peers-with", "web-1")];
    estate[3].links = vec![link("attached", "web-1")];
    estate[4].links = vec![];
    estate[5].links = vec![link("attached", "gone")];
    let world = World::new(&estate);
    let all = ["lb-1", "web-1", "web-2", "disk-1", "disk-2", "disk-3", "disk-4"];
    let of = |text: &str| {
        let truths = world.truths(&parse(text), now());
        let named =
            |wanted: Truth| all.into_iter().zip(&truths).filter(|(_, truth)| **truth == wanted).map(|(name, _)| name).collect::<Vec<_>>();
        (named(Some(true)), named(None))
    };
    // What no machine is attached to is unknown, and so is what is attached to something that is not here.
    assert_eq!(of("kind = disk AND rel.attached IN (kind = vm AND env = dev)"), (vec!["disk-1", "disk-2"], vec!["disk-3", "disk-4"]));
    assert_eq!(of("kind = disk AND NOT rel.attached IN (kind = vm AND env = dev)"), (vec![], vec!["disk-3", "disk-4"]));
    assert_eq!(of("kind = disk AND rel.attached IN (env = prod)"), (vec![], vec!["disk-3", "disk-4"]));
    assert_eq!(of("kind = vm AND linked IN (kind = disk)"), (vec!["web-1"], vec![]));
    assert_eq!(of("kind = load-balancer AND rel.behind IN (name = web-1)"), (vec!["lb-1"], vec![]));
    assert_eq!(
        of("rel.attached IN (rel.behind IN (kind = load-balancer))"),
        (vec!["disk-1", "disk-2"], vec!["lb-1", "web-1", "web-2", "disk-3", "disk-4"])
    );
    // Whether web-2 is dev is not known, so neither is whether web-1 is a peer of such a one.
    assert_eq!(of("kind = vm AND rel.PEERS-WITH IN (env = dev)"), (vec!["web-2"], vec!["web-1"]));
    // In a circle, again and again.
    let circle = format!("{}name = web-1{}", "rel.peers-with IN (".repeat(60), ")".repeat(60));
    assert_eq!(of(&format!("kind = vm AND {circle}")), (vec!["web-1"], vec![]));
    assert_eq!(of(&format!("kind = vm AND rel.peers-with IN ({circle})")), (vec!["web-2"], vec![]));
    // By its own record alone.
    assert_eq!(of("rel.attached = web-1"), (vec!["disk-1"], vec!["lb-1", "web-2", "disk-2", "disk-4"]));
    assert_eq!(of("rel.attached EXISTS"), (vec!["web-1", "disk-1", "disk-3"], vec![]));
}

#[test]
fn values_and_selectors_after_in_are_told_apart() {
    let related = |by: Relation, to: &str| Selector::Related { by, to: Box::new(parse(to)) };
    for (text, expected) in [
        ("linked IN (idle)", related(Relation::Any, "idle")),
        ("LINKED in (NOT idle)", related(Relation::Any, "NOT idle")),
        ("rel.Attached IN (kind = vm AND (idle OR public))", related(Relation::Is(Rel::Attached), "kind = vm AND (idle OR public)")),
        ("rel.uses IN ((name = x))", related(Relation::Is(Rel::Uses), "name = x")),
        ("rel.\"routes to\" IN (tag.\"a b\" EXISTS)", related(Relation::Is(Rel::Other("routes to".into())), "tag.\"a b\" EXISTS")),
        ("linked IN (linked IN (rel.x IN (a, b)))", related(Relation::Any, "linked IN (rel.x IN (a, b))")),
    ] {
        assert_eq!(parse(text), expected, "{text}");
        assert_eq!(parse(&expected.to_string()), expected, "{text}");
    }
    for text in
        ["linked IN (vpc-1)", "linked IN (\"idle\")", "linked IN (idle, public)", "rel.in IN ('kind', \"vm\")", "rel.in IN (\"name = x\")"]
    {
        let selector = parse(text);
        assert!(matches!(selector, Selector::In { .. }), "{text} was read as {selector:?}");
        assert_eq!(parse(&selector.to_string()), selector, "{text}");
    }
    for (text, column) in [
        ("rel. = x", 5),
        ("rel.\" \" = x", 5),
        ("attr. = x", 6),
        ("rel.attached", 13),
        ("rel.attached IN kind = vm", 17),
        ("rel.attached IN ()", 18),
        ("rel.attached IN (kind = vm", 27),
        ("rel.attached IN (kind = vmm)", 25),
        ("rel.attached IN (a b)", 20),
        ("rel.attached > 5", 14),
        ("name IN (kind = vm)", 15),
        ("raw-state < x", 11),
    ] {
        let error = text.parse::<Selector>().expect_err(text);
        assert_eq!(error.column, column, "{error}");
    }
}

/// Clouds tell `Owner` and `owner` apart; a selector means both.
#[test]
fn every_key_that_is_equal_in_any_case_is_looked_at() {
    let mut vm = Resource::new(CloudId::Aws, "i-1", Kind::Vm, "ec2:instance", "web-1");
    vm.tags = Some([("Owner", "ann"), ("owner", "bob"), ("OWNER", "7"), ("GRÖßE", "x")].map(|(k, v)| (k.into(), v.into())).into());
    for (text, expected) in [
        ("owner = bob", Some(true)),
        ("tag.oWNER = ANN", Some(true)),
        ("owner = carol", Some(false)),
        ("owner != bob", Some(false)),
        ("owner != carol", Some(true)),
        ("NOT owner IN (carol, bob)", Some(false)),
        ("owner ~ ann", Some(true)),
        ("owner > 6", Some(true)),
        ("owner > 8", None),
        ("owner > aaa", Some(true)),
        ("owner > zzz", None),
        ("größe = X", Some(true)),
        ("owner EXISTS AND größe EXISTS", Some(true)),
        ("own EXISTS", Some(false)),
        ("own = bob", None),
    ] {
        assert_eq!(parse(text).matches(&vm, now()), expected, "{text}");
    }
    let values: Vec<&str> = vm.tag_values("owner").collect();
    assert_eq!(values, ["7", "ann", "bob"]);
    assert_eq!(vm.tags_like("Größe").collect::<Vec<_>>(), [("GRÖßE", "x")]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_path_and_any_word_a_relation(path in ".+", word in "\\PC*[a-z]") {
        let selector = Selector::Exists(Field::Attr(path)).and(Selector::Exists(Field::Rel(word.parse().unwrap())));
        prop_assert_eq!(parse(&selector.to_string()), selector);
    }

    /// What a relation leads to, found without any care for speed.
    #[test]
    fn nested_selectors_are_decided_as_by_looking_at_every_pair(estate in arbitrary::estate(12), selector in arbitrary::selector()) {
        struct Pairs<'a>(&'a [Resource]);
        impl Related for Pairs<'_> {
            fn related(&self, resource: &Resource, by: &Relation, to: &Selector) -> Truth {
                let known = |id: &ResourceId| self.0.iter().find(|other| other.id == *id);
                let own = resource.links.iter().filter(|link| by.includes(&link.rel)).map(|link| known(&link.id));
                let says = |other: &&Resource| other.links.iter().any(|link| by.includes(&link.rel) && link.id == resource.id);
                let theirs = self.0.iter().filter(says).map(Some);
                own.chain(theirs).map(|other| to.matches_among(other?, self, now())).reduce(truth::or).flatten()
            }
        }
        let truths = World::new(&estate).truths(&selector, now());
        let expected: Vec<_> = estate.iter().map(|resource| selector.matches_among(resource, &Pairs(&estate), now())).collect();
        prop_assert_eq!(truths, expected, "{}", selector);
    }
}
