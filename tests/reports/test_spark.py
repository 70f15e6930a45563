"""Small lines: both sides on one scale, gaps as gaps, and numbers only."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from include.ports import MetricTable
from include.reports.spark import COLUMNS, HEIGHT, MOST, WIDTH, spark, sparks
from tests.reports.test_canary import HOT, JUDGEMENT, SAME

NAN = float("nan")


def table(names, canary, baseline) -> MetricTable:
    return MetricTable(("c", "b"), tuple(names), datetime(2026, 1, 5, tzinfo=UTC), 60,
                       np.array([canary, baseline], dtype=float))


def numbers(path: str) -> list[float]:
    return [float(number) for number in re.findall(r"[\d.]+", path.replace("h.1", ""))]


def test_both_sides_are_on_one_scale():
    drawn = spark([0, 10], [5, 5])
    assert (drawn.low, drawn.high) == (0, 10)
    (_, bottom, _, top), (_, middle, *_) = numbers(drawn.canary), numbers(drawn.baseline)
    assert (bottom + top) / 2 == pytest.approx(middle)
    assert bottom > top, "y grows downwards"


def test_a_gap_ends_the_line_and_a_side_without_values_has_none():
    assert spark([1, NAN, 2, 3], [NAN] * 4).canary.count("M") == 2
    assert spark([1, 2], [NAN, NAN]).baseline == ""
    assert spark([NAN], [NAN]) is None
    assert spark([], []) is None


@pytest.mark.parametrize("values", [[1.0] * 5, [1e-300, 2e-300], [1e300, -1e300], [float("inf"), 1.0], [5.0]],
                         ids=["constant", "tiny", "huge", "infinite", "one point"])
def test_whatever_the_values_the_line_stays_in_its_box(values):
    path = spark(values, values).canary
    assert re.fullmatch(r"[ML\d. h]+", path)
    found = numbers(path)
    assert all(0 <= x <= WIDTH for x in found[::2])
    assert all(0 <= y <= HEIGHT for y in found[1::2])


def test_a_long_series_is_drawn_as_means():
    assert len(numbers(spark(np.arange(1000).tolist(), [1.0] * 1000).canary)) == 2 * COLUMNS


def test_only_what_differs_is_drawn_and_at_most_so_many():
    readings = [HOT._replace(name=f"m{number}") for number in range(MOST + 5)] + [SAME]
    names = [reading.name for reading in readings]
    values = np.ones((len(names), 3))
    drawn = sparks(replace(JUDGEMENT, readings=tuple(readings)), table(names, values, values))
    assert list(drawn) == names[:MOST]
