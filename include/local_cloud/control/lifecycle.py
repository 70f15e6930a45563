"""One step in the life of each member: Pending → InService, unhealthy → replaced, Terminating → drained → gone."""

from moto.autoscaling.models import FakeAutoScalingGroup

from include.local_cloud.control import asgs
from include.local_cloud.control.activities import Activity, stamp
from include.local_cloud.control.asgs import Member, runs
from include.local_cloud.control.world import Region, here


def advance(region: Region, group: FakeAutoScalingGroup, now: float) -> None:
    for member in asgs.members(group):
        if member.leaving:
            _leave(region, group, member, now)
        elif member.lifecycle_state in ("Pending", "Pending:Wait"):
            _enter(region, group, member, now)


def _enter(region: Region, group: FakeAutoScalingGroup, member: Member, now: float) -> None:
    if member.instance.state in ("shutting-down", "terminated", "stopping", "stopped"):
        member.activity.ends("Failed", now, f"Instance became {member.instance.state} before it was in service")
        member.health_status = "Unhealthy"
        terminate(region, group, member, now, "an instance was lost before it was in service")
        return
    if member.instance.state != "running":
        return
    if not _through_hook(region, group, member, asgs.LAUNCHING, "Pending:Wait", now):
        return
    if member.hook_result == "ABANDON":
        member.activity.ends("Failed", now, "Lifecycle hook was abandoned")
        terminate(region, group, member, now, "a lifecycle hook was abandoned")
        return
    member.lifecycle_state, member.in_service_at = "InService", now
    member.hook_until, member.hook_result = None, ""
    member.activity.ends("Successful", now)
    if runs(group, "AddToLoadBalancer"):
        asgs.register(region, group.target_group_arns, member)


def _through_hook(region: Region, group: FakeAutoScalingGroup, member: Member, transition: str, waiting: str,
                  now: float) -> bool:
    """Whether nothing holds it: no such hook, or it was completed, or its time is over."""
    if member.lifecycle_state != waiting:
        if not asgs.hook(region, group, transition):
            return True
        member.lifecycle_state, member.hook_result = waiting, ""
        member.hook_until = now + here().lasts(here().durations.hook)
    return bool(member.hook_result) or now >= (member.hook_until or 0)


def terminate(region: Region, group: FakeAutoScalingGroup, member: Member, now: float, why: str) -> Activity:
    """Begin: out of the target groups, then shut down once they are drained."""
    member.lifecycle_state, member.hook_until, member.hook_result = "Terminating", None, ""
    member.activity = Activity(group.name, f"Terminating EC2 instance: {member.instance.id}",
                               f"At {stamp(now)} {why}.", now)
    group.story.activities.appendleft(member.activity)
    asgs.deregister(region, group.target_group_arns, member)
    return member.activity


def _leave(region: Region, group: FakeAutoScalingGroup, member: Member, now: float) -> None:
    dead = member.instance.state in ("shutting-down", "terminated")
    if member.lifecycle_state == "Terminating" and not dead and asgs.draining(region, group, member):
        return
    if member.lifecycle_state in ("Terminating", "Terminating:Wait"):
        if not dead and not _through_hook(region, group, member, asgs.TERMINATING, "Terminating:Wait", now):
            return
        member.lifecycle_state, member.activity.progress = "Terminating:Proceed", 60
        member.instance.terminate()
    elif member.instance.state == "terminated":
        member.activity.ends("Successful", now)
        group.instance_states.remove(member)


def check_health(region: Region, group: FakeAutoScalingGroup, now: float) -> None:
    """Mark what is dead, and for health check type ELB what its target group calls unhealthy after the grace."""
    if not runs(group, "HealthCheck"):
        return
    for member in asgs.members(group):
        if member.lifecycle_state != "InService":
            continue
        lost = member.instance.state not in ("pending", "running") and not _dies_unseen(member)
        checked = "ELB" in group.health_check_type and not in_grace(group, member, now)
        if lost or (checked and _fails_checks(region, group, member)):
            member.health_status = "Unhealthy"


def in_grace(group: FakeAutoScalingGroup, member: Member, now: float) -> bool:
    return now < (member.in_service_at or now) + here().lasts(group.health_check_grace_period or 0)


def _dies_unseen(member: Member) -> bool:
    """The status checks need a while to notice one that was killed."""
    return member.instance.life.died and member.instance.state == "shutting-down"


def _fails_checks(region: Region, group: FakeAutoScalingGroup, member: Member) -> bool:
    return any(target_group.targets.get(member.instance.id, {}).get("State") == "unhealthy"
               and target_group.load_balancer_arns
               for target_group in asgs.target_groups(region, group.target_group_arns))


def replace_unhealthy(region: Region, group: FakeAutoScalingGroup, now: float) -> None:
    """Terminate first, launch then; with Terminate suspended the marked ones wait for its return."""
    if not (runs(group, "ReplaceUnhealthy") and runs(group, "Terminate")):
        return
    for member in asgs.members(group):
        if member.lifecycle_state == "InService" and member.health_status == "Unhealthy":
            terminate(region, group, member, now, "an instance was taken out of service in response to a health "
                                                  "check that found it unhealthy")
