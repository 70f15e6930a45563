"""The strip of 24 hours shows every peak and freeze where it is."""

from datetime import UTC, datetime, time

import pytest

from include.dashboard.day import hours, strip
from include.domain.freezes import Freeze
from include.domain.peak_windows import DAYS, Market, PeakWindow
from tests.world.declared import REGIONS, service

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def plain(**declared):
    """At the pace of the clock on the wall."""
    return service(time_scale=1, time_zero=None, **declared)


def markets(start: int, end: int):
    declared = service()
    names = declared.region("prod", REGIONS[0]).markets
    return {name: Market(name, "UTC", (PeakWindow(DAYS, time(start), time(end)),)) for name in names[:1]}


@pytest.mark.parametrize(("start", "end", "pieces"), [
    (18, 0, [(25, 25)]), (9, 15, [(0, 12.5), (87.5, 12.5)]), (0, 6, [(50, 25)])],
    ids=["tonight", "now, and tomorrow again", "after midnight"])
def test_a_peak_is_where_it_is_and_cut_at_the_edges(start, end, pieces):
    found = strip(REGIONS[0], plain(), markets(start, end), NOON)
    assert [(one.left, one.width) for one in found] == pieces
    assert {one.kind for one in found} == {"peak"}


def test_a_freeze_is_shown_with_its_reason():
    freeze = Freeze("the big match", datetime(2026, 1, 5, 18), datetime(2026, 1, 7))  # noqa: DTZ001
    found = strip(REGIONS[0], plain(freezes=[freeze]), {}, NOON)
    assert [(one.kind, one.left, one.width) for one in found] == [("freeze", 25, 75)]
    assert "the big match" in found[0].what


def test_every_third_hour_has_its_mark():
    assert hours(plain(), NOON)[:2] == [(12.5, "15"), (25.0, "18")]
    assert len(hours(plain(), NOON)) == 8
