//! Resources in memory with the relations between them.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Related, Relation, Selector};
use crate::{Rel, Resource, Truth, truth};

/// Resources in memory, each with those around it, so that nested selectors can be decided.
///
/// ```
/// use escher_core::selector::World;
/// use escher_core::{CloudId, Kind, Link, Rel, Resource, Selector};
/// let vm = Resource::new(CloudId::Aws, "arn:aws:ec2:us-east-1:1:instance/i-1", Kind::Vm, "ec2:instance", "web-1");
/// let mut disk = Resource::new(CloudId::Aws, "arn:aws:ec2:us-east-1:1:volume/vol-1", Kind::Disk, "ec2:volume", "data-1");
/// disk.links = vec![Link { rel: Rel::Attached, id: vm.id.clone() }];
/// let estate = [vm, disk];
/// // The link stands in the disk's record; the machine is related to the disk all the same, which is no machine.
/// let selector = Selector::parse("rel.attached IN (kind = vm)")?;
/// assert_eq!(World::new(&estate).truths(&selector, jiff::Timestamp::UNIX_EPOCH), [Some(false), Some(true)]);
/// # Ok::<(), escher_core::Error>(())
/// ```
pub struct World<'a> {
    resources: Vec<&'a Resource>,
    by_id: HashMap<&'a str, usize>,
    /// For each resource whom it is related to and how, by either record; `None` for what is not here.
    around: Vec<Vec<(&'a Rel, Option<usize>)>>,
}

impl<'a> World<'a> {
    /// Takes resources in; of two with one id the last counts.
    pub fn new(resources: impl IntoIterator<Item = &'a Resource>) -> Self {
        let resources: Vec<&Resource> = resources.into_iter().collect();
        let by_id: HashMap<&str, usize> = resources.iter().enumerate().map(|(i, resource)| (resource.id.as_str(), i)).collect();
        let mut around = vec![Vec::new(); resources.len()];
        for (i, resource) in resources.iter().enumerate() {
            for link in &resource.links {
                let other = by_id.get(link.id.as_str()).copied();
                around[i].push((&link.rel, other));
                if let Some(other) = other {
                    around[other].push((&link.rel, Some(i)));
                }
            }
        }
        Self { resources, by_id, around }
    }

    /// What a selector says of each resource, in their order.
    ///
    /// Nested selectors are decided from the inside out, each once for all resources; so relations that lead in a circle
    /// end.
    pub fn truths(&self, selector: &Selector, now: Timestamp) -> Vec<Truth> {
        let nested = selector.nested().map(|(by, to)| {
            let inner = self.truths(to, now);
            let outer = (0..self.resources.len()).map(|i| self.follow(i, by, &inner)).collect();
            (by, to, outer)
        });
        let decided = Decided { by_id: &self.by_id, nested: nested.collect() };
        self.resources.iter().map(|resource| selector.matches_among(resource, &decided, now)).collect()
    }

    fn follow(&self, from: usize, by: &Relation, truths: &[Truth]) -> Truth {
        let each = self.around[from].iter().filter(|(rel, _)| by.includes(rel)).map(|(_, to)| to.and_then(|to| truths[to]));
        each.reduce(truth::or).flatten()
    }
}

/// The nested selectors of one selector, decided for each resource.
struct Decided<'w, 'a> {
    by_id: &'w HashMap<&'a str, usize>,
    nested: Vec<(&'w Relation, &'w Selector, Vec<Truth>)>,
}

impl Related for Decided<'_, '_> {
    fn related(&self, resource: &Resource, by: &Relation, to: &Selector) -> Truth {
        let (.., truths) = self.nested.iter().find(|(known, selector, _)| *known == by && *selector == to)?;
        self.by_id.get(resource.id.as_str()).and_then(|&i| truths[i])
    }
}
