"""Every query of the dashboard and of the alarms against a real Prometheus, fed by what Airflow's Stats really send."""

import re

import pytest

from include.domain.own_metrics.metric import Kind
from include.domain.own_metrics.table import TABLE
from tests.operations.exporter import Exporter
from tests.operations.prometheus import needs_prometheus, prometheus
from tests.operations.queries import METRIC, named, of_airflow, of_the_alarms, of_the_dashboard
from tests.operations.samples import every

LONG_AGO = 1_700_000_000
BOARD, ALARMS = of_the_dashboard(), of_the_alarms()
OURS = {metric.seen_as: metric for metric in TABLE}
USED = {name for text in (*BOARD.values(), *(rule["expr"] for rule in ALARMS.values())) for name in named(text)}
TAGS = {"hostname": "a", "pool_name": "default_pool", "executor_class_name": "CeleryExecutor"}


@pytest.mark.parametrize("name", sorted(USED))
def test_what_is_asked_for_is_a_metric_of_serin_or_of_airflow(name):
    assert name in OURS or name in of_airflow()


def test_a_histogram_is_asked_for_its_parts_and_nothing_else_is():
    for name in {name for text in BOARD.values() for name in METRIC.findall(text) if name.startswith("serin")}:
        whole = name in OURS
        assert whole != (name.rsplit("_", 1)[0] in OURS), name
        assert not whole or OURS[name].kind != Kind.TIMER, name


def test_every_metric_of_serin_is_on_the_dashboard_or_in_an_alarm():
    assert set(OURS) - USED == set()


@needs_prometheus
def test_every_query_gives_data_from_what_airflows_stats_really_send(told, meter, tmp_path):
    from airflow.sdk.observability import stats

    exporter, known = Exporter(), of_airflow()

    def page():
        meter.tell(every(LONG_AGO))
        for name in USED - set(OURS):
            stat, kind = known[name]
            if kind == "gauge":
                stats.gauge(stat, 1, tags=TAGS)
            else:
                stats.incr(stat, tags=TAGS)
        exporter.take(told.waiting())
        return exporter.page()

    with prometheus(tmp_path, page) as server:
        empty = [title for title, query in BOARD.items() if not server.query(query)]
        quiet = [name for name, rule in ALARMS.items() if not server.query(_left_of(rule["expr"]))]
    assert empty == []
    assert quiet == []


def _left_of(expression: str) -> str:
    """What an alarm compares, without its limit: no test waits until an hour has passed."""
    return re.sub(r"\s(>|<|==)\s[\d\s*]+$", "", expression)
