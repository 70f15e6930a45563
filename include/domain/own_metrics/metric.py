"""What Serin measures on itself, as data: one metric, and one value of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

# What Airflow, StatsD with its tags, and Prometheus all take in the value of a label.
NOT_IN_A_LABEL = re.compile(r"[^A-Za-z0-9_./-]")
PREFIX = "serin"
NONE = "none"       # a label without a value: StatsD's tags know no empty ones


class Kind(StrEnum):
    COUNTER = "counter"
    GAUGE = "gauge"
    TIMER = "timer"


@dataclass(frozen=True)
class Metric:
    """`values` are all that a label may have, where that is known: a counter with all of its own known begins at 0 when
    a push begins, so that the first one of a rare thing is seen as an increase.

    `buckets` are a timer's, in seconds. `forgotten_after`, as in "2h": a gauge that nobody sets any more, because what
    set it is gone without a word.
    """

    name: str
    kind: Kind
    unit: str
    labels: tuple[str, ...]
    means: str
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    buckets: tuple[float, ...] = ()
    forgotten_after: str = ""

    @property
    def told_as(self) -> str:
        """Its name in Airflow's Stats."""
        return f"{PREFIX}.{self.name}"

    @property
    def seen_as(self) -> str:
        """Its name in Prometheus."""
        ending = {Kind.COUNTER: "_total", Kind.TIMER: "_seconds"}.get(self.kind, "")
        return f"{PREFIX}_{self.name.replace('.', '_')}{ending}"

    def of(self, value: float, **labels: str) -> "Measured":
        """TypeError where the labels are not those that are declared."""
        if set(labels) != set(self.labels):
            raise TypeError(f"{self.told_as} has the labels {', '.join(self.labels)}, not {', '.join(labels)}")
        return Measured(self, value, {name: as_label(labels[name]) for name in self.labels})


@dataclass(frozen=True)
class Measured:
    """A count to add, a gauge's value, or a timer's seconds."""

    metric: Metric
    value: float
    labels: Mapping[str, str]


def as_label(text: str) -> str:
    return NOT_IN_A_LABEL.sub("_", text)[:120] or NONE
