"""The arguments of a new ASG: shaped like the one that runs, at size 0, on a pinned version of the launch template."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from include.adapters.clusters.ec2_templates import pinned
from include.domain.cluster import NewAsg
from include.domain.errors import BadInput

COPIED = (
    "AvailabilityZoneDistribution", "AvailabilityZoneImpairmentPolicy", "CapacityRebalance",
    "CapacityReservationSpecification", "Context", "DefaultCooldown", "DefaultInstanceWarmup", "DesiredCapacityType",
    "HealthCheckGracePeriod", "HealthCheckType", "InstanceLifecyclePolicy", "InstanceMaintenancePolicy",
    "MaxInstanceLifetime", "NewInstancesProtectedFromScaleIn", "PlacementGroup", "ServiceLinkedRoleARN",
    "TerminationPolicies", "VPCZoneIdentifier",
)
HOOK = (
    "LifecycleHookName", "LifecycleTransition", "NotificationMetadata", "HeartbeatTimeout", "DefaultResult",
    "NotificationTargetARN", "RoleARN",
)
NOT_COPIED_TAGS = ("aws:", "serin:")
UNSET = (None, "", [], {})


def create_arguments(new: NewAsg, like: Mapping[str, Any], template: tuple[str, str],
                     hooks: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Hooks are in the call itself: attached later, the first instances would miss them."""
    arguments = {key: like[key] for key in COPIED if like.get(key) not in UNSET}
    if "VPCZoneIdentifier" not in arguments:
        arguments["AvailabilityZones"] = like["AvailabilityZones"]
    groups = like.get("TargetGroupARNs", ()) if new.target_groups is None else new.target_groups
    if groups:
        arguments["TargetGroupARNs"] = list(groups)
    specifications = [{key: hook[key] for key in HOOK if hook.get(key) not in UNSET} for hook in hooks]
    if specifications:
        arguments["LifecycleHookSpecificationList"] = specifications
    wrong = cannot_copy(like)
    if wrong:
        raise BadInput("; ".join(wrong))
    return {**arguments, **pinned(like, *template), "AutoScalingGroupName": new.name, "MinSize": 0,
            "MaxSize": new.max_size, "DesiredCapacity": 0, "Tags": _tags(new, like)}


def cannot_copy(like: Mapping[str, Any]) -> list[str]:
    """What of an ASG a new one could not have on its own AMI, or not be taken out of again."""
    return [*_second_templates(like), *_other_traffic(like)]


def _tags(new: NewAsg, like: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A tag that names the other ASG, as `Name` often does, names the new one."""
    kept = [{"Key": tag["Key"], "Value": new.name if tag.get("Value") == new.like else tag.get("Value") or "",
             "PropagateAtLaunch": bool(tag["PropagateAtLaunch"])}
            for tag in like.get("Tags", ())
            if not tag["Key"].startswith(NOT_COPIED_TAGS) and tag["Key"] not in new.tags]
    ours = [{"Key": key, "Value": value, "PropagateAtLaunch": False} for key, value in new.tags.items()]
    on = {"ResourceId": new.name, "ResourceType": "auto-scaling-group"}
    return [{**tag, **on} for tag in kept + ours]


def _second_templates(like: Mapping[str, Any]) -> Iterator[str]:
    """An override with a template of its own would go on launching the old AMI."""
    overrides = (like.get("MixedInstancesPolicy") or {}).get("LaunchTemplate", {}).get("Overrides", ())
    templates = [override.get("InstanceType", "?") for override in overrides
                 if override.get("LaunchTemplateSpecification")]
    if templates:
        yield (f"{like['AutoScalingGroupName']}: the overrides {', '.join(templates)} of its mixed instances "
               "policy have launch templates of their own, which a push cannot move to a new AMI")


def _other_traffic(like: Mapping[str, Any]) -> Iterator[str]:
    """What takes traffic past target groups would take it unseen, after a disable too."""
    others = [source.get("Identifier", "?") for source in like.get("TrafficSources", ())
              if source.get("Type", "elbv2") != "elbv2"]
    others = others or list(like.get("LoadBalancerNames", ()))
    if others:
        yield (f"{like['AutoScalingGroupName']}: {', '.join(others)} is no target group: a push could not take "
               "its traffic off; attach Classic Load Balancers and VPC Lattice to nothing that is pushed")
