"""What squeezes found, and what a region was asked for in days that are over, put where steps look for it."""

from collections.abc import Callable
from datetime import timedelta
from math import cos, pi
from typing import Any

from include.domain.push import Push
from include.domain.squeeze.sweet_spot import SweetSpot, key, packed
from tests.world.world import World


def sweet_spot(push: Push, rps: float | None, *, baseline_rps: float | None = None, spread: float = 0.05,
               **changes: Any) -> SweetSpot:
    """One that was found within so much of both sides, saturated at a tenth more; `baseline_rps` as `rps` if None."""
    other = rps if baseline_rps is None else baseline_rps
    found = {
        "push_id": push.id, "service": push.service, "environment": push.environment, "region": "us-east-1",
        "kind": "live", "commit": push.commit, "ami": push.ami, "asg": "api-prod-canary-v042",
        "baseline_commit": "0" * 40, "baseline_ami": "api-running", "baseline_asg": "api-prod-baseline-v042",
        "latency_limit_ms": 250.0, "error_limit_percent": 1.0, "measured_at": push.started_at, "reason": "found",
        **_side("", rps, spread), **_side("baseline_", other, spread)}
    return SweetSpot(**found | changes)


def squeezed(world: World, push: Push, rps: float | None, **named: Any) -> SweetSpot:
    """The same, in the archive."""
    spot = sweet_spot(push, rps, **named)
    world.archive.put(key(push.service, push.ami, spot.push_id), packed(spot, []), "application/json")
    return spot


def a_past(world: World, region: str, days: int, at: Callable[[float], float] | None = None,
           asg: str = "api-prod-v041") -> None:
    """So many days of requests a second until now; `at` says how many at which part of a day, 0 to 1 from this hour
    on: 40 at this hour and 160 twelve hours from now, where it is not given."""
    shape = at or (lambda part: 100 - 60 * cos(2 * pi * part))
    day = round(world.service.lasts(hours=24).total_seconds())
    for second in range(1, days * day + 1):
        part = (-second % day) / day
        world.metrics[region].write(asg, world.now - timedelta(seconds=second), {"requests.all": shape(part)})


def _side(side: str, rps: float | None, spread: float) -> dict[str, float | None]:
    if rps is None:
        return {f"{side}{name}": None for name in ("rps", "rps_low", "rps_high", "saturation_rps", "saturation_low",
                                                   "saturation_high")}
    return {f"{side}rps": rps, f"{side}rps_low": rps * (1 - spread), f"{side}rps_high": rps * (1 + spread),
            f"{side}saturation_rps": 1.1 * rps, f"{side}saturation_low": 1.1 * rps * (1 - spread),
            f"{side}saturation_high": 1.1 * rps * (1 + spread)}
