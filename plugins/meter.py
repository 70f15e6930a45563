"""Serin's metrics on itself, told to Airflow's own Stats: `[metrics] statsd_on` or `otel_on` decide where they go.

Airflow starts Stats in the process of each task and in the triggerer's; a process of our own starts it itself.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from typing import Any

from include.domain.own_metrics.metric import Kind, Measured

log = logging.getLogger("serin.meter")


class AirflowMeter:
    """What could not be told is in the log, once: no push fails of it."""

    def tell(self, measured: Iterable[Measured]) -> None:
        try:
            for one in measured:
                _told(one)
        except Exception as error:
            _complain(type(error).__name__)


def start_stats() -> None:
    """In a process that Airflow did not start."""
    from airflow.sdk.configuration import conf
    from airflow.sdk.observability import stats
    from airflow.sdk.observability.metrics.stats_utils import get_stats_factory

    stats.initialize(factory=get_stats_factory(), export_legacy_names=conf.getboolean("metrics", "legacy_names_on"))


def _told(one: Measured) -> None:
    from airflow.sdk.observability import stats

    name, tags = one.metric.told_as, dict(one.labels)
    if one.metric.kind == Kind.TIMER:
        stats.timing(name, timedelta(seconds=one.value), tags=tags)
    elif one.metric.kind == Kind.GAUGE:
        stats.gauge(name, _number(one.value), tags=tags)
    else:
        stats.incr(name, _number(one.value), tags=tags)


def _number(value: float) -> Any:
    """Whole where it is: StatsD's text would have 1.0 for a count."""
    return int(value) if value == int(value) else round(value, 3)


@cache
def _complain(error: str) -> None:
    log.warning("Serin's metrics on itself could not be told: %s", error)
