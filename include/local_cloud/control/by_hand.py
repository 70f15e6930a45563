"""One instance or one target group of an ASG, by hand: attach, detach, stand by, mark, terminate."""

from typing import Any

from moto.autoscaling.exceptions import ValidationError
from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup

from include.local_cloud.control import asgs
from include.local_cloud.control.activities import Activity, stamp
from include.local_cloud.control.asgs import Member
from include.local_cloud.control.autoscaling_rules import changeable, target_groups_exist
from include.local_cloud.control.lifecycle import terminate
from include.local_cloud.control.patching import patched
from include.local_cloud.control.world import Region, here


@patched(AutoScalingBackend, "attach_load_balancer_target_groups", "stock: registers even what is suspended")
def attach_target_groups(original: Any, self: AutoScalingBackend, group_name: str, arns: list[str]) -> None:
    group = changeable(self, group_name)
    target_groups_exist(self, arns)
    fresh = [arn for arn in arns if arn not in group.target_group_arns]
    group.append_target_groups(fresh)
    if asgs.runs(group, "AddToLoadBalancer"):
        for member in asgs.members(group):
            if member.lifecycle_state == "InService":
                asgs.register(_region(self), fresh, member)


@patched(AutoScalingBackend, "detach_load_balancer_target_groups", "stock: fails on a target that is gone")
def detach_target_groups(original: Any, self: AutoScalingBackend, group_name: str, arns: list[str]) -> None:
    group = changeable(self, group_name)
    for member in asgs.members(group):
        asgs.deregister(_region(self), [arn for arn in arns if arn in group.target_group_arns], member)
    group.target_group_arns = [arn for arn in group.target_group_arns if arn not in arns]


@patched(AutoScalingBackend, "set_instance_health", "stock: an instance of no ASG is HTTP 500")
def set_instance_health(original: Any, self: AutoScalingBackend, instance_id: str, status: str) -> None:
    member(self, instance_id)[1].health_status = status


@patched(AutoScalingBackend, "terminate_instance", "stock: terminates in the call, without draining")
def terminate_instance(original: Any, self: AutoScalingBackend, instance_id: str, should_decrement: bool) -> Any:
    group, found = member(self, instance_id)
    if should_decrement:
        group.set_desired_capacity(group.desired_capacity - 1)
    if not found.leaving:
        terminate(_region(self), group, found, here().now(), "an instance was taken out of service in response to a "
                                                             "user request")
    return found.activity.shown()


def member(backend: AutoScalingBackend, instance_id: str) -> tuple[FakeAutoScalingGroup, Member]:
    for group in backend.autoscaling_groups.values():
        for found in asgs.members(group):
            if found.instance.id == instance_id:
                return group, found
    raise ValidationError(f"Instance Id not found - No managed instance found for instance ID: {instance_id}")


@patched(AutoScalingBackend, "notify_terminate_instances", "stock: replaces in the call, whatever is suspended")
def notify_terminate_instances(original: Any, self: AutoScalingBackend, instance_ids: list[str]) -> None:
    """The ASG finds out at its next health check."""


def _region(backend: AutoScalingBackend) -> Region:
    return here().region(backend.region_name)


@patched(AutoScalingBackend, "attach_instances", "stock: sets the desired capacity to what it counts")
def attach_instances(original: Any, self: AutoScalingBackend, group_name: str, instance_ids: list[str]) -> None:
    group, now = changeable(self, group_name), here().now()
    if group.desired_capacity + len(instance_ids) > group.max_size:
        raise ValidationError(f"Attaching {len(instance_ids)} instances would put {group_name} above its max size "
                              f"{group.max_size}")
    for instance in self.ec2_backend.get_multi_instances_by_id(instance_ids):
        instance.autoscaling_group = group
        instance.life.asg = group_name
        group.instance_states.append(Member(instance, group, _done(group, "Attaching an existing", instance.id), now,
                                            None))
        _into_service(self, group, group.instance_states[-1], now)
    group.desired_capacity += len(instance_ids)


@patched(AutoScalingBackend, "detach_instances", "stock: leaves it in the target groups")
def detach_instances(original: Any, self: AutoScalingBackend, group_name: str, instance_ids: list[str],
                     should_decrement: bool) -> list[dict[str, Any]]:
    group, done = changeable(self, group_name), []
    for found in _of(group, instance_ids, should_decrement):
        asgs.deregister(_region(self), group.target_group_arns, found)
        group.instance_states.remove(found)
        found.instance.life.asg = ""
        done.append(_done(group, "Detaching", found.instance.id).shown())
    return done


@patched(AutoScalingBackend, "enter_standby_instances", "stock: leaves it in the target groups")
def enter_standby(original: Any, self: AutoScalingBackend, group_name: str, instance_ids: list[str],
                  should_decrement: bool) -> list[dict[str, Any]]:
    group, done = changeable(self, group_name), []
    for found in _of(group, instance_ids, should_decrement):
        found.lifecycle_state = "Standby"
        asgs.deregister(_region(self), group.target_group_arns, found)
        done.append(_done(group, "Moving to Standby", found.instance.id).shown())
    return done


@patched(AutoScalingBackend, "exit_standby_instances", "stock: acts in the call")
def exit_standby(original: Any, self: AutoScalingBackend, group_name: str, instance_ids: list[str]) -> list[Any]:
    group, done = changeable(self, group_name), []
    for found in _of(group, instance_ids, False):
        group.set_desired_capacity(group.desired_capacity + 1)
        _into_service(self, group, found, here().now())
        done.append(_done(group, "Moving out of Standby", found.instance.id).shown())
    return done


def _of(group: FakeAutoScalingGroup, instance_ids: list[str], should_decrement: bool) -> list[Member]:
    found = [one for one in asgs.members(group) if one.instance.id in instance_ids]
    if len(found) < len(instance_ids):
        raise ValidationError(f"Of {', '.join(instance_ids)} only {len(found)} are part of Auto Scaling group "
                              f"{group.name}")
    if should_decrement:
        group.set_desired_capacity(group.desired_capacity - len(found))
    return found


def _into_service(backend: AutoScalingBackend, group: FakeAutoScalingGroup, found: Member, now: float) -> None:
    found.lifecycle_state, found.in_service_at = "InService", now
    if asgs.runs(group, "AddToLoadBalancer"):
        asgs.register(_region(backend), group.target_group_arns, found)


def _done(group: FakeAutoScalingGroup, what: str, instance_id: str) -> Activity:
    now = here().now()
    activity = Activity(group.name, f"{what} EC2 instance: {instance_id}",
                        f"At {stamp(now)} a user request did this.", now)
    activity.ends("Successful", now)
    group.story.activities.appendleft(activity)
    return activity
