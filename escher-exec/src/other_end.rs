//! The machine that a disk or an address is to be attached to.

use escher_core::selector::{Field, Op};
use escher_core::{Entry, EstateStore, Resource, Result, Selector, Verb};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::reasons::plain;

/// The parameter that names it.
const TO: &str = "to";

/// What an order to attach names, as far as the estate knows it.
pub(crate) enum OtherEnd {
    /// The order attaches nothing, or does not say to what: the check of parameters refuses that.
    None,
    /// The machines that the name may mean.
    Named(String, Vec<Entry>),
}

impl OtherEnd {
    pub(crate) async fn of(verb: Verb, params: &Map<String, Value>, store: &dyn EstateStore, at: Timestamp) -> Result<Self> {
        let (Verb::Attach, Some(name)) = (verb, params.get(TO).and_then(Value::as_str)) else { return Ok(Self::None) };
        let is = |field| Selector::compare(field, Op::Eq, name);
        let called = Selector::Or(vec![is(Field::Id)?, is(Field::Name)?]);
        let wanted = Selector::And(vec![Selector::parse("kind = vm")?, called]);
        let mut selection = store.select(&wanted, at).await?;
        selection.leave_out_terminated(&wanted, at);
        Ok(Self::Named(plain(name), selection.matched))
    }

    /// The parameters with the machine's full id, or why none can be meant for this resource.
    pub(crate) fn resolve(&self, mut params: Map<String, Value>, resource: &Resource) -> Result<Map<String, Value>, String> {
        let Self::Named(name, machines) = self else { return Ok(params) };
        let same = |one: Option<&str>, other: Option<&str>| one.zip(other).is_none_or(|(one, other)| one == other);
        let near: Vec<&Resource> = machines
            .iter()
            .map(|entry| &entry.resource)
            .filter(|vm| vm.cloud == resource.cloud && vm.account == resource.account)
            .filter(|vm| same(vm.region.as_deref(), resource.region.as_deref()) && same(vm.zone.as_deref(), resource.zone.as_deref()))
            .collect();
        match near[..] {
            [vm] => {
                params.insert(TO.to_owned(), vm.id.as_str().into());
                Ok(params)
            }
            [] if machines.is_empty() => Err(format!("left out, the estate has no VM `{name}` to attach it to")),
            [] => Err(format!("left out, no VM `{name}` is in its account, region and zone")),
            [..] => Err(format!("left out, {} VMs in its account, region and zone are called `{name}`; use the VM's id", near.len())),
        }
    }
}
