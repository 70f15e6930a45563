"""How long it is worth waiting for instances."""

from datetime import timedelta

import pytest

from include.domain.red_black.start_times import Limit, limit

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
