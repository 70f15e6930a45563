from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.squeeze.search import MOST_TRIES, NARROW
from tests.domain.squeeze.ideal import KNEE, ideal, squeezed

capacities = st.floats(20, 5000)
starts = st.floats(0.01, 0.8)       # of the capacity
shares = st.floats(1.3, 20)         # of the capacity: enough to saturate


@given(capacities, starts, shares)
def test_it_finds_what_an_ideal_instance_carries(capacity, start, most):
    found, _ = squeezed(ideal(capacity), start * capacity, most * capacity)

    assert KNEE * capacity * (1 - NARROW) * 0.99 <= found.rps <= KNEE * capacity * 1.0001
    assert found.low <= found.rps
    assert KNEE * capacity <= found.high * 1.0001
    assert found.saturation == pytest.approx(capacity)
    assert found.saturation_low < capacity < found.saturation_high


@given(capacities, st.floats(1e-3, 10), st.floats(0.01, 20), st.data())
def test_it_never_offers_more_than_it_may_and_always_ends(capacity, start, most, data):
    """Also where the instance does what it likes."""
    def unruly(offered, number):
        told = ideal(capacity)(offered, number)
        return replace(told, passed=data.draw(st.booleans()), carried_rps=offered * data.draw(st.floats(0, 1.2)))

    _, tried = squeezed(unruly, start * capacity, most * capacity)

    assert max(one.offered_rps for one in tried) <= most * capacity
    assert len(tried) <= MOST_TRIES


@given(capacities, st.integers(0, 25))
def test_one_hiccup_does_not_fool_it(capacity, at):
    """An instance that stood still for a third of one try, whichever it is."""
    def stumbles(offered, number):
        told = ideal(capacity)(offered, number)
        return told if number != at else replace(told, carried_rps=0.7 * told.carried_rps, p99_ms=3000, passed=False)

    found, _ = squeezed(stumbles, 0.1 * capacity, 3 * capacity)

    assert found.rps == pytest.approx(KNEE * capacity, rel=0.05)
    assert found.saturation == pytest.approx(capacity, rel=0.1)


@given(capacities, st.integers(0, 25))
def test_one_lucky_try_does_not_fool_it(capacity, at):
    def lucky(offered, number):
        told = ideal(capacity)(offered, number)
        return told if number != at else replace(told, passed=True, p99_ms=50)

    found, _ = squeezed(lucky, 0.12 * capacity, 3 * capacity)

    assert found.rps <= KNEE * capacity * 1.03


@given(capacities, st.floats(0.1, 0.85))
def test_where_there_is_too_little_to_offer_it_says_at_least(capacity, most):
    found, tried = squeezed(ideal(capacity), 0.05 * capacity, most * capacity)

    assert found.rps == pytest.approx(most * capacity, rel=NARROW / 2)
    assert (found.high, found.saturation) == (None, None)
    assert str(found).startswith("at least ")
    assert [one.offered_rps for one in tried[-2:]] == [most * capacity] * 2


def test_where_the_limit_is_reached_and_saturation_is_not_only_that_is_missing():
    found, _ = squeezed(ideal(100), 10, 99)

    assert found.rps == pytest.approx(90, rel=NARROW)
    assert found.high is not None
    assert found.saturation is None


def test_an_instance_that_fails_at_once_has_no_rate_inside_its_limits():
    def broken(offered, number):
        return replace(ideal(100)(offered, number), passed=False, p99_ms=900)

    found, tried = squeezed(broken, 10, 300)

    assert (found.rps, found.low) == (None, None)
    assert str(found) == "no rate inside its limits"
    assert len(tried) < MOST_TRIES


def test_an_instance_that_carries_less_than_it_starts_with_is_found_out():
    found, _ = squeezed(ideal(100), 150, 300)

    assert found.rps == pytest.approx(90, rel=0.05)
    assert found.saturation == pytest.approx(100)


def test_a_failure_is_tried_again_before_the_search_turns_on_it():
    _, tried = squeezed(ideal(100), 10, 300)
    rates = [one.offered_rps for one in tried if not one.passed]

    assert rates
    assert all(rates.count(rate) >= 2 for rate in rates)


def test_the_load_doubles_until_the_instance_is_busy():
    _, tried = squeezed(ideal(1000), 10, 3000)
    rising = [one.offered_rps for one in tried]

    assert rising[:7] == [10, 20, 40, 80, 160, 320, 640]
    assert rising[7] == 800     # at 64 % of its cpu it goes on gently
