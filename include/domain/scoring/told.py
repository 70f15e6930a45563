"""Readings in words, from the arrays of the judge: those that are asked for, for of 10,000 few are ever read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

import numpy as np

from include.domain.scoring.evidence import Evidence
from include.domain.scoring.gates import one_sided
from include.domain.scoring.labels import Labels
from include.domain.scoring.measure import Measured
from include.domain.scoring.readings import Reading, State
from include.domain.scoring.rules import Worth
from include.domain.scoring.sentences import one_sided as one_sided_sentence
from include.domain.scoring.sentences import sentence
from include.domain.scoring.series import LEVEL, NAMES
from include.domain.scoring.shapes import EVENTS, SELDOM
from include.domain.scoring.vanished import vanished

_RANKS = {State.HOT: 0, State.COLD: 0, State.NO_DATA: 1, State.NOISY: 2, State.SAME: 3}
_UNITS = {EVENTS: " in all", SELDOM: " points above zero"}


@dataclass(frozen=True, eq=False, repr=False)
class Told(Sequence[Reading]):
    """A reading for each metric: the dearest first, then what differs, then in the order of `names`."""

    names: Sequence[str]
    value: Worth
    measured: Measured
    found: Evidence
    labels: Labels

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, which: int) -> Reading: ...

    @overload
    def __getitem__(self, which: slice) -> tuple[Reading, ...]: ...

    def __getitem__(self, which: int | slice) -> Reading | tuple[Reading, ...]:
        if isinstance(which, slice):
            return self._made(self._order[which])
        return self._made(self._order[[which]])[0]

    def __iter__(self) -> Iterator[Reading]:
        return iter(self._all)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all == tuple(other)

    def __repr__(self) -> str:
        return repr(self._all)

    @cached_property
    def _all(self) -> tuple[Reading, ...]:
        return self._made(self._order)

    @cached_property
    def _order(self) -> np.ndarray:
        rank = np.select([self.labels.state == state for state in _RANKS], list(_RANKS.values()))
        return np.lexsort((rank, -self.labels.points))

    def _made(self, rows: np.ndarray) -> tuple[Reading, ...]:
        value, labels = self.value.at(rows), self.labels
        names, states = [self.names[row] for row in rows.tolist()], labels.state[rows].tolist()
        canary, baseline = self.measured.canary[rows], self.measured.baseline[rows]
        ratio, low, high = (_nothing(side) for side in self._interval(rows))
        units = [_UNITS.get(shape, "") for shape in self.measured.shape[rows].tolist()]
        views = np.where(labels.state == State.HOT, self.found.hot_view, self.found.cold_view)[rows].tolist()
        columns = (names, states, ratio, canary.tolist(), baseline.tolist(), units, self.found.allowed[rows].tolist(),
                   [NAMES[view] for view in views])
        sentences = [sentence(*row) for row in zip(*columns, strict=True)]
        for at in np.flatnonzero(one_sided(self.measured)[rows]):
            sentences[at] = self._one_sided(rows[at])
        return tuple(map(Reading._make, zip(
            names, states, value.tier, value.group, value.direction, ratio, labels.points[rows].tolist(), sentences,
            low, high, _nothing(canary), _nothing(baseline), strict=True)))

    def _one_sided(self, row: int) -> str:
        others = int(vanished(self.measured).sum()) - 1 if self.labels.points[row] else 0
        return one_sided_sentence(self.names[row], self.measured.n_canary[row], self.measured.n_baseline[row], others)

    def _interval(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Ratio of the means, and where it lies with 95 %: Student's quantile as 1.96 + 2.37 / freedom."""
        canary, baseline = self.measured.canary[rows], self.measured.baseline[rows]
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            ratio = np.where((canary > 0) & (baseline > 0), canary / baseline, np.nan)
            reach = np.exp((1.96 + 2.37 / self.found.freedom[rows]) * self.found.error[rows])
            ratio = np.where(np.isfinite(self.measured.value[LEVEL, rows]), ratio, np.nan)
            return ratio, ratio / reach, ratio * reach


def _nothing(values: np.ndarray) -> list[float | None]:
    """As Python's numbers, to four digits behind the point where they are near one."""
    rounded = np.where(np.abs(values) < 1e6, values, np.nan)
    small = np.abs(values) < 1e-2
    return [None if value != value else value
            for value in np.where(np.isfinite(rounded) & ~small, np.round(rounded, 4), values).tolist()]
