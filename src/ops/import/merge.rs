//! A listing that tells little takes nothing away: what it does not report stays as it is known.

use escher_core::{Kind, Resource};

use super::row;

/// Something read, and whether it is all that there is to know.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) resource: Resource,
    /// In the exchange form, which leaves out nothing that it knows.
    pub(super) whole: bool,
}

/// What a listing reports, over what is known of the same resource. Tags replace one another as a whole; attributes,
/// metrics, links and aliases that only one of both has are kept.
pub(super) fn merged_over(listed: Resource, known: &Resource) -> Resource {
    let mut it = listed;
    let words = |kind: Kind, native: &str| kind.as_str() == native;
    if it.kind == Kind::Other {
        it.kind = known.kind;
    }
    if words(it.kind, &it.native) || words(Kind::Other, &it.native) {
        it.native.clone_from(&known.native);
    }
    // A name that only repeats the id is none that was reported, unless a tag gave the other and is gone.
    let tag = |of: &Resource| of.tags.as_ref().and_then(|tags| tags.get("Name")).cloned();
    let untagged = it.tags.is_some() && tag(&it).is_none() && tag(known).as_ref() == Some(&known.name);
    if !untagged && row::is_named_by_id(&it) {
        it.name.clone_from(&known.name);
    }
    it.account = it.account.or_else(|| known.account.clone());
    it.account_name = it.account_name.or_else(|| known.account_name.clone());
    it.region = it.region.or_else(|| known.region.clone());
    it.zone = it.zone.or_else(|| known.zone.clone());
    if it.state.is_none() {
        (it.state, it.state_raw) = (known.state, known.state_raw.clone());
    }
    it.tags = it.tags.or_else(|| known.tags.clone());
    it.created = it.created.or(known.created);
    it.cost_month = it.cost_month.or(known.cost_month);
    for (name, value) in &known.attributes {
        it.attributes.entry(name.clone()).or_insert_with(|| value.clone());
    }
    for (name, value) in &known.metrics {
        it.metrics.entry(name.clone()).or_insert(*value);
    }
    // In the order in which they are known: the same links in another order would count as a change.
    let new: Vec<_> = it.links.into_iter().filter(|link| !known.links.contains(link)).collect();
    it.links = known.links.iter().cloned().chain(new).collect();
    let new: Vec<_> = it.aliases.into_iter().filter(|alias| !known.aliases.contains(alias)).collect();
    it.aliases = known.aliases.iter().cloned().chain(new).collect();
    it
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn resource(more: Value) -> Resource {
        let mut line =
            json!({"id": "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1", "cloud": "aws", "type": "ec2:instance", "name": "i-0a1"});
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Resource::read_value(line).unwrap().0
    }

    #[test]
    fn what_is_not_reported_is_kept_and_what_is_reported_counts() {
        let known =
            resource(json!({"name": "web-1", "account_name": "Acme", "region": "eu-west-1", "zone": "eu-west-1a", "state": "running",
            "created": "2026-01-31", "tags": {"env": "dev"}, "attributes": {"size": "m5.large", "encrypted": true},
            "links": [{"rel": "in", "id": "vpc-1"}], "aliases": ["web.acme"], "metrics": {"cpu_avg": 2.0}, "cost_month": 70.0}));
        assert_eq!(merged_over(resource(json!({})), &known), known);
        let listed = json!({"name": "web-2", "state": "VM stopped", "tags": {"team": "a"}, "attributes": {"size": "m5.xlarge", "engine": "x"},
            "links": [{"rel": "uses", "id": "sg-1"}, {"rel": "in", "id": "vpc-1"}], "metrics": {"cpu_max": 9.0}});
        let merged = merged_over(resource(listed), &known);
        let expected =
            resource(json!({"name": "web-2", "account_name": "Acme", "region": "eu-west-1", "zone": "eu-west-1a", "state": "VM stopped",
            "created": "2026-01-31", "tags": {"team": "a"}, "attributes": {"size": "m5.xlarge", "encrypted": true, "engine": "x"},
            "links": [{"rel": "in", "id": "vpc-1"}, {"rel": "uses", "id": "sg-1"}], "aliases": ["web.acme"],
            "metrics": {"cpu_avg": 2.0, "cpu_max": 9.0}, "cost_month": 70.0}));
        assert_eq!(merged, expected);
        assert_eq!(merged_over(resource(json!({"tags": {}})), &known).tags, Some(Default::default()), "it says that there are none");
    }

    #[test]
    fn a_name_or_kind_that_nobody_reported_does_not_count() {
        let tagged = resource(json!({"name": "web-1", "tags": {"Name": "web-1"}}));
        assert_eq!(merged_over(resource(json!({})), &tagged).name, "web-1");
        assert_eq!(merged_over(resource(json!({"tags": {"env": "x"}})), &tagged).name, "i-0a1", "the tag is gone");
        let odd = merged_over(resource(json!({"type": "other", "kind": "other"})), &tagged);
        assert_eq!((odd.kind, odd.native.as_str()), (Kind::Vm, "ec2:instance"));
        assert_eq!(merged_over(resource(json!({"type": "vm", "kind": "vm"})), &tagged).native, "ec2:instance");
    }
}
