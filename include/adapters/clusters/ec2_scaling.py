"""Scaling policies with their alarms, and scheduled actions, carried from one ASG to the next.

Alarms are named after the ASG (`serin/api-prod-v042/high-cpu`), so that the next push finds the name of the first one
and deleting the ASG finds them all. Target tracking keeps its own alarms, which AWS makes and deletes.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from include.adapters.aws import Aws, chunks
from include.domain.errors import BadInput, Final

WITH_ALARMS = {"StepScaling", "SimpleScaling"}
UNSET = (None, "", [], {})
Thing = dict[str, Any]


def copy_scaling(aws: Aws, source: str, to: str) -> None:
    """Put on `to` what `source` has and `to` lacks; BadInput, with nothing changed, for what cannot be copied."""
    policies = _policies(aws, source)
    alarms = _alarms_of(aws, policies)
    there = {policy["PolicyName"] for policy in _policies(aws, to)}
    for policy in policies:
        if policy["PolicyName"] not in there:
            _put_policy(aws, policy, source, to)
    if alarms:
        new = {policy["PolicyName"]: policy["PolicyARN"] for policy in _policies(aws, to)}
        arns = {policy["PolicyARN"]: new[policy["PolicyName"]] for policy in policies}
        _put_alarms(aws, alarms, arns, source, to)
    _copy_schedule(aws, source, to, datetime.now(UTC))


def cannot_carry_over(aws: Aws, asg: str) -> list[str]:
    """Why `copy_scaling` would refuse this ASG: it comes last in a push, too late to find out."""
    try:
        _alarms_of(aws, _policies(aws, asg))
    except BadInput as wrong:
        return [f"{asg}: {wrong}"]
    return []


def delete_alarms(aws: Aws, asg: str) -> None:
    """The alarms that we made for this ASG."""
    ours = aws.pages("cloudwatch", "describe_alarms", "MetricAlarms", asg, AlarmNamePrefix=_ours(asg))
    for some in chunks([alarm["AlarmName"] for alarm in ours], 100):
        aws.call("cloudwatch", "delete_alarms", asg, AlarmNames=list(some))


def _policies(aws: Aws, asg: str) -> list[Thing]:
    return aws.pages("autoscaling", "describe_policies", "ScalingPolicies", asg, page_size=100,
                     AutoScalingGroupName=asg)


def _put_policy(aws: Aws, policy: Thing, source: str, to: str) -> None:
    arguments = _putable(aws, "autoscaling", "PutScalingPolicy", policy) | {"AutoScalingGroupName": to}
    arguments.pop("MinAdjustmentStep", None)  # the old name of MinAdjustmentMagnitude; both at once are refused
    aws.call("autoscaling", "put_scaling_policy", f"{policy['PolicyName']} of {to}", **_moved(arguments, source, to))


def _alarms_of(aws: Aws, policies: Iterable[Thing]) -> list[Thing]:
    names = sorted({alarm["AlarmName"] for policy in policies if policy.get("PolicyType") in WITH_ALARMS
                    for alarm in policy.get("Alarms", ())})
    found = _metric_alarms(aws, names)
    missing = [name for name in names if name not in found]
    if missing:
        raise BadInput(f"scaling policies cannot be copied: {', '.join(missing)} is no metric alarm "
                       "(a composite alarm, or one that is gone)")
    return list(found.values())


def _metric_alarms(aws: Aws, names: list[str]) -> dict[str, Thing]:
    found = [alarm for some in chunks(names, 100)
             for alarm in aws.pages("cloudwatch", "describe_alarms", "MetricAlarms", ", ".join(some),
                                    AlarmNames=list(some))]
    return {alarm["AlarmName"]: alarm for alarm in found}


def _put_alarms(aws: Aws, alarms: list[Thing], arns: Mapping[str, str], source: str, to: str) -> None:
    named = {_ours(to) + alarm["AlarmName"].removeprefix(_ours(source)): alarm for alarm in alarms}
    there = _metric_alarms(aws, sorted(named))
    for name, alarm in named.items():
        if name in there:
            continue
        arguments = _moved(_putable(aws, "cloudwatch", "PutMetricAlarm", alarm), source, to)
        for actions in ("AlarmActions", "OKActions", "InsufficientDataActions"):
            arguments[actions] = [arns.get(action, action) for action in arguments.get(actions, ())]
        aws.call("cloudwatch", "put_metric_alarm", name, **arguments | {"AlarmName": name})


def _copy_schedule(aws: Aws, source: str, to: str, now: datetime) -> None:
    there = {action["ScheduledActionName"] for action in _schedule(aws, to)}
    actions = [_action(action, now) for action in _schedule(aws, source)
               if action["ScheduledActionName"] not in there and not _is_over(action, now)]
    for some in chunks(actions, 50):
        answer = aws.call("autoscaling", "batch_put_scheduled_update_group_action", to, AutoScalingGroupName=to,
                          ScheduledUpdateGroupActions=list(some))
        for failed in answer.get("FailedScheduledUpdateGroupActions", ()):
            raise Final(f"scheduled action {failed['ScheduledActionName']} of {source} was not put on {to}: "
                        f"{failed.get('ErrorCode', '')} {failed.get('ErrorMessage', '')}")


def _schedule(aws: Aws, asg: str) -> list[Thing]:
    return aws.pages("autoscaling", "describe_scheduled_actions", "ScheduledUpdateGroupActions", asg, page_size=100,
                     AutoScalingGroupName=asg)


def _is_over(action: Mapping[str, Any], now: datetime) -> bool:
    last = action.get("EndTime") or (None if action.get("Recurrence") else action.get("StartTime"))
    return last is not None and last <= now


def _action(action: Thing, now: datetime) -> Thing:
    """AWS refuses a start in the past; a recurring action needs none."""
    keys = ("ScheduledActionName", "StartTime", "EndTime", "Recurrence", "MinSize", "MaxSize", "DesiredCapacity",
            "TimeZone")
    kept = {key: action[key] for key in keys if action.get(key) not in UNSET}
    if kept.get("StartTime", now) <= now:
        kept.pop("StartTime", None)
    return kept


def _ours(asg: str) -> str:
    return f"serin/{asg}/"


def _putable(aws: Aws, service: str, operation: str, thing: Thing) -> Thing:
    """What Describe says, as far as Put takes it."""
    members = aws.client(service).meta.service_model.operation_model(operation).input_shape.members
    return {key: value for key, value in thing.items() if key in members and value not in UNSET}


def _moved(value: Any, source: str, to: str) -> Any:
    """The same with every dimension that names the source ASG naming the other one."""
    if isinstance(value, list):
        return [_moved(item, source, to) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("Name") == "AutoScalingGroupName" and value.get("Value") == source:
        return value | {"Value": to}
    return {key: _moved(item, source, to) for key, item in value.items()}
