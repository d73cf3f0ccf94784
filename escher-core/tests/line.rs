//! The exchange form and ids: whatever a resource says comes back as it went out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;

use escher_core::{CloudId, Link, Rel, Resource, ResourceId, arbitrary};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// Text that nobody should write, and somebody does.
fn strange() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{1,12}",
        "\\PC{1,12}",
        select(
            &["a\nb", "\r", "\u{feff}x", "\u{202e}evil", "say \"hi\" \\", "ünï", "🚀", "null", "{}", " padded ", "\u{0}", "a,b;c\td"][..]
        )
        .prop_map(str::to_owned),
    ]
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no such number", |number| number.is_finite()).prop_map(Value::from),
        strange().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![vec(inner.clone(), 0..3).prop_map(Value::from), btree_map(strange(), inner, 0..3).prop_map(|map| json!(map))]
    })
}

/// A resource of which every text may be strange.
fn resource() -> impl Strategy<Value = Resource> {
    let words = (strange(), option::of(btree_map(strange(), strange(), 0..4)), option::of(strange()), vec(strange(), 0..3));
    let links =
        vec((prop_oneof![select(Rel::ALL), strange().prop_filter_map("no word", |word| word.parse::<Rel>().ok())], strange()), 0..3);
    let values =
        (btree_map(strange(), json_value(), 0..4), btree_map(strange(), any::<f64>().prop_filter("finite", |n| n.is_finite()), 0..3));
    (arbitrary::resource(), words, links, values).prop_map(|(mut it, (name, tags, state_raw, aliases), links, (attributes, metrics))| {
        if !name.trim().is_empty() {
            it.name = name;
        }
        it.tags = tags;
        it.state_raw = state_raw;
        it.aliases = aliases;
        it.links.extend(links.into_iter().map(|(rel, id)| Link { rel, id: ResourceId::new(it.cloud, id) }));
        it.attributes.extend(attributes);
        it.metrics.extend(metrics);
        it
    })
}

/// Ids as they are written here and there, with whatever around them.
fn id() -> impl Strategy<Value = String> {
    let fronts = select(
        &[
            "",
            "/subscriptions/",
            "subscriptions/S/",
            "/SUBSCRIPTIONS/s/resourceGroups/",
            "https://management.azure.com/subscriptions/",
            "//compute.googleapis.com/",
            "//www.googleapis.com/compute/v1/",
            "https://www.googleapis.com/",
            "https://www.googleapis.com/compute/v1/projects/p/",
            "https://compute.googleapis.com/compute/beta/v1/",
            "https://storage.googleapis.com/storage/v1/b/",
            "https://sqladmin.googleapis.com/sql/v1beta4/",
            "//container.googleapis.com/projects/p/zones/",
            "projects/p/zones/z/",
            "projects/p/global/",
            "arn:aws:lambda:r:1:function:",
        ][..],
    );
    (fronts, prop_oneof![strange(), "[a-zA-Z0-9/:._-]{0,24}", "(v1|b|projects/_/buckets)/[a-z/]{0,9}"])
        .prop_map(|(front, rest)| format!("{front}{rest}"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_goes_out_comes_back(mut resource in resource()) {
        // A link to nothing is none.
        resource.links.retain(|link| !link.id.as_str().trim().is_empty());
        let line = resource.to_line(arbitrary::now()).to_string();
        prop_assert!(!line.contains('\n'), "one line");
        let read = Resource::from_line(&line).unwrap();
        prop_assert_eq!(&read, &resource);
        prop_assert_eq!(read.to_line(arbitrary::now()).to_string(), line);
        prop_assert_eq!(read.observed_hash(), resource.observed_hash());
    }

    #[test]
    fn a_canonical_id_stays_as_it_is(cloud in select(CloudId::ALL), id in id()) {
        let once = ResourceId::new(cloud, id);
        prop_assert_eq!(ResourceId::new(cloud, once.as_str()), once);
    }

    #[test]
    fn any_id_has_forms_and_the_whole_comes_first(cloud in select(CloudId::ALL), id in id()) {
        let id = ResourceId::new(cloud, id);
        let forms = id.forms();
        prop_assert_eq!(forms[0], id.as_str());
        for form in &forms {
            let form = ResourceId::verbatim(*form);
            prop_assert_eq!(form.last_segment(), id.last_segment());
        }
        prop_assert_eq!(forms.iter().collect::<std::collections::BTreeSet<_>>().len(), forms.len());
    }

    #[test]
    fn no_line_panics(line in ".*", keys in btree_map(select(&["id", "cloud", "type", "kind", "name", "tags", "links", "created", "metrics"][..]), json_value(), 0..6)) {
        let _ = Resource::read_line(&line);
        let keys: BTreeMap<&str, Value> = keys;
        let _ = Resource::read_value(json!(keys));
    }
}
