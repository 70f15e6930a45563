"""Puts a first version into an empty local cloud, by the calls that a team would make on AWS.

Per region: a VPC with subnets in three zones, a load balancer with its listener and target group, a launch template
on the first commit's AMI, and `api-prod-v041` in service. Once: the bucket of the archive.
"""

import json
import time
import urllib.request
from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from types import MappingProxyType
from typing import Any

from include.domain.asg_tags import COLOUR, COMMIT, Colour
from include.domain.errors import GaveUp
from include.local_cloud.aws import LocalSession

REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
BASE_AMI, BUCKET, BUCKET_REGION = "serin-base", "serin-archive", "us-east-1"
BUILD_SUBNET_TAG, SERVICE = "serin:build", "serin:service"
PORT = 8080
NO_OTHERS: Mapping[str, str] = MappingProxyType({})
LOOK_SECONDS = 0.1


def furnish(endpoint: str, repository: str, commit: str, regions: Sequence[str] = REGIONS, service: str = "api",
            environment: str = "prod", size: int = 4, *, network: str, version: int = 41, drain_seconds: int = 60,
            first_block: int = 0, blocks: int = 16, wait_seconds: float = 60,
            others: Mapping[str, str] = NO_OTHERS) -> None:
    """Everything, up to `size` healthy targets in each region, and one instance in the region of each of the `others`
    (environment to region). `network` is the cloud's own (LocalCloud.network); each cluster takes one of its
    `blocks` (a power of two up to 64), from `first_block` on. Say it once: what exists is an error."""
    clusters = [(f"{service}-{environment}", region, size) for region in regions]
    clusters += [(f"{service}-{name}", region, 1) for name, region in others.items()]
    waits = []
    for block, (cluster, region, count) in enumerate(clusters, first_block):
        session = LocalSession(endpoint, region)
        subnets, vpc = _network(session, cluster, network, block, blocks)
        group = _load_balancer(session, cluster, subnets, vpc, drain_seconds)
        ami = _amis(session, endpoint, service, repository, commit)
        _asg(session, cluster, f"{cluster}-v{version:03}", commit, ami, subnets, group, count)
        waits.append((session, group, count))
    _bucket(LocalSession(endpoint, BUCKET_REGION))
    deadline = time.monotonic() + wait_seconds
    for session, group, count in waits:
        _wait_healthy(session, group, count, deadline)


def _network(session: LocalSession, cluster: str, network: str, block: int, blocks: int) -> tuple[list[str], str]:
    """A quarter of the block for each of three zones."""
    ec2 = session.client("ec2")
    whole = list(ip_network(f"{network}.0.0/16").subnets(new_prefix=15 + blocks.bit_length()))[block]
    zones = zip("abc", whole.subnets(2), strict=False)
    vpc = ec2.create_vpc(CidrBlock=str(whole), TagSpecifications=[_tags("vpc", Name=cluster)])["Vpc"]["VpcId"]
    return [ec2.create_subnet(
        VpcId=vpc, CidrBlock=str(part), AvailabilityZone=f"{session.region}{zone}",
        TagSpecifications=[_tags("subnet", Name=f"{cluster}-{zone}", **{BUILD_SUBNET_TAG: "true"})],
    )["Subnet"]["SubnetId"] for zone, part in zones], vpc


def _load_balancer(session: LocalSession, cluster: str, subnets: list[str], vpc: str, drain_seconds: int) -> str:
    """Returns the target group's ARN."""
    elb = session.client("elbv2")
    balancer = elb.create_load_balancer(Name=cluster, Subnets=subnets, Type="application",
                                        Scheme="internal")["LoadBalancers"][0]["LoadBalancerArn"]
    group = elb.create_target_group(
        Name=cluster, Protocol="HTTP", Port=PORT, VpcId=vpc, TargetType="instance", HealthCheckPath="/health",
        HealthCheckIntervalSeconds=10, HealthCheckTimeoutSeconds=5, HealthyThresholdCount=2,
        UnhealthyThresholdCount=2)["TargetGroups"][0]["TargetGroupArn"]
    elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=[
        {"Key": "deregistration_delay.timeout_seconds", "Value": str(drain_seconds)}])
    elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[
        {"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": group, "Weight": 100}]}}])
    return group


def _amis(session: LocalSession, endpoint: str, service: str, repository: str, commit: str) -> str:
    """The base AMI, and the first commit's with its disk, where they are not there yet; returns the latter's id."""
    ec2, name = session.client("ec2"), f"{service}-{commit[:12]}"
    there = {image["Name"]: image["ImageId"] for image in ec2.describe_images(
        Owners=["self"], Filters=[{"Name": "name", "Values": [BASE_AMI, name]}])["Images"]}
    if BASE_AMI not in there:
        _register(ec2, BASE_AMI)
    if name in there:
        return there[name]
    ami = _register(ec2, name)
    ec2.create_tags(Resources=[ami], Tags=_pairs({COMMIT: commit, "serin:branch": "prod", SERVICE: service}))
    _post(endpoint, "/serin/disks", {"region": session.region, "ami": ami, "repository": repository, "commit": commit})
    return ami


def _register(ec2: Any, name: str) -> str:
    return ec2.register_image(Name=name, Architecture="arm64", RootDeviceName="/dev/sda1", VirtualizationType="hvm",
                              BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 8}}])["ImageId"]


def _asg(session: LocalSession, cluster: str, asg: str, commit: str, ami: str, subnets: list[str], group: str,
         size: int) -> None:
    template = session.client("ec2").create_launch_template(
        LaunchTemplateName=cluster, LaunchTemplateData={"ImageId": ami, "InstanceType": "c7g.large"},
        TagSpecifications=[_tags("launch-template", **{SERVICE: cluster.partition("-")[0]})])["LaunchTemplate"]
    tags = {"Name": asg, COMMIT: commit, COLOUR: Colour.RED}
    session.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=asg, MinSize=size, MaxSize=size * 2, DesiredCapacity=size,
        LaunchTemplate={"LaunchTemplateId": template["LaunchTemplateId"], "Version": "1"},
        VPCZoneIdentifier=",".join(subnets), TargetGroupARNs=[group], HealthCheckType="ELB",
        HealthCheckGracePeriod=600, Tags=[{**pair, "ResourceId": asg, "ResourceType": "auto-scaling-group",
                                           "PropagateAtLaunch": pair["Key"] == "Name"} for pair in _pairs(tags)])


def _bucket(session: LocalSession) -> None:
    s3 = session.client("s3")
    if BUCKET not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=BUCKET)
        # a browser on this machine signs nothing, and is to open the reports
        s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}]}))


def _wait_healthy(session: LocalSession, group: str, size: int, deadline: float) -> None:
    elb = session.client("elbv2")
    while True:
        targets = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        healthy = sum(target["TargetHealth"]["State"] == "healthy" for target in targets)
        if healthy >= size:
            return
        if time.monotonic() >= deadline:
            raise GaveUp(f"{session.region}: {healthy} of {size} targets are healthy: "
                         f"{[target['TargetHealth'] for target in targets]}")
        time.sleep(LOOK_SECONDS)


def _post(endpoint: str, path: str, body: Any) -> None:
    request = urllib.request.Request(endpoint + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()


def _pairs(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _tags(kind: str, **tags: str) -> dict[str, Any]:
    return {"ResourceType": kind, "Tags": _pairs(tags)}
