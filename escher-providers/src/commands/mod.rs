//! What each action is on the clouds' own command lines and what it needs there: one row per native type and verb,
//! whether the cloud is real, simulated, or only explained. A real cloud says more where its act does more.

mod aws;
mod azure;
mod gcp;
mod row;

#[cfg(feature = "aws")]
use escher_core::Target;
use escher_core::{CloudId, Verb};
#[cfg(feature = "aws")]
use serde_json::{Map, Value};

pub(crate) use row::Row;

/// The row of an action on a native type, if there is a command for it.
pub(crate) fn find(cloud: CloudId, native: &str, verb: Verb) -> Option<&'static Row> {
    let table = match cloud {
        CloudId::Aws => aws::ROWS,
        CloudId::Azure => azure::ROWS,
        CloudId::Gcp => gcp::ROWS,
    };
    table.iter().find(|row| row.is_for(native, verb))
}

/// The command lines that do this to a target, as its row has them; none where there is no row.
#[cfg(feature = "aws")]
pub(crate) fn usual(verb: Verb, target: &Target, params: &Map<String, Value>) -> Vec<Vec<String>> {
    find(target.cloud, &target.native, verb).map(|row| row.lines(target, params)).unwrap_or_default()
}

/// The command lines that set a setting of a target, or put back what was.
#[cfg(feature = "aws")]
pub(crate) fn setting(verb: Verb, target: &Target, on: bool) -> Vec<Vec<String>> {
    find(target.cloud, &target.native, verb).map(|row| row.setting(target, &Map::new(), on)).unwrap_or_default()
}

#[cfg(all(test, feature = "aws"))]
mod tests {
    use super::{setting, usual};
    use escher_core::{CloudId, ResourceId, Target, Verb};
    use serde_json::json;

    #[test]
    fn a_line_says_what_is_done_and_no_value_is_split() {
        let target = |native: &str, id: &str| Target {
            id: ResourceId::new(CloudId::Aws, id),
            name: "a name".into(),
            cloud: CloudId::Aws,
            account: "1".into(),
            region: "eu-west-1".into(),
            native: native.into(),
            observed: String::new(),
            facts: None,
        };
        let vm = target("ec2:instance", "arn:aws:ec2:eu-west-1:1:instance/i-1");
        let bucket = target("s3:bucket", "arn:aws:s3:::logs");
        let none = serde_json::Map::new();
        let keys = json!({"keys": ["a b", "c|d"]});
        for (lines, expected) in [
            (usual(Verb::Start, &vm, &none), &["aws", "ec2", "start-instances", "--instance-ids", "i-1", "--region", "eu-west-1"][..]),
            (
                usual(Verb::Untag, &bucket, keys.as_object().unwrap()),
                &[
                    "aws",
                    "resourcegroupstaggingapi",
                    "untag-resources",
                    "--resource-arn-list",
                    "arn:aws:s3:::logs",
                    "--tag-keys",
                    "a b",
                    "c|d",
                    "--region",
                    "eu-west-1",
                ],
            ),
            (
                setting(Verb::EnableVersioning, &bucket, false),
                &[
                    "aws",
                    "s3api",
                    "put-bucket-versioning",
                    "--bucket",
                    "logs",
                    "--versioning-configuration",
                    "Status=Suspended",
                    "--region",
                    "eu-west-1",
                ],
            ),
            (
                setting(Verb::Encrypt, &bucket, false),
                &["aws", "s3api", "delete-bucket-encryption", "--bucket", "logs", "--region", "eu-west-1"],
            ),
        ] {
            assert_eq!(lines, [expected]);
        }
    }
}
