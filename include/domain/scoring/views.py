"""Five views of one metric, each the natural logarithm of a ratio, for a rows of metrics at once.

- level:  log of the ratio of the two means
- robust: mean of d = log(C/B) by point, winsorised at two scales around its median (Tukey 1962)
- tail:   how far the highest twentieth of d lies above its median, less the same at the bottom
- trend:  how far d drifts over the window
- spread: log of the ratio of the mean absolute steps from point to point

Series are float32 and scaled to a mean of one, so units do not matter; what is kept of them is float64.
"""

from dataclasses import dataclass, fields

import numpy as np

from include.domain.scoring.long_run import basis, cosines
from include.domain.scoring.shapes import Rows

NAMES = ("level", "robust", "tail", "trend", "spread")
LEVEL, ROBUST, TAIL, TREND, SPREAD = range(5)
SMALL_MEAN = 1e-3      # added to means before their logarithm, as a share of the metric's scale
SMALL_POINT = 1e-2     # the same for single points
SMALL_STEP = 1e-3      # the same for steps from point to point
EDGE = 0.05            # share of the points that are the tail
LEAST_EDGE = 3         # points of it at least
REACH = 2.0            # scales around the median that are not winsorised


@dataclass(frozen=True)
class Views:
    """(views × metrics): the value, the long-run and short-run variance of its series, how many independent points of
    that series it is worth, and how many points bear most of its variance (few, where there are spikes)."""

    value: np.ndarray
    long_run: np.ndarray
    short_run: np.ndarray
    worth: np.ndarray
    bearers: np.ndarray

    @classmethod
    def empty(cls, metrics: int) -> "Views":
        return cls(*(np.zeros((len(NAMES), metrics)) for _ in fields(cls)))

    def put(self, where: np.ndarray | slice, other: "Views") -> None:
        for field in fields(self):
            getattr(self, field.name)[:, where] = getattr(other, field.name)


def views(rows: Rows) -> Views:
    """All five; `worth` is what the variance of the series is divided by to give the variance of the value."""
    found = Views.empty(len(rows.n))
    basis_32 = basis(rows.canary.shape[1])
    _level(rows, basis_32, found)
    _ratios(rows, basis_32, found)
    _spread(rows, found)
    return found


def _level(rows: Rows, cosine: np.ndarray, found: Views) -> None:
    """Its series has a mean of nearly zero."""
    mean_c, mean_b = rows.mean_canary.astype(float), rows.mean_baseline.astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(mean_c + SMALL_MEAN) - np.log(mean_b + SMALL_MEAN)
        share_c, share_b = ((1 / (mean + SMALL_MEAN)).astype(np.float32) for mean in (mean_c, mean_b))
    if rows.signed.any():
        logs = np.where(rows.signed, mean_c - mean_b, logs)
        share_c, share_b = (np.where(rows.signed, np.float32(1), share) for share in (share_c, share_b))
    series, other = rows.canary * share_c[:, None], rows.baseline * share_b[:, None]
    series -= other
    _keep(found, LEVEL, logs, series, cosine, rows)
    np.multiply(series, series, out=other)
    fourth = np.einsum("ij,ij->i", other, other)
    squared = (found.short_run[LEVEL] * np.maximum(rows.n - 1, 1)) ** 2
    found.bearers[LEVEL] = np.divide(squared, fourth, out=np.ones_like(squared), where=fourth > 0)


def _ratios(rows: Rows, cosine: np.ndarray, found: Views) -> None:
    d = _by_point(rows)
    ordered = np.sort(_with_gaps(d, rows), axis=1)
    middle, scale = _middle(ordered, rows.n)
    _tail(ordered, middle, rows.n, found)
    tame = np.maximum(d, (middle - REACH * scale)[:, None], out=d)
    np.minimum(tame, (middle + REACH * scale)[:, None], out=tame)
    if rows.there is not None:
        tame *= rows.there
    projected, mean = _keep(found, ROBUST, None, tame, cosine, rows)
    found.bearers[ROBUST] = rows.n                   # winsorised: no point bears much
    _trend(rows, tame, mean, projected, cosine, found)


def _trend(rows: Rows, tame: np.ndarray, mean: np.ndarray, projected: np.ndarray, cosine: np.ndarray,
           found: Views) -> None:
    """Variances are of what the drift leaves, which has nothing in the first cosine."""
    points = tame.shape[1]
    time = np.linspace(-0.5, 0.5, points, dtype=np.float32)
    there = rows.there if rows.there is not None else np.ones((1, points), dtype=np.float32)
    middle = there @ time / rows.n
    room = np.maximum(there @ time**2 - rows.n * middle**2, 1e-6)
    drift = (tame @ time - mean * middle * rows.n) / room
    rest = (projected - drift[:, None] * (time @ cosine[:, 1:]))[:, 1:]
    found.value[TREND], found.worth[TREND], found.bearers[TREND] = drift, room, rows.n
    found.long_run[TREND] = (rest**2).mean(axis=1) / rows.n
    found.short_run[TREND] = np.maximum(found.short_run[ROBUST] - drift**2 * room / np.maximum(rows.n - 1, 1), 0)


def _spread(rows: Rows, found: Views) -> None:
    """Steps of both sides are taken as independent of each other and in time: only with a floor does this view count."""
    n = rows.n - 1
    pairs = None if rows.there is None else rows.there[:, 1:] * rows.there[:, :-1]
    if pairs is not None:
        n = np.maximum(pairs.sum(axis=1), 1)
    for side, sign in ((rows.canary, 1), (rows.baseline, -1)):
        steps = side[:, 1:] - side[:, :-1]
        np.abs(steps, out=steps)
        if pairs is not None:
            steps *= pairs
        mean = (steps.sum(axis=1) / n).astype(float) + SMALL_STEP
        squared = np.einsum("ij,ij->i", steps, steps).astype(float) / n / mean**2
        found.value[SPREAD] += sign * np.log(mean)
        found.long_run[SPREAD] += np.maximum(squared - 1, 0)
    found.worth[SPREAD] = n


def _keep(found: Views, view: int, value: np.ndarray | None, series: np.ndarray, cosine: np.ndarray,
          rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Both variances of a series, and its value (its mean, if None); returns its cosines and its mean. Without gaps
    the cosines have nothing of the mean, which need not be taken off."""
    n = rows.n
    if rows.there is None:
        projected = series @ cosine
        mean, off = projected[:, 0] / n, projected[:, 0] / n
    else:
        mean = series.sum(axis=1) / n
        series, off = (series - mean[:, None]) * rows.there, 0.0
        projected = series @ cosine
    found.value[view], found.worth[view] = mean if value is None else value, n
    found.long_run[view] = (projected[:, 1 : 1 + cosines(len(cosine))] ** 2).mean(axis=1) / n
    squares = np.einsum("ij,ij->i", series, series)
    found.short_run[view] = np.maximum(squares - n * off**2, 0) / np.maximum(n - 1, 1)
    return projected[:, 1:], mean


def _by_point(rows: Rows) -> np.ndarray:
    small = np.float32(SMALL_POINT)
    if not rows.signed.any():
        d, other = rows.canary + small, rows.baseline + small
        np.log(d, out=d)
        d -= np.log(other, out=other)
        return d
    d = np.log(np.maximum(rows.canary, 0) + small) - np.log(np.maximum(rows.baseline, 0) + small)
    d[rows.signed] = rows.canary[rows.signed] - rows.baseline[rows.signed]
    return d


def _with_gaps(d: np.ndarray, rows: Rows) -> np.ndarray:
    return d if rows.there is None else np.where(rows.there > 0, d, np.float32(np.inf))


def _middle(ordered: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Median, and the standard deviation that a normal series with these quartiles would have."""
    def at(place: np.ndarray) -> np.ndarray:
        return np.take_along_axis(ordered, place[:, None], axis=1)[:, 0]

    count = n.astype(int)
    quarter = (count - 1) // 4
    median = (at((count - 1) // 2) + at(count // 2)) / 2
    return median, (at(count - 1 - quarter) - at(quarter)) / np.float32(1.349)


def _tail(ordered: np.ndarray, middle: np.ndarray, n: np.ndarray, found: Views) -> None:
    """Its variance is that of the few values it is the mean of: one spike alone is no tail."""
    count = n.astype(int)
    edge = np.maximum(LEAST_EDGE, np.rint(EDGE * count)).astype(int)
    far = np.arange(edge.max())[None]
    inside = (far < edge[:, None]).astype(np.float32)
    top = np.take_along_axis(ordered, np.maximum(count[:, None] - 1 - far, 0), axis=1) - middle[:, None]
    bottom = middle[:, None] - ordered[:, :edge.max()]
    means = [np.where(inside > 0, side, 0).sum(axis=1) / edge for side in (top, bottom)]
    squares = [(np.where(inside > 0, side - mean[:, None], 0) ** 2).sum(axis=1)
               for side, mean in zip((top, bottom), means, strict=True)]
    found.value[TAIL] = means[0] - means[1]
    found.long_run[TAIL] = found.short_run[TAIL] = (squares[0] + squares[1]) / (edge - 1)
    found.worth[TAIL] = edge
