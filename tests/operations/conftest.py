"""Airflow's Stats, sending to a socket of the test."""

import airflow.sdk.serde  # noqa: F401  it starts Stats when it is imported, and sends how long that took
import pytest

from plugins.meter import AirflowMeter, start_stats
from tests.operations.receivers import statsd


@pytest.fixture
def told(monkeypatch):
    """A StatsD server that Airflow's own settings name."""
    with statsd() as server:
        for name, value in {"STATSD_ON": "True", "STATSD_HOST": "127.0.0.1", "STATSD_PORT": str(server.port),
                            "STATSD_INFLUXDB_ENABLED": "True", "LEGACY_NAMES_ON": "False"}.items():
            monkeypatch.setenv(f"AIRFLOW__METRICS__{name}", value)
        start_stats()
        yield server
    monkeypatch.undo()
    start_stats()


@pytest.fixture
def meter():
    return AirflowMeter()
