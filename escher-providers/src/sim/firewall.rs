//! Firewall rules: opening and closing ports.

use escher_core::resource::attr;
use escher_core::{Error, Resource, Result, Verb};
use serde_json::{Map, Value, json};

use super::attributes::{RULES, is_open, rule};

/// The ports that a parameter names, first and last.
fn ports(params: &Map<String, Value>) -> Option<(u64, u64)> {
    match params.get("port")? {
        Value::Number(port) => port.as_u64().map(|port| (port, port)),
        Value::String(text) => match text.split_once('-') {
            Some((from, to)) => Some((from.parse().ok()?, to.parse().ok()?)),
            None => text.parse().ok().map(|port| (port, port)),
        },
        _ => None,
    }
    .filter(|(from, to)| from <= to)
}

/// The rules of a firewall.
pub(super) fn rules(r: &Resource) -> Vec<Value> {
    r.attributes.get(RULES).and_then(Value::as_array).cloned().unwrap_or_default()
}

fn bounds(rule: &Value) -> (u64, u64) {
    (rule["from"].as_u64().unwrap_or(0), rule["to"].as_u64().unwrap_or(0))
}

/// The rules without these ports: what a rule lets in beside them it still lets in.
fn without(rules: Vec<Value>, (first, last): (u64, u64), cidr: Option<&str>) -> Vec<Value> {
    let mut kept = Vec::new();
    for one in rules {
        let (from, to) = bounds(&one);
        let meant = cidr.is_none_or(|cidr| one["cidr"] == cidr) && from <= last && first <= to;
        if !meant {
            kept.push(one);
            continue;
        }
        let source = one["cidr"].as_str().unwrap_or_default();
        if from < first {
            kept.push(rule(from, first - 1, source));
        }
        if to > last {
            kept.push(rule(last + 1, to, source));
        }
    }
    kept
}

/// Opens or closes ports, or puts back the rules that were.
pub(super) fn change(r: &mut Resource, verb: Verb, params: &Map<String, Value>) -> Result<()> {
    let range = ports(params).ok_or_else(|| Error::invalid("the port is neither a number nor a range"))?;
    let cidr = params.get("cidr").and_then(Value::as_str);
    let rules = match params.get("previous").and_then(Value::as_array) {
        Some(previous) => previous.clone(),
        None if verb == Verb::ClosePort => without(rules(r), range, cidr),
        None => {
            let cidr = cidr.ok_or_else(|| Error::invalid("no address block was given to open the port for").hint("give cidr"))?;
            let mut rules = rules(r);
            if !admits(&rules, range, cidr) {
                rules.push(rule(range.0, range.1, cidr));
            }
            rules
        }
    };
    r.attributes.insert(attr::PUBLIC.into(), json!(is_open(&rules)));
    r.attributes.insert(RULES.into(), Value::Array(rules));
    Ok(())
}

/// The parameters with the block of each rule that comes or goes, so that a command line for each says all that is
/// done; as they are where no rule does, and for every other verb.
pub(super) fn spelled_out(r: &Resource, verb: Verb, params: &Map<String, Value>) -> Result<Vec<Map<String, Value>>> {
    if !matches!(verb, Verb::ClosePort | Verb::OpenPort) || !params.contains_key("port") {
        return Ok(vec![params.clone()]);
    }
    let mut changed = r.clone();
    change(&mut changed, verb, params)?;
    let (before, after) = (rules(r), rules(&changed));
    let (from, to) = if verb == Verb::ClosePort { (before, after) } else { (after, before) };
    let mut blocks: Vec<Value> = from.into_iter().filter(|rule| !to.contains(rule)).map(|rule| rule["cidr"].clone()).collect();
    blocks.dedup();
    if blocks.is_empty() {
        return Ok(vec![params.clone()]);
    }
    let with = |block| params.clone().into_iter().filter(|(name, _)| name != "cidr").chain([("cidr".to_owned(), block)]).collect();
    Ok(blocks.into_iter().map(with).collect())
}

fn admits(rules: &[Value], (first, last): (u64, u64), cidr: &str) -> bool {
    rules.iter().any(|one| {
        let (from, to) = bounds(one);
        one["cidr"] == cidr && from <= first && last <= to
    })
}

/// Whether a firewall shows what opening, closing or putting back was to bring about.
pub(super) fn shows(r: &Resource, verb: Verb, params: &Map<String, Value>) -> Option<bool> {
    let range = ports(params)?;
    let cidr = params.get("cidr").and_then(Value::as_str);
    let rules = rules(r);
    if let Some(previous) = params.get("previous").and_then(Value::as_array) {
        return Some(*previous == rules);
    }
    Some(match verb {
        Verb::ClosePort => without(rules.clone(), range, cidr) == rules,
        _ => cidr.is_some_and(|cidr| admits(&rules, range, cidr)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use escher_core::{CloudId, Kind};

    #[test]
    fn each_block_that_is_closed_is_spelled_out() {
        let mut r = Resource::new(CloudId::Aws, "sg-1", Kind::Firewall, "ec2:security-group", "web");
        let open = ["0.0.0.0/0", "10.0.0.0/8"];
        let rules: Vec<Value> = open.iter().map(|block| rule(22, 22, block)).chain([rule(443, 443, "::/0")]).collect();
        r.attributes.insert(RULES.into(), Value::Array(rules));
        let params = |value: Value| value.as_object().unwrap().clone();
        let blocks =
            |verb, value| spelled_out(&r, verb, &params(value)).map(|all| all.iter().map(|one| one["cidr"].clone()).collect::<Vec<_>>());
        assert_eq!(blocks(Verb::ClosePort, json!({"port": 22})).unwrap(), open);
        assert_eq!(blocks(Verb::ClosePort, json!({"port": 22, "cidr": "10.0.0.0/8"})).unwrap(), open[1..]);
        assert!(blocks(Verb::OpenPort, json!({"port": 80})).is_err(), "nobody is let in whom nobody named");
    }

    #[test]
    fn closing_cuts_a_port_out_of_a_range() {
        let left = without(vec![rule(8000, 8100, "10.0.0.0/8"), rule(22, 22, "0.0.0.0/0")], (8050, 8050), None);
        assert_eq!(left, [rule(8000, 8049, "10.0.0.0/8"), rule(8051, 8100, "10.0.0.0/8"), rule(22, 22, "0.0.0.0/0")]);
        assert_eq!(without(left.clone(), (22, 22), Some("10.0.0.0/8")), left);
    }
}
