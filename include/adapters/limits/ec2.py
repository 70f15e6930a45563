"""What EC2, Auto Scaling and the load balancers of one region would refuse a push, as the port `Limits`. Reads only."""

from collections.abc import Iterator
from typing import Any

from include.adapters.aws import Aws, Session, chunks
from include.adapters.clusters.ec2_asg import reaches_others
from include.adapters.clusters.ec2_create import cannot_copy
from include.adapters.clusters.ec2_scaling import cannot_carry_over
from include.adapters.clusters.ec2_templates import LaunchTemplates, spec_of
from include.domain.errors import BadInput
from include.domain.red_black.room import Balancer, Room

WATCHED = {"HTTP", "HTTPS"}     # protocols of an Application Load Balancer's target groups
MOST_TARGETS = {"application": "targets-per-application-load-balancer", "network": "targets-per-network-load-balancer"}
BALANCERS_A_CALL = 20
Thing = dict[str, Any]


class Ec2Limits:
    def __init__(self, session: Session) -> None:
        self._aws = Aws(session)
        self._templates = LaunchTemplates(self._aws)

    def refuses(self, asg: str, ami: str) -> list[str]:
        groups = self._asgs("all ASGs")
        group = _named(groups, asg)
        shared = reaches_others(group, groups)
        return [*cannot_copy(group), *([shared] if shared else []), *cannot_carry_over(self._aws, asg),
                *self._target_groups(group), *self._image(group, ami)]

    def room(self, asg: str) -> Room:
        group = _named(self._asgs(asg, AutoScalingGroupNames=[asg]), asg)
        account = self._aws.call("autoscaling", "describe_account_limits", asg)
        return Room(self._addresses(group), tuple(self._balancers(group)), account["NumberOfAutoScalingGroups"],
                    account["MaxNumberOfAutoScalingGroups"])

    def _asgs(self, about: str, **which: Any) -> list[Thing]:
        return self._aws.pages("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", about,
                               page_size=100, **which)

    def _image(self, group: Thing, ami: str) -> Iterator[str]:
        """AWS would take the AMI and fail every launch, one by one."""
        spec = spec_of(group)
        version = self._templates.versions({spec}).get(spec) if spec else None
        if spec and version is None:
            yield f"version {spec[1]} of launch template {spec[0]} of {group['AutoScalingGroupName']} does not exist"
        images = {image["ImageId"]: image for image in self._images(ami, *([version.ami] if version else []))}
        found, runs = images.get(ami), images.get(version.ami) if version else None
        if found is None:
            yield f"AMI {ami} is not there for this account: copy it, or share it with the account"
            return
        if found["State"] != "available":
            yield f"AMI {ami} is {found['State']}, and not available"
        if runs and found.get("Architecture") != runs.get("Architecture"):
            yield (f"AMI {ami} is built for {found.get('Architecture')}, and the instances of "
                   f"{group['AutoScalingGroupName']} are {runs.get('Architecture')}")

    def _images(self, *amis: str) -> list[Thing]:
        """By a filter: an id that is not there would make AWS refuse the whole list."""
        return self._aws.pages("ec2", "describe_images", "Images", ", ".join(amis),
                               Filters=[{"Name": "image-id", "Values": sorted({*amis} - {""})}])

    def _target_groups(self, group: Thing) -> Iterator[str]:
        for one in self._groups(group):
            name = one["TargetGroupName"]
            if one.get("Protocol") not in WATCHED:
                yield (f"target group {name} takes {one.get('Protocol')}: a push moves targets of Application Load "
                       "Balancers only")
            elif not one.get("LoadBalancerArns"):
                yield f"no load balancer uses target group {name}: its targets would never be healthy"

    def _groups(self, group: Thing) -> list[Thing]:
        arns = group.get("TargetGroupARNs")
        return self._pages("describe_target_groups", "TargetGroups", group["AutoScalingGroupName"],
                           TargetGroupArns=arns) if arns else []

    def _addresses(self, group: Thing) -> dict[str, int]:
        subnets = [subnet.strip() for subnet in group.get("VPCZoneIdentifier", "").split(",") if subnet.strip()]
        found = self._aws.pages("ec2", "describe_subnets", "Subnets", group["AutoScalingGroupName"],
                                Filters=[{"Name": "subnet-id", "Values": subnets}]) if subnets else []
        return {subnet["SubnetId"]: subnet["AvailableIpAddressCount"] for subnet in found}

    def _balancers(self, group: Thing) -> Iterator[Balancer]:
        ours = self._groups(group)
        arns = sorted({arn for one in ours for arn in one.get("LoadBalancerArns", ())})
        limits = {limit["Name"]: int(limit["Max"])
                  for limit in self._pages("describe_account_limits", "Limits", "the account")} if arns else {}
        for some in chunks(arns, BALANCERS_A_CALL):
            for balancer in self._pages("describe_load_balancers", "LoadBalancers", ", ".join(some),
                                        LoadBalancerArns=list(some)):
                arn = balancer["LoadBalancerArn"]
                yield Balancer(balancer["LoadBalancerName"],
                               sum(arn in one.get("LoadBalancerArns", ()) for one in ours), self._targets(arn),
                               limits.get(MOST_TARGETS.get(balancer["Type"], "")))

    def _targets(self, balancer: str) -> int:
        """Of all its target groups; those that drain are still there."""
        groups = self._pages("describe_target_groups", "TargetGroups", balancer, LoadBalancerArn=balancer)
        return sum(len(self._aws.call("elbv2", "describe_target_health", one["TargetGroupName"],
                                      TargetGroupArn=one["TargetGroupArn"])["TargetHealthDescriptions"])
                   for one in groups)

    def _pages(self, operation: str, key: str, about: str, **arguments: Any) -> list[Thing]:
        return self._aws.pages("elbv2", operation, key, about, **arguments)


def _named(groups: list[Thing], asg: str) -> Thing:
    found = next((group for group in groups if group["AutoScalingGroupName"] == asg), None)
    if found is None:
        raise BadInput(f"there is no ASG {asg}")
    return found
