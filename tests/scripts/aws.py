"""A local AWS as boto3 sees it, independent of Escher.

usage: aws.py ENDPOINT seed COUNT REGION [REGION ...]   COUNT resources: instances, volumes and buckets over the regions
       aws.py ENDPOINT fleet COUNT REGION               COUNT running instances, all tagged fleet=kill
       aws.py ENDPOINT start REGION                     starts every instance
       aws.py ENDPOINT special REGION                   what stands in the way of changes: Spot, a scale group, an image, a firewall
       aws.py ENDPOINT reopen REGION                    opens port 22 of the firewall again
       aws.py ENDPOINT states REGION [REGION ...]       prints {instance id: {"state", "env", "region"}}
"""

import json
import sys

import boto3

ENVS = ["dev", "prod", "staging", "test", None]
IMAGE = "ami-12345678"
SIZES = ["t3.micro", "m5.large", "c5.xlarge"]


def client(service, region):
    return boto3.client(service, region_name=region, endpoint_url=endpoint, aws_access_key_id="test", aws_secret_access_key="test")


def tags(name, env):
    found = [{"Key": "Name", "Value": name}, {"Key": "team", "Value": "payments" if env else "core"}]
    return found + ([{"Key": "env", "Value": env}] if env else [])


def seed(count, regions):
    for n in range(count):
        region, env = regions[n % len(regions)], ENVS[(n // 2) % len(ENVS)]
        ec2 = client("ec2", region)
        if n % 3 == 0 or n % 3 == 1:
            spec = [{"ResourceType": "instance", "Tags": tags(f"web-{n:03}", env)}]
            ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, InstanceType=SIZES[n % 3], TagSpecifications=spec)
        elif n % 2 == 0:
            ec2.create_volume(AvailabilityZone=region + "a", Size=10 + n, TagSpecifications=[{"ResourceType": "volume", "Tags": tags(f"data-{n:03}", env)}])
        else:
            s3 = client("s3", region)
            where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            s3.create_bucket(Bucket=f"bucket-{n:03}", **where)
            s3.put_bucket_tagging(Bucket=f"bucket-{n:03}", Tagging={"TagSet": tags(f"bucket-{n:03}", env)})


def fleet(count, region):
    ec2 = client("ec2", region)
    spec = [{"ResourceType": "instance", "Tags": [{"Key": "fleet", "Value": "kill"}]}]
    ec2.run_instances(ImageId=IMAGE, MinCount=count, MaxCount=count, TagSpecifications=spec)


def special(region):
    ec2, groups = client("ec2", region), client("autoscaling", region)
    named = lambda kind, name: [{"ResourceType": kind, "Tags": tags(name, "dev")}]
    run = lambda name, **more: ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, TagSpecifications=named("instance", name), **more)["Instances"][0]["InstanceId"]
    run("spot-1", InstanceMarketOptions={"MarketType": "spot"})
    image = ec2.create_image(InstanceId=run("plain-1"), Name="golden")["ImageId"]
    mapped = ec2.describe_images(ImageIds=[image])["Images"][0]["BlockDeviceMappings"]
    ec2.create_tags(Resources=[disk["Ebs"]["SnapshotId"] for disk in mapped if "Ebs" in disk], Tags=tags("golden-snap", "dev"))
    volume = ec2.create_volume(AvailabilityZone=region + "a", Size=10, TagSpecifications=named("volume", "free-disk"))["VolumeId"]
    ec2.create_snapshot(VolumeId=volume, TagSpecifications=named("snapshot", "free-snap"))
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = ec2.create_security_group(GroupName="front", Description="test", VpcId=vpc, TagSpecifications=named("security-group", "front"))["GroupId"]
    anybody = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=anybody)
    groups.create_launch_configuration(LaunchConfigurationName="shop", ImageId=IMAGE, InstanceType="t3.micro")
    marks = [{"Key": tag["Key"], "Value": tag["Value"], "PropagateAtLaunch": True} for tag in tags("shop-1", "dev")]
    groups.create_auto_scaling_group(AutoScalingGroupName="shop", LaunchConfigurationName="shop", MinSize=1, MaxSize=1, AvailabilityZones=[region + "a"], Tags=marks)


def instances(region):
    for page in client("ec2", region).get_paginator("describe_instances").paginate():
        for reservation in page["Reservations"]:
            yield from reservation["Instances"]


def states(regions):
    found = {}
    for region in regions:
        for instance in instances(region):
            env = next((tag["Value"] for tag in instance.get("Tags", []) if tag["Key"] == "env"), None)
            found[instance["InstanceId"]] = {"state": instance["State"]["Name"], "env": env, "region": region}
    return found


endpoint, command, *rest = sys.argv[1:]
if command == "seed":
    seed(int(rest[0]), rest[1:])
elif command == "fleet":
    fleet(int(rest[0]), rest[1])
elif command == "special":
    special(rest[0])
elif command == "reopen":
    ec2 = client("ec2", rest[0])
    group = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["front"]}])["SecurityGroups"][0]["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
elif command == "start":
    client("ec2", rest[0]).start_instances(InstanceIds=[instance["InstanceId"] for instance in instances(rest[0])])
elif command == "states":
    print(json.dumps(states(rest)))
else:
    sys.exit(__doc__)
