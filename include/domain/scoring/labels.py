"""Hot, cold, same, noisy, no data: false-discovery control over all metrics, weighted by importance."""

from dataclasses import dataclass

import numpy as np

from include.domain.scoring.evidence import Evidence
from include.domain.scoring.many import discovered
from include.domain.scoring.measure import Measured
from include.domain.scoring.readings import State
from include.domain.scoring.rules import Worth

FALSE_ALARMS = 0.04    # of the metrics that are found different, this share may be alike
NOISY = 0.5            # a metric that could not have shown a change of half again is noisy


@dataclass(frozen=True)
class Labels:
    """One entry for each metric: its state, and what it takes off the score."""

    state: np.ndarray
    points: np.ndarray


def labelled(measured: Measured, found: Evidence, value: Worth, false_alarms: float = FALSE_ALARMS) -> Labels:
    """`costs` is what differs on its bad side; what differs on the other is only said."""
    trust = value.trust()
    costs = discovered(worse(found, value), trust, false_alarms)
    differs = costs | discovered(either(found), trust, false_alarms)
    with np.errstate(invalid="ignore"):
        noisy = np.log1p(found.tolerance) + 3 * found.error > np.log1p(NOISY)
        state = np.select([~np.isfinite(found.hot), differs & (found.hot <= found.cold), differs,
                           noisy & ((measured.canary != 0) | (measured.baseline != 0))],
                          [State.NO_DATA, State.HOT, State.COLD, State.NOISY], State.SAME)
    return Labels(state, np.where(costs, value.points(), 0.0))


def worse(found: Evidence, value: Worth) -> np.ndarray:
    """The p-value of the side that is bad for each metric; NaN where there is nothing to test."""
    chosen = np.select([value.direction == "higher", value.direction == "lower"], [found.hot, found.cold],
                       either(found))
    return np.where(found.able, chosen, np.nan)


def either(found: Evidence) -> np.ndarray:
    return np.where(found.able, np.minimum(1.0, 2 * np.fmin(found.hot, found.cold)), np.nan)
