"""Floors without any history: prod's own instances, in the canary's own hours. Two groups of instances of the running
ASG are an A/A pair, as large as the canary and its baseline.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from include.domain.scoring.floors import ENOUGH, Floors, observed, pooled
from include.domain.scoring.past import Past, compact

SPLITS = 16            # of the instances into two groups
GUESSES, MOST = 1.0, 0.85   # as for past canaries; fewer guesses, for these readings are of the canary's own hours
FREEDOM = 8.0          # what a floor of these is worth, pooled as it is
LONG_THERE = 0.9       # of the points that the fullest has: one that was just started is no measure of the others
SEED = 20260105        # of the splits: the same instances always give the same floors
_CURVES = ("moved", "largest", "usual", "count", "worth")


def of_instances(names: Sequence[str], values: np.ndarray, size: int, step_seconds: float,
                 kinds: np.ndarray | None = None) -> Floors:
    """`values` is (instances × metrics × points) of the running ASG, NaN for gaps; `size` is the canary's. Instances
    that were there for a part of the time are left out; under two there is nothing to learn. Where they are too few for
    two groups of that size, smaller groups are taken, and what they moved is made smaller as the mean of more instances
    would be."""
    values = values[_stayed(values)]
    there = np.isfinite(values).any(axis=2).sum(axis=0)
    names, values = np.asarray(names, dtype=str)[there > 0], values[:, there > 0]
    kinds = None if kinds is None else kinds[there > 0]
    instances = len(values)
    group = min(size, instances // 2)
    if group < 1:
        return Floors.none()
    shrink = np.float32(np.sqrt(group / size))
    pasts = [_smaller(compact(names, together(values[one]), together(values[other]), step_seconds, kinds), shrink)
             for one, other in _splits(instances, group)]
    floors = observed(pasts, f"{instances} instances of prod")
    count = np.minimum(floors.count, there[there > 0][np.argsort(names)] - 1)
    worth = np.where(count > 0, FREEDOM, 0.0)
    return replace(floors, moved=pooled(floors.moved, count, GUESSES, MOST), count=count, worth=worth)


def unknown(floors: Floors, names: Sequence[str]) -> list[str]:
    """Those of `names` that past canaries tell too little of."""
    count = floors.at(names, floors.seconds[-1]).count
    return [name for name, readings in zip(names, count.tolist(), strict=True) if readings < ENOUGH]


def filled(history: Floors, instances: Floors) -> Floors:
    """The floors of `history`; for metrics that it knows too little of those of `instances`, where they know more."""
    if not len(history.names):
        return instances
    if not len(instances.names):
        return history
    names = np.union1d(history.names, instances.names)
    ours, theirs = (_at(floors, names, history.seconds) for floors in (history, instances))
    readings, more = ours.count.max(axis=0), theirs.count.max(axis=0)
    take = (readings < ENOUGH) & (more > readings)
    return Floors(names, history.seconds,
                  *(np.where(take, getattr(theirs, part), getattr(ours, part)) for part in _CURVES),
                  np.where(take, theirs.origin + len(history.sources), ours.origin),
                  (*history.sources, *instances.sources))


def _at(floors: Floors, names: np.ndarray, seconds: np.ndarray) -> Floors:
    """The same floors for other metrics and times."""
    found = [floors.at(names, time) for time in seconds]
    return replace(floors, names=names, seconds=seconds, origin=found[0].origin,
                   **{part: np.array([getattr(floor, part) for floor in found]) for part in _CURVES})


def _stayed(values: np.ndarray) -> np.ndarray:
    """Which instances were there for most of the time."""
    points = np.isfinite(values).any(axis=1).sum(axis=1)
    return points >= LONG_THERE * points.max(initial=1)


def _splits(instances: int, group: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Different ones only: two instances can be split in one way."""
    rng, seen = np.random.default_rng(SEED), set()
    for _ in range(4 * SPLITS):
        chosen = rng.permutation(instances)[: 2 * group]
        one, other = np.sort(chosen[:group]), np.sort(chosen[group:])
        key = tuple(sorted((tuple(one.tolist()), tuple(other.tolist()))))
        if key not in seen and len(seen) < SPLITS:
            seen.add(key)
            yield one, other


def together(values: np.ndarray) -> np.ndarray:
    """The mean over the instances that are there."""
    there = np.isfinite(values)
    count = there.sum(axis=0)
    total = np.where(there, values, 0.0).sum(axis=0)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


def _smaller(past: Past, times: np.float32) -> Past:
    return replace(past, value=past.value * times, error=past.error * times)
