"""What the judge says in words: one sentence for each metric, and one for the whole."""

from collections.abc import Sequence

from include.domain.canary import Decision
from include.domain.scoring.comparison import MEAN, OFTEN, TOTAL, Comparison
from include.domain.scoring.readings import Reading, State

WORST = 3      # how many metrics the reason names
_UNITS = {MEAN: "", TOTAL: " in all", OFTEN: " points above zero"}


def sentence(name: str, state: str, found: Comparison, i: int, tolerance: float) -> str:
    """`hot: latency_ms.all.p99 is 1.83 × baseline (412 against 225), allowed 1.10`."""
    if state == State.NO_DATA:
        return f"no data: {name} was not measured often enough on both sides"
    numbers = f"{_number(found.canary[i])} against {_number(found.baseline[i])}{_UNITS[found.unit[i]]}"
    ratio = found.ratio[i]
    size = f"{ratio:.2f} × baseline ({numbers})" if ratio == ratio else numbers
    if state == State.SAME:
        return f"same: {name} is {size}"
    if state == State.NOISY:
        return f"noisy: {name} is {size}, and swings too much to tell"
    allowed = 1 + tolerance if state == State.HOT else 1 / (1 + tolerance)
    trend = "" if _beyond(ratio, state, tolerance) else ", and drifts away from it"
    return f"{state}: {name} is {size}{trend}, allowed {allowed:.2f}"


def outcome(score: float, go_score: int, readings: Sequence[Reading],
            gap: tuple[Decision, str] | None) -> tuple[str, str]:
    """The decision and its reason. A critical metric found worse is a no-go even where data is missing."""
    lost = [reading for reading in readings if reading.points]
    critical = [reading for reading in lost if reading.tier == "critical"]
    if gap and not (critical and gap[0] == Decision.INCONCLUSIVE):
        return str(gap[0]), f"{gap[0]}: {gap[1]}"
    if score >= go_score:
        why = f"; {_worst(lost)}" if lost else ""
        return str(Decision.GO), f"go: score {score:g} is at least {go_score}{why}"
    return str(Decision.NO_GO), f"no-go: score {score:g} is under {go_score}; {_worst(lost)}"


def _worst(lost: Sequence[Reading]) -> str:
    more = len(lost) - WORST
    return "; ".join(reading.sentence for reading in lost[:WORST]) + (f"; and {more} more" if more > 0 else "")


def _beyond(ratio: float, state: str, tolerance: float) -> bool:
    if ratio != ratio:
        return True
    return ratio > 1 + tolerance if state == State.HOT else ratio < 1 / (1 + tolerance)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 or value == round(value) else f"{value:.3g}"
