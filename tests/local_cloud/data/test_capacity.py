"""What an instance carries, computed: no clock."""

import pytest

from include.local_cloud.data.capacity import Slots


def test_capacity_is_slots_divided_by_service_time():
    slots = Slots(4)
    done = [slots.take(second / 1000, 0.060) for second in range(10_000)]      # 1,000 a second for 10 s
    assert sum(at <= 10 for at in done) == pytest.approx(10 * 4 / 0.060, rel=0.01)


def test_below_capacity_nobody_waits():
    slots = Slots(4)
    assert all(slots.take(now / 50, 0.060) == pytest.approx(now / 50 + 0.060) for now in range(500))


def test_cpu_is_the_busy_share_of_the_slots():
    slots = Slots(4)
    for now in range(10):
        slots.take(now / 10, 0.2)
    assert slots.busy_share(0, 1) == pytest.approx((9 * 0.2 + 0.1) / 4)
    assert slots.busy_share(1, 2) == pytest.approx(0.1 / 4)
    assert slots.busy_share(2, 3) == 0


def test_what_waits_for_a_slot_is_told_from_what_has_one():
    slots = Slots(2)
    for _ in range(5):
        slots.take(0, 1)
    assert (slots.busy(0.5), slots.queued(0.5)) == (2, 3)
