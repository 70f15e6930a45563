"""How long instances take from their launch until they serve, and how long it is worth waiting for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, isfinite
from statistics import median

TIMES = 3           # times the 95th percentile: beyond that nothing that is well still starts
FEW = 5             # starts, under which nothing is made of them
RECENT = 40         # starts that are looked at
STEADY_POINTS = 5   # whose median must be at the ASG's level: one point of a few requests says little
STEADY_PERCENT = 20     # over that level an instance still warms up


@dataclass(frozen=True)
class Limit:
    """How long a wait may last, and what that is made of; nothing is said of one that is declared."""

    lasts: timedelta
    why: str


def limit(seconds: Sequence[float], batches: int, at_least: timedelta, at_most: timedelta) -> Limit:
    """The limit of a wait for so many batches, one after the other. `seconds` are recent starts, the newest last."""
    recent = sorted(seconds[-RECENT:])
    if len(recent) < FEW:
        return Limit(at_most, "")
    slow = percentile_95(recent)
    measured = timedelta(seconds=TIMES * slow * batches)
    made_of = f"{TIMES} × {slow:.0f} s, which 95 % of the last {len(recent)} starts stayed under"
    if batches > 1:
        made_of += f", for each of {batches} batches"
    if measured < at_least:
        return Limit(min(at_least, at_most), f"the least there is; {made_of}, would be less")
    if measured > at_most:
        return Limit(at_most, f"declared; {made_of}, would be more")
    return Limit(measured, made_of)


@dataclass(frozen=True)
class StartTimes:
    """How long the instances of one AMI took from their launch, in seconds: until they took traffic, and until their
    latency was at the ASG's level; the latter where instances have metrics of their own (`steadied` counts them)."""

    started: int
    taking_median: float
    taking_95: float
    steadied: int = 0
    steady_median: float | None = None
    steady_95: float | None = None

    @property
    def warm_up(self) -> tuple[float, int, str] | None:
        """Seconds that 95 % stay under, of how many, until what; None where there are too few to say."""
        if self.steady_95 is not None and self.steadied >= FEW:
            return self.steady_95, self.steadied, "their latency was steady"
        return (self.taking_95, self.started, "they took traffic") if self.started >= FEW else None


def start_times(taking: Mapping[str, float], steady: Mapping[str, float]) -> StartTimes | None:
    """From the seconds of each instance; None where there is none."""
    if not taking:
        return None
    starts = StartTimes(len(taking), median(taking.values()), percentile_95(taking.values()))
    if not steady:
        return starts
    return StartTimes(starts.started, starts.taking_median, starts.taking_95, len(steady), median(steady.values()),
                      percentile_95(steady.values()))


def percentile_95(seconds: Iterable[float]) -> float:
    """The least of them that 95 % do not exceed."""
    ordered = sorted(seconds)
    return ordered[ceil(0.95 * len(ordered)) - 1]


def first_served(requests: Sequence[float]) -> int | None:
    """The first point in which the instance answered a request."""
    return next((point for point, value in enumerate(requests) if isfinite(value) and value > 0), None)


def level(latencies: Sequence[Sequence[float]]) -> float | None:
    """The latency at which the instances of an ASG are: the median of all of them over the last third of the time."""
    last = [value for series in latencies for value in series[2 * len(series) // 3:] if isfinite(value)]
    return median(last) if last else None


def settled(latency: Sequence[float], at: float) -> int | None:
    """The first point from which an instance's latency is at the level `at`; None where it was not by the end."""
    known = [(point, value) for point, value in enumerate(latency) if isfinite(value)]
    for first in range(len(known) - STEADY_POINTS + 1):
        if median(value for _, value in known[first:first + STEADY_POINTS]) <= at * (1 + STEADY_PERCENT / 100):
            return known[first][0]
    return None
