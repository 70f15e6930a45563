"""A metric's two sides as small lines for a page: paths of SVG, made of numbers only."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import isfinite
from typing import NamedTuple

from include.domain.scoring.readings import Judgement, Reading, State
from include.ports import MetricTable

WIDTH, HEIGHT = 160, 28
EDGE = 1.5          # around the lines, so that they are not cut
COLUMNS = 80        # a longer series is drawn as means
MOST = 50           # metrics of one page


class Spark(NamedTuple):
    """The data of two SVG paths in a box of WIDTH × HEIGHT; `low` and `high` are the values at its edges."""

    canary: str
    baseline: str
    low: float
    high: float


def sparks(judgement: Judgement, table: MetricTable | None) -> Mapping[str, Spark]:
    """Of the metrics that differ, the dearest first, by their names."""
    if table is None:
        return {}
    rows = {name: row for row, name in enumerate(table.names)}
    differ = [reading.name for reading in judgement.readings if _differs(reading) and reading.name in rows][:MOST]
    drawn = {name: spark(*(table.values[side][rows[name]].tolist() for side in (0, 1))) for name in differ}
    return {name: found for name, found in drawn.items() if found}


def _differs(reading: Reading) -> bool:
    return bool(reading.points) or reading.state in (State.HOT, State.COLD)


def spark(canary: Sequence[float], baseline: Sequence[float]) -> Spark | None:
    """Both on one scale; None where neither has a value."""
    sides = [_means(side) for side in (canary, baseline)]
    there = [value for side in sides for value in side if isfinite(value)]
    if not there:
        return None
    low, high = min(there), max(there)
    span = high - low
    if not isfinite(span):
        return None
    canary, baseline = (_path(side, low, span) for side in sides)
    return Spark(canary, baseline, low, high)


def _means(values: Sequence[float]) -> list[float]:
    """At most COLUMNS of them; one without any value is NaN."""
    count = min(len(values), COLUMNS)
    bounds = [column * len(values) // count for column in range(count + 1)] if count else [0]
    return [_mean(values[first:last]) for first, last in pairwise(bounds)]


def _mean(values: Sequence[float]) -> float:
    there = [value for value in values if isfinite(value)]
    return sum(value / len(there) for value in there) if there else float("nan")


def _path(values: Sequence[float], low: float, span: float) -> str:
    """A gap ends the line; a value alone between gaps is a short stroke."""
    step = (WIDTH - 2 * EDGE) / max(1, len(values) - 1)
    said, pen = [], "M"
    for column, value in enumerate(values):
        if not isfinite(value):
            pen = "M"
            continue
        x = EDGE + column * step
        y = EDGE + (HEIGHT - 2 * EDGE) * (1 - (value - low) / span if span else 0.5)
        said.append(f"{pen}{x:.1f} {y:.1f}{'h.1' if pen == 'M' else ''}")
        pen = "L"
    return "".join(said)
