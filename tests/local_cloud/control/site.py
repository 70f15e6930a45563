"""A load balancer, a target group and a launch template in three zones of one region, and ASGs on them."""

import itertools
from contextlib import suppress
from typing import Any

from tests.local_cloud.control.cloud import NETWORK, Cloud, eventually

_slices = itertools.count()
_names = itertools.count(1)


class Site:
    def __init__(self, cloud: Cloud, region: str = "us-east-1"):
        self.cloud, self.region = cloud, region
        self.ec2, self.asgs, self.elb = (cloud.client(s, region) for s in ("ec2", "autoscaling", "elbv2"))
        self.made: list[str] = []
        part = next(_slices)
        self.vpc = self.ec2.create_vpc(CidrBlock=f"{NETWORK}.{part * 8}.0/21")["Vpc"]["VpcId"]
        self.subnets = [self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"{NETWORK}.{part * 8 + i}.0/24",
                                               AvailabilityZone=f"{region}{zone}")["Subnet"]["SubnetId"]
                        for i, zone in enumerate("abc")]
        self.ami = self.ec2.register_image(Name=self.name("ami"))["ImageId"]
        balancer = self.elb.create_load_balancer(Name=self.name("lb"), Subnets=self.subnets)["LoadBalancers"][0]
        self.load_balancer = balancer["LoadBalancerArn"]
        self.target_group = self.add_target_group()
        self.listener = self.elb.create_listener(
            LoadBalancerArn=self.load_balancer, Protocol="HTTP", Port=80,
            DefaultActions=[self.forward({self.target_group: 1})])["Listeners"][0]["ListenerArn"]
        self.template = self.ec2.create_launch_template(
            LaunchTemplateName=self.name("lt"),
            LaunchTemplateData={"ImageId": self.ami, "InstanceType": "c7g.large"})["LaunchTemplate"]["LaunchTemplateId"]

    def name(self, kind: str) -> str:
        return f"{kind}-{next(_names)}"

    @staticmethod
    def forward(weights: dict[str, int]) -> dict[str, Any]:
        groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights.items()]
        return {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}

    def add_target_group(self, drain_seconds: int = 240) -> str:
        arn = self.elb.create_target_group(
            Name=self.name("tg"), Protocol="HTTP", Port=8080, VpcId=self.vpc, HealthCheckPath="/health",
            HealthCheckIntervalSeconds=6, HealthCheckTimeoutSeconds=3)["TargetGroups"][0]["TargetGroupArn"]
        self.elb.modify_target_group_attributes(TargetGroupArn=arn, Attributes=[
            {"Key": "deregistration_delay.timeout_seconds", "Value": str(drain_seconds)}])
        return arn

    def asg(self, size: int = 1, *, ready: bool = True, suspended: tuple[str, ...] = (), **settings: Any) -> str:
        name = self.name("asg")
        self.made.append(name)
        self.asgs.create_auto_scaling_group(**{
            "AutoScalingGroupName": name, "MinSize": 0, "MaxSize": 10, "DesiredCapacity": 0 if suspended else size,
            "LaunchTemplate": {"LaunchTemplateId": self.template, "Version": "1"},
            "VPCZoneIdentifier": ",".join(self.subnets), "TargetGroupARNs": [self.target_group], **settings})
        if suspended:
            self.asgs.suspend_processes(AutoScalingGroupName=name, ScalingProcesses=list(suspended))
            self.resize(name, size)
        if ready:
            eventually(lambda: len(self.in_service(name)) == size)
        return name

    def clear(self) -> None:
        """What one test leaves must not launch or die in the next."""
        for name in self.made:
            with suppress(self.asgs.exceptions.ClientError):  # gone already
                self.asgs.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
        self.made.clear()

    def resize(self, name: str, size: int) -> None:
        self.asgs.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=size)

    def group(self, name: str) -> dict[str, Any]:
        return self.asgs.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]

    def members(self, name: str) -> dict[str, str]:
        """Instance to lifecycle state."""
        return {i["InstanceId"]: i["LifecycleState"] for i in self.group(name)["Instances"]}

    def in_service(self, name: str) -> list[str]:
        return [instance for instance, state in self.members(name).items() if state == "InService"]

    def targets(self, arn: str | None = None) -> dict[str, str]:
        """Instance to state."""
        found = self.elb.describe_target_health(TargetGroupArn=arn or self.target_group)["TargetHealthDescriptions"]
        return {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in found}

    def checked(self, *instances: str, state: str = "healthy", arn: str | None = None) -> int:
        """What the data plane would have found; how many of it were taken."""
        said = {instance: {"state": state, "reason": "said by a test"} for instance in instances}
        return self.cloud.serin("POST", "health", {self.region: {arn or self.target_group: said}})["taken"]

    def activities(self, name: str) -> list[dict[str, Any]]:
        return self.asgs.describe_scaling_activities(AutoScalingGroupName=name)["Activities"]

    def state(self, instance: str) -> str:
        return self.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]["State"]["Name"]
