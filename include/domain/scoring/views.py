"""Five views of one metric, each the natural logarithm of a ratio, for a block of metrics at once.

- level:  log of the ratio of the two means
- robust: mean of d = log(C/B) by point, winsorised at two scales around its median (Tukey 1962)
- tail:   how far the highest twentieth of d lies above its median, less the same at the bottom
- trend:  how far d drifts over the window
- spread: log of the ratio of the mean absolute steps from point to point
"""

import numpy as np

from include.domain.scoring.by_point import by_point
from include.domain.scoring.long_run import basis, ones
from include.domain.scoring.rows import Rows
from include.domain.scoring.series import LEVEL, SPREAD, Views, keep

SMALL_MEAN = 1e-3      # added to means before their logarithm, as a share of the metric's scale
SMALL_STEP = 1e-3      # the same for steps from point to point


def views(rows: Rows) -> Views:
    """All five; `worth` is what the variance of the series is divided by to give the variance of the value."""
    found = Views.empty(len(rows.n))
    cosine = basis(rows.canary.shape[1])
    _level(rows, cosine, found)
    by_point(rows, cosine, found)
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
    series, other = (np.multiply(side, share[:, None], out=rows.space.take(name, len(side))) for name, side, share in (
        ("series", rows.canary, share_c), ("other", rows.baseline, share_b)))
    series -= other
    keep(found, LEVEL, logs, series, cosine, rows)
    np.multiply(series, series, out=other)
    fourth = np.vecdot(other, other)
    squared = (found.short_run[LEVEL] * np.maximum(rows.n - 1, 1)) ** 2
    found.bearers[LEVEL] = np.divide(squared, fourth, out=np.ones_like(squared), where=fourth > 0)


def _spread(rows: Rows, found: Views) -> None:
    """Steps are taken as independent of each other, on both sides: only with a floor does this view count."""
    n = rows.n - 1
    if rows.there is not None:
        n = np.maximum(np.vecdot(rows.there[:, 1:], rows.there[:, :-1]), 1)
    for side, sign in ((rows.canary, 1), (rows.baseline, -1)):
        steps = _steps(side, rows)
        mean = (steps @ ones(steps.shape[1]) / n).astype(float) + SMALL_STEP
        squared = np.vecdot(steps, steps).astype(float) / n / mean**2
        found.value[SPREAD] += sign * np.log(mean)
        found.long_run[SPREAD] += np.maximum(squared - 1, 0)
    found.worth[SPREAD] = n


def _steps(side: np.ndarray, rows: Rows) -> np.ndarray:
    """From each point to the next, zero where one of them is missing. The rows are taken as one long one, which is
    faster, and the steps between them are then put off."""
    steps = rows.space.take("series", len(side))
    long = side.reshape(-1)
    np.subtract(long[1:], long[:-1], out=steps.reshape(-1)[:-1])
    steps[:, -1] = 0
    np.abs(steps, out=steps)
    if rows.there is not None:
        steps[:, :-1] *= rows.there[:, 1:]
        steps *= rows.there
    return steps
