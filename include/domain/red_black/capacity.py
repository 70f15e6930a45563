"""Law 1: whether those that keep taking traffic can carry what is needed, and how many instances that takes."""

from dataclasses import dataclass
from math import ceil, isfinite


def instances_for(need_rps: float, instance_rps: float) -> int | None:
    """How many instances carry the need, at least one; None where it is not known."""
    if not isfinite(need_rps) or need_rps < 0:
        return None
    if need_rps == 0:
        return 1
    if not isfinite(instance_rps) or instance_rps <= 0:
        return None
    return max(1, ceil(need_rps / instance_rps - 1e-9))


def carried_rps(declared: float | None, measured_rps: float, in_service: int) -> float:
    """What one instance is known to carry, requests per second: what is declared (squeezed), or what the instances in
    service carry at this moment; 0 where neither is known."""
    if declared:
        return declared
    return measured_rps / in_service if in_service > 0 and isfinite(measured_rps) and measured_rps > 0 else 0.0


def can_carry(healthy_keeping: int, need_rps: float, instance_rps: float) -> str | None:
    """The law before anything takes traffic or capacity away: why those that stay cannot carry the need, or None.

    `healthy_keeping` counts healthy instances that keep taking traffic. What is not known counts as too much.
    """
    if healthy_keeping < 1:
        return "no healthy instance would keep taking traffic"
    if not isfinite(need_rps) or need_rps < 0:
        return "the rate of requests could not be measured, so nobody knows what must be carried"
    needed = instances_for(need_rps, instance_rps)
    if needed is None:
        return f"it is not known what one instance carries, and {need_rps:.0f} requests/s must be carried"
    if healthy_keeping >= needed:
        return None
    return (f"{healthy_keeping} healthy {_plural(healthy_keeping)} would keep taking traffic, but {need_rps:.0f} "
            f"requests/s at {instance_rps:.1f} for each instance need {needed}")


def can_replace(healthy_keeping: int, had: int) -> str | None:
    """The same law where nothing is measured, as a service may declare it outside of prod: as many as there were."""
    if healthy_keeping >= max(1, had):
        return None
    return (f"{healthy_keeping} healthy {_plural(healthy_keeping)} would keep taking traffic, and there were {had}: "
            "what they must carry is not measured here")


@dataclass(frozen=True)
class TakesBack:
    """How many healthy instances an ASG needs before it takes all traffic back; `why` where that is more than it had,
    or where the rate is not known."""

    instances: int
    why: str = ""


def to_take_back(had: int, most: int, other: int, need_rps: float, instance_rps: float) -> TakesBack:
    """Law 1 for a rollback: `had` and `most` are the ASG's desired and greatest size before the push, `other` the
    healthy instances of the one that loses its traffic.

    As many as carry the need, and never fewer than it had. A measured rate that is out of all proportion must not hold
    a rollback up: never more than its greatest size, unless both together are more. Neither must a metric store that is
    down: where the rate is not known, the stricter of the two counts decides.
    """
    least, carrying = max(1, had), instances_for(need_rps, instance_rps)
    if carrying is None:
        return TakesBack(max(least, other), "the rate of requests is not known: it needs as many as it had, and as the "
                                            "other has healthy")
    wanted = max(least, min(carrying, max(most, had + other)))
    if wanted == least:
        return TakesBack(least)
    return TakesBack(wanted, f"{need_rps:.0f} requests/s at {instance_rps:.1f} for each instance need {carrying}"
                             + (f", of which it gets {wanted}" if carrying > wanted else ""))


def after_un_pinning(desired: int, had: int, need_rps: float, instance_rps: float) -> int:
    """The size of an ASG that takes all traffic, once it is no longer pinned: what it had, if that carries the need;
    else as many of those it has as do. Where the rate is not known none is taken away."""
    carrying = instances_for(need_rps, instance_rps)
    return desired if carrying is None else max(had, min(desired, carrying))


def _plural(count: int) -> str:
    return "instance" if count == 1 else "instances"
