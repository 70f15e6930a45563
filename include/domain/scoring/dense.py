"""Numbers at most points, paired by point: the level, the typical ratio, whether that ratio drifts, and whether the
high values of both together lie on one side."""

import numpy as np

from include.domain.scoring.comparison import SURE_RATIO, Comparison, centred, means_of, sides
from include.domain.scoring.events import events
from include.domain.scoring.long_run import long_run_variance, shared
from include.domain.scoring.many import cauchy

VIEWS = np.array([0.3, 0.3, 0.15, 0.25])              # level, typical ratio, trend, tail
HIGHEST = 0.85                                        # of both sides' values: above this quantile is the tail
View = tuple[np.ndarray, np.ndarray, np.ndarray]      # p hot, p cold, standard error


def dense(c: np.ndarray, b: np.ndarray, there_c: np.ndarray, there_b: np.ndarray, tolerance: float) -> Comparison:
    both = there_c & there_b
    n = both.sum(axis=1)
    c, b = c * both, b * both
    mean_c, mean_b = c.sum(axis=1) / n, b.sum(axis=1) / n
    scale = np.maximum(np.abs(b).sum(axis=1), np.abs(c).sum(axis=1) / (1 + tolerance)) / n
    level = _level(c, b, both, n, scale, tolerance)
    typical, trend = _ratios(c, b, both, n, scale, tolerance)
    positive = (mean_c > 0) & (mean_b > 0)
    ratio = np.divide(mean_c, mean_b, out=np.full_like(mean_c, np.nan), where=positive)
    tail = _tail(c, b, both, tolerance), _tail(b, c, both, tolerance)
    hot, cold = (cauchy(np.stack([level[side], typical[side], trend[side], tail[side]]), VIEWS) for side in (0, 1))
    return Comparison(ratio, level[2], hot, cold, mean_c, mean_b, *means_of(len(c)))


def _level(c: np.ndarray, b: np.ndarray, both: np.ndarray, n: np.ndarray, scale: np.ndarray,
           tolerance: float) -> View:
    """The difference of the means, against the tolerance of the level."""
    value = (c - b).sum(axis=1) / n
    error, freedom = _error(centred(c - b, both, n), n)
    error = np.maximum(error, SURE_RATIO * scale / 10 + 1e-12)
    hot, cold = sides(value, tolerance * scale, error, freedom)
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

    around = centred(tame, both, n)
    error, freedom = _error(around, n)
    error = np.maximum(error, SURE_RATIO / 10)
    typical = (*sides(tame.sum(axis=1) / n, np.log1p(tolerance), error, freedom), error)

    time = centred(np.where(both, np.linspace(-0.5, 0.5, c.shape[1]), 0.0), both, n)
    room = np.maximum((time**2).sum(axis=1), 1e-9)
    drift = (time * around).sum(axis=1) / room
    rest = np.where(both, around - drift[:, None] * time, 0.0)
    error, freedom = _error(rest, n, first=2)
    error = np.maximum(error * np.sqrt(n / room), SURE_RATIO)
    trend = (*sides(drift, np.log1p(1.5 * tolerance), error, freedom), error)
    return typical, trend


def _tail(high: np.ndarray, low: np.ndarray, both: np.ndarray, tolerance: float) -> np.ndarray:
    """Of all high values, how many come from one side, made smaller by what is allowed: as coins fall, if alike."""
    allowed = high / (1 + tolerance)
    pool = np.where(np.hstack([both, both]), np.hstack([allowed, low]), np.nan)
    bound = np.nanquantile(pool, HIGHEST, axis=1, keepdims=True)
    return events(1.0 * (both & (allowed > bound)), 1.0 * (both & (low > bound)), both, both, 0.0).hot


def _error(around: np.ndarray, n: np.ndarray, first: int = 1) -> tuple[np.ndarray, np.ndarray]:
    short = (around**2).sum(axis=1) / np.maximum(n - 1, 1)
    variance, freedom = shared(long_run_variance(around, n, first), short, n, around.shape[1])
    return np.sqrt(variance / n), freedom
