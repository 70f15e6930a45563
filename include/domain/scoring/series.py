"""What is kept of a view: its value, and how exact it is, from the series whose mean it is."""

from dataclasses import dataclass, fields

import numpy as np

from include.domain.scoring.long_run import cosines
from include.domain.scoring.rows import Rows

NAMES = ("level", "robust", "tail", "trend", "spread")
LEVEL, ROBUST, TAIL, TREND, SPREAD = range(5)


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


def keep(found: Views, view: int, value: np.ndarray | None, series: np.ndarray, cosine: np.ndarray,
         rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Both variances of a series, and its value (its mean, if None); returns its cosines, and the mean that it still
    has. Without gaps the cosines have nothing of the mean, which need not be taken off; with gaps `series` is
    overwritten."""
    n = rows.n
    if rows.there is None:
        projected = series @ cosine
        mean = off = projected[:, 0] / n
    else:
        mean, off = series @ cosine[:, 0] / n, np.zeros_like(n)
        series -= mean[:, None]
        series *= rows.there
        projected = series @ cosine
    found.value[view], found.worth[view] = mean if value is None else value, n
    found.long_run[view] = (projected[:, 1 : 1 + cosines(len(cosine))] ** 2).mean(axis=1) / n
    found.short_run[view] = np.maximum(np.vecdot(series, series) - n * off**2, 0) / np.maximum(n - 1, 1)
    return projected[:, 1:], off
