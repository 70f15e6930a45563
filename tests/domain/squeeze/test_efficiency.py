"""A new AMI that carries less is charged where the intervals leave no doubt, and said where they do."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from include.domain.push import Push
from include.domain.squeeze.efficiency import efficiency
from tests.world.squeezed import sweet_spot

PUSH = Push("api-1", "api", "prod", "patch", "f00d", "prod", "api-f00d", "", "Ada", datetime(2026, 11, 3, tzinfo=UTC))


def spot(rps, spread=0.03, **changes):
    return replace(sweet_spot(PUSH, rps, baseline_rps=100.0, spread=spread), **changes)


def only_saturation(canary, baseline, spread=0.03):
    return replace(spot(None), saturation_rps=canary, saturation_low=canary * (1 - spread),
                   saturation_high=canary * (1 + spread), baseline_saturation_rps=baseline,
                   baseline_saturation_low=baseline * (1 - spread), baseline_saturation_high=baseline * (1 + spread))


def test_half_the_capacity_is_charged_with_what_was_lost():
    found = efficiency(spot(50.0), 5)
    assert found.drop_percent == pytest.approx(50)
    assert found.sentence.startswith("cold: saturation is 0.50 × baseline (55.0 against 110.0 requests/s an instance, "
                                     "with 95 % under 0.52), allowed 0.95")


def test_half_the_capacity_is_charged_though_both_are_known_within_a_tenth_only():
    assert efficiency(spot(50.0, spread=0.1), 5).drop_percent == pytest.approx(50)


@pytest.mark.parametrize(("rps", "state"), [(100, "same"), (120, "same"), (96, "same"), (94, "noisy"), (92, "noisy"),
                                            (85, "cold")])
def test_a_fall_that_the_intervals_cannot_tell_from_what_is_allowed_is_said_and_not_charged(rps, state):
    found = efficiency(spot(rps), 5)
    assert found.sentence.startswith(f"{state}: ")
    assert (found.drop_percent > 0) is (state == "cold")


def test_what_is_allowed_is_declared():
    assert efficiency(spot(85.0), 20).drop_percent == 0


def test_narrower_intervals_tell_a_smaller_fall():
    assert efficiency(spot(92.0, spread=0.03), 5).drop_percent == 0
    assert efficiency(spot(92.0, spread=0.01), 5).drop_percent == pytest.approx(8)


def test_saturation_alone_is_enough():
    assert efficiency(only_saturation(50.0, 100.0), 5).drop_percent == pytest.approx(50)


def test_a_fall_of_the_sweet_spot_alone_is_charged():
    """It carries as much, but not within its limits."""
    found = efficiency(replace(spot(60.0), saturation_rps=110.0, saturation_low=107.0, saturation_high=113.0), 5)
    assert found.sentence.startswith("cold: sweet spot is 0.60 × baseline")


def test_a_canary_that_passed_nothing_carries_less_than_what_it_failed_at():
    found = efficiency(replace(spot(None), baseline_rps=100.0, baseline_rps_low=97.0, baseline_rps_high=103.0,
                               rps_high=30.0), 5)
    assert found.drop_percent == pytest.approx(70)


def test_a_canary_to_which_nothing_was_too_much_is_not_charged():
    found = efficiency(spot(90.0, rps_high=None, saturation_rps=None), 5)
    assert found.drop_percent == 0
    assert found.sentence == ("noisy: sweet spot is 0.90 × baseline (90.0 against 100.0 requests/s an instance, with "
                              "no upper end): not to be told from the 0.95 allowed")


def test_a_baseline_to_which_nothing_was_too_much_still_shows_a_canary_that_carries_less():
    assert efficiency(spot(50.0, baseline_rps_high=None, saturation_rps=None), 5).drop_percent == pytest.approx(50)


@pytest.mark.parametrize("nothing", [None, sweet_spot(PUSH, None, reason="too little traffic to squeeze"),
                                     replace(spot(90.0), baseline_rps=None, baseline_saturation_rps=None)],
                         ids=["not squeezed", "nothing found", "no baseline"])
def test_what_cannot_be_compared_is_no_data_and_costs_nothing(nothing):
    found = efficiency(nothing, 5)
    assert (found.drop_percent, found.compared) == (0, None)
    assert found.sentence.startswith("no data: ")
