//! EC2: machines, their disks and images, networks, firewalls and addresses.

mod address;
pub(super) mod base;
mod firewall;
mod network;
mod resize;
mod rules;
mod sizes;
mod spot;
mod storage;
mod tags;
mod vm;

use escher_core::Kind;

use super::clients::Clients;
use crate::spec::{KindSpec, ListFn, Reach, ReadFn, ServiceSpec};

pub(super) use base::api;
pub(super) use storage::holds;

/// The service.
pub(super) static SPEC: ServiceSpec<Clients> = ServiceSpec {
    id: "ec2",
    kinds: &[
        kind(
            Kind::Vm,
            vm::NATIVE,
            vm::list,
            vm::read,
            &["ec2:DescribeInstances", "ec2:DescribeInstanceTypes", "ec2:DescribeSpotInstanceRequests"],
        ),
        kind(Kind::Disk, storage::VOLUME, storage::volume::list, storage::volume::read, &["ec2:DescribeVolumes", "ec2:DescribeSnapshots"]),
        kind(Kind::Snapshot, storage::SNAPSHOT, storage::snapshot::list, storage::snapshot::read, &["ec2:DescribeSnapshots"]),
        kind(Kind::Image, storage::IMAGE, storage::image::list, storage::image::read, &["ec2:DescribeImages"]),
        kind(Kind::Ip, address::NATIVE, address::list, address::read, &["ec2:DescribeAddresses"]),
        kind(Kind::Network, network::VPC, network::vpc::list, network::vpc::read, &["ec2:DescribeVpcs"]),
        kind(Kind::Subnet, network::SUBNET, network::subnet::list, network::subnet::read, &["ec2:DescribeSubnets"]),
        kind(Kind::Firewall, firewall::NATIVE, firewall::list, firewall::read, &["ec2:DescribeSecurityGroups"]),
    ],
    actions: &[vm::ACTIONS, resize::ACTIONS, storage::ACTIONS, address::ACTIONS, firewall::ACTIONS, tags::ACTIONS],
};

/// EC2's listings lag behind changes, so that one absence proves nothing.
const fn kind(
    kind: Kind,
    native: &'static str,
    list: ListFn<Clients>,
    read: ReadFn<Clients>,
    permissions: &'static [&'static str],
) -> KindSpec<Clients> {
    KindSpec { kind, native, reach: Reach::Regional, authoritative: false, list, read, permissions }
}
