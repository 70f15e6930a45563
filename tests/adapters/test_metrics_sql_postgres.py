"""Metrics from a real PostgreSQL, through Airflow's hook: what only this database does, and its errors as ours."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg2
import pytest

from include.adapters.metrics.sql import SqlMetrics
from include.domain.errors import BadInput, Retryable, SerinError
from include.domain.metric_sources import SqlSource
from tests.adapters import postgres_server
from tests.contract.metric_stores import airflow_hook

SINCE = datetime(2026, 3, 1, 12, tzinfo=UTC)
T0 = int(SINCE.timestamp())
pytestmark = postgres_server.installed


@pytest.fixture(scope="module")
def server():
    with postgres_server.real() as made:
        yield made


@pytest.fixture
def cursor(server):
    with server.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS metrics")
        cursor.execute("CREATE TABLE metrics (ts BIGINT, region TEXT, asg TEXT, name TEXT, value DOUBLE PRECISION)")
        yield cursor


def metrics(server: Any, request: Any, step: int = 1, table: str = "metrics", **changed: Any) -> SqlMetrics:
    return SqlMetrics(airflow_hook(request, server.connection | changed), "us-east-1",
                      SqlSource(connection="m", table=table), step)


def write(cursor: Any, *rows: tuple[int, str, Any]) -> None:
    cursor.executemany("INSERT INTO metrics VALUES (%s, 'us-east-1', 'a', %s, %s)",
                       [(T0 + at, name, value) for at, name, value in rows])


def until(seconds: int) -> datetime:
    return SINCE + timedelta(seconds=seconds)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", None])
@pytest.mark.parametrize("kind", ["DOUBLE PRECISION", "NUMERIC"])
def test_what_is_no_number_is_no_sample_and_spoils_no_mean(server, cursor, request, value, kind):
    """PostgreSQL stores them, and its mean of a number and a NaN is NaN: a minute would be lost for one sample."""
    cursor.execute(f"ALTER TABLE metrics ALTER value TYPE {kind}")
    write(cursor, (0, "cpu", 2), (1, "cpu", value), (2, "cpu", 4), (60, "cpu", value), (0, "gone", value))
    table = metrics(server, request, 60).read(["a"], SINCE, until(120))
    assert table.names == ("cpu",)
    np.testing.assert_array_equal(table.values, [[[3, np.nan]]])


def test_names_that_are_commands_or_formats_are_texts(server, cursor, request):
    names = ["x'); DROP TABLE metrics; --", "100 %s %(x)s %", "two\nlines", "ключ ☃ \"}", "\\"]
    write(cursor, *((0, name, place) for place, name in enumerate(names)))
    for step in (1, 60):
        table = metrics(server, request, step).read(["a"], SINCE, until(60), names)
        np.testing.assert_array_equal(table.values[0, :, 0], range(len(names)))


@pytest.mark.parametrize(("changed", "kind", "says"), [
    ({"table": "gone"}, BadInput, 'relation "gone" does not exist'),
    ({"port": 1}, Retryable, "Connection refused"),
    ({"schema": "gone"}, BadInput, 'database "gone" does not exist'),
    ({"login": "nobody"}, BadInput, 'role "nobody" does not exist')], ids=["table", "server", "database", "role"])
def test_its_errors_say_whether_trying_again_helps(server, cursor, request, changed, kind, says):
    with pytest.raises(SerinError, match=rf"(?s){says}.* The query: SELECT asg") as caught:
        metrics(server, request, **changed).read(["a"], SINCE, until(1))
    assert type(caught.value) is kind


def test_a_role_that_may_not_read_the_table_is_refused(server, cursor, request):
    cursor.execute("DROP ROLE IF EXISTS reader")
    cursor.execute("CREATE ROLE reader LOGIN")
    with pytest.raises(BadInput, match="permission denied for table metrics"):
        metrics(server, request, login="reader").read(["a"], SINCE, until(1))


def test_a_statement_that_takes_too_long_may_be_tried_again(server, cursor, request):
    """The time is a setting of the connection; another session holds the table."""
    other = psycopg2.connect(host="127.0.0.1", port=server.connection["port"], user="postgres", dbname="postgres")
    with other.cursor() as holding:
        holding.execute("LOCK TABLE metrics")
        with pytest.raises(Retryable, match="statement timeout"):
            metrics(server, request, extra={"options": "-c statement_timeout=100ms"}).read(["a"], SINCE, until(1))
    other.close()
