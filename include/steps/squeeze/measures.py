"""What is measured of a live squeeze, and over how long: in whole points of the metric store."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from include.domain.squeeze.attempt import LATE, SETTLES, Attempt, Sample, points_of
from include.domain.squeeze.limits import Limits, Seen
from include.steps.squeeze.here import Here
from include.steps.squeeze.running import Squeezing

RECOVERS = 10       # points at most that an instance is given to work off what waited


def begun(here: Here, side: str, asked: float, share: float, main_share: float,
          since: datetime | None = None) -> Attempt:
    """A step that begins now."""
    step = here.service.metrics.step_seconds
    points = points_of(here.service.lasts(minutes=here.service.squeeze.step_minutes), step)
    return Attempt(side, asked, share, main_share, since or here.look.now, step, points)


def look_back(here: Here) -> datetime:
    """Since when points may be of a step that is under way, or of the recovery before it."""
    attempt = begun(here, "", 0.0, 1.0, 1.0)
    points = attempt.points + LATE + SETTLES + RECOVERS
    return here.look.now - timedelta(seconds=points * attempt.step_seconds)


def recovered(here: Here, squeezing: Squeezing, seen_now: Sequence[Sample]) -> bool:
    """What waited at the instance is worked off: its latency is inside the limit again."""
    if squeezing.rests_since is None:
        return True
    rest = begun(here, squeezing.side, 0.0, 1.0, 1.0, squeezing.rests_since)
    if here.look.now >= rest.since + timedelta(seconds=RECOVERS * rest.step_seconds):
        return True
    return any(sample.side.p99_ms <= squeezing.limits.latency_ms for sample in seen_now if sample.at >= rest.since)


def limits_of(here: Here, prod: Seen) -> tuple[Limits, Limits]:
    """Of the squeezed instance, and of everyone else."""
    settings = here.service.squeeze
    others = Limits(prod.p99_ms * settings.max_latency_ratio, prod.error_percent + settings.max_error_percent)
    return replace(others, latency_ms=settings.max_latency_ms or others.latency_ms, stop_ratio=settings.stop_ratio,
                   cpu_percent=settings.max_cpu_percent), others
