"""The calls whose answers stock moto does not have: activities, forced deletion, hooks, template versions."""

from typing import Any

from moto.autoscaling.exceptions import ValidationError
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.responses.launch_templates import LaunchTemplates
from moto.ec2.utils import parse_user_data

from include.local_cloud.control import policies
from include.local_cloud.control.autoscaling_rules import delete
from include.local_cloud.control.by_hand import member
from include.local_cloud.control.lifecycle import in_grace
from include.local_cloud.control.patching import added, patched
from include.local_cloud.control.world import here

MOST_ACTIVITIES = 100


@patched(AutoScalingResponse, "create_auto_scaling_group", "stock: drops LifecycleHookSpecificationList")
def create_auto_scaling_group(original: Any, self: AutoScalingResponse) -> Any:
    answer = original(self)
    for hook in self._get_param("LifecycleHookSpecificationList", []):
        self.autoscaling_backend.create_lifecycle_hook(
            hook["LifecycleHookName"], self._get_param("AutoScalingGroupName"), hook["LifecycleTransition"],
            hook.get("HeartbeatTimeout"), hook.get("DefaultResult"))
    return answer


@patched(AutoScalingResponse, "delete_auto_scaling_group", "stock: does not look at ForceDelete")
def delete_auto_scaling_group(original: Any, self: AutoScalingResponse) -> Any:
    by_force = self._get_bool_param("ForceDelete", False)
    delete(self.autoscaling_backend, self._get_param("AutoScalingGroupName"), by_force)
    return EmptyResult()


@patched(AutoScalingResponse, "describe_scaling_activities", "stock: always empty")
def describe_scaling_activities(original: Any, self: AutoScalingResponse) -> Any:
    groups, name = self.autoscaling_backend.autoscaling_groups, self._get_param("AutoScalingGroupName")
    chosen = [groups[name]] if name else list(groups.values())
    ids = self._get_param("ActivityIds", [])
    found = [a for group in chosen for a in group.story.activities if not ids or a.id in ids]
    found.sort(key=lambda activity: activity.started_at, reverse=True)
    first = int(self._get_param("NextToken") or 0)
    last = first + min(self._get_int_param("MaxRecords") or MOST_ACTIVITIES, MOST_ACTIVITIES)
    return ActionResult({"Activities": [activity.shown() for activity in found[first:last]],
                         "NextToken": str(last) if last < len(found) else None})


@patched(AutoScalingResponse, "put_scaling_policy", "stock: its answer misspells PolicyARN, so boto3 finds none")
def put_scaling_policy(original: Any, self: AutoScalingResponse) -> Any:
    return ActionResult({"PolicyARN": original(self)._result["PolicyArn"], "Alarms": []})


@patched(AutoScalingResponse, "delete_policy", "stock: deletes another ASG's policy of the same name")
def delete_policy(original: Any, self: AutoScalingResponse) -> Any:
    backend = self.autoscaling_backend
    del backend.policies[policies.find(backend, self._get_param("PolicyName"), self._get_param("AutoScalingGroupName"))]
    return EmptyResult()


@patched(AutoScalingResponse, "execute_policy", "stock: executes another ASG's policy of the same name")
def execute_policy(original: Any, self: AutoScalingResponse) -> Any:
    backend = self.autoscaling_backend
    key = policies.find(backend, self._get_param("PolicyName"), self._get_param("AutoScalingGroupName"))
    backend.policies[key].execute()
    return EmptyResult()


@patched(AutoScalingResponse, "set_instance_health", "stock: a wrong word is HTTP 500")
def set_instance_health(original: Any, self: AutoScalingResponse) -> Any:
    if self._get_param("HealthStatus") not in ("Healthy", "Unhealthy"):
        raise ValidationError("Valid instance health states are: [Healthy, Unhealthy]")
    group, found = member(self.autoscaling_backend, self._get_param("InstanceId"))
    respects = self._get_bool_param("ShouldRespectGracePeriod", True)
    if self._get_param("HealthStatus") == "Unhealthy" and respects and in_grace(group, found, here().now()):
        return EmptyResult()
    return original(self)


@added(AutoScalingResponse, "complete_lifecycle_action", "stock: HTTP 500")
def complete_lifecycle_action(self: AutoScalingResponse) -> Any:
    _, found = member(self.autoscaling_backend, self._get_param("InstanceId"))
    if found.lifecycle_state not in ("Pending:Wait", "Terminating:Wait"):
        raise ValidationError(f"No active Lifecycle Action found with instance ID {found.instance.id}")
    found.hook_result = self._get_param("LifecycleActionResult")
    return EmptyResult()


@added(AutoScalingResponse, "record_lifecycle_action_heartbeat", "stock: HTTP 500")
def record_lifecycle_action_heartbeat(self: AutoScalingResponse) -> Any:
    member(self.autoscaling_backend, self._get_param("InstanceId"))
    return EmptyResult()


@patched(LaunchTemplates, "create_launch_template_version", "stock: does not look at SourceVersion")
def create_launch_template_version(original: Any, self: LaunchTemplates) -> Any:
    data = self.params.setdefault("LaunchTemplateData", {})
    if "UserData" in data:
        data["UserData"] = parse_user_data(data["UserData"])
    if source := self._get_param("SourceVersion"):
        name, backend = self._get_param("LaunchTemplateName"), self.ec2_backend
        template = (backend.get_launch_template_by_name(name) if name
                    else backend.get_launch_template(self._get_param("LaunchTemplateId")))
        self.params["LaunchTemplateData"] = {**template.get_version(source).data, **data}
    return original(self)


@patched(LaunchTemplates, "describe_launch_template_versions", "stock: 15 versions, and no word of the others")
def describe_launch_template_versions(original: Any, self: LaunchTemplates) -> Any:
    self.params.setdefault("MaxResults", 200)
    return original(self)
