//! Other sizes: “resize web-1 to m5.large”, “grow data-1 by 50 GB”.

use escher_core::Verb;
use escher_core::selector::{Field, Op};

use crate::grammar::args::{nothing, same};
use crate::grammar::rule::Rule;
use crate::meaning::{Formula, Order, Params, Sem, Set};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Full", "Resizing Nps ToSize", |args| resized(args.set(1)?, args.params(2)?))
        .ex(&[
            ("resize web-1 to m5.large", "resize: name = web-1 {\"size\":\"m5.large\"}"),
            ("change vm web-1 into a Standard_D4s_v3", "resize: kind = vm AND name = web-1 {\"size\":\"Standard_D4s_v3\"}"),
            ("expand disk data-1 to 200 GB", "resize: kind = disk AND name = data-1 {\"size\":200}"),
        ])
        .not(&["resize web-1 to m5.large or m5.xlarge", "convert web-1 to m5.large"]),
    Rule::new("Full", "Resizing Nps from OldSize ToSize", |args| resized(args.set(1)?.with(args.cond(2)?), args.params(3)?)).ex(&[
        ("resize web-1 from m5.large to m5.xlarge", "resize: name = web-1 AND size = m5.large {\"size\":\"m5.xlarge\"}"),
        ("resize data-1 from 100GB to 200GB", "resize: name = data-1 AND capacity = 100GB {\"size\":200}"),
    ]),
    Rule::new("Full", "Growing Nps by Gigabytes", |args| grown(args.set(1)?, &args.text(2)?))
        .ex(&[("expand vol-0abc1 by 50GB", "resize: id = vol-0abc1 {\"size\":\"+50\"}")])
        .not(&["resize vol-0abc1 by 50GB"]),
    // A disk cannot be made smaller, and is never made larger instead.
    Rule::new("Full", "Shrinking Nps (by|to) Gigabytes", |args| shrunk(args.set(1)?)).ex(&[(
        "reduce disk data-1 by 20 GB",
        "resize: kind = disk AND name = data-1 ? A disk can't be made smaller. What should be done instead?",
    )]),
    Rule::new("Full", "Growing Nps with Gigabytes", |args| {
        Some(Order::new(Verb::Resize, args.set(1)?).asks("By that much, or to that size?").into())
    }),
    Rule::new("Full", "(set|change|update|adjust) the? Sizing (of|for|on) Nps ToSize", |args| resized(args.set(1)?, args.params(2)?)).ex(
        &[
            ("set the size of vm web-1 to m5.large", "resize: kind = vm AND name = web-1 {\"size\":\"m5.large\"}"),
            ("change the instance type of web-1 to m5.large", "resize: name = web-1 {\"size\":\"m5.large\"}"),
        ],
    ),
    Rule::new("Full", "(set|change) Nps Sizing? ToSize", |args| resized(args.set(0)?, args.params(2)?)),
    Rule::new("Full", "(make|turn) Nps into? (a|an)? Size SizeNoun?", |args| resized(args.set(0)?, Params::of("size", args.text(1)?)))
        .ex(&[("make web-1 an m5.large", "resize: name = web-1 {\"size\":\"m5.large\"}")])
        .not(&["make an m5.large"]),
    Rule::new("Full", "(set|change|update) Nps 's Sizing ToSize", |args| resized(args.set(0)?, args.params(2)?))
        .ex(&[("change web-1's size to m5.large", "resize: name = web-1 {\"size\":\"m5.large\"}")]),
    Rule::new("Full", "Growing the? DiskSize (of|for|on) Nps (to|to size) Gigabytes", |args| {
        resized(args.set(2)?, Params::of("size", args.text(3)?.parse::<u64>().ok()?))
    })
    .ex(&[("increase the size of disk data-1 to 200 GB", "resize: kind = disk AND name = data-1 {\"size\":200}")]),
    Rule::new("Full", "Growing the? DiskSize (of|for|on) Nps by Gigabytes", |args| grown(args.set(2)?, &args.text(3)?))
        .ex(&[("increase the disk size of data-1 by 50 GB", "resize: name = data-1 {\"size\":\"+50\"}")])
        .not(&["increase the size of data-1 by 50"]),
    Rule::new("Full", "Shrinking the? DiskSize (of|for|on) Nps (by|to) Gigabytes", |args| shrunk(args.set(2)?)),
    Rule::new("Full", "add Gigabytes more? (of space|of storage|of disk space)? to Nps", |args| grown(args.set(1)?, &args.text(0)?))
        .ex(&[("add 50 GB to disk data-1", "resize: kind = disk AND name = data-1 {\"size\":\"+50\"}")]),
    Rule::new("Full", "make Nps Gigabytes (bigger|larger)", |args| grown(args.set(0)?, &args.text(1)?)),
    Rule::new("Full", "make Nps Gigabytes (smaller|less)", |args| shrunk(args.set(0)?)),
    Rule::new("DiskSize", "(disk|storage|volume)? (size|capacity|space)", nothing),
    // Without a size it asks for one.
    Rule::new("Plain", "(resize|upsize|downsize|rightsize|right-size|right size) Nps", |args| {
        Some(Order::new(Verb::Resize, args.set(0)?).into())
    })
    .ex(&[("downsize idle vms in dev", "resize: kind = vm AND env = dev AND idle")]),
    Rule::new("Full", "Resizing Nps to Vague", |args| Some(Order::new(Verb::Resize, args.set(1)?).asks("To what size exactly?").into()))
        .ex(&[("resize web-1 to something bigger", "resize: name = web-1 ? To what size exactly?")]),
    Rule::new("Full", "make Nps Vague", |args| Some(Order::new(Verb::Resize, args.set(0)?).asks("To what size exactly?").into()))
        .ex(&[("make web-1 bigger", "resize: name = web-1 ? To what size exactly?")]),
    Rule::new("Full", "give Nps Vague", |args| Some(Order::new(Verb::Resize, args.set(0)?).asks("To what size exactly?").into()))
        .ex(&[("give web-1 a bigger size", "resize: name = web-1 ? To what size exactly?")]),
    Rule::new(
        "Resizing",
        "(resize|upsize|downsize|rightsize|right-size|right size|upgrade|downgrade|change|move|switch|bump|bump up)",
        nothing,
    ),
    Rule::new("Resizing", "Growing", nothing),
    Rule::new("Growing", "(grow|expand|increase|extend|enlarge|bump up|raise)", nothing),
    Rule::new("Shrinking", "(shrink|reduce|decrease|lower|cut|downsize|scale down)", nothing),
    Rule::new(
        "Sizing",
        "(size|sku|tier|type|instance type|instance size|vm size|machine type|machine size|instance class|capacity)",
        nothing,
    ),
    Rule::new(
        "ToSize",
        "(to|into|to be|to size|to type|up to|down to|over to|, target|, target size|, new size|, size) (a|an|the)? Size SizeNoun?",
        |args| Some(Params::of("size", args.text(0)?).into()),
    )
    .ex(&[("to an m5.large instance", "{\"size\":\"m5.large\"}")])
    .not(&["to web-1", "to m5"]),
    Rule::new("ToSize", "(to|to size|up to) Gigabytes", |args| Some(Params::of("size", args.text(0)?.parse::<u64>().ok()?).into()))
        .ex(&[("to 1.5 TB", "{\"size\":1536}")])
        .not(&["to 0.5 GB", "to 50"]),
    Rule::new("SizeNoun", "(instance|instances|machine|machines|vm|vms|size|type)", nothing),
    Rule::new("OldSize", "(a|an)? Size SizeNoun?", |args| Some(Formula::is(Field::Size, args.text(0)?).into())),
    Rule::new("OldSize", "Gigabytes", |args| Some(Formula::compare(Field::Capacity, Op::Eq, format!("{}GB", args.text(0)?)).into())),
    Rule::new("Vague", "(something|a|the|the next|a much|to)? (bigger|larger|smaller|next|faster|cheaper|better|different)", nothing),
    Rule::new("Vague", "(something|a|the|the next|a much) (bigger|larger|smaller|faster|cheaper|better|different) Sizing", nothing),
    // Whole gigabytes.
    Rule::new("Gigabytes", "Capacity", |args| gigabytes(&args.text(0)?)).ex(&[("200GB", "200"), ("2TB", "2048")]).not(&["100MB"]),
    Rule::new("Gigabytes", "Amount Giga", |args| gigabytes(&format!("{}{}", args.text(0)?, args.text(1)?))).ex(&[("50 gigs", "50")]),
    Rule::new("Amount", "Num", same),
    Rule::new("Amount", "Decimal", same),
    Rule::new("Giga", "(gb|gib|gig|gigs|gigabyte|gigabytes)", |_| Some(Sem::Text("GB".to_owned()))),
    Rule::new("Giga", "(tb|tib|terabyte|terabytes)", |_| Some(Sem::Text("TB".to_owned()))),
];

fn resized(set: Set, params: Params) -> Option<Sem> {
    Some(Order::new(Verb::Resize, set).with(params).into())
}

fn grown(set: Set, by: &str) -> Option<Sem> {
    resized(set, Params::of("size", format!("+{by}")))
}

fn shrunk(set: Set) -> Option<Sem> {
    let question = "A disk can't be made smaller. What should be done instead?";
    Some(Order::new(Verb::Resize, set).asks(question).offers(["snapshot"]).into())
}

/// A whole number of gigabytes; there is no part of one.
fn gigabytes(text: &str) -> Option<Sem> {
    let cut = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (amount, unit) = text.split_at(cut);
    let factor = match unit {
        "GB" => 1.0,
        "TB" => 1024.0,
        _ => return None,
    };
    let amount = amount.parse::<f64>().ok()? * factor;
    (amount.fract() == 0.0 && (1.0..1e9).contains(&amount)).then(|| Sem::Text(format!("{amount}")))
}
