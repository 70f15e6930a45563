"""What Auto Scaling refuses, word for word, and what its calls record for the reconciler to do."""

import re
from collections import OrderedDict
from typing import Any

from moto.autoscaling.exceptions import AutoscalingClientError, ValidationError
from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup
from moto.core.exceptions import ServiceException
from moto.core.utils import utcnow

from include.local_cloud.control import asgs
from include.local_cloud.control.asgs import Story
from include.local_cloud.control.patching import patched
from include.local_cloud.control.world import here

TAG_TEXT = re.compile(r"[\w\s+\-=.:/@]*")


class Known(OrderedDict):
    """ASGs by name; one that does not exist is AWS's error, where stock dies with HTTP 500."""

    def __missing__(self, name: str) -> Any:
        raise ValidationError(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")


@patched(AutoScalingBackend, "__init__", "stock: an unknown ASG is HTTP 500 in every call but two")
def start(original: Any, self: AutoScalingBackend, *args: Any, **kwargs: Any) -> None:
    original(self, *args, **kwargs)
    self.autoscaling_groups = Known()


@patched(FakeAutoScalingGroup, "set_desired_capacity", "stock: acts in the call, and takes any number")
def set_desired_capacity(original: Any, self: FakeAutoScalingGroup, desired: int | None) -> None:
    desired = self.min_size if desired is None else desired
    if desired > self.max_size:
        raise ValidationError(f"New SetDesiredCapacity value {desired} is above max value {self.max_size} for the "
                              f"AutoScalingGroup.")
    if desired < self.min_size:
        raise ValidationError(f"New SetDesiredCapacity value {desired} is below min value {self.min_size} for the "
                              f"AutoScalingGroup.")
    self.desired_capacity = desired


@patched(AutoScalingBackend, "update_attached_target_groups", "stock: registers everything anew at each call")
def update_attached_target_groups(original: Any, self: AutoScalingBackend, group_name: str) -> None:
    """The reconciler registers an instance once, as it comes into service."""


@patched(AutoScalingBackend, "create_auto_scaling_group", "stock: a second create orphans the first one's instances")
def create(original: Any, self: AutoScalingBackend, *, name: str, min_size: Any, max_size: Any, desired_capacity: Any,
           launch_template: dict[str, Any], target_group_arns: list[str], health_check_period: Any,
           **rest: Any) -> FakeAutoScalingGroup:
    if name in self.autoscaling_groups:
        raise AutoscalingClientError("AlreadyExists", "AutoScalingGroup by this name already exists - A group with "
                                                      f"the name {name} already exists")
    _sizes_fit(min_size, max_size, desired_capacity)
    target_groups_exist(self, target_group_arns)
    _template_is_usable(self, launch_template)
    _tags_are_legal(rest.get("tags") or [])
    group = original(self, name=name, min_size=min_size, max_size=max_size, desired_capacity=desired_capacity,
                     launch_template=launch_template, target_group_arns=target_group_arns,
                     health_check_period=health_check_period, **rest)
    group.health_check_grace_period = int(health_check_period or 0)
    group.created_time, group.status, group.story = utcnow(), None, Story()
    group.story.rebalance_after = here().now() + here().lasts(here().durations.rebalance)
    return group


@patched(AutoScalingBackend, "update_auto_scaling_group", "stock: sizes are neither checked nor moved with the bounds")
def update(original: Any, self: AutoScalingBackend, *, name: str, min_size: int | None, max_size: int | None,
           desired_capacity: int | None, launch_template: dict[str, Any], **rest: Any) -> FakeAutoScalingGroup:
    group = changeable(self, name)
    smallest = group.min_size if min_size is None else min_size
    largest = group.max_size if max_size is None else max_size
    if desired_capacity is None and smallest <= largest:
        desired_capacity = min(max(group.desired_capacity, smallest), largest)
    _sizes_fit(smallest, largest, desired_capacity)
    _template_is_usable(self, launch_template)
    return original(self, name=name, min_size=min_size, max_size=max_size, desired_capacity=desired_capacity,
                    launch_template=launch_template, **rest)


def changeable(backend: AutoScalingBackend, name: str) -> FakeAutoScalingGroup:
    group = backend.autoscaling_groups[name]
    if group.story.deleting is not None:
        raise ValidationError(f"AutoScalingGroup '{name}' is pending delete, and cannot be changed")
    return group


def _sizes_fit(smallest: int, largest: int, desired: int | None) -> None:
    if smallest is None or largest is None or smallest > largest:
        raise ValidationError(f"Max bound, {largest}, must be greater than or equal to min bound, {smallest}")
    if desired is not None and not smallest <= desired <= largest:
        raise ValidationError(f"Desired capacity:{desired} must be between the specified min size:{smallest} and "
                              f"max size:{largest}")


def target_groups_exist(backend: AutoScalingBackend, arns: list[str]) -> None:
    if any(arn not in backend.elbv2_backend.target_groups for arn in arns):
        raise ValidationError("Provided Target Groups may not be valid. Please ensure they exist and try again.")


def _template_is_usable(backend: AutoScalingBackend, template: dict[str, Any]) -> None:
    if not template:
        return
    try:
        image = backend.ec2_backend._get_template_from_args(template).image_id
    except (ServiceException, LookupError, ValueError) as wrong:
        raise ValidationError(f"You must use a valid fully-formed launch template. {wrong}") from wrong
    if image not in backend.ec2_backend.amis:
        raise ValidationError("You must use a valid fully-formed launch template. "
                              f"The image id '[{image}]' does not exist")


@patched(AutoScalingBackend, "set_desired_capacity", "stock: an ASG that is being deleted can be resized")
def backend_set_desired_capacity(original: Any, self: AutoScalingBackend, group_name: str, desired: int) -> None:
    changeable(self, group_name).set_desired_capacity(desired)


def delete(backend: AutoScalingBackend, name: str, by_force: bool) -> None:
    group = backend.autoscaling_groups[name]
    if not by_force and group.instance_states:
        raise AutoscalingClientError("ResourceInUse", "You cannot delete an AutoScalingGroup while there are "
                                                      "instances or pending Spot instance request(s) still in the "
                                                      "group.")
    if not by_force and any(activity.in_progress for activity in group.story.activities):
        raise AutoscalingClientError("ScalingActivityInProgress", "You cannot delete an AutoScalingGroup while there "
                                                                  "are scaling activities in progress for that group.")
    group.story.deleting, group.status = by_force, "Delete in progress"
    group.desired_capacity = group.min_size = 0


@patched(AutoScalingBackend, "create_or_update_tags", "stock: takes any character, and a comma breaks a push on AWS")
def create_or_update_tags(original: Any, self: AutoScalingBackend, tags: list[dict[str, str]]) -> None:
    _tags_are_legal(tags)
    original(self, tags)


def _tags_are_legal(tags: list[dict[str, str]]) -> None:
    for tag in tags:
        for part, most in (("Key", 128), ("Value", 256)):
            text = tag.get(part) or ""
            if len(text) > most or not TAG_TEXT.fullmatch(text):
                raise ValidationError(f"Tag {part} {text!r} must be at most {most} letters, digits, spaces and "
                                      "+ - = . _ : / @")


def _process_names(name: str) -> None:
    @patched(AutoScalingBackend, name, "stock: takes process names that do not exist")
    def check(original: Any, self: AutoScalingBackend, group_name: str, processes: list[str]) -> None:
        for process in processes or []:
            if process not in asgs.PROCESSES:
                raise ValidationError(f"Process name '{process}' is not one of {', '.join(asgs.PROCESSES)}")
        original(self, group_name, processes)


for _name in ("suspend_processes", "resume_processes"):
    _process_names(_name)
