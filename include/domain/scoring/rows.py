"""Rows of both sides made ready to be compared: in float32, scaled to a mean of one, zeros in the gaps."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from include.domain.scoring.space import Space

SCALES = 1e-25, 1e25   # float32 holds numbers of these sizes, and some digits beyond


@dataclass(frozen=True)
class Rows:
    """`there` is None where there are no gaps, `signed` where there is a negative number, `space` what is worked in."""

    canary: np.ndarray
    baseline: np.ndarray
    there: np.ndarray | None
    n: np.ndarray
    mean_canary: np.ndarray
    mean_baseline: np.ndarray
    signed: np.ndarray
    space: Space

    def at(self, where: np.ndarray) -> "Rows":
        """Some of them, as a copy."""
        sides = (self.space.pick(f"some of {name}", side, where)
                 for name, side in (("canary", self.canary), ("baseline", self.baseline)))
        there = None if self.there is None else self.there[where]
        return Rows(*sides, there, self.n[where], self.mean_canary[where], self.mean_baseline[where],
                    self.signed[where], self.space)


def scaled(c: np.ndarray, b: np.ndarray, totals: Sequence[np.ndarray], there: np.ndarray | None,
           space: Space) -> tuple[Rows, np.ndarray]:
    """The rows, and what one of them is in the metric's own unit. `c` and `b` are zero in the gaps."""
    gaps = None if there is None else space.copy("gaps", there)
    n = np.full(len(c), c.shape[1], dtype=np.float32) if gaps is None else gaps.sum(axis=1)
    means = [total / n for total in totals]
    with np.errstate(over="ignore"):
        sides = [space.copy(name, side) for name, side in (("canary", c), ("baseline", b))]
    signed = _signed(*sides)
    scale = _scale(c, b, means, n, signed)
    if SCALES[0] < scale.min() and scale.max() < SCALES[1]:
        for side in sides:
            side *= (1 / scale).astype(np.float32)[:, None]
    else:
        signed = _signed(c, b)
        scale = _scale(c, b, means, n, signed)
        sides = [space.copy(name, side / scale[:, None]) for name, side in (("canary", c), ("baseline", b))]
    return Rows(*sides, gaps, n, means[0] / scale, means[1] / scale, signed, space), scale


def _signed(c: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Hardly any block has a negative number, which is seen sooner than in which rows."""
    if min(c.min(), b.min()) >= 0:
        return np.zeros(len(c), dtype=bool)
    return np.minimum(c.min(axis=1), b.min(axis=1)) < 0


def _scale(c: np.ndarray, b: np.ndarray, means: Sequence[np.ndarray], n: np.ndarray, signed: np.ndarray) -> np.ndarray:
    """The mean of both sides, without signs."""
    scale = (means[0] + means[1]) / 2
    if signed.any():
        scale[signed] = sum(np.abs(side[signed]).sum(axis=1) for side in (c, b)) / (2 * n[signed])
    return np.where(scale > 0, scale, 1.0)
