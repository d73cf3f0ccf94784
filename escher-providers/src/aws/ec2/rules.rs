//! Security-group rules, and what opening or closing a port does to them: pure, so that the plan, the act, the way
//! back and the check all rest on the same functions.

use std::net::IpAddr;

use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId, SecurityGroup, UserIdGroupPair};
use escher_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Who a rule is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Peer {
    /// An address block.
    Cidr(String),
    /// A security group, of this account or of the one before the slash.
    Group(String),
    /// A managed prefix list.
    Prefixes(String),
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Direction {
    In,
    Out,
}

/// One rule: one protocol, one range, one peer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Rule {
    pub(super) direction: Direction,
    /// `tcp`, `udp`, `icmp`, a number, or `-1` for all.
    pub(super) protocol: String,
    /// The first port, or the ICMP type; absent for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<i32>,
    /// The last port, or the ICMP code; absent for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<i32>,
    #[serde(flatten)]
    pub(super) peer: Peer,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
}

/// Ports `.0` to `.1`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ports(pub(super) i32, pub(super) i32);

/// What has to change; also what an undo carries as `previous`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Change {
    /// Rules to add; added first, so that nothing that stays allowed is cut off in between.
    pub(super) authorize: Vec<Rule>,
    /// Rules to take away.
    pub(super) revoke: Vec<Rule>,
}

impl Change {
    pub(super) fn is_empty(&self) -> bool {
        self.authorize.is_empty() && self.revoke.is_empty()
    }

    /// The way back.
    pub(super) fn reversed(self) -> Self {
        Self { authorize: self.revoke, revoke: self.authorize }
    }

    /// Whether `rules` look as they do after the change.
    pub(super) fn is_done(&self, rules: &[Rule]) -> bool {
        self.authorize.iter().all(|rule| rules.contains(rule)) && !self.revoke.iter().any(|rule| rules.contains(rule))
    }
}

impl Rule {
    /// Whether it lets anybody on the internet in.
    pub(super) fn is_public(&self) -> bool {
        self.direction == Direction::In && matches!(&self.peer, Peer::Cidr(cidr) if matches!(cidr.as_str(), "0.0.0.0/0" | "::/0"))
    }

    fn has_ports(&self) -> bool {
        matches!(self.protocol.as_str(), "tcp" | "udp")
    }

    fn ports(&self) -> Ports {
        Ports(self.from.unwrap_or(0).max(0), self.to.filter(|&to| to >= 0).unwrap_or(65535))
    }
}

/// What closes `ports` for everybody, or for those in `cidr`.
///
/// # Errors
/// `Unsupported` if a rule that cannot be narrowed also lets them in: one for all protocols, or for a larger block.
pub(super) fn close(rules: &[Rule], ports: Ports, cidr: Option<&str>) -> Result<Change> {
    let mut change = Change::default();
    for rule in rules.iter().filter(|rule| rule.direction == Direction::In) {
        let range = rule.ports();
        let overlaps = rule.protocol == "-1" || (rule.has_ports() && range.0 <= ports.1 && ports.0 <= range.1);
        let concerned = match (&rule.peer, cidr) {
            (_, None) => true,
            (Peer::Cidr(block), Some(cidr)) => within(block, cidr) || within(cidr, block),
            (_, Some(_)) => false,
        };
        if !overlaps || !concerned {
            continue;
        }
        let wider = matches!((&rule.peer, cidr), (Peer::Cidr(block), Some(cidr)) if !within(block, cidr));
        if wider || !rule.has_ports() {
            let what = if wider { "a larger block" } else { "all protocols" };
            let way_out = match &rule.peer {
                Peer::Cidr(block) if wider => format!("close the port for {block}, or replace that rule with narrower ones first"),
                Peer::Cidr(_) => "first replace that rule with rules for what is needed".to_owned(),
                // A default group has such a rule for itself.
                Peer::Group(_) | Peer::Prefixes(_) => {
                    "give cidr, for example 0.0.0.0/0, to close the port for address blocks only; or replace that rule first".to_owned()
                }
            };
            return Err(
                Error::new(ErrorKind::Unsupported, format!("a rule for {what} lets that port in too: {}", describe(rule))).hint(way_out)
            );
        }
        for (from, to) in [(range.0, ports.0 - 1), (ports.1 + 1, range.1)] {
            if from <= to {
                change.authorize.push(Rule { from: Some(from), to: Some(to), ..rule.clone() });
            }
        }
        change.revoke.push(rule.clone());
    }
    change.authorize.retain(|rule| !rules.contains(rule));
    change.authorize.sort();
    change.authorize.dedup();
    Ok(change)
}

/// What opens TCP `ports` for those in `cidr`; nothing where a rule already does.
pub(super) fn open(rules: &[Rule], ports: Ports, cidr: &str) -> Change {
    let lets_in = |rule: &&Rule| {
        let range = rule.ports();
        rule.direction == Direction::In
            && (rule.protocol == "-1" || (rule.protocol == "tcp" && range.0 <= ports.0 && ports.1 <= range.1))
            && matches!(&rule.peer, Peer::Cidr(block) if within(cidr, block))
    };
    if rules.iter().any(|rule| lets_in(&rule)) {
        return Change::default();
    }
    let rule = Rule {
        direction: Direction::In,
        protocol: "tcp".into(),
        from: Some(ports.0),
        to: Some(ports.1),
        peer: Peer::Cidr(cidr.to_owned()),
        description: None,
    };
    Change { authorize: vec![rule], revoke: Vec::new() }
}

fn describe(rule: &Rule) -> String {
    let Ports(from, to) = rule.ports();
    let (Peer::Cidr(who) | Peer::Group(who) | Peer::Prefixes(who)) = &rule.peer;
    match rule.protocol.as_str() {
        "-1" => format!("everything from {who}"),
        protocol => format!("{protocol} {from}-{to} from {who}"),
    }
}

/// Whether block `inner` lies within block `outer`; false for what is not a block.
fn within(inner: &str, outer: &str) -> bool {
    fn block(text: &str) -> Option<(u128, u32, bool)> {
        let (address, bits) = text.split_once('/')?;
        let bits: u32 = bits.parse().ok()?;
        match address.parse().ok()? {
            IpAddr::V4(v4) if bits <= 32 => Some((u128::from(u32::from(v4)) << 96, bits, true)),
            IpAddr::V6(v6) if bits <= 128 => Some((u128::from(v6), bits, false)),
            _ => None,
        }
    }
    let (Some((a, a_bits, a_v4)), Some((b, b_bits, b_v4))) = (block(inner), block(outer)) else { return false };
    let mask = if b_bits == 0 { 0 } else { u128::MAX << (128 - b_bits) };
    a_v4 == b_v4 && b_bits <= a_bits && a & mask == b & mask
}

/// All rules of a group, in one order whatever the order of the answer.
pub(super) fn of_group(group: &SecurityGroup) -> Vec<Rule> {
    let inbound = group.ip_permissions().iter().map(|permission| (Direction::In, permission));
    let outbound = group.ip_permissions_egress().iter().map(|permission| (Direction::Out, permission));
    let mut rules: Vec<Rule> = inbound.chain(outbound).flat_map(|(direction, permission)| split(group, direction, permission)).collect();
    rules.sort();
    rules.dedup();
    rules
}

fn split(group: &SecurityGroup, direction: Direction, permission: &IpPermission) -> Vec<Rule> {
    let rule = |peer, description: Option<&str>| Rule {
        direction,
        protocol: permission.ip_protocol().unwrap_or("-1").to_owned(),
        from: permission.from_port(),
        to: permission.to_port(),
        peer,
        description: description.filter(|text| !text.is_empty()).map(str::to_owned),
    };
    let v4 = permission.ip_ranges().iter().filter_map(|it| Some(rule(Peer::Cidr(it.cidr_ip()?.to_owned()), it.description())));
    let v6 = permission.ipv6_ranges().iter().filter_map(|it| Some(rule(Peer::Cidr(it.cidr_ipv6()?.to_owned()), it.description())));
    let groups = permission.user_id_group_pairs().iter().filter_map(|it| {
        let foreign = it.user_id().filter(|&user| group.owner_id().is_some_and(|owner| owner != user));
        let id = it.group_id()?;
        Some(rule(Peer::Group(foreign.map_or_else(|| id.to_owned(), |user| format!("{user}/{id}"))), it.description()))
    });
    let lists =
        permission.prefix_list_ids().iter().filter_map(|it| Some(rule(Peer::Prefixes(it.prefix_list_id()?.to_owned()), it.description())));
    v4.chain(v6).chain(groups).chain(lists).collect()
}

/// The rule in the API's shape.
pub(super) fn permission(rule: &Rule) -> IpPermission {
    let base = IpPermission::builder().ip_protocol(&rule.protocol).set_from_port(rule.from).set_to_port(rule.to);
    let description = rule.description.clone();
    match &rule.peer {
        Peer::Cidr(cidr) if cidr.contains(':') => {
            base.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(cidr).set_description(description).build()).build()
        }
        Peer::Cidr(cidr) => base.ip_ranges(IpRange::builder().cidr_ip(cidr).set_description(description).build()).build(),
        Peer::Group(group) => {
            let (user, id) = group.split_once('/').map_or((None, group.as_str()), |(user, id)| (Some(user.to_owned()), id));
            let pair = UserIdGroupPair::builder().group_id(id).set_user_id(user).set_description(description);
            base.user_id_group_pairs(pair.build()).build()
        }
        Peer::Prefixes(list) => {
            base.prefix_list_ids(PrefixListId::builder().prefix_list_id(list).set_description(description).build()).build()
        }
    }
}

/// The same as [`permission`] as an argument of `--ip-permissions`. JSON, since a description may hold anything.
pub(super) fn permission_text(rule: &Rule) -> String {
    let (list, mut peer) = match &rule.peer {
        Peer::Cidr(cidr) if cidr.contains(':') => ("Ipv6Ranges", json!({ "CidrIpv6": cidr })),
        Peer::Cidr(cidr) => ("IpRanges", json!({ "CidrIp": cidr })),
        Peer::Group(group) => {
            let pair = group.split_once('/').map(|(user, id)| json!({ "GroupId": id, "UserId": user }));
            ("UserIdGroupPairs", pair.unwrap_or_else(|| json!({ "GroupId": group })))
        }
        Peer::Prefixes(list) => ("PrefixListIds", json!({ "PrefixListId": list })),
    };
    if let Some(description) = &rule.description {
        peer["Description"] = json!(description);
    }
    let mut permission = json!({ "IpProtocol": rule.protocol, list: [peer] });
    for (name, port) in [("FromPort", rule.from), ("ToPort", rule.to)] {
        if let Some(port) = port {
            permission[name] = json!(port);
        }
    }
    json!([permission]).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Change, Direction, Peer, Ports, Rule, close, open, within};
    use proptest::prelude::*;

    fn rule(protocol: &str, from: i32, to: i32, cidr: &str) -> Rule {
        let peer = Peer::Cidr(cidr.into());
        Rule { direction: Direction::In, protocol: protocol.into(), from: Some(from), to: Some(to), peer, description: None }
    }

    fn apply(rules: &[Rule], change: &Change) -> Vec<Rule> {
        let mut rules: Vec<Rule> = rules.iter().filter(|rule| !change.revoke.contains(rule)).chain(&change.authorize).cloned().collect();
        rules.sort();
        rules.dedup();
        rules
    }

    #[test]
    fn a_wide_rule_is_narrowed() {
        let rules = [rule("tcp", 20, 25, "0.0.0.0/0"), rule("tcp", 443, 443, "0.0.0.0/0")];
        let change = close(&rules, Ports(22, 22), None).unwrap();
        assert_eq!(change.revoke, rules[..1]);
        assert_eq!(change.authorize, [rule("tcp", 20, 21, "0.0.0.0/0"), rule("tcp", 23, 25, "0.0.0.0/0")]);
    }

    #[test]
    fn what_cannot_be_narrowed_is_refused() {
        let everything = Rule { from: None, to: None, ..rule("-1", 0, 0, "0.0.0.0/0") };
        assert!(close(&[everything], Ports(22, 22), None).is_err());
        assert!(close(&[rule("tcp", 22, 22, "10.0.0.0/8")], Ports(22, 22), Some("10.1.0.0/16")).is_err());
        assert!(close(&[rule("tcp", 22, 22, "10.1.0.0/16")], Ports(22, 22), Some("192.168.0.0/16")).unwrap().is_empty());
    }

    #[test]
    fn blocks_lie_within_blocks() {
        assert!(within("10.1.0.0/16", "10.0.0.0/8") && within("10.0.0.0/8", "0.0.0.0/0") && within("::1/128", "::/0"));
        assert!(!within("10.0.0.0/8", "10.1.0.0/16") && !within("10.0.0.0/8", "::/0") && !within("x", "0.0.0.0/0"));
    }

    #[test]
    fn an_open_port_is_not_opened_twice() {
        assert!(open(&[rule("tcp", 0, 1000, "0.0.0.0/0")], Ports(443, 443), "10.0.0.0/8").is_empty());
        assert_eq!(open(&[], Ports(443, 443), "10.0.0.0/8").authorize, [rule("tcp", 443, 443, "10.0.0.0/8")]);
    }

    prop_compose! {
        fn any_rule()(udp in any::<bool>(), a in 0..100, len in 0..50, block in 0..3usize) -> Rule {
            rule(if udp { "udp" } else { "tcp" }, a, a + len, ["0.0.0.0/0", "10.0.0.0/8", "192.168.0.0/16"][block])
        }
    }

    proptest! {
        #[test]
        fn closing_closes_only_that_and_comes_back(mut rules in prop::collection::vec(any_rule(), 0..6), a in 0..120, len in 0..10) {
            rules.sort();
            rules.dedup();
            let ports = Ports(a, a + len);
            let change = close(&rules, ports, None).unwrap();
            let after = apply(&rules, &change);
            prop_assert!(close(&after, ports, None).unwrap().is_empty());
            for port in 0..160 {
                for who in ["0.0.0.0/0", "10.0.0.0/8", "192.168.0.0/16"] {
                    for protocol in ["tcp", "udp"] {
                        let lets = |rules: &[Rule]| rules.iter().any(|r| r.protocol == protocol && r.peer == Peer::Cidr(who.into()) && r.from <= Some(port) && Some(port) <= r.to);
                        let inside = ports.0 <= port && port <= ports.1;
                        prop_assert_eq!(lets(&after), lets(&rules) && !inside);
                    }
                }
            }
            let back = change.reversed();
            let restored = apply(&after, &back);
            prop_assert_eq!(restored, rules);
        }
    }
}
