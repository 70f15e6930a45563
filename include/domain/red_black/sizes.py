"""Sizes of ASGs in a push: the new one's, a batch's, and those that un-pinning gives back. In whole instances."""

from dataclasses import dataclass

from include.domain import asg_tags
from include.domain.cluster import Asg
from include.domain.errors import BadInput
from include.domain.red_black.capacity import instances_for


def new_size(in_service: int, extra_percent: int) -> int:
    """Instances of the new ASG: those in service in the baseline and the extra per cent, rounded up."""
    return -(-in_service * (100 + extra_percent) // 100)


@dataclass(frozen=True)
class Sized:
    """How many instances a new ASG gets, and what that is made of."""

    instances: int
    why: str


def pushed_size(in_service: int, maximum: int, extra_percent: int, peak_rps: float, instance_rps: float,
                said: str = "") -> Sized:
    """What the forecast peak needs at the sweet spot, never fewer than are in service and never more than the
    baseline's maximum, and the extra per cent. Where either is not known (NaN, 0): what is in service."""
    needed = instances_for(peak_rps, instance_rps) or 0
    base = max(in_service, min(needed, maximum))
    size = new_size(base, extra_percent)
    extra = f"{extra_percent} % more than"
    if not needed:
        return Sized(size, f"{extra} the {in_service} in service")
    carrying = f"the {needed} that carry {peak_rps:,.0f} requests/s at a sweet spot of {instance_rps:,.1f} ({said})"
    if needed <= in_service:
        return Sized(size, f"{extra} the {in_service} in service, which is no fewer than {carrying}")
    if needed > maximum:
        return Sized(size, f"{extra} {base}: {carrying} are more than the maximum of {maximum}")
    return Sized(size, f"{extra} {carrying}; {in_service} are in service")


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
