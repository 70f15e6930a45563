"""EC2 Auto Scaling as the port `Clusters`. Reads come in pages of 100; a verb is one call unless it must look first."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from include.adapters.aws import Aws, Session, tag_map
from include.adapters.clusters import ec2_scaling, ec2_tracking
from include.adapters.clusters.ec2_beside import copy_notifications, copy_warm_pool
from include.adapters.clusters.ec2_create import create_arguments
from include.adapters.clusters.ec2_shown import shown, shown_activity
from include.adapters.clusters.ec2_templates import LATEST, LaunchTemplates, pinned, spec_of
from include.domain.asg_names import parse
from include.domain.asg_tags import PUSH
from include.domain.cluster import Activity, Asg, NewAsg
from include.domain.errors import BadInput, Refused
from include.domain.launch_template import Launches
from include.domain.scaling.policies import Policy, Tracking

AT_ONCE = 8
GONE = ("not found", "No managed instance found")
Group = dict[str, Any]


class Ec2AsgClusters:
    def __init__(self, session: Session) -> None:
        self._aws = Aws(session)
        self._templates = LaunchTemplates(self._aws)

    def asgs(self, cluster: str) -> list[Asg]:
        groups = [group for group in self._groups() if _cluster_of(group) == cluster]
        versions = self._templates.versions({spec for group in groups if (spec := spec_of(group))})
        found = [shown(group, versions) for group in groups]
        return sorted(found, key=lambda asg: (asg.created_at, asg.name))

    def activities(self, asg: str) -> list[Activity]:
        answer = self._call("describe_scaling_activities", asg, AutoScalingGroupName=asg, MaxRecords=100)
        activities = [shown_activity(activity) for activity in answer["Activities"]]
        return sorted(activities, key=lambda activity: activity.started_at, reverse=True)

    def create(self, new: NewAsg) -> None:
        groups = self._groups()
        by_name = {group["AutoScalingGroupName"]: group for group in groups}
        like = by_name.get(new.like)
        if like is None:
            raise BadInput(f"{new.name}: {new.like}, which it should be shaped like, does not exist")
        there = by_name.get(new.name)
        if there is None or not _is_ours(there, new):     # what is shown may have had the name before: AWS decides
            there = self._create(new, like, groups)
        if there is not None:
            _must_be_ours(there, new)
        copy_notifications(self._aws, new.like, new.name)
        if like.get("EnabledMetrics") and not (there or {}).get("EnabledMetrics"):
            self._call("enable_metrics_collection", new.name, AutoScalingGroupName=new.name, Granularity="1Minute",
                       Metrics=[metric["Metric"] for metric in like["EnabledMetrics"]])

    def resize(self, asg: str, *, minimum: int, maximum: int, desired: int | None = None) -> None:
        wanted = {} if desired is None else {"DesiredCapacity": desired}
        self._call("update_auto_scaling_group", asg, AutoScalingGroupName=asg, MinSize=minimum, MaxSize=maximum,
                   **wanted)

    def suspend(self, asg: str, processes: Sequence[str]) -> None:
        if processes:  # an empty list would mean every process
            self._call("suspend_processes", asg, AutoScalingGroupName=asg, ScalingProcesses=list(processes))

    def resume(self, asg: str, processes: Sequence[str]) -> None:
        if processes:
            self._call("resume_processes", asg, AutoScalingGroupName=asg, ScalingProcesses=list(processes))

    def tag(self, asg: str, tags: Mapping[str, str | None]) -> None:
        on = {"ResourceId": asg, "ResourceType": "auto-scaling-group"}
        written = [{**on, "Key": key, "Value": value, "PropagateAtLaunch": False}
                   for key, value in tags.items() if value is not None]
        removed = [{**on, "Key": key} for key, value in tags.items() if value is None]
        if written:
            self._call("create_or_update_tags", asg, Tags=written)
        if removed:
            self._call("delete_tags", asg, Tags=removed)

    def copy_scaling(self, source: str, to: str) -> None:
        ec2_scaling.copy_scaling(self._aws, source, to)
        copy_notifications(self._aws, source, to)
        copy_warm_pool(self._aws, source, to)

    def policies(self, asg: str) -> list[Policy]:
        return ec2_tracking.policies(self._aws, asg)

    def track_requests(self, asg: str, tracking: Tracking) -> None:
        groups = self._groups(asg)
        if not groups:
            raise BadInput(f"there is no ASG {asg}")
        ec2_tracking.track_requests(self._aws, groups[0], tracking)

    def drop_policy(self, asg: str, name: str) -> None:
        ec2_tracking.drop(self._aws, asg, name)

    def mark_healthy(self, instances: Sequence[str]) -> None:
        """AWS takes one at a time: a few at once, or a thousand would take minutes of a rollback."""
        self._aws.client("autoscaling")  # before the threads: making a client is not safe among them
        with ThreadPoolExecutor(AT_ONCE) as callers:
            list(callers.map(self._mark_healthy, instances))

    def delete(self, asg: str) -> None:
        self._call("delete_auto_scaling_group", asg, none_if=GONE, AutoScalingGroupName=asg, ForceDelete=True)
        ec2_scaling.delete_alarms(self._aws, asg)

    def _mark_healthy(self, instance: str) -> None:
        self._call("set_instance_health", instance, none_if=GONE, InstanceId=instance, HealthStatus="Healthy",
                   ShouldRespectGracePeriod=False)

    def launches(self, asg: str) -> Launches:
        groups = self._groups(asg)
        if not groups:
            raise BadInput(f"there is no ASG {asg}")
        template, number = self._runs(groups[0])
        found = self._templates.launches(asg, template, number)
        if found is None:
            raise BadInput(f"{asg}: version {number} of launch template {template} does not exist")
        return found

    def _create(self, new: NewAsg, like: Group, groups: Sequence[Group]) -> Group | None:
        """None once it is created; the ASG that has the name where somebody was faster."""
        template = self._own_version(new, like, groups)
        hooks = self._call("describe_lifecycle_hooks", new.like, AutoScalingGroupName=new.like)["LifecycleHooks"]
        arguments = create_arguments(new, like, template, hooks)
        if self._call("create_auto_scaling_group", new.name, none_if=("AlreadyExists",), **arguments) is not None:
            return None
        return self._groups(new.name)[0]

    def _own_version(self, new: NewAsg, like: Group, groups: Sequence[Group]) -> tuple[str, str]:
        template, number = self._runs(like)
        self._pin_the_latest(template, like, groups)
        return template, self._templates.clone(template, number, new.ami, new.name)

    def _runs(self, group: Group) -> tuple[str, str]:
        """Its launch template, and the number of the version that it launches from now."""
        name, spec = group["AutoScalingGroupName"], spec_of(group)
        if spec is None:
            raise BadInput(f"{name} has a launch configuration: give it a launch template to push it")
        version = self._templates.versions({spec}).get(spec)
        if version is None:
            raise BadInput(f"{name}: version {spec[1]} of launch template {spec[0]} does not exist")
        return spec[0], version.number

    def _pin_the_latest(self, template: str, like: Group, groups: Sequence[Group]) -> None:
        """A new version becomes `$Latest` for everybody: an ASG that follows it would launch the AMI of this push."""
        others = reaches_others(like, groups)
        if others:
            raise Refused(others)
        for group in groups:
            if spec_of(group) == (template, LATEST):
                number = self._templates.versions({(template, LATEST)})[template, LATEST].number
                self._call("update_auto_scaling_group", group["AutoScalingGroupName"],
                           AutoScalingGroupName=group["AutoScalingGroupName"], **pinned(group, template, number))

    def _groups(self, *names: str) -> list[Group]:
        only = {"AutoScalingGroupNames": list(names)} if names else {}
        return self._aws.pages("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups",
                               ", ".join(names) or "all ASGs", page_size=100, **only)

    def _call(self, operation: str, about: str, **arguments: Any) -> Any:
        return self._aws.call("autoscaling", operation, about, **arguments)


def reaches_others(like: Group, groups: Sequence[Group]) -> str | None:
    """Why a new version of the ASG's launch template would change what other clusters launch."""
    spec = spec_of(like)
    others = [group["AutoScalingGroupName"] for group in groups
              if spec and spec_of(group) == (spec[0], LATEST) and _cluster_of(group) != _cluster_of(like)]
    if not others or spec is None:
        return None
    return (f"launch template {spec[0]}: a new version would reach {', '.join(others)}, which follows {LATEST}: pin it "
            "to a number, or give it a template of its own")


def _cluster_of(group: Group) -> str | None:
    try:
        return parse(group["AutoScalingGroupName"]).cluster
    except BadInput:
        return None


def _is_ours(there: Group, new: NewAsg) -> bool:
    push = _push(there)
    return push is not None and push == new.tags.get(PUSH)


def _push(group: Group) -> str | None:
    return tag_map(group.get("Tags")).get(PUSH)


def _must_be_ours(there: Group, new: NewAsg) -> None:
    if there.get("Status"):
        raise Refused(f"{new.name} is still being deleted")
    if not _is_ours(there, new):
        push = _push(there)
        raise Refused(f"{new.name} exists already, made by {f'push {push}' if push else 'somebody else'}")
