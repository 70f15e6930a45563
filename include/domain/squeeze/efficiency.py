"""What one instance on the new AMI carries against one on the running AMI, both squeezed in the same run.

Saturation is known best, as it needs no judgement of latency; the sweet spot tells what users feel. Each is compared,
and the one that fell further speaks. A fall is charged only where both intervals together leave no doubt that it is
more than allowed: the ratio's upper end, by combining the intervals on the log scale (MOVER: Zou and Donner, Statistics
in Medicine 27, 2008). What the intervals cannot tell from what is allowed is said, and costs nothing.
"""

from dataclasses import dataclass
from math import exp, inf, log, sqrt

from include.domain.squeeze.sweet_spot import SweetSpot


@dataclass(frozen=True)
class Rate:
    """Requests per second that one instance carries, and the interval it lies in; `high` None: nothing was too much."""

    rps: float
    low: float
    high: float | None


@dataclass(frozen=True)
class Compared:
    """One of both rates. `ratio` is canary / baseline and lies between `low` and `high` (inf: not bounded)."""

    what: str
    canary: Rate
    baseline: Rate
    ratio: float
    low: float
    high: float


@dataclass(frozen=True)
class Efficiency:
    """`drop_percent` is what is charged, 0 where nothing is; `compared` is None where there was nothing to compare."""

    drop_percent: float
    compared: Compared | None
    sentence: str


def efficiency(spot: SweetSpot | None, max_drop_percent: float) -> Efficiency:
    """What the squeeze says of the new AMI's throughput."""
    if spot is None:
        return Efficiency(0.0, None, "no data: the canary was not squeezed")
    both = [found for found in (_compared("saturation", *_saturation(spot)), _compared("sweet spot", *_sweet(spot)))
            if found]
    if not both:
        return Efficiency(0.0, None, f"no data: throughput cannot be compared: {spot.reason}")
    allowed = 1 - max_drop_percent / 100
    surely = [found for found in both if found.high < allowed]
    worst = min(surely or both, key=lambda found: found.ratio)
    numbers = (f"{worst.what} is {worst.ratio:.2f} × baseline ({worst.canary.rps:,.1f} against "
               f"{worst.baseline.rps:,.1f} requests/s an instance")
    if surely:
        return Efficiency(100 * (1 - worst.ratio), worst,
                          f"cold: {numbers}, with 95 % under {worst.high:.2f}), allowed {allowed:.2f}")
    if worst.ratio < allowed:
        upper = "with no upper end" if worst.high == inf else f"with 95 % up to {worst.high:.2f}"
        return Efficiency(0.0, worst, f"noisy: {numbers}, {upper}): not to be told from the {allowed:.2f} allowed")
    return Efficiency(0.0, worst, f"same: {numbers})")


def _compared(what: str, canary: Rate | None, baseline: Rate | None) -> Compared | None:
    if canary is None or baseline is None:
        return None
    ratio = canary.rps / baseline.rps
    below = sqrt(_down(canary) ** 2 + _up(baseline) ** 2)
    above = sqrt(_up(canary) ** 2 + _down(baseline) ** 2)
    return Compared(what, canary, baseline, ratio, ratio * exp(-below), ratio * exp(above) if above < inf else inf)


def _down(rate: Rate) -> float:
    return log(rate.rps / rate.low) if rate.low > 0 else inf


def _up(rate: Rate) -> float:
    return log(rate.high / rate.rps) if rate.high is not None else inf


def _saturation(spot: SweetSpot) -> tuple[Rate | None, Rate | None]:
    return (_rate(spot.saturation_rps, spot.saturation_low, spot.saturation_high),
            _rate(spot.baseline_saturation_rps, spot.baseline_saturation_low, spot.baseline_saturation_high))


def _sweet(spot: SweetSpot) -> tuple[Rate | None, Rate | None]:
    """A canary that passed nothing carries less than what it failed at."""
    canary = _rate(spot.rps, spot.rps_low, spot.rps_high)
    if canary is None and spot.rps_high:
        canary = Rate(spot.rps_high, spot.rps_high, spot.rps_high)
    return canary, _rate(spot.baseline_rps, spot.baseline_rps_low, spot.baseline_rps_high)


def _rate(rps: float | None, low: float | None, high: float | None) -> Rate | None:
    return Rate(rps, min(low or rps, rps), None if high is None else max(high, rps)) if rps else None
