"""The series of a canary's metrics, packed for its page: both sides of each on one scale of 255 steps, which is finer
than the chart that a browser draws of them. 1,500 metrics of 480 points take 2 MB."""

import base64
from collections.abc import Sequence
from typing import Any

from include.ports import MetricTable

STEPS = 254             # 255 is a gap
MOST_BYTES = 1_500_000  # of all series together, before base64; more are drawn as means


def packed(table: MetricTable | None, names: Sequence[str]) -> dict[str, Any] | None:
    """For the page's script, in the order of `names`: `low` and `high` of each metric, and in `data` first the canary's
    points, then the baseline's. None where there is no series at all."""
    import numpy as np

    if table is None or not len(names) or not table.values.shape[2]:
        return None
    rows = {name: row for row, name in enumerate(table.names)}
    there = np.array([rows.get(name, -1) for name in names])
    values = np.where(there[None, :, None] < 0, np.nan, table.values[:2, there, :])
    values, each = _means(np.where(np.isfinite(values), values, np.nan))
    low, high = (_edge(values, side) for side in (np.fmin, np.fmax))
    with np.errstate(invalid="ignore", over="ignore"):
        span = np.where(high > low, high - low, 1.0)
        steps = np.round((values - low[None, :, None]) / span[None, :, None] * STEPS)
    data = np.where(np.isfinite(steps), steps, STEPS + 1).astype(np.uint8)
    return {"since": table.since.timestamp(), "step": table.step_seconds * each, "points": values.shape[2],
            "low": _numbers(low), "high": _numbers(high),
            "data": base64.b64encode(data.transpose(1, 0, 2).tobytes()).decode()}


def _means(values: Any) -> tuple[Any, int]:
    """At most MOST_BYTES points in all: so many next to each other become their mean."""
    import numpy as np

    sides, metrics, points = values.shape
    each = -(-sides * metrics * points // MOST_BYTES)
    if each == 1:
        return values, 1
    short = -points % each
    padded = np.concatenate([values, np.full((sides, metrics, short), np.nan)], axis=2)
    blocks = padded.reshape(sides, metrics, -1, each)
    count = np.isfinite(blocks).sum(axis=3)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(count, np.nansum(blocks, axis=3) / np.maximum(count, 1), np.nan), each


def _edge(values: Any, side: Any) -> Any:
    return side.reduce(side.reduce(values, axis=2), axis=0)


def _numbers(values: Any) -> list[float | None]:
    """Six digits are more than a chart shows."""
    return [None if value != value else float(f"{value:.6g}") for value in values.tolist()]
