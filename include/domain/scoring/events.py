"""Few whole numbers a point: given the total, the canary's part is binomial, as when coins are thrown."""

from dataclasses import replace

import numpy as np
from scipy.special import betainc

from include.domain.scoring.comparison import OFTEN, TOTAL, Comparison, centred
from include.domain.scoring.long_run import long_run_variance, shared

PROOF = 0.01    # events that could not reach this p-value, however they fell, are not tested (Tarone 1990)


def events(c: np.ndarray, b: np.ndarray, there_c: np.ndarray, there_b: np.ndarray, tolerance: float) -> Comparison:
    """Totals; a burst counts as few events (quasi-likelihood)."""
    both = there_c & there_b
    n = both.sum(axis=1)
    total_c, total_b = (c * both).sum(axis=1), (b * both).sum(axis=1)
    mean = (total_c + total_b) / n
    difference = centred((c - b) * both, both, n)
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


def seldom(c: np.ndarray, b: np.ndarray, there_c: np.ndarray, there_b: np.ndarray, tolerance: float) -> Comparison:
    """Mostly zeros, and not whole: at how many points it is above zero, as events."""
    often = events((c > 0).astype(float), (b > 0).astype(float), there_c, there_b, tolerance)
    return replace(often, unit=np.full(len(c), OFTEN, dtype=object))
