"""Canary against baseline, metric by metric, all at once: how much they differ, and how surely more than is allowed.

Both share load and points in time, so whatever is dense is paired by point. Four kinds of metric:
- dense:  numbers at most points: level, typical ratio, trend and tail, with variances that know that points are alike
- events: few whole numbers a point: the total is split like a coin, over-dispersion kept
- seldom: mostly zeros, not whole: how often it is above zero, as events
- sparse: numbers at a few points (a latency of a rare request): the two means of the logarithm

p-values are one-sided, for "beyond the tolerance": `hot` for a canary that is higher, `cold` for one that is lower.
"""

import numpy as np

from include.domain.scoring.comparison import SURE_RATIO, Comparison, centred, means_of, sides
from include.domain.scoring.dense import dense
from include.domain.scoring.events import events, seldom

FEW_EVENTS = 10.0      # canary and baseline together, a point: under it whole numbers are events
LEAST_POINTS = 6       # on each side, for anything but events


def compare(canary: np.ndarray, baseline: np.ndarray, tolerance: float, step_seconds: int = 1) -> Comparison:
    """`canary` and `baseline` are (metrics × points), NaN for gaps; a ratio from 1/(1 + `tolerance`) to
    1 + `tolerance` is alike. Counts come per second, as means over a point of `step_seconds`."""
    result = Comparison.empty(len(canary))
    there_c, there_b = np.isfinite(canary), np.isfinite(baseline)
    n_c, n_b = there_c.sum(axis=1), there_b.sum(axis=1)
    both = (there_c & there_b).sum(axis=1)
    c, b = np.where(there_c, canary, 0.0), np.where(there_b, baseline, 0.0)

    level = c.sum(axis=1) / np.maximum(n_c, 1) + b.sum(axis=1) / np.maximum(n_b, 1)
    whole = (_whole(c * step_seconds) & _whole(b * step_seconds)).all(axis=1)
    zeros = ((c == 0) & there_c).sum(axis=1) + ((b == 0) & there_b).sum(axis=1)
    measured = (n_c > 0) & (n_b > 0)
    paired = both >= np.maximum(LEAST_POINTS, 0.5 * np.maximum(n_c, n_b))

    few = measured & paired & whole & (level * step_seconds < FEW_EVENTS)
    rare = measured & paired & ~few & (zeros > 0.5 * (n_c + n_b))
    apart = measured & ~paired & (np.minimum(n_c, n_b) >= LEAST_POINTS)
    for kind, where, scale in ((events, few, step_seconds), (seldom, rare, 1),
                               (dense, measured & paired & ~few & ~rare, 1), (_sparse, apart, 1)):
        if where.any():
            result.put(where, kind(c[where] * scale, b[where] * scale, there_c[where], there_b[where], tolerance))
    return result


def _whole(values: np.ndarray) -> np.ndarray:
    return (values >= 0) & (np.abs(values - np.rint(values)) < 1e-6)


def _sparse(c: np.ndarray, b: np.ndarray, there_c: np.ndarray, there_b: np.ndarray, tolerance: float) -> Comparison:
    """Points far apart are taken as independent: Welch's test on logarithms."""
    floor = 1e-9 + 0.001 * (np.abs(c) + np.abs(b)).max(axis=1, keepdims=True)
    logs = [(np.where(there, np.log(np.maximum(values, 0) + floor), 0.0), there, there.sum(axis=1))
             for values, there in ((c, there_c), (b, there_b))]
    (mean_c, vary_c, n_c), (mean_b, vary_b, n_b) = ((v.sum(axis=1) / n, (centred(v, t, n)**2).sum(axis=1) / (n - 1), n)
                                                    for v, t, n in logs)
    squared = vary_c / n_c + vary_b / n_b + SURE_RATIO**2
    freedom = squared**2 / ((vary_c / n_c)**2 / (n_c - 1) + (vary_b / n_b)**2 / (n_b - 1) + 1e-12)
    freedom = np.clip(freedom, 3, n_c + n_b - 2)
    hot, cold = sides(mean_c - mean_b, np.log1p(tolerance), np.sqrt(squared), freedom)
    return Comparison(np.exp(mean_c - mean_b), np.sqrt(squared), hot, cold, c.sum(axis=1) / n_c, b.sum(axis=1) / n_b,
                      *means_of(len(c)))
