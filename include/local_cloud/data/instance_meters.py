"""The metrics of one instance: few of its ASG's thousand, for a row each second costs a small machine too much."""

from collections.abc import Mapping

from include.local_cloud.data.meters import ALL_LATENCY_NAMES, INSTANCE_NAMES, NUMBERS, percentiles

Row = tuple[int, float]

_REQUESTS, _ERRORS = NUMBERS["requests.all"], NUMBERS["errors.all"]
_LATENCIES = tuple(NUMBERS[name] for name in ALL_LATENCY_NAMES)
_OWN = tuple((NUMBERS[name], name) for name in INSTANCE_NAMES)


class InstanceMeter:
    """Counts one instance's requests until `take`."""

    def __init__(self):
        self._requests = self._errors = 0
        self._latencies: list[float] = []

    def count(self, status: int, milliseconds: float) -> None:
        self._requests += 1
        if status >= 500:
            self._errors += 1
        else:
            self._latencies.append(milliseconds)

    def take(self, sample: Mapping[str, float]) -> list[Row]:
        """(number of the name, value) of what was counted since the last time, with the instance's own `sample`."""
        rows = [(_REQUESTS, self._requests), (_ERRORS, self._errors)]
        rows += [(number, sample[name]) for number, name in _OWN]
        if self._latencies:
            rows += zip(_LATENCIES, percentiles(self._latencies), strict=True)
        self._requests, self._errors, self._latencies = 0, 0, []
        return rows
