"""Rows of numbers made ready to be compared: scaled, paired, and told apart by what they are.

- dense:  numbers at most points, paired by point, for both sides share load and time
- events: few whole numbers a point; or mostly zeros (seldom): how often it is above zero
- sparse: numbers at points of their own (a latency of a rare request)
- none:   nothing to compare
"""

from dataclasses import dataclass, fields

import numpy as np

from include.domain.scoring.events import FEW, quantum, swings_like_events

NONE, DENSE, EVENTS, SELDOM, SPARSE = range(5)
SAMPLE = 16            # points of each side by which rows that are plainly not events are put aside


@dataclass(frozen=True)
class Rows:
    """Scaled to a mean of one over both sides, float32, zeros in the gaps; `there` is None where there are none."""

    canary: np.ndarray
    baseline: np.ndarray
    there: np.ndarray | None
    n: np.ndarray
    mean_canary: np.ndarray
    mean_baseline: np.ndarray
    signed: np.ndarray

    def at(self, where: np.ndarray) -> "Rows":
        return Rows(*(None if part is None else part[where] for part in (getattr(self, f.name) for f in fields(self))))


def scaled(c: np.ndarray, b: np.ndarray, there: np.ndarray | None) -> tuple[Rows, np.ndarray]:
    """The rows, and what one of them is in the metric's own unit. `c` and `b` are zero in the gaps."""
    n = np.full(len(c), c.shape[1]) if there is None else there.sum(axis=1)
    means = [side.sum(axis=1) / n for side in (c, b)]
    sides = [_small(side) for side in (c, b)]
    signed = np.minimum(*(side.min(axis=1) for side in sides)) < 0
    sizes = means
    if signed.any():
        sizes = [mean.copy() for mean in means]
        for size, side in zip(sizes, (c, b), strict=True):
            size[signed] = np.abs(side[signed]).sum(axis=1) / n[signed]
    scale = (sizes[0] + sizes[1]) / 2
    scale = np.where(scale > 0, scale, 1.0)
    if all(1e-25 < size < 1e25 for size in (scale.min(), scale.max())):
        times = (1 / scale).astype(np.float32)[:, None]
        for side in sides:
            side *= times
    else:
        sides = [(side / scale[:, None]).astype(np.float32) for side in (c, b)]
    gaps = None if there is None else there.astype(np.float32)
    return Rows(*sides, gaps, n.astype(np.float32), means[0] / scale, means[1] / scale, signed), scale


def _small(side: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return side.astype(np.float32)


def shapes(rows: Rows, kinds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """DENSE, EVENTS or SELDOM for each row, and for events the size of one. Two scaled means add up to two."""
    some = slice(None, None, max(1, rows.canary.shape[1] // SAMPLE))
    sample_c, sample_b = rows.canary[:, some], rows.baseline[:, some]
    step = np.full(len(kinds), np.nan, dtype=np.float32)
    auto, level = kinds == "auto", (kinds == "level") | (kinds == "ratio")
    few = ~rows.signed & ~level
    few[few] = np.isfinite(quantum(sample_c[few], sample_b[few], 2 / FEW))
    if few.any():
        step[few] = quantum(rows.canary[few], rows.baseline[few], 2 / FEW)
        few &= np.isfinite(step)
        few[few] = ~auto[few] | swings_like_events(rows.canary[few], rows.baseline[few], step[few])
    zeros = np.count_nonzero(sample_c == 0, axis=1) + np.count_nonzero(sample_b == 0, axis=1)
    seldom = ~few & ~rows.signed & ~level & (zeros > 0.5 * sample_c.shape[1])
    if seldom.any():
        zeros = (rows.canary[seldom] == 0).sum(axis=1) + (rows.baseline[seldom] == 0).sum(axis=1)
        seldom[seldom] = zeros - 2 * (rows.canary.shape[1] - rows.n[seldom]) > rows.n[seldom]
    return np.select([few, seldom], [EVENTS, SELDOM], DENSE), step
