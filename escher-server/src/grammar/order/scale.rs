//! How many: “scale asg-1 to 5”, “add 2 nodes to eks-1”.

use escher_core::{Kind, Verb};

use crate::grammar::args::{nothing, same};
use crate::grammar::rule::Rule;
use crate::meaning::{Order, Params, Sem, Set};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Full", "Scaling Nps Way? ToCount", |args| scaled(args.set(1)?, args.params(3)?))
        .ex(&[
            ("scale asg-1 to 5", "scale: name = asg-1 {\"count\":5}"),
            ("scale web-asg up to 5 instances", "scale: name = web-asg {\"count\":5}"),
            ("scale asg-1 from 3 to 5", "scale: name = asg-1 {\"count\":5}"),
            ("scale dev asgs to zero", "scale: kind = scale-group AND env = dev {\"count\":0}"),
        ])
        .not(&["scale asg-1 to at least 3", "scale asg-1 to between 2 and 5", "scale asg-1 to half"]),
    Rule::new("Full", "(scale|autoscale) Nps by SignedCount", |args| scaled(args.set(0)?, args.params(1)?))
        .ex(&[("scale web-asg by +2", "scale: name = web-asg {\"count\":\"+2\"}")]),
    Rule::new("Full", "(scale|autoscale) Nps (by|with) ScaleCount", |args| {
        let n = args.text(1)?;
        let options = [format!("up by {n}"), format!("down by {n}")];
        Some(Order::new(Verb::Scale, args.set(0)?).asks(format!("Up or down by {n}?")).offers(options).into())
    })
    .ex(&[("scale asg-1 by 2", "scale: name = asg-1 ? Up or down by 2?")]),
    Rule::new("Full", "scale Nps to SignedCount", |args| {
        Some(Order::new(Verb::Scale, args.set(0)?).asks("To that number, or by it?").offers(["to how many", "by how many"]).into())
    }),
    Rule::new("Full", "scale Nps Way by ScaleCount", |args| by(args.set(0)?, &args.text(1)?, &args.text(2)?))
        .ex(&[("scale web-asg down by 1", "scale: name = web-asg {\"count\":\"-1\"}")])
        .not(&["scale web-asg up by 2 and down by 1"]),
    Rule::new("Full", "scale Nps up ScaleCount", |args| by(args.set(0)?, "+", &args.text(1)?))
        .ex(&[("scale web-asg up 2", "scale: name = web-asg {\"count\":\"+2\"}")]),
    Rule::new("Full", "scale Nps down ScaleCount", |args| by(args.set(0)?, "-", &args.text(1)?)),
    Rule::new("Full", "ScaleWay Nps by ScaleCount", |args| by(args.set(1)?, &args.text(0)?, &args.text(2)?)).ex(&[
        ("scale in asg-1 by 1", "scale: name = asg-1 {\"count\":\"-1\"}"),
        ("scale up the dev asgs by two", "scale: kind = scale-group AND env = dev {\"count\":\"+2\"}"),
    ]),
    // Other verbs of growth are about how many only where that is said.
    Rule::new("Full", "(ramp|bump|bump up|dial|adjust|increase|raise|reduce|lower|decrease|change|bring|take|get|put|set|run|keep|have|let) Nps (running)? Way? ToCount", |args| {
        let set = args.set(0)?;
        is_group(&set).then(|| scaled(set, args.params(2)?)).flatten()
    })
    .ex(&[
        ("ramp asg web-asg up to 20", "scale: kind = scale-group AND name = web-asg {\"count\":20}"),
        ("get asg web-asg down from 10 to 4", "scale: kind = scale-group AND name = web-asg {\"count\":4}"),
    ]),
    Rule::new("Full", "MoreOrLess Nps by Whole", |args| {
        let set = args.set(1)?;
        is_group(&set).then(|| by(set, &args.text(0)?, &args.text(2)?)).flatten()
    })
    .ex(&[("increase asg web-asg by 3", "scale: kind = scale-group AND name = web-asg {\"count\":\"+3\"}")]),
    Rule::new("Full", "MoreOrLess Nps by UnitCount", |args| by(args.set(1)?, &args.text(0)?, &args.text(2)?))
        .ex(&[("increase asg-1 by 3 instances", "scale: name = asg-1 {\"count\":\"+3\"}")]),
    Rule::new("Full", "MoreOrLess Nps to UnitCount", |args| scaled(args.set(1)?, count(&args.text(2)?)?)),
    Rule::new("Full", "ScaleWay Nps ScaleCount", |args| {
        let n = args.text(2)?;
        Some(
            Order::new(Verb::Scale, args.set(1)?).asks(format!("To {n}, or by {n}?")).offers([format!("to {n}"), format!("by {n}")]).into(),
        )
    })
    .ex(&[("scale down dev asgs 1", "scale: kind = scale-group AND env = dev ? To 1, or by 1?")]),
    Rule::new("Full", "ScaleWay Nps ToCount", |args| scaled(args.set(1)?, args.params(2)?))
        .ex(&[("scale down web-asg to 2", "scale: name = web-asg {\"count\":2}")]),
    Rule::new("Full", "(resize|bump|set|change|adjust|size) Nps to UnitCount", |args| scaled(args.set(0)?, count(&args.text(1)?)?))
        .ex(&[("bump asg-1 to 10 instances", "scale: name = asg-1 {\"count\":10}")]),
    Rule::new("Full", "(add|bring up) UnitCount (to|in|on) Nps", |args| by(args.set(1)?, "+", &args.text(0)?))
        .ex(&[("add 2 instances to asg-1", "scale: name = asg-1 {\"count\":\"+2\"}")])
        .not(&["add 2 to asg-1"]),
    Rule::new("Full", "give Nps Whole more (instances|machines|nodes|tasks|replicas|servers|workers)", |args| {
        by(args.set(0)?, "+", &args.text(1)?)
    })
    .ex(&[("give asg workers 3 more instances", "scale: kind = scale-group AND name = workers {\"count\":\"+3\"}")]),
    Rule::new("Full", "(remove|take|drop) UnitCount from Nps", |args| by(args.set(1)?, "-", &args.text(0)?))
        .ex(&[("remove 1 node from eks-1", "scale: name = eks-1 {\"count\":\"-1\"}")]),
    Rule::new("Full", "(set|change|update|adjust|increase|raise|reduce|lower|scale) the? Desired (of|for|on|in) Nps ToCount", |args| {
        scaled(args.set(1)?, args.params(2)?)
    })
    .ex(&[("set the desired capacity of web-asg to 4", "scale: name = web-asg {\"count\":4}")]),
    Rule::new("Full", "MoreOrLess the? Desired (of|for|on|in) Nps by Whole", |args| by(args.set(2)?, &args.text(0)?, &args.text(3)?))
        .ex(&[("increase the capacity of web-asg by 2", "scale: name = web-asg {\"count\":\"+2\"}")]),
    Rule::new("Full", "(set|change|update) Nps 's Desired ToCount", |args| scaled(args.set(0)?, args.params(2)?)),
    Rule::new("Full", "(set|change|update) Nps Desired ToCount", |args| scaled(args.set(0)?, args.params(2)?))
        .ex(&[("set asg web-asg desired capacity to 4", "scale: kind = scale-group AND name = web-asg {\"count\":4}")]),
    Rule::new("Full", "(set|put) Nps (to|at) Whole", |args| {
        let n = args.text(1)?;
        if is_group(&args.set(0)?) {
            return None;
        }
        Some(Order::unknown(args.set(0)?).asks(format!("{n} of what?")).offers([format!("scale to {n}")]).into())
    })
    .ex(&[("set web-asg to 5", "?: name = web-asg ? 5 of what?")]),
    // Without a number it asks for one.
    Rule::new("Plain", "Scaling Nps", |args| Some(Order::new(Verb::Scale, args.set(1)?).into()))
        .ex(&[("scale down asg-1", "scale: name = asg-1")]),
    Rule::new("Full", "scale Nps Way", |args| Some(Order::new(Verb::Scale, args.set(0)?).into())),
    Rule::new("Scaling", "(scale|autoscale|scale up|scale out|upscale|scale down|scale in|downscale)", nothing),
    Rule::new("ScaleWay", "(scale up|scale out|upscale)", |_| Some(Sem::Text("+".to_owned()))),
    Rule::new("ScaleWay", "(scale down|scale in|downscale)", |_| Some(Sem::Text("-".to_owned()))),
    Rule::new("MoreOrLess", "(increase|grow|raise|expand)", |_| Some(Sem::Text("+".to_owned()))),
    Rule::new("MoreOrLess", "(decrease|reduce|shrink|lower)", |_| Some(Sem::Text("-".to_owned()))),
    Rule::new("Way", "(up|out)", |_| Some(Sem::Text("+".to_owned()))),
    Rule::new("Way", "(down|in)", |_| Some(Sem::Text("-".to_owned()))),
    Rule::new("Desired", "(desired|target)? (capacity|count|instance count|node count|task count|replica count)", nothing),
    Rule::new("Desired", "(number of)? (instances|nodes|replicas|tasks)", nothing),
    Rule::new("ToCount", "(to|to be|at) ScaleCount", |args| Some(count(&args.text(0)?)?.into())).ex(&[("to 5 nodes", "{\"count\":5}")]),
    Rule::new("ToCount", "from ScaleCount to ScaleCount", |args| Some(count(&args.text(1)?)?.into())),
    Rule::new("ScaleCount", "Whole", same),
    Rule::new("ScaleCount", "UnitCount", same),
    Rule::new("UnitCount", "Whole (more|extra|additional|new)? ScaleUnit", same),
    Rule::new("Whole", "Num", |args| args.text(0)?.parse::<u32>().ok().map(|n| Sem::Text(n.to_string()))),
    Rule::new("Whole", "NumWord", |args| args.text(0)?.parse::<u32>().ok().map(|n| Sem::Text(n.to_string()))).ex(&[("three", "3")]),
    Rule::new("Whole", "zero", |_| Some(Sem::Text("0".to_owned()))),
    Rule::new("SignedCount", "Signed ScaleUnit?", |args| Some(Params::of("count", args.text(0)?).into())),
    Rule::new(
        "ScaleUnit",
        "(instance|instances|node|nodes|replica|replicas|task|tasks|pod|pods|copies|machine|machines|vm|vms|worker|workers)",
        nothing,
    ),
];

/// Whether it is of things that have a number of others, and nothing else that could grow.
pub(super) fn is_group(set: &Set) -> bool {
    let kinds = set.kinds();
    !kinds.is_empty() && kinds.iter().all(|kind| matches!(kind, Kind::ScaleGroup | Kind::ContainerService))
}

fn scaled(set: Set, params: Params) -> Option<Sem> {
    Some(Order::new(Verb::Scale, set).with(params).into())
}

fn count(n: &str) -> Option<Params> {
    Some(Params::of("count", n.parse::<u32>().ok()?))
}

/// So many more or fewer.
fn by(set: Set, sign: &str, n: &str) -> Option<Sem> {
    (n != "0").then(|| Order::new(Verb::Scale, set).with(Params::of("count", format!("{sign}{n}"))).into())
}
