"""Every kind of metric store, as the contract of `Metrics` sees it. STORES has one entry or more of each kind.

An entry is a context manager that takes pytest's `request` and gives a `Store`; a server that tests share is started by
`of_module(request, …)`. A store whose server is not installed here is skipped by the mark of its entry, and says so.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from include.adapters.metrics.cloudwatch import CloudWatchMetrics
from include.adapters.metrics.prometheus import PrometheusMetrics
from include.adapters.metrics.sql import SqlMetrics
from include.domain.metric_sources import CloudWatchSource, PrometheusSource, SqlSource
from include.ports import Metrics
from tests.adapters import cloudwatch_server, postgres_server, prometheus_server
from tests.adapters.cloud import REGION, Session
from tests.contract.contract_world import MIDNIGHT
from tests.world.metrics import InMemoryMetrics

NOWHERE = "http://127.0.0.1:1"     # nothing listens there


class Store:
    """A store that nothing else writes to, or a part of one; `metrics` reads it with points of a second.

    `write_metric(asg, at, values, instance="")` puts values of one instant there, by name: those of the ASG, or of
    one of its instances.
    `at_step(seconds)` reads with points of so many seconds, `away` a store that does not answer (None where that cannot
    be); `lists_the_gone` is true where an instance may be listed long after its last value, `is_slow` where a thousand
    metrics take too long.
    """

    lists_the_gone = False
    is_slow = False
    away: Metrics | None = None

    def __init__(self, at_step: Callable[[int], Metrics], write: Callable[..., object]) -> None:
        self.at_step, self.write_metric, self.metrics = at_step, write, at_step(1)


def of_module(request: Any, start: Callable[[Path], AbstractContextManager[Any]]) -> Any:
    """What `start(folder)` gives; started once for the tests of a module, and ended after them."""
    return request.getfixturevalue("started")(start)


@contextmanager
def in_memory_store(request: Any) -> Iterator[Store]:
    written = InMemoryMetrics()

    def at_step(step: int) -> InMemoryMetrics:
        made = InMemoryMetrics(step)
        made.rows, made.instances = written.rows, written.instances
        return made
    yield Store(at_step, written.write)


# --- sql, through Airflow's hooks

TABLES = ("CREATE TABLE IF NOT EXISTS {} (ts BIGINT, region TEXT, asg TEXT, name TEXT, value DOUBLE PRECISION{}, "
          "PRIMARY KEY (ts, region, asg, name{}))")


@contextmanager
def on_sqlite(request: Any) -> Iterator[Store]:
    file = request.getfixturevalue("tmp_path") / "metrics.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA synchronous = OFF")
        yield _of_sql(request, {"conn_type": "sqlite", "host": str(file)}, "?", database.execute, database.executemany)


@contextmanager
def on_postgres(request: Any) -> Iterator[Store]:
    server = of_module(request, postgres_server.real)
    with server.cursor() as cursor:
        yield _of_sql(request, server.connection, "%s", cursor.execute, cursor.executemany)


def _of_sql(request: Any, connection: dict[str, Any], mark: str, execute: Callable[..., object],
            executemany: Callable[[str, Sequence[Any]], object]) -> Store:
    region = f"region-{uuid4().hex}"
    execute(TABLES.format("metrics", "", ""))
    execute(TABLES.format("of_instances", ", instance TEXT", ", instance"))

    def write(asg: str, at: datetime, values: dict[str, float], instance: str = "") -> None:
        table, own = ("of_instances", (instance,)) if instance else ("metrics", ())
        rows = [(int(at.timestamp()), region, asg, name, value, *own) for name, value in values.items()]
        executemany(f"INSERT INTO {table} VALUES ({', '.join([mark] * (5 + len(own)))})", rows)

    def at_step(step: int) -> Metrics:
        source = SqlSource(connection="metrics", instance_table="of_instances")
        return SqlMetrics(airflow_hook(request, connection), region, source, step)
    store = Store(at_step, write)
    if "port" in connection:
        store.away = SqlMetrics(airflow_hook(request, connection | {"port": 1}), region, SqlSource(connection="m"), 1)
    return store


def airflow_hook(request: Any, connection: dict[str, Any]) -> Any:
    """The hook of a connection, as `plugins/kinds.py` gets it."""
    from airflow.sdk import BaseHook

    name = f"metrics_{uuid4().hex}"
    request.getfixturevalue("monkeypatch").setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(connection))
    return BaseHook.get_connection(name).get_hook()


# --- prometheus

@contextmanager
def on_paper(request: Any) -> Iterator[Store]:
    for store in _of_prometheus(of_module(request, prometheus_server.paper)):
        store.is_slow = True
        yield store


@contextmanager
def on_prometheus(request: Any) -> Iterator[Store]:
    yield from _of_prometheus(of_module(request, prometheus_server.real))


def _of_prometheus(server: Any) -> Iterator[Store]:
    """Tests share the server; each has a region of its own."""
    region = f"region-{uuid4().hex}"

    def write(asg: str, at: datetime, values: dict[str, float], instance: str = "") -> None:
        own = {"region": region, "asg": asg} | ({"instance": instance} if instance else {})
        server.write_all([({"__name__": "serin_metric", "name": name} | own, [(at.timestamp(), float(value))])
                          for name, value in values.items()])

    def read_from(client: httpx.Client, step: int) -> PrometheusMetrics:
        return PrometheusMetrics(client, region, PrometheusSource(
            connection="metrics", step_seconds=step, instance_label="instance"))
    with httpx.Client(base_url=server.url) as client, httpx.Client(base_url=NOWHERE) as nowhere:
        store = Store(lambda step: read_from(client, step), write)
        store.away = read_from(nowhere, 1)
        yield store


# --- cloudwatch

@contextmanager
def on_stand_in(request: Any) -> Iterator[Store]:
    server = of_module(request, cloudwatch_server.stand_in)
    server.now = MIDNIGHT + timedelta(hours=1)
    yield _of_cloudwatch(Session(server.url))


@contextmanager
def on_moto(request: Any) -> Iterator[Store]:
    store = _of_cloudwatch(Session(request.getfixturevalue("control")))
    store.is_slow = True
    yield store


def _of_cloudwatch(session: Any) -> Store:
    namespace = f"contract-{uuid4().hex}"
    dimension = f"Asg-{uuid4().hex}"  # of its own too: where there are dimensions, moto looks at no namespace

    def write(asg: str, at: datetime, values: dict[str, float], instance: str = "") -> None:
        own = [{"Name": "InstanceId", "Value": instance}] if instance else []
        session.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=[
            {"MetricName": name, "Dimensions": [{"Name": dimension, "Value": asg}, *own], "Timestamp": at,
             "Value": value, "StorageResolution": 1} for name, value in values.items()])

    def read_from(session: Any, step: int) -> CloudWatchMetrics:
        source = CloudWatchSource.model_validate({
            "connection": "aws", "step_seconds": step, "asg_dimension": dimension, "instance_dimension": "InstanceId",
            "series": [{"namespace": namespace, "metric": "requests.*", "statistics": ["Sum"], "name": "{metric}"},
                       {"namespace": namespace, "name": "{metric}"}]})
        return CloudWatchMetrics(session, REGION, source, now=lambda: MIDNIGHT + timedelta(hours=1))
    store = Store(lambda step: read_from(session, step), write)
    store.away, store.lists_the_gone = read_from(Session(NOWHERE), 1), True
    return store


STORES = {
    "in memory": [pytest.param(in_memory_store, id="in memory")],
    "sql": [pytest.param(on_sqlite, id="sql on SQLite"),
            pytest.param(on_postgres, id="sql on PostgreSQL", marks=postgres_server.installed)],
    "prometheus": [pytest.param(on_paper, id="prometheus on paper"),
                   pytest.param(on_prometheus, id="prometheus", marks=prometheus_server.installed)],
    "cloudwatch": [pytest.param(on_stand_in, id="cloudwatch"), pytest.param(on_moto, id="cloudwatch of moto")],
}
