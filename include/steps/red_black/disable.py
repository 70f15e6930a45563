"""Taking all traffic off an ASG, and keeping it as it is. Says why it is not done yet; safe to say again."""

from datetime import UTC, datetime, timedelta

from include.domain import asg_tags
from include.domain.asg_names import parse
from include.domain.asg_tags import Colour
from include.domain.cluster import Asg
from include.domain.looks import Look
from include.domain.red_black.by_hand import announced
from include.domain.red_black.operational import short_name
from include.domain.red_black.processes import in_tags, suspended_tag, to_suspend
from include.domain.red_black.sizes import sizes_of
from include.domain.standing import is_black, named
from include.ports import Clusters, Traffic
from include.steps.lease import Held

KEPT = timedelta(days=2)    # how long a clean-up leaves it alone
CHUNK = 100                 # instances of one deregistration: of one call of AWS, so the lease is checked before each


def disable(asg: Asg, look: Look, clusters: Clusters, traffic: Traffic, held: Held) -> str | None:
    """Suspend, settle, record, deregister, drain, verify. Asking `can_carry` first is the caller's part.

    What a hook holds is not waited for: nothing adds its targets any more.
    """
    _suspend(asg, clusters, held)
    moving = [activity for activity in clusters.activities(asg.name)
              if activity.in_progress and not activity.waits_for_hook]
    if moving:
        return f"{asg.name} has {len(moving)} scaling {_plural(len(moving), 'activity', 'activities')} in progress"
    settled = named(clusters.asgs(parse(asg.name).cluster), asg.name)
    if settled is None:
        return None
    pending = sum(instance.state == "Pending" for instance in settled.instances)
    if pending:     # of a thousand launches at once, the newest hundred activities may all be done
        return f"{asg.name} has {pending} {_plural(pending, 'instance', 'instances')} still being launched"
    _record(settled, look, clusters, held)
    _deregister(settled, traffic)
    left = _still_registered(settled, traffic)
    if left:
        return f"{asg.name} still drains: {left}"
    if not is_black(settled):
        clusters.tag(asg.name, {asg_tags.COLOUR: Colour.BLACK})
    return None


def without_traffic(asg: Asg, traffic: Traffic) -> bool:
    """Black by its tag, and no instance of it in any target group."""
    return is_black(asg) and not _still_registered(asg, traffic)


def is_out(asg: Asg, traffic: Traffic) -> bool:
    """Its targets were taken out, and those that are left only drain: no new request reaches it."""
    return disabled_at(asg) is not None and not any(_taking(asg, arn, traffic) for arn in asg.target_groups)


def longest_drain(asg: Asg, traffic: Traffic) -> timedelta:
    """The longest deregistration delay of its target groups."""
    return timedelta(seconds=max((traffic.drain_seconds(arn) for arn in asg.target_groups), default=0))


def disabled_at(asg: Asg) -> datetime | None:
    """When its targets were taken out, from its tag."""
    text = asg.tags.get(asg_tags.DISABLED_AT)
    return datetime.fromisoformat(text) if text else None


def _suspend(asg: Asg, clusters: Clusters, held: Held) -> None:
    """The tag is written first: what we are about to suspend must be known to whoever goes on after a crash."""
    ours = {asg_tags.SUSPENDED: suspended_tag(asg), asg_tags.DISABLED_BY: held.owner,
            asg_tags.LEASE: str(held.token)}
    if any(asg.tags.get(tag) != value for tag, value in ours.items()):
        clusters.tag(asg.name, ours)
    if to_suspend(asg):
        clusters.suspend(asg.name, to_suspend(asg))


def _record(asg: Asg, look: Look, clusters: Clusters, held: Held) -> None:
    """Everything that putting it back needs, before the first target goes."""
    now = look.now.astimezone(UTC)
    facts = {**in_tags(asg_tags.TARGET_GROUPS, (short_name(arn) for arn in asg.target_groups)),
             asg_tags.SIZES: str(sizes_of(asg)),
             asg_tags.DISABLED_AT: now.isoformat(timespec="seconds"),
             asg_tags.EXPIRES_AT: (now + KEPT).isoformat(timespec="seconds")}
    missing = {tag: value for tag, value in facts.items() if tag not in asg.tags}
    if missing:
        clusters.tag(asg.name, missing | {asg_tags.WROTE: announced(asg, sizes_of(asg))})


def _deregister(asg: Asg, traffic: Traffic) -> None:
    for arn in asg.target_groups:
        taken = _taking(asg, arn, traffic)
        for first in range(0, len(taken), CHUNK):
            traffic.deregister(arn, taken[first:first + CHUNK])


def _taking(asg: Asg, arn: str, traffic: Traffic) -> list[str]:
    ours = {instance.id for instance in asg.instances}
    return [t.instance for t in traffic.targets(arn) if t.instance in ours and t.state != "draining"]


def _still_registered(asg: Asg, traffic: Traffic) -> str:
    """Its instances in any state but unused, for each target group; empty where there are none."""
    ours = {instance.id for instance in asg.instances}
    left = []
    for arn in asg.target_groups:
        states = [t.state for t in traffic.targets(arn) if t.instance in ours and t.state != "unused"]
        if states:
            left.append(f"{len(states)} of {len(ours)} instances {'/'.join(sorted(set(states)))} in {short_name(arn)} "
                        f"(at most {traffic.drain_seconds(arn)} s)")
    return ", ".join(left)


def _plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
