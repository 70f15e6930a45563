"""When a region may be pushed, through midnight, weekends and clock changes."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from include.domain.errors import Refused
from include.domain.peak_windows import DAYS, Market, MarketClock, PeakWindow, peaks_between
from include.domain.slots import next_slot, spell

REAL = MarketClock()
HOUR = timedelta(hours=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


def market(start: str, end: str, days: tuple[str, ...] = DAYS, zone: str = "UTC", name: str = "here") -> Market:
    return Market(name, zone, (PeakWindow(days, time.fromisoformat(start), time.fromisoformat(end)),))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MONDAY = utc("2026-01-05T00:00")     # a Monday


def test_outside_the_peak_now_is_fine_until_the_next_one_begins():
    slot = next_slot([market("18:00", "23:00")], REAL, utc("2026-01-05T10:00"), 2 * HOUR)
    assert slot.is_now
    assert (slot.starts, slot.ends) == (utc("2026-01-05T10:00"), utc("2026-01-05T18:00"))


def test_in_the_peak_it_waits_for_its_end_and_says_whose_it_is():
    here = market("18:00", "23:00", zone="America/New_York", name="us_east")
    slot = next_slot([here], REAL, utc("2026-01-06T01:00"), 2 * HOUR)
    assert slot.starts == utc("2026-01-06T04:00")
    assert slot.reason == "us_east is in its peak until Mon 23:00 America/New_York"


def test_the_end_of_a_peak_is_free_and_its_start_is_not():
    here = market("18:00", "23:00")
    assert next_slot([here], REAL, utc("2026-01-05T23:00"), HOUR).is_now
    assert not next_slot([here], REAL, utc("2026-01-05T18:00"), timedelta()).is_now


def test_a_push_that_would_not_fit_before_the_next_peak_waits_for_the_slot_after_it():
    slot = next_slot([market("18:00", "23:00")], REAL, utc("2026-01-05T17:00"), 2 * HOUR)
    assert slot.starts == utc("2026-01-05T23:00")
    assert slot.reason == ("2 h do not fit before the peak of here at Mon 18:00 UTC; "
                           "the next slot of 2 h opens after the peak of here, Mon 23:00 UTC")


def test_a_push_that_just_fits_goes():
    assert next_slot([market("18:00", "23:00")], REAL, utc("2026-01-05T16:00"), 2 * HOUR).is_now


def test_a_window_that_spans_midnight_is_still_a_peak():
    here = market("22:00", "02:00", days=("fri",))
    saturday = utc("2026-01-10T01:00")
    assert next_slot([here], REAL, saturday, HOUR).starts == utc("2026-01-10T02:00")
    assert next_slot([here], REAL, saturday - timedelta(days=1), HOUR).is_now     # Friday 01:00: it was not Thursday's


def test_equal_bounds_are_a_whole_day():
    here = market("00:00", "00:00", days=("sat", "sun"))
    assert next_slot([here], REAL, utc("2026-01-10T12:00"), HOUR).starts == utc("2026-01-12T00:00")


def test_weekdays_are_the_markets_own():
    tokyo = market("09:00", "10:00", days=("mon",), zone="Asia/Tokyo")
    sunday_in_utc = utc("2026-01-04T23:30") + HOUR      # 09:30 on Monday in Tokyo
    assert not next_slot([tokyo], REAL, sunday_in_utc, timedelta()).is_now
    assert next_slot([tokyo], REAL, sunday_in_utc + timedelta(days=1), timedelta()).is_now


def test_the_peaks_of_all_markets_count():
    early, late = market("10:00", "14:00", name="early"), market("13:00", "18:00", name="late")
    slot = next_slot([early, late], REAL, utc("2026-01-05T11:00"), HOUR)
    assert slot.starts == utc("2026-01-05T18:00")
    assert slot.reason == ("early is in its peak until Mon 14:00 UTC; "
                           "the next slot of 1 h opens after the peak of late, Mon 18:00 UTC")


def test_a_gap_between_two_markets_that_is_too_short_is_passed_over():
    early, late = market("10:00", "14:00", name="early"), market("15:00", "18:00", name="late")
    assert next_slot([early, late], REAL, utc("2026-01-05T11:00"), 2 * HOUR).starts == utc("2026-01-05T18:00")


def test_without_markets_now_is_fine_for_ever():
    slot = next_slot([], REAL, MONDAY, 2 * HOUR)
    assert slot.is_now
    assert slot.ends is None


def test_no_slot_in_a_week_is_refused_with_the_longest_there_is():
    with pytest.raises(Refused, match=r"no slot of 3 h begins in the next 7 days.* of here the longest is 2 h"):
        next_slot([market("02:00", "00:00")], REAL, utc("2026-01-05T12:00"), 3 * HOUR)


@pytest.mark.parametrize(("zone", "now", "opens"), [
    # 2026-03-08: 02:00 becomes 03:00; the peak until 23:00 ends an hour earlier in UTC than the day before
    pytest.param("America/New_York", "2026-03-07T23:30", "2026-03-08T04:00", id="the evening before spring"),
    pytest.param("America/New_York", "2026-03-08T23:30", "2026-03-09T03:00", id="the evening after spring"),
    pytest.param("America/New_York", "2026-10-31T23:30", "2026-11-01T03:00", id="the evening before autumn"),
    pytest.param("America/New_York", "2026-11-01T23:30", "2026-11-02T04:00", id="the evening after autumn"),
    pytest.param("Europe/Berlin", "2026-03-29T18:00", "2026-03-29T21:00", id="Berlin in spring"),
    pytest.param("Europe/Berlin", "2026-10-25T18:00", "2026-10-25T22:00", id="Berlin in autumn"),
    pytest.param("Australia/Lord_Howe", "2026-04-05T08:00", "2026-04-05T12:30", id="half an hour, in the south"),
])
def test_wall_clock_hours_move_with_the_clock_change(zone: str, now: str, opens: str):
    assert next_slot([market("18:00", "23:00", zone=zone)], REAL, utc(now), HOUR).starts == utc(opens)


@pytest.mark.parametrize(("start", "end", "begins", "ends"), [
    pytest.param("01:30", "04:00", "2026-03-08T06:30", "2026-03-08T08:00", id="around the hour that is skipped"),
    pytest.param("02:30", "04:00", "2026-03-08T06:30", "2026-03-08T08:00", id="begins in it: begins before it"),
    pytest.param("01:00", "02:30", "2026-03-08T06:00", "2026-03-08T07:30", id="ends in it: ends after it"),
])
def test_a_peak_through_the_skipped_hour_is_never_shortened(start: str, end: str, begins: str, ends: str):
    here = market(start, end, days=("sun",), zone="America/New_York")
    peak, = peaks_between([here], utc("2026-03-08T00:00"), utc("2026-03-09T00:00"))
    assert (peak.starts, peak.ends) == (utc(begins), utc(ends))


def test_a_peak_through_the_hour_that_comes_twice_takes_both():
    here = market("01:00", "01:30", days=("sun",), zone="America/New_York")
    peak, = peaks_between([here], utc("2026-11-01T00:00"), utc("2026-11-02T00:00"))
    assert (peak.starts, peak.ends) == (utc("2026-11-01T05:00"), utc("2026-11-01T06:30"))


TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
WINDOWS = st.builds(lambda days, start, end: PeakWindow(tuple(days), start, end),
                    st.sets(st.sampled_from(DAYS), min_size=1), TIMES, TIMES)
MARKETS = st.lists(st.builds(lambda name, zone, peaks: Market(name, zone, tuple(peaks)), st.sampled_from("abc"),
                             st.sampled_from(["UTC", "America/New_York", "Europe/London", "Australia/Lord_Howe",
                                              "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia"]),
                             st.lists(WINDOWS, max_size=3)), max_size=3)
# around both clock changes of 2026, in both hemispheres, and any other time
NOWS = st.builds(lambda day, minutes: utc(day) + timedelta(minutes=minutes),
                 st.sampled_from(["2026-03-06", "2026-03-27", "2026-04-03", "2026-10-02", "2026-10-23", "2026-10-30",
                                  "2026-07-01"]), st.integers(0, 4 * 24 * 60))
NEEDED = st.integers(0, 12 * 60).map(lambda minutes: timedelta(minutes=minutes))


def in_peak(market: Market, instant: datetime) -> bool:
    """The slow way: what a person reads off the wall clock and the calendar."""
    wall = instant.astimezone(market.zone)
    for window in market.peaks:
        for began in (wall.date(), wall.date() - timedelta(days=1)):
            if DAYS[began.weekday()] not in window.days:
                continue
            last = began if window.end > window.start else began + timedelta(days=1)
            naive = wall.replace(tzinfo=None)
            if datetime.combine(began, window.start) <= naive < datetime.combine(last, window.end):
                return True
    return False


@settings(max_examples=250, deadline=None)
@given(MARKETS, NOWS, NEEDED, st.lists(st.floats(0, 1, exclude_max=True), min_size=3, max_size=3))
def test_no_instant_of_a_slot_lies_in_a_peak_of_any_market(markets, now, needed, moments):
    try:
        slot = next_slot(markets, REAL, now, needed)
    except Refused:
        assume(False)
    assert slot.starts >= now
    assert slot.is_now == (slot.starts == now)
    assert slot.ends is None or slot.ends - slot.starts >= needed
    length = needed or timedelta(microseconds=1)
    for moment in (slot.starts, *(slot.starts + length * part for part in moments)):
        assert not any(in_peak(market, moment) for market in markets), moment


@settings(max_examples=150, deadline=None)
@given(MARKETS, NOWS, NEEDED)
def test_a_wait_ends_with_a_peak_and_never_skips_a_slot_that_is_open_now(markets, now, needed):
    try:
        slot = next_slot(markets, REAL, now, needed)
    except Refused:
        return
    if not slot.is_now:
        assert next_slot(markets, REAL, slot.starts, needed).is_now
        peaks = peaks_between(markets, now, now + needed + timedelta(minutes=1))
        assert peaks, "it waits although nothing is near"


# --- the clock

def test_at_scale_one_market_time_is_real_time():
    assert REAL.at(MONDAY) == REAL.real(MONDAY) == MONDAY


def test_compressed_a_market_day_lasts_three_minutes():
    clock = MarketClock(480, MONDAY)
    assert clock.at(MONDAY + timedelta(minutes=3)) == MONDAY + timedelta(days=1)
    assert clock.real(MONDAY + timedelta(days=1)) == MONDAY + timedelta(minutes=3)


def test_a_compressed_wait_ends_at_the_real_instant():
    clock = MarketClock(480, MONDAY)
    slot = next_slot([market("18:00", "00:00")], clock, MONDAY + timedelta(seconds=150), 2 * HOUR)
    assert slot.starts == MONDAY + timedelta(minutes=3)


@given(st.integers(-10**12, 10**12).map(lambda number: MONDAY + timedelta(microseconds=number)), st.floats(1, 10_000))
def test_at_the_real_instant_the_market_clock_has_reached_it_and_real_time_comes_back(moment, scale):
    clock = MarketClock(scale, MONDAY)
    assert clock.at(clock.real(moment)) >= moment
    assert clock.real(clock.at(moment)) == moment


def test_a_compressed_clock_without_its_zero_is_refused():
    with pytest.raises(ValueError, match="time_zero"):
        MarketClock(480).at(MONDAY)


# --- what may be declared

@pytest.mark.parametrize("declared", [
    {"name": "x", "time_zone": "America/New_Yrk"},
    {"name": "x", "time_zone": "../etc/passwd"},
    {"name": "x", "time_zone": "UTC", "peaks": [{"days": ["Mon"], "start": "1:00", "end": "2:00"}]},
    {"name": "x", "time_zone": "UTC", "peaks": [{"days": ["mon"], "start": "18:00Z", "end": "20:00"}]},
    {"name": "x", "time_zone": "UTC", "zone": "UTC"},
])
def test_a_market_that_makes_no_sense_is_refused(declared: dict):
    with pytest.raises(ValidationError):
        Market(**declared)


@pytest.mark.parametrize(("length", "text"), [
    (timedelta(hours=2, minutes=30), "2 h 30 min"), (timedelta(minutes=5), "5 min"), (timedelta(hours=3), "3 h"),
    (timedelta(), "0 min"), (timedelta(days=2), "48 h")])
def test_lengths_are_spelled_for_people(length: timedelta, text: str):
    assert spell(length) == text
