"""The local cloud's control process for tests, and the smallest furniture a cluster needs. Everything is fast there."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
from botocore.config import Config

ROOT = Path(__file__).parents[2]
REGION = "us-east-1"
NETWORK = "127.41.0.0/16"
CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=5, read_timeout=20)


@contextmanager
def control_process(*options: str) -> Iterator[str]:
    """The endpoint of a control process of its own; it is stopped at the end, whatever happened."""
    command = [sys.executable, "-m", "include.local_cloud.control", "--assume-healthy", "--scale", "600",
               "--parent", str(os.getpid()), *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(process.stdout.readline())["endpoint"]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Session:
    """Ready clients of one region; `calls` counts what was asked of AWS, as `service.Operation`."""

    def __init__(self, endpoint: str, region: str = REGION) -> None:
        self.endpoint, self.region = endpoint, region
        self.calls: list[str] = []
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            client = boto3.client(service, endpoint_url=self.endpoint, region_name=self.region, config=CONFIG,
                                  aws_access_key_id="test", aws_secret_access_key="test")
            client.meta.events.register("before-call", self._count)
            self._clients[service] = client
        return self._clients[service]

    def _count(self, model: Any, **_: Any) -> None:
        self.calls.append(f"{model.service_model.service_name}.{model.name}")


@dataclass
class Cluster:
    """One cluster with its load balancer, in a name of its own, so that tests share one process."""

    session: Session
    service: str
    template: str
    ami: str
    subnets: list[str]
    load_balancer: str
    listener: str
    target_group: str

    @property
    def asg(self) -> str:
        return f"{self.service}-prod-v041"

    def aws(self, service: str) -> Any:
        return self.session.client(service)

    def group(self, name: str) -> dict[str, Any]:
        groups = self.aws("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
        return groups["AutoScalingGroups"][0]


def furnished(session: Session, size: int = 2, **asg: Any) -> Cluster:
    service = f"api{uuid4().hex[:8]}"
    ec2, elb = session.client("ec2"), session.client("elbv2")
    vpc, subnets = _network(ec2, session.region)
    ami = ec2.register_image(Name=f"{service}-base", Architecture="arm64", RootDeviceName="/dev/sda1")["ImageId"]
    template = ec2.create_launch_template(
        LaunchTemplateName=service, LaunchTemplateData={"ImageId": ami, "InstanceType": "c7g.large"})
    group = elb.create_target_group(
        Name=f"{service}-prod", Protocol="HTTP", Port=8080, VpcId=vpc, TargetType="instance", HealthCheckPath="/health",
        HealthCheckIntervalSeconds=7, HealthyThresholdCount=3, Matcher={"HttpCode": "200-204"},
        Tags=[{"Key": "team", "Value": "search"}])["TargetGroups"][0]["TargetGroupArn"]
    elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=[
        {"Key": "deregistration_delay.timeout_seconds", "Value": "77"}])
    balancer = elb.create_load_balancer(Name=f"{service}-prod", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    listener = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[
        {"Type": "forward", "TargetGroupArn": group}])["Listeners"][0]["ListenerArn"]
    cluster = Cluster(session, service, template["LaunchTemplate"]["LaunchTemplateId"], ami, subnets, f"{service}-prod",
                      listener, group)
    arguments = {
        "LaunchTemplate": {"LaunchTemplateId": cluster.template, "Version": "1"}, "MinSize": size, "MaxSize": 10,
        "DesiredCapacity": size, "VPCZoneIdentifier": ",".join(subnets), "TargetGroupARNs": [group],
        "HealthCheckType": "ELB", "HealthCheckGracePeriod": 45, "DefaultCooldown": 111,
        "TerminationPolicies": ["OldestInstance"],
        "Tags": [{"Key": "team", "Value": "search", "PropagateAtLaunch": True},
                 {"Key": "serin:push", "Value": "an-older-push", "PropagateAtLaunch": False}]}
    session.client("autoscaling").create_auto_scaling_group(AutoScalingGroupName=cluster.asg, **arguments | asg)
    return cluster


def _network(ec2: Any, region: str) -> tuple[str, list[str]]:
    """One for all tests of a process: networks must not overlap."""
    for vpc in ec2.describe_vpcs(Filters=[{"Name": "cidr", "Values": [NETWORK]}])["Vpcs"]:
        subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["Subnets"]
        return vpc["VpcId"], sorted(subnet["SubnetId"] for subnet in subnets)
    vpc = ec2.create_vpc(CidrBlock=NETWORK)["Vpc"]["VpcId"]
    return vpc, [ec2.create_subnet(VpcId=vpc, CidrBlock=f"127.41.{i * 16}.0/20", AvailabilityZone=f"{region}{zone}")
                 ["Subnet"]["SubnetId"] for i, zone in enumerate("abc")]


def eventually(look: Callable[[], Any], what: str, seconds: float = 20) -> Any:
    """The first true answer; the local cloud moves by itself, so this is the one place that waits for it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := look():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")
