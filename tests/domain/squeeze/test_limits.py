from dataclasses import replace
from math import nan

import pytest

from include.domain.squeeze.limits import Limits, Point, beyond, far_beyond, seen

LIMITS = Limits(latency_ms=200, error_percent=1, cpu_percent=90)
WELL = Point(100, 0, 120, 50)


def why(*points, limits=LIMITS):
    return beyond(seen(points, 1), limits)


def test_a_step_inside_its_limits_passed():
    assert why(WELL, WELL) == ""


@pytest.mark.parametrize(("point", "says"), [
    (replace(WELL, p99_ms=201), "p99 201 ms, allowed 200 ms"),
    (replace(WELL, cpu_percent=91), "cpu 91 %, allowed 90 %"),
    (replace(WELL, errors=20), "20.0 % of 100 requests failed, allowed 1.0 %"),
    (replace(WELL, requests=0), "no request of it was measured"),
    (replace(WELL, requests=nan), "no request of it was measured"),
    (replace(WELL, p99_ms=nan), "its latency was not measured"),
    (replace(WELL, cpu_percent=nan), "its cpu was not measured"),
], ids=str)
def test_a_step_that_did_not_pass_says_why(point, says):
    assert why(point) == says


def test_cpu_is_not_needed_where_it_is_no_guard():
    assert why(replace(WELL, cpu_percent=nan), limits=replace(LIMITS, cpu_percent=None)) == ""


def test_means_count_and_not_one_point():
    assert why(replace(WELL, p99_ms=260), WELL, WELL) == ""


def test_a_gap_is_no_number():
    assert why(WELL, Point(nan), WELL) == ""


def test_few_errors_among_few_requests_are_chance():
    assert why(replace(WELL, errors=3)) == ""
    assert why(*[replace(WELL, errors=3)] * 30) != ""


@pytest.mark.parametrize(("points", "goes_back"), [
    ([replace(WELL, p99_ms=390)], False),
    ([replace(WELL, p99_ms=1500)], False),
    ([replace(WELL, p99_ms=1700)], True),
    ([WELL, replace(WELL, p99_ms=900), replace(WELL, p99_ms=900)], True),
    ([replace(WELL, errors=60)], True),
    ([replace(WELL, errors=3)], False),
    ([Point(nan)], False),
    ([], False),
], ids=str)
def test_the_traffic_goes_back_once_a_step_is_far_beyond_whatever_follows(points, goes_back):
    """Four points are planned: one of 1600 ms and three of none are twice 200 ms on average."""
    assert bool(far_beyond(points, 4, 1, LIMITS)) is goes_back


def test_what_goes_back_did_not_pass_either():
    points = [replace(WELL, p99_ms=1700)]

    assert far_beyond(points, 4, 1, LIMITS)
    assert why(*points)
