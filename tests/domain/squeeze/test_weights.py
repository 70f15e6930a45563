import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.squeeze.weights import weights_for


@given(st.floats(0.001, 0.8), st.floats(0.001, 0.15))
def test_weights_are_what_a_listener_takes_and_the_share_is_right(share, other):
    weights = weights_for(share, other)

    assert all(1 <= weight <= 999 for weight in weights)
    assert weights[1] / sum(weights) == pytest.approx(share, rel=0.08 if share < 0.005 else 0.02)


@given(st.floats(0.008, 0.8))
def test_a_small_share_is_as_fine_as_a_large_one(share):
    weights = weights_for(share, 0.01)

    assert weights[1] / sum(weights) == pytest.approx(share, rel=0.01)


def test_what_is_too_small_for_a_weight_is_the_least_that_there_is():
    assert weights_for(0.0001, 0.001) == (999, 1, 1)
