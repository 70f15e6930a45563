"""What the judge says: one reading for each metric, and the judgement over all of them. Imports nothing slow."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from typing import NamedTuple

from include.domain.canary import Verdict

POINTS = {"critical": 100.0, "high": 6.0, "normal": 1.5, "low": 0.15}   # what one metric found worse costs
TRUST = {"critical": 10.0, "high": 5.0, "normal": 1.0, "low": 0.25}     # its share of the allowed false alarms


class State(StrEnum):
    """The canary against the baseline. Noisy: a change of half again could not have been seen."""

    HOT = "hot"
    COLD = "cold"
    SAME = "same"
    NOISY = "noisy"
    NO_DATA = "no data"


class Reading(NamedTuple):
    """One metric. `ratio` is canary / baseline, None where there is none, and lies between `low` and `high` with 95 %;
    `points` is what it takes off the score; `canary` and `baseline` are means, or totals of events."""

    name: str
    state: str
    tier: str
    group: str
    direction: str
    ratio: float | None
    points: float
    sentence: str
    low: float | None = None
    high: float | None = None
    canary: float | None = None
    baseline: float | None = None


@dataclass(frozen=True)
class Judgement:
    """The whole: `readings` with the dearest first, put into words when they are asked for; `coverage_percent` of all
    metrics are there on both sides; `floors` says what the judge knew of each metric's noise, `sick` which single
    instances make metrics differ."""

    decision: str
    score: float
    reason: str
    readings: Sequence[Reading]
    coverage_percent: float
    canary_requests: float
    baseline_requests: float
    points_in_time: int
    floors: str = ""
    sick: tuple[str, ...] = ()

    @property
    def lost(self) -> tuple[Reading, ...]:
        """Readings that took points off, the dearest first."""
        return tuple(takewhile(lambda reading: reading.points, self.readings))

    @property
    def differing(self) -> tuple[Reading, ...]:
        """Readings that are hot or cold, the dearest first."""
        return tuple(takewhile(lambda reading: reading.state in (State.HOT, State.COLD), self.readings))

    def verdict(self, push_id: str, report: str = "") -> Verdict:
        """As the push hands it on."""
        return Verdict(push_id, self.decision, self.score, self.reason, len(self.readings), report)
