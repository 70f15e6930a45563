"""Law 1."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.red_black.capacity import after_un_pinning, can_carry, can_replace, carried_rps, to_take_back


@pytest.mark.parametrize(("keeping", "need", "each", "carries"), [
    pytest.param(5, 500, 100, True, id="exactly enough"),
    pytest.param(4, 401, 100, False, id="one request too many"),
    pytest.param(0, 0, 100, False, id="nobody keeps traffic"),
    pytest.param(1, 0, 0, True, id="no request at all"),
    pytest.param(50, 1, 0, False, id="unknown capacity"),
    pytest.param(50, math.nan, 100, False, id="unknown need"),
    pytest.param(50, math.inf, 100, False, id="endless need"),
    pytest.param(50, 100, math.nan, False, id="unmeasured capacity"),
    pytest.param(3, 0.1 * 3, 0.1, True, id="no instance lost to rounding"),
])
def test_capacity_goes_only_where_those_that_stay_carry_the_need(keeping: int, need: float, each: float,
                                                                 carries: bool):
    assert (can_carry(keeping, need, each) is None) == carries


@pytest.mark.parametrize(("keeping", "had", "replaces"), [
    pytest.param(4, 4, True, id="as many as there were"),
    pytest.param(3, 4, False, id="one fewer"),
    pytest.param(0, 0, False, id="nobody keeps traffic, and nobody did"),
    pytest.param(-1, 0, False, id="more would go than there are"),
])
def test_where_nothing_is_measured_as_many_must_stay_as_there_were(keeping: int, had: int, replaces: bool):
    assert (can_replace(keeping, had) is None) == replaces


def test_the_law_speaks_in_numbers():
    assert can_carry(3, 400, 100) == ("3 healthy instances would keep taking traffic, but 400 requests/s at 100.0 "
                                      "for each instance need 4")


@given(st.integers(1, 1000), st.floats(0.1, 1e5), st.floats(0.1, 1e4))
def test_more_instances_never_carry_less(keeping: int, need: float, each: float):
    if can_carry(keeping, need, each) is None:
        assert can_carry(keeping + 1, need, each) is None
        assert (keeping + 1e-6) * each >= need * (1 - 1e-6)


@pytest.mark.parametrize(("declared", "measured", "in_service", "carries"), [
    (120.0, 400.0, 4, 120.0), (None, 400.0, 4, 100.0), (None, 400.0, 0, 0.0), (None, math.nan, 4, 0.0)])
def test_what_one_instance_carries_is_declared_or_seen(declared, measured, in_service, carries):
    assert carried_rps(declared, measured, in_service) == carries


@pytest.mark.parametrize(("had", "most", "other", "need", "each", "instances"), [
    pytest.param(4, 8, 5, 100, 50, 4, id="as many as it had, where fewer would do"),
    pytest.param(4, 8, 5, 300, 50, 6, id="as many as carry the rate"),
    pytest.param(4, 4, 5, 450, 50, 9, id="up to what both are together"),
    pytest.param(4, 20, 5, 450, 50, 9, id="up to its greatest size"),
    pytest.param(4, 8, 5, 1e9, 50, 9, id="no rate out of proportion holds it up"),
    pytest.param(4, 8, 5, math.nan, 50, 5, id="unknown rate: the stricter count, the other's"),
    pytest.param(6, 8, 5, math.nan, 50, 6, id="unknown rate: the stricter count, its own"),
    pytest.param(4, 8, 5, 100, 0, 5, id="unknown capacity"),
    pytest.param(0, 8, 0, 0, 0, 1, id="never none"),
])
def test_what_takes_traffic_back_has_as_many_as_carry_it(had, most, other, need, each, instances):
    assert to_take_back(had, most, other, need, each).instances == instances


def test_more_than_it_had_says_why():
    assert to_take_back(4, 8, 5, 100, 50).why == ""
    assert to_take_back(4, 8, 5, 300, 50).why == "300 requests/s at 50.0 for each instance need 6"
    assert to_take_back(4, 8, 5, 900, 50).why.endswith("for each instance need 18, of which it gets 9")
    assert to_take_back(4, 8, 5, math.nan, 50).why.startswith("the rate of requests is not known")


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.floats(0, 1e5), st.floats(0.1, 1e4))
def test_a_rollback_takes_no_capacity_that_is_needed(had, extra, other, need, each):
    """Those that take the traffic back carry the need, or are as many as both together are."""
    instances = to_take_back(had, had + extra, other, need, each).instances
    assert instances >= had + other or can_carry(instances, need, each) is None


@pytest.mark.parametrize(("desired", "had", "need", "size"), [
    pytest.param(6, 4, 100, 4, id="what it had"), pytest.param(6, 4, 250, 5, id="what carries the need"),
    pytest.param(6, 4, 900, 6, id="no more than it has"), pytest.param(6, 4, math.nan, 6, id="unknown: none goes")])
def test_un_pinning_takes_away_what_is_not_needed(desired, had, need, size):
    assert after_un_pinning(desired, had, need, 50) == size
