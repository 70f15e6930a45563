"""The same metrics by OpenTelemetry, to a real receiver, from processes that are forked and end as tasks do."""

import atexit
import os

from include.domain.own_metrics.table import PUSH_TIME, PUSHES, SCORE
from plugins.meter import AirflowMeter, start_stats
from tests.operations.receivers import otlp

HERE = {"service": "api", "environment": "prod"}


def task(endpoint):
    """What Airflow's supervisor does: fork, forget what the parent has to do at its end, run, and end."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    try:
        atexit._clear()
        os.environ |= {"AIRFLOW__METRICS__OTEL_ON": "True", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
                       "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
                       "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": f"{endpoint}/v1/metrics"}
        start_stats()
        AirflowMeter().tell([PUSHES.of(1, **HERE, kind="patch", end="Success"), SCORE.of(97.5, **HERE),
                             PUSH_TIME.of(90.5, **HERE, kind="patch", end="Success")])
        atexit._run_exitfuncs()
    finally:
        os._exit(0)


def test_what_tasks_count_arrives_though_their_processes_end_at_once():
    with otlp() as collector:
        for _ in range(2):
            assert task(collector.endpoint) == 0
        points = collector.points
    ended = HERE | {"kind": "patch", "end": "Success"}
    assert ("airflow.serin.canary.score", HERE, 97.5) in points
    assert ("airflow.serin.push.duration", ended, 90_500) in points
    # Each process counts from 0 for itself: why docs/metrics.md says StatsD, whose server adds them up.
    assert [value for name, labels, value in points if (name, labels) == ("airflow.serin.push.ended", ended)] == [1, 1]
