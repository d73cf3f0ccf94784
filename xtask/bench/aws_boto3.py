#!/usr/bin/env python3
"""A local AWS as a plain boto3 program sees it: what syncing is measured beside.

    python3 aws_boto3.py ENDPOINT seed COUNT REGION...   COUNT tagged instances over the regions
    python3 aws_boto3.py ENDPOINT look                   one look at everything that `escher sync` looks at

`look` makes the calls of a sync one after the other, in every region, and prints what it counted and how long it took.
"""

import json
import sys
import time

import boto3

APPS = ["checkout", "payments", "search", "billing", "orders", "auth", "reports", "ledger", "gateway", "catalog"]
ENVS = ["prod", "staging", "dev", "test"]
ROLES = ["web", "api", "worker", "cache", "batch"]
BATCH = 50
# Call, the field that holds the resources, arguments.
CALLS = [
    ("describe_volumes", "Volumes", {}),
    ("describe_snapshots", "Snapshots", {"OwnerIds": ["self"]}),
    ("describe_images", "Images", {"Owners": ["self"]}),
    ("describe_vpcs", "Vpcs", {}),
    ("describe_subnets", "Subnets", {}),
    ("describe_security_groups", "SecurityGroups", {}),
]


def client(service, region="us-east-1"):
    return boto3.client(service, region_name=region, endpoint_url=endpoint, aws_access_key_id="test", aws_secret_access_key="test")


def seed(count, regions):
    clients = [client("ec2", region) for region in regions]
    for n in range(count):
        app, env, role = APPS[n % 10], ENVS[n // 10 % 4], ROLES[n // 40 % 5]
        tags = {"Name": f"{env}-{app}-{role}-{n:04}", "env": env, "app": app, "team": f"team-{n % 7}"}
        tags = [{"Key": key, "Value": value} for key, value in tags.items()]
        spec = [{"ResourceType": "instance", "Tags": tags}]
        clients[n % len(clients)].run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1, TagSpecifications=spec)


def look():
    client("sts").get_caller_identity()
    count = 0
    for region in client("ec2").describe_regions()["Regions"]:
        ec2 = client("ec2", region["RegionName"])
        for page in ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 500}):
            count += sum(len(reservation["Instances"]) for reservation in page["Reservations"])
        for call, field, arguments in CALLS:
            for page in ec2.get_paginator(call).paginate(PaginationConfig={"PageSize": 500}, **arguments):
                count += len(page[field])
        count += len(ec2.describe_addresses()["Addresses"])
    return count + len(client("s3").list_buckets()["Buckets"])


endpoint, command, *rest = sys.argv[1:]
if command == "seed":
    seed(int(rest[0]), rest[1:])
else:
    begun = time.perf_counter()
    seen = look()
    print(json.dumps({"seen": seen, "seconds": time.perf_counter() - begun}))
