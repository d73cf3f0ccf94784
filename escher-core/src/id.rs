//! Ids of resources, in the one spelling by which all parts of Escher know them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Arn, CloudId};

/// The canonical id of a resource: an ARN, an Azure resource id, a GCP full resource name.
///
/// Azure compares ids without regard to case, so they are kept in lower case. GCP spells one resource as a URL
/// (`https://www.googleapis.com/compute/v1/projects/…`), as a full resource name (`//compute.googleapis.com/projects/…`,
/// also without its slashes) and in part (`projects/…`); the full resource name is kept. ARNs are kept as they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ResourceId(String);

impl ResourceId {
    /// Takes an id as any source writes it and makes it canonical. An id that clearly is of another cloud than the one
    /// named, such as the target of a link across clouds, is read as what it is.
    ///
    /// ```
    /// use escher_core::{CloudId, ResourceId};
    /// let url = ResourceId::new(CloudId::Gcp, "https://www.googleapis.com/compute/v1/projects/p/zones/z/instances/web-1");
    /// assert_eq!(url.as_str(), "//compute.googleapis.com/projects/p/zones/z/instances/web-1");
    /// let azure = ResourceId::new(CloudId::Azure, "/subscriptions/S1/resourceGroups/RG");
    /// assert_eq!(azure.as_str(), "/subscriptions/s1/resourcegroups/rg");
    /// ```
    pub fn new(cloud: CloudId, id: impl Into<String>) -> Self {
        let id = id.into();
        let text = id.trim();
        if text.starts_with("arn:") {
            return Self(kept(id));
        }
        if let Some(azure) = azure_path(text) {
            return Self(azure.trim_end_matches(ends).to_ascii_lowercase());
        }
        if let Some(name) = full_resource_name(text) {
            return Self(name);
        }
        match cloud {
            // Some tools leave the first slash out.
            CloudId::Azure if text.to_ascii_lowercase().starts_with("subscriptions/") => {
                Self(format!("/{}", text.trim_end_matches(ends)).to_ascii_lowercase())
            }
            CloudId::Azure => Self(text.to_ascii_lowercase()),
            CloudId::Gcp => Self(partial_name(text).unwrap_or_else(|| text.to_owned())),
            CloudId::Aws => Self(kept(id)),
        }
    }

    /// Takes an id that is canonical already, as the store and plans hold it.
    pub fn verbatim(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment, the part a person types: `i-0a1` of an ARN, the name of an Azure id. What selects a version
    /// (`:$LATEST`, `:12`, `:*`) is not part of it.
    ///
    /// ```
    /// use escher_core::{CloudId, ResourceId};
    /// let id = ResourceId::new(CloudId::Aws, "arn:aws:ec2:us-east-1:111122223333:instance/i-0a1");
    /// assert_eq!(id.last_segment(), "i-0a1");
    /// ```
    pub fn last_segment(&self) -> &str {
        last_segment(&self.0)
    }

    /// Every form in which a person or a source may write this id: the whole, the ARN without its qualifier, the name
    /// with its path, the last segment. Each once, the whole first.
    ///
    /// ```
    /// use escher_core::{CloudId, ResourceId};
    /// let id = ResourceId::new(CloudId::Aws, "arn:aws:logs:eu-west-1:1:log-group:/aws/lambda/f:*");
    /// assert_eq!(id.forms(), [id.as_str(), "arn:aws:logs:eu-west-1:1:log-group:/aws/lambda/f", "/aws/lambda/f", "f"]);
    /// ```
    pub fn forms(&self) -> Vec<&str> {
        id_forms(&self.0)
    }
}

/// [`ResourceId::forms`] of a text that may be an id, such as the value of an attribute. All of them have the same last
/// segment, so that a store finds them by it.
pub(crate) fn id_forms(id: &str) -> Vec<&str> {
    let arn = Arn::parse(id);
    // `//…/projects/example.com:web`: to some, the whole is the name.
    let leaf = id.starts_with('/').then(|| id.rsplit('/').next()).flatten();
    let known = [arn.map(|arn| arn.unqualified()), arn.map(|arn| arn.name()), leaf, Some(last_segment(id))];
    let mut forms = vec![id];
    for form in known.into_iter().flatten() {
        if !form.is_empty() && !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms
}

fn last_segment(id: &str) -> &str {
    let name = Arn::parse(id).map_or(id, |arn| arn.name());
    name.rsplit(['/', ':']).next().unwrap_or(name)
}

/// What may stand after an id without being part of it.
fn ends(c: char) -> bool {
    c == '/' || c.is_whitespace()
}

/// Without blanks around it, and otherwise as it is.
fn kept(id: String) -> String {
    if id.trim().len() == id.len() { id } else { id.trim().to_owned() }
}

/// The path of an Azure id, also out of a URL of its API.
fn azure_path(text: &str) -> Option<&str> {
    let front = |text: &str, front: &str| text.get(..front.len()).is_some_and(|start| start.eq_ignore_ascii_case(front));
    let path = if front(text, "https://management.") {
        let path = &text[text[8..].find('/')? + 8..];
        path.split(['?', '#']).next().unwrap_or(path)
    } else {
        text
    };
    ["/subscriptions/", "/providers/microsoft."].iter().any(|start| front(path, start)).then_some(path)
}

/// What GCP calls a resource in full, for each of the ways it writes it; `None` for what is not GCP's.
fn full_resource_name(text: &str) -> Option<String> {
    let (url, rest) = match text.strip_prefix("//") {
        Some(rest) => (false, rest),
        // Some tools leave the front out: `compute.googleapis.com/projects/…`, and URLs without a scheme.
        None => (true, ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme)).unwrap_or(text)),
    };
    let (host, path) = rest.split_once('/')?;
    let host = host.to_ascii_lowercase();
    // `compute.mtls`: the first word is the service.
    let mut service = host.strip_suffix(".googleapis.com")?.split('.').next().unwrap_or_default();
    let path = if url { path.split(['?', '#']).next().unwrap_or(path) } else { path };
    let mut segments: Vec<&str> = path.trim_end_matches(ends).split('/').collect();
    if url {
        // `www.googleapis.com/compute/v1/…`, `compute.googleapis.com/compute/v1/…`, `run.googleapis.com/v2/…`.
        let named = segments.len() > 1 && is_version(segments[1], true);
        if service == "www" && segments.len() > 1 {
            service = segments.remove(0);
        } else if named && (segments[0] == service || segments[0] == "sql") {
            segments.remove(0);
        }
        if segments.len() > 1 && is_version(segments[0], service == "compute") {
            segments.remove(0);
        }
        if let ("storage", ["b", bucket]) = (service, segments.as_slice()) {
            segments = vec![bucket];
        }
    }
    let service = match service {
        "sql" | "sqladmin" => "cloudsql",
        "bigtableadmin" => "bigtable",
        other => other,
    };
    match (service, segments.as_slice()) {
        ("storage", ["projects", "_", "buckets", bucket]) => segments = vec![bucket],
        // A cluster in a zone is spelled both ways.
        ("container", ["projects", _, "zones", ..]) => segments[2] = "locations",
        _ => {}
    }
    let path = segments.join("/");
    let named = !service.is_empty() && service.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (named && !path.is_empty()).then(|| format!("//{}.googleapis.com/{path}", service.to_ascii_lowercase()))
}

/// `projects/p/zones/z/instances/i`: of all services, Compute Engine alone has zones, regions and `global` in its names,
/// clusters aside.
fn partial_name(text: &str) -> Option<String> {
    let text = text.trim_end_matches(ends);
    let segments: Vec<&str> = text.split('/').collect();
    match segments.as_slice() {
        ["projects", _, "zones" | "regions", _, kind, ..] if *kind != "clusters" => Some(format!("//compute.googleapis.com/{text}")),
        ["projects", _, "global", _, ..] => Some(format!("//compute.googleapis.com/{text}")),
        _ => None,
    }
}

/// `v1`, `v1beta4`, `v2alpha`; `beta` and `alpha` alone only where a service has them.
fn is_version(segment: &str, bare: bool) -> bool {
    let stage = |text: &str| {
        ["", "p", "alpha", "beta"].iter().any(|stage| text.strip_prefix(stage).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit())))
    };
    match segment.strip_prefix('v') {
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            // `v1p1beta1` has two stages.
            digits > 0 && (stage(&rest[digits..]) || rest[digits..].strip_prefix("p1").is_some_and(stage))
        }
        None => bare && matches!(segment, "alpha" | "beta"),
    }
}

impl std::fmt::Display for ResourceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(cloud: CloudId, id: &str) -> String {
        let once = ResourceId::new(cloud, id);
        assert_eq!(ResourceId::new(cloud, once.as_str()), once, "a canonical id stays as it is");
        once.as_str().to_owned()
    }

    #[test]
    fn one_resource_of_gcp_has_one_id() {
        let vm = "//compute.googleapis.com/projects/p/zones/z/instances/web-1";
        for spelling in [
            vm,
            "https://www.googleapis.com/compute/v1/projects/p/zones/z/instances/web-1",
            "https://www.googleapis.com/compute/beta/projects/p/zones/z/instances/web-1/",
            "https://compute.googleapis.com/compute/v1/projects/p/zones/z/instances/web-1",
            "http://compute.googleapis.com/compute/v1/projects/p/zones/z/instances/web-1?alt=json",
            "https://compute.mtls.googleapis.com/compute/v1/projects/p/zones/z/instances/web-1",
            "projects/p/zones/z/instances/web-1",
            "compute.googleapis.com/projects/p/zones/z/instances/web-1",
            "Compute.googleapis.com/projects/p/zones/z/instances/web-1/",
            "compute.googleapis.com/compute/v1/projects/p/zones/z/instances/web-1",
            "www.googleapis.com/compute/v1/projects/p/zones/z/instances/web-1",
            " //compute.googleapis.com/projects/p/zones/z/instances/web-1 ",
        ] {
            assert_eq!(canonical(CloudId::Gcp, spelling), vm, "{spelling}");
        }
        for (spelling, name) in [
            ("https://www.googleapis.com/storage/v1/b/acme-logs", "//storage.googleapis.com/acme-logs"),
            ("https://storage.googleapis.com/storage/v1/b/acme-logs", "//storage.googleapis.com/acme-logs"),
            ("//storage.googleapis.com/projects/_/buckets/acme-logs", "//storage.googleapis.com/acme-logs"),
            ("https://sqladmin.googleapis.com/sql/v1beta4/projects/p/instances/db", "//cloudsql.googleapis.com/projects/p/instances/db"),
            ("https://www.googleapis.com/sql/v1beta4/projects/p/instances/db", "//cloudsql.googleapis.com/projects/p/instances/db"),
            (
                "https://container.googleapis.com/v1/projects/p/zones/z/clusters/c",
                "//container.googleapis.com/projects/p/locations/z/clusters/c",
            ),
            ("https://bigquery.googleapis.com/bigquery/v2/projects/p/datasets/d", "//bigquery.googleapis.com/projects/p/datasets/d"),
            ("https://run.googleapis.com/v2/projects/p/locations/l/services/s", "//run.googleapis.com/projects/p/locations/l/services/s"),
            (
                "https://redis.googleapis.com/v1beta1/projects/p/locations/l/instances/r",
                "//redis.googleapis.com/projects/p/locations/l/instances/r",
            ),
            ("storage.googleapis.com/acme-logs", "//storage.googleapis.com/acme-logs"),
            ("storage.googleapis.com/projects/_/buckets/acme-logs", "//storage.googleapis.com/acme-logs"),
            ("sqladmin.googleapis.com/projects/p/instances/db", "//cloudsql.googleapis.com/projects/p/instances/db"),
            ("container.googleapis.com/projects/p/zones/z/clusters/c", "//container.googleapis.com/projects/p/locations/z/clusters/c"),
            ("run.googleapis.com/projects/p/locations/l/services/s", "//run.googleapis.com/projects/p/locations/l/services/s"),
            ("pubsub.googleapis.com/projects/p/topics/t", "//pubsub.googleapis.com/projects/p/topics/t"),
            (
                "//cloudresourcemanager.googleapis.com/projects/example.com:web",
                "//cloudresourcemanager.googleapis.com/projects/example.com:web",
            ),
            ("6898528043909006062", "6898528043909006062"),
            ("https://example.com/projects/p", "https://example.com/projects/p"),
        ] {
            assert_eq!(canonical(CloudId::Gcp, spelling), name, "{spelling}");
        }
    }

    #[test]
    fn one_resource_of_azure_has_one_id() {
        let vm = "/subscriptions/s1/resourcegroups/rg/providers/microsoft.compute/virtualmachines/web-1";
        for spelling in [
            "/subscriptions/S1/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/Web-1",
            "/SUBSCRIPTIONS/S1/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.COMPUTE/VIRTUALMACHINES/WEB-1/",
            "https://management.azure.com/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web-1?api-version=2024-07-01",
            "subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web-1",
            "\t/subscriptions/s1/resourcegroups/RG/providers/microsoft.compute/virtualmachines/web-1\n",
        ] {
            assert_eq!(canonical(CloudId::Azure, spelling), vm, "{spelling}");
        }
        // A link says by itself what it is.
        assert_eq!(canonical(CloudId::Gcp, &vm.to_uppercase()), vm);
        assert_eq!(canonical(CloudId::Azure, "arn:aws:iam::1:role/Web"), "arn:aws:iam::1:role/Web");
        assert_eq!(canonical(CloudId::Aws, "arn:aws:lambda:r:1:function:F:$LATEST"), "arn:aws:lambda:r:1:function:F:$LATEST");
        assert_eq!(canonical(CloudId::Azure, "Web-1"), "web-1");
    }

    #[test]
    fn versions_are_told_from_names() {
        for version in ["v1", "v2", "v1beta4", "v1alpha", "v1p1beta1"] {
            assert!(is_version(version, false), "{version}");
        }
        for name in ["beta", "vm", "v", "v1x", "version1", "projects"] {
            assert!(!is_version(name, false), "{name}");
        }
    }

    #[test]
    fn the_last_segment_is_what_a_person_types() {
        for (id, last) in [
            ("arn:aws:logs:eu-west-1:1:log-group:/aws/lambda/f:*", "f"),
            ("arn:aws:lambda:eu-west-1:1:function:resize:$LATEST", "resize"),
            ("arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/web/73e2d6bc24d8a067", "web"),
            ("arn:aws:secretsmanager:eu-west-1:1:secret:prod/db-a1B2c3", "db"),
            ("/subscriptions/s1/resourcegroups/rg", "rg"),
            ("//cloudresourcemanager.googleapis.com/projects/example.com:web", "web"),
            ("i-0a1", "i-0a1"),
        ] {
            assert_eq!(ResourceId::verbatim(id).last_segment(), last, "{id}");
        }
    }
}
