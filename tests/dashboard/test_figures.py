"""The four figures of delivery."""

from dataclasses import replace
from datetime import timedelta

import pytest

from include.dashboard.figures import figures
from tests.reports.test_render import RECORD

NOW = RECORD.ended_at + timedelta(days=1)


def record(number: int, end: str = "Success", hours: float = 2, kind: str = "patch", days: float = 0):
    ended = RECORD.ended_at - timedelta(days=days)
    return replace(RECORD, push_id=f"api-{number}", end=end, kind=kind, ended_at=ended,
                   started_at=ended - timedelta(hours=hours))


def test_what_is_counted_is_of_four_weeks_and_of_pushes():
    found = figures([record(1), record(2, days=20), record(3, days=28), record(4, kind="deploy"),
                     record(5, kind="calibration")], (), NOW)
    assert (found.pushes, found.a_week, found.changed, found.failed) == (2, 0.5, 2, 0)


def test_lead_time_is_the_median_so_one_long_night_does_not_move_it():
    assert figures([record(1, hours=1), record(2, hours=2), record(3, hours=50)], (), NOW).lead_time == timedelta(
        hours=2)


def test_only_what_changed_prod_can_have_failed():
    records = [record(1), record(2, "FailureClean"), record(3, "FailureClean", hours=1), record(4, "FailureDirty", 3),
               record(5, "Superseded")]
    found = figures(records, {"api-3"}, NOW)
    assert (found.changed, found.failed, found.restore) == (3, 2, timedelta(hours=2))


@pytest.mark.parametrize("records", [[], [record(1, "Superseded")]], ids=["none", "none that ended in prod"])
def test_nothing_is_made_up_where_there_was_no_push(records):
    found = figures(records, (), NOW)
    assert (found.pushes, found.lead_time, found.restore) == (0, None, None)
