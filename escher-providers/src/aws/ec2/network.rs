//! VPCs and subnets.

use escher_core::{Kind, Link, Rel, Resource, ResourceId, Result};

use super::base::{described, each};
use crate::aws::clients::{AwsCx, Fill};

pub(super) const VPC: &str = "ec2:vpc";
pub(super) const SUBNET: &str = "ec2:subnet";

pub(super) mod vpc {
    use super::*;
    use aws_sdk_ec2::types::Vpc;

    described!("DescribeVpcs", describe_vpcs, items, vpc_ids, normal);

    fn items(page: &aws_sdk_ec2::operation::describe_vpcs::DescribeVpcsOutput) -> impl Iterator<Item = Result<&Vpc>> {
        each(page.vpcs())
    }

    fn normal(cx: &AwsCx, it: &Vpc) -> Result<Resource> {
        let mut vpc = cx.ec2_resource(Kind::Network, VPC, it.vpc_id(), it.owner_id(), it.tags())?;
        vpc.set_state(it.state().map(|state| state.as_str()));
        vpc.set("cidr", it.cidr_block());
        vpc.set("default", it.is_default());
        vpc.set("tenancy", it.instance_tenancy().map(|tenancy| tenancy.as_str()));
        Ok(vpc)
    }
}

pub(super) mod subnet {
    use super::*;
    use aws_sdk_ec2::types::Subnet;

    described!("DescribeSubnets", describe_subnets, items, subnet_ids, normal);

    fn items(page: &aws_sdk_ec2::operation::describe_subnets::DescribeSubnetsOutput) -> impl Iterator<Item = Result<&Subnet>> {
        each(page.subnets())
    }

    /// Free addresses are left out: they change with every machine that comes or goes.
    fn normal(cx: &AwsCx, it: &Subnet) -> Result<Resource> {
        let mut subnet = cx.ec2_resource(Kind::Subnet, SUBNET, it.subnet_id(), it.owner_id(), it.tags())?;
        subnet.zone = it.availability_zone().map(str::to_owned);
        subnet.set_state(it.state().map(|state| state.as_str()));
        subnet.set_network(it.vpc_id());
        subnet.set("cidr", it.cidr_block());
        subnet.set("default", it.default_for_az());
        subnet.set("public_ip_on_launch", it.map_public_ip_on_launch());
        // Only who owns a network can divide it into subnets.
        let owner = it.owner_id().unwrap_or(&cx.account);
        let vpc = it.vpc_id().map(|id| Link { rel: Rel::In, id: ResourceId::new(subnet.cloud, cx.arn_of(owner, "ec2", "vpc", id)) });
        subnet.links.extend(vpc);
        Ok(subnet)
    }
}
