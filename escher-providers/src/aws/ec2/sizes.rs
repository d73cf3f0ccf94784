//! Instance types, as far as an instance's settings do not tell.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_ec2::types::Filter;
use escher_core::Result;

use super::base::api;
use crate::aws::clients::{AwsCx, incomplete};

/// Sizes that one request describes.
pub(super) const BATCH: usize = 100;

/// Which sizes have disks in the host. Kept with the clients, one a region: what a size is does not change.
#[derive(Clone, Default)]
struct Known(Arc<Mutex<HashMap<String, bool>>>);

impl Known {
    fn with<T>(&self, f: impl FnOnce(&mut HashMap<String, bool>) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Which of these sizes, [`BATCH`] at the most, have disks in the host; without those that the region does not know.
pub(super) async fn with_storage(cx: &AwsCx, sizes: BTreeSet<String>) -> Result<HashMap<String, bool>> {
    let known = cx.client(|_| Known::default());
    let new: Vec<String> = known.with(|known| sizes.iter().filter(|&size| !known.contains_key(size)).cloned().collect());
    if !new.is_empty() {
        // Named as a filter: one that is not known any more would fail the whole call as a parameter.
        let these = Filter::builder().name("instance-type").set_values(Some(new)).build();
        let request = cx.ec2().describe_instance_types().filters(these).max_results(100);
        let page = cx.call(api!(read "DescribeInstanceTypes"), request, |it| it.send()).await?;
        let mut told = Vec::new();
        for it in page.instance_types() {
            let size = it.instance_type().ok_or_else(|| incomplete("an instance type", "its name"))?;
            told.extend(it.instance_storage_supported().map(|has| (size.as_str().to_owned(), has)));
        }
        known.with(|known| known.extend(told));
    }
    Ok(known.with(|known| {
        sizes.into_iter().filter_map(|size| Some((known.get(&size).copied()?, size))).map(|(has, size)| (size, has)).collect()
    }))
}
