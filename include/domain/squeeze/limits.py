"""The limits that one instance must stay inside, and what the points of one step of a squeeze say of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan, sqrt

SURE = 3.0          # standard errors that a share of failed requests must be beyond its limit by
LAGS = 0.08         # of the load: what throughput stays behind by where the instance is saturated
LEAST_SHARE = 1e-4  # what is allowed to fail is taken for this at least, or one failed request would be beyond chance


@dataclass(frozen=True)
class Limits:
    """What may be measured of the instance at most. Beyond `stop_ratio` times a limit the traffic goes back in the
    middle of a step. `cpu_percent` None is no guard, and then cpu is not needed."""

    latency_ms: float
    error_percent: float
    cpu_percent: float | None = None
    stop_ratio: float = 2


@dataclass(frozen=True)
class Point:
    """One point of the metric store: requests and errors per second, p99 and cpu; NaN where nothing was written."""

    requests: float
    errors: float = nan
    p99_ms: float = nan
    cpu_percent: float = nan


@dataclass(frozen=True)
class Seen:
    """What the points of a step come to: means, NaN where no point has it. Errors are a share of all `requests`."""

    rps: float
    p99_ms: float
    error_percent: float
    cpu_percent: float
    requests: float


def seen(points: Sequence[Point], step_seconds: float) -> Seen:
    """The mean of p99s is what an alarm on them looks at: no p99 of all requests can be made of it."""
    rate, errors = mean([point.requests for point in points]), mean([point.errors for point in points])
    share = 100 * errors / rate if rate > 0 and isfinite(errors) else 0.0
    total = sum(point.requests for point in points if isfinite(point.requests)) * step_seconds
    return Seen(rate, mean([point.p99_ms for point in points]), share, mean([point.cpu_percent for point in points]),
                total)


def beyond(found: Seen, limits: Limits) -> str:
    """Why a step did not pass; empty where it did. What was not measured did not pass."""
    if not isfinite(found.rps) or found.rps <= 0:
        return "no request of it was measured"
    if not isfinite(found.p99_ms):
        return "its latency was not measured"
    if limits.cpu_percent is not None and not isfinite(found.cpu_percent):
        return "its cpu was not measured"
    return (_errors(found.error_percent, found.requests, limits.error_percent)
            or _latency(found.p99_ms, limits.latency_ms) or _cpu(found.cpu_percent, limits.cpu_percent))


def far_beyond(points: Sequence[Point], planned: int, step_seconds: float, limits: Limits) -> str:
    """Why the traffic must go back in the middle of a step; empty where it need not: the points that are there would be
    beyond `stop_ratio` times a limit even if nothing more went wrong until the step has all that are planned."""
    if not points:
        return ""
    now, share = seen(points, step_seconds), len(points) / max(planned, len(points))
    p99 = now.p99_ms * share if isfinite(now.p99_ms) else 0.0
    return (_errors(now.error_percent * share, now.requests / share, limits.error_percent * limits.stop_ratio)
            or _latency(p99, limits.latency_ms * limits.stop_ratio, now.p99_ms))


def lags(offered: float, carried: float, seconds: float, sure: float = SURE) -> bool:
    """Throughput stays behind the load: by `LAGS`, and by more than the chance of so many arrivals (Poisson)."""
    return seconds > 0 and offered - carried > max(LAGS * offered, sure * sqrt(offered / seconds))


def mean(values: Sequence[float]) -> float:
    """Of those that are there; NaN of none."""
    known = [value for value in values if isfinite(value)]
    return sum(known) / len(known) if known else nan


def _errors(percent: float, requests: float, allowed: float) -> str:
    """Beyond what is allowed and beyond chance: by `SURE` standard errors of a share of so many requests."""
    if not requests:
        return ""
    share = min(1.0, max(allowed / 100, LEAST_SHARE))
    if percent <= allowed + 100 * SURE * sqrt(share * (1 - share) / requests):
        return ""
    return f"{percent:.1f} % of {requests:.0f} requests failed, allowed {allowed:.1f} %"


def _latency(p99: float, allowed: float, shown: float | None = None) -> str:
    return f"p99 {p99 if shown is None else shown:.0f} ms, allowed {allowed:.0f} ms" if p99 > allowed else ""


def _cpu(percent: float, allowed: float | None) -> str:
    return f"cpu {percent:.0f} %, allowed {allowed:.0f} %" if allowed is not None and percent > allowed else ""
