"""What AWS keeps beside an ASG and not in it: who is notified of its launches, and its warm pool."""

from collections import defaultdict
from typing import Any

from include.adapters.aws import Aws

WARM_POOL = ("MaxGroupPreparedCapacity", "MinSize", "PoolState", "InstanceReusePolicy")
UNSET = (None, "", {})


def copy_notifications(aws: Aws, source: str, to: str) -> None:
    """Topics of `source`, put on `to`; those there are kept. Before the first instance: it would be missed."""
    there = _notified(aws, to)
    for topic, kinds in _notified(aws, source).items():
        if not kinds <= there[topic]:
            aws.call("autoscaling", "put_notification_configuration", f"{topic} of {to}", AutoScalingGroupName=to,
                     TopicARN=topic, NotificationTypes=sorted(kinds | there[topic]))


def copy_warm_pool(aws: Aws, source: str, to: str) -> None:
    """The settings of the warm pool, if `source` has one and `to` has none. A pool that is being deleted is none."""
    settings = _warm_pool(aws, source)
    if settings and not _warm_pool(aws, to):
        given = {key: settings[key] for key in WARM_POOL if settings.get(key) not in UNSET}
        aws.call("autoscaling", "put_warm_pool", to, AutoScalingGroupName=to, **given)


def _notified(aws: Aws, asg: str) -> defaultdict[str, set[str]]:
    """Kinds of notification by topic; AWS tells each pair by itself."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for pair in aws.pages("autoscaling", "describe_notification_configurations", "NotificationConfigurations", asg,
                          page_size=100, AutoScalingGroupNames=[asg]):
        found[pair["TopicARN"]].add(pair["NotificationType"])
    return found


def _warm_pool(aws: Aws, asg: str) -> dict[str, Any]:
    answer = aws.call("autoscaling", "describe_warm_pool", asg, AutoScalingGroupName=asg)
    settings = answer.get("WarmPoolConfiguration") or {}
    return {} if settings.get("Status") == "PendingDelete" else settings
