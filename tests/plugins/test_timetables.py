"""What runs by itself does not make good for a time that had passed when Airflow first heard of it."""

from datetime import UTC, datetime, time, timedelta

import pytest

from plugins.timetables.daily import daily
from plugins.timetables.weekly import weekly

MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)


@pytest.mark.parametrize(("timetable", "again_after"), [
    pytest.param(daily(time(6)), timedelta(days=1), id="each day"),
    pytest.param(weekly("mon", time(6)), timedelta(weeks=1), id="each week")])
@pytest.mark.parametrize(("asked_after", "is_past"), [
    (timedelta(minutes=-1), False), (timedelta(seconds=1), True), (timedelta(hours=1), True)])
def test_its_first_run_is_its_next_time(timetable, again_after, asked_after, is_past, monkeypatch):
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable
    from airflow.timetables.base import TimeRestriction

    monkeypatch.setattr("airflow.timetables.trigger.utcnow", lambda: MONDAY + asked_after)
    scheduled = decode_timetable(encode_timetable(timetable))
    info = scheduled.next_dagrun_info(
        last_automated_data_interval=None, restriction=TimeRestriction(None, None, catchup=False))
    assert info.run_after == MONDAY + (again_after if is_past else timedelta())


def test_never_is_never():
    assert daily(None) is None
    assert weekly("never", time(6)) is None
