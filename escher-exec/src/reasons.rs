//! Why resources are left out or warned about, in lines for people.

/// How many names a line tells.
const NAMED: usize = 5;

/// Names sorted under the reason that they have in common, in the order of the reasons' first appearance.
#[derive(Default)]
pub(crate) struct Reasons(Vec<(String, Vec<String>)>);

impl Reasons {
    pub(crate) fn add(&mut self, reason: impl Into<String>, name: &str) {
        let (reason, name) = (reason.into(), plain(name));
        match self.0.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(name),
            None => self.0.push((reason, vec![name])),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `2 no longer there: web-1, web-2`, a line a reason.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(reason, names)| format!("{} {reason}: {}", names.len(), some_of(names)))
    }
}

/// The first few names and how many more there are.
pub(crate) fn some_of(names: &[String]) -> String {
    let told = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > NAMED { format!("{told} and {} more", names.len() - NAMED) } else { told }
}

/// A name from a cloud as one harmless line.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
