"""How long instances take to start, and how long it is worth waiting for them."""

from datetime import timedelta
from math import nan

import pytest

from include.domain.red_black.start_times import Limit, first_served, level, limit, settled, start_times

LEAST, MOST = timedelta(minutes=10), timedelta(minutes=40)


@pytest.mark.parametrize(("seconds", "batches", "lasts", "why"), [
    pytest.param([], 1, MOST, "", id="no push before: as declared"),
    pytest.param([300] * 4, 1, MOST, "", id="too few to tell"),
    pytest.param([300] * 5, 1, timedelta(minutes=15), "3 × 300 s, which 95 % of the last 5 starts stayed under",
                 id="three times"),
    pytest.param([300] * 19 + [700], 1, timedelta(minutes=15),
                 "3 × 300 s, which 95 % of the last 20 starts stayed under", id="one in twenty may be slow"),
    pytest.param([300] * 18 + [700] * 2, 1, timedelta(minutes=35),
                 "3 × 700 s, which 95 % of the last 20 starts stayed under", id="two in twenty count"),
    pytest.param([300] * 5, 2, timedelta(minutes=30),
                 "3 × 300 s, which 95 % of the last 5 starts stayed under, for each of 2 batches", id="two batches"),
    pytest.param([60] * 5, 1, LEAST,
                 "the least there is; 3 × 60 s, which 95 % of the last 5 starts stayed under, would be less",
                 id="the floor"),
    pytest.param([900] * 5, 1, MOST, "declared; 3 × 900 s, which 95 % of the last 5 starts stayed under, would be more",
                 id="the cap"),
    pytest.param([900] * 20 + [300] * 40, 1, timedelta(minutes=15),
                 "3 × 300 s, which 95 % of the last 40 starts stayed under", id="long ago does not count"),
])
def test_limits_and_what_they_are_made_of(seconds, batches, lasts, why):
    assert limit(seconds, batches, LEAST, MOST) == Limit(lasts, why)


def test_a_declared_limit_under_the_floor_is_kept():
    assert limit([60] * 5, 1, LEAST, timedelta(minutes=5)).lasts == timedelta(minutes=5)


def test_the_starts_of_an_ami_are_told_by_their_median_and_95th_percentile():
    taking = {f"i-{n}": float(n) for n in range(1, 21)}
    starts = start_times(taking, {"i-1": 30.0, "i-2": 40.0})
    assert (starts.started, starts.taking_median, starts.taking_95) == (20, 10.5, 19.0)
    assert (starts.steadied, starts.steady_median, starts.steady_95) == (2, 35.0, 40.0)
    assert start_times({}, {}) is None


@pytest.mark.parametrize(("taking", "steady", "warm_up"), [
    (4, 0, None), (5, 0, (5.0, 5, "they took traffic")), (5, 4, (5.0, 5, "they took traffic")),
    (5, 5, (15.0, 5, "their latency was steady"))], ids=["few", "traffic", "few steady", "steady"])
def test_the_warm_up_is_until_latency_is_steady_where_enough_is_known_of_that(taking, steady, warm_up):
    starts = start_times({f"i-{n}": n + 1.0 for n in range(taking)}, {f"i-{n}": n + 11.0 for n in range(steady)})
    assert starts.warm_up == warm_up


def test_latency_is_steady_from_the_point_whose_median_with_the_next_ones_is_at_the_level():
    slow = [nan, 400, 400, 400, 100, 90, 700, 100, 90, 95, 100, 90]
    assert settled(slow, at=100) == 3, "three of the five points from there on are at the level"
    assert settled([400] * 12, at=100) is None
    assert settled([100] * 4, at=100) is None, "too few points to say"


def test_the_level_is_that_of_all_instances_once_they_ran_for_a_while():
    assert level([[500, 500, 80], [500, 500, 100], [nan, nan, nan]]) == 90
    assert level([[nan, nan]]) is None


def test_an_instance_took_traffic_in_its_first_point_with_a_request():
    assert first_served([nan, 0, 0, 3, 5]) == 3
    assert first_served([nan, 0]) is None
