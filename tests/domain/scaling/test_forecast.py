"""What a region will be asked for, from its own last days."""

from math import cos, nan, pi

import pytest

from include.domain.scaling.forecast import FEW_DAYS, MOST_GROWTH, SLOTS, Forecast, TooLittle, forecast, slots

GAP = [nan] * SLOTS


def day(times=1.0, begins=0):
    """200 requests/s in the quietest moment, 1,000 twelve hours later; the forecast begins at the slot `begins`."""
    return [times * (600 - 400 * cos(2 * pi * (begins + slot) / SLOTS)) for slot in range(SLOTS)]


def test_the_peak_is_that_of_the_same_hours_and_the_trough_the_quietest_hour():
    found = forecast([day()] * 7, hours=4)
    assert isinstance(found, Forecast)
    assert found.peak_rps == pytest.approx(max(day()[:16]))
    assert found.peak_rps < 500, "the day's peak is not within these four hours"
    assert 200 < found.trough_rps < 205
    assert found.said.startswith("the same 4 hours of 7 days reached 378 requests/s, their quietest hours 203")


def test_hours_that_reach_the_peak_find_it():
    assert forecast([day(begins=SLOTS // 3)] * 3, hours=6).peak_rps == pytest.approx(1000, rel=0.01)


def test_a_weekday_that_stands_out_counts_though_the_others_were_quiet():
    week = [day()] * 7
    week[6] = day(1.5)
    assert forecast(week, 24).peak_rps == pytest.approx(1500, rel=0.01)


def test_growth_is_followed_up_to_a_bound_and_a_fall_is_not():
    steady = forecast([day()] * 4, 24)
    grown = forecast([day(1.2), day(), day(), day()], 24)
    assert grown.peak_rps == pytest.approx(1.2 * 1.2 * steady.peak_rps)
    assert grown.said.endswith(", × 1.20 for growth")
    assert forecast([day(9), day(), day()], 24).peak_rps == pytest.approx(9 * MOST_GROWTH * steady.peak_rps)
    assert forecast([day(0.5), day(), day()], 24).peak_rps == pytest.approx(steady.peak_rps)


def test_the_minimum_of_a_night_that_was_busier_is_what_the_trough_must_carry():
    busy = [max(value, 400) for value in day()]
    assert forecast([day(), busy, day()], 24).trough_rps == pytest.approx(400)


@pytest.mark.parametrize("days", [[], [day()], [day(), GAP, GAP, GAP], [GAP] * 7],
                         ids=["none", "one", "one of four", "none of seven"])
def test_too_little_history_forecasts_nothing_and_says_so(days):
    found = forecast(days, 4)
    assert isinstance(found, TooLittle)
    assert f"and {FEW_DAYS} are needed" in found.why


def test_a_day_with_a_few_gaps_counts_and_one_that_is_half_gone_does_not():
    holes = [nan if slot % 6 == 0 else value for slot, value in enumerate(day())]
    half = day(5)[:SLOTS // 2] + GAP[:SLOTS // 2]
    assert forecast([holes, holes], 24).peak_rps == pytest.approx(1000, rel=0.02)
    assert isinstance(forecast([day(), half], 24), TooLittle)


def test_days_that_were_never_measured_at_these_hours_forecast_nothing():
    """All 80 % of the day are there, and the hours that are asked for are the others."""
    without = [nan] * 16 + day()[16:]
    assert "the same 4 hours were measured on none of 3 days" in forecast([without] * 3, 4).why


def test_points_become_slots_by_their_means_and_a_gap_stays_one():
    assert slots([1, 3, nan, 5, nan, nan], 3) == pytest.approx([2, 5, nan], nan_ok=True)
    assert slots([], 2) == pytest.approx([nan, nan], nan_ok=True)
    assert slots([1, 2], 4) == [1, 1, 2, 2], "points that are longer than a slot"
