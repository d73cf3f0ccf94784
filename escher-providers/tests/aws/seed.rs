//! Makes things in the local AWS, with the SDK itself.

use aws_config::{BehaviorVersion, Region};
use aws_sdk_ec2::types::{
    DomainType, InstanceNetworkInterfaceSpecification, InstanceType, IpPermission, IpRange, Ipv6Range, ResourceType, Tag, TagSpecification,
    VolumeType,
};

use crate::local::{credentials, endpoint};

pub(crate) struct Seed {
    pub(crate) region: &'static str,
    pub(crate) ec2: aws_sdk_ec2::Client,
    pub(crate) s3: aws_sdk_s3::Client,
}

fn tags(of: ResourceType, name: &str) -> TagSpecification {
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    TagSpecification::builder().resource_type(of).tags(tag("Name", name)).tags(tag("env", "dev")).build()
}

impl Seed {
    pub(crate) async fn new(region: &'static str) -> Self {
        let loader = aws_config::defaults(BehaviorVersion::latest()).region(Region::new(region)).endpoint_url(endpoint());
        let sdk = loader.credentials_provider(credentials()).load().await;
        let s3 = aws_sdk_s3::config::Builder::from(&sdk).force_path_style(true).build();
        Self { region, ec2: aws_sdk_ec2::Client::new(&sdk), s3: aws_sdk_s3::Client::from_conf(s3) }
    }

    /// Ids of new running instances.
    pub(crate) async fn instances(&self, name: &str, count: i32) -> Vec<String> {
        self.instances_of(InstanceType::T3Micro, name, count).await
    }

    /// The same with another size.
    pub(crate) async fn instances_of(&self, size: InstanceType, name: &str, count: i32) -> Vec<String> {
        let mut ids = Vec::new();
        // One reservation each: a page of the local AWS counts reservations.
        for _ in 0..count {
            let request = self.ec2.run_instances().image_id("ami-0123456789abcdef0").instance_type(size.clone()).min_count(1).max_count(1);
            // No public address: the cloud would give another one with every start.
            let inside = InstanceNetworkInterfaceSpecification::builder().device_index(0).associate_public_ip_address(false).build();
            let request = request.network_interfaces(inside).tag_specifications(tags(ResourceType::Instance, name));
            let made = request.send().await.unwrap();
            ids.extend(made.instances().iter().map(|instance| instance.instance_id().unwrap().to_owned()));
        }
        ids
    }

    pub(crate) async fn volume(&self, name: &str) -> String {
        let request = self.ec2.create_volume().availability_zone(format!("{}a", self.region)).size(12).volume_type(VolumeType::Gp3);
        let made = request.encrypted(true).tag_specifications(tags(ResourceType::Volume, name)).send().await.unwrap();
        made.volume_id().unwrap().to_owned()
    }

    pub(crate) async fn snapshot(&self, volume: &str) -> String {
        let request = self.ec2.create_snapshot().volume_id(volume).tag_specifications(tags(ResourceType::Snapshot, "nightly"));
        request.send().await.unwrap().snapshot_id().unwrap().to_owned()
    }

    pub(crate) async fn address(&self) -> String {
        let request = self.ec2.allocate_address().domain(DomainType::Vpc).tag_specifications(tags(ResourceType::ElasticIp, "front"));
        request.send().await.unwrap().allocation_id().unwrap().to_owned()
    }

    /// A group that lets in 20–25 from everywhere and 443 from everywhere on both protocol families.
    pub(crate) async fn firewall(&self, name: &str) -> String {
        let vpcs = self.ec2.describe_vpcs().send().await.unwrap();
        let vpc = vpcs.vpcs()[0].vpc_id().unwrap();
        let made = self.ec2.create_security_group().group_name(name).description("test").vpc_id(vpc).send().await.unwrap();
        let id = made.group_id().unwrap().to_owned();
        let range = |from: i32, to: i32| IpPermission::builder().ip_protocol("tcp").from_port(from).to_port(to);
        let everybody = || IpRange::builder().cidr_ip("0.0.0.0/0").build();
        let request = self.ec2.authorize_security_group_ingress().group_id(&id);
        let request = request.ip_permissions(range(20, 25).ip_ranges(everybody()).build());
        let v6 = Ipv6Range::builder().cidr_ipv6("::/0").build();
        request.ip_permissions(range(443, 443).ip_ranges(everybody()).ipv6_ranges(v6).build()).send().await.unwrap();
        id
    }

    pub(crate) async fn image(&self, instance: &str) -> String {
        let made = self.ec2.create_image().instance_id(instance).name(format!("golden-{instance}")).send().await.unwrap();
        made.image_id().unwrap().to_owned()
    }

    pub(crate) async fn bucket(&self, name: &str) {
        use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
        let place = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::from(self.region)).build();
        self.s3.create_bucket().bucket(name).create_bucket_configuration(place).send().await.unwrap();
    }
}
