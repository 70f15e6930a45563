"""What we suspended of an ASG, what others did, and how both are told apart by our tag."""

from collections.abc import Iterable

from include.domain import asg_tags
from include.domain.cluster import Asg

# Suspended on an ASG without traffic; resumed in this order, so that nothing is replaced before it may be launched.
PROCESSES = ("Launch", "AddToLoadBalancer", "AZRebalance", "AlarmNotification", "ScheduledActions",
             "ReplaceUnhealthy", "Terminate")


def suspended_by_us(asg: Asg) -> tuple[str, ...]:
    """Processes that our tag says we suspended, in the order to resume them."""
    ours = set(split(asg.tags.get(asg_tags.SUSPENDED)))
    return tuple(process for process in PROCESSES if process in ours)


def suspended_by_others(asg: Asg) -> tuple[str, ...]:
    """Processes that people suspended, before us or besides us."""
    return tuple(sorted(asg.suspended.difference(suspended_by_us(asg))))


def to_suspend(asg: Asg) -> tuple[str, ...]:
    """Processes still to be suspended before traffic is taken off."""
    return tuple(process for process in PROCESSES if process not in asg.suspended)


def suspended_tag(asg: Asg) -> str:
    """What the tag must say *before* we suspend: ours already, and those that nobody suspended before us."""
    ours = set(suspended_by_us(asg)) | set(to_suspend(asg))
    return joined(process for process in PROCESSES if process in ours)


def joined(names: Iterable[str]) -> str:
    """Names as one tag value (a comma is not allowed in tags everywhere)."""
    return "+".join(names)


def split(value: str | None) -> tuple[str, ...]:
    """The names of a tag value."""
    return tuple(name for name in (value or "").split("+") if name)
