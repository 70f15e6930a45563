"""Views of d = log(C/B) by point: where it lies, how far its tail reaches, whether it drifts."""

from functools import lru_cache

import numpy as np

from include.domain.scoring.long_run import ones
from include.domain.scoring.rows import Rows
from include.domain.scoring.series import ROBUST, TAIL, TREND, Views, keep

SMALL_POINT = 1e-2     # added to points before their logarithm, as a share of the metric's scale
EDGE = 0.05            # share of the points that are the tail
LEAST_EDGE = 3         # points of it at least
LAST = np.float32(1e30)          # sorts a gap behind all values; infinity times zero would not be zero
REACH = 2.0            # scales around the median that are not winsorised


def by_point(rows: Rows, cosine: np.ndarray, found: Views) -> None:
    d = _differences(rows)
    ordered = _ordered(d, rows)
    middle, scale = _middle(ordered, rows.n)
    _tail(ordered, middle, rows, found)
    tame = np.maximum(d, (middle - REACH * scale)[:, None], out=d)
    np.minimum(tame, (middle + REACH * scale)[:, None], out=tame)
    if rows.there is not None:
        tame *= rows.there
    projected, off = keep(found, ROBUST, None, tame, cosine, rows)
    found.bearers[ROBUST] = rows.n                   # winsorised: no point bears much
    _trend(rows, tame, off, projected, cosine, found)


def _trend(rows: Rows, tame: np.ndarray, off: np.ndarray, projected: np.ndarray, cosine: np.ndarray,
           found: Views) -> None:
    """Variances are of what the drift leaves, which has nothing in the first cosine. `off` is the mean of `tame`."""
    points = tame.shape[1]
    time = _time(points)
    there = rows.there if rows.there is not None else ones(points)[None]
    middle = there @ time / rows.n
    room = np.maximum(there @ time**2 - rows.n * middle**2, 1e-6)
    drift = (tame @ time - off * middle * rows.n) / room
    rest = (projected - drift[:, None] * (time @ cosine[:, 1:]))[:, 1:]
    found.value[TREND], found.worth[TREND], found.bearers[TREND] = drift, room, rows.n
    found.long_run[TREND] = (rest**2).mean(axis=1) / rows.n
    found.short_run[TREND] = np.maximum(found.short_run[ROBUST] - drift**2 * room / np.maximum(rows.n - 1, 1), 0)


def _differences(rows: Rows) -> np.ndarray:
    """log(C/B) by point; C - B where there are negative numbers."""
    small = np.float32(SMALL_POINT)
    d, other = (rows.space.take(name, len(rows.n)) for name in ("series", "other"))
    for side, room in ((rows.canary, d), (rows.baseline, other)):
        np.add(side if not rows.signed.any() else np.maximum(side, 0, out=room), small, out=room)
    d /= other
    np.log(d, out=d)
    if rows.signed.any():
        d[rows.signed] = rows.canary[rows.signed] - rows.baseline[rows.signed]
    return d


def _ordered(d: np.ndarray, rows: Rows) -> np.ndarray:
    """Sorted, the gaps last."""
    ordered = rows.space.copy("other", d)
    if rows.there is not None:
        ordered[rows.there == 0] = LAST
    ordered.sort(axis=1)
    return ordered


def _middle(ordered: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Median, and the standard deviation that a normal series with these quartiles would have."""
    def at(place: np.ndarray) -> np.ndarray:
        return np.take_along_axis(ordered, place[:, None], axis=1)[:, 0]

    count = n.astype(int)
    quarter = (count - 1) // 4
    median = (at((count - 1) // 2) + at(count // 2)) / 2
    return median, (at(count - 1 - quarter) - at(quarter)) / np.float32(1.349)


def _tail(ordered: np.ndarray, middle: np.ndarray, rows: Rows, found: Views) -> None:
    """Its variance is that of the few values it is the mean of: one spike alone is no tail."""
    count = rows.n.astype(int)
    edge = np.maximum(LEAST_EDGE, np.rint(EDGE * count)).astype(int)
    far = np.arange(edge.max())[None]
    inside = (far < edge[:, None]).astype(np.float32)
    top = (ordered[:, : -1 - len(far[0]) : -1] if rows.there is None
           else np.take_along_axis(ordered, np.maximum(count[:, None] - 1 - far, 0), axis=1))
    (above, squared_above), (below, squared_below) = (
        _mean_and_squares(side, inside, edge)
        for side in (top - middle[:, None], middle[:, None] - ordered[:, : len(far[0])]))
    found.value[TAIL] = above - below
    found.long_run[TAIL] = found.short_run[TAIL] = (squared_above + squared_below) / (edge - 1)
    found.worth[TAIL] = edge


def _mean_and_squares(values: np.ndarray, inside: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean = np.vecdot(values, inside) / n
    apart = (values - mean[:, None]) * inside
    return mean, np.vecdot(apart, apart)


@lru_cache(maxsize=64)
def _time(points: int) -> np.ndarray:
    made = np.linspace(-0.5, 0.5, points, dtype=np.float32)
    made.flags.writeable = False
    return made
