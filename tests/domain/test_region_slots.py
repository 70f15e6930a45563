"""When each region would be pushed."""

from datetime import UTC, datetime, time, timedelta

from include.domain.peak_windows import DAYS, Market, PeakWindow
from include.domain.region_slots import region_slots
from tests.world.declared import REGIONS, elsewhere, service

NOW = datetime(2026, 11, 3, 10, tzinfo=UTC)
IN_REAL_TIME = {"time_scale": 1, "time_zero": None}
REGION = timedelta(minutes=150)


def markets(start: int = 18, end: int = 22, europe: tuple[int, int] = (18, 22)) -> dict[str, Market]:
    return {name: Market(name, "UTC", (PeakWindow(DAYS, time(first), time(last)),))
            for name, (first, last) in (("americas", (start, end)), ("europe", europe))}


def test_each_region_begins_when_the_one_before_has_had_its_time():
    slots = region_slots(service(**IN_REAL_TIME), markets(), NOW)
    assert [(slot.region, slot.starts, slot.ends) for slot in slots] == [
        (region, NOW + number * REGION, NOW + (number + 1) * REGION) for number, region in enumerate(REGIONS)]
    assert {slot.reason for slot in slots} == {""}


def test_a_peak_that_is_near_by_then_moves_a_region_and_all_after_it():
    slots = region_slots(service(**IN_REAL_TIME), markets(13, 20), NOW)
    assert [slot.starts for slot in slots] == [NOW, datetime(2026, 11, 3, 20, tzinfo=UTC),
                                               datetime(2026, 11, 3, 22, 30, tzinfo=UTC)]
    assert slots[1].reason.startswith("2 h 30 min do not fit before the peak of americas")


def test_a_freeze_is_named():
    declared = service(**IN_REAL_TIME, freezes=[{"name": "fair", "starts": "2026-11-03T14:00",
                                                 "ends": "2026-11-05T06:00"}])
    slots = region_slots(declared, markets(), NOW)
    assert [bool(slot.freeze) for slot in slots] == [False, True, False]
    assert slots[1].freeze == "the freeze “fair” lasts until Thu 2026-11-05 06:00 UTC"
    assert slots[1].starts == datetime(2026, 11, 5, 6, tzinfo=UTC)


def test_a_region_that_is_never_free_leaves_those_after_it_without_a_slot():
    slots = region_slots(service(**IN_REAL_TIME), markets(0, 23), NOW)
    assert slots[0].reason.startswith("no slot of 2 h 30 min begins in the next 7 days")
    assert [slot.starts for slot in slots] == [None] * 3
    assert slots[1].reason == "us-east-1 comes before it"


def test_they_are_real_instants_where_time_is_compressed():
    slots = region_slots(service(), markets(), NOW)
    assert slots[1].starts - slots[0].starts == REGION / 480


def test_a_freeze_of_the_service_holds_nothing_up_where_nobody_is_served():
    declared = service(**IN_REAL_TIME, environments=elsewhere("staging"), freezes=[
        {"name": "fair", "starts": "2026-11-03T00:00", "ends": "2026-11-05T06:00"}])
    [slot] = region_slots(declared, markets(), NOW, "staging")
    assert (slot.starts, slot.freeze) == (NOW, "")
