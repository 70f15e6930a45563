"""Law 1: whether those that keep taking traffic can carry what is needed."""

from math import ceil, isfinite


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
    if need_rps == 0:
        return None
    if not isfinite(instance_rps) or instance_rps <= 0:
        return f"it is not known what one instance carries, and {need_rps:.0f} requests/s must be carried"
    needed = ceil(need_rps / instance_rps - 1e-9)
    if healthy_keeping >= needed:
        return None
    return (f"{healthy_keeping} healthy {_plural(healthy_keeping)} would keep taking traffic, but {need_rps:.0f} "
            f"requests/s at {instance_rps:.1f} for each instance need {needed}")


def _plural(count: int) -> str:
    return "instance" if count == 1 else "instances"
