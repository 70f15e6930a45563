"""What the judge says: one reading for each metric, and the judgement over all of them. Imports nothing slow."""

from dataclasses import dataclass
from enum import StrEnum

from include.domain.canary import Verdict

POINTS = {"critical": 100.0, "high": 6.0, "normal": 1.5, "low": 0.15}   # what one metric found worse costs
TRUST = {"critical": 1000.0, "high": 200.0, "normal": 1.0, "low": 0.25}   # its share of the allowed false alarms


class State(StrEnum):
    """The canary against the baseline. Noisy: a change of half again could not have been seen."""

    HOT = "hot"
    COLD = "cold"
    SAME = "same"
    NOISY = "noisy"
    NO_DATA = "no data"


@dataclass(frozen=True)
class Reading:
    """One metric. `ratio` is canary / baseline, None where there is none; `points` is what it takes off the score."""

    name: str
    state: str
    tier: str
    group: str
    direction: str
    ratio: float | None
    points: float
    sentence: str


@dataclass(frozen=True)
class Judgement:
    """The whole: `readings` with the dearest first; `coverage_percent` of all metrics are there on both sides."""

    decision: str
    score: float
    reason: str
    readings: tuple[Reading, ...]
    coverage_percent: float
    canary_requests: float
    baseline_requests: float
    points_in_time: int

    @property
    def lost(self) -> tuple[Reading, ...]:
        """Readings that took points off, the dearest first."""
        return tuple(reading for reading in self.readings if reading.points)

    def verdict(self, push_id: str, report: str = "") -> Verdict:
        """As the push hands it on."""
        return Verdict(push_id, self.decision, self.score, self.reason, len(self.readings), report)
