"""What must be there before anything is judged: no data is never success."""

from collections.abc import Sequence

import numpy as np

from include.domain.canary import Decision
from include.domain.declared.canary import CanaryPlan
from include.domain.metric_sources import MetricSource
from include.domain.scoring.measure import Measured

COVERAGE = 75.0        # % of the metrics that must be there on both sides
ALONE = 10             # points on one side, none on the other: a metric that is missing


def one_sided(measured: Measured) -> np.ndarray:
    """Which metrics one side alone has: they vanished, or appeared."""
    return (((measured.n_canary == 0) & (measured.n_baseline >= ALONE))
            | ((measured.n_baseline == 0) & (measured.n_canary >= ALONE)))


def one_sided_share(measured: Measured) -> float:
    return float(one_sided(measured).mean())


def gap(names: Sequence[str], measured: Measured, source: MetricSource, plan: CanaryPlan, coverage: float,
        requests: tuple[float, ...]) -> tuple[Decision, str] | None:
    """What is missing for a verdict, or None."""
    sides = {"canary": measured.n_canary, "baseline": measured.n_baseline}
    if not len(names) or not any((count > 0).any() for count in sides.values()):
        return Decision.ERROR, "no metric was found of either side"
    for side, count in sides.items():
        if not (count > 0).any():
            return Decision.ERROR, f"no metric was found of the {side}"
    needed = {"requests": source.requests, "errors": source.errors, "latency": source.latency}
    rows = {name: row for row, name in enumerate(names) if name in needed.values()}
    for what, metric in needed.items():
        for side, count in sides.items():
            if metric not in rows or not count[rows[metric]]:
                return Decision.INCONCLUSIVE, f"{metric}, the metric of {what}, has no data on the {side}"
    for side, total in zip(sides, requests, strict=True):
        if total < plan.min_requests:
            return Decision.INCONCLUSIVE, f"the {side} had {total:,.0f} requests, under {plan.min_requests:,}"
    if coverage < COVERAGE:
        return Decision.INCONCLUSIVE, (f"{100 - coverage:.0f} % of {len(names):,} metrics are missing on one side, "
                                       f"allowed {100 - COVERAGE:.0f} %")
    return None
