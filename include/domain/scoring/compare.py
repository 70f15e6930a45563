"""Canary against baseline, metric by metric, all at once: how much they differ, and how surely more than is allowed.

Both share load and points in time, so whatever is dense is paired by point. Four kinds of metric:
- dense:  numbers at most points: level, typical ratio and trend, with variances that know that points are alike
- events: few whole numbers a point: the total is split like a coin, over-dispersion kept
- seldom: mostly zeros, not whole: how often it is above zero, as events
- sparse: numbers at a few points (a latency of a rare request): the two means of the logarithm

p-values are one-sided, for "beyond the tolerance": `hot` for a canary that is higher, `cold` for one that is lower.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import betainc, stdtr

from include.domain.scoring.long_run import long_run_variance, shared
from include.domain.scoring.many import cauchy

FEW_EVENTS = 10.0      # canary and baseline together, a point: under it whole numbers are events
LEAST_POINTS = 6       # on each side, for anything but events
VIEWS = np.array([0.45, 0.35, 0.2])    # level, typical ratio, trend
PROOF = 0.01           # events that could not reach this p-value, however they fell, are not tested (Tarone 1990)
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

    events = measured & paired & whole & (level * step_seconds < FEW_EVENTS)
    seldom = measured & paired & ~events & (zeros > 0.5 * (n_c + n_b))
    dense = measured & paired & ~events & ~seldom
    sparse = measured & ~paired & (np.minimum(n_c, n_b) >= LEAST_POINTS)
    for kind, where, scale in ((_events, events, step_seconds), (_seldom, seldom, 1), (_dense, dense, 1),
                               (_sparse, sparse, 1)):
        if where.any():
            result.put(where, kind(c[where] * scale, b[where] * scale, there_c[where], there_b[where], tolerance))
    return result


def _whole(values: np.ndarray) -> np.ndarray:
    return (values >= 0) & (np.abs(values - np.rint(values)) < 1e-6)


def _events(c: np.ndarray, b: np.ndarray, there_c: np.ndarray, there_b: np.ndarray, tolerance: float) -> Comparison:
    """Given the sum, the canary's part is binomial; a burst counts as few events (quasi-likelihood)."""
    both = there_c & there_b
    n = both.sum(axis=1)
    total_c, total_b = (c * both).sum(axis=1), (b * both).sum(axis=1)
    mean = (total_c + total_b) / n
    difference = _centred((c - b) * both, both, n)
    short = (difference**2).sum(axis=1) / np.maximum(n - 1, 1)
    spread = np.maximum(shared(long_run_variance(difference, n), short, n, c.shape[1], own_from=2.0)[0], short)
    burst = np.maximum(1.0, np.divide(spread, mean, out=np.ones_like(mean), where=mean > 0))
    few_c, few_b = total_c / burst, total_b / burst
    part = (1 + tolerance) / (2 + tolerance)
    return Comparison((total_c + 0.5) / (total_b + 0.5), np.sqrt(1 / (few_c + 0.5) + 1 / (few_b + 0.5)),
                      _at_least(few_c, few_b, part), _at_least(few_b, few_c, part),
                      total_c, total_b, np.full(len(c), TOTAL, dtype=object), part ** (few_c + few_b) < PROOF)


def _at_least(events: np.ndarray, others: np.ndarray, part: float) -> np.ndarray:
    """P(at least this many of all), when each comes with probability `part`; continuous in both."""
    return np.where(events > 0, betainc(np.maximum(events, 1e-9), others + 1, part), 1.0)


def _seldom(c: np.ndarray, b: np.ndarray, there_c: np.ndarray, there_b: np.ndarray, tolerance: float) -> Comparison:
    often = _events((c > 0).astype(float), (b > 0).astype(float), there_c, there_b, tolerance)
    return replace(often, unit=np.full(len(c), OFTEN, dtype=object))


def _dense(c: np.ndarray, b: np.ndarray, there_c: np.ndarray, there_b: np.ndarray, tolerance: float) -> Comparison:
    both = there_c & there_b
    n = both.sum(axis=1)
    c, b = c * both, b * both
    mean_c, mean_b = c.sum(axis=1) / n, b.sum(axis=1) / n
    scale = np.maximum(np.abs(b).sum(axis=1), np.abs(c).sum(axis=1) / (1 + tolerance)) / n
    level = _level(c, b, both, n, scale, tolerance)
    typical, trend = _ratios(c, b, both, n, scale, tolerance)
    positive = (mean_c > 0) & (mean_b > 0)
    ratio = np.divide(mean_c, mean_b, out=np.full_like(mean_c, np.nan), where=positive)
    hot, cold = (cauchy(np.stack([level[side], typical[side], trend[side]]), VIEWS) for side in (0, 1))
    return Comparison(ratio, level[2], hot, cold, mean_c, mean_b, *_means(len(c)))


def _means(metrics: int) -> tuple[np.ndarray, np.ndarray]:
    return np.full(metrics, MEAN, dtype=object), np.ones(metrics, dtype=bool)


View = tuple[np.ndarray, np.ndarray, np.ndarray]      # p hot, p cold, standard error


def _level(c: np.ndarray, b: np.ndarray, both: np.ndarray, n: np.ndarray, scale: np.ndarray,
           tolerance: float) -> View:
    """The difference of the means, against the tolerance of the level."""
    value = (c - b).sum(axis=1) / n
    error, freedom = _error(_centred(c - b, both, n), n)
    error = np.maximum(error, SURE_RATIO * scale / 10 + 1e-12)
    hot, cold = _sides(value, tolerance * scale, error, freedom)
    return hot, cold, np.divide(error, scale, out=np.full_like(error, np.nan), where=scale > 0)


def _ratios(c: np.ndarray, b: np.ndarray, both: np.ndarray, n: np.ndarray, scale: np.ndarray,
            tolerance: float) -> tuple[View, View]:
    """The winsorised mean of log(C/B), and how much that ratio drifts over the time (half as much again allowed)."""
    floor = np.maximum(0.01 * scale, 1e-12)[:, None]
    ratio = np.where(both & (c >= 0) & (b >= 0), np.log((np.maximum(c, 0) + floor) / (np.maximum(b, 0) + floor)), 0.0)
    gaps = np.where(both, ratio, np.nan)
    middle = np.nanmedian(gaps, axis=1, keepdims=True)
    reach = 2 * 1.4826 * np.nanmedian(np.abs(gaps - middle), axis=1, keepdims=True) + 1e-9
    tame = np.where(both, np.clip(ratio, middle - reach, middle + reach), 0.0)

    centred = _centred(tame, both, n)
    error, freedom = _error(centred, n)
    error = np.maximum(error, SURE_RATIO / 10)
    typical = (*_sides(tame.sum(axis=1) / n, np.log1p(tolerance), error, freedom), error)

    time = _centred(np.where(both, np.linspace(-0.5, 0.5, c.shape[1]), 0.0), both, n)
    room = np.maximum((time**2).sum(axis=1), 1e-9)
    drift = (time * centred).sum(axis=1) / room
    rest = np.where(both, centred - drift[:, None] * time, 0.0)
    error, freedom = _error(rest, n, first=2)
    error = np.maximum(error * np.sqrt(n / room), SURE_RATIO)
    trend = (*_sides(drift, np.log1p(1.5 * tolerance), error, freedom), error)
    return typical, trend


def _sparse(c: np.ndarray, b: np.ndarray, there_c: np.ndarray, there_b: np.ndarray, tolerance: float) -> Comparison:
    """Points far apart are taken as independent: Welch's test on logarithms."""
    floor = 1e-9 + 0.001 * (np.abs(c) + np.abs(b)).max(axis=1, keepdims=True)
    sides = [(np.where(there, np.log(np.maximum(values, 0) + floor), 0.0), there, there.sum(axis=1))
             for values, there in ((c, there_c), (b, there_b))]
    (mean_c, vary_c, n_c), (mean_b, vary_b, n_b) = ((v.sum(axis=1) / n, (_centred(v, t, n)**2).sum(axis=1) / (n - 1), n)
                                                    for v, t, n in sides)
    squared = vary_c / n_c + vary_b / n_b + SURE_RATIO**2
    freedom = squared**2 / ((vary_c / n_c)**2 / (n_c - 1) + (vary_b / n_b)**2 / (n_b - 1) + 1e-12)
    freedom = np.clip(freedom, 3, n_c + n_b - 2)
    hot, cold = _sides(mean_c - mean_b, np.log1p(tolerance), np.sqrt(squared), freedom)
    return Comparison(np.exp(mean_c - mean_b), np.sqrt(squared), hot, cold, c.sum(axis=1) / n_c, b.sum(axis=1) / n_b,
                      *_means(len(c)))


def _centred(values: np.ndarray, there: np.ndarray, n: np.ndarray) -> np.ndarray:
    return np.where(there, values - (values.sum(axis=1) / np.maximum(n, 1))[:, None], 0.0)


def _error(centred: np.ndarray, n: np.ndarray, first: int = 1) -> tuple[np.ndarray, np.ndarray]:
    short = (centred**2).sum(axis=1) / np.maximum(n - 1, 1)
    variance, freedom = shared(long_run_variance(centred, n, first), short, n, centred.shape[1])
    return np.sqrt(variance / n), freedom


def _sides(value: np.ndarray, tolerance: np.ndarray | float, error: np.ndarray,
           freedom: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One-sided p-values of Student's t: above the tolerance, and below its negative."""
    return stdtr(freedom, (tolerance - value) / error), stdtr(freedom, (value + tolerance) / error)
