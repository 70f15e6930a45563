"""Few whole numbers a point: given the total, the canary's part is binomial, as when coins are thrown.

A burst counts as few events (quasi-likelihood: McCullagh and Nelder 1989), and so does a metric whose share moved in
good canaries. Whole numbers are found by what their steps are multiples of, so a count may come in any unit.
"""

from dataclasses import dataclass, fields

import numpy as np

from include.domain.scoring.long_run import long_run_variance, shared
from include.domain.scoring.rows import Rows
from include.domain.scoring.space import Space

FEW = 10.0             # canary and baseline together, a point: under it whole numbers are events
LEAST_DISPERSION = 0.3 # of Poisson's variance: what swings less, though whole, is a level (threads, instances)
SAME_VALUE = 1e-5      # scaled values that differ by less are one
ROUNDED = np.float32(1e-4)     # a number of steps this near to a whole one, as a share of it, is whole
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


def events(rows: Rows, step: np.ndarray | None) -> Events:
    """`step` is the size of one event; without it points above zero are counted."""
    canary, baseline = (_counted(name, side, step, rows.space)
                        for name, side in (("series", rows.canary), ("other", rows.baseline)))
    totals = [side.sum(axis=1, dtype=float) for side in (canary, baseline)]
    difference, n = np.subtract(canary, baseline, out=canary), rows.n
    difference -= ((totals[0] - totals[1]) / n).astype(np.float32)[:, None]
    if rows.there is not None:
        difference *= rows.there
    short_run = np.vecdot(difference, difference) / np.maximum(n - 1, 1)
    return Events(*totals, long_run_variance(difference, n), short_run, n)


def _counted(name: str, side: np.ndarray, step: np.ndarray | None, space: Space) -> np.ndarray:
    room = space.take(name, len(side))
    return np.greater(side, 0, out=room) if step is None else _in_steps(side, step, room, room)


def _in_steps(side: np.ndarray, step: np.ndarray, times: np.ndarray, whole: np.ndarray) -> np.ndarray:
    np.divide(side, step[:, None], out=times)
    return np.rint(times, out=whole)


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


def quantum(values: np.ndarray, least: float) -> np.ndarray:
    """What all values of a row are whole multiples of, or NaN where it is nothing, or no more than `least`; no row is
    negative. It is the least step between any two values, or the least value."""
    values = np.sort(values, axis=1)
    steps = values.copy()
    steps[:, 1:] -= values[:, :-1]
    steps[steps <= SAME_VALUE] = np.inf
    found = steps.min(axis=1)
    found[~(np.isfinite(found) & (found > least))] = np.nan
    maybe = np.isfinite(found)
    times = values[maybe] / found[maybe, None]
    found[maybe] = np.where(_whole(times, np.rint(times)), found[maybe], np.nan)
    return found


def confirmed(rows: Rows, step: np.ndarray, least: float) -> np.ndarray:
    """The quantum of all points, from that of some: mostly it is the same, which is seen without sorting them."""
    same = np.ones(len(step), dtype=bool)
    for side in (rows.canary, rows.baseline):
        times, whole = (rows.space.take(name, len(side)) for name in ("series", "other"))
        same &= _whole(times, _in_steps(side, step, times, whole))
    if same.all():
        return step
    step = step.copy()
    step[~same] = quantum(np.concatenate([rows.canary[~same], rows.baseline[~same]], axis=1), least)
    return step


def _whole(times: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Whether all of a row are, but for rounding. Overwrites both."""
    times -= whole
    np.abs(times, out=times)
    np.maximum(whole, 1, out=whole)
    whole *= ROUNDED
    return (times < whole).all(axis=1)


def swings_like_events(rows: Rows, step: np.ndarray) -> np.ndarray:
    """Whether the values, counted in steps, vary as counts do."""
    c, b = rows.canary.var(axis=1), rows.baseline.var(axis=1)
    return c + b >= LEAST_DISPERSION * step * (rows.canary.mean(axis=1) + rows.baseline.mean(axis=1))
