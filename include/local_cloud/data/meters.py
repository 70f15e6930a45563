"""The metrics of one ASG: counted from its requests and its instances, taken once a second.

Names are a fixed list, so that a second is a few flat rows of numbers and no text.
"""

from collections.abc import Iterator
from math import ceil

from include.local_cloud.data.calls import CALLS, UNKNOWN

KINDS = ("requests", "status_2xx", "status_4xx", "status_5xx")
PERCENTILES = (("mean", 0.0), ("p50", 0.5), ("p90", 0.9), ("p99", 0.99))
INSTANCE_NAMES = ("cpu.percent", "memory.mb", "threads.busy", "threads.queued", "connections.open", "gc.collections",
                  "gc.pause_ms", "instances.restarts")

COUNT_NAMES = tuple(f"{kind}.{endpoint}.{device}" for kind in KINDS for endpoint, device in CALLS)
LATENCY_NAMES = tuple(f"latency_ms.{endpoint}.{device}.{part}" for endpoint, device in CALLS for part, _ in PERCENTILES)
ALL_LATENCY_NAMES = tuple(f"latency_ms.all.{part}" for part, _ in PERCENTILES)
GROUP_NAMES = ("requests.all", "errors.all", "instances.running", "instances.healthy")
NAMES = COUNT_NAMES + LATENCY_NAMES + ALL_LATENCY_NAMES + GROUP_NAMES + INSTANCE_NAMES
NUMBERS = {name: number for number, name in enumerate(NAMES)}

_FIRST_LATENCY = len(COUNT_NAMES)
_FIRST_ALL = _FIRST_LATENCY + len(LATENCY_NAMES)
_FIRST_GROUP = _FIRST_ALL + len(ALL_LATENCY_NAMES)


class Meter:
    """Counts one ASG's requests until `take`."""

    def __init__(self):
        self.served = self.failed = 0
        self._reset()

    def _reset(self) -> None:
        self._counts = [0] * len(COUNT_NAMES)
        self._latencies: dict[int, list[float]] = {}
        self._all: list[float] = []
        self._requests = self._errors = 0

    def count(self, call: int, status: int, milliseconds: float) -> None:
        """One request that this ASG was given; status 500 and above is an error, and has no latency."""
        failed = status >= 500
        self._requests += 1
        self._errors += failed
        self.served += 1
        self.failed += failed
        if not failed:
            self._all.append(milliseconds)
        if call == UNKNOWN:
            return
        kind = 3 if failed else 2 if status >= 400 else 1
        self._counts[call] += 1
        self._counts[call + kind * len(CALLS)] += 1
        if not failed:
            self._latencies.setdefault(call, []).append(milliseconds)

    def take(self, running: int, healthy: int, instances: list[dict[str, float]]) -> "Second":
        """What was counted since the last time, with the averages over its instances."""
        second = Second(self._counts, self._latencies, self._all,
                        (self._requests, self._errors, running, healthy),
                        [sum(one[name] for one in instances) / len(instances) for name in INSTANCE_NAMES]
                        if instances else [])
        self._reset()
        return second


class Second:
    """One second of one ASG. A latency without a request, and an average without an instance, has no value.
    `instances` has what each of them did: (number of the name, value), by its id."""

    def __init__(self, counts: list[int], latencies: dict[int, list[float]], everything: list[float],
                 group: tuple[int, ...], averages: list[float]):
        self.counts, self._latencies, self._all = counts, latencies, everything
        self.group, self.averages = group, averages
        self.instances: dict[str, list[tuple[int, float]]] = {}
        self.p99 = percentiles(everything)[3] if everything else None

    def load(self) -> dict[str, float]:
        """What target tracking follows: requests a minute per instance, and cpu."""
        requests, _, running, _ = self.group
        return {"requests_per_target": requests * 60 / running, "cpu_percent": self.averages[0]}

    def values(self) -> Iterator[tuple[int, float]]:
        """(number of the name, value)."""
        yield from enumerate(self.counts)
        for call, values in self._latencies.items():
            yield from enumerate(percentiles(values), _FIRST_LATENCY + call * len(PERCENTILES))
        if self._all:
            yield from enumerate(percentiles(self._all), _FIRST_ALL)
        yield from enumerate((*self.group, *self.averages), _FIRST_GROUP)


def percentiles(values: list[float]) -> tuple[float, float, float, float]:
    """Mean, p50, p90, p99: the smallest value that so many per cent do not exceed."""
    ordered = sorted(values)
    count = len(ordered)
    return (sum(ordered) / count, *(ordered[max(0, ceil(count * share) - 1)] for _, share in PERCENTILES[1:]))
