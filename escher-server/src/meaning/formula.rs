//! Conditions in a canonical form: what means the same is equal, however the words attached it.

use std::collections::BTreeSet;

use escher_core::selector::{Field, Op, Relation};
use escher_core::{CloudId, Flag};

/// A region of a cloud: cloud and code.
pub(crate) type Spot = (CloudId, String);

/// A condition on resources. Conjunctions and disjunctions are flat sets, negation stands at the leaves where it can.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Formula {
    /// All of these; every resource where there are none.
    And(BTreeSet<Formula>),
    /// One of these, of which there are two at least.
    Or(BTreeSet<Formula>),
    /// The opposite of a conjunction or a relation.
    Not(Box<Formula>),
    /// A text field is one of these, or (`not`) none of them.
    Is { field: Field, values: BTreeSet<String>, not: bool },
    /// A field held against a value: order, likeness.
    Compare { field: Field, op: Op, value: String, not: bool },
    /// Whether a field is told.
    Exists { field: Field, yes: bool },
    /// A flag's value.
    Flag { flag: Flag, value: bool },
    /// Places, which the cloud of the same conjunction turns into regions.
    Place { spots: BTreeSet<Spot>, not: bool },
    /// A country that is a region of some clouds: that region where one of these is named, else what it is without one.
    Area { spots: BTreeSet<Spot>, otherwise: Box<Formula> },
    /// Called so, wholly in an order and at least in part in a question: “checkout VMs”.
    Likely(String),
    /// Related to what a condition admits.
    Rel { by: Relation, to: Box<Formula> },
    /// A selector typed as such, printed.
    Given(String),
    /// What was shown in the turn before; whoever knows that turn puts it here.
    Shown,
}

impl Formula {
    /// Every resource.
    pub(crate) fn all() -> Self {
        Self::And(BTreeSet::new())
    }

    pub(crate) fn is_all(&self) -> bool {
        matches!(self, Self::And(parts) if parts.is_empty())
    }

    pub(crate) fn is(field: Field, value: impl Into<String>) -> Self {
        Self::Is { field, values: BTreeSet::from([value.into()]), not: false }
    }

    pub(crate) fn is_any(field: Field, values: impl IntoIterator<Item = String>) -> Self {
        Self::Is { field, values: values.into_iter().collect(), not: false }
    }

    pub(crate) fn compare(field: Field, op: Op, value: impl Into<String>) -> Self {
        Self::Compare { field, op, value: value.into(), not: false }
    }

    pub(crate) fn exists(field: Field, yes: bool) -> Self {
        Self::Exists { field, yes }
    }

    pub(crate) fn flag(flag: Flag, value: bool) -> Self {
        Self::Flag { flag, value }
    }

    pub(crate) fn rel(by: Relation, to: Self) -> Self {
        Self::Rel { by, to: Box::new(to) }
    }

    /// The parts of the conjunction; itself where it is none.
    pub(crate) fn conjuncts(&self) -> Vec<&Self> {
        match self {
            Self::And(parts) => parts.iter().collect(),
            other => vec![other],
        }
    }

    /// The branches of the disjunction; itself where it is none.
    pub(crate) fn branches(&self) -> Vec<&Self> {
        match self {
            Self::Or(parts) => parts.iter().collect(),
            other => vec![other],
        }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        let mut parts = BTreeSet::new();
        for part in [self, other] {
            match part {
                Self::And(inner) => parts.extend(inner),
                part => {
                    parts.insert(part);
                }
            }
        }
        one(parts, Self::And)
    }

    /// Either: what the branches share stands before them once, and what is left of one field becomes one list.
    pub(crate) fn or(mut self, other: Self) -> Self {
        // Values of one field, which is what long lists are made of.
        if let (Self::Is { field, values, not: false }, Self::Is { field: of, values: more, not: false }) = (&mut self, &other)
            && field == of
        {
            values.extend(more.iter().cloned());
            return self;
        }
        let mut branches: Vec<BTreeSet<Self>> = Vec::new();
        for part in [self, other] {
            let each: Vec<Self> = match part {
                Self::Or(inner) => inner.into_iter().collect(),
                part => vec![part],
            };
            for branch in each {
                let parts: BTreeSet<Self> = branch.conjuncts().into_iter().cloned().collect();
                if !branches.contains(&parts) {
                    branches.push(parts);
                }
            }
        }
        let shared: BTreeSet<Self> =
            branches[0].iter().filter(|part| branches.iter().all(|branch| branch.contains(part))).cloned().collect();
        let rest: Vec<BTreeSet<Self>> = branches.into_iter().map(|branch| branch.difference(&shared).cloned().collect()).collect();
        let joined = if rest.iter().any(BTreeSet::is_empty) {
            Self::all()
        } else {
            list(&rest).unwrap_or_else(|| one(rest.into_iter().map(|branch| one(branch, Self::And)).collect(), Self::Or))
        };
        one(shared, Self::And).and(joined)
    }

    /// The opposite, pushed to the leaves.
    pub(crate) fn not(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            Self::Is { field, values, not } => Self::Is { field, values, not: !not },
            Self::Compare { field, op, value, not } => match opposite(op).filter(|_| field.ty().is_number()) {
                Some(op) => Self::Compare { field, op, value, not },
                None => Self::Compare { field, op, value, not: !not },
            },
            Self::Exists { field, yes } => Self::Exists { field, yes: !yes },
            Self::Flag { flag, value } => Self::Flag { flag, value: !value },
            Self::Place { spots, not } => Self::Place { spots, not: !not },
            Self::Or(parts) => parts.into_iter().map(Self::not).fold(Self::all(), Self::and),
            other => Self::Not(Box::new(other)),
        }
    }

    /// How far relations nest: 2 for the disks of VMs of a network.
    pub(crate) fn depth(&self) -> usize {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().map(Self::depth).max().unwrap_or(0),
            Self::Not(inner) => inner.depth(),
            Self::Rel { to, .. } => 1 + to.depth(),
            _ => 0,
        }
    }

    /// Every value that a text field is wanted to have anywhere, negations aside.
    pub(crate) fn values(&self, wanted: &Field) -> BTreeSet<&str> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(|part| part.values(wanted)).collect(),
            Self::Is { field, values, not: false } if field == wanted => values.iter().map(String::as_str).collect(),
            Self::Likely(word) if *wanted == Field::Name => BTreeSet::from([word.as_str()]),
            _ => BTreeSet::new(),
        }
    }

    /// Whether it says where something is.
    pub(crate) fn is_place(&self) -> bool {
        match self {
            Self::Place { .. } | Self::Area { .. } => true,
            Self::Is { field, .. } => matches!(
                field,
                Field::Cloud | Field::Region | Field::Zone | Field::Geo | Field::Account | Field::Env | Field::Group | Field::Network
            ),
            _ => false,
        }
    }

    /// What it says of this field as conjuncts, taken out: that, and the rest.
    pub(crate) fn without(self, gone: &Field) -> Self {
        let parts = self.conjuncts().into_iter().filter(|part| !part.is_of(gone)).cloned();
        one(parts.collect(), Self::And)
    }

    fn is_of(&self, wanted: &Field) -> bool {
        matches!(self, Self::Is { field, .. } | Self::Compare { field, .. } | Self::Exists { field, .. } if field == wanted)
            || (*wanted == Field::Region && matches!(self, Self::Place { .. } | Self::Area { .. }))
            || (*wanted == Field::Name && matches!(self, Self::Likely(_)))
    }

    /// As a question means it: a word before its kind may be part of a name.
    #[must_use]
    pub(crate) fn loosened(self) -> Self {
        match self {
            Self::And(parts) => Self::And(parts.into_iter().map(Self::loosened).collect()),
            Self::Or(parts) => Self::Or(parts.into_iter().map(Self::loosened).collect()),
            Self::Not(inner) => Self::Not(Box::new(inner.loosened())),
            Self::Rel { by, to } => Self::Rel { by, to: Box::new(to.loosened()) },
            Self::Likely(word) => Self::compare(Field::Name, Op::Like, word),
            other => other,
        }
    }
}

/// One part stands for itself.
fn one(mut parts: BTreeSet<Formula>, many: impl Fn(BTreeSet<Formula>) -> Formula) -> Formula {
    match (parts.pop_first(), parts.is_empty()) {
        (Some(only), true) => only,
        (Some(first), false) => {
            parts.insert(first);
            many(parts)
        }
        (None, _) => Formula::all(),
    }
}

/// Branches that each are one text of the same field, as one list.
fn list(branches: &[BTreeSet<Formula>]) -> Option<Formula> {
    let mut all: Option<(Field, BTreeSet<String>)> = None;
    let mut places: BTreeSet<Spot> = BTreeSet::new();
    for branch in branches {
        match branch.iter().collect::<Vec<_>>().as_slice() {
            [Formula::Is { field, values, not: false }] if places.is_empty() => match &mut all {
                Some((known, sum)) if known == field => sum.extend(values.iter().cloned()),
                None => all = Some((field.clone(), values.clone())),
                Some(_) => return None,
            },
            [Formula::Place { spots, not: false }] if all.is_none() => places.extend(spots.iter().cloned()),
            _ => return None,
        }
    }
    if !places.is_empty() {
        return Some(Formula::Place { spots: places, not: false });
    }
    all.map(|(field, values)| Formula::Is { field, values, not: false })
}

fn opposite(op: Op) -> Option<Op> {
    Some(match op {
        Op::Eq => Op::Ne,
        Op::Ne => Op::Eq,
        Op::Lt => Op::Ge,
        Op::Le => Op::Gt,
        Op::Gt => Op::Le,
        Op::Ge => Op::Lt,
        Op::Like => return None,
    })
}

/// The clouds that a conjunction names.
pub(super) fn clouds(parts: &BTreeSet<Formula>) -> Option<BTreeSet<CloudId>> {
    parts.iter().find_map(|part| match part {
        Formula::Is { field: Field::Cloud, values, not: false } => Some(values.iter().filter_map(|word| word.parse().ok()).collect()),
        _ => None,
    })
}
