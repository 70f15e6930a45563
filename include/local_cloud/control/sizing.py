"""An ASG follows its desired capacity: launches spread over zones, scale-in from the fullest zone, oldest first."""

from collections import Counter
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup
from moto.core.exceptions import ServiceException
from moto.ec2.models.subnets import Subnet

from include.local_cloud.control import asgs
from include.local_cloud.control.activities import Activity, stamp
from include.local_cloud.control.asgs import Member, runs
from include.local_cloud.control.lifecycle import terminate
from include.local_cloud.control.machines import ASG_TAG
from include.local_cloud.control.world import Region, here


def follow_desired(region: Region, group: FakeAutoScalingGroup, now: float) -> None:
    wanted, there = group.desired_capacity + group.story.spare, len(asgs.staying(group))
    if there < wanted and runs(group, "Launch") and now >= group.story.launch_after:
        for at in range(there, wanted):
            if not _launch(region, group, now, f"increasing the capacity from {at} to {at + 1}"):
                group.story.launch_after = now + here().lasts(here().durations.launch_retry)
                break
    elif there > wanted and runs(group, "Terminate"):
        for member in _victims(group, there - wanted):
            terminate(region, group, member, now, f"an instance was taken out of service in response to a difference "
                                                  f"between desired and actual capacity, shrinking the capacity "
                                                  f"from {there} to {wanted}")


def _launch(region: Region, group: FakeAutoScalingGroup, now: float, why: str) -> bool:
    """In the emptiest zone; where that has no capacity, in the next one."""
    return any(_launch_in(region, group, subnet, now, why) for subnet in _emptiest_first(region, group))


def _launch_in(region: Region, group: FakeAutoScalingGroup, subnet: Subnet | None, now: float, why: str) -> bool:
    cause = f"At {stamp(now)} an instance was started in response to a difference between desired and actual " \
            f"capacity, {why}."
    activity = Activity(group.name, "Launching a new EC2 instance", cause, now)
    group.story.activities.appendleft(activity)
    try:
        instance, template = _run(region, group, subnet)
    except (ServiceException, StopIteration) as failure:
        words = getattr(failure, "message", "There are not enough free addresses in the subnet.")
        message = f"{words} Launching EC2 instance failed."
        activity.description = f"Launching a new EC2 instance.  Status Reason: {message}"
        activity.ends("Failed", now, message)
        return False
    activity.description = f"Launching a new EC2 instance: {instance.id}"
    instance.autoscaling_group = group
    group.instance_states.append(Member(instance, group, activity, now, template))
    return True


def _run(region: Region, group: FakeAutoScalingGroup, subnet: Subnet | None) -> tuple[Any, dict[str, Any] | None]:
    template, shown = group.ec2_launch_template, None
    tags = {**group.get_propagated_tags(), **group.instance_tags, ASG_TAG: group.name}
    if template is not None:
        number = str(template.get_version(group.launch_template_version).number)
        shown = {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "Version": number}
    reservation = region.ec2.run_instances(
        group.image_id, 1, group.user_data, group.security_groups, instance_type=group.instance_type,
        is_instance_type_default=False, region_name=region.name, tags={"instance": tags},
        placement=None if subnet else group.availability_zones[0], subnet_id=subnet.id if subnet else None,
        launch_config=group.launch_config, associate_public_ip=False,
        launch_template={"LaunchTemplateId": template.id, "Version": number} if template else None)
    return reservation.instances[0], shown


def _emptiest_first(region: Region, group: FakeAutoScalingGroup) -> list[Subnet | None]:
    if not group.vpc_zone_identifier:
        return [None]
    subnets = [region.ec2.get_subnet(subnet_id) for subnet_id in group.vpc_zone_identifier.split(",")]
    zones = Counter(member.availability_zone for member in asgs.staying(group))
    return sorted(subnets, key=lambda subnet: zones[subnet.availability_zone])


def _victims(group: FakeAutoScalingGroup, count: int) -> list[Member]:
    """The default termination policy: unhealthy ones, then the fullest zone, and there the oldest."""
    free = [member for member in asgs.staying(group) if not member.protected_from_scale_in]
    chosen: list[Member] = []
    while free and len(chosen) < count:
        zones = Counter(m.availability_zone for m in asgs.staying(group) if m not in chosen)
        free.sort(key=lambda m: (m.health_status == "Healthy", -zones[m.availability_zone], m.launched_at))
        chosen.append(free.pop(0))
    return chosen


def rebalance(region: Region, group: FakeAutoScalingGroup, now: float) -> None:
    """Zones that differ by two or more: launch one more, which goes to the emptiest, then let the fullest lose one."""
    story, staying = group.story, asgs.staying(group)
    if story.spare and len(staying) > group.desired_capacity and all(m.lifecycle_state == "InService" for m in staying):
        story.spare = 0
    if now < story.rebalance_after or not all(runs(group, p) for p in ("Launch", "Terminate", "AZRebalance")):
        return
    story.rebalance_after = now + here().lasts(here().durations.rebalance)
    zones = Counter({zone: 0 for zone in group.availability_zones})
    zones.update(member.availability_zone for member in staying)
    settled = len(staying) == group.desired_capacity and all(m.lifecycle_state == "InService" for m in staying)
    if settled and len(zones) > 1 and max(zones.values()) - min(zones.values()) > 1:
        story.spare = 1


def finish_deleting(region: Region, group: FakeAutoScalingGroup, now: float) -> None:
    """Everything leaves, whatever is suspended; the ASG goes with its last instance."""
    for member in asgs.members(group):
        if not member.leaving:
            terminate(region, group, member, now, "the group is being deleted by force")
    if group.instance_states:
        return
    backend = region.autoscaling
    backend.autoscaling_groups.pop(group.name, None)
    for kept in (backend.lifecycle_hooks, backend.policies, backend.scheduled_actions):
        for key in [key for key, value in kept.items() if value.auto_scaling_group_name == group.name]:
            del kept[key]
