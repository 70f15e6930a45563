"""What canary and baseline did, as numbers that need no history: for each metric its views and how exact they are.

Rows are taken in blocks that fit the processor's cache, those without gaps first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from include.domain.scoring.blocks import blocks, place, rows_of
from include.domain.scoring.events import Events, events, independent, log_ratio
from include.domain.scoring.kinds import as_compared
from include.domain.scoring.long_run import ones, shared
from include.domain.scoring.rows import scaled
from include.domain.scoring.series import LEVEL, NAMES, ROBUST, SPREAD, TAIL, Views
from include.domain.scoring.shapes import DENSE, EVENTS, SELDOM, SPARSE, shapes
from include.domain.scoring.space import Space
from include.domain.scoring.sparse import same_time, sparse
from include.domain.scoring.views import views

VALUES = 184_320       # of a block and side, so that what is worked on fits the cache
LEAST_POINTS = 6       # of each side, for anything but events
SURE = 0.005           # no logarithm of a ratio is known better than this


@dataclass(frozen=True)
class Measured:
    """One entry for each metric, (views × metrics) for `value`, `error` and `freedom`; NaN for a view there is not."""

    shape: np.ndarray
    canary: np.ndarray       # mean, or total of events, or points above zero
    baseline: np.ndarray
    n_canary: np.ndarray     # points that are there
    n_baseline: np.ndarray
    value: np.ndarray
    error: np.ndarray
    freedom: np.ndarray
    few_canary: np.ndarray   # independent events; NaN for what is not events
    few_baseline: np.ndarray
    points: int


class _Parts:
    """What the blocks found so far."""

    def __init__(self, metrics: int):
        self.shape = np.zeros(metrics, dtype=np.int8)
        self.canary, self.baseline, self.n, self.n_canary, self.n_baseline = np.full((5, metrics), np.nan)
        self.views, self.events = Views.empty(metrics), Events.empty(metrics)
        self.apart = np.full((3, metrics), np.nan)
        self.turned = np.zeros(metrics, dtype=bool)


def measure(canary: np.ndarray, baseline: np.ndarray, kinds: np.ndarray | None = None,
            order: np.ndarray | None = None) -> Measured:
    """`canary` and `baseline` are (metrics × points); what is not finite is a gap. `kinds` (see MetricRule) and the
    result are in `order`, which says for each metric which row it is."""
    metrics, points = canary.shape
    kinds = np.full(metrics, "auto", dtype=object) if kinds is None else kinds
    order = np.arange(metrics) if order is None else order
    parts = _Parts(metrics)
    if not points:
        return _moderated(parts, points)
    size = min(max(64, VALUES // points), max(metrics, 1))
    space = Space(size, points)
    plain = (kinds != "counter") & (kinds != "ratio") & (points >= LEAST_POINTS)
    gappy = [_whole(rows_of(canary, order[rows]), rows_of(baseline, order[rows]), kinds[rows], rows, plain[rows], parts,
                    space) for rows in blocks(np.arange(metrics), size)]
    for rows in blocks(np.concatenate([*gappy, np.empty(0, dtype=int)]), size):
        _gappy(rows_of(canary, order[rows]), rows_of(baseline, order[rows]), kinds[rows], rows, parts, space)
    return _moderated(parts, points)


def _whole(c: np.ndarray, b: np.ndarray, kinds: np.ndarray, rows: np.ndarray, plain: np.ndarray, parts: _Parts,
           space: Space) -> np.ndarray:
    """Takes the rows without gaps; returns the others."""
    with np.errstate(invalid="ignore", over="ignore"):
        totals = [side.sum(axis=1, dtype=float) for side in (c, b)]
        whole = np.isfinite(totals[0] + totals[1]) & plain
    if whole.all():
        _paired(c, b, totals, kinds, rows, parts, space)
    elif whole.any():
        _paired(c[whole], b[whole], [total[whole] for total in totals], kinds[whole], rows[whole], parts, space)
    return rows[~whole]


def _gappy(c: np.ndarray, b: np.ndarray, kinds: np.ndarray, rows: np.ndarray, parts: _Parts, space: Space) -> None:
    c, b = (space.copy(name, side, np.float64) for name, side in (("own canary", c), ("own baseline", b)))
    c, b, parts.turned[rows] = as_compared(c, b, kinds)
    there_c, there_b = (np.isfinite(side, out=space.take(name, len(side), np.bool_))
                        for name, side in (("canary there", c), ("baseline there", b)))
    there = np.logical_and(there_c, there_b, out=space.take("there", len(c), np.bool_))
    n, n_c, n_b = (space.copy("series", side) @ ones(c.shape[1]) for side in (there, there_c, there_b))
    parts.n[rows], parts.n_canary[rows], parts.n_baseline[rows] = n, n_c, n_b
    least = np.minimum(n_c, n_b)
    paired = n >= np.maximum(LEAST_POINTS, 0.5 * least)
    apart = ~paired & (least >= LEAST_POINTS)
    if apart.any():
        apart[apart] = same_time(there_c[apart], there_b[apart])
        parts.shape[rows[apart]] = SPARSE
        parts.apart[:, rows[apart]], parts.canary[rows[apart]], parts.baseline[rows[apart]] = sparse(c[apart], b[apart])
    if not paired.all():
        c, b, there, kinds, rows = (part[paired] for part in (c, b, there, kinds, rows))
    if len(rows):
        gaps = ~there
        c[gaps] = b[gaps] = 0.0
        _paired(c, b, [side.sum(axis=1) for side in (c, b)], kinds, rows, parts, space, there)


def _paired(c: np.ndarray, b: np.ndarray, totals: Sequence[np.ndarray], kinds: np.ndarray, rows: np.ndarray,
            parts: _Parts, space: Space, there: np.ndarray | None = None) -> None:
    if there is None:
        parts.n[rows] = parts.n_canary[rows] = parts.n_baseline[rows] = c.shape[1]
    block, scale = scaled(c, b, totals, there, space)
    parts.canary[rows], parts.baseline[rows] = block.mean_canary * scale, block.mean_baseline * scale
    shape, step = shapes(block, kinds)
    parts.shape[rows] = shape
    for kind in (EVENTS, SELDOM):
        at = shape == kind
        if at.any():
            found = events(block.at(at), step[at] if kind == EVENTS else None)
            parts.events.put(rows[at], found)
            parts.canary[rows[at]], parts.baseline[rows[at]] = found.canary, found.baseline
    dense = shape == DENSE
    if dense.any():
        parts.views.put(place(rows[dense]), views(block if dense.all() else block.at(dense)))


def _moderated(parts: _Parts, points: int) -> Measured:
    metrics = len(parts.shape)
    value, error, freedom = np.full((3, len(NAMES), metrics), np.nan)
    dense, apart = parts.shape == DENSE, parts.shape == SPARSE
    for view in range(len(NAMES) if dense.any() else 0):
        long_run, short_run = parts.views.long_run[view, dense], parts.views.short_run[view, dense]
        value[view, dense], worth = parts.views.value[view, dense], parts.views.worth[view, dense]
        if view in (TAIL, SPREAD):
            variance, freedom[view, dense] = long_run, np.maximum(worth - 1, 1)
        else:
            variance, freedoms = shared(long_run, short_run, parts.n[dense], points)
            freedom[view, dense] = np.minimum(freedoms, np.maximum(2 * parts.views.bearers[view, dense], 2))
        error[view, dense] = np.sqrt(variance / worth)
    value[LEVEL, apart], error[LEVEL, apart], freedom[LEVEL, apart] = parts.apart[:, apart]
    few = np.full((2, metrics), np.nan)
    for kind in (EVENTS, SELDOM):
        at = parts.shape == kind
        if at.any():
            few[:, at] = independent(parts.events.at(at), points)
            value[LEVEL, at], error[LEVEL, at] = log_ratio(*few[:, at])
            freedom[LEVEL, at] = points
    error[(LEVEL, ROBUST), :] = np.maximum(error[(LEVEL, ROBUST), :], SURE)
    value[:, parts.turned] *= -1
    few[:, parts.turned] = few[::-1, parts.turned]
    return Measured(parts.shape, parts.canary, parts.baseline, parts.n_canary, parts.n_baseline, value, error, freedom,
                    *few, points)
