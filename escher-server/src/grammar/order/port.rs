//! Ports: “open port 443 on sg-web from 10.0.0.0/8”.

use std::net::IpAddr;

use escher_core::Verb;
use serde_json::{Value, json};

use crate::grammar::args::nothing;
use crate::grammar::rule::{Args, Rule};
use crate::meaning::{Order, Params, Sem};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Full", "Opening Ports From? (on|in|for|at|of|to) Nps From?", |args| ported(args, Verb::OpenPort))
        .ex(&[
            ("open port 443 on sg-web from 10.0.0.0/8", "open-port: name = sg-web {\"cidr\":\"10.0.0.0/8\",\"port\":443}"),
            ("allow https from anywhere on sg-web", "open-port: name = sg-web {\"cidr\":\"0.0.0.0/0\",\"port\":443}"),
            ("open ports 8000-8100 on sg-web from 10.1.2.3", "open-port: name = sg-web {\"cidr\":\"10.1.2.3/32\",\"port\":\"8000-8100\"}"),
            ("open port 22 on sg-web", "open-port: name = sg-web {\"port\":22}"),
        ])
        .not(&[
            "open port 99999 on sg-web",
            "open port 22 on sg-web from the office",
            "open port 22 on sg-web from 10.0.0.300/8",
            "open sg-web",
        ]),
    Rule::new("Full", "Closing Ports From? (on|in|for|at|of) Nps From?", |args| ported(args, Verb::ClosePort))
        .ex(&[
            ("close port 22 in security group sg-web", "close-port: kind = firewall AND name = sg-web {\"port\":22}"),
            ("revoke ssh access on sg-web", "close-port: name = sg-web {\"port\":22}"),
            ("close ssh to the internet on sg-web", "close-port: name = sg-web {\"cidr\":\"0.0.0.0/0\",\"port\":22}"),
        ])
        .not(&["shut web-1"]),
    // “Allow 10.0.0.0/8 on port 443 in sg-web”
    Rule::new("Full", "Opening Source (on|to|for|at|via|through|over|access to) Ports (on|in|of|for|at) Nps", |args| {
        sourced(args, Verb::OpenPort)
    })
    .ex(&[("allow 10.0.0.0/8 on port 443 in sg-web", "open-port: name = sg-web {\"cidr\":\"10.0.0.0/8\",\"port\":443}")]),
    Rule::new("Full", "let Source (in|through|connect)? (on|at|via|through) Ports (on|in|of|for|at) Nps", |args| {
        let params = Params::of("cidr", args.text(0)?).and(args.params(1)?)?;
        Some(Order::new(Verb::OpenPort, args.set(2)?).with(params).into())
    })
    .ex(&[("let 10.0.0.0/8 in on port 443 of sg-web", "open-port: name = sg-web {\"cidr\":\"10.0.0.0/8\",\"port\":443}")]),
    Rule::new("Full", "Closing Source (on|to|for|at|via|through|over|access to) Ports (on|in|of|for|at) Nps", |args| {
        sourced(args, Verb::ClosePort)
    }),
    // “Remove 2 in dev” is about two of something.
    Rule::new("Full", "(remove|drop|cut off) NamedPort From? (on|in|for|at|of) Nps From?", |args| {
        let params = args.params(0)?.and(args.params(1)?)?.and(args.params(3)?)?;
        Some(Order::new(Verb::ClosePort, args.set(2)?).with(params).into())
    })
    .ex(&[("remove ssh access from the internet on sg-web", "close-port: name = sg-web {\"cidr\":\"0.0.0.0/0\",\"port\":22}")])
    .not(&["remove 22 on sg-web"]),
    Rule::new("NamedPort", "PortName PortWord?", |args| port(args, 0)),
    Rule::new("NamedPort", "(port|ports|tcp port|tcp) PortNumber PortWord?", |args| port(args, 0)),
    // What is no single TCP port asks.
    Rule::new("Full", "Ports (must be|needs to be|need to be|has to be|have to be) (closed|blocked) (on|in|for|at) Nps", |args| {
        Some(Order::new(Verb::ClosePort, args.set(1)?).with(args.params(0)?).into())
    })
    .ex(&[("port 21 must be closed on sg-web", "close-port: name = sg-web {\"port\":21}")]),
    Rule::new("Full", "Opening OddPorts From? (on|in|for|at|of) Nps From?", |args| odd(args, Verb::OpenPort))
        .ex(&[("open ports 22 and 443 on sg-web", "open-port: name = sg-web ? One port at a time: which one?")]),
    Rule::new("Full", "Closing OddPorts From? (on|in|for|at|of) Nps From?", |args| odd(args, Verb::ClosePort))
        .ex(&[("close udp port 53 on sg-web", "close-port: name = sg-web ? Port rules apply to TCP. Is that what you mean?")]),
    Rule::new("Opening", "(open|open up|allow|permit|unblock|expose)", nothing),
    Rule::new("Closing", "(close|close down|close off|block|deny|shut|revoke|disallow|disable)", nothing),
    Rule::new("Ports", "(port|ports|tcp port|tcp) PortNumber PortWord?", |args| port(args, 0)).ex(&[("port 22", "{\"port\":22}")]),
    Rule::new("Ports", "PortNumber", |args| port(args, 0)),
    Rule::new("Ports", "PortWay Ports", |args| Some(args.at(1).clone()))
        .ex(&[("traffic on port 443", "{\"port\":443}"), ("inbound ssh", "{\"port\":22}")]),
    Rule::new(
        "PortWay",
        "(inbound|incoming|ingress|inbound traffic on|all traffic on|traffic on|access to|access on|access via|connections to|connections on)",
        nothing,
    ),
    Rule::new("Ports", "PortName PortWord?", |args| port(args, 0)).ex(&[("ssh access", "{\"port\":22}")]),
    Rule::new("Ports", "port? PortNumber ( PortName )", |args| (args.text(0) == args.text(1)).then(|| port(args, 0)).flatten()),
    Rule::new("OddPorts", "(ports|port|tcp ports) PortNumber (and|,|, and|or|&) PortNumber", |_| {
        Some(Sem::Text("One port at a time: which one?".to_owned()))
    }),
    Rule::new("OddPorts", "PortName (and|,|, and|or|&) PortName PortWord?", |_| {
        Some(Sem::Text("One port at a time: which one?".to_owned()))
    }),
    Rule::new("OddPorts", "(all|all the|the|any|every) (ports|port)", |_| Some(Sem::Text("Which port?".to_owned()))),
    Rule::new("OddPorts", "(a port|ports|some ports)", |_| Some(Sem::Text("Which port?".to_owned()))),
    Rule::new("OddPorts", "(udp|udp port|udp ports|port udp) PortNumber", |_| Some(Sem::Text(UDP.to_owned()))),
    Rule::new("OddPorts", "(port|ports) PortNumber (udp|for udp|/ udp)", |_| Some(Sem::Text(UDP.to_owned()))),
    Rule::new("OddPorts", "(port|ports)? Any", |args| {
        let text = args.text(0)?.to_lowercase();
        let number = text.strip_suffix("/udp").or_else(|| text.strip_prefix("udp/"))?;
        number.parse::<u16>().is_ok().then(|| Sem::Text(UDP.to_owned()))
    }),
    Rule::new("PortWord", "(access|traffic|connections|port|ports|tcp|inbound)", nothing),
    Rule::new("PortNumber", "Any", |args| {
        let text = args.text(0)?.to_lowercase();
        let text = text.strip_suffix("/tcp").or_else(|| text.strip_prefix("tcp/")).unwrap_or(&text);
        let number = |text: &str| text.parse::<u16>().ok().filter(|&port| port > 0 && !text.starts_with(['+', '0']));
        let range = text.split_once('-').and_then(|(a, b)| Some((number(a)?, number(b)?))).filter(|(a, b)| a < b);
        (number(text).is_some() || range.is_some()).then(|| Sem::Text(text.to_owned()))
    })
    .ex(&[("443/tcp", "443"), ("8000-8100", "8000-8100")])
    .not(&["99999", "0", "8100-8000", "22/udp"]),
    Rule::new("PortName", "Any", |args| {
        let name = args.text(0)?.to_lowercase();
        SERVICES.iter().find(|(known, _)| *known == name).map(|(_, port)| Sem::Text((*port).to_owned()))
    })
    .ex(&[("ssh", "22")])
    .not(&["web"]),
    Rule::new("From", "(from|for|to) Source", |args| Some(Params::of("cidr", args.text(0)?).into()))
        .ex(&[("from 10.0.0.0/8", "{\"cidr\":\"10.0.0.0/8\"}"), ("to the internet", "{\"cidr\":\"0.0.0.0/0\"}")])
        .not(&["from 10.0.0.0/99", "from home"]),
    Rule::new("Source", "(ip|the ip|address|the address|range|cidr|the range)? Cidr", |args| cidr(&args.text(0)?)),
    Rule::new("Source", "(ip|the ip|address|the address)? Address", |args| cidr(&args.text(0)?)).ex(&[("10.1.2.3", "10.1.2.3/32")]),
    Rule::new(
        "Source",
        "(the internet|internet|the world|the whole world|the entire internet|the whole internet|anywhere|everyone|everybody|everywhere|anyone|the public|all ips|any ip|public internet|the public internet)",
        |_| Some(Sem::Text("0.0.0.0/0".to_owned())),
    ),
];

const UDP: &str = "Port rules apply to TCP. Is that what you mean?";

/// Services that go by their name.
const SERVICES: &[(&str, &str)] = &[
    ("ssh", "22"),
    ("rdp", "3389"),
    ("http", "80"),
    ("https", "443"),
    ("ftp", "21"),
    ("smtp", "25"),
    ("telnet", "23"),
    ("ldap", "389"),
    ("smb", "445"),
    ("winrm", "5985"),
    ("vnc", "5900"),
];

fn port(args: &Args<'_>, at: usize) -> Option<Sem> {
    let text = args.text(at)?;
    let port: Value = text.parse::<u16>().map_or_else(|_| json!(text), |port| json!(port));
    Some(Params::of("port", port).into())
}

/// The verb, the ports, for whom, the objects, for whom.
fn ported(args: &Args<'_>, verb: Verb) -> Option<Sem> {
    let params = args.params(1)?.and(args.params(2)?)?.and(args.params(4)?)?;
    Some(Order::new(verb, args.set(3)?).with(params).into())
}

/// The verb, for whom, the ports, the objects.
fn sourced(args: &Args<'_>, verb: Verb) -> Option<Sem> {
    let params = Params::of("cidr", args.text(1)?).and(args.params(2)?)?;
    Some(Order::new(verb, args.set(3)?).with(params).into())
}

fn odd(args: &Args<'_>, verb: Verb) -> Option<Sem> {
    Some(Order::new(verb, args.set(3)?).asks(args.text(1)?).into())
}

/// A range of addresses as the clouds write it.
fn cidr(text: &str) -> Option<Sem> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let most: u8 = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    };
    let bits = bits.map_or(Some(most), |bits| bits.parse().ok()).filter(|bits| *bits <= most)?;
    Some(Sem::Text(format!("{address}/{bits}")))
}
