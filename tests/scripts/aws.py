"""A local AWS as boto3 sees it, independent of Escher.

usage: aws.py ENDPOINT seed COUNT REGION [REGION ...]   COUNT resources: instances, volumes and buckets over the regions
       aws.py ENDPOINT fleet COUNT REGION               COUNT running instances, all tagged fleet=kill
       aws.py ENDPOINT start REGION                     starts every instance
       aws.py ENDPOINT tag REGION KEY=VALUE [KEY=VALUE …]  tags every instance
       aws.py ENDPOINT tags REGION                      prints {instance id: {key: value}}
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
elif command == "start":
    client("ec2", rest[0]).start_instances(InstanceIds=[instance["InstanceId"] for instance in instances(rest[0])])
elif command == "tag":
    pairs = [dict(zip(("Key", "Value"), pair.split("=", 1))) for pair in rest[1:]]
    client("ec2", rest[0]).create_tags(Resources=[instance["InstanceId"] for instance in instances(rest[0])], Tags=pairs)
elif command == "tags":
    print(json.dumps({i["InstanceId"]: {tag["Key"]: tag["Value"] for tag in i.get("Tags", [])} for i in instances(rest[0])}))
elif command == "states":
    print(json.dumps(states(rest)))
else:
    sys.exit(__doc__)
