"""What an ASG and its instances know here beyond moto, and how an instance enters and leaves the target groups."""

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState
from moto.ec2.models.instances import Instance
from moto.elbv2.exceptions import ELBClientError

from include.local_cloud.control import target_health
from include.local_cloud.control.activities import Activity, new_history
from include.local_cloud.control.world import Region

PROCESSES = ("Launch", "Terminate", "AddToLoadBalancer", "AlarmNotification", "AZRebalance", "HealthCheck",
             "InstanceRefresh", "ReplaceUnhealthy", "ScheduledActions")
LAUNCHING, TERMINATING = "autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING"
LEAVING = ("Terminating", "Terminating:Wait", "Terminating:Proceed", "Terminated")


@dataclass
class Story:
    """An ASG's own past and plans. `deleting` is None, or whether by force."""

    activities: deque[Activity] = field(default_factory=new_history)
    deleting: bool | None = None
    launch_after: float = 0
    rebalance_after: float = 0
    spare: int = 0                           # instances above desired while zones are balanced
    tracked_after: float = 0
    topics: dict[str, list[str]] = field(default_factory=dict)  # who is notified, of what
    low_since: dict[str, float] = field(default_factory=dict)  # by policy: under its target since


class Member(InstanceState):
    """One instance of an ASG, on its way in or out."""

    def __init__(self, instance: Instance, group: FakeAutoScalingGroup, activity: Activity, now: float,
                 template: dict[str, Any] | None):
        super().__init__(instance, "Pending", protected_from_scale_in=group.new_instances_protected_from_scale_in)
        self.activity = activity
        self.launched_at = now
        self.in_service_at: float | None = None
        self.hook_until: float | None = None
        self.hook_result = ""
        self._template = template

    @property
    def launch_template(self) -> dict[str, Any] | None:
        """The version that it was launched from; stock tells the template's default."""
        return self._template

    @property
    def leaving(self) -> bool:
        return self.lifecycle_state in LEAVING


def members(group: FakeAutoScalingGroup) -> list[Member]:
    return list(group.instance_states)


def staying(group: FakeAutoScalingGroup) -> list[Member]:
    """Those that count for the desired capacity."""
    return [m for m in members(group) if not m.leaving and m.lifecycle_state != "Standby"]


def runs(group: FakeAutoScalingGroup, process: str) -> bool:
    return process not in group._suspended_processes


def hook(region: Region, group: FakeAutoScalingGroup, transition: str) -> bool:
    return any(hook.lifecycle_transition == transition
               for hook in region.autoscaling.describe_lifecycle_hooks(group.name))


def target_groups(region: Region, arns: list[str]) -> Iterator[Any]:
    """Those that still exist: a target group may be deleted before its ASG."""
    return (region.elbv2.target_groups[arn] for arn in arns if arn in region.elbv2.target_groups)


def register(region: Region, arns: list[str], member: Member) -> None:
    """Done once, as it comes into service or as a target group is attached; never again by itself. Where the load
    balancer takes no more, it stays out."""
    for target_group in target_groups(region, arns):
        if member.instance.state == "running":
            with suppress(ELBClientError):
                target_group.register([{"Id": member.instance.id}])


def deregister(region: Region, arns: list[str], member: Member) -> None:
    for target_group in target_groups(region, arns):
        target_health.drain(target_group, member.instance.id)


def draining(region: Region, group: FakeAutoScalingGroup, member: Member) -> bool:
    return any(member.instance.id in target_group.targets
               for target_group in target_groups(region, group.target_group_arns))
