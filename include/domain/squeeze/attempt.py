"""One step of a squeeze under way: which points of the metric store are its own, and what they come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil, isfinite

from include.domain.squeeze.limits import Limits, Point, Seen, beyond, far_beyond, lags, mean, seen
from include.domain.squeeze.sweet_spot import Tried

SETTLES = 1         # whole points after a change of weights that are not the new load's alone
LATE = 5            # points that the metric store may come later than now
LEAST_POINTS = 3    # of one step


@dataclass(frozen=True)
class Sample:
    """The same point of the metric store for the squeezed instance and for prod."""

    at: datetime
    side: Point
    main: Point


@dataclass(frozen=True)
class Attempt:
    """`share` and `main_share` of the region's traffic go to the instance and to prod since `changed_at`. `points` of
    so many `step_seconds` are measured. `asked_rps` is what was meant."""

    side: str
    asked_rps: float
    share: float
    main_share: float
    changed_at: datetime
    step_seconds: int
    points: int

    @property
    def since(self) -> datetime:
        """The beginning of the first point that counts: the store's points lie on whole multiples of its step."""
        first = ceil(self.changed_at.timestamp() / self.step_seconds) + SETTLES
        return datetime.fromtimestamp(first * self.step_seconds, UTC)

    @property
    def until(self) -> datetime:
        return self.since + self.points * self._step

    @property
    def _step(self) -> timedelta:
        return timedelta(seconds=self.step_seconds)

    def of(self, samples: Sequence[Sample]) -> list[Sample]:
        """Those that count and are there, for both."""
        return [sample for sample in samples if self.since <= sample.at < self.until
                and isfinite(sample.side.requests) and isfinite(sample.main.requests)]

    def region_rps(self, samples: Sequence[Sample]) -> float:
        """What the region is asked for, by what prod carries of it; NaN where that was not measured. The squeezed
        instance cannot tell: what waits there is in nobody's count."""
        return mean([sample.main.requests for sample in self.of(samples)]) / self.main_share

    def came_to(self, samples: Sequence[Sample], now: datetime, limits: Limits, broken: str = "") -> Tried | None:
        """What the step came to; None where it goes on. It ends early where it is far beyond, or `broken`."""
        mine = self.of(samples)
        points = [sample.side for sample in mine]
        stopped = broken or far_beyond(points, self.points, self.step_seconds, limits)
        if not stopped and not self._is_over(mine, now):
            return None
        found = seen(points, self.step_seconds)
        offered = self.region_rps(samples) * self.share
        offered = offered if isfinite(offered) else self.asked_rps
        why = stopped or beyond(found, limits) or self._behind(offered, found)
        return Tried(self.side, offered, found.rps if mine else 0.0, _known(found.p99_ms), found.error_percent,
                     _known(found.cpu_percent), self.since, self.since + len(mine) * self._step, not why,
                     f"{why}; the traffic went back at once" if stopped else why)

    def _behind(self, offered: float, found: Seen) -> str:
        """What an instance does not answer at all is in no metric of it."""
        if not lags(offered, found.rps, found.requests / found.rps if found.rps else 0.0):
            return ""
        return f"it answered {found.rps:.0f} of {offered:.0f} requests/s"

    def _is_over(self, mine: Sequence[Sample], now: datetime) -> bool:
        """All of it is there, or what is missing will not come."""
        return bool(mine and mine[-1].at + self._step >= self.until) or now >= self.until + LATE * self._step


def points_of(lasts: timedelta, step_seconds: int) -> int:
    """How many points of the metric store one step measures."""
    return max(LEAST_POINTS, round(lasts.total_seconds() / step_seconds))


def _known(value: float) -> float | None:
    return value if isfinite(value) else None
