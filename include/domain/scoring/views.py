"""Five views of one metric, each the natural logarithm of a ratio, for a block of metrics at once.

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

NAMES = ("level", "robust", "tail", "trend", "spread")
LEVEL, ROBUST, TAIL, TREND, SPREAD = range(5)
SMALL_MEAN = 1e-3      # added to means before their logarithm, as a share of the metric's scale
SMALL_POINT = 1e-2     # the same for single points
SMALL_STEP = 1e-3      # the same for steps from point to point
EDGE = 0.05            # share of the points that are the tail
LEAST_EDGE = 3         # points of it at least
REACH = 2.0            # scales around the median that are not winsorised


@dataclass(frozen=True)
class Block:
    """(metrics × points) scaled and with zeros in the gaps, and the number of pairs in each row."""

    canary: np.ndarray
    baseline: np.ndarray
    there: np.ndarray
    n: np.ndarray
    signed: np.ndarray


@dataclass(frozen=True)
class Views:
    """(views × metrics): the value, the long-run and short-run variance of its series, and how many independent
    points of that series it is worth."""

    value: np.ndarray
    long_run: np.ndarray
    short_run: np.ndarray
    worth: np.ndarray

    @classmethod
    def empty(cls, metrics: int) -> "Views":
        return cls(*(np.zeros((len(NAMES), metrics)) for _ in fields(cls)))

    def put(self, where: np.ndarray | slice, other: "Views") -> None:
        for field in fields(self):
            getattr(self, field.name)[:, where] = getattr(other, field.name)


def views(block: Block) -> Views:
    """All five; `worth` is what the variance of the series is divided by to give the variance of the value."""
    found = Views.empty(len(block.n))
    basis_32 = basis(block.canary.shape[1])
    _level(block, basis_32, found)
    _ratios(block, basis_32, found)
    _spread(block, basis_32, found)
    return found


def _level(block: Block, cosine: np.ndarray, found: Views) -> None:
    mean_c, mean_b = (side.sum(axis=1) / block.n for side in (block.canary, block.baseline))
    small_c, small_b = mean_c + np.float32(SMALL_MEAN), mean_b + np.float32(SMALL_MEAN)
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(small_c.astype(float)) - np.log(small_b.astype(float))
    value = np.where(block.signed, (mean_c - mean_b).astype(float), logs)
    share_c = np.where(block.signed, 1, 1 / small_c)[:, None]
    share_b = np.where(block.signed, 1, 1 / small_b)[:, None]
    series = block.canary * share_c.astype(np.float32) - block.baseline * share_b.astype(np.float32)
    series -= (series.sum(axis=1) / block.n)[:, None]
    _keep(found, LEVEL, value, _without_gaps(series, block), cosine, block.n)


def _ratios(block: Block, cosine: np.ndarray, found: Views) -> None:
    d = _by_point(block)
    ordered = np.sort(_with_gaps(d, block), axis=1)
    middle, scale = _middle(ordered, block.n)
    _tail(ordered, middle, block.n, found)
    tame = np.clip(d, (middle - REACH * scale)[:, None], (middle + REACH * scale)[:, None])
    tame = _without_gaps(tame, block)
    mean = tame.sum(axis=1) / block.n
    tame -= mean[:, None]
    projected = _keep(found, ROBUST, mean, _without_gaps(tame, block), cosine, block.n)
    _trend(block, tame, projected, cosine, found)


def _trend(block: Block, tame: np.ndarray, projected: np.ndarray, cosine: np.ndarray, found: Views) -> None:
    """Variances are of what the drift leaves, which has nothing in the first cosine."""
    points = tame.shape[1]
    time = np.linspace(-0.5, 0.5, points, dtype=np.float32)
    there = block.there if block.there is not None else np.ones((1, points), dtype=np.float32)
    middle = there @ time / block.n
    room = np.maximum(there @ time**2 - block.n * middle**2, 1e-6)
    drift = tame @ time / room                       # `tame` is centred, so the middle of the time falls out
    rest = (projected - drift[:, None] * (time @ cosine))[:, 1:]
    found.value[TREND], found.worth[TREND] = drift, room
    found.long_run[TREND] = (rest**2).mean(axis=1) / block.n
    found.short_run[TREND] = np.maximum(found.short_run[ROBUST] - drift**2 * room / np.maximum(block.n - 1, 1), 0)


def _spread(block: Block, cosine: np.ndarray, found: Views) -> None:
    steps_c, steps_b = (np.abs(np.diff(side, axis=1)) for side in (block.canary, block.baseline))
    n = block.n - 1
    if block.there is not None:
        pairs = block.there[:, 1:] * block.there[:, :-1]
        steps_c, steps_b, n = steps_c * pairs, steps_b * pairs, np.maximum(pairs.sum(axis=1), 1)
    mean_c, mean_b = (steps.sum(axis=1) / n + np.float32(SMALL_STEP) for steps in (steps_c, steps_b))
    series = steps_c / mean_c[:, None] - steps_b / mean_b[:, None]
    _keep(found, SPREAD, np.log(mean_c.astype(float)) - np.log(mean_b.astype(float)), series, cosine[:-1], n)


def _keep(found: Views, view: int, value: np.ndarray, series: np.ndarray, cosine: np.ndarray,
          n: np.ndarray) -> np.ndarray:
    projected = series @ cosine
    found.value[view], found.worth[view] = value, n
    found.long_run[view] = (projected[:, :cosines(cosine.shape[0])] ** 2).mean(axis=1) / n
    found.short_run[view] = np.einsum("ij,ij->i", series, series) / np.maximum(n - 1, 1)
    return projected


def _by_point(block: Block) -> np.ndarray:
    small = np.float32(SMALL_POINT)
    d = np.log(np.maximum(block.canary, 0) + small) - np.log(np.maximum(block.baseline, 0) + small)
    if block.signed.any():
        d[block.signed] = block.canary[block.signed] - block.baseline[block.signed]
    return d


def _with_gaps(d: np.ndarray, block: Block) -> np.ndarray:
    return d if block.there is None else np.where(block.there > 0, d, np.float32(np.inf))


def _without_gaps(series: np.ndarray, block: Block) -> np.ndarray:
    return series if block.there is None else series * block.there


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
