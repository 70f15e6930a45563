"""Law 1."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.red_black.capacity import can_carry, carried_rps


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
