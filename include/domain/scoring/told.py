"""Readings in words, from the arrays of the judge."""

from collections.abc import Sequence

import numpy as np

from include.domain.scoring.evidence import Evidence
from include.domain.scoring.gates import one_sided
from include.domain.scoring.labels import Labels
from include.domain.scoring.measure import Measured
from include.domain.scoring.readings import Reading, State
from include.domain.scoring.rules import Worth
from include.domain.scoring.sentences import one_sided as one_sided_sentence
from include.domain.scoring.sentences import sentence
from include.domain.scoring.series import LEVEL, NAMES
from include.domain.scoring.shapes import EVENTS, SELDOM

_ORDER = {"hot": 0, "cold": 0, "no data": 1, "noisy": 2, "same": 3}
_UNITS = {EVENTS: " in all", SELDOM: " points above zero"}


def told(names: Sequence[str], value: Worth, measured: Measured, found: Evidence,
         labels: Labels) -> tuple[Reading, ...]:
    """A reading for each metric: the dearest first, then what differs, then in the order of `names`."""
    ratio, low, high = (_nothing(side) for side in _interval(measured, found))
    units = [_UNITS.get(shape, "") for shape in measured.shape.tolist()]
    views = np.where(labels.state == State.HOT, found.hot_view, found.cold_view).tolist()
    states = labels.state.tolist()
    columns = (names, states, ratio, measured.canary.tolist(),
               measured.baseline.tolist(), units, found.allowed.tolist(), [NAMES[view] for view in views])
    sentences = [sentence(*row) for row in zip(*columns, strict=True)]
    for row in np.flatnonzero(one_sided(measured)):
        sentences[row] = one_sided_sentence(names[row], measured.n_canary[row], measured.n_baseline[row])
    readings = list(map(Reading._make, zip(
        names, states, value.tier, value.group, value.direction, ratio, labels.points.tolist(), sentences, low, high,
        _nothing(measured.canary), _nothing(measured.baseline), strict=True)))
    rank = np.array([_ORDER[state] for state in states])
    return tuple(readings[row] for row in np.lexsort((rank, -labels.points)))


def _interval(measured: Measured, found: Evidence) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ratio of the means, and where it lies with 95 %: Student's quantile as 1.96 + 2.37 / freedom."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        positive = (measured.canary > 0) & (measured.baseline > 0)
        ratio = np.where(positive, measured.canary / measured.baseline, np.nan)
        reach = np.exp((1.96 + 2.37 / found.freedom) * found.error)
        ratio = np.where(np.isfinite(measured.value[LEVEL]), ratio, np.nan)
        return ratio, ratio / reach, ratio * reach


def _nothing(values: np.ndarray) -> list[float | None]:
    """As Python's numbers, to four digits behind the point where they are near one."""
    rounded = np.where(np.abs(values) < 1e6, values, np.nan)
    small = np.abs(values) < 1e-2
    return [None if value != value else value
            for value in np.where(np.isfinite(rounded) & ~small, np.round(rounded, 4), values).tolist()]
