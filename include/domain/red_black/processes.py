"""What we suspended of an ASG, what others did, and how both are told apart by our tag."""

import re
from collections.abc import Iterable, Mapping

from include.domain import asg_tags
from include.domain.asg_tags import MOST_OF_A_VALUE
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


def in_tags(tag: str, names: Iterable[str]) -> dict[str, str]:
    """The names under the tag, and under `…-2` and so on where they are more than one value takes."""
    values = [""]
    for name in names:
        longer = joined(filter(None, (values[-1], name)))
        values = [*values[:-1], longer] if len(longer) <= MOST_OF_A_VALUE else [*values, name]
    return {tag if number == 1 else f"{tag}-{number}": value for number, value in enumerate(values, 1)}


def from_tags(tag: str, tags: Mapping[str, str]) -> tuple[str, ...]:
    """Those names again."""
    return tuple(name for key in parts_of(tag, tags) for name in split(tags[key]))


def parts_of(tag: str, tags: Mapping[str, str]) -> list[str]:
    """The tags that hold them, in their order."""
    parts = [key for key in tags if key == tag or re.fullmatch(rf"{re.escape(tag)}-\d+", key)]
    return sorted(parts, key=lambda key: (len(key), key))


def split(value: str | None) -> tuple[str, ...]:
    """The names of a tag value."""
    return tuple(name for name in (value or "").split("+") if name)
