"""How sure a mean is when its points are alike: the long-run variance, by equal-weighted cosines (Müller 2007;
Lazarus, Lewis, Stock, Watson 2018), moderated over the metrics (Smyth 2004): few cosines a metric, many metrics.
"""

from functools import lru_cache

import numpy as np
from scipy.special import digamma, polygamma

MOST_SHARED = 30.0     # degrees of freedom that a metric may borrow from the others
ROUNDING = 1e-10       # a variance of constants
FEWEST_METRICS = 20    # under which nothing is borrowed


def cosines(points: int) -> int:
    """Degrees of freedom for this many points in time."""
    return min(max(4, int(0.4 * points ** (2 / 3))), max(1, points - 2))


@lru_cache(maxsize=64)
def basis(points: int) -> np.ndarray:
    """(points × cosines + 2), float32: first a constant, and one more than `cosines`, for residuals of a trend lose the
    first of them."""
    order = np.arange(cosines(points) + 2)
    angle = np.pi * order * (np.arange(points)[:, None] + 0.5) / max(points, 1)
    made = (np.where(order > 0, np.sqrt(2), 1) * np.cos(angle)).astype(np.float32)
    made.flags.writeable = False
    return made


@lru_cache(maxsize=64)
def ones(points: int) -> np.ndarray:
    """A product with them is the fastest sum of each row."""
    made = np.ones(points, dtype=np.float32)
    made.flags.writeable = False
    return made


def long_run_variance(centred: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Variance of sqrt(n) × the mean. `centred` is (metrics × points) with zeros in the gaps, `n` counts the others."""
    points = centred.shape[1]
    projected = centred @ basis(points)[:, 1 : 1 + cosines(points)].astype(centred.dtype)
    return (projected**2).mean(axis=1) / np.maximum(n, 1)


def shared(long_run: np.ndarray, short_run: np.ndarray, n: np.ndarray, points: int,
           own_from: float = 1.4) -> tuple[np.ndarray, np.ndarray]:
    """Long-run variances and degrees of freedom, moderated over the metrics. A metric whose own is `own_from` times
    as great keeps it, for one that drifts must not borrow from those that do not. Nothing is known better than the
    short-run variance, from `n` points."""
    freedom = cosines(points)
    usable = (long_run > ROUNDING) & (short_run > ROUNDING)
    if usable.sum() < FEWEST_METRICS:
        return long_run, np.minimum(float(freedom), np.maximum(n - 1, 1))
    ratio = np.divide(long_run, short_run, out=np.ones_like(long_run), where=usable)
    prior, strength = _prior(np.log(ratio[usable]), freedom)
    moderated = short_run * (freedom * ratio + strength * prior) / (freedom + strength)
    own = long_run > own_from * moderated
    freedoms = np.where(own, freedom, np.minimum(freedom + strength, np.maximum(n - 1, 1)))
    return np.where(own, long_run, moderated), freedoms


def _prior(logs: np.ndarray, freedom: int) -> tuple[float, float]:
    """Where the ratios lie, and how many degrees of freedom that knowledge is worth."""
    centred = logs - digamma(freedom / 2) + np.log(freedom / 2)
    middle = float(np.median(centred))
    spread = float((np.median(np.abs(centred - middle)) * 1.4826) ** 2 - polygamma(1, freedom / 2))
    if spread <= 0:
        return float(np.exp(middle)), MOST_SHARED
    strength = min(2 * _trigamma_inverse(spread), MOST_SHARED)
    return float(np.exp(middle + digamma(strength / 2) - np.log(strength / 2))), strength


def _trigamma_inverse(value: float) -> float:
    """Newton's, as in limma."""
    guess = 0.5 + 1 / value
    for _ in range(50):
        slope = float(polygamma(1, guess))
        step = slope * (1 - slope / value) / float(polygamma(2, guess))
        guess += step
        if -step / guess < 1e-8:
            break
    return guess
