"""The squeeze's word in the score: a fall in throughput costs the group `efficiency`, as one more important metric."""

from dataclasses import replace
from math import isfinite

from include.domain.canary import Decision
from include.domain.scoring.readings import POINTS, Judgement, Reading, State
from include.domain.scoring.sentences import outcome
from include.domain.squeeze.efficiency import Efficiency

GROUP = "efficiency"
NAME = "squeeze.throughput"
TIER = "high"


def with_efficiency(judgement: Judgement, found: Efficiency, max_drop_percent: float, go_score: int) -> Judgement:
    """The judgement with a reading of the squeeze. Where nothing could be judged that stays so: a squeeze is no
    replacement for metrics."""
    reading = _reading(found, max_drop_percent)
    readings = sorted([*judgement.readings, reading], key=_order)
    if not reading.points or judgement.decision == Decision.ERROR:
        return replace(judgement, readings=tuple(readings))
    score = round(max(0.0, judgement.score - reading.points), 2)
    charged = replace(judgement, readings=tuple(readings), score=score)
    if judgement.decision == Decision.INCONCLUSIVE:
        return replace(charged, reason=f"{judgement.reason}; {reading.sentence}")
    decision, reason = outcome(score, go_score, charged.lost, None)
    return replace(charged, decision=decision, reason=reason)


def _reading(found: Efficiency, max_drop_percent: float) -> Reading:
    """Each time that the allowed fall fits into this one costs what an important metric costs: half the capacity is
    no-go at any threshold."""
    points = min(POINTS["critical"], round(POINTS[TIER] * found.drop_percent / max_drop_percent, 2))
    state, one = State(found.sentence.partition(":")[0]), found.compared
    if one is None:
        return Reading(NAME, state, TIER, GROUP, "lower", None, points, found.sentence)
    return Reading(NAME, state, TIER, GROUP, "lower", one.ratio, points, found.sentence, one.low,
                   one.high if isfinite(one.high) else None, one.canary.rps, one.baseline.rps)


def _order(reading: Reading) -> tuple[float, bool]:
    """As the judge has them: the dearest first, then what differs, then the others, each in the order they had."""
    return -reading.points, reading.state not in (State.HOT, State.COLD)
