"""What one second does in a region: launches, health checks, draining, scale-in. Suspended processes are honoured."""

from datetime import datetime

from include.domain.cluster import Activity
from tests.world.region import ZONES, Behaviour, Group, Machine, Region, TargetGroup

MOST_ACTIVITIES = 100


def tick(region: Region, now: datetime) -> None:
    """One second passes."""
    for group in list(region.groups.values()):
        for machine in group.machines:
            machine.seconds += 1
        _boot(region, group, now)
        _mark_unhealthy(region, group)
        _replace(region, group, now)
        _scale(region, group, now)
        _bury(region, group, now)
    for tg in region.target_groups.values():
        _check(region, tg)


def terminate(region: Region, group: Group, machine: Machine, now: datetime, why: str) -> None:
    """Out of its target groups, then gone: what AWS does on scale-in."""
    machine.state, machine.seconds = "Terminating", 0
    for tg, _ in region.of(machine.id):
        region.deregister(tg, machine.id)
    note(group, now, "InProgress", f"Terminating EC2 instance: {machine.id}", why, about=machine.id)


def note(group: Group, now: datetime, status: str, what: str, message: str = "", about: str = "") -> None:
    """A scaling activity; `about` ends the one in progress for that instance."""
    progress = 100 if status in {"Successful", "Failed", "Cancelled"} else 50
    ended = [a for a in group.activities if about and about in a.id and a.in_progress]
    kept = [a for a in group.activities if a not in ended]
    began = ended[0].started_at if ended else now
    launched = about if what.startswith("Launching") else ""
    fresh = Activity(f"{about or what}@{len(group.activities)}", status, message, began, progress, group.cause,
                     launched)
    group.activities = [fresh, *kept][:MOST_ACTIVITIES]


def _scale(region: Region, group: Group, now: datetime) -> None:
    standing = group.in_state("Pending", "InService")
    if group.deleting or len(standing) == group.desired:
        return
    if len(standing) > group.desired and "Terminate" not in group.suspended:
        for machine in standing[:len(standing) - group.desired]:
            terminate(region, group, machine, now, "")
    if len(standing) < group.desired and "Launch" not in group.suspended:
        _launch(region, group, group.desired - len(standing), now)


def _launch(region: Region, group: Group, missing: int, now: datetime) -> None:
    if region.no_capacity:
        note(group, now, "Failed", "Launching a new EC2 instance", region.no_capacity)
        return
    if region.room is not None and region.room < missing:
        note(group, now, "Failed", "Launching a new EC2 instance", "We currently do not have sufficient capacity.")
        missing, region.room = region.room, 0
    elif region.room is not None:
        region.room -= missing
    for _ in range(missing):
        number = region.number()
        machine = Machine(f"i-{number:017x}", f"{region.name}{ZONES[number % 3]}", group.ami,
                          region.behaviours.get(group.ami, Behaviour()), template_version=group.template_version)
        group.machines.append(machine)
        note(group, now, "InProgress", "Launching a new EC2 instance", about=machine.id)


def _boot(region: Region, group: Group, now: datetime) -> None:
    for machine in group.in_state("Pending"):
        if machine.seconds < region.times.launch:
            continue
        machine.state, machine.seconds = "InService", 0
        note(group, now, "Successful", "Launching a new EC2 instance", about=machine.id)
        if "AddToLoadBalancer" not in group.suspended:
            for arn in group.target_groups:
                if arn in region.target_groups:
                    region.register(region.target_groups[arn], machine.id)


def _mark_unhealthy(region: Region, group: Group) -> None:
    for machine in group.in_state("InService"):
        unhealthy = not machine.alive or any(target.state == "unhealthy" for _, target in region.of(machine.id))
        if unhealthy and machine.seconds > region.times.grace and "HealthCheck" not in group.suspended:
            machine.healthy = False


def _replace(region: Region, group: Group, now: datetime) -> None:
    if group.suspended & {"ReplaceUnhealthy", "Terminate"}:
        return
    for machine in [m for m in group.in_state("InService") if not m.healthy]:
        terminate(region, group, machine, now, "taken out of service in response to a failed health check")


def _bury(region: Region, group: Group, now: datetime) -> None:
    for machine in group.in_state("Terminating"):
        draining = any(target.state == "draining" for _, target in region.of(machine.id))
        if machine.seconds >= region.times.terminate and not draining:
            for tg, _ in region.of(machine.id):
                del tg.targets[machine.id]
            group.machines.remove(machine)
            note(group, now, "Successful", f"Terminating EC2 instance: {machine.id}", about=machine.id)
    if group.deleting and not group.machines:
        del region.groups[group.name]


def _check(region: Region, tg: TargetGroup) -> None:
    """Health checks and draining; a target group that no listener uses is never checked."""
    if tg.arn not in region.weights:
        return
    for instance, target in list(tg.targets.items()):
        target.seconds += 1
        machine = region.machine(instance)
        answers = machine is not None and machine.alive and machine.behaviour.starts
        target.failing = 0 if answers else target.failing + 1
        if target.state == "draining":
            if target.seconds >= region.times.drain:
                del tg.targets[instance]
        elif not answers and target.failing >= region.times.health_check:
            target.state = "unhealthy"
        elif answers and target.state != "healthy" and target.seconds >= region.times.health_check:
            target.state, target.seconds = "healthy", 0
