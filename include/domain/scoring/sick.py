"""A single sick instance, or zone: what differs only because of it. Each instance of either side is left out in turn,
and each zone of both, and the others are compared. The verdict stays: one sick instance of a canary may be what the new
version does to one in four.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from include.domain.metric_sources import MetricSource
from include.domain.scoring.floors import Floors
from include.domain.scoring.instances import together
from include.domain.scoring.look import Look, look
from include.domain.scoring.readings import Judgement, Reading, State
from include.domain.scoring.series import LEVEL

DIFFERS = 0.05      # p-value under which two groups of instances differ
EXPLAINED = 0.5     # of the difference must go with the sick instance
SIDES = ("canary", "baseline")
ZONE = "zone"


@dataclass(frozen=True)
class Side:
    """One side by its instances; `values` is (instances × metrics × points), NaN for gaps. `zones` is where each is, ""
    where that is not known."""

    instances: Sequence[str]
    values: np.ndarray
    zones: Sequence[str] = ()


@dataclass(frozen=True, order=True)
class Sick:
    """An instance of a side, or a zone of both."""

    side: str
    name: str

    def __str__(self) -> str:
        return f"{self.side} {self.name}" if self.side == ZONE else f"{self.name} of the {self.side}"


Found = Mapping[str, tuple[State, Sick]]


def sick(names: Sequence[str], canary: Side, baseline: Side, source: MetricSource,
         floors: Floors) -> Found:
    """Of metrics that differ, hot or cold, the one instance without which they would not, or else the one zone; a
    metric that several make differ, or none alone, is not in it."""
    if not len(canary.instances) or not len(baseline.instances):
        return {}
    whole = look(names, together(canary.values), together(baseline.values), source, floors)
    zones = _blamed(whole, list(_without_a_zone(names, canary, baseline, source, floors)))
    return zones | _blamed(whole, list(_without_an_instance(names, canary, baseline, source, floors)))


def _blamed(whole: Look, left_out: Sequence[tuple[Sick, Look]]) -> dict[str, tuple[State, Sick]]:
    """By metric, the only one without whom it does not differ."""
    hot = whole.evidence.hot <= whole.evidence.cold
    every = np.arange(len(whole.names))
    view = np.where(hot, whole.evidence.hot_view, whole.evidence.cold_view)
    value, differs = whole.measured.value[view, every], _p(whole, hot) < DIFFERS
    explains, one = np.zeros((2, len(every)), dtype=int)
    for number, (_, without) in enumerate(left_out):
        left = without.measured.value[view, every]
        left = np.where(np.isfinite(left), left, without.measured.value[LEVEL])     # a view that the others have not
        gone = (_p(without, hot) >= DIFFERS) & (np.abs(left) <= EXPLAINED * np.abs(value))
        explains, one = explains + gone, np.where(gone, number, one)
    return {whole.names[row]: (State.HOT if hot[row] else State.COLD, left_out[one[row]][0])
            for row in np.flatnonzero(differs & (explains == 1))}


def explained(reading: Reading, found: Found) -> Reading:
    """The same reading, whose sentence names the sick instance."""
    state, who = found.get(reading.name, ("", None))
    if state != reading.state:
        return reading
    return reading._replace(sentence=f"{reading.sentence}; only because of {who}")


def named(judgement: Judgement, found: Found, go_score: int) -> Judgement:
    """The same verdict, which names the sick instances, and says what it would be without each."""
    differ = judgement.differing
    because = sorted((found[reading.name][1], reading.points) for reading in differ
                     if reading.state == found.get(reading.name, ("",))[0])
    if not because:
        return judgement
    of_all = f"of {len(differ)} metrics differ" if len(differ) != 1 else "metric that differs does so"
    said = tuple(f"{len(points)} {of_all} only because of {one}: {_without(judgement, sum(points), go_score)}"
                 for one, points in ((one, [points for _, points in same])
                                     for one, same in groupby(because, key=lambda pair: pair[0])))
    readings = (*(explained(reading, found) for reading in differ), *judgement.readings[len(differ):])
    return replace(judgement, readings=readings, sick=said, reason=f"{judgement.reason}; {'; '.join(said)}")


def _without(judgement: Judgement, points: float, go_score: int) -> str:
    """What the score would be if these points were not lost."""
    score = max(0.0, round(100 - sum(reading.points for reading in judgement.lost) + points, 2))
    side = f"{'at least' if score >= go_score else 'still under'} {go_score}"
    return f"without it the score would be {score:g}, {side}"


def _without_an_instance(names: Sequence[str], canary: Side, baseline: Side, source: MetricSource,
              floors: Floors) -> Iterator[tuple[Sick, Look]]:
    """Each instance of a side that has others, and the look without it."""
    for number, side in enumerate((canary, baseline)):
        for at, instance in enumerate(side.instances if len(side.instances) > 1 else ()):
            sides = [together(canary.values), together(baseline.values)]
            sides[number] = together(np.delete(side.values, at, axis=0))
            yield Sick(SIDES[number], instance), look(names, *sides, source, floors)


def _without_a_zone(names: Sequence[str], canary: Side, baseline: Side, source: MetricSource,
                    floors: Floors) -> Iterator[tuple[Sick, Look]]:
    """Each zone without which there still are instances on both sides, and the look without it."""
    for zone in sorted({*canary.zones, *baseline.zones} - {""}):
        others = [[number for number, where in enumerate(side.zones) if where != zone] for side in (canary, baseline)]
        if all(others):
            sides = (together(side.values[kept]) for side, kept in zip((canary, baseline), others, strict=True))
            yield Sick(ZONE, zone), look(names, *sides, source, floors)


def _p(found: Look, hot: np.ndarray) -> np.ndarray:
    """That the side is not the higher, or the lower, one."""
    return np.where(hot, found.evidence.hot, found.evidence.cold)
