"""Few whole numbers a point: given the total, the canary's part is binomial, as when coins are thrown.

A burst counts as few events (quasi-likelihood: McCullagh and Nelder 1989), and so does a metric whose share moved in
good canaries. Whole numbers are found by what their steps are multiples of, so a count may come in any unit.
"""

from dataclasses import dataclass, fields

import numpy as np

from include.domain.scoring.long_run import basis, cosines, shared

FEW = 10.0             # canary and baseline together, a point: under it whole numbers are events
LEAST_DISPERSION = 0.3 # of Poisson's variance: what swings less, though whole, is a level (threads, instances)
SAME_VALUE = 1e-5      # scaled values that differ by less are one
HALF = 0.5             # added to totals before their logarithm (Anscombe)


@dataclass(frozen=True)
class Events:
    """One entry for each metric: the totals, and the variance of the differences by point, in events."""

    canary: np.ndarray
    baseline: np.ndarray
    long_run: np.ndarray
    short_run: np.ndarray
    n: np.ndarray

    @classmethod
    def empty(cls, metrics: int) -> "Events":
        return cls(*(np.zeros(metrics) for _ in fields(cls)))

    def put(self, where: np.ndarray, other: "Events") -> None:
        for field in fields(self):
            getattr(self, field.name)[where] = getattr(other, field.name)

    def at(self, where: np.ndarray) -> "Events":
        return Events(*(getattr(self, field.name)[where] for field in fields(self)))


def events(canary: np.ndarray, baseline: np.ndarray, there: np.ndarray | None, n: np.ndarray) -> Events:
    """`canary` and `baseline` count events (metrics × points), zeros in the gaps."""
    difference = (canary - baseline).astype(float)
    difference -= (difference.sum(axis=1) / n)[:, None]
    if there is not None:
        difference *= there
    points = canary.shape[1]
    projected = difference @ basis(points)[:, 1 : 1 + cosines(points)].astype(float)
    return Events(canary.sum(axis=1, dtype=float), baseline.sum(axis=1, dtype=float),
                  (projected**2).mean(axis=1) / n, (difference**2).sum(axis=1) / np.maximum(n - 1, 1), n)


def independent(found: Events, points: int) -> tuple[np.ndarray, np.ndarray]:
    """The totals of both sides as if no event brought another."""
    swings = shared(found.long_run, found.short_run, found.n, points, own_from=2.0)[0]
    mean = (found.canary + found.baseline) / np.maximum(found.n, 1)
    excess = np.divide(np.maximum(swings, found.short_run), mean, out=np.ones_like(mean), where=mean > 0)
    burst = np.maximum(1.0, excess)
    return found.canary / burst, found.baseline / burst


def log_ratio(canary: np.ndarray, baseline: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of two totals of independent events: the value and its standard error."""
    return (np.log(canary + HALF) - np.log(baseline + HALF),
            np.sqrt(1 / (canary + HALF) + 1 / (baseline + HALF)))


def quantum(canary: np.ndarray, baseline: np.ndarray, least: float) -> np.ndarray:
    """What all values of a row are whole multiples of, or NaN where it is nothing, or no more than `least`; no row is
    negative. It is the least step between any two values, or the least value."""
    values = np.sort(np.concatenate([canary, baseline], axis=1), axis=1)
    steps = np.diff(values, axis=1, prepend=np.float32(0))
    found = np.where(steps > SAME_VALUE, steps, np.float32(np.inf)).min(axis=1)
    maybe = np.isfinite(found) & (found > least)
    times = values[maybe] / found[maybe, None]
    whole = (np.abs(times - np.rint(times)) < 1e-4 * np.maximum(times, 1)).all(axis=1)
    result = np.full(len(found), np.nan, dtype=np.float32)
    result[np.flatnonzero(maybe)[whole]] = found[maybe][whole]
    return result


def swings_like_events(canary: np.ndarray, baseline: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Whether the values, counted in steps, vary as counts do."""
    c, b = canary / step[:, None], baseline / step[:, None]
    return c.var(axis=1) + b.var(axis=1) >= LEAST_DISPERSION * (c.mean(axis=1) + b.mean(axis=1))
