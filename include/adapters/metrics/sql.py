"""Metrics from a SQL table `(ts, region, asg, name, value)` as the port `Metrics`; `ts` is whole epoch seconds.

The query is read through an Airflow DbApiHook; every value is a bound parameter, the table's name is a checked setting.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import repeat
from math import ceil
from operator import itemgetter
from typing import Any, Protocol

from include.domain.errors import BadInput, Final, Retryable, SerinError
from include.domain.metric_sources import SqlSource
from include.ports import MetricTable

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
        self._table = settings.table
        self._step = step_seconds

    def read(self, asgs: Sequence[str], since: datetime, until: datetime,
             names: Sequence[str] | None = None) -> MetricTable:
        """Bins lie on whole multiples of the step, so that two reads agree; a bin is the mean of its samples."""
        first = int(since.timestamp()) // self._step * self._step
        bins = max(0, ceil((until.timestamp() - first) / self._step))
        sql, rows = "none", []
        if asgs and bins and (names is None or names):
            sql, parameters = self._query(asgs, first, ceil(until.timestamp()), names)
            rows = self._rows(sql, parameters)
        try:
            found, values = _table(rows, list(asgs), names, first, self._step, bins)
        except (TypeError, ValueError, IndexError, OverflowError) as error:
            raise BadInput("the metric query answers with rows that are not (text, text, whole epoch seconds, number): "
                           f"{error}. The query: {sql}") from error
        return MetricTable(tuple(asgs), tuple(found), datetime.fromtimestamp(first, UTC), self._step, values)

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

    def _query(self, asgs: Sequence[str], first: int, end: int,
               names: Sequence[str] | None) -> tuple[str, tuple[Any, ...]]:
        mark = self._hook.placeholder
        value, time, group = "value", "ts", ""
        if self._step > 1:  # the database makes the means: 60 samples a bin need not travel
            rest = f"ts {'%%' if mark == '%s' else '%'} {self._step}"
            value, time, group = "AVG(value)", f"ts - {rest}", f" GROUP BY asg, name, ts - {rest}"
        sql = (f"SELECT asg, name, {time}, {value} FROM {self._table} WHERE region = {mark} AND ts >= {mark} "
               f"AND ts < {mark} AND value IS NOT NULL AND asg IN ({_marks(mark, asgs)})")
        if names is not None:
            sql += f" AND name IN ({_marks(mark, names)})"
        return sql + group, (self._region, first, end, *asgs, *(names or ()))


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
