"""Services of known truth: metrics of every sort, with their own noise and the offset that any two machines have.
Seeded; the same service in every canary, the numbers anew."""

import numpy as np

from include.domain.declared.canary import CanaryPlan
from include.domain.metric_sources import MetricRule, MetricSource
from include.domain.scoring.past import Past, compact
from tests.domain.scoring.telemetry import wander

PLAN = CanaryPlan(region="us-west-2", min_requests=0)
SOURCE = MetricSource(connection="metrics", requests="high.0000", errors="critical.0000", latency="high.0001",
                      rules=tuple(MetricRule(pattern=f"{tier}.*", tier=tier)
                                  for tier in ("critical", "high", "normal", "low")))


def names(metrics: int) -> list[str]:
    """One in fifty is critical, one in ten high, half are normal."""
    counts = {"critical": max(1, metrics // 50), "high": metrics // 10, "normal": metrics // 2}
    counts["low"] = metrics - sum(counts.values())
    return [f"{tier}.{number:04d}" for tier, count in counts.items() for number in range(count)]


def side(metrics: int, load: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(metrics × points): levels that wander, log-normal values, and counts, many and few."""
    what = np.random.default_rng(1)                       # which metric is what does not change
    points = len(load)
    sort, alike = what.integers(0, 4, metrics), what.choice([0.0, 0.5, 0.9], metrics)
    swing = np.exp(what.uniform(np.log(0.01), np.log(0.1), metrics))
    machine = np.exp(rng.normal(0, 1, metrics) * np.exp(what.uniform(np.log(0.002), np.log(0.03), metrics)))
    rows = np.empty((metrics, points))
    for row in range(metrics):
        wanders = wander(rng, points, alike[row], swing[row])
        rows[row] = (100 * load * machine[row] * (1 + wanders), 50 * np.sqrt(load) * machine[row] * np.exp(2 * wanders),
                     rng.poisson(60 * load * machine[row] * np.exp(wanders)),
                     rng.poisson(1.5 * load * machine[row]))[sort[row]]
    return np.maximum(rows, 0)


def pair(seed: int, metrics: int = 150, points: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    load = 1 + 0.3 * np.sin(np.arange(points) / 70 + rng.uniform(0, 6))
    return side(metrics, load, rng), side(metrics, load, rng)


def pasts(canaries: int, metrics: int = 150, points: int = 60, first: int = 10_000) -> list[Past]:
    return [compact(names(metrics), *pair(first + number, metrics, points), 60) for number in range(canaries)]
