//! Noun phrases: a head, what describes it before and behind, and several of them together.

use escher_core::selector::{Field, Op, Relation};
use escher_core::{Kind, Rel};

use super::args::same;
use super::both::sorts;
use super::rule::{Args, Rule};
use crate::meaning::{Formula, Head, Number, Sem, Set};

pub(super) const RULES: &[Rule] = &[
    // Heads.
    Rule::new("Noun", "KindSg", |args| Some(Set::new(Head::Kind, Number::One, args.noun(0)?.formula()).into())),
    Rule::new("Noun", "Kinds", |args| Some(Set::new(Head::Kind, Number::Many, args.cond(0)?).into())),
    // Described before.
    Rule::new("Nominal", "Noun", same),
    Rule::new("Nominal", "Pre Nominal", |args| {
        let (condition, set) = (args.cond(0)?, args.set(1)?);
        let ahead = set.ahead.clone().and(condition.clone());
        narrowed(Set { ahead, ..set }, condition)
    })
        .ex(&[
            ("idle dev vms", "kind = vm AND env = dev AND idle"),
            ("running EC2 instances", "cloud = aws AND kind = vm AND state = running"),
        ])
        .not(&["dev prod vms"]),
    // Sizes.
    Rule::new("Pre", "Size", |args| Some(Formula::is(Field::Size, args.text(0)?).into())).ex(&[("m5.large", "size = m5.large")]),
    Rule::new("Pre", "Name", |args| family(&args.text(0)?)).ex(&[("t3", "size ~ t3")]).not(&["v5", "s1", "web2", "web-1"]),
    Rule::new("Post", "(of|with|of the|with the) (size|type|instance type|machine type|sku) Size", |args| {
        Some(Formula::is(Field::Size, args.text(0)?).into())
    })
    .ex(&[("of size Standard_D8s_v3", "size = Standard_D8s_v3")]),
    // A free word before its kind is its name if there is one, and part of the names of many: a change needs whole ones.
    Rule::new("Nominal", "Word Noun", |args| likely(args.set(1)?, args.text(0)?))
        .ex(&[("checkout vm", "kind = vm AND name = checkout"), ("checkout vms", "kind = vm AND name = checkout")]),
    // “The prod account” is called so.
    Rule::new("Nominal", "EnvWord Noun", |args| {
        let set = args.set(1)?;
        let account = set.number == Number::One && set.kinds().iter().eq([&Kind::Account]);
        if account { named(set, Formula::is(Field::Name, args.text(0)?)) } else { None }
    })
    .ex(&[("prod account", "kind = account AND name = prod")]),
    Rule::new("Nominal", "Name Noun", |args| {
        let set = args.set(1)?;
        // “Rg-lab VMs” are those in it.
        if let Some(place) = (set.number == Number::Many).then(|| super::placed(args.text(0)?)).flatten() {
            return narrowed(set, place);
        }
        // “Web-1 VMs” are hardly one.
        if set.number == Number::Many || family(&args.text(0)?).is_some() {
            return None;
        }
        named(set, Formula::is(Field::Name, args.text(0)?))
    })
    .ex(&[("orders-db database", "kind = database AND name = orders-db")])
    .not(&["v5 vms", "web2 vms"]),
    // An engine alone is what it runs.
    Rule::new("Noun", "Engine", |args| run_by(args.cond(0)?, Number::Many)).ex(&[("postgres", "kind = database AND engine = postgres")]),
    Rule::new("Nominal", "Engine (instances|servers|clusters|nodes|services)", |args| run_by(args.cond(0)?, Number::Many))
        .ex(&[("redis clusters", "kind = cache AND engine = redis")]),
    Rule::new("Nominal", "Engine (instance|server|cluster|service)", |args| run_by(args.cond(0)?, Number::One))
        .ex(&[("mariadb server", "kind = database AND engine = mariadb")])
        .not(&["mysql vm"]),
    // With a determiner, and names behind.
    Rule::new("Base", "Det? Nominal", same_second),
    Rule::new("Base", "Det? Nominal Goes NewNames", |args| named(args.set(1)?, args.cond(3)?))
        .ex(&[("the vms that are called mars and venus", "kind = vm AND name IN (mars, venus)")]),
    Rule::new("Base", "Det? Nominal Goes NewName", |args| named(args.set(1)?, Formula::is(Field::Name, args.text(3)?)))
        .ex(&[("the vm that is called mars", "kind = vm AND name = mars")]),
    Rule::new("Goes", "(that|which) (is|are) (called|named)", super::args::nothing),
    Rule::new("Goes", "(by the name of|that goes by|that goes by the name of)", super::args::nothing),
    Rule::new("Base", "(the following|these|those|the|following)? Nominal : Names", |args| named(args.set(0)?, args.cond(1)?))
        .ex(&[("the following disks: data-1, data-2", "kind = disk AND name IN (data-1, data-2)")]),
    Rule::new("Base", "(the following|these|those) Count? : Names", |args| {
        let names = args.cond(1)?;
        let fits = !args.has(0) || args.text(0)?.parse() == Ok(names.values(&Field::Name).len());
        // These are all there are: no further name joins them.
        fits.then(|| Set { named: true, ..Set::new(Head::Thing, Number::Many, names) }.into())
    })
    .ex(&[("these three: sim-1, sim-2, sim-3", "name IN (sim-1, sim-2, sim-3)")])
    .not(&["these two: sim-1, sim-2, sim-3", "these three: sim-1, sim-2"]),
    Rule::new("Base", "Det? Nominal PathName", |args| named(args.set(1)?, Formula::is(Field::Name, args.text(2)?)))
        .ex(&[("log group /aws/lambda/foo", "kind = log-group AND name = /aws/lambda/foo")]),
    Rule::new("PathName", "Any", |args| args.text(0).filter(|text| text.len() > 2 && text.starts_with('/') && !text.contains("//")).map(Sem::Text)),
    // “Stop aks-dev-3, the AKS cluster in rg-plat”
    Rule::new("Base", "OneName , the Nominal ,?", |args| {
        let set = args.set(1)?;
        (set.number == Number::One).then(|| named(set, args.cond(0)?)).flatten()
    })
    .ex(&[("aks-dev-3, the aks cluster", "cloud = azure AND kind = k8s-cluster AND name = aks-dev-3")]),
    // “The two VMs web-3 and web-4”
    Rule::new("Base", "the? Count Nominal Names", |args| {
        let names = args.cond(2)?;
        let many = names.values(&Field::Name).len();
        (args.text(0)?.parse() == Ok(many)).then(|| named(args.set(1)?, names)).flatten()
    })
    .ex(&[("the two vms web-3 and web-4", "kind = vm AND name IN (web-3, web-4)")])
    .not(&["the three vms web-3 and web-4"]),
    Rule::new("Post", "(size|type|sku|of size|of type|in size) Sizes", same).ex(&[("size t2.micro or t3.micro", "size IN (t2.micro, t3.micro)")]),
    Rule::new("Sizes", "Size", |args| Some(Formula::is(Field::Size, args.text(0)?).into())),
    Rule::new("Sizes", "Size (or|and|,|, or|/) Sizes", |args| Some(Formula::is(Field::Size, args.text(0)?).or(args.cond(1)?).into())),
    Rule::new("Base", "Det? Nominal (called|named) Names", |args| named(args.set(1)?, args.cond(2)?)),
    Rule::new("Base", "Det? Nominal Names", |args| {
        let (set, names) = (args.set(1)?, args.cond(2)?);
        // Behind several things a single word with a hyphen says how: “stop the VMs one-by-one”, “24x7”.
        let manner = |name: &&str| name.starts_with(|c: char| c.is_ascii_digit()) || !name.contains(|c: char| c.is_ascii_digit());
        let found = names.values(&Field::Name);
        if set.number == Number::Many && found.len() == 1 && found.iter().any(manner) { None } else { named(set, names) }
    })
    .ex(&[("the vm web-1", "kind = vm AND name = web-1"), ("vms web-1 and web-2", "kind = vm AND name IN (web-1, web-2)")])
    .not(&["vms one-by-one", "vms 24x7"]),
    Rule::new("Base", "Det? Nominal (called|named) NewName", |args| named(args.set(1)?, Formula::is(Field::Name, args.text(2)?)))
        .ex(&[("the database called orders", "kind = database AND name = orders"), ("vms named dev", "kind = vm AND name = dev")]),
    Rule::new("Base", "Det? Nominal (called|named) NewNames", |args| {
        // “The VM named web-1 and dev”: one thing has one name.
        let (set, names) = (args.set(1)?, args.cond(2)?);
        if set.number == Number::Many { named(set, names) } else { None }
    })
        .ex(&[("vms named mars and venus", "kind = vm AND name IN (mars, venus)")])
        .not(&["vms named mars and", "vms named mars and in dev", "vm named web-1 and dev"]),
    // Several of a kind, by names that are plain words.
    Rule::new("Base", "Det? Nominal WordNames", |args| {
        let set = args.set(1)?;
        if set.number == Number::Many { named(set, args.cond(2)?) } else { None }
    })
    .ex(&[("vms ceres, vesta and pluto", "kind = vm AND name IN (ceres, pluto, vesta)")])
    .not(&["vms ceres", "vms idle and stopped"]),
    Rule::new("WordNames", "WordName (and|&|, and|plus) WordName", word_names),
    Rule::new("WordNames", "WordName , WordName", word_names),
    Rule::new("WordNames", "WordName , WordNames", word_names),
    Rule::new("WordName", "Word", as_name),
    Rule::new("WordName", "Named", as_name),
    Rule::new("WordName", "OneName", same),
    // Alone none of them may be a word that people also use for something else.
    Rule::new("Base", "FreeNames", |args| Some(Set::new(Head::Name, Number::Many, args.cond(0)?).into()))
        .ex(&[("pluto and ceres", "name IN (ceres, pluto)")])
        .not(&["invoices and orders"]),
    Rule::new("FreeNames", "Word (and|&|, and|plus) Word", |args| Some(Formula::is_any(Field::Name, [args.text(0)?, args.text(1)?]).into())),
    Rule::new("FreeNames", "Word , FreeNames", |args| Some(Formula::is(Field::Name, args.text(0)?).or(args.cond(1)?).into())),
    // Behind one thing stands its name, also where the word means something.
    Rule::new("Base", "Det? Nominal Word", one_named)
        .ex(&[("user bob", "kind = user AND name = bob"), ("the dev database ledger", "kind = database AND env = dev AND name = ledger")])
        .not(&["vms bob"]),
    Rule::new("Base", "Det? Nominal Named", one_named)
        .ex(&[
            ("bucket invoices", "kind = bucket AND name = invoices"),
            ("the redis cache sessions", "kind = cache AND engine = redis AND name = sessions"),
        ])
        .not(&["buckets invoices", "bucket objects", "database tables", "invoices"]),
    Rule::new("Base", "(both|all of|all|just|only)? Names", |args| Some(Set::new(Head::Name, Number::Many, args.cond(0)?).into())),
    Rule::new("Base", "(our|all of|all)? EnvHead (resources|environment|assets)?", |args| {
        Some(Set::new(Head::Env, Number::Many, args.cond(0)?).into())
    })
    .ex(&[("our production", "env = prod")]),
    // The name of something that has no kind of ours, alone or with what people call such things.
    Rule::new("Base", "Word", |args| Some(Set::new(Head::Name, Number::One, Formula::is(Field::Name, args.text(0)?)).into()))
        .ex(&[("jenkins", "name = jenkins")])
        .not(&["everyone", "slowly", "service"]),
    Rule::new("Base", "the? Word (service|app|application|box|host|site|website|api|backend|frontend|worker)", |args| {
        let word = args.text(0)?;
        (!is_sort(&word)).then(|| Set::new(Head::Name, Number::One, Formula::is(Field::Name, word)).into())
    })
    .ex(&[("the checkout service", "name = checkout")])
    .not(&["the service", "the web app"]),
    Rule::new("Base", "the? (app service)? Word (app|service|application|site) (called|named)? Names", |args| {
        let names = args.cond(1)?;
        is_sort(&args.text(0)?).then(|| Set::new(Head::Name, Number::Many, names).into())
    })
    .ex(&[("the web app web-shop-9", "name = web-shop-9"), ("app service web app web-shop-9", "name = web-shop-9")])
    .not(&["web app", "checkout app web-shop-9"]),
    Rule::new("Base", "the? (service|app|application|host|site|website) (called|named)? OneName", |args| {
        Some(Set::new(Head::Name, Number::One, args.cond(0)?).into())
    }),
    Rule::new("Base", "(everything|every resource|all resources|all things|all assets|all|anything)", |_| {
        Some(Set::new(Head::Thing, Number::Many, Formula::all()).into())
    }),
    // Described behind.
    Rule::new("Np", "Base", same),
    Rule::new("Np", "Np Post", |args| described(args.set(0)?, args.cond(1)?))
        .ex(&[("vms in dev older than 90d", "kind = vm AND env = dev AND age > 90d")])
        .not(&["vms in dev in prod"]),
    // “Created today at 5 pm”: made then, or to be done then?
    Rule::new("Np", "Np Made (on|in)? Moment Whens", |args| {
        let set = args.set(0)?.with(Formula::created_in(&args.text(2)?));
        Some(set.asks("Created at that time, or should it be done at that time?").into())
    }),
    // Alternatives of different fields: a question can show them all, a change cannot choose.
    Rule::new("Nominal", "Pre (or|, or) Pre Nominal", |args| either(args.set(2)?, args.cond(0)?, args.cond(1)?))
        .ex(&[("dev or idle vms", "kind = vm AND (env = dev OR idle) ? One condition or the other: which resources exactly?")]),
    Rule::new("Nominal", "Pre , Pre (or|, or) Pre Nominal", |args| {
        either(args.set(3)?, alone(args.cond(0)?)?.or(alone(args.cond(1)?)?), args.cond(2)?)
    })
    .ex(&[(
        "idle, stopped or untagged vms",
        "kind = vm AND (state = stopped OR idle OR untagged) ? One condition or the other: which resources exactly?",
    )]),
    Rule::new("Np", "Np (that are|which are|that is|that) Alt (or|, or) Alt", |args| either(args.set(0)?, args.cond(1)?, args.cond(2)?)).ex(&[(
        "vms that are not idle or in dev",
        "kind = vm AND (env = dev OR idle = false) ? One condition or the other: which resources exactly?",
    )]),
    Rule::new("Np", "Np (that are|which are|that is|that) Alt , Alt (or|, or) Alt", |args| {
        either(args.set(0)?, args.cond(1)?.or(args.cond(2)?), args.cond(3)?)
    }),
    Rule::new("Np", "Np Phrase or Alt", |args| either(args.set(0)?, args.cond(1)?, args.cond(2)?)),
    Rule::new("Alt", "Adj", same),
    Rule::new("Alt", "not Adj", |args| Some(args.cond(0)?.not().into())),
    Rule::new("Alt", "Phrase", same),
    // A part of a name.
    Rule::new("Np", "Np (with|whose|that have|having) (name|names|the name) (containing|contains|contain|starting with|starts with|like|including|beginning with|ending with) NewName", |args| {
        let word = args.text(1)?;
        let question = format!("A change needs whole names, not “{word}”. Which ones exactly?");
        Some(args.set(0)?.with(Formula::compare(Field::Name, Op::Like, word)).asks(question).into())
    })
    .ex(&[("vms whose name contains web", "kind = vm AND name ~ web ? A change needs whole names, not “web”. Which ones exactly?")]),
    // A country that is a region of the cloud that was named.
    Rule::new("Np", "Np in PlaceOfGeo", |args| {
        let set = args.set(0)?;
        if set.formula.values(&Field::Cloud).len() != 1 { None } else { narrowed(set, args.cond(1)?) }
    })
    .ex(&[("aws vms in ireland", "cloud = aws AND kind = vm AND region = eu-west-1")])
    .not(&["vms in ireland"]),
];

/// What an engine runs.
fn run_by(engine: Formula, number: Number) -> Option<Sem> {
    let kind = match engine.values(&Field::Engine).first().copied()? {
        "redis" | "memcached" => Kind::Cache,
        "mongodb" | "cassandra" => Kind::Nosql,
        _ => Kind::Database,
    };
    Some(Set::new(Head::Kind, number, Formula::is(Field::Kind, kind.as_str()).and(engine)).into())
}

/// A “web app” is a sort of app, and “web” no name of one.
pub(super) fn is_sort(word: &str) -> bool {
    matches!(word.to_lowercase().as_str(), "web" | "mobile" | "logic" | "rest")
}

fn same_second(args: &Args<'_>) -> Option<Sem> {
    Some(args.at(1).clone())
}

/// Described by what stands behind.
pub(super) fn described(set: Set, condition: Formula) -> Option<Sem> {
    // “Everything except databases in dev”: are the databases in dev, or all that is left?
    let left = set.formula.conjuncts().into_iter().any(|part| matches!(part, Formula::Is { field: Field::Kind, not: true, .. }));
    // “In subnet sn-1 of vpc-1”: the subnet's, or theirs?
    let within = |part: &Formula| matches!(part, Formula::Rel { .. } | Formula::Is { field: Field::Linked, .. });
    let of = |part: &Formula| matches!(part, Formula::Rel { by: Relation::Any, .. });
    let twice = set.formula.conjuncts().into_iter().any(within) && condition.conjuncts().into_iter().any(of);
    match narrowed(set, condition)? {
        Sem::Set(set) if twice => Some(set.asks("Does that describe them, or what they are related to?").into()),
        Sem::Set(set) if left => Some(set.asks("Does that describe what to include, or what to leave out?").into()),
        sem => Some(sem),
    }
}

/// Narrowed by a condition that it does not already contradict.
pub(super) fn narrowed(set: Set, condition: Formula) -> Option<Sem> {
    // A name is one thing; only a place says more of it.
    if set.head == Head::Name && !condition.conjuncts().into_iter().all(Formula::is_place) {
        return None;
    }
    // Everything that is related to something would be anything.
    if set.head == Head::Thing && condition.conjuncts().into_iter().any(|part| matches!(part, Formula::Rel { .. })) {
        return None;
    }
    // “The prod account” is called so, whatever is in it.
    let env = condition.conjuncts().into_iter().any(|part| matches!(part, Formula::Is { field: Field::Env, .. }));
    if env && set.number == Number::One && set.kinds().iter().eq([&Kind::Account]) {
        return None;
    }
    // A storage account holds containers of blobs, which are no services.
    let holds = |part: &&Formula| matches!(part, Formula::Rel { to, .. } if to.values(&Field::Kind).contains("bucket"));
    if set.kinds().contains(&Kind::ContainerService) && condition.conjuncts().iter().any(holds) {
        return None;
    }
    // A machine has no engine, whatever runs on it; “MySQL instances” are databases.
    let engine = !condition.values(&Field::Engine).is_empty();
    if engine && set.kinds().iter().any(|kind| matches!(kind, Kind::Vm | Kind::K8sCluster | Kind::ContainerService)) {
        return None;
    }
    // A copy is attached to nothing; what it is a copy of may be.
    let attached = |part: &Formula| matches!(part, Formula::Rel { by: Relation::Is(Rel::Attached), .. });
    let kinds = set.kinds();
    let copies = !kinds.is_empty() && kinds.iter().all(|kind| matches!(kind, Kind::Snapshot | Kind::Image));
    if copies && condition.conjuncts().into_iter().any(attached) {
        return None;
    }
    let set = set.with(condition);
    (!set.formula.is_contradictory()).then(|| set.into())
}

fn named(set: Set, names: Formula) -> Option<Sem> {
    let one = set.kinds().len() == 1 && !set.named && set.formula.values(&Field::Name).is_empty();
    one.then(|| Set { named: true, ..set.with(names) }.into())
}

fn as_name(args: &Args<'_>) -> Option<Sem> {
    Some(Formula::is(Field::Name, args.text(0)?).into())
}

fn word_names(args: &Args<'_>) -> Option<Sem> {
    Some(args.cond(0)?.or(args.cond(1)?).into())
}

/// One thing of a kind, and its name.
fn one_named(args: &Args<'_>) -> Option<Sem> {
    let set = args.set(1).filter(|set| set.number == Number::One && set.head == Head::Kind)?;
    named(set, Formula::is(Field::Name, args.text(2)?))
}

/// One condition or the other.
fn either(set: Set, a: Formula, b: Formula) -> Option<Sem> {
    // “Idle, stopped or untagged” are three; “not in dev or prod” is in neither.
    if a.conjuncts().len() > 1 || !sorts(&a).is_disjoint(&sorts(&b)) {
        return None;
    }
    let both = a.or(b);
    // Of one field it is a list, which is read as one.
    let apart = matches!(both, Formula::Or(_));
    apart.then(|| set.with(both).asks("One condition or the other: which resources exactly?").into())
}

/// A condition that is one.
fn alone(condition: Formula) -> Option<Formula> {
    (condition.conjuncts().len() == 1).then_some(condition)
}

/// “The checkout VM”: a whole name of one, a part of the names of many.
fn likely(set: Set, word: String) -> Option<Sem> {
    // Whether the whole name is meant or a part of it, the sentence tells: a change needs whole ones.
    named(set, Formula::Likely(word))
}

/// Families of machines that people name by themselves.
fn family(word: &str) -> Option<Sem> {
    const FAMILIES: &[&str] = &[
        "t2", "t3", "t3a", "t4g", "m4", "m5", "m5a", "m6g", "m6i", "m7g", "m7i", "c4", "c5", "c5n", "c6g", "c6i", "c7g", "r4", "r5", "r6g",
        "r6i", "r7g", "x1", "x2", "i3", "i4i", "d2", "d3", "g4dn", "g5", "p3", "p4", "p5", "e2", "n1", "n2", "n2d", "b2s", "d2s",
    ];
    let low = word.to_lowercase();
    FAMILIES.contains(&low.as_str()).then(|| Formula::compare(Field::Size, Op::Like, low).into())
}
