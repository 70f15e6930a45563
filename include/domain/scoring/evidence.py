"""How sure it is that a metric differs by more than is allowed: its views against its own noise floor, as p-values.

A view's value less the tolerance, over its standard error and its floor together, is Student's t with the degrees of
freedom of that sum (Satterthwaite 1946). Views are combined by Cauchy's rule. Without a floor more is tolerated.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, stdtr

from include.domain.scoring.floors import ENOUGH, Floor
from include.domain.scoring.many import cauchy
from include.domain.scoring.measure import Measured
from include.domain.scoring.series import LEVEL, NAMES, ROBUST, SPREAD, TAIL, TREND
from include.domain.scoring.shapes import EVENTS, SELDOM

WEIGHTS = np.array([0.40, 0.25, 0.15, 0.15, 0.05])       # level, robust, tail, trend, spread
TIMES = np.array([1.0, 1.0, 3.0, 1.5, 4.0])              # what each tolerates, of the tolerance
TOLERANCE = 0.03       # a level may be 3 % higher than any floor explains
UNKNOWN_TOLERANCE = 0.10                                 # the same for a metric without a floor
UNKNOWN_MOVED = 0.02   # and what such a metric moves by itself
UNKNOWN_FREEDOM = 8.0  # and how sure that is
LEAST_MOVED = np.array([0.01, 0.01, 0.05, 0.015, 0.15])   # no two machines are more alike than this
LEAST_EVENTS_MOVED = 0.07                                # and no two shares of rare events
LARGEST_TIMES = 1.2    # tail and spread count only beyond what was ever seen, times this
LONG_ENOUGH = 20       # readings without which they are not judged at all
FEWEST_FREEDOM = 4.0
FLOOR_FREEDOM = 20.0   # that a floor is worth at most; and the least
EXTRA_FREEDOM = 5.0    # of the floors of tail, trend and spread, and of events: those move in jumps
MEMORY_FREEDOM = 12.0  # degrees of freedom that past sampling errors add at most
PROOF = 0.01           # events that could not reach this p-value, however they fell, are not tested (Tarone 1990)


@dataclass(frozen=True)
class Evidence:
    """One entry for each metric, NaN where there is nothing to compare: p-values that the canary is higher or lower by
    more than `tolerance` (a share), that and twice what it moves by itself, the standard error of the level with its
    floor, its degrees of freedom, and the view that speaks most for each side. `able` is false where even all events
    on one side would prove nothing."""

    hot: np.ndarray
    cold: np.ndarray
    tolerance: np.ndarray
    allowed: np.ndarray
    error: np.ndarray
    freedom: np.ndarray
    hot_view: np.ndarray
    cold_view: np.ndarray
    able: np.ndarray


def evidence(found: Measured, floor: Floor, tolerance: float = TOLERANCE, unknown: float = UNKNOWN_TOLERANCE,
             only: tuple[int, ...] = tuple(range(len(NAMES))), enough: int = 1) -> Evidence:
    """The evidence in `found`, from the views in `only`; under `enough` readings of its own a metric is unknown."""
    known = floor.count > 0
    allowed = np.where(floor.count >= enough, tolerance, unknown)
    few = np.isin(found.shape, (EVENTS, SELDOM))
    least = np.where(few, LEAST_EVENTS_MOVED, LEAST_MOVED[:, None])
    moved = np.where(known, np.maximum(floor.moved, least**2), np.maximum(UNKNOWN_MOVED, least) ** 2)
    p = np.full((2, len(NAMES), len(allowed)), np.nan)
    freedom = np.full(len(allowed), np.nan)
    for view in only:
        freedoms = _student(found, moved, floor, view, TIMES[view] * np.log1p(allowed), p)
        freedom = freedoms if view == LEVEL else freedom
    if few.any():
        p[:, LEVEL, few] = _of_events(found.few_canary[few], found.few_baseline[few], allowed[few],
                                      np.sqrt(moved[LEVEL, few]))
    hot, cold = (cauchy(side, WEIGHTS) for side in p)
    with np.errstate(invalid="ignore"):
        able = np.isfinite(hot) & ~(((1 + allowed) / (2 + allowed)) ** (found.few_canary + found.few_baseline) > PROOF)
    strongest = [np.where(np.isfinite(side), side, 2.0).argmin(axis=0) for side in p]
    said = np.where(known, (1 + allowed) * np.exp(2 * np.sqrt(moved[LEVEL])) - 1, allowed)
    error = np.sqrt(found.error[LEVEL] ** 2 + moved[LEVEL])
    return Evidence(hot, cold, allowed, said, error, freedom, *strongest, able)


def _student(found: Measured, moved: np.ndarray, floor: Floor, view: int, allowed: np.ndarray,
             p: np.ndarray) -> np.ndarray:
    """Puts both one-sided p-values of a view into `p`, and returns their degrees of freedom."""
    value = found.value[view]
    squared, own = _remembered(found, floor, view)
    total = squared + moved[view]
    most = FLOOR_FREEDOM if view in (LEVEL, ROBUST) else EXTRA_FREEDOM
    worth = np.where(floor.count > 0, np.clip(floor.worth, FEWEST_FREEDOM, most), UNKNOWN_FREEDOM)
    freedom = total**2 / (squared**2 / own + moved[view] ** 2 / worth)
    spread = np.sqrt(total)
    for side, sign in enumerate((1, -1)):
        beyond = sign * value > allowed              # within the tolerance nothing is shown: a half says so
        p[side, view] = np.where(np.isfinite(value), 0.5, np.nan)
        p[side, view, beyond] = stdtr(freedom[beyond], ((allowed - sign * value) / spread)[beyond])
    if view in (TAIL, TREND, SPREAD):
        quiet = np.abs(value) <= LARGEST_TIMES * floor.largest[view]
        p[:, view, quiet & (floor.count > 0)] = 0.5
        young = floor.count < LONG_ENOUGH
        p[:, view, young if view != TREND else young & (floor.count >= ENOUGH)] = np.nan
    return freedom


def _remembered(found: Measured, floor: Floor, view: int) -> tuple[np.ndarray, np.ndarray]:
    """Sampling variance and its degrees of freedom, with what they usually were: past canaries make it surer, and may
    make it greater, never smaller."""
    own, squared = found.freedom[view], found.error[view] ** 2
    if view in (TAIL, SPREAD):
        return squared, np.minimum(own, EXTRA_FREEDOM)
    past = np.minimum(np.minimum(floor.count / 3, MEMORY_FREEDOM), own)
    return np.maximum(squared, (own * squared + past * floor.usual[view]) / (own + past)), own + past


def _of_events(canary: np.ndarray, baseline: np.ndarray, allowed: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """Given both totals the canary's part is binomial, with odds that move as the floor says: the mean over that
    movement, a Student distribution in 15 pieces. Chance alone is asked first, for it is cheap."""
    odds = 1 + allowed
    p = np.array([_at_least(canary, baseline, odds), _at_least(baseline, canary, odds)])
    for side, (more, less) in enumerate(((canary, baseline), (baseline, canary))):
        some = p[side] < 0.05
        if some.any():
            shifted = odds[some, None] * np.exp(moved[some, None] * _MOVES)
            p[side, some] = _at_least(more[some, None], less[some, None], shifted) @ _PARTS
    return p


def _at_least(events: np.ndarray, others: np.ndarray, odds: np.ndarray) -> np.ndarray:
    """P(at least this many of all), continuous in both."""
    return np.where(events > 0, betainc(np.maximum(events, 1e-9), others + 1, odds / (1 + odds)), 1.0)


def _pieces() -> tuple[np.ndarray, np.ndarray]:
    edges = 30 * np.sinh(4 * np.linspace(-1, 1, 16)) / np.sinh(4)
    below = stdtr(EXTRA_FREEDOM, edges)
    below[0], below[-1] = 0, 1
    return (edges[1:] + edges[:-1]) / 2, np.diff(below)


_MOVES, _PARTS = _pieces()
