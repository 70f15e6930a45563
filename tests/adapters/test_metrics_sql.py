"""Metrics from SQL: one query, one regular grid, gaps as NaN, and never an empty answer for a failed query."""

import sqlite3
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from include.adapters.metrics.sql import SqlMetrics
from include.domain.errors import BadInput, Final, Retryable
from include.domain.metric_sources import SqlSource

SINCE = datetime(2026, 3, 1, 12, tzinfo=UTC)
T0 = int(SINCE.timestamp())


class Hook:
    """Airflow's DbApiHook, as far as it is needed."""

    placeholder = "?"

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:")
        self.db.execute("CREATE TABLE metrics (ts INTEGER, region TEXT, asg TEXT, name TEXT, value REAL)")
        self.asked: list[tuple[str, tuple]] = []

    def write(self, *rows, region="us-east-1"):
        self.db.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?)", [(t, region, *rest) for t, *rest in rows])

    def get_records(self, sql, parameters=None):
        self.asked.append((sql, parameters))
        return self.db.execute(sql, parameters).fetchall()


@pytest.fixture
def hook() -> Hook:
    return Hook()


def metrics(hook, step=1, **settings) -> SqlMetrics:
    return SqlMetrics(hook, "us-east-1", SqlSource(connection="m", **settings), step)


def seconds(count: int) -> datetime:
    return SINCE + timedelta(seconds=count)


def test_values_lie_on_one_grid_with_gaps_as_nan(hook):
    hook.write((T0, "a", "cpu", 1.0), (T0 + 2, "a", "cpu", 3.0), (T0 + 1, "b", "rps", 7.0))
    table = metrics(hook).read(["b", "a", "nobody"], SINCE, seconds(3))
    assert (table.asgs, table.names) == (("b", "a", "nobody"), ("cpu", "rps"))
    assert (table.since, table.step_seconds) == (SINCE, 1)
    assert table.values.dtype == np.float64
    nan = np.nan
    np.testing.assert_array_equal(table.values, [
        [[nan, nan, nan], [nan, 7, nan]], [[1, nan, 3], [nan, nan, nan]], [[nan, nan, nan], [nan, nan, nan]]])


@pytest.mark.parametrize("step", [2, 60])
def test_a_bin_is_the_mean_of_its_samples_and_lies_on_a_whole_multiple_of_the_step(hook, step):
    start = T0 - T0 % step
    hook.write(*((start + at, "a", "cpu", float(value)) for at, value in ((0, 2), (1, 4), (step, 8), (2 * step, 99))))
    table = metrics(hook, step).read(["a"], datetime.fromtimestamp(start + 1, UTC),
                                     datetime.fromtimestamp(start + 2 * step, UTC))
    assert table.since == datetime.fromtimestamp(start, UTC)
    np.testing.assert_array_equal(table.values, [[[3, 8]]])


def test_what_lies_outside_is_not_read(hook):
    hook.write((T0 - 1, "a", "cpu", 1.0), (T0 + 2, "a", "cpu", 2.0), (T0, "c", "cpu", 3.0))
    hook.write((T0, "a", "cpu", 4.0), region="eu-west-1")
    table = metrics(hook).read(["a"], SINCE, seconds(2))
    assert (table.names, table.values.shape) == ((), (1, 0, 2))


def test_names_that_are_asked_for_come_in_that_order_and_are_nan_where_nothing_is(hook):
    hook.write((T0, "a", "cpu", 1.0), (T0, "a", "rps", 2.0), (T0, "a", "other", 3.0))
    table = metrics(hook).read(["a"], SINCE, seconds(1), ["rps", "missing", "cpu"])
    assert table.names == ("rps", "missing", "cpu")
    np.testing.assert_array_equal(table.values, [[[2], [np.nan], [1]]])


def test_null_is_a_gap_and_integers_are_numbers(hook):
    hook.write((T0, "a", "cpu", None), (T0 + 1, "a", "cpu", 5), (T0 + 2, "a", "cpu", np.inf))
    np.testing.assert_array_equal(metrics(hook).read(["a"], SINCE, seconds(2)).values, [[[np.nan, 5]]])
    assert metrics(hook, 60).read(["a"], SINCE, seconds(60)).values.item() == 5


def test_everything_is_asked_in_one_query_and_every_value_is_bound(hook):
    hostile = "a'); DROP TABLE metrics; --"
    metrics(hook).read([hostile, "b"], SINCE, seconds(1), ["x'"])
    (sql, parameters), = hook.asked
    assert hostile not in sql
    assert parameters == ("us-east-1", T0, T0 + 1, hostile, "b", "x'")


def test_a_percent_sign_survives_drivers_that_format(hook):
    hook.placeholder = "%s"
    sql, parameters = metrics(hook, 60)._query("metrics", "asg", {"asg": ["a"]}, T0, T0 + 60, None)
    assert sql % tuple(range(len(parameters))) == (
        "SELECT asg, name, ts - ts % 60, AVG(value) FROM metrics WHERE region = 0 AND ts >= 1 AND ts < 2 "
        "AND value - value = 0 AND asg IN (3) GROUP BY asg, name, ts - ts % 60")


def test_an_unknown_table_is_an_error_with_the_query(hook):
    with pytest.raises(BadInput, match=r"no such table: gone\. The query: SELECT asg, name, .+ FROM gone WHERE"):
        metrics(hook, table="gone").read(["a"], SINCE, seconds(1))


@pytest.mark.parametrize("rows", [[("a", "cpu", SINCE, 1.0)], [("a", "cpu", "noon", 1.0)], [("a", "cpu", T0, "much")],
                                  [("a", "cpu", T0)], [("a", "cpu", None, 1.0)]],
                         ids=["a time stamp", "a text", "no number", "a column too few", "no time"])
def test_rows_of_another_shape_are_an_error_with_the_query(hook, rows):
    hook.get_records = lambda *_, **__: rows
    with pytest.raises(BadInput, match=r"not \(text, text, whole epoch seconds, number\): .* The query: SELECT asg"):
        metrics(hook).read(["a"], SINCE, seconds(1))


def test_no_result_set_is_an_error_and_not_an_empty_table(hook):
    hook.get_records = lambda *_, **__: None
    with pytest.raises(Final, match=r"no result set\. The query: SELECT asg"):
        metrics(hook).read(["a"], SINCE, seconds(1))


@pytest.mark.parametrize(("raised", "kind"), [
    (sqlite3.OperationalError("database is locked"), Retryable),
    (sqlite3.OperationalError('near "FROM": syntax error'), BadInput),
    (sqlite3.OperationalError("SELECT command denied to user 'serin'"), BadInput),
    (ConnectionResetError("reset"), Retryable),
    (sqlite3.ProgrammingError("wrong number of parameters"), BadInput),
    (RuntimeError("the connection `m` is not defined"), Final),
], ids=["locked", "wrong SQL", "denied", "reset", "wrong", "other"])
def test_a_failed_query_says_whether_trying_again_helps(hook, raised, kind):
    def fail(*_, **__):
        raise raised
    hook.get_records = fail
    with pytest.raises(kind, match=f"{raised}.* The query: SELECT") as caught:
        metrics(hook).read(["a"], SINCE, seconds(1))
    assert type(caught.value) is kind


def test_asking_for_no_asg_or_no_name_asks_nothing(hook):
    assert metrics(hook).read([], SINCE, seconds(2), ["cpu"]).values.shape == (0, 1, 2)
    assert metrics(hook).read(["a"], SINCE, seconds(2), []).values.shape == (1, 0, 2)
    assert hook.asked == []


def test_no_time_at_all_is_an_empty_grid(hook):
    assert metrics(hook).read(["a"], SINCE, SINCE, ["cpu"]).values.shape == (1, 1, 0)


# --- instances

def test_a_service_that_declares_no_table_of_instances_asks_nothing(hook):
    table = metrics(hook).read_instances("a", SINCE, seconds(3))
    assert (table.instances, table.names, table.values.shape) == ((), (), (0, 0, 3))
    assert hook.asked == []


def test_instances_are_found_in_the_last_minutes_and_read_over_the_whole_time(hook):
    hook.db.execute("CREATE TABLE of_instances (ts INT, region TEXT, asg TEXT, instance TEXT, name TEXT, value REAL)")
    hook.db.executemany("INSERT INTO of_instances VALUES (?, 'us-east-1', 'a', ?, 'cpu', ?)", [
        (T0, "i-1", 1.0), (T0 + 3599, "i-1", 2.0), (T0, "i-2", 3.0)])
    table = metrics(hook, 60, instance_table="of_instances").read_instances("a", SINCE, seconds(3600), ["cpu"])
    assert table.instances == ("i-1",)
    assert (table.values[0, 0, 0], table.values[0, 0, -1]) == (1, 2)
    (found, bound), (_, read) = hook.asked
    assert found.startswith("SELECT DISTINCT instance FROM of_instances WHERE region = ? AND ts >= ? AND ts < ?")
    assert bound == ("us-east-1", T0 + 3000, T0 + 3600, "a", "cpu")
    assert read == ("us-east-1", T0, T0 + 3600, "i-1", "a", "cpu")
