"""The series of a page: small, and as true as the chart that is drawn of them."""

import base64
import json
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from include.ports import MetricTable
from include.reports import lines
from include.reports.lines import packed

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
VALUES = st.floats(-1e9, 1e9) | st.just(np.nan) | st.just(np.inf)


def table(values) -> MetricTable:
    values = np.asarray(values, dtype=float)
    return MetricTable(("c", "b"), tuple(f"m{row}" for row in range(values.shape[1])), NOON, 60, values)


def unpacked(found) -> np.ndarray:
    """As the page's script does it."""
    metrics, points = len(found["low"]), found["points"]
    steps = np.frombuffer(base64.b64decode(found["data"]), dtype=np.uint8).reshape(metrics, 2, points).astype(float)
    low = np.array([np.nan if value is None else value for value in found["low"]])
    high = np.array([np.nan if value is None else value for value in found["high"]])
    span = np.where(high > low, high - low, 1)
    return np.where(steps == 255, np.nan, low[:, None, None] + span[:, None, None] * steps / 254)


@given(arrays(float, (2, 3, 5), elements=VALUES))
def test_a_line_is_off_by_no_more_than_a_step_and_gaps_stay_gaps(values):
    found = packed(table(values), ["m2", "m0", "m1"])
    json.dumps(found, allow_nan=False)
    back = unpacked(found)
    for at, row in enumerate((2, 0, 1)):
        true = np.where(np.isfinite(values[:, row]), values[:, row], np.nan)
        assert (np.isnan(back[at]) == np.isnan(true)).all()
        span = np.nanmax(true) - np.nanmin(true) if np.isfinite(true).any() else 0
        reach = span / 254 + 1e-5 * np.nanmax(np.abs(true), initial=0)
        assert np.nanmax(np.abs(back[at] - true), initial=0) <= reach


def test_a_metric_without_a_series_has_gaps_only():
    found = packed(table([[[1, 2]], [[3, 4]]]), ["other", "m0"])
    assert found["low"] == [None, 1.0]
    assert np.isnan(unpacked(found)[0]).all()


def test_what_is_too_long_for_a_page_is_drawn_as_means(monkeypatch):
    monkeypatch.setattr(lines, "MOST_BYTES", 4)
    found = packed(table([[[1, 3, 5, 7, 9]], [[2, 2, np.nan, np.nan, 4]]]), ["m0"])
    assert (found["points"], found["step"]) == (2, 180)
    assert unpacked(found)[0] == pytest.approx(np.array([[3, 8], [2, 4]]), abs=0.03)


@pytest.mark.parametrize("nothing", [None, table(np.empty((2, 1, 0)))], ids=["no table", "no points"])
def test_where_there_is_no_series_there_is_none(nothing):
    assert packed(nothing, ["m0"]) is None
