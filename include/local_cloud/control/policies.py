"""Scaling policies and scheduled actions belong to their ASG, and act: target tracking, and the clock."""

import math
from datetime import UTC, datetime
from typing import Any

from croniter import croniter
from moto.autoscaling.exceptions import ValidationError
from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup, FakeScalingPolicy, FakeScheduledAction
from moto.cloudwatch.models import cloudwatch_backends

from include.local_cloud.control import asgs
from include.local_cloud.control.asgs import runs
from include.local_cloud.control.autoscaling_rules import changeable
from include.local_cloud.control.patching import added, patched
from include.local_cloud.control.world import Region, here

METRICS = {"ALBRequestCountPerTarget": "requests_per_target", "ASGAverageCPUUtilization": "cpu_percent"}


@patched(AutoScalingBackend, "put_scaling_policy", "stock: one policy of a name for all ASGs")
def put_scaling_policy(original: Any, self: AutoScalingBackend, *, name: str, as_name: str,
                       **rest: Any) -> FakeScalingPolicy:
    changeable(self, as_name)
    elsewhere = self.policies.pop(name, None)
    policy = original(self, name=name, as_name=as_name, **rest)
    del self.policies[name]
    if elsewhere is not None:
        self.policies[name] = elsewhere
    self.policies[f"{as_name}/{name}"] = policy
    return policy


@added(FakeScalingPolicy, "alarms", "stock: tells no policy's alarms")
@property
def alarms(self: FakeScalingPolicy) -> list[dict[str, str]]:
    backend = self.autoscaling_backend
    return [{"AlarmName": alarm.name, "AlarmARN": alarm.alarm_arn}
            for alarm in cloudwatch_backends[backend.account_id][backend.region_name].alarms.values()
            if self.arn in (alarm.alarm_actions or [])]


def find(backend: AutoScalingBackend, policy: str, asg: str | None) -> str:
    """The key of a policy, by ARN or by ASG and name."""
    for key, found in backend.policies.items():
        if policy == found.arn or (policy == found.name and asg in (None, found.auto_scaling_group_name)):
            return key
    raise ValidationError(f"Policy '{policy}' of AutoScalingGroup '{asg}' was not found")


@patched(AutoScalingBackend, "put_scheduled_update_group_action", "stock: one action of a name for all ASGs")
def put_scheduled(original: Any, self: AutoScalingBackend, *, name: str, scheduled_action_name: str,
                  **rest: Any) -> FakeScheduledAction:
    changeable(self, name)
    elsewhere = self.scheduled_actions.pop(scheduled_action_name, None)
    action = original(self, name=name, scheduled_action_name=scheduled_action_name, **rest)
    del self.scheduled_actions[scheduled_action_name]
    if elsewhere is not None:
        self.scheduled_actions[scheduled_action_name] = elsewhere
    action.next_at = next_time(action, here().now())
    self.scheduled_actions[f"{name}/{scheduled_action_name}"] = action
    return action


@patched(AutoScalingBackend, "delete_scheduled_action", "stock: deletes another ASG's action of the same name")
def delete_scheduled(original: Any, self: AutoScalingBackend, auto_scaling_group_name: str,
                     scheduled_action_name: str) -> None:
    if self.scheduled_actions.pop(f"{auto_scaling_group_name}/{scheduled_action_name}", None) is None:
        raise ValidationError("Scheduled action name not found")


def next_time(action: FakeScheduledAction, after: float) -> float:
    """When it acts next; infinity when never again."""
    start = _epoch(action.start_time)
    if not action.recurrence:
        return start if start is not None and start > after else math.inf
    at = croniter(action.recurrence, max(after, start or 0)).get_next(float)
    end = _epoch(action.end_time)
    return math.inf if end is not None and at > end else at


def _epoch(instant: Any) -> float | None:
    if instant is None or isinstance(instant, int | float):
        return instant
    when = instant if isinstance(instant, datetime) else datetime.fromisoformat(str(instant).replace("Z", "+00:00"))
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def act_on_schedule(region: Region, now: float) -> None:
    """While ScheduledActions is suspended, the time passes and nothing happens."""
    for key, action in list(region.autoscaling.scheduled_actions.items()):
        if now < action.next_at:
            continue
        group = region.autoscaling.autoscaling_groups.get(action.auto_scaling_group_name)
        if group is not None and group.story.deleting is None and runs(group, "ScheduledActions"):
            _resize(group, action)
        action.next_at = next_time(action, now)
        if action.next_at == math.inf:
            del region.autoscaling.scheduled_actions[key]


def _resize(group: FakeAutoScalingGroup, action: FakeScheduledAction) -> None:
    group.min_size = group.min_size if action.min_size is None else action.min_size
    group.max_size = max(group.min_size, group.max_size if action.max_size is None else action.max_size)
    wanted = group.desired_capacity if action.desired_capacity is None else action.desired_capacity
    group.desired_capacity = min(max(wanted, group.min_size), group.max_size)


def track(region: Region, group: FakeAutoScalingGroup, now: float) -> None:
    """Target tracking on the load that the data plane posted; out at once, in after a while under the target."""
    if now < group.story.tracked_after or not runs(group, "AlarmNotification"):
        return
    group.story.tracked_after = now + here().lasts(here().durations.tracking)
    load = region.loads.get(group.name, {})
    serving = sum(member.lifecycle_state == "InService" for member in asgs.members(group))
    for policy in region.autoscaling.describe_policies(group.name, None, ["TargetTrackingScaling"]):
        wanted = _wanted(policy, load, serving)
        if wanted is not None and serving:
            _move(group, policy, wanted, now)


def _wanted(policy: FakeScalingPolicy, load: dict[str, float], serving: int) -> int | None:
    settings = policy.target_tracking_configuration.__dict__
    metric = settings.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType", "")
    value = load.get(METRICS.get(metric, ""))
    return None if value is None else math.ceil(serving * value / float(settings["TargetValue"]))


def _move(group: FakeAutoScalingGroup, policy: FakeScalingPolicy, wanted: int, now: float) -> None:
    wanted, low = min(max(wanted, group.min_size), group.max_size), group.story.low_since
    if wanted >= group.desired_capacity:
        low.pop(policy.name, None)
        group.desired_capacity = wanted
        return
    since = low.setdefault(policy.name, now)
    never = str(policy.target_tracking_configuration.__dict__.get("DisableScaleIn", False)).lower() == "true"
    if not never and now - since >= here().lasts(here().durations.scale_in_after):
        group.desired_capacity = wanted
