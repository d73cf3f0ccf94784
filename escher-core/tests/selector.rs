//! The selector language through its text: what it says, what it refuses, and that both its ways agree.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the lints' exception for tests does not reach their helpers")]

use escher_core::selector::{Field, KnownWords, Op, Quantity, Unit, Value, World};
use escher_core::{CloudId, Flag, Kind, Link, Rel, Resource, ResourceId, Selector, State, arbitrary, truth};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::json;

fn parse(text: &str) -> Selector {
    text.parse().unwrap_or_else(|e| panic!("{text}\n{e}"))
}

fn error(text: &str) -> String {
    text.parse::<Selector>().map(|s| panic!("{text} was read as {s:?}")).unwrap_err().to_string()
}

fn web() -> Resource {
    let mut vm = Resource::new(CloudId::Aws, "arn:aws:ec2:us-east-1:111122223333:instance/i-0a1", Kind::Vm, "ec2:instance", "prod-Web-01");
    vm.account = Some("111122223333".into());
    vm.account_name = Some("Shop Production".into());
    vm.region = Some("us-east-1".into());
    vm.zone = Some("us-east-1a".into());
    vm.state = Some(State::Running);
    vm.state_raw = Some("available".into());
    vm.tags = Some([("App", "Main"), ("env", "prd"), ("seats", "9"), ("Cost Center", "A 1")].map(|(k, v)| (k.into(), v.into())).into());
    vm.created = Some("2026-06-08T12:00:00Z".parse().unwrap());
    vm.attributes = [("size", json!("m5.large")), ("capacity", json!(2048)), ("memory", json!(8)), ("public", json!(false))]
        .map(|(k, v)| (k.to_owned(), v))
        .into();
    vm.links = vec![Link { rel: Rel::In, id: ResourceId::new(CloudId::Aws, "arn:aws:ec2:us-east-1:111122223333:vpc/vpc-7") }];
    vm.metrics = [("cpu_avg".to_owned(), 2.5)].into();
    vm.cost_month = Some(69.1);
    vm
}

/// A week after `web` was created.
fn now() -> Timestamp {
    arbitrary::now()
}

#[test]
fn an_error_far_out_shows_what_stands_around_it() {
    let long = format!("name = {} AND {}", "x".repeat(2_000), vec!["env = prod"; 400].join(" AND "));
    let text = format!("name IN ({}) AND {long} AND kind = vmm AND {}", vec!["aaaaa"; 9_000].join(", "), vec!["idle"; 60].join(" AND "));
    let error = Selector::parse(&text).unwrap_err();
    assert!(error.column > 65_535, "{}", error.column);
    for shown in [error.to_string(), escher_core::Error::from(error).to_string()] {
        let lines: Vec<&str> = shown.lines().collect();
        let caret = lines.iter().position(|line| line.trim() == "^").unwrap();
        let at = lines[caret].chars().count() - 1;
        assert!(lines[caret - 1].chars().skip(at).collect::<String>().starts_with("vmm"), "{shown}");
        assert!(lines[caret - 1].chars().count() < 120 && lines[caret - 1].ends_with('…'), "{shown}");
    }
}

#[test]
fn what_a_selector_says_of_a_resource() {
    let bare = Resource::new(CloudId::Gcp, "//run.googleapis.com/projects/p/services/s", Kind::Other, "run.googleapis.com/Thing", "thing");
    let table: &[(&str, Option<bool>, Option<bool>)] = &[
        // selector, the web server, a resource that tells next to nothing
        ("", Some(true), Some(true)),
        ("env=prod AND app=main", Some(true), None),
        ("cloud = AWS and Kind = VM and region = US-EAST-1", Some(true), Some(false)),
        ("env = production", Some(true), None),
        ("tag.env = prod", Some(false), None),
        ("tag.env = prd", Some(true), None),
        ("TAG.APP = main", Some(true), None),
        ("tag.\"cost center\" = \"a 1\"", Some(true), None),
        ("ap = main", None, None),
        ("NOT ap = main", None, None),
        ("ap EXISTS", Some(false), None),
        ("app EXISTS", Some(true), None),
        ("region EXISTS", Some(true), Some(false)),
        ("NOT region EXISTS", Some(false), Some(true)),
        ("id = i-0a1", Some(true), Some(false)),
        ("id = arn:aws:ec2:us-east-1:111122223333:instance/i-0A1", Some(true), Some(false)),
        ("id = 0a1", Some(false), Some(false)),
        ("account = 111122223333", Some(true), None),
        ("account = \"shop production\"", Some(true), None),
        ("account != other", Some(true), None),
        ("service = ec2", Some(true), Some(false)),
        ("type = ec2:instance", Some(true), Some(false)),
        ("geo = us", Some(true), None),
        ("zone IN (us-east-1a, us-east-1b)", Some(true), None),
        ("zone IN (us-east-1c, us-east-1b)", Some(false), None),
        ("network = vpc-7", Some(true), None),
        ("network = vpc-8", Some(false), None),
        ("linked = vpc-7", Some(true), None),
        ("linked EXISTS", Some(true), Some(false)),
        ("name ~ \"web prod\"", Some(true), Some(false)),
        ("name ~ \"prod web 2\"", Some(false), Some(false)),
        ("name ~ thnig", Some(false), Some(true)),
        ("text ~ \"ec2 mian\"", Some(true), Some(false)),
        ("rel.in = vpc-7 AND rel.IN = arn:aws:ec2:us-east-1:111122223333:vpc/VPC-7", Some(true), None),
        ("rel.in IN (vpc-8, vpc-7)", Some(true), None),
        ("rel.in != vpc-7", Some(false), None),
        ("rel.in EXISTS", Some(true), Some(false)),
        ("rel.uses = vpc-7", None, None),
        ("NOT rel.uses = vpc-7", None, None),
        ("rel.uses EXISTS", Some(false), Some(false)),
        ("rel.in IN (name = vpc-7)", None, None),
        ("attr.SIZE = m5.large AND attr.public = false AND attr.memory = 8.0 AND attr.capacity > 2047", Some(true), None),
        ("attr.memory < 8", Some(false), None),
        ("attr.size > 5", None, None),
        ("attr.size ~ M5", Some(true), None),
        ("attr.lifecycle = spot", None, None),
        ("attr.lifecycle EXISTS", Some(false), Some(false)),
        ("attr.size IN (m5.xlarge, m5.large)", Some(true), None),
        ("raw-state = available", Some(true), None),
        ("raw-state != available", Some(false), None),
        ("RAW-STATE EXISTS", Some(true), Some(false)),
        ("size = M5.Large", Some(true), None),
        ("capacity = 2TB AND capacity < 2049 AND memory >= 8192MB", Some(true), None),
        ("cost > $69 AND cost <= 69.1", Some(true), None),
        ("cpu < 5%", Some(true), None),
        ("age = 7d AND age >= 1w AND age <= 168h AND age > 6 AND age < 1mo", Some(true), None),
        ("age > 1w", Some(false), None),
        ("created = 2026-06-08", Some(true), None),
        ("created > 2026-06-08", Some(false), None),
        ("created <= 2026-06-08 AND created > 2026-06-07", Some(true), None),
        ("created < 2026-06-08T14:00:01+02:00", Some(true), None),
        ("seats > 10", Some(false), None),
        ("seats < 10", Some(true), None),
        ("app < 10", None, None),
        ("public", Some(false), None),
        ("public = false", Some(true), None),
        ("NOT public", Some(true), None),
        ("encrypted OR cloud = aws", Some(true), None),
        ("encrypted AND cloud = azure", Some(false), Some(false)),
        ("untagged", Some(false), None),
        ("state != stopped", Some(true), None),
    ];
    for &(text, of_web, of_bare) in table {
        let selector = parse(text);
        assert_eq!(selector.matches(&web(), now()), of_web, "{text} on the web server");
        assert_eq!(selector.matches(&bare, now()), of_bare, "{text} on the bare resource");
    }
}

#[test]
fn keywords_bind_as_the_grammar_says() {
    let flag = |flag| Selector::Flag(flag);
    assert_eq!(
        parse("idle or public and not encrypted"),
        Selector::Or(vec![flag(Flag::Idle), Selector::And(vec![flag(Flag::Public), Selector::Not(Box::new(flag(Flag::Encrypted)))]),])
    );
    assert_eq!(parse("((idle AND (public)) AND encrypted)"), parse("idle AND public AND encrypted"));
    assert_eq!(parse("idle=false"), parse("NOT idle"));
    assert_eq!(parse("idle != true"), parse("NOT idle"));
    assert_eq!(parse("  "), Selector::All);
    assert_eq!(Selector::All.to_string(), "");
}

#[test]
fn words_are_normalized_and_printed_so_that_they_read_back() {
    let table = [
        ("ENV=Production", "env = prod"),
        ("engine = PostgreSQL", "engine = postgres"),
        ("kind IN (VM, virtual-machine, k8s_cluster)", "kind IN (vm, vm, k8s-cluster)"),
        ("state = Deallocated", "state = stopped"),
        ("app=main", "tag.app = main"),
        ("NAME = Web-1", "name = Web-1"),
        ("tag.idle = x", "tag.idle = x"),
        ("name = 'a b'", "name = \"a b\""),
        ("name = \"and\"", "name = \"and\""),
        ("age<90D", "age < 90d"),
        ("cost >= $100.50", "cost >= $100.5"),
        ("memory > 8gib", "memory > 8GB"),
        ("not (idle or public)", "NOT (idle OR public)"),
        ("a=1 and (b=2 or c=3)", "tag.a = 1 AND (tag.b = 2 OR tag.c = 3)"),
    ];
    for (text, printed) in table {
        assert_eq!(parse(text).to_string(), printed);
    }
    let selector = parse("name = \"a\\\\b\\\"c\\n\" AND idle");
    assert_eq!(serde_json::from_str::<Selector>(&serde_json::to_string(&selector).unwrap()).unwrap(), selector);
}

#[test]
fn a_syntax_error_shows_the_line_the_place_and_what_was_expected() {
    assert_eq!(
        error("cloud = aws AND env = prodution"),
        "\
column 23: found `prodution`, expected prod, staging, dev, test or sandbox
  cloud = aws AND env = prodution
                        ^
did you mean `prod`?"
    );
    assert_eq!(
        error("(idle OR public"),
        "\
column 16: found the end, expected AND, OR or `)` for the `(` at character 1
  (idle OR public
                 ^"
    );
    assert_eq!(
        error("idle AND\n  age < soon"),
        "\
column 9: found `soon`, expected an age such as 12h, 90d, 2w, 1mo or 1y
    age < soon
          ^"
    );
}

#[test]
fn what_is_wrong_is_refused_at_its_place() {
    let table = [
        ("kind = vmm", 8, Some("vm")),
        ("idel", 1, Some("idle")),
        ("name", 5, None),
        ("name is x", 6, Some("=")),
        ("name = ", 8, None),
        ("name = and", 8, Some("\"and\"")),
        ("name == x", 6, Some("=")),
        ("size < 5", 6, None),
        ("kind > vm", 6, None),
        ("cost ~ 5", 6, None),
        ("cost = 5%", 8, None),
        ("cost = nan", 8, None),
        ("age > 5m", 7, None),
        ("created > 90d", 11, None),
        ("created = 2026-02-30", 11, None),
        ("text = web", 6, None),
        ("idle > 5", 6, None),
        ("idle = maybe", 8, None),
        ("idle EXISTS", 6, None),
        ("name IN ()", 10, None),
        ("name IN (a b)", 12, None),
        ("name NOT IN (a)", 6, Some("NOT name …")),
        ("idle && public", 6, Some("AND")),
        ("idle public", 6, None),
        ("idle AND", 9, None),
        ("AND idle", 1, None),
        ("()", 2, None),
        ("idle)", 5, None),
        ("name = \"x", 8, None),
        ("tag. = x", 5, None),
        ("größe = 5 AND §§ zwei", 18, None),
    ];
    for (text, column, suggestion) in table {
        let error = text.parse::<Selector>().expect_err(text);
        assert_eq!((error.column, error.suggestion.as_deref()), (column, suggestion), "{error}");
        assert!(!error.expected.is_empty(), "{error}");
        let shared: escher_core::Error = error.into();
        assert_eq!(shared.kind(), escher_core::ErrorKind::Invalid);
        assert!(shared.to_string().contains(text) && shared.hint_text().is_some());
    }
}

#[test]
fn nesting_ends_in_an_error_and_not_in_a_crash() {
    for (open, close) in [("(", ")"), ("NOT ", ""), ("NOT (", ")"), ("linked IN (", ")"), ("rel.uses IN (", ")")] {
        let nested = |depth: usize| format!("{}idle{}", open.repeat(depth), close.repeat(depth));
        let fits = parse(&nested(64));
        assert_eq!(parse(&fits.to_string()), fits);
        assert!(error(&nested(65)).contains("at most 64 levels"), "{open}");
        assert!(error(&nested(50_000)).contains("at most 64 levels"), "{open}");
    }
}

/// What is as deep and as long as may be is read, printed, judged and dropped in a thread with little stack.
#[test]
fn what_is_within_the_bounds_fits_a_small_stack() {
    let deep = |open: &str, close: &str| format!("{}idle OR name = x{}", open.repeat(64), close.repeat(64));
    let mut texts: Vec<String> = vec![vec!["idle"; 500].join(" AND "), vec!["cost > 5"; 500].join(" OR ")];
    texts.extend([("(public AND ", ")"), ("NOT (", ")"), ("NOT ", ""), ("linked IN (", ")")].map(|(open, close)| deep(open, close)));
    texts.push(format!("name IN ({})", vec!["web"; 10_000].join(", ")));
    let work = move || {
        for text in texts {
            let selector = parse(&text);
            assert_eq!(parse(&selector.to_string()), selector);
            let resources = [web()];
            World::new(&resources).truths(&selector, now());
            assert_eq!(selector.clone().normalized(), selector);
        }
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn length_ends_in_an_error_that_says_the_bound() {
    let ands = |count: usize| vec!["idle"; count].join(" AND ");
    assert_eq!(parse(&ands(500)).conjuncts().len(), 500);
    for text in [
        ands(501),
        ands(1_100),
        ands(20_000),
        vec!["(public OR idle)"; 260].join(" OR "),
        vec!["linked IN (name = x OR rel.uses IN (idle))"; 200].join(" AND "),
    ] {
        let error = text.parse::<Selector>().unwrap_err();
        assert!(error.to_string().contains("at most 500 conditions"), "{error}");
        assert!(error.column > 1_000, "{error}");
    }
    let list = |count: usize| format!("name IN ({}) OR region IN (a, b)", vec!["a"; count].join(", "));
    assert!(list(9_998).parse::<Selector>().is_ok());
    assert!(error(&list(9_999)).contains("at most 10000 values"));
    assert!(error(&format!("name = {}", "x".repeat(2_000_000))).contains("1048576 bytes"));
}

#[test]
fn only_positive_constraints_on_what_tells_apart_narrow() {
    let narrow =
        ["name = x", "id = x", "region IN (a, b)", "app = main", "app EXISTS", "idle", "attached = false", "age > 90d", "cpu < 5%"];
    let wide = ["", "cloud = aws", "kind = vm AND state = running", "geo = eu", "NOT name = x", "region != a", "NOT idle", "region EXISTS"];
    for text in narrow {
        assert!(parse(text).narrows(), "{text}");
        assert!(parse(&format!("kind = vm AND ({text} OR env = dev)")).narrows(), "{text}");
        assert!(!parse(&format!("{text} OR kind = vm")).narrows(), "{text}");
    }
    for text in wide {
        assert!(!parse(text).narrows(), "{text}");
    }
    for text in narrow {
        assert!(parse(&format!("kind = disk AND rel.attached IN (kind = vm AND {text})")).narrows(), "{text}");
        assert!(!parse(&format!("NOT linked IN ({text})")).narrows(), "{text}");
    }
    for text in &wide[1..] {
        assert!(!parse(&format!("kind = disk AND linked IN (rel.uses IN ({text}))")).narrows(), "{text}");
    }
    for text in ["rel.member-of EXISTS", "linked = x", "attr.lifecycle = spot", "raw-state = stopped"] {
        assert!(!parse(text).narrows(), "{text}");
    }
}

#[test]
fn a_tag_key_that_nobody_has_is_answered_with_the_nearest() {
    let known = KnownWords { tags: ["App", "Cost Center"].map(str::to_owned).into(), ..KnownWords::default() };
    let selector = parse("app = x AND regoin = y AND (tag.apps = z OR idel = w OR quux EXISTS OR quux = 1)");
    let expected = [("regoin", Some("region")), ("apps", Some("App")), ("idel", Some("idle")), ("quux", None)];
    let tag = |(key, near): (&str, Option<&str>)| (Field::Tag(key.to_owned()), near.map(str::to_owned));
    let unknown: Vec<_> = selector.unknown_words(&known).into_iter().map(|word| (word.field, word.nearest)).collect();
    assert_eq!(unknown, expected.map(tag));
}

#[test]
fn a_comparison_is_built_with_the_parsers_care() {
    assert_eq!(Selector::compare(Field::Env, Op::Eq, "PRD").unwrap(), parse("env = prod"));
    assert_eq!(Selector::compare(Field::Tag("a b".into()), Op::Eq, "or \"not\"").unwrap(), parse(r#"tag."a b" = "or \"not\"""#));
    assert_eq!(Selector::one_of(Field::Region, ["westus", "a b"]).unwrap(), parse("region IN (westus, \"a b\")"));
    assert!(Selector::compare(Field::Size, Op::Lt, "5").is_err());
    assert!(Selector::one_of(Field::Region, []).is_err());
    assert_eq!(parse("idle AND public").and(parse("encrypted")).and(Selector::All), parse("idle AND public AND encrypted"));
    assert_eq!(parse("idle").or(Selector::All), Selector::All);
}

#[test]
fn what_has_no_words_prints_as_something_of_the_same_meaning() {
    let empties = [
        Selector::Not(Box::new(Selector::All)),
        Selector::Or(vec![]),
        Selector::In { field: Field::Name, values: vec![] },
        Selector::And(vec![Selector::All, Selector::Or(vec![Selector::Or(vec![])])]),
    ];
    for empty in empties {
        assert_eq!(empty.matches(&web(), now()), Some(false));
        assert_eq!(parse(&empty.to_string()).matches(&web(), now()), Some(false));
    }
}

#[test]
fn azure_subnets_and_gcp_networks_tell_the_network() {
    let ids = [
        (CloudId::Azure, "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/Main-Net/subnets/default"),
        (CloudId::Gcp, "//compute.googleapis.com/projects/p/global/networks/main-net"),
    ];
    for (cloud, id) in ids {
        let mut vm = Resource::new(cloud, "x", Kind::Vm, "t", "n");
        vm.links = vec![Link { rel: Rel::In, id: ResourceId::new(cloud, id) }];
        assert_eq!(parse("network = main-net").matches(&vm, now()), Some(true), "{id}");
        assert_eq!(parse("network = default").matches(&vm, now()), Some(false), "{id}");
        vm.links[0].rel = Rel::Uses;
        assert_eq!(parse("network = main-net").matches(&vm, now()), None, "{id}");
    }
}

/// Trees as programs may build them, with what the normal form does not have.
fn wild() -> impl Strategy<Value = Selector> {
    arbitrary::selector().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Selector::And),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Selector::Or),
            inner.prop_map(|part| Selector::Not(Box::new(part))),
        ]
    })
}

fn negated(selector: &Selector) -> Selector {
    Selector::Not(Box::new(selector.clone()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn printing_and_parsing_is_identity(selector in arbitrary::selector()) {
        let text = selector.to_string();
        prop_assert_eq!(&parse(&text), &selector, "{}", text);
        prop_assert_eq!(parse(&text).to_string(), text);
    }

    #[test]
    fn any_text_is_a_value_and_a_tag_key(text in ".*", key in ".+") {
        let selector = Selector::Compare { field: Field::Tag(key), op: Op::Eq, value: Value::Text(text) };
        prop_assert_eq!(parse(&selector.to_string()), selector);
    }

    #[test]
    fn any_number_reads_back(amount in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO) {
        let selector = Selector::Compare { field: Field::Cost, op: Op::Le, value: Quantity { amount, unit: Unit::Dollar }.into() };
        prop_assert_eq!(parse(&selector.to_string()), selector);
    }

    #[test]
    fn no_text_panics(text in "\\PC*") {
        if let Err(error) = text.parse::<Selector>() {
            prop_assert!(error.to_string().contains('^'));
        }
    }

    #[test]
    fn no_text_near_the_language_panics_and_what_it_reads_it_prints(
        text in "((AND|or|NOT|in|EXISTS|idle|kind|vm|age|90d|cost|\\$5|created|2026-01-01|tag\\.|attr\\.|rel\\.|linked|raw-state|x|\\(|\\)|,|=|!=|~|<|>=|\"|'|\\\\|é|\n)[ ]?){0,14}"
    ) {
        match text.parse::<Selector>() {
            Ok(selector) => prop_assert_eq!(parse(&selector.to_string()), selector),
            Err(error) => prop_assert!(error.column <= error.line.chars().count() + 1, "{}", error),
        }
    }

    #[test]
    fn normalizing_keeps_the_meaning(selector in wild(), resource in arbitrary::resource()) {
        let normal = selector.clone().normalized();
        prop_assert_eq!(normal.matches(&resource, now()), selector.matches(&resource, now()));
        prop_assert_eq!(parse(&selector.to_string()), normal);
    }

    #[test]
    fn logic_is_kleenes(a in arbitrary::selector(), b in arbitrary::selector(), resource in arbitrary::resource()) {
        let says = |selector: &Selector| selector.matches(&resource, now());
        prop_assert_eq!(says(&negated(&negated(&a))), says(&a));
        prop_assert_eq!(says(&negated(&a)), truth::not(says(&a)));
        let both = Selector::And(vec![a.clone(), b.clone()]);
        let either = Selector::Or(vec![a.clone(), b.clone()]);
        prop_assert_eq!(says(&both), truth::and(says(&a), says(&b)));
        prop_assert_eq!(says(&negated(&both)), says(&Selector::Or(vec![negated(&a), negated(&b)])));
        prop_assert_eq!(says(&negated(&either)), says(&Selector::And(vec![negated(&a), negated(&b)])));
    }

    #[test]
    fn what_is_not_told_is_unknown_and_only_exists_asks(selector in arbitrary::selector(), resource in arbitrary::resource()) {
        for leaf in selector.leaves() {
            let Selector::Compare { field, op, value } = leaf else { continue };
            let told = Selector::Exists(field.clone()).matches(&resource, now());
            let says = leaf.matches(&resource, now());
            if told != Some(true) {
                prop_assert_eq!(says, None, "{}", leaf);
            } else if !matches!(field, Field::Tag(_) | Field::Attr(_)) {
                prop_assert!(says.is_some(), "{}", leaf);
            }
            if *op == Op::Ne {
                let equal = Selector::Compare { field: field.clone(), op: Op::Eq, value: value.clone() };
                prop_assert_eq!(says, truth::not(equal.matches(&resource, now())));
            }
        }
    }

    #[test]
    fn ages_and_times_are_ordered_without_a_gap(hours in -1000_i64..10_000, resource in arbitrary::resource()) {
        let mut resource = resource;
        resource.created = now().checked_sub(SignedDuration::from_hours(hours)).ok();
        for right in ["age {} 90d", "created {} 2026-03-17", "created {} 2026-03-17T12:00:00Z"] {
            let says = |op: &str| parse(&right.replace("{}", op)).matches(&resource, now()).unwrap();
            prop_assert_eq!([says("<"), says("="), says(">")].iter().filter(|yes| **yes).count(), 1);
            prop_assert_eq!(says("<="), !says(">"));
            prop_assert_eq!(says(">="), !says("<"));
            prop_assert_eq!(says("!="), !says("="));
        }
    }
}

/// Were matches rare, the properties above would hold of nothing.
#[test]
fn the_pools_are_small_enough_that_all_three_truths_happen() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut counts = [0_usize; 3];
    for _ in 0..2000 {
        let (selector, resource) = (arbitrary::selector(), arbitrary::resource()).new_tree(&mut runner).unwrap().current();
        counts[selector.matches(&resource, now()).map_or(2, usize::from)] += 1;
    }
    assert!(counts.iter().all(|&count| count > 200), "false, true, unknown: {counts:?}");
}

#[test]
fn india_needs_no_quotes_where_a_part_of_the_world_is_due() {
    for (text, same) in [("geo = in", r#"geo = "in""#), ("geo IN (us, IN, uk) AND idle", r#"geo IN (us, "in", uk) AND idle"#)] {
        let selector = Selector::parse(text).unwrap();
        assert_eq!(selector, Selector::parse(same).unwrap());
        assert_eq!(Selector::parse(&selector.to_string()).unwrap(), selector);
    }
    assert!(Selector::parse("name = in").is_err());
}

#[test]
fn tags_that_the_cloud_sets_by_itself_are_no_users_tags() {
    let mut it = Resource::new(CloudId::Aws, "arn:aws:ec2:us-east-1:111122223333:instance/i-0a1", Kind::Vm, "ec2:instance", "web-1");
    let untagged = |it: &Resource| it.flag(Flag::Untagged, Timestamp::UNIX_EPOCH);
    assert_eq!(untagged(&it), None);
    for (key, expected) in [("aws:autoscaling:groupName", true), ("goog-gke-node", true), ("hidden-title", true), ("awsome", false)] {
        it.tags = Some([(key.to_owned(), "x".to_owned())].into());
        assert_eq!(untagged(&it), Some(expected), "{key}");
    }
}

#[test]
fn the_environment_is_told_by_whole_parts_of_a_name_numbers_aside() {
    for (name, env) in [
        ("returns-pg-dev01", Some("dev")),
        ("recommend-runner-prod02-disk", Some("prod")),
        ("checkout-stg-3", Some("staging")),
        ("devotion-1", None),
        ("web-2024", None),
    ] {
        let it = Resource::new(CloudId::Gcp, format!("//x/{name}"), Kind::Vm, "compute.googleapis.com/Instance", name);
        assert_eq!(it.env().map(|env| env.as_str()), env, "{name}");
    }
}
