"""One look at both sides: everything as arrays, before it is put in words.

Metrics are taken in the order of their names, so their order at the door changes nothing, not even the last bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from include.domain.metric_sources import MetricSource
from include.domain.scoring.evidence import TOLERANCE, UNKNOWN_TOLERANCE, Evidence, evidence
from include.domain.scoring.floors import Floor, Floors
from include.domain.scoring.labels import FALSE_ALARMS, Labels, labelled
from include.domain.scoring.measure import Measured, measure
from include.domain.scoring.rules import Worth, worth
from include.domain.scoring.series import NAMES
from include.domain.scoring.told import Told


@dataclass(frozen=True)
class Look:
    """What one look found, one entry for each of `names`, which are sorted."""

    names: list[str]
    worth: Worth
    measured: Measured
    floor: Floor
    evidence: Evidence
    labels: Labels

    def readings(self) -> Told:
        """The dearest first."""
        return Told(self.names, self.worth, self.measured, self.evidence, self.labels)


def look(names: Sequence[str], canary: np.ndarray, baseline: np.ndarray, source: MetricSource, floors: Floors,
         false_alarms: float = FALSE_ALARMS, unknown: float = UNKNOWN_TOLERANCE,
         only: tuple[int, ...] = tuple(range(len(NAMES))), enough: int = 1) -> Look:
    """`false_alarms` is the share of wrong ones among the metrics that are found different, `unknown` what is
    tolerated without a floor of `enough` readings, `only` the views that count."""
    canary, baseline = checked(names, canary), checked(names, baseline)
    order = sorted(range(len(names)), key=names.__getitem__)
    names = [names[row] for row in order]
    value = worth(names, source.rules)
    measured = measure(canary, baseline, value.kind, np.array(order, dtype=int))
    floor = floors.at(names, max(measured.points, 1) * source.step_seconds)
    found = evidence(measured, floor, TOLERANCE, unknown, only, enough)
    return Look(names, value, measured, floor, found, labelled(measured, found, value, false_alarms))


def checked(names: Sequence[str], values: np.ndarray) -> np.ndarray:
    """ValueError where the rows do not fit the names."""
    values = np.asarray(values)
    if values.ndim != 2 or len(values) != len(names):
        raise ValueError(f"{len(names)} metrics need as many rows, not an array of {values.shape}")
    return values
