"""Whether an ASG is operational: a ladder, and one sentence for the first rung that is not reached."""

from collections.abc import Iterable, Mapping, Sequence

from include.domain.cluster import Asg, Target

NAMED = 3              # how many instances or conditions a sentence names


def why_not_operational(asg: Asg, targets: Mapping[str, Sequence[Target]], wanted: int) -> str | None:
    """The first rung of the ladder that is not reached: count, InService, health, every target group.

    `targets` are the targets of each target group (by ARN) that the ASG must be in; others' targets are passed over.
    """
    if asg.deleting:
        return f"{asg.name} is being deleted"
    if len(asg.instances) < wanted:
        return f"{asg.name} has {len(asg.instances)} of {wanted} instances"
    not_yet = {i.id: i.state for i in asg.instances if i.state != "InService"}
    if len(asg.instances) - len(not_yet) < wanted:
        return f"{asg.name} has {len(asg.instances) - len(not_yet)} of {wanted} instances InService: {_alike(not_yet)}"
    ill = [i.id for i in asg.instances if i.state == "InService" and not i.healthy]
    if asg.in_service < wanted:
        return f"{asg.name} has {asg.in_service} of {wanted} instances healthy: {some(ill)} marked unhealthy"
    reasons = (_why_not_healthy(asg, group, targets[group], wanted) for group in targets)
    return next((reason for reason in reasons if reason), None)


def healthy_targets(asg: Asg, targets: Iterable[Target]) -> int:
    """How many of the ASG's instances are in service and healthy as targets."""
    serving = {i.id for i in asg.instances if i.in_service}
    return len({target.instance for target in targets if target.state == "healthy"} & serving)


def _why_not_healthy(asg: Asg, group: str, targets: Sequence[Target], wanted: int) -> str | None:
    healthy = healthy_targets(asg, targets)
    if healthy >= wanted:
        return None
    known = {target.instance: target for target in targets}
    waiting = {i.id: _condition(known.get(i.id)) for i in asg.instances
               if i.in_service and (i.id not in known or known[i.id].state != "healthy")}
    return f"{asg.name} has {healthy} of {wanted} targets healthy in {short_name(group)}: {_alike(waiting)}"


def _condition(target: Target | None) -> str:
    if target is None:
        return "not registered"
    return target.state + (f" ({target.reason})" if target.reason else "")


def _alike(conditions: Mapping[str, str]) -> str:
    """Each condition once, with the first instance that is in it and how many more are: `i-0 and 2 more initial`."""
    found: dict[str, list[str]] = {}
    for instance, condition in conditions.items():
        found.setdefault(condition, []).append(instance)
    return some([f"{ids[0]}{f' and {len(ids) - 1} more' if len(ids) > 1 else ''} {condition}"
                  for condition, ids in found.items()])


def some(items: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = len(items) - NAMED
    return ", ".join(items[:NAMED]) + (f" and {more} more" if more > 0 else "")


def short_name(arn: str) -> str:
    """A target group's name from its ARN, for sentences and tags."""
    parts = arn.split("/")
    return parts[1] if arn.startswith("arn:") and len(parts) > 1 else arn
