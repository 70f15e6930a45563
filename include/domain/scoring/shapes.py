"""Rows told apart by what they are.

- dense:  numbers at most points, paired by point, for both sides share load and time
- events: few whole numbers a point; or mostly zeros (seldom): how often it is above zero
- sparse: numbers at points of their own (a latency of a rare request)
- none:   nothing to compare
"""

import numpy as np

from include.domain.scoring.events import FEW, confirmed, quantum, swings_like_events
from include.domain.scoring.rows import Rows

NONE, DENSE, EVENTS, SELDOM, SPARSE = range(5)
SAMPLE = 16            # points of each side by which rows that are plainly not events are put aside


def shapes(rows: Rows, kinds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """DENSE, EVENTS or SELDOM for each row, and for events the size of one."""
    some = slice(None, None, max(1, rows.canary.shape[1] // SAMPLE))
    sample = np.concatenate([rows.canary[:, some], rows.baseline[:, some]], axis=1)
    zeros = sample.shape[1] - np.count_nonzero(sample, axis=1)
    level = rows.signed | (kinds == "level") | (kinds == "ratio")
    few, step = _few(rows, sample, level, kinds)
    seldom = ~few & ~level & (zeros > 0.25 * sample.shape[1])
    if seldom.any():
        zeros = (rows.canary[seldom] == 0).sum(axis=1) + (rows.baseline[seldom] == 0).sum(axis=1)
        seldom[seldom] = zeros - 2 * (rows.canary.shape[1] - rows.n[seldom]) > rows.n[seldom]
    return np.select([few, seldom], [EVENTS, SELDOM], DENSE), step


def _few(rows: Rows, sample: np.ndarray, level: np.ndarray, kinds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which rows are few events, and the size of one. Two scaled means add up to two."""
    step = quantum(sample, 2 / FEW)
    step[level] = np.nan
    few = np.isfinite(step)
    if few.any():
        step[few] = confirmed(rows.at(few), step[few], 2 / FEW)
        few = np.isfinite(step)
    if few.any():
        few[few] = (kinds[few] != "auto") | swings_like_events(rows.at(few), step[few])
    return few, step
