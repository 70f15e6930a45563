"""What comparing gives, and the arithmetic that all kinds of metric share. Arrays have one entry for each metric."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

MEAN, TOTAL, OFTEN = "mean", "total", "often"
SURE_RATIO = 0.01      # nothing is known more exactly than this, relative


@dataclass(frozen=True)
class Comparison:
    """One entry for each metric; NaN where there is nothing to compare. `error` is the one of log(ratio)."""

    ratio: np.ndarray
    error: np.ndarray
    hot: np.ndarray
    cold: np.ndarray
    canary: np.ndarray       # mean, total of events, or points above zero
    baseline: np.ndarray
    unit: np.ndarray         # what the two above are: MEAN, TOTAL or OFTEN
    able: np.ndarray         # false where even all events on one side would prove nothing

    @classmethod
    def empty(cls, metrics: int) -> "Comparison":
        return cls(*(np.full(metrics, np.nan) for _ in range(6)), np.full(metrics, MEAN, dtype=object),
                   np.zeros(metrics, dtype=bool))

    def put(self, where: np.ndarray, other: "Comparison") -> None:
        for name in ("ratio", "error", "hot", "cold", "canary", "baseline", "unit", "able"):
            getattr(self, name)[where] = getattr(other, name)


def means_of(metrics: int) -> tuple[np.ndarray, np.ndarray]:
    """`unit` and `able` of metrics that are compared by their means."""
    return np.full(metrics, MEAN, dtype=object), np.ones(metrics, dtype=bool)


def centred(values: np.ndarray, there: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Without the mean of what is there; gaps become zero."""
    return np.where(there, values - (values.sum(axis=1) / np.maximum(n, 1))[:, None], 0.0)


def sides(value: np.ndarray, tolerance: np.ndarray | float, error: np.ndarray,
           freedom: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One-sided p-values of Student's t: above the tolerance, and below its negative."""
    return stdtr(freedom, (tolerance - value) / error), stdtr(freedom, (value + tolerance) / error)
