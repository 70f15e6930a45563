"""Waiting for a region's slot."""

from datetime import datetime, time, timedelta

import pytest

from include.domain.errors import BadInput
from include.domain.looks import Wait
from include.domain.peak_windows import DAYS, Market, PeakWindow
from include.steps.red_black.peak_windows import off_peak
from tests.steps.ready import HERE, ready

IN_REAL_TIME = {"time_scale": 1, "time_zero": None}


def market(start: int, end: int) -> dict[str, Market]:
    return {"americas": Market("americas", "UTC", (PeakWindow(DAYS, time(start), time(end)),))}


def test_off_peak_the_push_goes_on():
    _, flow = ready(**IN_REAL_TIME)
    push = flow.pushed_commit()
    assert off_peak(push, HERE, flow.service, market(18, 23), flow.world.look(), flow.world.leases) == push


def test_in_a_peak_it_waits_for_its_end_looks_every_hour_and_only_a_person_gives_up():
    world, flow = ready(**IN_REAL_TIME)
    waits = off_peak(flow.pushed_commit(), HERE, flow.service, market(9, 13), world.look(), world.leases)
    assert isinstance(waits, Wait)
    assert waits.reason.startswith("us-east-1 waits for its slot until Tue 13:00:00 UTC: americas is in its peak")
    assert waits.next_look == world.now + timedelta(hours=1)
    assert waits.gives_up is None


def test_its_last_look_is_when_the_slot_begins():
    world, flow = ready(**IN_REAL_TIME)
    world.now = world.now.replace(hour=12, minute=50)
    waits = off_peak(flow.pushed_commit(), HERE, flow.service, market(9, 13), world.look(), world.leases)
    assert waits.next_look == world.now.replace(hour=13, minute=0, second=0)


def test_a_push_that_would_not_fit_before_the_peak_waits_for_the_slot_after_it():
    world, flow = ready(**IN_REAL_TIME)
    waits = off_peak(flow.pushed_commit(), HERE, flow.service, market(11, 13), world.look(), world.leases)
    assert "do not fit before the peak" in waits.reason


def test_market_time_is_compressed_like_all_else():
    world, flow = ready()
    midnight = datetime(2026, 11, 3, tzinfo=world.now.tzinfo)
    world.now = midnight + timedelta(seconds=60)    # 8 h in the market
    waits = off_peak(flow.pushed_commit(), HERE, flow.service, market(7, 16), world.look(), world.leases)
    assert "until Tue 00:02:00 UTC" in waits.reason


def test_an_unknown_market_is_refused_by_name():
    world, flow = ready()
    with pytest.raises(BadInput, match="americas"):
        off_peak(flow.pushed_commit(), HERE, flow.service, {}, world.look(), world.leases)


def test_in_a_freeze_of_the_service_every_push_waits_and_the_reason_names_it():
    over = {"name": "New Year", "starts": "2026-11-02T00:00", "ends": "2026-11-20T00:00"}
    world, flow = ready(**IN_REAL_TIME, freezes=[over])
    waits = off_peak(flow.pushed_commit(), HERE, flow.service, market(18, 23), world.look(), world.leases)
    assert waits.reason == ("us-east-1 waits for its slot until Fri 2026-11-20 00:00:00 UTC: the freeze “New Year” "
                            "lasts until Fri 2026-11-20 00:00 UTC")
    assert waits.gives_up is None
