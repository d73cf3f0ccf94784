//! Resources of one name, told apart.

use std::collections::HashMap;

use crate::text::one_line;

/// Short ids of those whose name, as it is shown, somebody else here has too; empty where every name is unique.
pub(crate) fn short_ids<'a>(resources: impl IntoIterator<Item = (&'a str, &'a str)>) -> HashMap<&'a str, String> {
    let mut by_name: HashMap<String, Vec<&str>> = HashMap::new();
    for (name, id) in resources {
        let ids = by_name.entry(one_line(name).into_owned()).or_default();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    by_name.into_values().filter(|ids| ids.len() > 1).flat_map(|ids| apart(&ids)).collect()
}

/// What stands for an id in a list in which some need one: what tells it from others of its name. Whoever is alone with a
/// name needs none, and an id of theirs would only repeat it.
pub(crate) fn short_id<'a>(id: &str, twins: &'a HashMap<&str, String>) -> &'a str {
    twins.get(id).map_or("", String::as_str)
}

/// A name with what tells it from others of that name.
pub(crate) fn label(name: &str, id: &str, twins: &HashMap<&str, String>) -> String {
    match twins.get(id) {
        Some(short) => format!("{name} ({short})"),
        None => name.to_owned(),
    }
}

/// The shortest end of each id that no other of them has; whole segments, and what is alike in the middle left out.
fn apart<'a>(ids: &[&'a str]) -> Vec<(&'a str, String)> {
    let mut known: HashMap<&str, usize> = HashMap::new();
    for end in ids.iter().flat_map(|id| ends(id)) {
        *known.entry(end).or_default() += 1;
    }
    let unique = |id: &'a str| ends(id).find(|end| known.get(end) == Some(&1)).unwrap_or(id);
    let shown: Vec<(&str, String)> = ids.iter().map(|id| (*id, abridged(unique(id)))).collect();
    let mut alike: HashMap<&str, usize> = HashMap::new();
    for (_, short) in &shown {
        *alike.entry(short).or_default() += 1;
    }
    // Where leaving out the middle makes two alike again, they are shown whole.
    let whole = |id: &str, short: &String| if alike.get(short.as_str()) > Some(&1) { id.to_owned() } else { short.clone() };
    shown.iter().map(|(id, short)| (*id, whole(id, short))).collect()
}

/// The ends of an id that begin with a segment, the shortest first, the whole last.
fn ends(id: &str) -> impl Iterator<Item = &str> {
    let starts = id.rmatch_indices(['/', ':']).map(|(at, _)| at + 1).filter(|&at| at < id.len());
    starts.map(|at| &id[at..]).chain([id])
}

/// `rg-a/…/web-1` of a long end.
fn abridged(end: &str) -> String {
    let first = end.find(['/', ':']);
    let last = end.rfind(['/', ':']);
    match (first, last) {
        (Some(first), Some(last)) if first < last => format!("{}/…/{}", &end[..first], &end[last + 1..]),
        _ => end.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &'static str)]) -> Vec<String> {
        let short = short_ids(pairs.iter().copied());
        pairs.iter().map(|(name, id)| label(name, id, &short)).collect()
    }

    #[test]
    fn only_what_shares_a_name_is_told_apart() {
        let aws = "arn:aws:ec2:us-east-1:1:instance/";
        let [a, b, c] = ["i-0a", "i-0b", "i-0c"].map(|id| &*Box::leak(format!("{aws}{id}").into_boxed_str()));
        assert_eq!(of(&[("web", a), ("web", b), ("db", c)]), ["web (i-0a)", "web (i-0b)", "db"]);
        assert_eq!(of(&[("web", a), ("web", a)]), ["web", "web"], "the same one twice is no twin");
    }

    #[test]
    fn ids_that_end_in_the_name_are_told_apart_by_what_is_before() {
        let azure = [
            ("vm-1", "/subscriptions/s/resourcegroups/rg-a/providers/microsoft.compute/virtualmachines/vm-1"),
            ("vm-1", "/subscriptions/s/resourcegroups/rg-b/providers/microsoft.compute/virtualmachines/vm-1"),
        ];
        assert_eq!(of(&azure), ["vm-1 (rg-a/…/vm-1)", "vm-1 (rg-b/…/vm-1)"]);
        let gcp = [
            ("web", "//compute.googleapis.com/projects/p/zones/us-central1-a/instances/web"),
            ("web", "//compute.googleapis.com/projects/p/zones/us-central1-b/instances/web"),
        ];
        assert_eq!(of(&gcp), ["web (us-central1-a/…/web)", "web (us-central1-b/…/web)"]);
        assert_eq!(of(&[("a", "x/1/m/a"), ("a", "x/1/n/a"), ("a", "y/2/n/a")]), ["a (m/a)", "a (1/…/a)", "a (2/…/a)"]);
    }

    #[test]
    fn what_only_looks_alike_is_told_apart_too() {
        assert_eq!(of(&[("a\u{202e}", "x/1"), (r"a\u{202e}", "x/2")])[0], "a\u{202e} (1)");
    }
}
