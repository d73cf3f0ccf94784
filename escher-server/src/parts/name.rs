//! Names and ids, and what lies around a resource: account, resource group, network, neighbours.

use escher_core::lexicon::{self, Meaning};
use escher_core::regions;
use escher_core::selector::Field;

use super::Part;
use crate::scene::{Ask, Scene};

/// Reads names, ids, accounts, groups and networks.
pub(crate) struct Names;

impl Part for Names {
    fn read(&self, scene: &mut Scene<'_>) {
        if scene.intent.is_some() {
            return;
        }
        ids(scene);
        named(scene);
        containers(scene);
        linked(scene);
        accounts_by_cloud(scene);
        quoted(scene);
    }
}

const AWS_PREFIXES: &[&str] = &[
    "i", "vol", "snap", "ami", "sg", "vpc", "subnet", "eipalloc", "rtb", "igw", "nat", "eni", "acl", "lt", "vgw", "tgw", "pcx", "eigw",
    "dopt", "r",
];

/// Whether a word is a cloud's own id: an ARN, `i-0a1`, an Azure or GCP resource path.
pub(crate) fn is_native_id(word: &str) -> bool {
    let low = word.to_lowercase();
    if low.starts_with("arn:") || low.starts_with("/subscriptions/") || low.starts_with("//") && low.contains("googleapis.com") {
        return true;
    }
    if low.starts_with("projects/") && low.matches('/').count() >= 3 || low.starts_with("https://www.googleapis.com/") {
        return true;
    }
    let Some((prefix, rest)) = low.split_once('-') else { return false };
    let hex = rest.len() >= 3 && rest.bytes().all(|b| b.is_ascii_hexdigit()) && rest.bytes().any(|b| b.is_ascii_digit());
    AWS_PREFIXES.contains(&prefix) && hex && (prefix.len() == 1 || rest.len() >= 4 || rest.starts_with('0'))
}

fn ids(scene: &mut Scene<'_>) {
    for i in 0..scene.len() {
        if !scene.free(i) || !is_native_id(&scene.tokens[i].text) {
            continue;
        }
        let network = scene.text(i).to_lowercase().starts_with("vpc-") && i > 0 && contains_lead(scene, i);
        let text = scene.text(i).to_owned();
        if scene.phrase(i.saturating_sub(1), &["id"]) > 0 {
            scene.use_up(i - 1, 1);
        }
        let subnet = text.to_lowercase().starts_with("subnet-") && contains_lead(scene, i);
        if network {
            scene.add(i, 1, Ask::Is(Field::Network, text));
        } else if subnet || neighbours(scene, i) {
            scene.add(i, 1, Ask::Is(Field::Linked, text));
        } else {
            scene.add(i, 1, Ask::Is(Field::Id, text));
        }
    }
}

/// “… in vpc-0a1”, “in the network vpc-0a1”.
fn contains_lead(scene: &Scene<'_>, i: usize) -> bool {
    let mut j = i;
    while j > 0 && matches!(scene.low(j - 1), "vpc" | "network" | "vnet" | "subnet" | "the") {
        j -= 1;
    }
    j > 0 && matches!(scene.low(j - 1), "in" | "on" | "inside" | "within" | "from" | "of")
}

const NAMED: &[&str] = &[
    "called",
    "named",
    "with the name",
    "with name",
    "whose name is",
    "with the names",
    "name is",
    "by the name of",
    "by the name",
    "that is called",
    "that are called",
    "known as",
    "that's called",
];
const CONTAINING: &[&str] = &[
    "whose name contains",
    "with name starting with",
    "with names starting with",
    "with a name starting with",
    "whose name begins with",
    "whose names begin with",
    "name begins with",
    "whose names contain",
    "with names containing",
    "with name containing",
    "with name like",
    "with a name like",
    "with a name containing",
    "with names like",
    "name contains",
    "names containing",
    "name containing",
    "named like",
    "called like",
    "called something like",
    "named something like",
    "name like",
    "whose name starts with",
    "whose names start with",
    "name starts with",
    "names starting with",
    "starting with",
    "name starting with",
    "beginning with",
    "matching",
    "whose name includes",
    "whose name has",
    "with the word",
    "containing",
];

fn named(scene: &mut Scene<'_>) {
    for i in 0..scene.len() {
        if !scene.free(i) {
            continue;
        }
        let like = scene.phrase(i, CONTAINING);
        let is = scene.phrase(i, NAMED);
        let (len, like) = if like > 0 { (like, true) } else { (is, false) };
        let at = i + len;
        if len == 0 || at >= scene.len() || !scene.free(at) {
            continue;
        }
        let negated = scene.negated(i);
        let mut j = at;
        let mut first = true;
        loop {
            let value = scene.text(j).to_owned();
            let like = like || value.contains('*');
            let value = value.replace('*', "");
            if value.is_empty() {
                break;
            }
            let ask = if like { Ask::Like(Field::Name, value) } else { Ask::Is(Field::Name, value) };
            scene.use_up(j, 1);
            scene.found.push(crate::scene::Found { at: j, ask, negated });
            if first {
                scene.use_up(i, len);
                first = false;
            }
            // “called web-1 and web-2”, “named a, b or c”.
            let joint = matches!(scene.low(j + 1), "and" | "or" | "&");
            let next = j + 1 + usize::from(joint);
            let more = (joint || scene.tokens[j].comma) && (scene.is_identifier(next) || scene.tokens.get(next).is_some_and(|t| t.quoted));
            if !more || !scene.free(next) || is_place(scene, next) {
                break;
            }
            scene.use_up(j + 1, next - j - 1);
            j = next;
        }
    }
    // “with prod in the name”
    if let Some((at, len)) = scene.find(&["in the name", "in their name", "in their names", "in its name", "in the names", "in name"]) {
        let word = at.checked_sub(1).filter(|&i| scene.free(i));
        if let Some(i) = word {
            let value = scene.text(i).to_owned();
            let lead = i.checked_sub(1).filter(|&j| matches!(scene.low(j), "with" | "having" | "have" | "has"));
            scene.add(i, len + 1, Ask::Like(Field::Name, value));
            if let Some(j) = lead {
                scene.use_up(j, 1);
            }
        }
    }
}

fn is_place(scene: &Scene<'_>, i: usize) -> bool {
    !regions::by_name(None, scene.text(i)).is_empty()
}

/// “In GCP project project-x”, “resource group rg-web”, “in the billing project”, “on vnet hub”.
fn containers(scene: &mut Scene<'_>) {
    const TABLE: &[(Field, &[&str])] = &[
        (Field::Group, &["resource group", "resource groups", "resourcegroup", "rg"]),
        (
            Field::Account,
            &[
                "account",
                "accounts",
                "project",
                "projects",
                "subscription",
                "subscriptions",
                "account id",
                "project id",
                "subscription id",
                "acct",
            ],
        ),
        (Field::Network, &["vpc", "vnet", "network", "virtual network", "vpc network"]),
        (Field::Zone, &["zone", "availability zone", "az"]),
    ];
    for i in 0..scene.len() {
        for (field, words) in TABLE {
            let len = scene.phrase(i, words);
            if len == 0 || !scene.all_free(i, len) {
                continue;
            }
            container(scene, field, i, len);
        }
    }
    // Names that say what they are, after “in”: `in project-x`, `in rg-web`, `in vnet-hub`.
    for i in 1..scene.len() {
        let led =
            matches!(scene.low(i - 1), "in" | "on" | "from" | "under" | "within" | "inside" | "of" | "for") || cloud_word(scene, i - 1);
        if !scene.free(i) || !led || !scene.is_identifier(i) {
            continue;
        }
        let word = scene.low(i).to_owned();
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| word.starts_with(prefix));
        let field = if starts(&["project-", "proj-", "prj-", "account-", "acct-", "subscription-", "sub-"]) {
            Field::Account
        } else if starts(&["rg-", "rg_"]) || word.ends_with("-rg") {
            Field::Group
        } else if starts(&["vpc-", "vnet-", "net-"]) || word.ends_with("-vpc") || word.ends_with("-vnet") {
            Field::Network
        } else {
            continue;
        };
        let text = scene.text(i).to_owned();
        scene.add(i, 1, Ask::Is(field.clone(), text));
        more(scene, &field, i);
    }
}

fn container(scene: &mut Scene<'_>, field: &Field, i: usize, len: usize) {
    let mut at = i + len;
    while matches!(scene.low(at), "called" | "named" | "id" | "number" | "with" | "name" | "the" | "is") && scene.free(at) {
        at += 1;
    }
    let explicit = at > i + len;
    let lead = lead_of(scene, i);
    let in_it =
        lead.is_some_and(|j| matches!(scene.low(j), "in" | "on" | "from" | "within" | "under" | "inside" | "of" | "for" | "across" | "to"));
    let names = |scene: &Scene<'_>, at: usize| {
        let token = scene.tokens.get(at)?;
        (scene.free(at) && (token.quoted || name_like(scene, at, explicit || in_it)) && !scene.breaks_after(at - 1)).then_some(at)
    };
    // “Delete resource group rg-old” is about the group itself; only “in” makes it what other things are in.
    let own_kind = !in_it && (*field == Field::Network || *field == Field::Zone || is_object(scene, i));
    if let Some(at) = names(scene, at).filter(|_| !own_kind) {
        let end = capitalised(scene, at);
        let value = (at..end).map(|i| scene.text(i)).collect::<Vec<_>>().join(" ");
        scene.add(i, end - i, Ask::Is(field.clone(), value));
        more(scene, field, end - 1);
        return;
    }
    // “in the billing project”
    let before = i.checked_sub(1).filter(|&j| scene.free(j) && in_it && name_like(scene, j, true));
    if let Some(j) = before {
        let value = scene.text(j).to_owned();
        scene.add(j, len + 1, Ask::Is(field.clone(), value));
    } else if in_it
        && *field == Field::Account
        && i.checked_sub(1).is_some_and(|j| lexicon::meanings(scene.low(j)).any(|m| matches!(m, Meaning::Env(_))))
    {
        // “in the prod account”: the environment says it.
        scene.use_up(i, len);
    }
}

/// Where a name of several capitalised words ends: “subscription Acme Production”.
fn capitalised(scene: &Scene<'_>, at: usize) -> usize {
    let capital = |i: usize| {
        let text = scene.text(i);
        text.starts_with(char::is_uppercase) && text.chars().any(char::is_lowercase) && !cloud_word(scene, i)
    };
    let mut end = at + 1;
    while capital(at) && !scene.breaks_after(end - 1) && scene.free(end) && capital(end) {
        end += 1;
    }
    end
}

/// Whether what stands at `i` is what the words are about: no other kind before it.
fn is_object(scene: &Scene<'_>, i: usize) -> bool {
    let kind = |word: &str| lexicon::meanings(word).any(|meaning| matches!(meaning, Meaning::Kind(..) | Meaning::Engine(_)));
    let other = (scene.head..i).any(|j| kind(scene.low(j)) || matches!(scene.low(j), "resources" | "everything"));
    !other && i <= scene.head + 5
}

/// “… project-x and project-y”
fn more(scene: &mut Scene<'_>, field: &Field, at: usize) {
    let mut j = at;
    loop {
        let joint = matches!(scene.low(j + 1), "and" | "or" | "&");
        let next = j + 1 + usize::from(joint);
        if !(joint || scene.tokens[j].comma) || !scene.free(next) || !scene.is_identifier(next) || is_place(scene, next) {
            return;
        }
        let value = scene.text(next).to_owned();
        let negated = scene.negated(at);
        scene.use_up(j + 1, next - j);
        scene.found.push(crate::scene::Found { at: next, ask: Ask::Is(field.clone(), value), negated });
        j = next;
    }
}

/// The preposition before a container, over articles, clouds and one name.
fn lead_of(scene: &Scene<'_>, i: usize) -> Option<usize> {
    let mut j = i;
    for _ in 0..4 {
        j = j.checked_sub(1)?;
        let word = scene.low(j);
        if matches!(word, "in" | "on" | "from" | "within" | "under" | "inside" | "of" | "for" | "across" | "to" | "the") && word != "the" {
            return Some(j);
        }
        let skip = matches!(word, "the" | "our" | "my" | "this" | "that") || cloud_word(scene, j) || j + 1 == i;
        if !skip {
            return None;
        }
    }
    None
}

fn cloud_word(scene: &Scene<'_>, i: usize) -> bool {
    lexicon::meanings(scene.low(i)).any(|meaning| matches!(meaning, Meaning::Cloud(_)))
}

/// Whether a word may be a name: no word of the language around it.
pub(crate) fn name_like(scene: &Scene<'_>, i: usize, free_words: bool) -> bool {
    let Some(token) = scene.tokens.get(i) else { return false };
    if token.quoted {
        return true;
    }
    let digits = token.low.len() >= 6 && token.low.bytes().all(|b| b.is_ascii_digit());
    if scene.is_identifier(i) || digits {
        return true;
    }
    free_words
        && token.low.len() > 1
        && token.low.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && token.low.chars().any(char::is_alphabetic)
        && !super::rest::is_filler(&token.low)
        && lexicon::meanings(&token.low).next().is_none()
        && regions::geo_of_word(&token.low).is_empty()
        && !is_place(scene, i)
}

/// “Disks attached to web-1”, “behind lb-1”.
fn linked(scene: &mut Scene<'_>) {
    for i in 0..scene.len() {
        if scene.free(i)
            && (neighbours(scene, i) || owner(scene, i))
            && (scene.is_identifier(i) || scene.tokens[i].quoted)
            && !is_place(scene, i)
        {
            let value = scene.text(i).to_owned();
            scene.add(i, 1, Ask::Is(Field::Linked, value));
        }
    }
    for i in 0..scene.len() {
        let len = scene.phrase(i, NEIGHBOURS);
        if len > 0 && scene.found.iter().any(|found| matches!(&found.ask, Ask::Is(Field::Linked, _)) && found.at > i) {
            let thing = usize::from(matches!(scene.low(i), "snapshot" | "snapshots" | "backups"));
            scene.use_up(i + thing, len - thing);
        }
    }
}

/// Whether a kind's name ends at `i`, and nobody has claimed it as something else.
fn ends_a_kind(scene: &Scene<'_>, i: usize) -> bool {
    (i.saturating_sub(2)..=i).any(|start| {
        let words: Vec<&str> = (start..=i).map(|i| scene.low(i)).collect();
        let whole =
            lexicon::read(&words).into_iter().any(|it| it.start == 0 && it.len == words.len() && matches!(it.meaning, Meaning::Kind(..)));
        whole && scene.all_free(start, words.len())
    })
}

/// “web-1's snapshots”: what belongs to it, not what is called so.
fn owner(scene: &Scene<'_>, i: usize) -> bool {
    scene.tokens[i].owns && lexicon::meanings(scene.low(i + 1)).any(|meaning| matches!(meaning, Meaning::Kind(..)))
}

const NEIGHBOURS: &[&str] = &[
    "attached to",
    "connected to",
    "behind",
    "related to",
    "linked to",
    "depends on",
    "depend on",
    "depending on",
    "associated with",
    "used by",
    "in use by",
    "using",
    "member of",
    "members of",
    "protected by",
    "encrypted by",
    "encrypted with",
    "in front of",
    "in subnet",
    "in the subnet",
    "on subnet",
    "detached from",
    "belonging to",
    "belong to",
    "belongs to",
    "use",
    "mounted on",
    "in cluster",
    "in the cluster",
    "that use",
    "which use",
    "uses",
    "monitoring",
    "monitored by",
    "snapshots of",
    "snapshot of",
    "backups of",
];

fn neighbours(scene: &Scene<'_>, i: usize) -> bool {
    let mut j = i;
    while j > 0
        && matches!(
            scene.low(j - 1),
            "the"
                | "vm"
                | "instance"
                | "server"
                | "database"
                | "db"
                | "disk"
                | "volume"
                | "lb"
                | "bucket"
                | "cluster"
                | "key"
                | "load"
                | "balancer"
                | "group"
                | "security"
        )
    {
        j -= 1;
    }
    // “Disks of web-1”, “the security group of web-1”, “alarms for web-1”
    let of = j >= 2 && matches!(scene.low(j - 1), "of" | "for") && ends_a_kind(scene, j - 2);
    of || (1..=3).any(|len| j >= len && scene.free(j - len) && scene.phrase(j - len, NEIGHBOURS) == len)
}

/// “In GCP acme-prod”, “in AWS 111122223333”.
fn accounts_by_cloud(scene: &mut Scene<'_>) {
    for i in 1..scene.len() {
        if !scene.free(i) || is_place(scene, i) {
            continue;
        }
        let digits = scene.low(i).len() == 12 && scene.low(i).bytes().all(|b| b.is_ascii_digit());
        let uuid = scene.low(i).len() == 36
            && scene.low(i).matches('-').count() == 4
            && scene.low(i).bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
        let after_cloud = cloud_word(scene, i - 1)
            && i >= 2
            && matches!(scene.low(i - 2), "in" | "on" | "from" | "within" | "under")
            && scene.is_identifier(i)
            && !super::params::is_sku(scene.low(i));
        if digits || uuid || after_cloud {
            let value = scene.text(i).to_owned();
            scene.add(i, 1, Ask::Is(Field::Account, value));
        }
    }
}

/// A quoted text that nobody has claimed is a name.
fn quoted(scene: &mut Scene<'_>) {
    for i in 0..scene.len() {
        if scene.free(i) && scene.tokens[i].quoted && !scene.low_is_op(i) {
            let value = scene.text(i).to_owned();
            scene.add(i, 1, Ask::Is(Field::Name, value));
        }
    }
}

impl Scene<'_> {
    fn low_is_op(&self, i: usize) -> bool {
        (i > 0 && self.tokens[i - 1].is_op()) || self.tokens.get(i + 1).is_some_and(crate::lex::Token::is_op)
    }
}
