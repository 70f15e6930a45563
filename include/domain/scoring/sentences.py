"""What the judge says in words: one sentence for each metric, and one for the whole."""

from collections.abc import Sequence

from include.domain.canary import Decision
from include.domain.scoring.readings import Reading, State

WORST = 3      # how many metrics the reason names
_VIEWS = {"level": "", "robust": "", "tail": ", in its peaks", "trend": ", and drifts away from it",
          "spread": ", in how much it swings"}


def sentence(name: str, state: str, ratio: float | None, canary: float, baseline: float, unit: str, allowed: float,
             view: str) -> str:
    """`hot: latency_ms.all.p99 is 1.83 × baseline (412 against 225), allowed 1.10`. `unit` follows the two numbers;
    `view` is the one that speaks most."""
    if state == State.NO_DATA:
        return f"no data: {name} was not measured often enough on both sides"
    numbers = f"{_number(canary)} against {_number(baseline)}{unit}"
    size = f"{ratio:.2f} × baseline ({numbers})" if ratio is not None else numbers
    if state == State.SAME:
        return f"same: {name} is {size}"
    if state == State.NOISY:
        return f"noisy: {name} is {size}, and swings too much to tell"
    bound = 1 + allowed if state == State.HOT else 1 / (1 + allowed)
    return f"{state}: {name} is {size}{_VIEWS[view]}, allowed {bound:.2f}"


def one_sided(name: str, canary_points: float, baseline_points: float, others: int) -> str:
    """A metric that one side alone has. `others` vanished with the one that bears what all of them cost."""
    if canary_points:
        return f"no data: {name} appeared: {canary_points:.0f} points on the canary, none on the baseline"
    more = f"; {others:,} more vanished with it" if others else ""
    return f"no data: {name} vanished: {baseline_points:.0f} points on the baseline, none on the canary{more}"


def outcome(score: float, go_score: int, lost: Sequence[Reading],
            gap: tuple[Decision, str] | None) -> tuple[str, str]:
    """The decision and its reason, from the readings that `lost` points, the dearest first. A critical metric found
    worse is a no-go even where data is missing."""
    critical = [reading for reading in lost if reading.tier == "critical" and reading.state != State.NO_DATA]
    if gap and not (critical and gap[0] == Decision.INCONCLUSIVE):
        return str(gap[0]), f"{gap[0]}: {gap[1]}"
    if score >= go_score:
        why = f"; {_worst(lost)}" if lost else ""
        return str(Decision.GO), f"go: score {score:g} is at least {go_score}{why}"
    return str(Decision.NO_GO), f"no-go: score {score:g} is under {go_score}; {_worst(lost)}"


def floors_used(metrics: int, known: Sequence[tuple[str, int]]) -> str:
    """Which floors so many metrics were judged by: `known` is from what, and how many of them."""
    known = [(source, count) for source, count in known if count]
    total = sum(count for _, count in known)
    if not total:
        return "no floors: every metric may be 10 % off"
    others = "; the others may be 10 % off" if total < metrics else ""
    of_all = f"floors of {total:,} of {metrics:,} metrics"
    if len(known) == 1:
        return f"{of_all} from {known[0][0]}{others}"
    return f"{of_all}: {', '.join(f'{count:,} from {source}' for source, count in known)}{others}"


def _worst(lost: Sequence[Reading]) -> str:
    more = len(lost) - WORST
    return "; ".join(reading.sentence for reading in lost[:WORST]) + (f"; and {more} more" if more > 0 else "")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value % 1 == 0 or abs(value) >= 1000 else f"{value:.3g}"
