"""Instances that carry exactly so much, and a squeeze of one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from include.domain.squeeze.found import Found
from include.domain.squeeze.limits import Limits
from include.domain.squeeze.search import search
from include.domain.squeeze.sweet_spot import Tried

BEGAN = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
STEP = timedelta(seconds=10)
LIMITS = Limits(latency_ms=200, error_percent=1)
KNEE = 0.9          # of its capacity: up to here it is inside its limits

Instance = Callable[[float, int], Tried]


def ideal(capacity: float) -> Instance:
    """Answers all up to its capacity and no more; inside its limits up to the knee."""
    def carry(offered: float, number: int) -> Tried:
        since = BEGAN + 2 * STEP * number
        p99 = 50.0 if offered <= KNEE * capacity else 400.0
        return Tried("canary", offered, min(offered, capacity), p99, 0.0, min(100.0, 100 * offered / capacity), since,
                     since + STEP, p99 < LIMITS.latency_ms)
    return carry


def squeezed(instance: Instance, start: float, most: float) -> tuple[Found, list[Tried]]:
    """What the search finds, and all that it tried."""
    searching, tried = search(start, most, LIMITS), []
    offered = next(searching)
    while True:
        tried.append(instance(offered, len(tried)))
        try:
            offered = searching.send(tried[-1])
        except StopIteration as stop:
            return stop.value, tried
