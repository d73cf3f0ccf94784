//! What could not be scanned, by cause: one refusal that meets forty places is one thing to fix.

use std::collections::BTreeMap;

use escher::core::Gap;

use crate::text::counted;

/// Values that are shown where those of one cause differ, and letters of more than one.
pub(crate) const SHOWN: usize = 3;
const ROOM: usize = 48;

/// Letters of a word that nobody reads: an encoded message.
const LONG: usize = 80;

/// Gaps with one cause.
#[derive(Debug)]
pub(crate) struct Alike<'g> {
    gaps: Vec<&'g Gap>,
}

/// Gaps by their cause, in the order in which each cause came first. Messages of one cause differ in what they name: the
/// place, the call, the permission.
pub(crate) fn by_cause<'g>(gaps: &[&'g Gap]) -> Vec<Alike<'g>> {
    let mut causes: Vec<(Vec<String>, Alike<'g>)> = Vec::new();
    for &gap in gaps {
        let blank = |text: &str| text.split(' ').map(|word| if names(word, gap) { "…" } else { word }.to_owned()).collect::<Vec<_>>();
        let mut cause = vec![gap.kind.to_string(), gap.scope.cloud.to_string()];
        cause.extend(blank(message(gap)));
        cause.extend(gap.hint.iter().flat_map(|hint| blank(hint)));
        match causes.iter_mut().find(|(known, _)| *known == cause) {
            Some((_, alike)) => alike.gaps.push(gap),
            None => causes.push((cause, Alike { gaps: vec![gap] })),
        }
    }
    causes.into_iter().map(|(_, alike)| alike).collect()
}

/// What happened, without the place that follows in parentheses.
fn message(gap: &Gap) -> &str {
    match gap.reason.rsplit_once(" (") {
        Some((message, context)) if context.ends_with(')') && !message.is_empty() => message,
        _ => &gap.reason,
    }
}

/// Whether a word names a place, a call, a permission or a resource.
fn names(word: &str, gap: &Gap) -> bool {
    let scope = &gap.scope;
    let parts = [Some(&scope.native), Some(&scope.account), scope.region.as_ref()];
    let is_part = |part: &String| !part.is_empty() && word.contains(part.as_str());
    // `ec2:DescribeVolumes`, but not `denied:`.
    let is_call = |(service, call): (&str, &str)| !service.is_empty() && call.starts_with(|c: char| c.is_ascii_uppercase());
    parts.into_iter().flatten().any(is_part) || word.starts_with("arn:") || word.len() > LONG || word.split_once(':').is_some_and(is_call)
}

/// Some of several values, each once.
fn some<'t>(values: impl IntoIterator<Item = &'t str>) -> String {
    let mut known: Vec<&str> = Vec::new();
    for value in values {
        if !known.contains(&value) {
            known.push(value);
        }
    }
    let mut shown = String::new();
    for (at, value) in known.iter().enumerate() {
        if at > 0 && (at == SHOWN || shown.len() + value.len() > ROOM) {
            return format!("{shown} and {} more", known.len() - at);
        }
        if at > 0 {
            shown.push_str(", ");
        }
        shown.push_str(value);
    }
    shown
}

/// Texts that differ in a few words as one.
fn merged<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let texts: Vec<Vec<&str>> = texts.map(|text| text.split(' ').collect()).collect();
    let Some(first) = texts.first() else { return String::new() };
    let word = |at: usize| {
        // `ec2:DescribeVolumes:` and the like share what ends them.
        let end =
            ["", ":", ",", "."].into_iter().rfind(|end| texts.iter().all(|text| text.get(at).is_some_and(|word| word.ends_with(end))));
        let end = end.unwrap_or_default();
        let words = texts.iter().filter_map(|text| text.get(at)?.strip_suffix(end));
        if first[at].len() > LONG { "…".to_owned() } else { some(words) + end }
    };
    (0..first.len()).map(word).collect::<Vec<_>>().join(" ")
}

impl Alike<'_> {
    /// What is wrong, where, and what helps.
    pub(crate) fn lines(&self) -> Vec<String> {
        let [first, ..] = self.gaps[..] else { return Vec::new() };
        let reason = merged(self.gaps.iter().map(|gap| message(gap)));
        let mut lines = match self.gaps.len() {
            1 => vec![format!("  {}: {} ({})", first.scope, first.kind, first.reason)],
            places => vec![format!("  {}, {}: {reason}", first.kind, counted(places, "place", "places"))],
        };
        if self.gaps.len() > 1 {
            lines.extend(self.places().into_iter().map(|place| format!("    {place}")));
        }
        if first.hint.is_some() {
            lines.push(format!("    hint: {}", merged(self.gaps.iter().filter_map(|gap| gap.hint.as_deref()))));
        }
        lines
    }

    /// The places, a line for each account.
    fn places(&self) -> Vec<String> {
        let mut accounts: BTreeMap<(String, &str), Vec<&Gap>> = BTreeMap::new();
        for gap in &self.gaps {
            accounts.entry((gap.scope.cloud.to_string(), &gap.scope.account)).or_default().push(gap);
        }
        let place = |((cloud, account), gaps): ((String, &str), Vec<&Gap>)| {
            let types = some(gaps.iter().map(|gap| gap.scope.native.as_str()));
            let regions = some(gaps.iter().filter_map(|gap| gap.scope.region.as_deref()));
            let regions = if regions.is_empty() { regions } else { format!(" in {regions}") };
            format!("{cloud} {account}: {types}{regions} ({})", counted(gaps.len(), "place", "places"))
        };
        accounts.into_iter().map(place).collect()
    }
}

#[cfg(test)]
mod tests {
    use escher::core::{CloudId, ErrorKind, Scope};

    use super::*;

    fn gap(api: &str, native: &str, region: &str) -> Gap {
        Gap {
            scope: Scope { cloud: CloudId::Aws, account: "111122223333".into(), native: native.into(), region: Some(region.into()) },
            kind: ErrorKind::Denied,
            reason: format!(
                "{api}: User: arn:aws:iam::111122223333:user/eve is not authorized to perform: {api} with an explicit deny in a \
                 service control policy (region {region}, code UnauthorizedOperation)"
            ),
            hint: Some(format!("grant {api} to this identity")),
            next: None,
        }
    }

    #[test]
    fn one_explicit_deny_is_one_cause_with_its_places() {
        let mut gaps = Vec::new();
        for region in ["us-east-1", "us-west-2", "eu-west-1", "eu-west-2"] {
            gaps.push(gap("ec2:DescribeVolumes", "ec2:volume", region));
            gaps.push(gap("ec2:DescribeInstances", "ec2:instance", region));
        }
        gaps.push(Gap { kind: ErrorKind::Timeout, reason: "no answer in time (region us-east-1)".into(), hint: None, ..gaps[0].clone() });
        let causes = by_cause(&gaps.iter().collect::<Vec<_>>());
        assert_eq!(causes.len(), 2);
        assert_eq!(
            causes[0].lines(),
            [
                "  access denied, 8 places: ec2:DescribeVolumes, ec2:DescribeInstances: User: arn:aws:iam::111122223333:user/eve is not \
                 authorized to perform: ec2:DescribeVolumes, ec2:DescribeInstances with an explicit deny in a service control policy",
                "    aws 111122223333: ec2:volume, ec2:instance in us-east-1, us-west-2, eu-west-1 and 1 more (8 places)",
                "    hint: grant ec2:DescribeVolumes, ec2:DescribeInstances to this identity",
            ]
        );
        assert!(causes[1].lines()[0].starts_with("  aws 111122223333 ec2:volume in us-east-1: "), "{:?}", causes[1]);
    }
}
