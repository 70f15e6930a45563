"""What a region has left for a push, and what a new ASG would need of it: everything that is missing, in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Balancer:
    """A load balancer that the ASG's targets are behind. `groups` is in how many of its target groups each instance of
    the ASG is; `targets` counts all of all its target groups; `most` is what AWS allows, None where it does not say."""

    name: str
    groups: int
    targets: int
    most: int | None


@dataclass(frozen=True)
class Room:
    """`addresses` are the free ones of each subnet of the ASG; `asgs` are all of the account in the region."""

    addresses: Mapping[str, int]
    balancers: tuple[Balancer, ...]
    asgs: int
    most_asgs: int


def missing(room: Room, new: str, size: int) -> list[str]:
    """Why the new ASG would not fit at its whole size beside the one that runs; empty where it does."""
    return [*_addresses(room, new, size), *_targets(room, new, size), *_asgs(room, new)]


def _addresses(room: Room, new: str, size: int) -> list[str]:
    free = sum(room.addresses.values())
    if free >= size:
        return []
    left = ", ".join(f"{subnet} has {count}" for subnet, count in sorted(room.addresses.items()))
    return [f"{new} needs {size} addresses, and {free} are free in its subnets ({left or 'it has none'})"]


def _targets(room: Room, new: str, size: int) -> list[str]:
    return [f"{new} needs {size * one.groups} more targets, and load balancer {one.name} has {one.targets} of "
            f"{one.most} that AWS allows" for one in room.balancers
            if one.most is not None and one.targets + size * one.groups > one.most]


def _asgs(room: Room, new: str) -> list[str]:
    if room.asgs < room.most_asgs:
        return []
    return [f"{new} would be one ASG too many: there are {room.asgs}, AWS allows {room.most_asgs}"]
