"""The in-memory twin of `Metrics`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import ceil

import numpy as np

from include.ports import MetricTable


class InMemoryMetrics:
    """The metric store of one region: a value per ASG, name and second; a bin is the mean of its seconds."""

    def __init__(self, step_seconds: int = 1):
        self.step_seconds = step_seconds
        self.rows: dict[str, dict[str, dict[int, float]]] = {}

    def write(self, asg: str, at: datetime, values: dict[str, float]) -> None:
        names = self.rows.setdefault(asg, {})
        for name, value in values.items():
            names.setdefault(name, {})[int(at.timestamp())] = value

    def read(self, asgs: Sequence[str], since: datetime, until: datetime,
             names: Sequence[str] | None = None) -> MetricTable:
        step = self.step_seconds
        first = int(since.timestamp()) // step * step
        bins = max(0, ceil((until.timestamp() - first) / step))
        seconds = range(first, first + bins * step)
        if names is None:
            names = sorted({name for asg in asgs for name, values in self.rows.get(asg, {}).items()
                            if any(second in values for second in seconds)})
        values = np.full((len(asgs), len(names), bins), np.nan)
        for a, asg in enumerate(asgs):
            for n, name in enumerate(names):
                there = self.rows.get(asg, {}).get(name, {})
                for b in range(bins):
                    found = [there[s] for s in range(first + b * step, first + (b + 1) * step)
                             if s in there and s < until.timestamp()]
                    if found:
                        values[a, n, b] = sum(found) / len(found)
        return MetricTable(tuple(asgs), tuple(names), datetime.fromtimestamp(first, UTC), step, values)


