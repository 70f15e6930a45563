"""The bins of one read, and the values that are put on them. Every kind has the same: whole multiples of the step."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Any

import numpy as np

from include.domain.errors import BadInput
from include.ports import InstanceTable, MetricTable

LISTED_POINTS = 10     # at the end of a read: an instance that wrote nothing in them is gone


def listed_from(first: int, end: int, step: int) -> int:
    """From when on an instance must have written to be there at the end of a read."""
    return max(first, end - LISTED_POINTS * step)


def of_instances(asg: str, table: MetricTable) -> InstanceTable:
    """A table whose ASGs are the instances of this one; those without any value are left out."""
    there = np.isfinite(table.values).any(axis=(1, 2))
    instances = tuple(instance for instance, has in zip(table.asgs, there, strict=True) if has)
    return InstanceTable(asg, instances, table.names, table.since, table.step_seconds, table.values[there])


class Grid:
    """`bins` reach over `until`; `whole` of them are over by then, and by `settled`, where a store has all until then
    only. Stores that answer with whole bins are asked for those only: half a minute's requests, taken for a minute's,
    would be half the load."""

    def __init__(self, asgs: Sequence[str], since: datetime, until: datetime, step: int,
                 settled: datetime | None = None) -> None:
        self.asgs, self.step = tuple(asgs), step
        self.first = int(since.timestamp()) // step * step
        self.bins = max(0, ceil((until.timestamp() - self.first) / step))
        over = until if settled is None else min(until, settled)
        self.whole = max(0, int((over.timestamp() - self.first) // step))
        self._rows: dict[tuple[str, str], tuple[Any, str]] = {}

    def put(self, asg: str, name: str, origin: str, times: Any, values: Any) -> None:
        """Values at these epoch seconds; what is no number stays a gap. `origin` is what the store calls it: two of
        one name are refused."""
        times, values = np.asarray(times, np.float64), np.asarray(values, np.float64)
        place = np.floor((times - self.first) / self.step).astype(np.int64)
        good = (place >= 0) & (place < self.whole) & np.isfinite(values)
        if not good.any():
            return
        row, known = self._rows.setdefault((asg, name), (np.full(self.bins, np.nan), origin))
        if known != origin:
            raise BadInput(f"metrics.series: {known} and {origin} would both be called {name!r} of {asg}")
        row[place[good]] = values[good]

    def table(self, names: Sequence[str] | None) -> MetricTable:
        """`names` None: all that have a value."""
        found = sorted({name for _, name in self._rows}) if names is None else list(dict.fromkeys(names))
        values = np.full((len(self.asgs), len(found), self.bins), np.nan)
        places = {name: at for at, name in enumerate(found)}
        for at, asg in enumerate(self.asgs):
            for name, place in places.items():
                if (asg, name) in self._rows:
                    values[at, place] = self._rows[asg, name][0]
        return MetricTable(self.asgs, tuple(found), datetime.fromtimestamp(self.first, UTC), self.step, values)
