"""Slots where freezes are declared; those between peaks alone are in `test_peak_windows.py`."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from include.domain.errors import Refused
from include.domain.freezes import Freeze, frozen
from include.domain.peak_windows import Market, MarketClock
from include.domain.slots import next_slot
from tests.domain.test_peak_windows import HOUR, MARKETS, NEEDED, NOWS, in_peak, market, utc

REAL = MarketClock()


def freeze(starts: str, ends: str, zone: str | None = None, name: str = "New Year") -> Freeze:
    return Freeze(name, datetime.fromisoformat(starts), datetime.fromisoformat(ends), zone)


def test_a_push_waits_for_the_end_of_the_services_freeze_which_is_named():
    slot = next_slot([], REAL, utc("2026-12-31T12:00"), HOUR, [freeze("2026-12-30T18:00", "2027-01-02T06:00")])
    assert slot.starts == utc("2027-01-02T06:00")
    assert slot.reason == slot.freeze == "the freeze “New Year” lasts until Sat 2027-01-02 06:00 UTC"


def test_a_markets_freeze_is_on_its_own_wall_clock():
    final = freeze("2027-02-14T12:00", "2027-02-15T06:00", name="the final")
    here = Market("us_east", "America/New_York", freezes=(final,))
    slot = next_slot([here], REAL, utc("2027-02-14T17:00"), HOUR)
    assert slot.starts == utc("2027-02-15T11:00")
    assert slot.reason == "the freeze “the final” lasts until Mon 2027-02-15 06:00 America/New_York"
    assert next_slot([here], REAL, utc("2027-02-14T15:59"), HOUR).is_now


def test_a_push_that_would_not_be_done_before_a_freeze_waits_until_it_is_over():
    slot = next_slot([], REAL, utc("2026-12-30T17:00"), 2 * HOUR, [freeze("2026-12-30T18:00", "2027-01-02T06:00")])
    assert slot.starts == utc("2027-01-02T06:00")
    assert slot.reason == ("2 h do not fit before the freeze “New Year” at Wed 2026-12-30 18:00 UTC; the next slot of "
                           "2 h opens after the freeze “New Year”, Sat 2027-01-02 06:00 UTC")


def test_a_freeze_of_weeks_is_waited_for_and_the_peak_after_it_too():
    here = market("18:00", "23:00")
    slot = next_slot([here], REAL, utc("2026-12-02T12:00"), HOUR, [freeze("2026-12-01T00:00", "2026-12-30T20:00")])
    assert slot.starts == utc("2026-12-30T23:00")
    assert slot.reason.startswith("the freeze “New Year” lasts until Wed 2026-12-30 20:00 UTC; the next slot of 1 h "
                                  "opens after the peak of here")


def test_where_no_slot_is_left_between_peaks_a_freeze_before_them_changes_nothing_but_the_days():
    with pytest.raises(Refused, match="no slot of 3 h begins in the next 12 days: between the peaks of here the "
                                      "longest is 2 h"):
        next_slot([market("02:00", "00:00")], REAL, utc("2026-01-05T12:00"), 3 * HOUR,
                  [freeze("2026-01-05T00:00", "2026-01-10T00:00")])


def test_a_peak_names_no_freeze():
    assert next_slot([market("18:00", "23:00")], REAL, utc("2026-01-05T19:00"), HOUR).freeze == ""


@pytest.mark.parametrize(("starts", "ends", "begins", "over"), [
    pytest.param("2026-03-08T02:30", "2026-03-08T12:00", "2026-03-08T06:30", "2026-03-08T16:00", id="in spring"),
    pytest.param("2026-10-31T12:00", "2026-11-01T01:30", "2026-10-31T16:00", "2026-11-01T06:30", id="in autumn")])
def test_a_freeze_through_a_clock_change_is_never_shortened(starts, ends, begins, over):
    [found] = frozen([freeze(starts, ends, "America/New_York")])
    assert (found.starts, found.ends) == (utc(begins), utc(over))


@pytest.mark.parametrize("declared", [
    {"starts": "2026-12-31T12:00", "ends": "2026-12-31T12:00"},
    {"starts": "2026-12-31T12:00Z", "ends": "2027-01-01T12:00"},
    {"starts": "2026-12-31T12:00", "ends": "2027-01-01T12:00", "time_zone": "Mars/Olympus"},
    {"starts": "2026-12-31T12:00", "ends": "2027-01-01T12:00", "name": "two\nlines"},
    {"starts": "2026-12-31T12:00", "ends": "2027-01-01T12:00", "until": "then"}])
def test_a_freeze_that_makes_no_sense_is_refused(declared):
    with pytest.raises(ValidationError):
        Freeze(**{"name": "x"} | declared)


FIRST = utc("2026-03-01T00:00").replace(tzinfo=None)
FREEZES = st.lists(st.builds(
    lambda starts, lasts: Freeze("x", FIRST + starts, FIRST + starts + lasts, "America/New_York"),
    st.integers(0, 260 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(1, 400).map(lambda hours: timedelta(hours=hours))), max_size=4)


@settings(max_examples=150, deadline=None)
@given(MARKETS, NOWS, NEEDED, FREEZES, st.lists(st.floats(0, 1, exclude_max=True), min_size=3, max_size=3))
def test_no_instant_of_a_slot_lies_in_a_freeze_or_a_peak(markets, now, needed, freezes, moments):
    try:
        slot = next_slot(markets, REAL, now, needed, freezes)
    except Refused:
        assume(False)
    length = needed or timedelta(microseconds=1)
    for moment in (slot.starts, *(slot.starts + length * part for part in moments)):
        assert not any(one.starts <= moment < one.ends for one in frozen(freezes))
        assert not any(in_peak(market, moment) for market in markets)
    assert slot.is_now == (slot.starts == now.astimezone(UTC))
