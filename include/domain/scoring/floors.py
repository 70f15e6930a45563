"""How far each metric moves though nothing is wrong: learned from good canaries, or from prod's own instances.

The floor of a view is what it moved beyond its sampling error: a weighted mean of value² − error², where precise
readings count more (DerSimonian and Laird 1986). It is a curve over the elapsed time, for early looks need it too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from include.domain.scoring.past import Past
from include.domain.scoring.series import LEVEL, NAMES, ROBUST, SPREAD, TAIL

LAST = 40              # canaries that the floors are rebuilt from: they roll, for machines and habits change
ENOUGH = 8             # readings of a metric from which its own floor is believed
GUESSES = 4            # readings that the floor of most metrics counts for in one that has few of its own
MOST = 0.8             # of the metrics, whose floor that is
READINGS_OF_ONE = 3    # that one degree of freedom takes: what canaries move has heavy tails
PRECISE = 0.01         # variance beyond which a reading counts less
SAME_TIME = 1.5        # lengths of time in this ratio are alike


@dataclass(frozen=True)
class Floor:
    """For the metrics of one comparison at one elapsed time, (views × metrics): the variance of what moved, the
    largest value seen, the usual sampling variance; and (metrics) the readings they come from, 0 for no floor, the
    degrees of freedom that what moved is worth, and which of the sources of `Floors` it is from."""

    moved: np.ndarray
    largest: np.ndarray
    usual: np.ndarray
    count: np.ndarray
    worth: np.ndarray
    origin: np.ndarray

    @classmethod
    def none(cls, metrics: int) -> "Floor":
        nothing = np.zeros((2, len(NAMES), metrics))
        return cls(nothing[0], np.full((len(NAMES), metrics), np.inf), nothing[1], *np.zeros((2, metrics)),
                   np.zeros(metrics, dtype=int))


@dataclass(frozen=True)
class Floors:
    """`names` are sorted and unique; `seconds` elapsed (times,) ascending; the rest as in `Floor`, with times first,
    except `origin`: one entry for each metric. `sources` is what they were learned from, in words."""

    names: np.ndarray
    seconds: np.ndarray
    moved: np.ndarray
    largest: np.ndarray
    usual: np.ndarray
    count: np.ndarray
    worth: np.ndarray
    origin: np.ndarray
    sources: tuple[str, ...] = ()

    @classmethod
    def none(cls) -> "Floors":
        empty = np.zeros((1, len(NAMES), 0))
        nothing = np.zeros((1, 0))
        return cls(np.empty(0, dtype=str), np.ones(1), empty, empty, empty, nothing, nothing, np.zeros(0, dtype=int))

    def at(self, names: Sequence[str], seconds: float) -> Floor:
        """What each of `names` may move in this time, between the two learned times that are nearest."""
        wanted = np.asarray(names, dtype=str)
        floor = Floor.none(len(wanted))
        if not len(self.names) or not len(wanted):
            return floor
        known, some = self._place(wanted)
        before, after, part = self._between(seconds)
        for curve, at in ((self.moved, floor.moved), (self.usual, floor.usual)):
            at[:, known] = (1 - part) * curve[before][:, some] + part * curve[after][:, some]
        floor.largest[:, known] = np.maximum(self.largest[before][:, some], self.largest[after][:, some])
        for curve, at in ((self.count, floor.count), (self.worth, floor.worth)):
            at[known] = np.minimum(curve[before][some], curve[after][some])
        floor.origin[known] = self.origin[some]
        return floor

    def _place(self, wanted: np.ndarray) -> tuple[np.ndarray | slice, np.ndarray | slice]:
        """Which of `wanted` have a floor, and where it is. Mostly all have, in the same order."""
        if np.array_equal(self.names, wanted):
            return slice(None), slice(None)
        place = np.minimum(np.searchsorted(self.names, wanted), len(self.names) - 1)
        known = self.names[place] == wanted
        return known, place[known]

    def _between(self, seconds: float) -> tuple[int, int, float]:
        after = int(np.searchsorted(self.seconds, seconds))
        if after in (0, len(self.seconds)) or self.seconds[after] == seconds:
            only = min(after, len(self.seconds) - 1)
            return only, only, 0.0
        low, high = np.log(self.seconds[after - 1 : after + 1])
        return after - 1, after, float((np.log(seconds) - low) / (high - low))


def good_canaries(count: int) -> str:
    return f"the last {count} good canaries" if count != 1 else "the last good canary"


def rebuilt(pasts: Sequence[Past], last: int = LAST) -> Floors:
    """Floors from the last of `pasts`, the oldest first. The times are those of the newest."""
    pasts = pasts[-last:]
    if not pasts:
        return Floors.none()
    found = observed(pasts, good_canaries(len(pasts)))
    return replace(found, moved=pooled(found.moved, found.count, GUESSES))


def observed(pasts: Sequence[Past], source: str) -> Floors:
    """What each metric moved by itself in `pasts`; `source` says in words what those are."""
    names = np.unique(np.concatenate([past.names for past in pasts]))
    seconds = pasts[-1].seconds
    size = (len(seconds), len(NAMES), len(names))
    excess, weight, largest, usual, count = (np.zeros(size) for _ in range(5))
    for past in pasts:
        place = np.searchsorted(names, past.names)
        for time, near in enumerate(_nearest(past.seconds, seconds)):
            if near is not None:
                _add(past.value[near].astype(float), past.error[near].astype(float), place,
                     *(total[time] for total in (excess, weight, largest, usual, count)))
    moved = np.maximum(np.divide(excess, weight, out=np.zeros(size), where=weight > 0), 0.0)
    usual = np.exp(np.divide(usual, count, out=np.full(size, -np.inf), where=count > 0))
    count = count[:, LEVEL]
    return Floors(names, seconds, moved, largest, usual, count, count / READINGS_OF_ONE,
                  np.zeros(len(names), dtype=int), (source,))


def pooled(moved: np.ndarray, count: np.ndarray, guesses: float, most: float = MOST) -> np.ndarray:
    """A metric with few readings of its own is taken to move as `most` of all do; that counts for so many `guesses`."""
    few = (count > 0) & (count < ENOUGH)
    result = moved.copy()
    for time in np.flatnonzero(few.any(axis=1)):
        usual = np.quantile(moved[time][:, count[time] > 0], most, axis=1)[:, None]
        own = count[time][None, :]
        result[time] = np.where(few[time], (own * moved[time] + guesses * usual) / (own + guesses), moved[time])
    return result


def _nearest(seconds: np.ndarray, wanted: np.ndarray) -> list[int | None]:
    distance = np.abs(np.log(seconds[None, :] / wanted[:, None]))
    nearest = distance.argmin(axis=1)
    return [int(at) if distance[i, at] <= np.log(SAME_TIME) else None for i, at in enumerate(nearest)]


def _add(value: np.ndarray, error: np.ndarray, place: np.ndarray, excess: np.ndarray, weight: np.ndarray,
         largest: np.ndarray, usual: np.ndarray, count: np.ndarray) -> None:
    metrics = count.shape[1]
    for view in range(len(NAMES)):
        there = np.isfinite(value[view])
        at, v, e = place[there], value[view, there], error[view, there]
        trust = (e**2 + PRECISE) ** -2 if view in (LEVEL, ROBUST) else np.ones_like(e)
        known = e**2 if view not in (TAIL, SPREAD) else 0.0      # those two errors are rough
        excess[view] += np.bincount(at, trust * (v**2 - known), metrics)
        weight[view] += np.bincount(at, trust, metrics)
        np.maximum.at(largest[view], at, np.abs(v))
        usual[view] += np.bincount(at, np.log(np.maximum(e**2, 1e-12)), metrics)
        count[view] += np.bincount(at, minlength=metrics)
