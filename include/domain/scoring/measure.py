"""What canary and baseline did, as numbers that need no history: for each metric its views and how exact they are.

Rows are taken in blocks that fit the processor's cache. A metric is one of:
- dense:  numbers at most points, paired by point, for both sides share load and time
- events: few whole numbers a point; or mostly zeros (seldom): how often it is above zero
- sparse: numbers at points of their own (a latency of a rare request): two means of logarithms (Welch 1947)
- none:   nothing to compare
"""

from dataclasses import dataclass

import numpy as np

from include.domain.scoring.events import FEW, Events, events, independent, log_ratio, quantum, swings_like_events
from include.domain.scoring.long_run import shared
from include.domain.scoring.views import LEVEL, NAMES, ROBUST, TAIL, Block, Views, views

NONE, DENSE, EVENTS, SELDOM, SPARSE = range(5)
ROWS = 256             # of a block
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


def measure(canary: np.ndarray, baseline: np.ndarray, kinds: np.ndarray | None = None,
            order: np.ndarray | None = None) -> Measured:
    """`canary` and `baseline` are (metrics × points); what is not finite is a gap. `kinds` (see MetricRule) and the
    result are in `order`, which says for each metric which row it is."""
    metrics, points = canary.shape
    kinds = np.full(metrics, "auto", dtype=object) if kinds is None else kinds
    parts = _Parts(metrics)
    for first in range(0, metrics if points else 0, ROWS):
        rows = np.arange(first, min(first + ROWS, metrics))
        at = rows if order is None else order[rows]
        _block(canary[at].astype(float), baseline[at].astype(float), kinds[rows], rows, parts)
    return _moderated(parts, points)


def _block(c: np.ndarray, b: np.ndarray, kinds: np.ndarray, rows: np.ndarray, parts: _Parts) -> None:
    there, n_c, n_b = _pairs(c, b)
    n = np.full(len(rows), c.shape[1]) if there is None else there.sum(axis=1)
    parts.n[rows], parts.n_canary[rows], parts.n_baseline[rows] = n, n_c, n_b
    paired = n >= np.maximum(LEAST_POINTS, 0.5 * np.maximum(n_c, n_b))
    apart = ~paired & (np.minimum(n_c, n_b) >= LEAST_POINTS)
    if apart.any():
        parts.shape[rows[apart]] = SPARSE
        _sparse(c[apart], b[apart], rows[apart], parts)
    if not paired.all():
        rows, c, b, kinds, n = rows[paired], c[paired], b[paired], kinds[paired], n[paired]
        there = there[paired]
    if len(rows):
        _paired(c, b, there, n, kinds, rows, parts)


def _pairs(c: np.ndarray, b: np.ndarray) -> tuple[np.ndarray | None, np.ndarray, np.ndarray]:
    full = np.full(len(c), float(c.shape[1]))
    with np.errstate(invalid="ignore", over="ignore"):
        if np.isfinite(c.sum() + b.sum()):
            return None, full, full
    there_c, there_b = np.isfinite(c), np.isfinite(b)
    return there_c & there_b, there_c.sum(axis=1), there_b.sum(axis=1)


def _paired(c: np.ndarray, b: np.ndarray, there: np.ndarray | None, n: np.ndarray, kinds: np.ndarray,
            rows: np.ndarray, parts: _Parts) -> None:
    if there is not None:
        c, b = np.where(there, c, 0.0), np.where(there, b, 0.0)
    parts.canary[rows], parts.baseline[rows] = c.sum(axis=1) / n, b.sum(axis=1) / n
    scale = (np.abs(c).sum(axis=1) + np.abs(b).sum(axis=1)) / (2 * n)
    scale = np.where(scale > 0, scale, 1.0)[:, None]
    c, b = (c / scale).astype(np.float32), (b / scale).astype(np.float32)
    there = None if there is None else there.astype(np.float32)
    n = n.astype(np.float32)
    signed = np.minimum(c.min(axis=1), b.min(axis=1)) < 0
    few, step = _few(c, b, signed, kinds)
    seldom = ~few & ~signed & (kinds != "level") & ((c == 0).sum(axis=1) + (b == 0).sum(axis=1)
                                                    - 2 * (c.shape[1] - n) > n)
    shape = np.select([few, seldom], [EVENTS, SELDOM], DENSE)
    parts.shape[rows] = shape
    for kind, values in ((EVENTS, lambda side, at: np.rint(side[at] / step[at, None])),
                         (SELDOM, lambda side, at: (side[at] > 0).astype(np.float32))):
        at = shape == kind
        if at.any():
            found = events(values(c, at), values(b, at), None if there is None else there[at], n[at])
            parts.events.put(rows[at], found)
            parts.canary[rows[at]], parts.baseline[rows[at]] = found.canary, found.baseline
    _dense(c, b, there, n, signed, shape == DENSE, rows, parts)


def _few(c: np.ndarray, b: np.ndarray, signed: np.ndarray, kinds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which rows are few events, and the size of one. In scaled units both sides together have a mean of two."""
    step = np.full(len(c), np.nan, dtype=np.float32)
    least = np.minimum(np.where(c > 0, c, 9).min(axis=1), np.where(b > 0, b, 9).min(axis=1))
    maybe = ~signed & (least > 2 / FEW) & (least < 9) & np.isin(kinds, ("auto", "count"))
    if not maybe.any():
        return maybe, step
    step[maybe] = quantum(c[maybe], b[maybe])
    few = maybe & (step > 2 / FEW)
    if few.any():
        few[few] = (kinds[few] == "count") | swings_like_events(c[few], b[few], step[few])
    return few, step


def _dense(c: np.ndarray, b: np.ndarray, there: np.ndarray | None, n: np.ndarray, signed: np.ndarray, at: np.ndarray,
           rows: np.ndarray, parts: _Parts) -> None:
    if at.all():
        parts.views.put(rows, views(Block(c, b, there, n, signed)))
    elif at.any():
        gaps = None if there is None else there[at]
        parts.views.put(rows[at], views(Block(c[at], b[at], gaps, n[at], signed[at])))


def _sparse(c: np.ndarray, b: np.ndarray, rows: np.ndarray, parts: _Parts) -> None:
    """Points far apart are taken as independent."""
    sides = [np.where(np.isfinite(side), side, 0.0) for side in (c, b)]
    counts = [np.isfinite(side).sum(axis=1) for side in (c, b)]
    parts.canary[rows], parts.baseline[rows] = (side.sum(axis=1) / n for side, n in zip(sides, counts, strict=True))
    small = 1e-300 + 1e-3 * (np.abs(parts.canary[rows]) + np.abs(parts.baseline[rows]))[:, None]
    means, squares = [], []
    for side, there, n in zip(sides, (np.isfinite(c), np.isfinite(b)), counts, strict=True):
        logs = np.where(there, np.log(np.maximum(side, 0) + small), 0.0)
        means.append(logs.sum(axis=1) / n)
        squares.append((np.where(there, logs - means[-1][:, None], 0.0) ** 2).sum(axis=1) / (n - 1) / n)
    squared = squares[0] + squares[1]
    parts_of = squares[0] ** 2 / (counts[0] - 1) + squares[1] ** 2 / (counts[1] - 1)
    freedom = np.divide(squared**2, parts_of, out=np.full_like(squared, 3.0), where=parts_of > 0)
    parts.apart[:, rows] = means[0] - means[1], np.sqrt(squared), np.clip(freedom, 3, counts[0] + counts[1] - 2)


def _moderated(parts: _Parts, points: int) -> Measured:
    metrics = len(parts.shape)
    value, error, freedom = np.full((3, len(NAMES), metrics), np.nan)
    dense, apart = parts.shape == DENSE, parts.shape == SPARSE
    for view in range(len(NAMES) if dense.any() else 0):
        value[view, dense] = parts.views.value[view, dense]
        if view == TAIL:
            error[view, dense] = np.sqrt(parts.views.long_run[view, dense] / parts.views.worth[view, dense])
            freedom[view, dense] = parts.views.worth[view, dense] - 1
            continue
        variance, freedom[view, dense] = shared(parts.views.long_run[view, dense], parts.views.short_run[view, dense],
                                                parts.n[dense], points)
        error[view, dense] = np.sqrt(variance / parts.views.worth[view, dense])
    value[LEVEL, apart], error[LEVEL, apart], freedom[LEVEL, apart] = parts.apart[:, apart]
    few = np.full((2, metrics), np.nan)
    for kind in (EVENTS, SELDOM):
        at = parts.shape == kind
        if at.any():
            few[:, at] = independent(parts.events.at(at), points)
            value[LEVEL, at], error[LEVEL, at] = log_ratio(*few[:, at])
            freedom[LEVEL, at] = points
    error[(LEVEL, ROBUST), :] = np.maximum(error[(LEVEL, ROBUST), :], SURE)
    return Measured(parts.shape, parts.canary, parts.baseline, parts.n_canary, parts.n_baseline, value, error, freedom,
                    *few, points)
