"""The one moment of each week: in its zone, outside peaks and freezes."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.domain.freezes import frozen
from include.domain.peak_windows import DAYS, Market, MarketClock, PeakWindow
from include.domain.weekly import WeeklyPlan, next_start, weekly_plan
from tests.domain.test_peak_windows import MARKETS, in_peak, utc
from tests.domain.test_slots import FREEZES, freeze
from tests.world.declared import elsewhere, service

NEW_YORK = "America/New_York"


def following(plan: WeeklyPlan, after: datetime, count: int) -> list[datetime]:
    """The next so many moments, one after the other, as a scheduler asks for them."""
    found: list[datetime] = []
    while len(found) < count and (moment := next_start(plan, after, found[-1] if found else None)):
        found.append(moment)
        after = moment
    return found


@pytest.mark.parametrize(("day", "at", "after", "moments"), [
    pytest.param("tue", "10:00", "2026-02-25T00:00", ["2026-03-03T15:00", "2026-03-10T14:00"], id="spring"),
    pytest.param("tue", "10:00", "2026-10-26T00:00", ["2026-10-27T14:00", "2026-11-03T15:00"], id="autumn"),
    pytest.param("sun", "02:30", "2026-03-02T00:00", ["2026-03-08T07:30", "2026-03-15T06:30"], id="the skipped hour"),
    pytest.param("sun", "01:30", "2026-10-26T00:00", ["2026-11-01T05:30", "2026-11-08T06:30"], id="the hour twice")])
def test_it_is_a_time_of_day_through_both_clock_changes(day, at, after, moments):
    plan = WeeklyPlan(day, time.fromisoformat(at), NEW_YORK)
    assert following(plan, utc(after), 2) == [utc(moment) for moment in moments]


TUESDAY = "2026-11-03"


def busy(start: int, end: int) -> tuple[Market, ...]:
    return (Market("here", "UTC", (PeakWindow(DAYS, time(start), time(end)),)),)


def plan(**changes) -> WeeklyPlan:
    return WeeklyPlan("tue", time(10), "UTC", **changes)


def test_in_a_peak_it_starts_at_its_end():
    assert next_start(plan(canary_markets=busy(9, 13)), utc(f"{TUESDAY}T00:00")) == utc(f"{TUESDAY}T13:00")


def test_a_peak_until_the_end_of_the_day_leaves_the_week_out():
    always = Market("here", "UTC", (PeakWindow(("tue",), time(8), time(0)),))
    assert next_start(plan(canary_markets=(always,)), utc(f"{TUESDAY}T00:00")) is None


def test_a_freeze_that_ends_on_the_day_moves_it_and_one_of_days_leaves_the_week_out():
    over = (freeze("2026-11-02T00:00", "2026-11-03T15:00"),)
    assert next_start(plan(freezes=over), utc(f"{TUESDAY}T00:00")) == utc(f"{TUESDAY}T15:00")
    over = (freeze("2026-11-02T00:00", "2026-11-04T15:00"),)
    assert next_start(plan(freezes=over), utc(f"{TUESDAY}T00:00")) == utc("2026-11-10T10:00")


def test_a_freeze_before_which_the_push_would_not_be_done_forbids_the_start_too():
    soon = (freeze("2026-11-03T20:00", "2026-11-05T00:00"),)
    lasts = timedelta(hours=11)
    assert next_start(plan(freezes=soon, lasts=lasts), utc(f"{TUESDAY}T00:00")) == utc("2026-11-10T10:00")
    assert next_start(plan(freezes=soon, lasts=timedelta(hours=10)),
                      utc(f"{TUESDAY}T00:00")) == utc(f"{TUESDAY}T10:00")


def test_a_freeze_of_a_market_that_only_another_region_serves_forbids_it_too_and_its_peak_does_not():
    far = service(weekly={"day": "tue", "at": "10:00", "users": ["ada"]}, time_scale=1, time_zero=None,
                  environments=elsewhere("staging"))
    markets = {"americas": Market("americas", "UTC"),
               "europe": Market("europe", "UTC", (PeakWindow(DAYS, time(9), time(13)),),
                                freezes=(freeze("2026-11-03T00:00", "2026-11-03T16:00"),))}
    assert next_start(weekly_plan(far, markets), utc(f"{TUESDAY}T00:00")) == utc(f"{TUESDAY}T16:00")


def test_a_week_has_one_also_where_the_day_was_declared_anew_meanwhile():
    thursday = WeeklyPlan("thu", time(10), "UTC")
    assert next_start(thursday, utc("2026-11-03T11:00"), last=utc("2026-11-03T10:00")) == utc("2026-11-12T10:00")


def test_compressed_a_week_lasts_21_minutes():
    zero = utc("2026-11-02T00:00")      # a Monday
    compressed = plan(clock=MarketClock(480, zero), canary_markets=busy(9, 13))
    week = timedelta(days=7) / 480
    first = zero + timedelta(hours=24 + 13) / 480
    assert following(compressed, zero, 3) == [first, first + week, first + 2 * week]


PLANS = st.builds(
    lambda day, at, zone, canary, freezes, lasts: WeeklyPlan(day, at, zone, tuple(canary), (), tuple(freezes), lasts),
    st.sampled_from(DAYS), st.builds(time, st.integers(0, 23), st.sampled_from([0, 30])),
    st.sampled_from(["UTC", NEW_YORK, "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    MARKETS, FREEZES, st.integers(0, 40).map(lambda hours: timedelta(hours=hours)))
AFTER = st.integers(0, 300 * 24 * 60).map(lambda minutes: utc("2026-02-01T00:00") + timedelta(minutes=minutes))


def forbidden(plan: WeeklyPlan, moment: datetime) -> bool:
    return (any(in_peak(market, moment) for market in plan.canary_markets)
            or any(one.starts < moment + max(plan.lasts, timedelta(microseconds=1)) and moment < one.ends
                   for one in frozen(plan.freezes)))


@settings(max_examples=150, deadline=None)
@given(PLANS, AFTER)
def test_law_never_in_a_peak_or_a_freeze_strictly_later_each_and_one_a_week_on_its_day(plan, after):
    moments = following(plan, after, 6)
    assert all(earlier < later for earlier, later in zip([after, *moments], moments, strict=False))
    local = [moment.astimezone(ZoneInfo(plan.time_zone)) for moment in moments]
    assert len({moment.isocalendar()[:2] for moment in local}) == len(moments)
    assert {DAYS[moment.weekday()] for moment in local} <= {plan.day}
    assert not [moment for moment in moments if forbidden(plan, moment)]


@settings(max_examples=100, deadline=None)
@given(PLANS, AFTER)
def test_law_a_week_whose_declared_moment_is_free_is_never_left_out_and_starts_at_that_moment(plan, after):
    moment = next_start(plan, after)
    end = moment or after + timedelta(days=30)
    day = after.astimezone(plan.zone).date()
    while (declared := datetime.combine(day, plan.at, tzinfo=plan.zone).astimezone(UTC)) < end:
        if DAYS[day.weekday()] == plan.day and declared > after:
            assert forbidden(plan, declared)
        day += timedelta(days=1)
