"""What it costs that the canary has lost a metric: nobody knows any more whether that is well.

Metrics that vanish together have one cause (they were renamed, or whatever wrote them is gone), so together they cost
what the dearest of them costs: a critical or a high one stops the push, a hundred renamed normal ones do not.
"""

from dataclasses import replace

import numpy as np

from include.domain.scoring.gates import ALONE
from include.domain.scoring.labels import Labels
from include.domain.scoring.measure import Measured
from include.domain.scoring.rules import Worth

REGULAR = 0.5          # share of the points that the baseline has of it: what comes seldom may well stay away


def vanished(measured: Measured) -> np.ndarray:
    """Which metrics the baseline has regularly and the canary never."""
    regular = measured.n_baseline >= max(ALONE, REGULAR * measured.points)
    return (measured.n_canary == 0) & regular


def with_vanished(labels: Labels, measured: Measured, value: Worth) -> Labels:
    """The first of the dearest bears what all cost."""
    gone = np.flatnonzero(vanished(measured))
    if not len(gone):
        return labels
    points = labels.points.copy()
    cost = value.points()[gone]
    points[gone[cost.argmax()]] = cost.max()
    return replace(labels, points=points)
