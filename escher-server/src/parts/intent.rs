//! The classifier: which of the fourteen intents.

use escher_core::lexicon;
use escher_core::selector::{Field, Op};
use escher_core::{Intent, Kind};

use super::Part;
use crate::scene::{Ask, Found, Mood, Scene};

/// Names the intent by mood, cues and what was found, and settles what depends on it: periods and free words.
pub(crate) struct Classifier;

const PLAYBOOK: &[&str] = &[
    "playbook",
    "playbooks",
    "runbook",
    "runbooks",
    "disaster recovery",
    "dr plan",
    "dr drill",
    "failover",
    "fail over",
    "migrate",
    "migration",
    "migrating",
    "harden",
    "hardening",
    "blue green",
    "blue-green",
    "procedure",
    "procedures",
    "recovery plan",
    "rollback plan",
    "cutover",
    "migration plan",
    "step-by-step plan",
    "step by step plan",
];
const ALERTS: &[&str] = &[
    "alert",
    "alerts",
    "notify",
    "notification",
    "notifications",
    "incident",
    "incidents",
    "event",
    "events",
    "mute",
    "unmute",
    "silence",
    "snooze",
    "acknowledge",
    "ack",
    "page me",
    "warn me",
    "let me know when",
    "let me know if",
    "tell me when",
    "tell me if",
    "pagerduty",
    "alert rule",
    "alert rules",
    "alerting",
    "alerted",
    "ping me",
    "message me",
    "remind me when",
    "outage",
    "outages",
    "fired",
    "triggered",
];
const REPORT: &[&str] = &[
    "report",
    "reports",
    "export",
    "briefing",
    "digest",
    "csv",
    "pdf",
    "spreadsheet",
    "excel",
    "summary of my estate",
    "executive summary",
    "weekly summary",
    "daily summary",
    "morning summary",
    "compliance report",
    "reporting",
];
const HISTORY: &[&str] = &[
    "history",
    "audit log",
    "audit logs",
    "audit trail",
    "audit",
    "change log",
    "changelog",
    "what changed",
    "what has changed",
    "what's changed",
    "activity log",
    "activity",
    "who did",
    "who ran",
    "who approved",
    "who changed",
    "who deleted",
    "who stopped",
    "who started",
    "who restarted",
    "who resized",
    "who created",
    "who modified",
    "who has",
    "who touched",
    "who tagged",
    "who scaled",
    "who rebooted",
    "who terminated",
    "who rejected",
    "who executed",
    "who opened",
    "who closed",
    "who launched",
    "who removed",
    "who rotated",
    "what did",
    "what was done",
    "what was run",
    "what was executed",
    "what was changed",
    "what was deleted",
    "what was stopped",
    "what has been done",
    "what has been run",
    "what have we done",
    "what have i done",
    "recent changes",
    "changes",
    "last runs",
    "recent runs",
    "previous runs",
    "past runs",
    "runs",
    "executions",
    "executed",
    "operations",
    "last operation",
    "recent operations",
    "last run",
    "last change",
    "approved by",
    "approvals",
    "rejected plans",
    "my plans",
    "plans",
    "what happened",
    "when was",
    "when did",
    "last stopped",
    "last restarted",
    "was run",
    "were run",
    "rolled back",
    "undone",
];
const COST: &[&str] = &[
    "cost",
    "costs",
    "costing",
    "spend",
    "spending",
    "spent",
    "spends",
    "bill",
    "bills",
    "billed",
    "billing",
    "invoice",
    "invoices",
    "budget",
    "budgets",
    "forecast",
    "forecasts",
    "forecasted",
    "anomaly",
    "anomalies",
    "expense",
    "expenses",
    "expenditure",
    "price",
    "pricing",
    "charges",
    "charged",
    "burn rate",
    "how much",
    "paying",
    "pay",
    "costly",
    "expensive",
    "run rate",
    "owe",
    "finops",
    "over budget",
    "overspend",
    "overspending",
];
const ADVISE: &[&str] = &[
    "waste",
    "wasted",
    "wasting",
    "wasteful",
    "wastage",
    "rightsizing",
    "right-sizing",
    "right sizing",
    "rightsize",
    "recommendation",
    "recommendations",
    "recommend",
    "recommended",
    "finding",
    "findings",
    "violation",
    "violations",
    "violate",
    "violating",
    "violates",
    "compliance",
    "compliant",
    "non-compliant",
    "noncompliant",
    "security issues",
    "security issue",
    "security risks",
    "security risk",
    "security posture",
    "security problems",
    "security findings",
    "security gaps",
    "security holes",
    "security score",
    "security audit",
    "security review",
    "security check",
    "security checks",
    "security concerns",
    "how secure",
    "vulnerabilities",
    "vulnerability",
    "vulnerable",
    "misconfigured",
    "misconfiguration",
    "misconfigurations",
    "optimize",
    "optimise",
    "optimization",
    "optimizations",
    "optimisation",
    "optimizing",
    "saving",
    "savings",
    "save money",
    "save costs",
    "save on",
    "save",
    "reduce cost",
    "reduce costs",
    "reduce our cost",
    "reduce our costs",
    "reduce my cost",
    "reduce my costs",
    "reduce my bill",
    "reduce our bill",
    "reduce spend",
    "reduce spending",
    "cut cost",
    "cut costs",
    "cut our costs",
    "cut spending",
    "cut my bill",
    "cut our bill",
    "lower my bill",
    "lower our bill",
    "lower costs",
    "lower our costs",
    "cheaper",
    "advice",
    "advise",
    "suggest",
    "suggestion",
    "suggestions",
    "underutilized",
    "underutilised",
    "under-utilized",
    "under-utilised",
    "underused",
    "overprovisioned",
    "over-provisioned",
    "over provisioned",
    "oversized",
    "undersized",
    "best practice",
    "best practices",
    "reserved instances",
    "savings plan",
    "savings plans",
    "reservations",
    "cis",
    "pci",
    "pci-dss",
    "soc2",
    "soc 2",
    "hipaa",
    "gdpr",
    "iso27001",
    "iso 27001",
    "nist",
    "insecure",
    "at risk",
    "risky",
    "improve",
    "improvements",
    "what can i delete",
    "what can we delete",
    "what can be deleted",
    "can be deleted",
    "what can i clean up",
    "clean up opportunities",
    "quick wins",
    "worst offenders",
    "risks",
    "improvement",
    "security weaknesses",
    "weaknesses",
    "well-architected",
    "well architected",
];
const DESCRIBE: &[&str] = &[
    "describe",
    "details of",
    "details for",
    "details about",
    "details on",
    "detail on",
    "tell me about",
    "tell me more about",
    "tell me everything about",
    "tell me all about",
    "information about",
    "information on",
    "info on",
    "info about",
    "info for",
    "why is",
    "why are",
    "why was",
    "why were",
    "why does",
    "why did",
    "why isn't",
    "why can't",
    "status of",
    "state of",
    "health of",
    "dependencies of",
    "dependencies",
    "relations of",
    "relationships of",
    "relations",
    "relationships",
    "inspect",
    "who owns",
    "configuration of",
    "config of",
    "properties of",
    "settings of",
    "size of",
    "tags of",
    "region of",
    "what's wrong with",
    "what is wrong with",
    "everything about",
    "more about",
    "look into",
    "look at",
    "drill into",
    "what is attached to",
    "how is",
    "how's",
    "where is",
    "where's",
    "what is",
    "what's",
    "who is the owner of",
    "which region is",
    "is it",
    "age of",
    "show me details",
    "show details",
    "full details",
    "in detail",
    "in depth",
    "overview of",
    "explain",
    "explain why",
    "what depends on",
    "what would",
    "what will",
    "what do you know about",
    "troubleshoot",
    "diagnose",
    "debug",
    "investigate",
    "when was",
];
const COUNT: &[&str] = &[
    "how many",
    "count",
    "number of",
    "total number",
    "amount of",
    "tally",
    "how much of",
    "what's the count",
    "totals of",
    "percentage of",
    "share of",
    "percent of",
];
const FIND: &[&str] = &[
    "show",
    "list",
    "find",
    "get",
    "which",
    "search",
    "display",
    "give me",
    "where",
    "look up",
    "lookup",
    "look for",
    "what",
    "are there",
    "is there",
    "do we have",
    "do i have",
    "any",
    "see",
    "view",
    "fetch",
    "enumerate",
    "pull up",
    "print",
    "locate",
    "identify",
    "tell me",
    "filter",
    "who",
    "all",
    "what's",
    "bring up",
    "can i see",
    "can we see",
    "query",
    "every",
];
const GREETING: &[&str] = &[
    "hi",
    "hello",
    "hey",
    "thanks",
    "thank",
    "thx",
    "ty",
    "cheers",
    "bye",
    "goodbye",
    "good",
    "morning",
    "afternoon",
    "evening",
    "night",
    "yo",
    "howdy",
    "greetings",
    "welcome",
    "great",
    "awesome",
    "nice",
    "perfect",
    "cool",
    "ok",
    "okay",
    "sup",
    "how",
    "are",
    "you",
    "very",
    "much",
    "so",
    "a",
    "lot",
    "job",
    "work",
    "well",
    "done",
    "there",
    "what's",
    "up",
    "escher",
    "who",
    "your",
    "name",
    "is",
    "what",
    "see",
    "later",
    "have",
    "day",
    "the",
    "doing",
    "today",
    "that's",
    "all",
    "for",
    "now",
    "got",
    "it",
    "that",
    "was",
    "helpful",
    "appreciate",
    "help",
    "again",
    "everyone",
    "friend",
    "pleasure",
    "to",
    "meet",
    "hola",
    "sorry",
    "please",
    "no",
    "worries",
    "problem",
    "love",
    "i",
    "this",
    "amazing",
    "excellent",
    "brilliant",
];
const GREETS: &[&str] = &[
    "hi",
    "hello",
    "hey",
    "thanks",
    "thank",
    "thx",
    "ty",
    "cheers",
    "bye",
    "goodbye",
    "good morning",
    "good afternoon",
    "good evening",
    "good night",
    "yo",
    "howdy",
    "greetings",
    "great",
    "awesome",
    "nice",
    "perfect",
    "cool",
    "how are you",
    "who are you",
    "what's up",
    "well done",
    "good job",
    "nice work",
    "see you",
    "hola",
    "good day",
    "appreciate",
    "amazing",
    "excellent",
    "brilliant",
    "what is your name",
    "what's your name",
    "sup",
    "sorry",
    "have a nice day",
    "great job",
    "great work",
    "ok",
    "okay",
];
/// Nouns of the trade that have no kind: enough to make a question one about clouds.
const TOPICS: &[&str] = &[
    "cloud",
    "clouds",
    "autoscaling",
    "availability",
    "region",
    "regions",
    "zone",
    "zones",
    "peering",
    "terraform",
    "kubernetes",
    "docker",
    "container",
    "containers",
    "encryption",
    "encrypted",
    "backup",
    "backups",
    "snapshot",
    "iam",
    "mfa",
    "vpn",
    "ssl",
    "tls",
    "cidr",
    "deallocate",
    "tagging",
    "tags",
    "tag",
    "cli",
    "api",
    "sdk",
    "arn",
    "cpu",
    "memory",
    "storage",
    "networking",
    "security",
    "port",
    "ports",
    "ip",
    "dns",
    "latency",
    "throughput",
    "iops",
    "sla",
    "quota",
    "quotas",
    "spot",
    "preemptible",
    "reserved",
    "multi-cloud",
    "serverless",
    "hypervisor",
    "versioning",
    "lifecycle",
    "replication",
    "monitoring",
    "logging",
    "approval",
    "approvals",
    "plan",
    "plans",
    "policy",
    "policies",
    "undo",
    "escher",
    "selector",
    "selectors",
    "idle",
    "stop",
    "terminate",
    "resources",
    "resource",
    "infrastructure",
    "bastion",
    "gateway",
    "firewall",
    "outage",
    "failover",
    "cloudwatch",
    "cloudformation",
    "cloudtrail",
    "guardduty",
    "azure",
    "aws",
    "gcp",
    "permissions",
    "permission",
    "commands",
    "command",
    "devops",
    "deployment",
    "high-availability",
    "sharding",
];
const OFF_TOPIC: &[&str] = &[
    "weather",
    "joke",
    "jokes",
    "poem",
    "poems",
    "recipe",
    "recipes",
    "news",
    "movie",
    "movies",
    "song",
    "songs",
    "music",
    "sports",
    "bitcoin",
    "president",
    "translate",
    "story",
    "pizza",
    "restaurant",
    "restaurants",
    "football",
    "soccer",
    "politics",
    "birthday",
    "flight",
    "flights",
    "hotel",
    "homework",
    "essay",
    "horoscope",
    "dinner",
    "lunch",
    "cat",
    "dog",
    "cats",
    "dogs",
    "python",
    "javascript",
    "haiku",
    "lyrics",
    "game",
    "games",
    "chess",
    "trivia",
    "capital",
    "france's",
    "math",
    "algebra",
    "love",
    "marry",
    "meaning",
    "universe",
    "dream",
    "holiday",
    "vacation",
    "doctor",
    "medicine",
    "coffee",
    "tea",
    "cake",
    "stocks",
    "lottery",
    "moon",
    "mars",
    "riddle",
    "limerick",
    "linkedin",
    "tweet",
    "sing",
    "dance",
    "cook",
    "bake",
    "novel",
    "book",
    "books",
    "actor",
    "celebrity",
    "tennis",
    "olympics",
    "war",
    "religion",
    "philosophy",
    "sleep",
    "tired",
    "hungry",
    "bored",
];

/// Whether a single word is a cue for an intent, hence no name.
pub(crate) fn is_cue(word: &str) -> bool {
    const OWN: &[&str] = &[
        "describe",
        "status",
        "health",
        "inspect",
        "details",
        "scheduled",
        "schedule",
        "schedules",
        "cron",
        "rule",
        "rules",
        "policy",
        "policies",
        "budgeted",
        "trend",
        "trends",
        "compare",
        "comparison",
        "compared",
        "versus",
        "vs",
        "breakdown",
        "drivers",
        "driver",
        "increase",
        "increased",
        "decrease",
        "decreased",
        "rise",
        "rose",
        "spike",
        "spikes",
        "spiked",
        "jump",
        "jumped",
        "went",
        "severity",
        "critical",
        "unresolved",
        "active",
        "morning",
        "compliance",
        "inventory",
        "executive",
        "enumerate",
        "explain",
        "meaning",
        "difference",
        "command",
        "commands",
        "count",
        "security",
        "reachable",
        "internet",
        "world",
        "attached",
        "connected",
        "dependencies",
        "depends",
        "approve",
        "approved",
        "reject",
        "owner",
        "owners",
        "owns",
        "team",
        "teams",
        "name",
    ];
    let single = |words: &[&str]| words.contains(&word);
    OWN.contains(&word) || [PLAYBOOK, ALERTS, REPORT, HISTORY, COST, ADVISE, COUNT, FIND].into_iter().any(single)
}

impl Part for Classifier {
    fn read(&self, scene: &mut Scene<'_>) {
        if scene.intent.is_none() {
            let intent = intent(scene);
            scene.intent = Some(intent);
        }
        if scene.intent == Some(Intent::History) {
            // “Who stopped web-1”: what was done, not the state it is in now.
            scene.found.retain(|found| !matches!(found.ask, Ask::Is(Field::State, _)));
        }
        if scene.intent == Some(Intent::Cost) {
            // “A budget of $500” sets an amount and selects nothing.
            scene.found.retain(|found| !matches!(found.ask, Ask::Compare(Field::Cost, Op::Eq, _)));
        }
        settle_period(scene);
        settle_left(scene);
    }
}

/// Whether a cue stands on words that are not part of a condition.
fn cue(scene: &Scene<'_>, phrases: &[&str]) -> bool {
    (0..scene.len()).any(|i| {
        let len = scene.phrase(i, phrases);
        len > 0
            && (i..i + len)
                .any(|i| scene.free(i) || i <= scene.head + 1 && scene.found.iter().all(|found| found.at != i) && scene.mood == Mood::Order)
    })
}

fn has_name(scene: &Scene<'_>) -> bool {
    scene.found.iter().any(|found| !found.negated && matches!(&found.ask, Ask::Is(Field::Name | Field::Id, _)))
}

fn intent(scene: &mut Scene<'_>) -> Intent {
    if scene.len() == 0 {
        return Intent::Unknown;
    }
    let bare = scene.found.is_empty() && scene.verb.is_none() && scene.strange_verb.is_none();
    if bare && (0..scene.len()).all(|i| GREETING.contains(&scene.low(i))) && (0..scene.len()).any(|i| scene.phrase(i, GREETS) > 0) {
        return Intent::Smalltalk;
    }
    match scene.mood {
        Mood::Hypothetical => return if has_name(scene) { Intent::Describe } else { Intent::Explain },
        Mood::HowTo => return how_to(scene),
        Mood::Order => return order(scene),
        Mood::Plain => {}
    }
    if off_topic(scene) {
        scene.note = Some("that is outside cloud operations".to_owned());
        return Intent::Unknown;
    }
    if definition(scene) {
        return Intent::Explain;
    }
    plain(scene)
}

fn off_topic(scene: &Scene<'_>) -> bool {
    let about = scene.found.iter().any(|found| !matches!(found.ask, Ask::Is(Field::Geo | Field::Region | Field::Name, _) | Ask::OneOf(..)));
    !about && scene.verb.is_none() && (0..scene.len()).any(|i| OFF_TOPIC.contains(&scene.low(i)))
}

fn how_to(scene: &mut Scene<'_>) -> Intent {
    if off_topic(scene) {
        scene.note = Some("that is outside cloud operations".to_owned());
        return Intent::Unknown;
    }
    let mine = scene.says(&["my", "our", "we", "this month", "last month", "yesterday"]);
    if mine && cue(scene, ADVISE) {
        return Intent::Advise;
    }
    if mine && cue(scene, COST) && scene.verb.is_none() {
        return Intent::Cost;
    }
    let topic = !scene.found.is_empty()
        || scene.verb.is_some()
        || (0..scene.len()).any(|i| TOPICS.contains(&scene.low(i)) || lexicon::meanings(scene.low(i)).next().is_some())
        || [PLAYBOOK, ALERTS, REPORT, COST, ADVISE].into_iter().any(|cues| scene.says(cues))
        || scene.says(&["what can you do", "help"])
        || (0..scene.len()).any(|i| is_cue(scene.low(i)) && matches!(scene.low(i), "schedule" | "policy" | "rule" | "approve"));
    if topic {
        return Intent::Explain;
    }
    scene.note = Some("I know clouds and what to do with them; this I do not know".to_owned());
    Intent::Unknown
}

fn order(scene: &mut Scene<'_>) -> Intent {
    let schedule_noun = scene.says(&["schedule", "schedules", "scheduled job", "scheduled jobs", "cron job"]);
    if cue(scene, PLAYBOOK) {
        return Intent::Playbook;
    }
    let alarm_kind = scene.kinds().contains(&Kind::Alarm);
    if cue(scene, ALERTS) && !alarm_kind {
        return Intent::Alerts;
    }
    if cue(scene, &["budget", "budgets", "forecast"]) {
        return Intent::Cost;
    }
    if cue(scene, &["report", "reports", "export", "csv", "pdf", "digest"]) {
        return Intent::Report;
    }
    if scene.strange_verb.as_deref() == Some("run") && scene.kinds().is_empty() && cue(scene, ADVISE) {
        return Intent::Advise;
    }
    if scene.strange_verb.is_some()
        && cue(scene, &["reduce", "costs", "bill", "spend", "savings", "waste", "recommendations", "findings", "violations"])
    {
        return if cue(scene, ADVISE) || scene.strange_verb.as_deref() != Some("show") { Intent::Advise } else { Intent::Cost };
    }
    if scene.timed || schedule_noun {
        return Intent::Schedule;
    }
    Intent::Act
}

/// “What is a security group?”: about the word, not about ours.
fn definition(scene: &mut Scene<'_>) -> bool {
    let at = scene.head;
    let len = scene.phrase(at, &["what is", "what's", "what are", "whats", "define", "what is meant by", "meaning of"]);
    if len == 0 {
        return false;
    }
    let ours = scene.says(&["my", "our", "we", "all", "in", "is running", "the", "most", "which", "top", "on"])
        && !matches!(scene.low(at + len), "a" | "an");
    let conditions = scene.found.iter().any(|found| !matches!(found.ask, Ask::Kind(..) | Ask::Is(Field::Cloud | Field::Engine, _)));
    if ours || conditions || scene.sort.is_some() || scene.period.is_some() {
        return false;
    }
    let article = matches!(scene.low(at + len), "a" | "an");
    let topic = (at..scene.len()).any(|i| TOPICS.contains(&scene.low(i)));
    (article && (topic || !scene.found.is_empty()))
        || (!scene.found.is_empty() && scene.left.is_empty())
        || (topic && scene.kinds().is_empty())
}

/// “Reduce our cloud bill”: advice about money, not a bill.
fn saves(scene: &Scene<'_>) -> bool {
    scene.says(&["reduce", "cut", "lower", "trim", "decrease", "bring down", "shrink"]) && cue(scene, COST)
}

fn plain(scene: &mut Scene<'_>) -> Intent {
    if saves(scene) {
        return Intent::Advise;
    }
    let kinds = !scene.kinds().is_empty();
    let named = has_name(scene);
    if scene.says(&["schedules", "scheduled", "what is scheduled", "what's scheduled"]) || scene.low(scene.head) == "schedule" {
        return Intent::Schedule;
    }
    if cue(scene, ALERTS)
        && !(scene.kinds().contains(&Kind::Alarm)
            || kinds
                && !cue(
                    scene,
                    &[
                        "alert",
                        "alerts",
                        "notify",
                        "incident",
                        "incidents",
                        "let me know when",
                        "let me know if",
                        "tell me when",
                        "tell me if",
                        "warn me",
                        "mute",
                        "acknowledge",
                    ],
                ))
    {
        return Intent::Alerts;
    }
    if cue(scene, REPORT) && !cue(scene, &["cost report", "cost reports", "spend report", "spending report", "billing report"]) {
        return Intent::Report;
    }
    if cue(scene, PLAYBOOK) {
        return Intent::Playbook;
    }
    if cue(scene, ADVISE) {
        return Intent::Advise;
    }
    let created =
        scene.says(&["was created", "were created", "created", "who created the", "launched"]) && scene.says(&["when was", "when were"]);
    if cue(scene, HISTORY) && !created && !(scene.says(&["operations", "activity", "plans"]) && kinds && !scene.says(&["who", "history"])) {
        return Intent::History;
    }
    let ranked = scene.sort.as_ref().is_some_and(|sort| sort.by == "cost");
    let resources = scene.says(&["resource", "resources", "assets", "things"]);
    if ranked && !kinds && !resources && !named {
        if scene.group_by.is_empty() {
            if let Some(field) = [
                ("service", "service"),
                ("services", "service"),
                ("region", "region"),
                ("regions", "region"),
                ("teams", "tag.team"),
                ("team", "tag.team"),
                ("apps", "tag.app"),
                ("environments", "env"),
            ]
            .iter()
            .find(|(word, _)| scene.says(&[word]))
            {
                scene.group_by.push(field.1.to_owned());
            }
        }
        return Intent::Cost;
    }
    if cue(scene, COST) && !(ranked && (kinds || resources)) {
        return Intent::Cost;
    }
    if scene.says(COUNT) && scene.phrase(scene.head, &["describe"]) == 0 {
        return Intent::Count;
    }
    let asks_state = named && matches!(scene.low(scene.head), "is" | "are" | "was" | "does" | "did" | "has") && scene.tokens.len() > 1;
    if asks_state
        || (named && cue(scene, DESCRIBE))
        || scene.low(scene.head) == "describe"
        || (scene.says(&["why is", "why are", "why does", "describe", "details of", "details about", "details for"])
            && !scene.found.is_empty())
    {
        if !scene.found.is_empty() || !scene.left.is_empty() || scene.low(scene.head) == "describe" {
            if named {
                scene.found.retain(|found| !matches!(found.ask, Ask::Is(Field::State, _) | Ask::Flag(..)));
            }
            return Intent::Describe;
        }
    }
    if cue(scene, DESCRIBE)
        && scene.says(&["tell me about", "tell me more about", "what is", "what's"])
        && !scene.found.is_empty()
        && scene.found.iter().all(|found| matches!(found.ask, Ask::Kind(..)))
        && !scene.says(&["my", "our", "the"])
    {
        return Intent::Explain;
    }
    let asks = (scene.head..scene.len().min(scene.head + 3)).any(|i| scene.phrase(i, FIND) > 0);
    if !scene.found.is_empty() || scene.sort.is_some() || scene.limit.is_some() || !scene.group_by.is_empty() {
        return Intent::Find;
    }
    if (asks && (!scene.left.is_empty() || resources || scene.everything)) || (resources && scene.left.len() <= 1) {
        let steady = !scene.left.is_empty() && scene.left.len() <= 4 || resources || scene.everything;
        let questioning = matches!(scene.low(scene.head), "what" | "who" | "what's" | "any" | "all") && !resources;
        if steady && !questioning {
            return Intent::Find;
        }
    }
    if scene.says(&["help"]) {
        return Intent::Explain;
    }
    if scene.period.is_some() && scene.says(&["new", "what's new", "created"]) {
        return Intent::Find;
    }
    scene.note = Some("I did not find anything about clouds in that".to_owned());
    Intent::Unknown
}

/// A period belongs to money, alerts, history and reports; of resources it tells when they were made.
fn settle_period(scene: &mut Scene<'_>) {
    let Some(period) = scene.period.clone() else { return };
    let keeps =
        matches!(scene.intent, Some(Intent::Cost | Intent::Alerts | Intent::History | Intent::Report | Intent::Advise | Intent::Schedule));
    if keeps {
        return;
    }
    scene.period = None;
    if matches!(scene.intent, Some(Intent::Find | Intent::Count | Intent::Act | Intent::Describe)) {
        let today = scene.now.to_zoned(jiff::tz::TimeZone::UTC).date();
        for (field, op, value) in super::time::asks_of_period(&period, today) {
            scene.found.push(Found { at: 0, ask: Ask::Compare(field, op, value), negated: false });
        }
    }
}

/// Free words: names, nearly in a question, exactly in a change.
fn settle_left(scene: &mut Scene<'_>) {
    let left = std::mem::take(&mut scene.left);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for i in left {
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|&last| last + 1 == i) && !scene.breaks_after(i - 1) => group.push(i),
            _ => groups.push(vec![i]),
        }
    }
    let words = |scene: &Scene<'_>, group: &[usize]| group.iter().map(|&i| scene.text(i)).collect::<Vec<_>>().join(" ");
    match scene.intent {
        Some(Intent::Find | Intent::Count | Intent::Describe) => {
            let exact = scene.intent == Some(Intent::Describe)
                && groups.len() == 1
                && !scene.found.iter().any(|found| matches!(found.ask, Ask::Is(Field::Name | Field::Id, _)));
            for group in groups {
                let value = words(scene, &group);
                let ask = if exact && group.len() == 1 { Ask::Is(Field::Name, value) } else { Ask::Like(Field::Name, value) };
                let at = group[0];
                let negated = scene.negated(at);
                scene.found.push(Found { at, ask, negated });
                scene.left.extend(group);
            }
        }
        Some(Intent::Cost) => {
            for group in groups {
                let at = group[0];
                if at > 0 && matches!(scene.low(at - 1), "for" | "of" | "on" | "by" | "does" | "the") {
                    let value = words(scene, &group);
                    scene.found.push(Found { at, ask: Ask::Like(Field::Name, value), negated: false });
                }
                scene.left.extend(group);
            }
        }
        Some(Intent::Act | Intent::Schedule) => {
            let named = scene.found.iter().any(|found| matches!(found.ask, Ask::Is(Field::Name | Field::Id, _)));
            let creates = scene.verb == Some(escher_core::Verb::Create);
            if let [group] = groups.as_slice() {
                if !named && !creates && scene.strange_verb.is_none() {
                    let value = words(scene, group);
                    let at = group[0];
                    let negated = scene.negated(at);
                    scene.found.push(Found { at, ask: Ask::Is(Field::Name, value.clone()), negated });
                    if group.len() == 1 {
                        scene.left.extend(group);
                        return;
                    }
                    scene.doubt(
                        format!("Which resource is “{value}”? Give its exact name."),
                        vec![group.iter().map(|&i| scene.text(i)).collect::<Vec<_>>().join("-"), "list what is like it".to_owned()],
                    );
                    return;
                }
            }
            if scene.strange_verb.is_none() {
                if let Some(group) = groups.first() {
                    let value = words(scene, group);
                    scene.doubt(
                        format!("What do you mean by “{value}”?"),
                        vec![format!("a resource named {value}"), "leave it out".to_owned()],
                    );
                }
            }
            scene.left = groups.into_iter().flatten().collect();
        }
        _ => scene.left = groups.into_iter().flatten().collect(),
    }
    let _ = Op::Eq;
}
