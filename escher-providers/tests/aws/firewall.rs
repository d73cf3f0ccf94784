//! Firewalls: what a plan shows of a port that is opened or closed is what is done.

use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};
use escher_core::{Cloud, DiscoveryFilter, Kind, Resource, Step};
use serde_json::{Value, json};

use crate::local::{cloud, cx, discover, now, target};
use crate::seed::Seed;
use crate::steps::{act, nothing, step};

/// The value of `--ip-permissions` in the API's shape, as the command line reads it.
fn permission(text: &str) -> IpPermission {
    let all: Value = serde_json::from_str(text).unwrap();
    let [one] = all.as_array().unwrap().as_slice() else { panic!("one rule a line: {text}") };
    let string = |value: &Value, name: &str| value[name].as_str().map(str::to_owned);
    let each = |name: &str| one[name].as_array().cloned().unwrap_or_default();
    let port = |name: &str| one[name].as_i64().map(|port| i32::try_from(port).unwrap());
    let described = |peer: &Value| string(peer, "Description");
    let mut made =
        IpPermission::builder().set_ip_protocol(string(one, "IpProtocol")).set_from_port(port("FromPort")).set_to_port(port("ToPort"));
    for peer in each("IpRanges") {
        made = made.ip_ranges(IpRange::builder().set_cidr_ip(string(&peer, "CidrIp")).set_description(described(&peer)).build());
    }
    for peer in each("Ipv6Ranges") {
        made = made.ipv6_ranges(Ipv6Range::builder().set_cidr_ipv6(string(&peer, "CidrIpv6")).set_description(described(&peer)).build());
    }
    for peer in each("UserIdGroupPairs") {
        let pair = UserIdGroupPair::builder().set_group_id(string(&peer, "GroupId")).set_user_id(string(&peer, "UserId"));
        made = made.user_id_group_pairs(pair.set_description(described(&peer)).build());
    }
    for peer in each("PrefixListIds") {
        let list = PrefixListId::builder().set_prefix_list_id(string(&peer, "PrefixListId")).set_description(described(&peer));
        made = made.prefix_list_ids(list.build());
    }
    made.build()
}

/// Types a step's command lines.
async fn type_in(seed: &Seed, step: &Step) {
    for line in &step.cli {
        assert_eq!((line[1].as_str(), line[3].as_str(), line[5].as_str()), ("ec2", "--group-id", "--ip-permissions"), "{line:?}");
        let (group, permission) = (&line[4], permission(&line[6]));
        match line[2].as_str() {
            "authorize-security-group-ingress" => {
                drop(seed.ec2.authorize_security_group_ingress().group_id(group).ip_permissions(permission).send().await.unwrap());
            }
            "revoke-security-group-ingress" => {
                let answer = seed.ec2.revoke_security_group_ingress().group_id(group).ip_permissions(permission).send().await.unwrap();
                assert!(answer.unknown_ip_permissions().is_empty(), "{line:?}");
            }
            other => panic!("{other}"),
        }
    }
}

fn rules(group: &Resource) -> &Value {
    &group.attributes["rules"]
}

#[tokio::test]
async fn what_is_shown_of_a_port_is_what_is_done() {
    let seed = Seed::new("ap-south-1").await;
    let peer = seed.firewall("peer").await;
    let list =
        seed.ec2.create_managed_prefix_list().prefix_list_name("offices").max_entries(3).address_family("IPv4").send().await.unwrap();
    let list = list.prefix_list().and_then(|list| list.prefix_list_id()).unwrap().to_owned();
    let mut groups = Vec::new();
    for name in ["acted-on", "typed-in"] {
        let id = seed.firewall(name).await;
        let rule = |protocol: &str, from: i32, to: i32| IpPermission::builder().ip_protocol(protocol).from_port(from).to_port(to);
        let block = IpRange::builder().cidr_ip("10.0.0.0/8").description("the \"old\" office, floor 2").build();
        let everybody = Ipv6Range::builder().cidr_ipv6("::/0").build();
        for permission in [
            rule("tcp", 22, 22).ip_ranges(block).build(),
            rule("tcp", 22, 23).ipv6_ranges(everybody).build(),
            rule("udp", 1, 100).ip_ranges(IpRange::builder().cidr_ip("192.168.0.0/16").build()).build(),
            rule("tcp", 0, 1000).user_id_group_pairs(UserIdGroupPair::builder().group_id(&peer).build()).build(),
            rule("tcp", 22, 22).prefix_list_ids(PrefixListId::builder().prefix_list_id(&list).build()).build(),
        ] {
            seed.ec2.authorize_security_group_ingress().group_id(&id).ip_permissions(permission).send().await.unwrap();
        }
        groups.push(id);
    }
    let cloud = cloud(seed.region).await;
    let seen = discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Firewall], ..DiscoveryFilter::default() }).await;
    let [acted_on, typed_in] = [0, 1].map(|n| seen.aka(&groups[n]));

    let close = step(&cloud, "firewall.close-port", acted_on, &json!({"port": 22}));
    let undo = cloud.undo(&close, acted_on);
    act(&cloud, &close).await.unwrap();
    let close = step(&cloud, "firewall.close-port", typed_in, &json!({"port": 22}));
    assert_eq!(close.cli.iter().filter(|line| line[2].starts_with("revoke")).count(), 6, "{:#?}", close.cli);
    type_in(&seed, &close).await;
    let [closed, also] = [now(&cloud, acted_on).await.unwrap(), now(&cloud, typed_in).await.unwrap()];
    assert_eq!(rules(&closed), rules(&also));
    assert_eq!(cloud.shows(&close, &also), Some(true));

    // The way back shows its rules too.
    let back = step(&cloud, "firewall.open-port", &also, &Value::Object(undo[0].params.clone()));
    type_in(&seed, &back).await;
    assert_eq!(rules(&now(&cloud, typed_in).await.unwrap()), rules(typed_in));

    let some = step(&cloud, "firewall.close-port", typed_in, &json!({"port": 22, "cidr": "0.0.0.0/0"}));
    assert!(some.cli.len() > 3 && some.cli.iter().all(|line| line[6].contains("IpRanges")), "blocks only: {:?}", some.cli);
    let open = step(&cloud, "firewall.open-port", typed_in, &json!({"port": 8080, "cidr": "10.1.0.0/16"}));
    assert!(open.cli.len() == 1 && open.cli[0][6].contains("10.1.0.0/16"), "{:?}", open.cli);
}

#[tokio::test]
async fn what_cannot_be_closed_is_refused_before_it_is_planned() {
    let seed = Seed::new("ap-south-2").await;
    let cloud = cloud(seed.region).await;
    let seen = discover(&cloud, cx(), DiscoveryFilter { kinds: vec![Kind::Firewall], ..DiscoveryFilter::default() }).await;
    let default = seen.of("ec2:security-group").into_iter().find(|group| group.name == "default").unwrap();
    let id = default.id.last_segment();
    // As EC2 makes it, and the local AWS does not.
    let itself = UserIdGroupPair::builder().group_id(id).build();
    let all = IpPermission::builder().ip_protocol("-1").user_id_group_pairs(itself).build();
    let anybody =
        IpPermission::builder().ip_protocol("tcp").from_port(22).to_port(22).ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").build());
    for permission in [all, anybody.build()] {
        // It may have the rule.
        drop(seed.ec2.authorize_security_group_ingress().group_id(id).ip_permissions(permission).send().await);
    }
    let default = now(&cloud, default).await.unwrap();
    let facts = |action: &str, params: Value| {
        cloud.facts(action.parse().unwrap(), &target(&default), params.as_object().unwrap(), &default).unwrap()
    };
    let close = facts("firewall.close-port", json!({"port": 22}));
    let refused = close.refused.unwrap();
    assert!(close.cli.is_empty() && refused.contains(&format!("everything from {id}")) && refused.contains("give cidr"), "{refused}");

    let public = facts("firewall.close-port", json!({"port": 22, "cidr": "0.0.0.0/0"}));
    assert_eq!((public.refused, public.cli.len()), (None, 1), "the way out that the refusal names");
    let nobody = facts("firewall.open-port", json!({"port": 8080}));
    assert!(nobody.cli.is_empty() && nobody.refused.unwrap().contains("no address block"));
    assert_eq!(facts("firewall.tag", nothing()).refused, None);

    let mut unread = default.clone();
    unread.attributes.remove("rules");
    let facts = cloud.facts("firewall.close-port".parse().unwrap(), &target(&unread), json!({"port": 22}).as_object().unwrap(), &unread);
    assert!(facts.unwrap().refused.unwrap().contains("rules are unknown"), "what cannot be shown is not planned");
}
