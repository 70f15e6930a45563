"""Metrics of one side from a file of a person: a wide table (the time, then a column for each metric) or a long one
(ts, name, value). What cannot be used is refused with the file's name and what would be right."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from include.domain.errors import BadInput
from include.ports import MetricTable

LONG = {"ts", "name", "value"}
MILLISECONDS_FROM = 1e11      # as seconds, this would be the year 5138
MOST_BINS = 100_000
PARQUET = {".parquet", ".pq"}
RIGHT = "a wide table has the time, then a column for each metric; a long one has ts, name and value"


@dataclass(frozen=True)
class Side:
    """`seconds` since 1970, ascending; `values` (times × metrics), NaN where nothing is."""

    path: Path
    seconds: np.ndarray
    names: list[str]
    values: np.ndarray


def side_of(path: Path) -> Side:
    """What the file holds."""
    frame = _frame(path)
    if frame.empty or len(frame.columns) < 2:
        raise BadInput(f"{path}: has {_many(len(frame), 'row')} and {_many(len(frame.columns), 'column')}; {RIGHT}"
                       f"{'' if path.suffix.lower() in PARQUET else ', with commas between them'}")
    wide = _from_long(frame, path) if _is_long(frame) else _from_wide(frame, path)
    wide = wide.sort_index()
    return Side(path, wide.index.to_numpy(dtype=float), list(wide.columns), wide.to_numpy(dtype=float))


def together(canary: Side, baseline: Side, step_seconds: int | None) -> MetricTable:
    """Both on the bins of the time that they share, the canary first; a bin is the mean of its values."""
    step = step_seconds or max(_spacing(side) for side in (canary, baseline))
    first, last = (pick(bound(side.seconds) for side in (canary, baseline))
                   for pick, bound in ((max, np.min), (min, np.max)))
    if first > last:
        raise BadInput(f"{baseline.path} is of {_span(baseline)}, {canary.path} of {_span(canary)}: "
                       "both sides must be of the same time")
    if not set(canary.names) & set(baseline.names):
        raise BadInput(f"{baseline.path} has {baseline.names[0]} and {canary.path} has {canary.names[0]}, but no "
                       "metric is in both: each needs the same name on both sides")
    first, last = int(first // step), int(last // step)
    if last - first >= MOST_BINS:
        raise BadInput(f"{baseline.path} and {canary.path} share {last - first + 1:,} points of {step} s, at most "
                       f"{MOST_BINS:,} are judged: is a time wrong, or is a greater --step-seconds needed?")
    names = sorted({*canary.names, *baseline.names})
    values = np.stack([_binned(side, names, step, first, last) for side in (canary, baseline)])
    return MetricTable(("canary", "baseline"), tuple(names), datetime.fromtimestamp(first * step, UTC), step, values)


def _frame(path: Path) -> pd.DataFrame:
    parquet = path.suffix.lower() in PARQUET
    try:
        return _from_parquet(path) if parquet else pd.read_csv(path)
    except ImportError as error:
        raise BadInput(f"{path}: Parquet needs pyarrow, which is not installed: `pip install pyarrow`, "
                       "or give a CSV") from error
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, UnicodeError) as error:      # pandas' own errors of parsing are ValueErrors
        raise BadInput(f"{path}: is no {'Parquet' if parquet else 'CSV'}: {error}; {RIGHT}") from error


def _from_parquet(path: Path) -> pd.DataFrame:
    """An index that is named, or of dates, is a column; any other only counted the rows."""
    with path.open("rb") as file:
        frame = pd.read_parquet(file)
    counted = frame.index.names == [None] and not isinstance(frame.index, pd.DatetimeIndex)
    return frame.reset_index(drop=counted)


def _is_long(frame: pd.DataFrame) -> bool:
    """Names are text; a wide table of metrics called `name` and `value` has numbers there."""
    named = {"name", "value"} <= set(frame.columns)
    return named and not pd.api.types.is_numeric_dtype(frame["name"])


def _from_long(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    if missing := sorted(LONG - set(frame.columns)):
        raise BadInput(f"{path}: a long table without {', '.join(missing)}; it needs ts, name and value")
    if frame["name"].isna().any():
        raise BadInput(f"{path}: row {int(frame['name'].isna().argmax()) + 2} has no name")
    long = pd.DataFrame({"ts": _seconds(frame["ts"], path), "name": frame["name"].astype(str),
                         "value": _numbers(frame["value"], path)})
    again = long.duplicated(["ts", "name"])
    if again.any():
        row = long[again].iloc[0]
        raise BadInput(f"{path}: {row['name']} is there twice at {_instant(row['ts'])}: one value for each time is "
                       "needed, so put one side alone into a file, and sum or average its instances")
    return long.pivot(index="ts", columns="name", values="value")


def _from_wide(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    time, *names = frame.columns
    seconds = _seconds(frame[time], path)
    again = seconds.duplicated()
    if again.any():
        raise BadInput(f"{path}: {_instant(seconds[again].iloc[0])} is there twice in {time}: one row for each time is "
                       f"needed; {RIGHT}")
    return pd.DataFrame({str(name): _numbers(frame[name], path).to_numpy() for name in names}, index=seconds.to_numpy())


def _seconds(times: pd.Series, path: Path) -> pd.Series:
    """Since 1970, from numbers (seconds or milliseconds) or from dates; those without a zone are UTC."""
    if times.isna().any():
        raise BadInput(f"{path}: row {int(times.isna().argmax()) + 2} has no time in {times.name}")
    if pd.api.types.is_bool_dtype(times):
        raise BadInput(f"{path}: {times.name} is no time; {RIGHT}")
    if pd.api.types.is_numeric_dtype(times):
        seconds = times.astype(float)
        if not np.isfinite(seconds).all():
            raise BadInput(f"{path}: {times.name} has an infinite time")
        seconds = seconds / 1000 if seconds.abs().max() >= MILLISECONDS_FROM else seconds
        if seconds.abs().max() >= MILLISECONDS_FROM:
            raise BadInput(f"{path}: {times.iloc[0]} in {times.name} is neither seconds nor milliseconds since 1970")
        return seconds
    found = pd.to_datetime(times, utc=True, errors="coerce", format="ISO8601")
    if found.isna().any():
        wrong = times[found.isna()].iloc[0]
        raise BadInput(f"{path}: {str(wrong)[:80]!r} in {times.name} is no time: seconds since 1970 or "
                       "2026-01-05T12:00:00Z are needed, in the first column of a wide table or in ts of a long one")
    return (found - pd.Timestamp(0, tz="UTC")).dt.total_seconds()


def _numbers(values: pd.Series, path: Path) -> pd.Series:
    """What is empty is a gap; a word is refused."""
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(float)
    dates = pd.api.types.is_datetime64_any_dtype(values)      # which pandas would count in nanoseconds
    found = pd.to_numeric(values.astype(str) if dates else values, errors="coerce")
    wrong = found.isna() & values.notna()
    if wrong.any():
        row = int(wrong.argmax())
        word = str(values.iloc[row])[:80]
        raise BadInput(f"{path}: {word!r} in row {row + 2} of {values.name} is no number; {RIGHT}")
    return found.astype(float)


def _spacing(side: Side) -> int:
    """Seconds between its points, as most of them have it."""
    if len(side.seconds) < 2:
        return 1
    return max(1, round(float(np.median(np.diff(side.seconds)))))


def _binned(side: Side, names: list[str], step: int, first: int, last: int) -> np.ndarray:
    at = np.floor(side.seconds / step).astype(np.int64) - first
    inside = (at >= 0) & (at <= last - first)
    result = np.full((len(names), last - first + 1), np.nan)
    rows = np.searchsorted(names, side.names)
    values = pd.DataFrame(side.values[inside]).groupby(at[inside]).mean()
    result[np.ix_(rows, values.index.to_numpy())] = values.to_numpy().T
    return result


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _span(side: Side) -> str:
    return f"{_instant(side.seconds[0])} to {_instant(side.seconds[-1])}"


def _instant(seconds: float) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return f"{seconds:g}"
