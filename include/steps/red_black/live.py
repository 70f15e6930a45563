"""What prod traffic says now: rates and latency of ASGs, read from the metric store."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import isfinite, nan

from include.domain.looks import Look
from include.domain.red_black.live import Rates, live_rates
from include.domain.service import Service
from include.ports import Metrics, MetricTable

LOOK_BACK = 60    # steps of the metric store that the latest numbers are taken from
NOW = 15          # steps that "at this moment" lasts


def look_back(service: Service) -> timedelta:
    """How far back the latest numbers go."""
    return timedelta(seconds=LOOK_BACK * service.metrics.step_seconds)


def rates(asgs: Sequence[str], since: datetime, until: datetime, service: Service, metrics: Metrics) -> list[Rates]:
    """Requests, errors and latency of each ASG between two instants."""
    source = service.metrics
    table = metrics.read(asgs, since, until, [source.requests, source.errors, source.latency])
    seconds = table.step_seconds
    return [live_rates([seconds * value for value in _series(table, asg, source.requests)],
                       [seconds * value for value in _series(table, asg, source.errors)],
                       _series(table, asg, source.latency)) for asg in asgs]


def measured_rps(asgs: Sequence[str], look: Look, service: Service, metrics: Metrics,
                 besides: Sequence[str] = ()) -> float:
    """Requests per second of all these ASGs together at this moment; NaN where one of them was not measured, or
    where the service declares that nothing is.

    `besides` are ASGs that may take some of it: they count where they were measured. Points at which all were measured
    count, if there are any: traffic that moves from one ASG to the other is not counted twice.
    """
    if not asgs or not service.red_black.compare:
        return nan
    since, name = look.now - timedelta(seconds=NOW * service.metrics.step_seconds), service.metrics.requests
    table = metrics.read([*asgs, *besides], since, look.now, [name])
    seen = [_series(table, asg, name) for asg in asgs]
    partly = [_series(table, asg, name) for asg in besides]
    together = [sum(at) + sum(value for series in partly for value in series[point:point + 1] if isfinite(value))
                for point, at in enumerate(zip(*seen, strict=False)) if all(map(isfinite, at))]
    return _mean(together) if together else sum(map(_mean, seen))


def _series(table: MetricTable, asg: str, name: str) -> list[float]:
    if asg not in table.asgs or name not in table.names:
        return []
    return [float(value) for value in table.values[table.asgs.index(asg), table.names.index(name)]]


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if isfinite(value)]
    return sum(known) / len(known) if known else nan


def spoken(asg: str, seen: Rates) -> str:
    """`api-prod-v042 fails 0.10 % of 512 requests at 80 ms`."""
    if not seen.requests:
        return f"no request of {asg} was measured yet"
    latency = f" at {seen.latency_ms:.0f} ms" if seen.latency_ms else ""
    return f"{asg} fails {seen.error_percent:.2f} % of {seen.requests:.0f} requests{latency}"
