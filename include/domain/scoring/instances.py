"""Floors without any history: prod's own instances, in the canary's own hours. Two groups of instances of the running
ASG are an A/A pair, as large as the canary and its baseline.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from include.domain.scoring.floors import INSTANCES, Floors, rebuilt
from include.domain.scoring.past import Past, compact

SPLITS = 16            # of the instances into two groups
SEED = 20260105        # of the splits: the same instances always give the same floors


def of_instances(names: Sequence[str], values: np.ndarray, size: int, step_seconds: float,
                 kinds: np.ndarray | None = None) -> Floors:
    """`values` is (instances × metrics × points) of the running ASG, NaN for gaps; `size` is the canary's. Under two
    instances there is nothing to learn. Where they are too few for two groups of that size, smaller groups are taken,
    and what they moved is made smaller as the mean of more instances would be."""
    instances = len(values)
    group = min(size, instances // 2)
    if group < 1:
        return Floors.none()
    shrink = np.float32(np.sqrt(group / size))
    pasts = [_smaller(compact(names, _together(values[one]), _together(values[other]), step_seconds, kinds), shrink)
             for one, other in _splits(instances, group)]
    floors = rebuilt(pasts, len(pasts), INSTANCES)
    return replace(floors, count=np.minimum(floors.count, instances - 1), canaries=instances)


def filled(floors: Floors, more: Floors) -> Floors:
    """`floors`, and for metrics that it does not know those of `more`."""
    if not len(floors.names):
        return more
    new = more.names[~np.isin(more.names, floors.names)]
    if not len(new):
        return floors
    added = [more.at(new, seconds) for seconds in floors.seconds]
    names = np.concatenate([floors.names, new])
    order = np.argsort(names, kind="stable")
    parts = {name: np.concatenate([getattr(floors, name), [getattr(floor, name) for floor in added]], axis=-1)
             for name in ("moved", "largest", "usual", "count")}
    return replace(floors, names=names[order], **{name: part[..., order] for name, part in parts.items()})


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


def _together(values: np.ndarray) -> np.ndarray:
    """The mean over the instances that are there."""
    there = np.isfinite(values)
    count = there.sum(axis=0)
    total = np.where(there, values, 0.0).sum(axis=0)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


def _smaller(past: Past, times: np.float32) -> Past:
    return replace(past, value=past.value * times, error=past.error * times)
