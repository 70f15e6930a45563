"""The verdict on a canary from the metrics of both sides. Pure and deterministic; imports numpy, so import it late.

What it knows of a metric is its name: which metrics there are, and what they are worth, is declared by the service.
"""

from collections.abc import Sequence

import numpy as np

from include.domain.canary import Decision
from include.domain.scoring.compare import compare
from include.domain.scoring.comparison import Comparison
from include.domain.scoring.many import discovered
from include.domain.scoring.readings import POINTS, TRUST, Judgement, Reading, State
from include.domain.scoring.rules import Worth, worth
from include.domain.scoring.sentences import outcome, sentence
from include.domain.service import CanaryPlan, MetricSource

TOLERANCE = 0.10       # a ratio from 1/1.1 to 1.1 is alike
FALSE_ALARMS = 0.05    # chance that any metric of a good canary is found different
EARLY_TOLERANCE = 0.25
EARLY_FALSE_ALARMS = 0.005    # chance that a good canary is ended early, over all looks together
NOISY = 0.5            # a metric that could not have shown a change of half again is noisy
COVERAGE = 75.0        # % of the metrics that must be there on both sides
ALONE = 10             # points on one side, none on the other: a metric that is missing
_ORDER = {State.HOT: 0, State.COLD: 0, State.NO_DATA: 1, State.NOISY: 2, State.SAME: 3}


def judge(names: Sequence[str], canary: np.ndarray, baseline: np.ndarray, source: MetricSource,
          plan: CanaryPlan) -> Judgement:
    """`canary` and `baseline` are (metrics × points), NaN for gaps, in the order of `names`. Counts come per second,
    as means over points of `source.step_seconds`."""
    canary, baseline = _checked(names, canary), _checked(names, baseline)
    value = worth(names, source.rules)
    found = compare(canary, baseline, TOLERANCE, source.step_seconds) if len(names) else Comparison.empty(0)
    readings = _readings(names, value, found)
    missing = _missing(canary, baseline)
    coverage = 100.0 * (1 - float(missing.mean())) if len(names) else 0.0
    requests = tuple(source.step_seconds * _total(names, side, source.requests) for side in (canary, baseline))
    score = round(max(0.0, 100.0 - sum(reading.points for reading in readings)), 2)
    gap = _gap(names, canary, baseline, source, plan, coverage, requests)
    decision, reason = outcome(score, plan.go_score, readings, gap)
    return Judgement(decision, 0.0 if decision == Decision.ERROR else score, reason, readings, round(coverage, 1),
                     *requests, canary.shape[1] if len(names) else 0)


def overwhelming_harm(names: Sequence[str], canary: np.ndarray, baseline: np.ndarray, source: MetricSource,
                      looks: int) -> str | None:
    """Why the canary must end now, or None: one critical or high metric is so much worse that a good canary would
    look like this in one of 200 bakes at most, counted over `looks` looks and all those metrics."""
    canary, baseline = _checked(names, canary), _checked(names, baseline)
    value = worth(names, source.rules)
    important = np.flatnonzero(value.important())
    if not len(important) or canary.shape[1] < 2:
        return None
    found = compare(canary[important], baseline[important], EARLY_TOLERANCE, source.step_seconds)
    worse = _worse(Worth(*(part[important] for part in (value.tier, value.group, value.direction))), found)
    if not np.isfinite(worse).any():
        return None
    first = int(np.nanargmin(worse))
    if worse[first] > EARLY_FALSE_ALARMS / (max(1, looks) * np.isfinite(worse).sum()):
        return None
    state = State.HOT if found.hot[first] <= found.cold[first] else State.COLD
    return f"overwhelming harm: {sentence(names[important[first]], state, found, first, EARLY_TOLERANCE)}"


def _checked(names: Sequence[str], values: np.ndarray) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    if values.ndim != 2 or len(values) != len(names):
        raise ValueError(f"{len(names)} metrics need as many rows, not an array of {values.shape}")
    return np.where(np.isfinite(values), values, np.nan)


def _worse(value: Worth, found: Comparison) -> np.ndarray:
    """The p-value of the side that is bad for each metric; NaN where there is nothing to test."""
    chosen = np.select([value.direction == "higher", value.direction == "lower"], [found.hot, found.cold],
                       _either(found))
    return np.where(found.able, chosen, np.nan)


def _either(found: Comparison) -> np.ndarray:
    return np.where(found.able, np.minimum(1.0, 2 * np.fmin(found.hot, found.cold)), np.nan)


def _readings(names: Sequence[str], value: Worth, found: Comparison) -> tuple[Reading, ...]:
    trust = np.array([TRUST[tier] for tier in value.tier])
    costs = discovered(_worse(value, found), trust, FALSE_ALARMS)
    differs = costs | discovered(_either(found), trust, FALSE_ALARMS)
    noisy = np.log1p(TOLERANCE) + 3 * found.error > np.log1p(NOISY)
    states = np.select([~np.isfinite(found.hot), differs & (found.hot <= found.cold), differs,
                        noisy & (found.canary != found.baseline)],
                       [State.NO_DATA, State.HOT, State.COLD, State.NOISY], State.SAME)
    readings = [Reading(name, str(states[i]), value.tier[i], value.group[i], value.direction[i],
                        round(float(found.ratio[i]), 4) if np.isfinite(found.ratio[i]) else None,
                        POINTS[value.tier[i]] if costs[i] else 0.0,
                        sentence(name, states[i], found, i, TOLERANCE))
                for i, name in enumerate(names)]
    return tuple(sorted(readings, key=lambda r: (-r.points, _ORDER[State(r.state)], r.name)))


def _missing(canary: np.ndarray, baseline: np.ndarray) -> np.ndarray:
    n_c, n_b = np.isfinite(canary).sum(axis=1), np.isfinite(baseline).sum(axis=1)
    return ((n_c == 0) & (n_b >= ALONE)) | ((n_b == 0) & (n_c >= ALONE))


def _total(names: Sequence[str], side: np.ndarray, metric: str) -> float:
    return float(np.nansum(side[list(names).index(metric)])) if metric in names else 0.0


def _gap(names: Sequence[str], canary: np.ndarray, baseline: np.ndarray, source: MetricSource, plan: CanaryPlan,
         coverage: float, requests: tuple[float, ...]) -> tuple[Decision, str] | None:
    """What is missing for a verdict, or None."""
    if not len(names) or not (np.isfinite(canary).any() or np.isfinite(baseline).any()):
        return Decision.ERROR, "no metric was found of either side"
    for side, values in (("canary", canary), ("baseline", baseline)):
        if not np.isfinite(values).any():
            return Decision.ERROR, f"no metric was found of the {side}"
    rows = {name: i for i, name in enumerate(names)}
    for what, metric in (("requests", source.requests), ("errors", source.errors), ("latency", source.latency)):
        for side, values in (("canary", canary), ("baseline", baseline)):
            if metric not in rows or not np.isfinite(values[rows[metric]]).any():
                return Decision.INCONCLUSIVE, f"{metric}, the metric of {what}, has no data on the {side}"
    for side, count in zip(("canary", "baseline"), requests, strict=True):
        if count < plan.min_requests:
            return Decision.INCONCLUSIVE, f"the {side} had {count:,.0f} requests, under {plan.min_requests:,}"
    if coverage < COVERAGE:
        return Decision.INCONCLUSIVE, (f"{100 - coverage:.0f} % of {len(names):,} metrics are missing on one side, "
                                       f"allowed {100 - COVERAGE:.0f} %")
    return None
