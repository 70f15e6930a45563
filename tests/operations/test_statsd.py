"""What Airflow's Stats send of Serin's metrics, and what statsd-exporter's mapping makes of it."""

import logging

import pytest

from include.domain.own_metrics.metric import Kind
from include.domain.own_metrics.table import PUSH_TIME, PUSHES, SCORE, TABLE
from plugins import meter as plugin
from plugins.meter import start_stats
from tests.operations.exporter import Exporter, parsed
from tests.operations.samples import every

HERE = {"service": "api", "environment": "prod"}


def test_a_counter_a_gauge_and_a_timer_go_to_the_socket_that_airflows_settings_name(told, meter):
    meter.tell([PUSHES.of(1, **HERE, kind="patch", end="Success"), SCORE.of(97.5, **HERE),
                PUSH_TIME.of(90.5, **HERE, kind="patch", end="Success")])
    assert told.waiting() == [
        "airflow.serin.push.ended,service=api,environment=prod,kind=patch,end=Success:1|c",
        "airflow.serin.canary.score,service=api,environment=prod:97.5|g",
        "airflow.serin.push.duration,service=api,environment=prod,kind=patch,end=Success:90500.000000|ms"]


def test_every_metric_passes_airflows_check_of_names_with_all_of_its_labels(told, meter):
    measured = every(1_795_000_000)
    meter.tell(measured)
    lines = [parsed(line) for line in told.waiting()]
    assert [(name, dict(labels)) for name, labels, *_ in lines] == [
        (f"airflow.{one.metric.told_as}", one.labels) for one in measured]


@pytest.mark.parametrize("hostile", ["a,end=FailureDirty", "a:1|c\nairflow.serin.push.dirty:1|g", "a=b", "a|#x:y"])
def test_what_is_in_a_label_can_neither_forge_a_metric_nor_drop_one(told, meter, hostile):
    meter.tell([SCORE.of(1, service=hostile, environment="prod")])
    [line] = told.waiting()
    name, labels, value, kind = parsed(line)
    assert (name, [label for label, _ in labels], value, kind) == (
        "airflow.serin.canary.score", ["service", "environment"], 1, "g")


def test_where_airflow_sends_nothing_nothing_is_sent_and_nothing_fails(meter):
    meter.tell([SCORE.of(1, **HERE)])


def test_a_server_that_is_not_there_and_a_name_that_nobody_knows_fail_nothing(monkeypatch, meter):
    monkeypatch.setenv("AIRFLOW__METRICS__STATSD_ON", "True")
    monkeypatch.setenv("AIRFLOW__METRICS__STATSD_HOST", "no-such-host.invalid")
    start_stats()
    meter.tell([SCORE.of(1, **HERE)])
    monkeypatch.undo()
    start_stats()


def test_stats_that_break_are_in_the_log_once_and_fail_nothing(monkeypatch, meter, caplog):
    from airflow.sdk.observability import stats

    plugin._complain.cache_clear()
    monkeypatch.setattr(stats, "gauge", lambda *_, **__: 1 / 0)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            meter.tell([SCORE.of(1, **HERE)])
    assert [line.message for line in caplog.records].count(
        "Serin's metrics on itself could not be told: ZeroDivisionError") == 1


def test_the_mapping_names_every_metric_as_the_table_does_and_no_other():
    found = {match: (one["name"], one["help"], one.get("histogram_options", {}).get("buckets", []), one.get("ttl", ""))
             for match, one in Exporter().mappings.items()}
    assert found == {f"airflow.{metric.told_as}": (metric.seen_as, metric.means, list(metric.buckets),
                                                  metric.forgotten_after) for metric in TABLE}


def test_a_timer_becomes_a_histogram_in_seconds(told, meter):
    exporter = Exporter()
    meter.tell([PUSH_TIME.of(5 * 3600, **HERE, kind="patch", end="Success")] * 2)
    exporter.take(told.waiting())
    page = exporter.page()
    labels = 'service="api",environment="prod",kind="patch",end="Success"'
    assert f'serin_push_duration_seconds_bucket{{{labels},le="14400"}} 0.0' in page
    assert f'serin_push_duration_seconds_bucket{{{labels},le="28800"}} 2.0' in page
    assert f"serin_push_duration_seconds_sum{{{labels}}} 36000.0" in page


def test_only_gauges_are_forgotten():
    assert {metric.kind for metric in TABLE if metric.forgotten_after} == {Kind.GAUGE}
