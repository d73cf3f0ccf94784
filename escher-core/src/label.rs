//! What kinds are called in sentences.

use crate::Kind;

impl Kind {
    /// What one is called in a sentence.
    ///
    /// ```
    /// use escher_core::Kind;
    /// assert_eq!((Kind::Vm.label(), Kind::Vm.labels().as_str()), ("VM", "VMs"));
    /// assert_eq!((Kind::Ip.one().as_str(), Kind::Disk.one().as_str()), ("an IP address", "a disk"));
    /// ```
    pub const fn label(self) -> &'static str {
        match self {
            Self::Vm => "VM",
            Self::ScaleGroup => "scale group",
            Self::Nosql => "NoSQL database",
            Self::ContainerService => "container service",
            Self::K8sCluster => "Kubernetes cluster",
            Self::Nat => "NAT gateway",
            Self::Ip => "IP address",
            Self::LoadBalancer => "load balancer",
            Self::DnsZone => "DNS zone",
            Self::LogGroup => "log group",
            Self::ResourceGroup => "resource group",
            Self::Other => "resource of another kind",
            plain => plain.as_str(),
        }
    }

    /// What several are called.
    pub fn labels(self) -> String {
        if self == Self::Other {
            return "resources of other kinds".to_owned();
        }
        let one = self.label();
        match one.strip_suffix('y') {
            Some(stem) if !one.ends_with("ey") => format!("{stem}ies"),
            _ if one.ends_with("ss") => format!("{one}es"),
            _ => format!("{one}s"),
        }
    }

    /// One of them, with its article.
    pub fn one(self) -> String {
        format!("{} {}", article(self.label()), self.label())
    }
}

/// `a` or `an`.
pub(crate) fn article(word: &str) -> &'static str {
    // “A user”, “a VM”.
    let vowel = word.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']);
    if vowel { "an" } else { "a" }
}
