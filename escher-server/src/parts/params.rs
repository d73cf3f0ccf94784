//! What an order is carried out with: sizes, counts, tags, ports, the other side of an attachment.

use escher_core::Verb;
use escher_core::selector::Field;
use serde_json::{Map, Value, json};

use super::negation::EXCEPT;
use super::{Part, amount};
use crate::scene::{Ask, Mood, Scene};

/// Reads the parameters of the order's verb and claims their words, so that no filter is made of them.
pub(crate) struct Params;

impl Part for Params {
    fn read(&self, scene: &mut Scene<'_>) {
        let Some(verb) = scene.verb.filter(|_| scene.mood == Mood::Order) else { return };
        match verb {
            Verb::Resize => resize(scene),
            Verb::Scale => scale(scene),
            Verb::Tag => tag(scene),
            Verb::Untag => untag(scene),
            Verb::OpenPort | Verb::ClosePort => port(scene),
            Verb::Attach => attach(scene),
            Verb::Detach => detach(scene),
            Verb::Snapshot | Verb::Restore => name(scene, verb),
            Verb::Create => create(scene),
            _ => {}
        }
    }
}

/// Whether a word is a machine size of one of the clouds: `m5.large`, `Standard_D2s_v3`, `e2-medium`.
pub(crate) fn is_sku(word: &str) -> bool {
    const AWS_SIZES: &[&str] = &["nano", "micro", "small", "medium", "large", "xlarge", "metal"];
    const GCP_FAMILIES: &[&str] = &[
        "e2", "n1", "n2", "n2d", "n4", "c2", "c2d", "c3", "c3d", "c4", "c4a", "m1", "m2", "m3", "a2", "a3", "t2d", "t2a", "f1", "g1", "g2",
        "h3", "z3",
    ];
    const GCP_SHAPES: &[&str] = &["standard", "highmem", "highcpu", "small", "medium", "micro", "ultramem", "megamem", "custom", "highgpu"];
    let word = word.to_lowercase();
    if let Some(rest) = ["standard_", "basic_", "gp_", "mo_", "b_standard_"].iter().find_map(|prefix| word.strip_prefix(prefix)) {
        return rest.chars().any(|c| c.is_ascii_digit());
    }
    if let Some(rest) = word.strip_prefix("db-") {
        return GCP_FAMILIES.iter().chain(&["custom"]).any(|family| rest.starts_with(&format!("{family}-")));
    }
    if let Some((family, shape)) = word.split_once('-') {
        let shape = shape.split('-').next().unwrap_or_default();
        if GCP_FAMILIES.contains(&family) && GCP_SHAPES.contains(&shape) {
            return true;
        }
    }
    let bare = word.strip_prefix("db.").or_else(|| word.strip_prefix("cache.")).unwrap_or(&word);
    bare.rsplit_once('.').is_some_and(|(family, size)| {
        let known = AWS_SIZES.contains(&size)
            || size.strip_suffix("xlarge").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
            || size.starts_with("metal-");
        known && family.chars().any(|c| c.is_ascii_digit()) && family.chars().next().is_some_and(char::is_alphabetic)
    })
}

/// Whether a word is a family of machine sizes, as people say them: `t3`, `m5`, `c6g`, `n2d`.
pub(crate) fn is_family(word: &str) -> bool {
    let letters = word.chars().take_while(char::is_ascii_alphabetic).count();
    let rest = &word[letters..];
    (1..=3).contains(&letters) && rest.starts_with(|c: char| c.is_ascii_digit()) && rest.len() <= 3 && rest.is_ascii()
}

fn resize(scene: &mut Scene<'_>) {
    // The last size named is the new one: “resize m5.large VMs in dev to m5.xlarge”.
    let skus: Vec<usize> = (0..scene.len()).filter(|&i| scene.free(i) && is_sku(scene.low(i))).collect();
    let targets: Vec<String> =
        skus.iter().filter(|&&i| i > 0 && matches!(scene.low(i - 1), "to" | "into")).map(|&i| scene.text(i).to_owned()).collect();
    if targets.len() > 1 {
        scene.doubt("One size at a time: which one?", targets);
    }
    let told = skus.iter().rev().find(|&&i| i > 0 && is_target(scene, i)).or(skus.last().filter(|_| skus.len() == 1)).copied();
    if let Some(i) = told {
        scene.params.insert("size".to_owned(), json!(scene.text(i)));
        scene.use_up(i, 1);
        use_up_target(scene, i);
        return;
    }
    let sizes: Vec<(usize, f64, usize)> =
        (0..scene.len()).filter_map(|i| amount::bytes_at(scene, i).filter(|_| scene.free(i)).map(|(gb, len)| (i, gb, len))).collect();
    let Some(&(i, gb, len)) = sizes.iter().rev().find(|&&(i, ..)| i > 0 && matches!(scene.low(i - 1), "to" | "by" | "=")) else { return };
    if gb.fract() != 0.0 || gb < 1.0 {
        return;
    }
    let size = if scene.low(i - 1) == "by" { json!(format!("+{gb}")) } else { json!(gb as u64) };
    scene.params.insert("size".to_owned(), size);
    scene.use_up(i - 1, len + 1);
}

fn is_target(scene: &Scene<'_>, i: usize) -> bool {
    matches!(scene.low(i - 1), "to" | "into" | "as" | "=" | "size" | "type" | "sku" | "a" | "an")
}

fn use_up_target(scene: &mut Scene<'_>, i: usize) {
    let mut j = i;
    while j > 0 && matches!(scene.low(j - 1), "to" | "into" | "as" | "=" | "a" | "an" | "size" | "type") && scene.free(j - 1) {
        j -= 1;
        scene.use_up(j, 1);
    }
    if matches!(scene.low(i + 1), "instance" | "instances" | "size" | "type" | "machine") {
        scene.use_up(i + 1, 1);
    }
}

fn scale(scene: &mut Scene<'_>) {
    let down = scene.says(&["down", "in by", "reduce", "decrease", "remove", "fewer", "shrink", "lower", "downscale", "less"]);
    let down = down || scene.low(scene.head + 1) == "in";
    for i in 0..scene.len() {
        if !scene.free(i) {
            continue;
        }
        let word = scene.low(i).to_owned();
        let before = if i > 0 { scene.low(i - 1).to_owned() } else { String::new() };
        if before == "from" && scene.low(i + 1) == "to" && amount::whole(&word).is_some() {
            // “From 2 to 5”: where it comes from changes nothing.
            scene.use_up(i - 1, 2);
            continue;
        }
        let signed = word.strip_prefix('+').and_then(amount::whole).map(|n| format!("+{n}"));
        let signed = signed.or_else(|| word.strip_prefix('-').and_then(amount::whole).map(|n| format!("-{n}")));
        let adding = matches!(scene.low(scene.head), "add" | "remove") && i == scene.head + 1;
        let count = match (signed, amount::whole(&word)) {
            (Some(signed), _) if before == "to" => {
                scene.doubt(format!("To {signed}, or by {signed}?"), vec![format!("by {signed}"), "to how many".to_owned()]);
                json!(signed)
            }
            (Some(signed), _) => json!(signed),
            // “Scale down asg-1 by 2”, “scale asg-1 up 2”
            (None, Some(n)) if before == "by" || adding || matches!(before.as_str(), "up" | "down") => {
                json!(format!("{}{n}", if down { '-' } else { '+' }))
            }
            (None, Some(n)) if matches!(before.as_str(), "to" | "=" | "at") => json!(n),
            (None, Some(n)) if i + 1 == scene.len() || is_unit(scene.low(i + 1)) => {
                if scene.says(&["up", "down"]) {
                    scene.doubt(format!("To {n}, or by {n}?"), vec![format!("to {n}"), format!("by {n}")]);
                }
                json!(n)
            }
            _ => continue,
        };
        scene.params.insert("count".to_owned(), count);
        scene.use_up(i, 1);
        if matches!(before.as_str(), "by" | "to" | "=" | "at") {
            scene.use_up(i - 1, 1);
        }
        for j in i + 1..(i + 3).min(scene.len()) {
            if is_unit(scene.low(j)) || matches!(scene.low(j), "more" | "extra" | "additional" | "new") {
                scene.use_up(j, 1);
            }
        }
        break;
    }
    for i in 0..scene.len() {
        if matches!(scene.low(i), "up" | "down" | "out" | "desired")
            || (i < scene.head + 3 && scene.low(i) == "in" && (i == scene.head + 1 || matches!(scene.low(i + 1), "by" | "to")))
        {
            scene.use_up(i, 1);
        }
    }
}

fn is_unit(word: &str) -> bool {
    matches!(
        word,
        "node"
            | "nodes"
            | "instance"
            | "instances"
            | "replica"
            | "replicas"
            | "task"
            | "tasks"
            | "pod"
            | "pods"
            | "copies"
            | "machines"
            | "vms"
    )
}

/// `key = value` pairs and `key:value` words among `from..to`: the key, the value, where it starts, how long it is.
fn pairs(scene: &Scene<'_>, from: usize, to: usize) -> Vec<(String, String, usize, usize)> {
    let mut found = Vec::new();
    let mut i = from;
    while i < to {
        let equals = scene.tokens.get(i + 1).is_some_and(|op| matches!(op.text.as_str(), "=" | "==")) && i + 2 < to;
        let colon = scene.text(i).split_once(':').filter(|(key, value)| !key.is_empty() && !value.is_empty() && !value.contains(':'));
        if equals && scene.free(i) && !scene.tokens[i].is_op() {
            found.push((scene.text(i).to_owned(), scene.text(i + 2).to_owned(), i, 3));
            i += 3;
        } else if let Some((key, value)) = colon.filter(|_| scene.free(i)) {
            found.push((key.to_owned(), value.to_owned(), i, 1));
            i += 1;
        } else {
            i += 1;
        }
    }
    found
}

fn tag(scene: &mut Scene<'_>) {
    let start = scene.head;
    let joins: Vec<usize> = (start + 1..scene.len()).filter(|&i| matches!(scene.low(i), "with" | "as" | "using")).collect();
    let to = (start + 1..scene.len()).find(|&i| matches!(scene.low(i), "to" | "on" | "onto" | "from") && scene.free(i));
    let adding = matches!(scene.low(start), "add" | "put" | "apply" | "attach" | "give" | "set");
    let (from, end) = match (adding, to, joins.last()) {
        (true, Some(to), _) if !pairs(scene, start, to).is_empty() || plain_pair(scene, start + 1, to).is_some() => (start, to),
        (_, _, Some(&with)) => (with, scene.len()),
        _ => (start, scene.len()),
    };
    let mut tags = Map::new();
    for (key, value, i, len) in pairs(scene, from, end) {
        tags.insert(key, Value::String(value));
        scene.use_up(i, len);
        for j in [i.wrapping_sub(1), i + len] {
            if matches!(scene.low(j), "and" | "&") {
                scene.use_up(j, 1);
            }
        }
    }
    if tags.is_empty()
        && let Some((key, value)) = plain_pair(scene, from + 1, end)
    {
        tags.insert(scene.text(key).to_owned(), json!(scene.text(value)));
        scene.use_up(from, end - from);
    }
    if let Some(&with) = joins.last().filter(|_| !tags.is_empty())
        && with == from
    {
        scene.use_up(with, 1);
    }
    for i in start..end {
        if matches!(scene.low(i), "tag" | "tags" | "label" | "labels") {
            scene.use_up(i, 1);
        }
    }
    if !tags.is_empty() {
        scene.params.insert("tags".to_owned(), Value::Object(tags));
    }
}

/// Two plain words of which the first is a usual tag key: “owner bob”, “the owner as bob”.
fn plain_pair(scene: &Scene<'_>, from: usize, to: usize) -> Option<(usize, usize)> {
    let words: Vec<usize> = (from..to)
        .filter(|&i| scene.free(i) && !matches!(scene.low(i), "the" | "a" | "an" | "tag" | "tags" | "as" | "to" | "is" | "label"))
        .collect();
    match words.as_slice() {
        &[key, value] if is_tag_key(scene.low(key)) => Some((key, value)),
        _ => None,
    }
}

/// Keys that people tag with nearly everywhere.
pub(crate) fn is_tag_key(word: &str) -> bool {
    matches!(
        word,
        "owner"
            | "team"
            | "app"
            | "application"
            | "env"
            | "environment"
            | "project"
            | "stage"
            | "cost-center"
            | "costcenter"
            | "cost_center"
            | "department"
            | "dept"
            | "service"
            | "component"
            | "role"
            | "tier"
            | "customer"
            | "tenant"
            | "purpose"
            | "contact"
            | "managed-by"
            | "managedby"
            | "unit"
            | "expires"
    )
}

fn untag(scene: &mut Scene<'_>) {
    const SKIP: &[&str] =
        &["the", "a", "an", "all", "tag", "tags", "label", "labels", "key", "keys", "and", "their", "its", "any", "of", "called", "named"];
    let from = (scene.head + 1..scene.len()).find(|&i| matches!(scene.low(i), "from" | "on" | "off" | "for"));
    let mut keys = Vec::new();
    let end = from.unwrap_or(scene.len());
    if (scene.head..end).any(|i| spared(scene, i)) {
        scene.doubt("I remove the tags that are named, not all others. Which keys should go?", Vec::new());
    } else if (scene.head..end).any(|i| scene.text(i) == "=") {
        // “Remove env=dev from …” may mean the tag, or it where it has that value.
        scene.doubt("A tag is removed by its key, whatever its value. Which key should go?", Vec::new());
    }
    if let Some(from) = from {
        for i in scene.head..from {
            if scene.free(i) && !SKIP.contains(&scene.low(i)) && !scene.tokens[i].is_op() {
                keys.push(json!(scene.text(i)));
            }
        }
        // Only tag words: “remove all tags from web-1” names no key.
        scene.use_up(scene.head, from - scene.head + 1);
    } else if let Some((at, _)) = scene.find(&["key", "keys", "tag", "tags"]) {
        for i in at + 1..scene.len() {
            if scene.free(i) && !SKIP.contains(&scene.low(i)) {
                keys.push(json!(scene.text(i)));
            }
        }
        scene.use_up(at, scene.len() - at);
    }
    if !keys.is_empty() {
        scene.params.insert("keys".to_owned(), Value::Array(keys));
    }
}

/// Services that go by their name.
const SERVICES: &[(&str, u16)] = &[
    ("ssh", 22),
    ("rdp", 3389),
    ("http", 80),
    ("https", 443),
    ("ftp", 21),
    ("smtp", 25),
    ("telnet", 23),
    ("dns", 53),
    ("ldap", 389),
    ("smb", 445),
    ("winrm", 5985),
    ("vnc", 5900),
];

const ANYWHERE: &[&str] = &[
    "the internet",
    "internet",
    "the world",
    "the whole world",
    "world",
    "anywhere",
    "everyone",
    "everywhere",
    "anyone",
    "the public",
    "all ips",
    "any ip",
    "public internet",
    "the public internet",
    "everybody",
    "any",
    "all",
];

fn port(scene: &mut Scene<'_>) {
    let mut ports: Vec<Value> = Vec::new();
    let mut ranges: Vec<String> = Vec::new();
    for i in 0..scene.len() {
        let word = scene.low(i).to_owned();
        if word == "udp" || word.starts_with("udp/") || word.ends_with("/udp") {
            let question = match scene.verb {
                Some(Verb::ClosePort) => "Closing a port closes it for TCP and UDP alike. Is that meant?",
                _ => "I open TCP ports only. Is it TCP?",
            };
            scene.doubt(question, vec!["say it without “udp”".to_owned(), "leave it".to_owned()]);
        }
        let word = word.strip_prefix("tcp/").or_else(|| word.strip_prefix("udp/")).unwrap_or(&word).to_owned();
        let word = word.strip_suffix("/tcp").or_else(|| word.strip_suffix("/udp")).unwrap_or(&word).to_owned();
        if cidr(&word) {
            ranges.push(full_cidr(&word));
            scene.use_up(i, 1);
            if i > 0 && matches!(scene.low(i - 1), "from" | "to" | "for") {
                scene.use_up(i - 1, 1);
            }
            continue;
        }
        let range = word.split_once('-').filter(|(a, b)| a.parse::<u16>().is_ok() && b.parse::<u16>().is_ok());
        let named = SERVICES.iter().find(|(name, _)| *name == word).map(|&(_, port)| json!(port));
        let found = word.parse::<u16>().ok().map(|port| json!(port)).or(range.map(|_| json!(word))).or(named);
        if found.is_some() && spared(scene, i) {
            scene.doubt("I open and close the ports that are named, not all others. Which one?", Vec::new());
        }
        if let Some(port) = found.filter(|_| scene.free(i) || i == scene.head) {
            if !ports.contains(&port) {
                ports.push(port);
            }
            scene.use_up(i, 1);
        }
    }
    if let Some(first) = ranges.first() {
        scene.params.insert("cidr".to_owned(), json!(first));
    }
    if ranges.len() > 1 {
        scene.doubt("One address range at a time: which one?", ranges);
    }
    if let [port] = ports.as_slice() {
        scene.params.insert("port".to_owned(), port.clone());
    } else if ports.len() > 1 {
        scene.params.insert("port".to_owned(), ports[0].clone());
        scene.doubt("One port at a time: which one?", ports.iter().map(ToString::to_string).collect());
    }
    for i in 0..scene.len() {
        if matches!(
            scene.low(i),
            "port" | "ports" | "tcp" | "udp" | "inbound" | "ingress" | "incoming" | "traffic" | "connections" | "access"
        ) {
            scene.use_up(i, 1);
        }
        let len = scene.phrase(i + 1, ANYWHERE);
        if matches!(scene.low(i), "to" | "from" | "for") && len > 0 && scene.all_free(i, 1) {
            let ends = scene.breaks_after(i + len) || !matches!(scene.low(i + 1), "any" | "all");
            if ends && !scene.params.contains_key("cidr") {
                scene.params.insert("cidr".to_owned(), json!("0.0.0.0/0"));
                scene.use_up(i, len + 1);
            }
        }
    }
}

/// “All ports but 443”, “all tags except owner”: what stands at `i` is what is not to be touched.
fn spared(scene: &Scene<'_>, i: usize) -> bool {
    let lead = (0..i).rev().find(|&j| !matches!(scene.low(j), "port" | "ports" | "tag" | "tags" | "the" | "and" | "key" | "keys"));
    lead.is_some_and(|j| EXCEPT.contains(&scene.low(j)) || matches!(scene.low(j), "but" | "than"))
}

fn cidr(word: &str) -> bool {
    let (address, bits) = word.split_once('/').unwrap_or((word, "32"));
    let v4 = address.parse::<std::net::Ipv4Addr>().is_ok() && bits.parse::<u8>().is_ok_and(|bits| bits <= 32);
    let v6 = word.contains('/') && address.parse::<std::net::Ipv6Addr>().is_ok() && bits.parse::<u8>().is_ok_and(|bits| bits <= 128);
    v4 || v6
}

fn full_cidr(word: &str) -> String {
    if word.contains('/') { word.to_owned() } else { format!("{word}/32") }
}

fn attach(scene: &mut Scene<'_>) {
    let to = (scene.head + 1..scene.len()).find(|&i| matches!(scene.low(i), "to" | "onto" | "on") && scene.free(i));
    let Some(to) = to else { return };
    let skip = |word: &str| matches!(word, "the" | "vm" | "instance" | "server" | "machine" | "named" | "called" | "ec2" | "virtual");
    let mut i = to + 1;
    while skip(scene.low(i)) {
        i += 1;
    }
    if i < scene.len() {
        scene.params.insert("to".to_owned(), json!(scene.text(i)));
        scene.use_up(to, i - to + 1);
        one_end(scene, i, "Attach it to");
    }
}

/// “To web-1 and web-2”: the other side of an attachment is one.
fn one_end(scene: &mut Scene<'_>, i: usize, lead: &str) {
    let joint = usize::from(matches!(scene.low(i + 1), "and" | "or" | "&"));
    let next = i + 1 + joint;
    if (joint > 0 || scene.tokens[i].comma) && (scene.is_identifier(next) || scene.tokens.get(next).is_some_and(|token| token.quoted)) {
        scene.doubt(format!("{lead} which one?"), vec![scene.text(i).to_owned(), scene.text(next).to_owned()]);
    }
}

/// “Detach vol-1 from web-1”: what it is attached to describes it.
fn detach(scene: &mut Scene<'_>) {
    let Some(from) = (scene.head + 1..scene.len()).find(|&i| scene.low(i) == "from" && scene.free(i)) else { return };
    let mut i = from + 1;
    while matches!(scene.low(i), "the" | "vm" | "instance" | "server" | "machine" | "named" | "called") {
        i += 1;
    }
    if scene.is_identifier(i) || scene.tokens.get(i).is_some_and(|token| token.quoted) {
        let value = scene.text(i).to_owned();
        scene.use_up(from, i - from);
        scene.add(i, 1, Ask::Is(Field::Linked, value));
        one_end(scene, i, "Detach it from");
    }
}

fn name(scene: &mut Scene<'_>, verb: Verb) {
    const MARKS: &[&str] = &[
        "called",
        "named",
        "as",
        "with name",
        "with the name",
        "with the label",
        "naming it",
        "and call it",
        "and name it",
        "call it",
        "name it",
        "titled",
    ];
    let Some((at, len)) = (scene.head + 1..scene.len()).rev().map(|i| (i, scene.phrase(i, MARKS))).find(|&(_, len)| len > 0) else {
        return;
    };
    // “Snapshot the database called main”: the name is the database's unless it has been named already.
    let named_before = (scene.head..at).any(|i| scene.free(i) && (scene.is_identifier(i) || scene.tokens[i].quoted));
    let of_snapshot = at > 0 && matches!(scene.low(at - 1), "snapshot" | "snapshots" | "backup" | "backups");
    let own = named_before || of_snapshot || verb == Verb::Restore || !matches!(scene.low(at), "called" | "named");
    let i = at + len;
    if own && i < scene.len() {
        scene.params.insert("name".to_owned(), json!(scene.text(i)));
        scene.use_up(at, len + 1);
    }
}

fn create(scene: &mut Scene<'_>) {
    if let Some(i) = (0..scene.len()).find(|&i| is_sku(scene.low(i))) {
        scene.params.insert("size".to_owned(), json!(scene.text(i)));
        scene.use_up(i, 1);
        use_up_target(scene, i);
        if i > 0 && matches!(scene.low(i - 1), "of" | "with") {
            scene.use_up(i - 1, 1);
        }
    }
    const MARKS: &[&str] = &["called", "named", "with name", "with the name", "name", "by the name of", "name it", "call it"];
    if let Some((at, len)) = scene.find(MARKS) {
        let i = at + len + usize::from(matches!(scene.low(at + len), "=" | "is"));
        let i = if scene.text(i) == "=" { i + 1 } else { i };
        if i < scene.len() {
            scene.params.insert("name".to_owned(), json!(scene.text(i)));
            scene.use_up(at, i - at + 1);
        }
    } else if let Some(i) = (scene.head + 1..scene.len()).find(|&i| {
        scene.free(i)
            && (scene.tokens[i].quoted || scene.is_identifier(i))
            && escher_core::regions::by_name(None, scene.text(i)).is_empty()
            && amount::bytes_at(scene, i).is_none()
    }) {
        scene.params.insert("name".to_owned(), json!(scene.text(i)));
        scene.use_up(i, 1);
    }
    if let Some((i, gb, len)) =
        (0..scene.len()).find_map(|i| amount::bytes_at(scene, i).filter(|_| scene.free(i)).map(|(gb, len)| (i, gb, len)))
    {
        scene.params.entry("size").or_insert_with(|| json!(format!("{gb}GB")));
        scene.use_up(i, len);
    }
}
