//! The least that an identity must be allowed, worked out from what the service files declare.

use std::collections::BTreeSet;

use serde::Serialize;

use super::CATALOG;

/// How much is to be granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grants {
    /// Looking only.
    Read,
    /// Looking and every action.
    Act,
}

/// An IAM policy document, in the order in which AWS writes its fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyDocument {
    /// The version of IAM's policy language.
    pub version: &'static str,
    /// One statement for looking; a second one for acting, where that is granted.
    pub statement: Vec<Statement>,
}

/// One statement of a [`PolicyDocument`]: these actions are allowed on every resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    /// `EscherLooks` or `EscherActs`.
    pub sid: &'static str,
    /// Always `Allow`.
    pub effect: &'static str,
    /// IAM actions such as `ec2:DescribeInstances`, sorted.
    pub action: BTreeSet<&'static str>,
    /// Always `*`: what is there is known only after looking.
    pub resource: &'static str,
}

impl Statement {
    const fn allow(sid: &'static str, action: BTreeSet<&'static str>) -> Self {
        Self { sid, effect: "Allow", action, resource: "*" }
    }
}

/// The policy that grants what Escher needs and nothing else.
///
/// ```
/// use escher_providers::aws::{Grants, policy};
/// let document = policy(Grants::Read);
/// assert_eq!(document.statement.len(), 1);
/// assert!(document.statement[0].action.contains("ec2:DescribeInstances"));
/// ```
pub fn policy(grants: Grants) -> PolicyDocument {
    let looks: BTreeSet<&str> =
        CATALOG.kinds().flat_map(|spec| spec.permissions).copied().chain(["ec2:DescribeRegions", "sts:GetCallerIdentity"]).collect();
    let acts: BTreeSet<&str> =
        CATALOG.actions().flat_map(|spec| spec.permissions).copied().filter(|permission| !looks.contains(permission)).collect();
    let mut statement = vec![Statement::allow("EscherLooks", looks)];
    if grants == Grants::Act {
        statement.push(Statement::allow("EscherActs", acts));
    }
    PolicyDocument { version: "2012-10-17", statement }
}

#[cfg(test)]
mod tests {
    use super::CATALOG;
    use escher_core::{ActionDef, CloudId, Kind, Resource, ResourceId, Target, Verb};
    use serde_json::{Map, Value, json};
    use std::collections::HashSet;

    /// Every declaration of every service: what a reader of the catalog may rely on.
    #[test]
    fn the_catalog_is_whole() {
        let (mut natives, mut actions) = (HashSet::new(), HashSet::new());
        for service in CATALOG.0 {
            for kind in service.kinds {
                assert!(natives.insert(kind.native), "{} twice", kind.native);
                assert!(kind.native.starts_with(&format!("{}:", service.id)), "{}", kind.native);
                assert_eq!(Kind::of_native(CloudId::Aws, kind.native), kind.kind, "{}", kind.native);
                assert!(!kind.permissions.is_empty(), "{}", kind.native);
            }
            for spec in service.actions.iter().copied().flatten() {
                let what = format!("{} on {}", spec.action, spec.native);
                assert!(actions.insert((spec.action, spec.native)), "{what} twice");
                assert!(service.kinds.iter().any(|kind| kind.native == spec.native && kind.kind == spec.action.kind), "{what}: no kind");
                let def = ActionDef::find(spec.action).unwrap_or_else(|| panic!("{what} is not in the catalog"));
                assert_eq!(def.inverse.is_some(), spec.undo.is_some(), "{what}: the way back");
                if let Some(inverse) = def.inverse {
                    let back = escher_core::Action { verb: inverse, ..spec.action };
                    assert!(CATALOG.action(back, spec.native).is_some(), "{what}: {back} is missing");
                }
                assert!(!spec.permissions.is_empty() && spec.permissions.iter().all(|p| p.contains(':')), "{what}: permissions");
                assert!(!spec.timeout.is_zero(), "{what}: timeout");
                let target = Target {
                    id: ResourceId::new(CloudId::Aws, "arn:aws:ec2:eu-west-1:1:thing/id-1"),
                    name: "n".into(),
                    cloud: CloudId::Aws,
                    account: "1".into(),
                    region: "eu-west-1".into(),
                    native: spec.native.into(),
                    observed: String::new(),
                    facts: None,
                };
                let mut observed = Resource::new(CloudId::Aws, target.id.as_str(), spec.action.kind, spec.native, "n");
                observed
                    .attributes
                    .insert("rules".into(), json!([{"direction": "in", "protocol": "tcp", "from": 22, "to": 22, "cidr": "::/0"}]));
                let params = match spec.action.verb {
                    Verb::ClosePort => json!({"port": 22}),
                    Verb::OpenPort => json!({"port": 23, "cidr": "10.0.0.0/8"}),
                    _ => Value::Object(Map::new()),
                };
                let lines = spec.lines(&target, params.as_object().unwrap(), &observed);
                assert!(!lines.is_empty(), "{what}: no command line");
                for line in lines {
                    assert!(line.len() > 4 && line[0] == "aws" && line.iter().all(|word| !word.contains('\n')), "{what}: {line:?}");
                    assert!(
                        line.iter().any(|word| word.ends_with("id-1")) && line.ends_with(&["--region".into(), "eu-west-1".into()]),
                        "{line:?}"
                    );
                }
            }
        }
    }
}
