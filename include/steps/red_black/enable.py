"""Putting an ASG back under traffic: sized, registered, healthy, and only then as it was. Safe to say again."""

from include.domain import asg_tags
from include.domain.asg_tags import Colour
from include.domain.cluster import Asg
from include.domain.errors import Refused
from include.domain.red_black.processes import from_tags, parts_of, suspended_by_us
from include.domain.standing import is_disabled as is_disabled
from include.ports import Clusters, Traffic
from include.steps.red_black.ladder import not_yet, targets_of

LAST = ("ReplaceUnhealthy", "Terminate")    # resumed after all else: they take instances away


def enable(asg: Asg, wanted: int, clusters: Clusters, traffic: Traffic) -> str | None:
    """Why it does not take traffic with `wanted` healthy instances yet, or None."""
    if asg_tags.EXPIRES_AT in asg.tags:
        clusters.tag(asg.name, {asg_tags.EXPIRES_AT: None})
    _size_up(asg, wanted, clusters)
    arns = _target_groups(asg, traffic)
    register(asg, arns, traffic)
    dead = _dead(asg, arns, traffic)
    if dead:
        _size_up(asg, wanted + dead, clusters)
    _mark_healthy(asg, arns, clusters, traffic)
    reason = not_yet(asg, wanted, traffic, arns)
    if reason:
        return reason
    _resume(asg, clusters)
    gone = (asg_tags.SUSPENDED, asg_tags.DISABLED_BY, asg_tags.DISABLED_AT,
            *parts_of(asg_tags.TARGET_GROUPS, asg.tags))
    clusters.tag(asg.name, dict.fromkeys(gone, None) | {asg_tags.COLOUR: Colour.RED})
    return None


def _size_up(asg: Asg, wanted: int, clusters: Clusters) -> None:
    """Launch alone is resumed: nothing may be taken away yet."""
    if asg.in_service < wanted and "Launch" in suspended_by_us(asg) and "Launch" in asg.suspended:
        clusters.resume(asg.name, ["Launch"])
    if asg.desired < wanted:
        clusters.resize(asg.name, minimum=wanted, maximum=max(asg.max_size, wanted), desired=wanted)


def _target_groups(asg: Asg, traffic: Traffic) -> list[str]:
    """Those that it was taken out of, by the names in its tag."""
    names = from_tags(asg_tags.TARGET_GROUPS, asg.tags)
    if not names:
        return list(asg.target_groups)
    arns = {name: traffic.target_group(name) for name in names}
    gone = [name for name, arn in arns.items() if arn is None]
    if gone:
        raise Refused(f"{asg.name} cannot be put back: target group {gone[0]} is gone")
    return [arn for arn in arns.values() if arn]


def register(asg: Asg, arns: list[str], traffic: Traffic) -> None:
    """Also those launched meanwhile: resuming AddToLoadBalancer does not add them."""
    ready = [instance.id for instance in asg.instances if instance.state == "InService"]
    for arn in arns:
        there = {t.instance for t in traffic.targets(arn) if t.state != "draining"}
        missing = [instance for instance in ready if instance not in there]
        if missing:
            traffic.register(arn, missing)


def _dead(asg: Asg, arns: list[str], traffic: Traffic) -> int:
    """How many fail their checks under traffic, or were marked and could not be registered. Nothing replaces them while
    Terminate is suspended, and to resume that could take the others: as many more are launched."""
    dead = set()
    for targets in targets_of(asg, traffic, arns).values():
        states = {target.instance: target.state for target in targets}
        dead |= {i.id for i in asg.instances if i.state == "InService" and (
            states.get(i.id) == "unhealthy" or (not i.healthy and i.id not in states))}
    return len(dead)


def _mark_healthy(asg: Asg, arns: list[str], clusters: Clusters, traffic: Traffic) -> None:
    """While Terminate was suspended, health checks went on marking; those that answer the balancer are well."""
    marked = {instance.id for instance in asg.instances if instance.state == "InService" and not instance.healthy}
    if not marked or not arns:
        return
    answering = [{t.instance for t in targets if t.state == "healthy"}
                 for targets in targets_of(asg, traffic, arns).values()]
    well = sorted(marked.intersection(*answering))
    if well:
        clusters.mark_healthy(well)


def _resume(asg: Asg, clusters: Clusters) -> None:
    ours = [process for process in suspended_by_us(asg) if process in asg.suspended]
    for some in ([p for p in ours if p not in LAST], [p for p in ours if p in LAST]):
        if some:
            clusters.resume(asg.name, some)
