"""The in-memory twin of `Metrics`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import ceil

import numpy as np

from include.ports import InstanceTable, MetricTable

Rows = dict[str, dict[str, dict[int, float]]]      # by ASG or instance, then name, then second


class InMemoryMetrics:
    """The metric store of one region: a value per ASG, name and second, and per instance where a test writes those; a
    bin is the mean of its seconds."""

    def __init__(self, step_seconds: int = 1):
        self.step_seconds = step_seconds
        self.blind = False      # nothing that is written arrives
        self.rows: Rows = {}
        self.instances: dict[str, Rows] = {}

    def write(self, asg: str, at: datetime, values: dict[str, float], instance: str = "") -> None:
        if self.blind:
            return
        rows, key = (self.instances.setdefault(asg, {}), instance) if instance else (self.rows, asg)
        names = rows.setdefault(key, {})
        for name, value in values.items():
            names.setdefault(name, {})[int(at.timestamp())] = value

    def read(self, asgs: Sequence[str], since: datetime, until: datetime,
             names: Sequence[str] | None = None) -> MetricTable:
        return self._read(self.rows, asgs, since, until, names)

    def read_instances(self, asg: str, since: datetime, until: datetime, names: Sequence[str] | None = None,
                       most: int = 16) -> InstanceTable:
        rows = self.instances.get(asg, {})
        last = [instance for instance, metrics in rows.items()
                if any(until.timestamp() - 10 * self.step_seconds <= second < until.timestamp()
                       for values in metrics.values() for second in values)]
        table = self._read(rows, sorted(last)[:most], since, until, names)
        return InstanceTable(asg, table.asgs, table.names, table.since, table.step_seconds, table.values)

    def _read(self, rows: Rows, asgs: Sequence[str], since: datetime, until: datetime,
              names: Sequence[str] | None) -> MetricTable:
        step = self.step_seconds
        first = int(since.timestamp()) // step * step
        bins = max(0, ceil((until.timestamp() - first) / step))
        seconds = range(first, first + bins * step)
        if names is None:
            names = sorted({name for asg in asgs for name, values in rows.get(asg, {}).items()
                            if any(second in values for second in seconds)})
        values = np.full((len(asgs), len(names), bins), np.nan)
        for a, asg in enumerate(asgs):
            for n, name in enumerate(names):
                there = rows.get(asg, {}).get(name, {})
                for b in range(bins):
                    found = [there[s] for s in range(first + b * step, first + (b + 1) * step)
                             if s in there and s < until.timestamp()]
                    if found:
                        values[a, n, b] = sum(found) / len(found)
        return MetricTable(tuple(asgs), tuple(names), datetime.fromtimestamp(first, UTC), step, values)


