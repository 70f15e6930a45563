"""What AWS describes, as our values."""

import re
from collections.abc import Mapping
from typing import Any

from include.adapters.aws import tag_map
from include.adapters.clusters.ec2_templates import Spec, Version, spec_of
from include.domain.cluster import Activity, Asg, Instance

LAUNCHED = re.compile(r"Launching a new EC2 instance: (i-[0-9a-f]+)")


def shown(group: Mapping[str, Any], versions: Mapping[Spec, Version]) -> Asg:
    spec = spec_of(group) or ("", "")
    version = versions.get(spec)
    return Asg(
        name=group["AutoScalingGroupName"], created_at=group["CreatedTime"], min_size=group["MinSize"],
        max_size=group["MaxSize"], desired=group["DesiredCapacity"],
        instances=tuple(_instance(instance) for instance in group.get("Instances", ())),
        target_groups=tuple(group.get("TargetGroupARNs", ())), ami=version.ami if version else "",
        template=spec[0], template_version=version.number if version else spec[1],
        suspended=frozenset(process["ProcessName"] for process in group.get("SuspendedProcesses", ())),
        tags=tag_map(group.get("Tags")), deleting=bool(group.get("Status")))


def _instance(instance: Mapping[str, Any]) -> Instance:
    launched_from = (instance.get("LaunchTemplate") or {}).get("Version") or ""
    return Instance(instance["InstanceId"], instance["LifecycleState"],
                    instance.get("HealthStatus", "").lower() == "healthy", instance.get("AvailabilityZone", ""),
                    launched_from if launched_from.isdecimal() else "")


def shown_activity(activity: Mapping[str, Any]) -> Activity:
    said = activity.get("Description") or ""
    launched = LAUNCHED.match(said)
    return Activity(activity["ActivityId"], activity["StatusCode"],
                    activity.get("StatusMessage") or said or activity.get("Cause") or "",
                    activity["StartTime"], activity.get("Progress") or 0, activity.get("Cause") or "",
                    launched[1] if launched else "")
