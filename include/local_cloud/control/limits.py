"""What the account may have in a region. moto's load balancer has room for 30 targets, AWS's for 1,000."""

from typing import Any

from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import FakeTargetGroup
from moto.elbv2.responses import ELBV2Response

from include.local_cloud.control.patching import added, patched
from include.local_cloud.control.world import here

ASGS, TARGETS = "auto-scaling-groups", "targets-per-application-load-balancer"
AWS_GIVES = {ASGS: 500, "launch-configurations": 200, TARGETS: 1000, "targets-per-network-load-balancer": 3000}


def allowed(region: str, limit: str) -> int:
    return here().limits.get(region, {}).get(limit, AWS_GIVES[limit])


def raised(region: str, limits: dict[str, int]) -> None:
    """Set some of them; ValueError names those that there are."""
    unknown = sorted(set(limits) - set(AWS_GIVES))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no limit; there are {', '.join(AWS_GIVES)}")
    here().limits.setdefault(region, {}).update(limits)


@patched(ELBV2Response, "describe_account_limits", "stock: 30 targets a load balancer, for ever")
def describe_elb_limits(original: Any, self: ELBV2Response) -> ActionResult:
    answer = original(self)
    for limit in answer._result["Limits"]:
        if limit["Name"] in AWS_GIVES:
            limit["Max"] = allowed(self.region, limit["Name"])
        limit["Max"] = str(limit["Max"])
    return answer


@added(AutoScalingResponse, "describe_account_limits", "stock: not there")
def describe_asg_limits(self: AutoScalingResponse) -> ActionResult:
    backend = self.autoscaling_backend
    return ActionResult({
        "MaxNumberOfAutoScalingGroups": allowed(self.region, ASGS),
        "MaxNumberOfLaunchConfigurations": allowed(self.region, "launch-configurations"),
        "NumberOfAutoScalingGroups": len(backend.autoscaling_groups),
        "NumberOfLaunchConfigurations": len(backend.launch_configurations)})


@patched(FakeTargetGroup, "register", "stock: any number of targets")
def register(original: Any, self: FakeTargetGroup, targets: list[dict[str, Any]]) -> None:
    fresh = sum(target["Id"] not in self.targets for target in targets)
    others = here().region(self.region_name).elbv2.target_groups.values()
    for arn in self.load_balancer_arns if fresh else ():
        there = sum(len(group.targets) for group in others if arn in group.load_balancer_arns)
        if there + fresh > allowed(self.region_name, TARGETS):
            raise TooManyTargets(f"{there} targets are registered, and {fresh} more are asked for")
    original(self, targets)


class TooManyTargets(ELBClientError):
    def __init__(self, words: str):
        super().__init__("TooManyTargets", f"You've reached the limit on the number of targets: {words}")
