"""Pinning: while a push is on, the minimum is the desired size, so that nothing scales in under shared traffic.

A size that is not to change is not said: since it was read, a policy or a person may have made it greater.
"""

from include.domain import asg_tags
from include.domain.cluster import Asg
from include.domain.red_black.by_hand import left_by_hand
from include.domain.red_black.sizes import recorded_sizes, sizes_of
from include.ports import Clusters


def pin(asg: Asg, clusters: Clusters) -> None:
    """What was before is recorded first: whoever goes on after a crash must be able to put it back."""
    if asg_tags.SIZES not in asg.tags:
        clusters.tag(asg.name, {asg_tags.SIZES: str(sizes_of(asg))})
    if asg.min_size < asg.desired:
        clusters.resize(asg.name, minimum=asg.desired, maximum=asg.max_size)


def un_pin(asg: Asg, clusters: Clusters, desired: int) -> str:
    """Minimum and maximum as recorded, around the desired size. What a person set meanwhile stays, and is said."""
    before, left = recorded_sizes(asg), left_by_hand(asg)
    if before is None:
        return ""
    if not left:
        clusters.resize(asg.name, minimum=min(before.minimum, desired), maximum=max(before.maximum, desired),
                        desired=None if desired == asg.desired else desired)
    clusters.tag(asg.name, {asg_tags.SIZES: None, asg_tags.WROTE: None, asg_tags.BY_HAND: None})
    return left
