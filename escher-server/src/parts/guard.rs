//! The router's first look: what is refused whatever else is said.

use escher_core::Intent;

use super::Part;
use crate::scene::Scene;

/// Refuses attempts to steer, requests for credentials, command lines, and other providers' resources.
pub(crate) struct Guard;

impl Part for Guard {
    fn read(&self, scene: &mut Scene<'_>) {
        let refusal = steering(scene).or_else(|| credentials(scene)).or_else(|| command(scene)).or_else(|| elsewhere(scene));
        if let Some(note) = refusal {
            scene.intent = Some(Intent::Unknown);
            scene.note = Some(note);
        }
    }
}

/// Words that try to talk the reader out of its rules.
fn steering(scene: &Scene<'_>) -> Option<String> {
    const DROP: &[&str] = &["ignore", "disregard", "forget", "override", "bypass", "circumvent", "skip", "disable"];
    const RULES: &[&str] = &[
        "instructions",
        "instruction",
        "rules",
        "prompt",
        "prompts",
        "guidelines",
        "guardrails",
        "directives",
        "safety",
        "safeguards",
        "policy",
        "policies",
        "approval",
        "approvals",
        "confirmation",
        "restrictions",
        "constraints",
        "checks",
    ];
    const OF: &[&str] = &[
        "all",
        "any",
        "every",
        "the",
        "your",
        "my",
        "our",
        "previous",
        "prior",
        "above",
        "earlier",
        "preceding",
        "these",
        "those",
        "system",
        "safety",
        "and",
        "of",
        "existing",
        "security",
        "approval",
    ];
    let dropped = (0..scene.len()).any(|i| {
        let word = scene.low(i);
        let mut j = i + 1;
        while OF.contains(&scene.low(j)) && !RULES.contains(&scene.low(j)) {
            j += 1;
        }
        DROP.contains(&word) && RULES.contains(&scene.low(j)) && (word != "disable" || scene.low(j) != "policy")
    });
    let posed = scene.says(&[
        "you are now",
        "pretend to be",
        "pretend you are",
        "act as root",
        "act as an admin",
        "developer mode",
        "jailbreak",
        "system prompt",
        "without approval",
        "without asking",
        "without confirmation",
        "without my approval",
        "without any approval",
        "do anything now",
        "new instructions",
    ]);
    (dropped || posed).then(|| "I keep my rules: every change is planned, shown and approved before anything runs".to_owned())
}

const NO_CREDENTIALS: &str = "I never show, fetch or make credentials; use your cloud's own secret store for that";

/// Secrets are neither shown nor fetched.
fn credentials(scene: &Scene<'_>) -> Option<String> {
    const ALWAYS: &[&str] = &[
        "password",
        "passwords",
        "passwd",
        "passphrase",
        "credential",
        "credentials",
        "access key",
        "access keys",
        "secret access key",
        "api key",
        "api keys",
        "private key",
        "private keys",
        "connection string",
        "connection strings",
        "ssh key",
        "ssh keys",
        "kubeconfig",
        "access token",
        "access tokens",
        "auth token",
        "session token",
        "bearer token",
        "api token",
        "api tokens",
        "secret value",
        "secret values",
        "value of the secret",
        "value of secret",
        "contents of the secret",
        "content of the secret",
        "plaintext secret",
        "service account key",
        "sas token",
        "presigned url",
        "pre-signed url",
        "login token",
        "sts token",
        "mfa code",
    ];
    const GETTING: &[&str] = &[
        "show", "give", "get", "print", "reveal", "display", "read", "tell", "dump", "send", "fetch", "decrypt", "export", "retrieve",
        "share", "create", "generate", "what", "what's", "whats", "list", "need", "want", "expose", "leak", "email", "copy", "output",
        "see", "find", "extract", "view", "download", "make", "mint", "issue", "reset", "change", "steal", "crack", "provide", "return",
        "where", "where's",
    ];
    let opened = scene.says(&["read", "reveal", "decrypt", "dump", "print", "leak", "crack", "steal"])
        && scene.says(&["secret", "secrets", "token", "tokens"]);
    let how = scene.says(&["how do", "how to", "how can"]);
    let variable = scene
        .says(&["print", "show", "echo", "reveal", "dump", "give", "get", "tell", "what", "what's", "read", "cat", "display"])
        && (0..scene.len()).any(|i| {
            let word = scene.low(i);
            word.contains('_')
                && ["secret_access_key", "access_key_id", "client_secret", "private_key", "api_key", "session_token", "_password"]
                    .iter()
                    .any(|key| word.contains(key))
        });
    if (opened || variable) && !how {
        return Some(NO_CREDENTIALS.to_owned());
    }
    let (at, _) = scene.find(ALWAYS)?;
    let how_to =
        scene.says(&["how do", "how can", "how to", "how should", "rotate", "older than", "best practice", "best practices", "policy"]);
    let wanted = (0..scene.len()).any(|i| i != at && GETTING.contains(&scene.low(i))) || scene.len() <= 4;
    (wanted && !how_to).then(|| NO_CREDENTIALS.to_owned())
}

/// “rm -rf /”, “az vm delete --name web-1”, “approve plan pl_1”: commands, which are typed elsewhere.
fn command(scene: &Scene<'_>) -> Option<String> {
    let options = (0..scene.len()).any(|i| {
        let option = scene.low(i).trim_start_matches('-');
        option.len() < scene.low(i).len() && option.starts_with(|c: char| c.is_ascii_alphabetic())
    });
    if options {
        return Some("that reads like a command line, which I do not run; say in words what should happen".to_owned());
    }
    let carried_on = scene.says(&["approve", "reject", "run", "execute", "resume", "undo", "continue"]);
    let of_ours = (0..scene.len()).any(|i| ["pl_", "run_"].iter().any(|front| scene.low(i).starts_with(front)));
    (carried_on && of_ours).then(|| "plans and runs are approved, run, resumed and undone by their ids, not in words".to_owned())
}

/// What belongs to somebody other than the three clouds.
fn elsewhere(scene: &Scene<'_>) -> Option<String> {
    const OTHERS: &[(&str, &[&str])] = &[
        ("DigitalOcean", &["droplet", "droplets", "digitalocean", "digital ocean"]),
        ("Linode", &["linode", "linodes", "akamai"]),
        ("Hetzner", &["hetzner"]),
        ("OVH", &["ovh", "ovhcloud"]),
        ("Oracle Cloud", &["oracle cloud", "oci", "oracle cloud infrastructure"]),
        ("IBM Cloud", &["ibm cloud", "softlayer", "ibm"]),
        ("Alibaba Cloud", &["alibaba", "aliyun", "alibaba cloud"]),
        ("Tencent Cloud", &["tencent", "tencent cloud"]),
        ("VMware", &["vmware", "vsphere", "esxi", "vcenter"]),
        ("OpenStack", &["openstack"]),
        ("Proxmox", &["proxmox"]),
        ("Hyper-V", &["hyper-v", "hyperv"]),
        ("Heroku", &["heroku", "dyno", "dynos"]),
        ("Vultr", &["vultr"]),
        ("Scaleway", &["scaleway"]),
        ("Rackspace", &["rackspace"]),
        ("Cloudflare", &["cloudflare"]),
        ("Netlify", &["netlify"]),
        ("Vercel", &["vercel"]),
        ("Fly.io", &["fly.io"]),
        ("Snowflake", &["snowflake"]),
        ("Yandex Cloud", &["yandex"]),
        ("your own data centre", &["on-prem", "on-premise", "on-premises", "on premise", "on premises", "bare-metal", "bare metal"]),
    ];
    // Moving from there to one of the three is a procedure that can be written.
    if scene.says(&["migrate", "migration", "playbook", "move from"]) {
        return None;
    }
    let (name, _) = OTHERS.iter().find(|(_, words)| {
        scene.find(words).is_some_and(|(at, _)| at == 0 || !matches!(scene.low(at - 1), "called" | "named" | "=" | "for" | "app"))
    })?;
    Some(format!("that belongs to {name}; I know AWS, Azure and Google Cloud"))
}
