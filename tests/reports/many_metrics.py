"""A canary of as many metrics as a test wants, and its page."""

from datetime import UTC, datetime, timedelta

import numpy as np

from include.domain.canary import Canary
from include.domain.declared.canary import CanaryPlan
from include.domain.metric_sources import MetricRule, SqlSource
from include.domain.scoring.judge import judge
from include.ports import MetricTable
from include.reports.canary import canary_report

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
RULES = (MetricRule(pattern="errors.all", tier="critical", group="errors", direction="higher"),
         MetricRule(pattern="latency_ms.all.*", tier="high", group="latency", direction="higher", owner="team-edge"),
         MetricRule(pattern="latency_ms.*", group="latency", direction="higher"),
         MetricRule(pattern="requests.*", tier="low", group="traffic"))
FIRST = ("requests.all", "errors.all", "latency_ms.all.p99")
KINDS = ("requests.{}", "latency_ms.{}.p50", "latency_ms.{}.p99", "cache.{}", "threads.{}")


def page(metrics: int, points: int, hostile: str = "") -> str:
    """Latency is 1.8 times the baseline's, every hundredth metric 1.4 times; `hostile` is the name of one more."""
    names = [*FIRST, *filter(None, [hostile])]
    names += [KINDS[number % len(KINDS)].format(f"ep{number // len(KINDS):04}")
              for number in range(metrics - len(names))]
    random = np.random.default_rng(7)
    baseline = np.exp(random.normal(0, .05, (metrics, points)) + random.normal(3, 1, (metrics, 1)))
    canary = baseline * np.exp(random.normal(0, .05, (metrics, points)))
    canary[0] = baseline[0] = 100
    canary[2] *= 1.8
    canary[10::100] *= 1.4
    source = SqlSource(connection="metrics", rules=RULES)
    judgement = judge(names, canary, baseline, source, CanaryPlan(region="us-west-2"))
    until = NOON + timedelta(minutes=points)
    about = Canary("api-20260105T120000-abc123", "api", "prod", "us-west-2", "0123456789abcdef", "api-prod-canary-v042",
                   "api-prod-baseline-v042", 1, 1, NOON, until)
    table = MetricTable(("canary", "baseline"), tuple(names), NOON, 60, np.stack([canary, baseline]))
    return canary_report(about, judgement, 95, NOON, until, table, source)
