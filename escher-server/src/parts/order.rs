//! How an answer is arranged: sorted, cut off, grouped.

use escher_core::{Sort, Verb};

use super::{Part, amount};
use crate::scene::{Mood, Scene};

/// Reads superlatives, “top 5”, “by region”.
pub(crate) struct Order;

impl Part for Order {
    fn read(&self, scene: &mut Scene<'_>) {
        if scene.intent.is_some() {
            return;
        }
        sorted(scene);
        grouped(scene);
        superlative(scene);
        limit(scene);
    }
}

/// What people sort by, the field, and whether the largest comes first unless said otherwise.
const SORTS: &[(&[&str], &str, bool)] = &[
    (&["cost", "costs", "price", "spend", "spending", "monthly cost", "expense", "cost per month"], "cost", true),
    (&["age"], "age", true),
    (&["creation date", "creation time", "created", "date", "creation", "date created", "launch time"], "created", true),
    (&["name", "names"], "name", false),
    (&["cpu", "cpu usage", "cpu utilization", "cpu utilisation", "utilization", "cpu load"], "cpu", true),
    (&["capacity", "disk size", "storage", "storage size", "volume size"], "capacity", true),
    (&["memory", "ram"], "memory", true),
    (&["size"], "capacity", true),
];

/// What people group by.
const GROUPS: &[(&[&str], &str)] = &[
    (&["cloud", "clouds", "provider", "cloud provider", "vendor"], "cloud"),
    (&["region", "regions", "location", "locations"], "region"),
    (&["zone", "availability zone", "az"], "zone"),
    (&["account", "accounts", "project", "projects", "subscription", "subscriptions"], "account"),
    (&["environment", "environments", "env", "envs", "stage"], "env"),
    (&["kind", "kinds", "resource kind", "resource type", "resource types", "type", "types"], "kind"),
    (&["service", "services"], "service"),
    (&["state", "status"], "state"),
    (&["engine", "database engine", "engines"], "engine"),
    (&["instance type", "instance types", "size", "sku", "machine type", "vm size"], "size"),
    (&["resource group", "resource groups"], "group"),
    (&["network", "vpc", "vnet"], "network"),
    (&["geo", "geography", "continent"], "geo"),
    (&["owner", "owners"], "tag.owner"),
    (&["team", "teams"], "tag.team"),
    (&["app", "application", "applications", "apps"], "tag.app"),
    (&["cost center", "cost-center", "cost centre"], "tag.cost-center"),
];

fn sort_field(scene: &Scene<'_>, i: usize) -> Option<(&'static str, bool, usize)> {
    let found = SORTS.iter().map(|&(words, field, desc)| (field, desc, scene.phrase(i, words))).max_by_key(|&(.., len)| len)?;
    (found.2 > 0).then_some(found)
}

fn group_field(scene: &Scene<'_>, i: usize) -> Option<(String, usize)> {
    if matches!(scene.low(i), "tag" | "label") && !scene.low(i + 1).is_empty() {
        return Some((format!("tag.{}", scene.text(i + 1)), 2));
    }
    let (field, len) = GROUPS.iter().map(|&(words, field)| (field, scene.phrase(i, words))).max_by_key(|&(_, len)| len)?;
    if len == 0 {
        return None;
    }
    Some((field.to_owned(), len + usize::from(matches!(scene.low(i + len), "tag"))))
}

/// “sorted by cost descending”, “by age”, “ordered by name”.
fn sorted(scene: &mut Scene<'_>) {
    for i in 0..scene.len() {
        let lead = scene.phrase(
            i,
            &[
                "sorted by",
                "sort by",
                "order by",
                "ordered by",
                "sorted on",
                "ranked by",
                "rank by",
                "by",
                "sort them by",
                "order them by",
                "in order of",
            ],
        );
        if lead == 0 || !scene.all_free(i, lead) {
            continue;
        }
        let explicit = lead > 1;
        let mut at = i + lead;
        let turned = match scene.low(at) {
            "descending" | "highest" | "lowest" | "ascending" | "decreasing" | "increasing" | "total" | "average" | "the" => {
                at += 1;
                scene.low(at - 1).to_owned()
            }
            _ => String::new(),
        };
        let found = sort_field(scene, at).or_else(|| {
            let (field, len) = group_field(scene, at).filter(|_| explicit)?;
            let field: &'static str = GROUPS.iter().map(|&(_, known)| known).find(|&known| known == field)?;
            Some((field, false, len))
        });
        // “By size” without “sorted” groups by the machine size.
        let Some((field, desc, len)) =
            found.filter(|&(field, _, len)| explicit || !(field == "capacity" && len == 1 && scene.low(at) == "size"))
        else {
            continue;
        };
        let mut end = at + len;
        let direction = scene.phrase(
            end,
            &[
                "descending",
                "desc",
                "highest first",
                "largest first",
                "most expensive first",
                "biggest first",
                "oldest first",
                "in descending order",
                "high to low",
                "from high to low",
                "from highest to lowest",
            ],
        );
        let rising = scene.phrase(
            end,
            &[
                "ascending",
                "asc",
                "lowest first",
                "smallest first",
                "cheapest first",
                "newest first",
                "in ascending order",
                "low to high",
                "from low to high",
                "from lowest to highest",
                "alphabetically",
            ],
        );
        let mut desc = match turned.as_str() {
            "descending" | "highest" | "decreasing" => true,
            "ascending" | "lowest" | "increasing" => false,
            _ => desc,
        };
        let newest = scene.phrase(end, &["newest first"]) > 0;
        if direction > 0 {
            desc = true;
        } else if rising > 0 {
            desc = newest && field == "created";
        }
        if direction > 0 && field == "created" && scene.phrase(end, &["oldest first"]) > 0 {
            desc = false;
        }
        end += direction.max(rising);
        scene.use_up(i, end - i);
        scene.sort = Some(Sort { by: field.to_owned(), desc });
        return;
    }
}

/// “by region”, “per cloud and environment”, “for each account”.
fn grouped(scene: &mut Scene<'_>) {
    for i in 0..scene.len() {
        let joined = scene.low(i).strip_prefix("per-").and_then(|word| GROUPS.iter().find(|(words, _)| words.contains(&word)));
        if let Some(&(_, field)) = joined.filter(|_| scene.free(i)) {
            scene.use_up(i, 1);
            scene.group_by.push(field.to_owned());
            continue;
        }
        let lead = scene.phrase(
            i,
            &[
                "grouped by",
                "group by",
                "broken down by",
                "break down by",
                "breakdown by",
                "split by",
                "by",
                "per",
                "for each",
                "in each",
                "for every",
                "in every",
                "group them by",
                "split up by",
                "aggregated by",
                "divided by",
                "across each",
                "each",
            ],
        );
        if lead == 0 || !scene.all_free(i, lead) {
            continue;
        }
        let mut at = i + lead;
        while matches!(scene.low(at), "the" | "cloud" | "their")
            && group_field(scene, at + 1).is_some_and(|_| scene.low(at) != "cloud" || !matches!(scene.low(at + 1), "and"))
            && group_field(scene, at).is_none_or(|(_, len)| len == 1 && scene.low(at) != "cloud")
        {
            at += 1;
        }
        let mut fields = Vec::new();
        let mut end = at;
        while let Some((field, len)) = group_field(scene, at).filter(|&(_, len)| scene.all_free(at, len)) {
            fields.push(field);
            end = at + len;
            at = end + usize::from(matches!(scene.low(end), "and" | "&"));
            at += usize::from(matches!(scene.low(at), "by" | "per"));
            if at == end && !scene.tokens[end - 1].comma {
                break;
            }
        }
        if !fields.is_empty() {
            scene.use_up(i, end - i);
            for field in fields {
                if !scene.group_by.contains(&field) {
                    scene.group_by.push(field);
                }
            }
        }
    }
}

/// Superlatives, the field and whether the largest comes first.
const SUPERLATIVES: &[(&[&str], &str, bool)] = &[
    (
        &[
            "most expensive",
            "costliest",
            "priciest",
            "most costly",
            "highest cost",
            "highest costing",
            "costing the most",
            "cost the most",
            "costs the most",
            "expensive",
        ],
        "cost",
        true,
    ),
    (&["cheapest", "least expensive", "lowest cost", "least costly", "costing the least"], "cost", false),
    (&["oldest", "longest running", "longest-running", "earliest"], "age", true),
    (&["newest", "youngest", "latest", "most recent", "most recently created", "recently created", "recent"], "age", false),
    (&["biggest", "largest", "highest capacity"], "capacity", true),
    (&["smallest", "tiniest"], "capacity", false),
    (
        &[
            "busiest",
            "highest cpu",
            "most used",
            "most utilized",
            "most utilised",
            "most loaded",
            "hottest",
            "using the most cpu",
            "with the most cpu",
            "with the highest cpu",
            "with high cpu",
            "high cpu",
        ],
        "cpu",
        true,
    ),
    (
        &["least used", "lowest cpu", "least utilized", "least utilised", "least busy", "with the lowest cpu", "with low cpu", "low cpu"],
        "cpu",
        false,
    ),
    (&["most memory", "with the most memory", "using the most memory"], "memory", true),
    (&["old"], "age", true),
    (&["big", "large", "huge"], "capacity", true),
];

fn superlative(scene: &mut Scene<'_>) {
    for i in 0..scene.len() {
        for &(words, field, desc) in SUPERLATIVES {
            let len = scene.phrase(i, words);
            if len == 0 || !scene.all_free(i, len) {
                continue;
            }
            let vague = matches!(scene.low(i), "old" | "big" | "large" | "huge" | "recent" | "expensive")
                || scene.phrase(i, &["high cpu", "low cpu"]) > 0;
            if scene.low(i) == "expensive" && i > 0 && matches!(scene.low(i - 1), "more" | "less" | "too" | "how") {
                continue;
            }
            scene.use_up(i, len);
            if scene.mood == Mood::Order {
                vague_order(scene, i, field);
                return;
            }
            if scene.sort.is_none() {
                scene.sort = Some(Sort { by: field.to_owned(), desc });
            }
            // “The most expensive VM” is one.
            if !vague && scene.limit.is_none() && singular_after(scene, i + len) && !counted_before(scene, i) {
                scene.limit = Some(1);
            }
            return;
        }
    }
    if scene.mood == Mood::Order {
        const VAGUE: &[(&str, &str)] = &[
            ("small", "capacity"),
            ("tiny", "capacity"),
            ("cheap", "cost"),
            ("new", "age"),
            ("stale", "age"),
            ("ancient", "age"),
            ("obsolete", "age"),
            ("outdated", "age"),
            ("busy", "cpu"),
            ("underutilized", "cpu"),
            ("overloaded", "cpu"),
            ("unneeded", "age"),
            ("unnecessary", "age"),
        ];
        for i in 0..scene.len() {
            if let Some((_, field)) = VAGUE.iter().find(|(word, _)| *word == scene.low(i))
                && scene.free(i)
                && (i > scene.head + 1 || scene.low(i) != "new")
                && scene.verb != Some(Verb::Create)
            {
                scene.use_up(i, 1);
                vague_order(scene, i, field);
                return;
            }
        }
    }
}

/// “Delete old snapshots”: how old? A change is not made by a guess.
fn vague_order(scene: &mut Scene<'_>, i: usize, field: &str) {
    let word = scene.low(i).to_owned();
    let superlative = word.ends_with("est") || matches!(word.as_str(), "most" | "least" | "latest");
    let (question, options): (String, &[&str]) = match field {
        _ if superlative => {
            ("I change only what is named or described, not a ranking. Which ones exactly?".to_owned(), &["list them first"])
        }
        "age" => (format!("How old is “{word}”? Give an age."), &["age > 30d", "age > 90d", "age > 1y"]),
        "cost" => (format!("How much is “{word}”? Give a monthly cost."), &["cost > $100", "cost > $500"]),
        "cpu" => ("At what CPU? Give a percentage.".to_owned(), &["cpu < 5%", "cpu > 80%"]),
        _ => (format!("How much is “{word}”? Give a size."), &["capacity > 100GB", "capacity > 500GB"]),
    };
    scene.doubt(question, options.iter().map(|&option| option.to_owned()).collect());
}

fn singular_after(scene: &Scene<'_>, from: usize) -> bool {
    use escher_core::lexicon::{self, Meaning};
    let words: Vec<&str> = (from..scene.len()).map(|i| scene.low(i)).collect();
    let reading = lexicon::read(&words).into_iter().find(|reading| matches!(reading.meaning, Meaning::Kind(..)));
    let one = reading.is_some_and(|reading| {
        let last = words[reading.start + reading.len - 1];
        !last.ends_with('s') || matches!(last, "dns" | "k8s" | "kubernetes" | "eks" | "aks" | "ecs" | "sqs" | "sns" | "rds" | "kms" | "gcs")
    });
    one || words.first().is_some_and(|word| matches!(*word, "resource" | "one"))
}

fn counted_before(scene: &Scene<'_>, i: usize) -> bool {
    i > 0 && (amount::whole(scene.low(i - 1)).is_some() || matches!(scene.low(i - 1), "top" | "all"))
}

/// “top 5”, “first 10”, “the 3 oldest”, “at most 20”, “limit 5”.
fn limit(scene: &mut Scene<'_>) {
    for i in 0..scene.len() {
        if !scene.free(i) {
            continue;
        }
        let past = matches!(scene.low(i), "last" | "latest" | "past" | "recent")
            && matches!(
                scene.low(i + 2),
                "runs" | "plans" | "operations" | "changes" | "actions" | "alerts" | "events" | "incidents" | "executions"
            );
        let told = |at: usize| amount::whole(scene.low(at)).filter(|n| (1..=100_000).contains(n) && scene.free(at));
        let lead = scene.phrase(
            i,
            &[
                "top",
                "first",
                "limit",
                "limit to",
                "limited to",
                "at most",
                "up to",
                "only",
                "no more than",
                "maximum",
                "just",
                "worst",
                "best",
                "the first",
                "any",
            ],
        );
        let lead = if past { 1 } else { lead };
        let (number, at, len) = match (lead > 0).then(|| told(i + lead)).flatten() {
            Some(number) => (number, i, lead + 1),
            // “5 VMs”, “the 3 oldest”: a number where a thing follows.
            None => match told(i).filter(|_| counts_things(scene, i + 1)) {
                Some(number) => (number, i, 1),
                None => continue,
            },
        };
        if scene.low(at + len) == "%" || scene.low(at).is_empty() {
            continue;
        }
        // “How many of the 3 VMs” and “2 weeks” are no limits.
        scene.use_up(at, len);
        if matches!(scene.low(at + len), "results" | "hits" | "rows" | "entries" | "items" | "result") {
            scene.use_up(at + len, 1);
        }
        if scene.mood == Mood::Order {
            let pronoun = number == 1 && at > 0 && matches!(scene.low(at - 1), "that" | "this" | "the" | "which");
            if scene.verb == Some(Verb::Create) {
                if number != 1 {
                    scene.doubt("I create one at a time. What is the name of the first?", Vec::new());
                }
            } else if !pronoun {
                scene.doubt(
                    format!("I do not pick {number} among many. Which ones exactly?"),
                    vec!["name them".to_owned(), "list them first".to_owned()],
                );
            }
        } else {
            scene.limit = Some(number);
        }
        return;
    }
    // “Top VMs by cost” sorts and does not cut.
    for i in 0..scene.len() {
        if scene.low(i) == "top" && scene.free(i) {
            scene.use_up(i, 1);
        }
    }
}

fn counts_things(scene: &Scene<'_>, i: usize) -> bool {
    use escher_core::lexicon::{self, Meaning};
    let used_superlative = !scene.free(i) && i < scene.len() && SUPERLATIVES.iter().any(|(words, ..)| scene.phrase(i, words) > 0);
    let word = scene.low(i);
    let thing = lexicon::meanings(word).any(|meaning| {
        matches!(
            meaning,
            Meaning::Kind(..) | Meaning::Flag(..) | Meaning::Env(_) | Meaning::State(_) | Meaning::Engine(_) | Meaning::Cloud(_)
        )
    });
    let next = lexicon::meanings(scene.low(i + 1)).any(|meaning| matches!(meaning, Meaning::Kind(..)));
    used_superlative || thing || next || matches!(word, "resources" | "of" | "more" | "random" | "largest" | "virtual" | "results")
}
