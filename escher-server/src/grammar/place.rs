//! Where: regions, zones, accounts, groups, networks, environments behind a preposition.

use escher_core::selector::Field;
use escher_core::{CloudId, Env};

use super::args::same;
use super::both::{consistent, one_field};
use super::rule::{Args, Rule};
use crate::meaning::{Formula, Sem};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Post", "Where", same),
    Rule::new("Where", "Within", same),
    Rule::new("Within", "(in|within|on|from|across|inside|over in|out of|located in|hosted in|deployed in|residing in|based in|living in|sitting in) Loc", same)
        .ex(&[("in dev", "env = dev"), ("located in us-east-1", "region = us-east-1")])
        .not(&["in eu-west-14", "in dve", "in ireland"]),
    // Cloud, region and environment in a row: “in aws us-west-2 dev”.
    Rule::new("Within", "(in|within|on|from|across|inside|located in|hosted in|deployed in) Strung (environment|env)?", same)
    .ex(&[
        ("in aws us-west-2 dev", "cloud = aws AND region = us-west-2 AND env = dev"),
        ("in us-east-1 prod", "region = us-east-1 AND env = prod"),
        ("in dev westus", "region = westus AND env = dev"),
        ("in dev aws", "cloud = aws AND env = dev"),
    ])
    .not(&["in aws azure dev", "in dev prod", "in us-east-1 us-west-2"]),
    Rule::new("Strung", "Cloud? Spot Env", strung),
    Rule::new("Strung", "Cloud? Env Spot", strung),
    Rule::new("Strung", "Spot Cloud Env", strung),
    Rule::new("Strung", "Env Cloud Spot?", strung),
    Rule::new("Spot", "Region", same),
    Rule::new("Spot", "Place", same),
    Rule::new("Spot", "Geo", same),
    // Everywhere is where all things are: “in all regions except us-east-1”.
    Rule::new("Within", "(in|across|from|on) (all|every|any|each|all the|all our|all of our) (regions|region|clouds|cloud|accounts|account|subscriptions|projects|environments|environment|envs|zones)", |_| {
        Some(Formula::all().into())
    })
    .ex(&[("across all regions", "")])
    .not(&["in all of them"]),
    Rule::new("Where", "(but|and|that are|which are)? not (in|within|on|from) Loc", |args| Some(args.cond(0)?.not().into()))
        .ex(&[("not in prod", "env != prod"), ("but not in us-east-1", "region != us-east-1")]),
    Rule::new("Where", "neither (in|on) OneLoc nor (in|on)? OneLoc", |args| Some(args.cond(0)?.not().and(args.cond(1)?.not()).into()))
        .ex(&[("neither in prod nor in staging", "NOT env IN (prod, staging)")]),
    Rule::new("Where", "in neither OneLoc nor OneLoc", |args| Some(args.cond(0)?.not().and(args.cond(1)?.not()).into()))
        .ex(&[("in neither prod nor staging", "NOT env IN (prod, staging)")]),
    Rule::new("Where", "outside of? Loc", |args| Some(args.cond(0)?.not().into())).ex(&[("outside prod", "env != prod")]),
    Rule::new("Where", "running in Loc", |args| Some(args.cond(0)?.and(Formula::is(Field::State, "running")).into()))
        .ex(&[("running in westus", "region = westus AND state = running")]),
    // Several places: alternatives of one field, or pairs.
    Rule::new("Where", "Where and Where", both).ex(&[
        ("in dev and in us-east-1", "region = us-east-1 AND env = dev"),
        ("in westus in dev and in eastus in test", "region = eastus AND env = test OR region = westus AND env = dev"),
        ("in dev and in test", "env IN (dev, test)"),
        ("in eu and in us-east-1", "region = us-east-1 OR geo = eu"),
    ]),
    Rule::new("Where", "Where or Where", |args| alternatives(args.cond(0)?, args.cond(1)?))
        .ex(&[("in dev or in test", "env IN (dev, test)"), ("in eu or in us-east-1", "region = us-east-1 OR geo = eu")])
        .not(&["in dev or in us-east-1"]),
    Rule::new("Where", "Where Where", |args| consistent(args.cond(0)?.and(args.cond(1)?)))
        .ex(&[("in westus in dev", "region = westus AND env = dev")])
        .not(&["in dev in test", "in eu in us-east-1"]),
    Rule::new("Loc", "(the|our|all)? OneLoc (environment|environments|env|accounts)?", |args| Some(args.at(0).clone())),
    Rule::new("Loc", "(the|our|all)? OneLoc (region|regions|cloud|clouds|zone|side)", |args| {
        args.cond(0)?.values(&Field::Env).is_empty().then(|| args.at(0).clone())
    })
    .not(&["the dev region", "the prod zone"]),
    // A country beside another place: where they overlap, a question sees them both.
    Rule::new("Loc", "AskedPlace (and|or|,|, and|, or|&) Loc", |args| anywhere(args.cond(0)?, args.cond(1)?)),
    Rule::new("Loc", "OneLoc (and|or|,|, and|, or|&) AskedPlace", |args| anywhere(args.cond(0)?, args.cond(1)?)),
    // Values of one field, or places that nothing is at together.
    Rule::new("Loc", "(both|either)? OneLoc (and|or|,|, and|, or|&) Loc", |args| alternatives(args.cond(0)?, args.cond(1)?))
        .ex(&[
            ("dev and test", "env IN (dev, test)"),
            ("us-east-1 or us-west-2", "region IN (us-east-1, us-west-2)"),
            ("eu and us-east-1", "region = us-east-1 OR geo = eu"),
            ("westus and Frankfurt", "region IN (westus, eu-central-1, germanywestcentral, europe-west3)"),
        ])
        .not(&["dev and westus", "us and us-east-1", "aws and westus"]),
    // Each cloud with a place of its own.
    Rule::new("Loc", "Paired (and|or|, and|,|&) Paired", |args| Some(args.cond(0)?.or(args.cond(1)?).into())).ex(&[(
        "aws oregon and azure west us",
        "cloud = aws AND region = us-west-2 OR cloud = azure AND region = westus",
    )]),
    Rule::new("Paired", "Cloud OneLoc", |args| consistent(args.cond(0)?.and(args.cond(1)?))),
    Rule::new("OneLoc", "Region", same),
    Rule::new("OneLoc", "region Region", same),
    Rule::new("OneLoc", "(zone|availability zone|az)? Zone", same),
    Rule::new("OneLoc", "Place", same),
    Rule::new("OneLoc", "Geo", same),
    Rule::new("OneLoc", "AskedPlace", same),
    Rule::new("OneLoc", "Cloud", same),
    Rule::new("OneLoc", "Env", same),
    Rule::new("OneLoc", "NonProd", same),
    Rule::new("OneLoc", "Cloud OneLoc", |args| consistent(args.cond(0)?.and(args.cond(1)?)))
        .ex(&[("azure west us", "cloud = azure AND region = westus"), ("gcp project-x", "cloud = gcp AND account = project-x")])
        .not(&["aws west us", "aws azure"]),
    // A country that is a region of some clouds needs one of them.
    Rule::new("OneLoc", "Cloud PlaceOfGeo", |args| consistent(args.cond(0)?.and(args.cond(1)?)))
        .ex(&[("azure ireland", "cloud = azure AND region = northeurope")]),
    Rule::new("OneLoc", "(govcloud|gov cloud|us govcloud)", |_| {
        let of = |code: &str| (CloudId::Aws, code.to_owned());
        Some(Formula::Place { spots: [of("us-gov-east-1"), of("us-gov-west-1")].into(), not: false }.into())
    })
    .ex(&[("govcloud", "region IN (us-gov-east-1, us-gov-west-1)")]),
    // Accounts.
    Rule::new("OneLoc", "AccountWord (called|named|id|number)? Label", |args| is(Field::Account, args, 1)).ex(&[
        ("account 111122223333", "account = 111122223333"),
        ("project acme-web-dev", "account = acme-web-dev"),
        ("account called dev", "account = dev"),
    ]),
    Rule::new("Within", "region OneLoc", |args| told(args, &[Field::Region]))
        .ex(&[("region us-east-1", "region = us-east-1")])
        .not(&["region dev"]),
    Rule::new("Within", "zone OneLoc", |args| told(args, &[Field::Zone])).not(&["zone prod"]),
    Rule::new("Within", "(environment|env) OneLoc", |args| told(args, &[Field::Env]))
        .ex(&[("environment dev", "env = dev")])
        .not(&["environment us-east-1"]),
    Rule::new("OneLoc", "Word AccountWord", |args| is(Field::Account, args, 0)).ex(&[("payments project", "account = payments")]),
    Rule::new("OneLoc", "Name AccountWord", |args| is(Field::Account, args, 0)).ex(&[("acme-web-dev account", "account = acme-web-dev")]),
    // “The prod account” is called so; “the prod accounts” are all that are of production.
    Rule::new("OneLoc", "EnvWord Cloud? (account|subscription|project)", |args| {
        Some(args.cond(1)?.and(Formula::is(Field::Account, args.text(0)?)).into())
    })
    .ex(&[("sandbox account", "account = sandbox"), ("demo subscription", "account = demo")]),
    Rule::new("OneLoc", "Env (accounts|subscriptions|projects)", |args| Some(args.at(0).clone())).ex(&[("sandbox accounts", "env = sandbox")]),
    Rule::new("EnvWord", "Any", |args| {
        let text = args.text(0)?;
        Env::ALL.iter().any(|env| env.spellings().contains(&text.to_lowercase().as_str())).then_some(Sem::Text(text))
    }),
    Rule::new("Where", "in (my|our) Cloud? AccountWord", |args| Some(args.cond(0)?.into())),
    Rule::new("OneLoc", "KindSg (called|named|id|number)? Label", |args| {
        let noun = args.noun(0)?;
        let cloud = noun.cloud.map_or_else(Formula::all, |cloud| Formula::is(Field::Cloud, cloud.as_str()));
        let account = Formula::is(Field::Account, args.text(1)?);
        (noun.kind == escher_core::Kind::Account).then(|| cloud.and(account).into())
    })
    .ex(&[("AWS account 111122223333", "cloud = aws AND account = 111122223333")]),
    Rule::new("Where", "in (my|our) KindSg", |args| {
        let noun = args.noun(0)?;
        let cloud = noun.cloud.map_or_else(Formula::all, |cloud| Formula::is(Field::Cloud, cloud.as_str()));
        (noun.kind == escher_core::Kind::Account && !cloud.is_all()).then(|| cloud.into())
    }),
    Rule::new("AccountWord", "Cloud? (account|subscription|project|accounts)", |args| Some(args.at(0).clone())),
    // Groups and networks.
    Rule::new("OneLoc", "(resource group|rg) (called|named)? Label", |args| is(Field::Group, args, 0))
        .ex(&[("resource group rg-old", "group = rg-old")]),
    Rule::new("OneLoc", "Word (resource group|rg)", |args| is(Field::Group, args, 0))
        .ex(&[("payments resource group", "group = payments")]),
    Rule::new("OneLoc", "Name (resource group|rg)", |args| is(Field::Group, args, 0)),
    Rule::new("OneLoc", "(vpc|vnet|network|virtual network) (called|named)? Label", |args| is(Field::Network, args, 0))
        .ex(&[("vpc vpc-0abc1", "network = vpc-0abc1")]),
    Rule::new("OneLoc", "zone Label", |args| is(Field::Zone, args, 0)),
    // What is in a subnet or a security group is linked to it.
    Rule::new("Where", "(in|within|inside) Name", |args| linked(args.text(0)?)).ex(&[("in snet-app", "linked = snet-app")]),
    Rule::new("Where", "(in|within|inside) Id", |args| linked(args.text(0)?))
        .ex(&[("in subnet-0a1b2c", "linked = subnet-0a1b2c")])
        .not(&["in i-0abc1", "in vol-0abc1"]),
    // Names that say what they are.
    Rule::new("OneLoc", "Name", prefixed).ex(&[("rg-web", "group = rg-web"), ("project-x", "account = project-x")]).not(&["web-1"]),
    Rule::new("OneLoc", "Id", prefixed).ex(&[("vpc-0abc1", "network = vpc-0abc1")]),
    Rule::new("Label", "Name", same),
    Rule::new("Label", "Num", same),
    Rule::new("Label", "Quoted", same),
    Rule::new("Label", "Word", same),
    Rule::new("Label", "Named", same),
    Rule::new("Label", "Id", same),
    Rule::new("Label", "Env", |args| {
        let env = args.cond(0)?;
        env.values(&Field::Env).into_iter().next().map(|word| Sem::Text(word.to_owned()))
    }),
];

/// What several words in a row say of one place.
fn strung(args: &Args<'_>) -> Option<Sem> {
    consistent(args.cond(0)?.and(args.cond(1)?).and(args.cond(2)?))
}

/// A place, if it is of the sort that the word before it says.
fn told(args: &Args<'_>, fields: &[Field]) -> Option<Sem> {
    let place = args.cond(0)?;
    let fits = match &place {
        Formula::Is { field, not: false, .. } => fields.contains(field),
        Formula::Place { not: false, .. } => fields.contains(&Field::Region),
        _ => false,
    };
    fits.then(|| place.into())
}

fn is(field: Field, args: &Args<'_>, i: usize) -> Option<Sem> {
    // “AWS account 1” says which cloud, too.
    let cloud = if i == 0 { Formula::all() } else { args.cond(0)? };
    let label = args.text(i)?;
    Some(cloud.and(Formula::is(field, label)).into())
}

fn linked(text: String) -> Option<Sem> {
    inner(text).map(Into::into)
}

/// What a name says that others are in and linked to: `snet-app` a subnet, `sg-web` a security group.
pub(super) fn inner(text: String) -> Option<Formula> {
    let low = text.to_lowercase();
    let within = ["subnet-", "snet-", "sn-", "sg-", "nsg-"].iter().any(|prefix| low.starts_with(prefix));
    within.then(|| Formula::is(Field::Linked, text))
}

fn prefixed(args: &Args<'_>) -> Option<Sem> {
    placed(args.text(0)?).map(Into::into)
}

/// What a name says it is: `rg-web` a resource group, `project-x` an account.
pub(crate) fn placed(text: String) -> Option<Formula> {
    let low = text.to_lowercase();
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| low.starts_with(prefix));
    let field = if starts(&["project-", "proj-", "account-", "acct-", "sub-", "subscription-"]) {
        Field::Account
    } else if starts(&["rg-"]) || low.ends_with("-rg") {
        Field::Group
    } else if starts(&["vpc-", "vnet-"]) || low.ends_with("-vpc") || low.ends_with("-vnet") {
        Field::Network
    } else {
        return None;
    };
    Some(Formula::is(field, text))
}

fn anywhere(a: Formula, b: Formula) -> Option<Sem> {
    (a.is_somewhere() && b.is_somewhere()).then(|| a.or(b).into())
}

fn alternatives(a: Formula, b: Formula) -> Option<Sem> {
    one_field(a.clone(), b.clone()).or_else(|| a.or_elsewhere(b).map(Into::into))
}

/// “In dev and in test” are both; “in dev and in us-east-1” is one place; pairs are pairs.
fn both(args: &Args<'_>) -> Option<Sem> {
    let (a, b) = (args.cond(0)?, args.cond(1)?);
    let fields = |formula: &Formula| -> Vec<String> {
        formula
            .conjuncts()
            .into_iter()
            .map(|part| match part {
                Formula::Is { field, .. } => field.to_string(),
                Formula::Place { .. } | Formula::Area { .. } => "region".to_owned(),
                other => format!("{other:?}"),
            })
            .collect()
    };
    let (of_a, of_b) = (fields(&a), fields(&b));
    let same = of_a.iter().all(|field| of_b.contains(field)) && of_a.len() == of_b.len();
    let apart = !of_a.iter().any(|field| of_b.contains(field));
    match (same, apart) {
        (true, _) => Some(a.or(b).into()),
        (_, true) if a.clone().and(b.clone()).is_contradictory() => a.or_elsewhere(b).map(Into::into),
        (_, true) => Some(a.and(b).into()),
        _ => None,
    }
}
