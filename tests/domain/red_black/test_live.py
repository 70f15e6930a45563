"""Live traffic compared."""

import math

import pytest

from include.domain.declared.red_black import RedBlackPlan
from include.domain.red_black.live import Rates, compare, live_rates

PLAN = RedBlackPlan()


@pytest.mark.parametrize(("new", "baseline", "worse"), [
    pytest.param(Rates(10_000, 200), Rates(10_000, 5), True, id="two per cent fail"),
    pytest.param(Rates(10_000, 40), Rates(10_000, 5), False, id="more, but inside what is allowed"),
    pytest.param(Rates(1_000, 8), Rates(1_000, 0), False, id="more than allowed, but it may be chance"),
    pytest.param(Rates(10_000, 300), Rates(10_000, 300), False, id="both fail alike"),
    pytest.param(Rates(50, 50), Rates(10_000, 0), False, id="too few requests to say"),
    pytest.param(Rates(1_000, 0, 200.0), Rates(1_000, 0, 100.0), True, id="twice as slow"),
    pytest.param(Rates(1_000, 0, 140.0), Rates(1_000, 0, 100.0), False, id="slower, inside what is allowed"),
    pytest.param(Rates(1_000, 0, 200.0, 0.2), Rates(1_000, 0, 100.0), False, id="slower, but it may be chance"),
    pytest.param(Rates(1_000, 0, 200.0), Rates(0, 0), False, id="nothing to compare with"),
])
def test_the_new_asg_is_worse_only_beyond_what_is_allowed_and_beyond_chance(new: Rates, baseline: Rates, worse: bool):
    assert bool(compare(new, baseline, PLAN)) == worse


def test_the_sentence_names_both_sides_and_the_limit():
    assert compare(Rates(10_000, 200), Rates(10_000, 5), PLAN) == (
        "2.00 % of 10000 requests fail on the new ASG, 0.05 % on the baseline: more than 0.5 % apart")
    assert compare(Rates(1_000, 0, 200.0), Rates(1_000, 0, 100.0), PLAN) == (
        "latency is 2.00 × the baseline's (200 ms against 100 ms), allowed 1.5")


def test_gaps_count_as_nothing_and_few_latencies_say_nothing():
    rates = live_rates([10, math.nan, 10], [0, 1, math.nan], [100.0, math.nan])
    assert rates == Rates(20, 1)


def test_a_typical_latency_is_not_moved_much_by_one_outlier():
    rates = live_rates([1] * 20, [0] * 20, [100.0] * 19 + [10_000.0])
    assert 100 < rates.latency_ms < 130
    assert rates.latency_error > 0.2
