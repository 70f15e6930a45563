"""Sizes of ASGs in a push: the new one's, a batch's, and those that un-pinning gives back. In whole instances."""

from dataclasses import dataclass

from include.domain import asg_tags
from include.domain.cluster import Asg
from include.domain.errors import BadInput


def new_size(in_service: int, extra_percent: int) -> int:
    """Instances of the new ASG: those in service in the baseline and the extra per cent, rounded up."""
    return -(-in_service * (100 + extra_percent) // 100)


def next_batch(current: int, size: int, batch_percent: int) -> int:
    """The next desired size on the way from `current` to `size`: at least one more, never past `size`."""
    step = max(1, -(-size * batch_percent // 100))
    return max(current, min(size, current + step))


def batches_before_the_last(batch_percent: int) -> int:
    """How many batches are waited for before the last one is asked for; at least 1."""
    return max(1, -(-100 // batch_percent) - 1)


@dataclass(frozen=True)
class Sizes:
    """Minimum, maximum and desired instances of an ASG."""

    minimum: int
    maximum: int
    desired: int

    def __str__(self) -> str:
        return f"{self.minimum}/{self.maximum}/{self.desired}"


def sizes_of(asg: Asg) -> Sizes:
    """As the ASG stands."""
    return Sizes(asg.min_size, asg.max_size, asg.desired)


def recorded_sizes(asg: Asg) -> Sizes | None:
    """What was before we pinned it (tag serin:sizes), or None; BadInput where the tag is not three whole numbers."""
    text = asg.tags.get(asg_tags.SIZES, "")
    if not text:
        return None
    parts = text.split("/")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        raise BadInput(f"{asg.name}: tag {asg_tags.SIZES} is {text!r}, not min/max/desired as in 4/8/4")
    return Sizes(*map(int, parts))
