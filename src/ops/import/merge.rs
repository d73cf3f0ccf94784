//! A listing that tells little takes nothing away: what it does not report stays as it is known.

use escher_core::Resource;

use super::row;

/// Something read, and whether it is all that there is to know.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) resource: Resource,
    /// In the exchange form, which leaves out nothing that it knows.
    pub(super) whole: bool,
}

/// What a listing reports, over what is known of the same resource.
pub(super) fn merged_over(mut listed: Resource, known: &Resource) -> Resource {
    // A name that follows from the id is none that was reported.
    if !listed.lost_its_name_tag(known) && row::is_named_by_id(&listed) {
        listed.name.clone_from(&known.name);
    }
    listed.over(known)
}

#[cfg(test)]
mod tests {
    use escher_core::Kind;
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
