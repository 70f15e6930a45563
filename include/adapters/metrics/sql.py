"""Metrics from a SQL table `(ts, region, asg, name, value)` as the port `Metrics`; `ts` is whole epoch seconds. A
second table, where one is declared, has an `instance` too.

The query is read through an Airflow DbApiHook; every value is a bound parameter, the table's name is a checked setting.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, repeat
from math import ceil
from operator import itemgetter
from typing import Any, Protocol

from include.domain.errors import BadInput, Final, Retryable, SerinError
from include.domain.metric_sources import SqlSource
from include.ports import InstanceTable, MetricTable

PASSING = {"OperationalError", "InterfaceError", "InternalError", "TimeoutError", "ConnectionError", "OSError"}
NEVER_PASSES = ("no such table", "no such column", "does not exist", "unknown column", "doesn't exist", "syntax error",
                "too many sql variables", "permission denied", "access denied", "command denied",
                "authentication failed", "not authorized")


class Hook(Protocol):
    """What we need of Airflow's DbApiHook."""

    placeholder: str

    def get_records(self, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]: ...


class SqlMetrics:
    def __init__(self, hook: Hook, region: str, settings: SqlSource, step_seconds: int) -> None:
        if step_seconds < 1:
            raise BadInput(f"metrics.step_seconds: {step_seconds} is under 1")
        self._hook = hook
        self._region = region
        self._table, self._instance_table = settings.table, settings.instance_table
        self._step = step_seconds

    def read(self, asgs: Sequence[str], since: datetime, until: datetime,
             names: Sequence[str] | None = None) -> MetricTable:
        """Bins lie on whole multiples of the step, so that two reads agree; a bin is the mean of its samples."""
        return self._read(self._table, {"asg": asgs}, since, until, names)

    def read_instances(self, asg: str, since: datetime, until: datetime, names: Sequence[str] | None = None,
                       most: int = 16) -> InstanceTable:
        from include.adapters.metrics.grid import listed_from, of_instances

        instances: list[str] = []
        if self._instance_table and (names is None or names):
            first, end = int(since.timestamp()), ceil(until.timestamp())
            start = listed_from(first, end, self._step)
            sql = f"SELECT DISTINCT instance FROM {self._instance_table}"
            sql, parameters = self._where(sql, {"asg": [asg]}, start, end, names)
            instances = sorted(row[0] for row in self._rows(sql, parameters))[:most]
        chosen = {"instance": instances, "asg": [asg]}
        return of_instances(asg, self._read(self._instance_table, chosen, since, until, names))

    def _read(self, table: str, chosen: Mapping[str, Sequence[str]], since: datetime, until: datetime,
              names: Sequence[str] | None) -> MetricTable:
        """The rows of the result are the first column of `chosen`, which says what columns must be."""
        column, keys = next(iter(chosen.items()))
        first = int(since.timestamp()) // self._step * self._step
        bins = max(0, ceil((until.timestamp() - first) / self._step))
        sql, rows = "none", []
        if keys and bins and (names is None or names):
            sql, parameters = self._query(table, column, chosen, first, ceil(until.timestamp()), names)
            rows = self._rows(sql, parameters)
        try:
            found, values = _table(rows, list(keys), names, first, self._step, bins)
        except (TypeError, ValueError, IndexError, OverflowError) as error:
            raise BadInput("the metric query answers with rows that are not (text, text, whole epoch seconds, number): "
                           f"{error}. The query: {sql}") from error
        return MetricTable(tuple(keys), tuple(found), datetime.fromtimestamp(first, UTC), self._step, values)

    def _rows(self, sql: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        try:
            rows = self._hook.get_records(sql, parameters=parameters)
        except SerinError:
            raise
        except Exception as error:  # every driver has its own tree: told apart by the names of PEP 249
            raise _translated(error, sql) from error
        if rows is None:  # what hooks answer where the database gave no result set
            raise Final(f"the metric query was answered with no result set. The query: {sql}")
        return rows

    def _query(self, table: str, column: str, chosen: Mapping[str, Sequence[str]], first: int, end: int,
               names: Sequence[str] | None) -> tuple[str, tuple[Any, ...]]:
        value, time, group = "value", "ts", ""
        if self._step > 1:  # the database makes the means: 60 samples a bin need not travel
            rest = f"ts {'%%' if self._hook.placeholder == '%s' else '%'} {self._step}"
            value, time, group = "AVG(value)", f"ts - {rest}", f" GROUP BY {column}, name, ts - {rest}"
        sql, parameters = self._where(f"SELECT {column}, name, {time}, {value} FROM {table}", chosen, first, end, names)
        return sql + group, parameters

    def _where(self, sql: str, chosen: Mapping[str, Sequence[str]], first: int, end: int,
               names: Sequence[str] | None) -> tuple[str, tuple[Any, ...]]:
        mark = self._hook.placeholder
        # Of NULL, NaN and infinity this is no 0: one of them would spoil the mean of its whole bin.
        sql += f" WHERE region = {mark} AND ts >= {mark} AND ts < {mark} AND value - value = 0"
        chosen = {**chosen, **({} if names is None else {"name": names})}
        for column, values in chosen.items():
            sql += f" AND {column} IN ({_marks(mark, values)})"
        return sql, (self._region, first, end, *chain.from_iterable(chosen.values()))


def _marks(mark: str, values: Sequence[str]) -> str:
    return ", ".join([mark] * len(values))


def _translated(error: Exception, sql: str) -> SerinError:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    said = f"the metric query failed: {type(error).__name__}: {error}. The query: {sql}"
    if kinds & PASSING and not any(text in str(error).lower() for text in NEVER_PASSES):
        return Retryable(said)
    return BadInput(said) if "DatabaseError" in kinds else Final(said)


def _table(rows: list[tuple[Any, ...]], asgs: list[str], names: Sequence[str] | None, first: int, step: int,
           bins: int) -> tuple[list[str], Any]:
    """The names, and the values as (ASGs × names × bins): a few passes in C over the rows, none in Python."""
    import numpy as np

    def column(at: int) -> Iterator[Any]:
        return map(itemgetter(at), rows)

    found = sorted(set(column(1))) if names is None else list(dict.fromkeys(names))
    asg = np.fromiter(map(_places(asgs).get, column(0), repeat(-1)), np.int64, len(rows))
    name = np.fromiter(map(_places(found).get, column(1), repeat(-1)), np.int64, len(rows))
    at = (np.fromiter(column(2), np.int64, len(rows)) - first) // step
    value = np.fromiter(column(3), np.float64, len(rows))
    good = (asg >= 0) & (name >= 0) & (at >= 0) & (at < bins) & np.isfinite(value)
    place = ((asg * len(found) + name) * bins + at)[good]
    cells = len(asgs) * len(found) * bins
    sums = np.bincount(place, weights=value[good], minlength=cells)
    counts = np.bincount(place, minlength=cells)
    means = np.full(cells, np.nan)
    np.divide(sums, counts, out=means, where=counts > 0)
    return found, means.reshape(len(asgs), len(found), bins)


def _places(values: Sequence[str]) -> dict[str, int]:
    return {value: at for at, value in enumerate(values)}
