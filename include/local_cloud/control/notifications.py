"""Who is to be notified of an ASG's launches: moto has no place for it. Nothing is sent; what was put is told again."""

from typing import Any

from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult

from include.local_cloud.control.autoscaling_rules import changeable
from include.local_cloud.control.patching import added


@added(AutoScalingResponse, "put_notification_configuration", "stock: not there")
def put(self: AutoScalingResponse) -> Any:
    group = changeable(self.autoscaling_backend, self._get_param("AutoScalingGroupName"))
    group.story.topics[self._get_param("TopicARN")] = list(self._get_param("NotificationTypes", []))
    return EmptyResult()


@added(AutoScalingResponse, "delete_notification_configuration", "stock: not there")
def delete(self: AutoScalingResponse) -> Any:
    group = changeable(self.autoscaling_backend, self._get_param("AutoScalingGroupName"))
    group.story.topics.pop(self._get_param("TopicARN"), None)
    return EmptyResult()


@added(AutoScalingResponse, "describe_notification_configurations", "stock: not there")
def describe(self: AutoScalingResponse) -> ActionResult:
    wanted = set(self._get_param("AutoScalingGroupNames", []))
    groups = [group for name, group in self.autoscaling_backend.autoscaling_groups.items()
              if not wanted or name in wanted]
    return ActionResult({"NotificationConfigurations": [
        {"AutoScalingGroupName": group.name, "TopicARN": topic, "NotificationType": kind}
        for group in groups for topic, kinds in group.story.topics.items() for kind in kinds]})
