"""The weekly push's timetable, as Airflow's scheduler asks it: out of its database."""

import json
from datetime import time, timedelta

import pytest

from include.domain.peak_windows import DAYS, Market, PeakWindow
from include.domain.weekly import WeeklyPlan
from plugins.timetables import weekly_push
from plugins.timetables.weekly_push import WeeklyPush
from tests.domain.test_peak_windows import utc
from tests.domain.test_slots import freeze

MOMENT = utc("2026-11-24T15:00")        # Tuesday 10:00 in New York
CHRISTMAS, NEW_YEAR = freeze("2026-12-24T00:00", "2026-12-27T00:00"), freeze("2026-12-29T00:00", "2027-01-02T00:00")
BUSY = Market("us_east", "America/New_York", (PeakWindow(DAYS, time(17), time(23)),))
SERVED = Market("us_east", "America/New_York", freezes=(CHRISTMAS,))
PLAN = WeeklyPlan("tue", time(10), "America/New_York", (BUSY,), (SERVED,), (NEW_YEAR,), timedelta(hours=15))


@pytest.fixture
def scheduled(monkeypatch):
    """The next run that the scheduler plans at this moment."""
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable
    from airflow.timetables.base import DataInterval, TimeRestriction

    kept = json.loads(json.dumps(encode_timetable(WeeklyPush(PLAN)), default=str))

    def at(moment, last=None, **restriction):
        class Clock:
            now = staticmethod(lambda zone: moment.astimezone(zone))

        monkeypatch.setattr(weekly_push, "datetime", Clock)
        timetable = decode_timetable(kept)
        assert timetable.plan == PLAN
        info = timetable.next_dagrun_info(
            last_automated_data_interval=DataInterval.exact(last) if last else None,
            restriction=TimeRestriction(**{"earliest": None, "latest": None, "catchup": False} | restriction))
        return info and info.run_after
    return at


def test_it_survives_the_database_of_airflow_and_plans_the_next_moment(scheduled):
    assert scheduled(MOMENT - timedelta(days=2)) == MOMENT


def test_asked_right_after_its_moment_it_is_not_lost_and_comes_once(scheduled):
    assert scheduled(MOMENT + timedelta(minutes=1)) == MOMENT
    assert scheduled(MOMENT + timedelta(minutes=1), last=MOMENT) == MOMENT + timedelta(weeks=1)


def test_what_airflow_slept_through_is_not_made_good(scheduled):
    week = timedelta(weeks=1)
    assert scheduled(MOMENT + timedelta(hours=1)) == MOMENT + week
    assert scheduled(MOMENT + 3 * week + timedelta(days=1), last=MOMENT - week) == MOMENT + 4 * week


def test_it_knows_the_freezes(scheduled):
    assert scheduled(utc("2026-12-26T00:00")) == utc("2027-01-05T15:00")


def test_it_keeps_to_what_the_dag_allows(scheduled):
    assert scheduled(MOMENT - timedelta(days=2), earliest=MOMENT + timedelta(days=1)) == MOMENT + timedelta(weeks=1)
    assert scheduled(MOMENT - timedelta(days=2), latest=MOMENT - timedelta(days=1)) is None


def test_a_person_may_start_one_at_any_time():
    interval = WeeklyPush(PLAN).infer_manual_data_interval(run_after=MOMENT)
    assert (interval.start, interval.end) == (MOMENT, MOMENT)


def test_it_says_when_and_what_follows_where_that_is_forbidden():
    timetable = WeeklyPush(PLAN)
    assert timetable.summary == "tue 10:00 America/New_York"
    assert timetable.description == ("tue 10:00 America/New_York; in a peak or a freeze later that day, or else the "
                                     "next week")
