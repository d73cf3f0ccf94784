//! What is made: “create a VM called web-9 in us-east-1 of size t3.micro”. A name is one only where it is said to be one or
//! follows its kind, and what a new thing cannot be given leads to a question.

use escher_core::selector::Field;
use escher_core::{CloudId, Verb};

use crate::grammar::args::{nothing, same};
use crate::grammar::rule::{Args, Rule};
use crate::meaning::{Formula, Head, Number, Order, Params, Sem, Set, Spot};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Plain", "Creating", |args| finished(args.order(0)?))
        .ex(&[
            ("create a VM called web-9 in us-east-1", "create: kind = vm {\"name\":\"web-9\",\"region\":\"us-east-1\"}"),
            ("create a queue jobs-1", "create: kind = queue {\"name\":\"jobs-1\"}"),
            ("launch an m5.large EC2 instance named api-3", "create: cloud = aws AND kind = vm {\"name\":\"api-3\",\"size\":\"m5.large\"}"),
            ("create a 100GB disk called data-9", "create: kind = disk {\"name\":\"data-9\",\"size\":\"100GB\"}"),
            (
                "create a postgres database called orders with 50 GB in europe-west1",
                "create: kind = database AND engine = postgres {\"name\":\"orders\",\"region\":\"europe-west1\",\"size\":\"50GB\"}",
            ),
            ("make a vm", "create: kind = vm"),
            ("spin up a vm", "create: kind = vm"),
            ("create a public bucket called logs-9", "create: kind = bucket AND public {\"name\":\"logs-9\"} ? A new resource can't be given `public` right away. What should be created?"),
        ])
        .not(&[
            "create web-9",
            "create a StandardSSD_LRS disk called disk-lab-2",
            "create a vm like web-1",
            "create a vm called web-9 with SSH keys",
            "create a vm called web-9 named web-8",
            "make web-1",
        ]),
    Rule::new("Creating", "Making New? NewNominal", |args| Some(Order::new(Verb::Create, args.set(2)?).into())),
    Rule::new("Creating", "Making New? NewNominal NewThing", |args| {
        Some(Order::new(Verb::Create, args.set(2)?).with(Params::of("name", args.text(3)?)).into())
    }),
    Rule::new("Creating", "Making New? Size NewNominal", |args| {
        Some(Order::new(Verb::Create, args.set(3)?).with(Params::of("size", args.text(2)?)).into())
    }),
    Rule::new("Creating", "Making New? Size NewNominal NewThing", |args| {
        let params = Params::of("size", args.text(2)?).and(Params::of("name", args.text(4)?))?;
        Some(Order::new(Verb::Create, args.set(3)?).with(params).into())
    }),
    Rule::new("Creating", "Making New? Gigabytes NewNominal", |args| {
        Some(Order::new(Verb::Create, args.set(3)?).with(Params::of("size", format!("{}GB", args.text(2)?))).into())
    }),
    Rule::new("Creating", "Making Whole new? Kinds", |args| {
        let set = Set::new(Head::Kind, Number::Many, args.cond(2)?);
        Some(Order::new(Verb::Create, set).asks("I create one resource at a time. What should it be called?").into())
    })
    .ex(&[("create 3 vms", "create: kind = vm ? I create one resource at a time. What should it be called?")]),
    Rule::new("Creating", "Creating Given", with_params),
    Rule::new("Creating", "Creating ,? Post", with_place),
    Rule::new("Creating", "Creating in PlaceOfGeo", with_place),
    Rule::new("NewThing", "Name", same),
    Rule::new("NewThing", "Quoted", same),
    Rule::new("NewNominal", "KindSg", |args| Some(Set::new(Head::Kind, Number::One, args.noun(0)?.formula()).into())),
    Rule::new("NewNominal", "Pre NewNominal", |args| {
        let condition = args.cond(0)?;
        // A size is a parameter.
        if matches!(&condition, Formula::Is { field: Field::Size, .. } | Formula::Compare { field: Field::Size, .. }) {
            return None;
        }
        let set = args.set(1)?.with(condition);
        (!set.formula.is_contradictory()).then(|| set.into())
    }),
    Rule::new("Given", "and? Naming", |args| Some(Params::of("name", args.text(0)?).into())),
    Rule::new("Given", "SizeCue (a|an)? Size SizeNoun?", |args| Some(Params::of("size", args.text(1)?).into()))
        .ex(&[("of type t3.small", "{\"size\":\"t3.small\"}"), ("with size t3.micro", "{\"size\":\"t3.micro\"}")]),
    Rule::new("Given", "SizeCue Gigabytes Storage?", |args| Some(Params::of("size", format!("{}GB", args.text(1)?)).into()))
        .ex(&[("with 50 GB of storage", "{\"size\":\"50GB\"}")]),
    Rule::new("SizeCue", "(of|with|as|size|type|sku)", nothing),
    Rule::new("SizeCue", "(of|with|and)? (the|a)? (size|type|sku|instance type|machine type|instance size|class) of?", nothing),
    Rule::new("Storage", "(of storage|of space|of disk|of disk space|storage|disk|space|in size)", nothing),
    Rule::new("Making", "(create|launch|provision|make|deploy|set up|spin up|stand up|build|make me|make us|create me|give me|get me)", nothing),
    Rule::new("New", "(a|an|a new|an additional|another|one|new|one new|a fresh|me a|me a new|me an|the)", nothing),
];

fn with_params(args: &Args<'_>) -> Option<Sem> {
    let order = args.order(0)?;
    let params = order.params.clone().and(args.params(1)?)?;
    Some(order.with(params).into())
}

/// Where it is made.
fn with_place(args: &Args<'_>) -> Option<Sem> {
    let (mut order, place) = (args.order(0)?, args.cond(1)?);
    // A size is a parameter, and read as one.
    if matches!(&place, Formula::Is { field: Field::Size, .. }) {
        return None;
    }
    order.set = order.set.with(place);
    (!order.set.formula.is_contradictory()).then(|| order.into())
}

/// Places become parameters; what else was said of it cannot be done while it is made.
fn finished(order: Order) -> Option<Sem> {
    let mut kept = Formula::all();
    let mut params = order.params.clone();
    let mut why: Option<(String, Vec<String>)> = None;
    let clouds: Vec<CloudId> = order.set.formula.values(&Field::Cloud).into_iter().filter_map(|word| word.parse().ok()).collect();
    for part in order.set.formula.conjuncts() {
        match part {
            Formula::Is { field: Field::Kind | Field::Cloud | Field::Engine | Field::Network, not: false, values } if values.len() == 1 => {
                kept = kept.and(part.clone());
            }
            Formula::Is { field: Field::Region, values, not: false } => {
                let codes: Vec<String> = values.iter().cloned().collect();
                place(&mut params, codes, &mut why)?;
            }
            Formula::Place { spots, not: false } => {
                let here = |(cloud, _): &&Spot| clouds.is_empty() || clouds.contains(cloud);
                place(&mut params, spots.iter().filter(here).map(|(_, code)| code.clone()).collect(), &mut why)?;
            }
            other => {
                let told = other.selector().map(|selector| selector.to_string()).unwrap_or_default();
                why.get_or_insert((format!("A new resource can't be given `{told}` right away. What should be created?"), Vec::new()));
                kept = kept.and(other.clone());
            }
        }
    }
    let set = Set { formula: kept, ..order.set.clone() };
    let order = Order { set, params, ..order };
    Some(match why {
        Some((question, options)) => order.asks(question).offers(options).into(),
        None => order.into(),
    })
}

fn place(params: &mut Params, mut codes: Vec<String>, why: &mut Option<(String, Vec<String>)>) -> Option<()> {
    if codes.len() == 1 {
        *params = params.clone().and(Params::of("region", codes.remove(0)))?;
    } else {
        why.get_or_insert(("In which region?".to_owned(), codes));
    }
    Some(())
}
