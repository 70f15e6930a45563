"""What every `Leases` promises."""

from datetime import UTC, datetime, timedelta

import pytest

from include.domain.errors import LeaseLost, Refused

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG_AFTER = NOW + timedelta(days=3)
KEY = "api/prod/us-east-1"


def test_a_lease_is_held_by_one_and_the_other_hears_by_whom(world):
    lease = world.leases.take(KEY, "one", NOW)
    assert (lease.key, lease.owner) == (KEY, "one")
    assert lease.expires_at > NOW
    with pytest.raises(Refused, match="held by one until"):
        world.leases.take(KEY, "two", NOW)


def test_its_holder_renews_it_with_the_same_token_also_after_its_end(world):
    first = world.leases.take(KEY, "one", NOW)
    later = world.leases.take(KEY, "one", LONG_AFTER)
    assert later.token == first.token
    assert later.expires_at > LONG_AFTER
    world.leases.check(KEY, "one", first.token)


def test_after_its_end_another_takes_it_with_a_greater_token_and_the_first_has_lost_it(world):
    first = world.leases.take(KEY, "one", NOW)
    second = world.leases.take(KEY, "two", LONG_AFTER)
    assert second.token > first.token
    with pytest.raises(LeaseLost, match="held by two"):
        world.leases.check(KEY, "one", first.token)


def test_by_force_it_is_taken_at_once_with_a_greater_token(world):
    first = world.leases.take(KEY, "one", NOW)
    assert world.leases.take(KEY, "two", NOW, by_force=True).token > first.token
    with pytest.raises(LeaseLost):
        world.leases.check(KEY, "one", first.token)


def test_given_back_it_is_free_and_its_token_is_never_given_out_again(world):
    first = world.leases.take(KEY, "one", NOW)
    for _ in range(2):
        world.leases.release(KEY, "one")
    with pytest.raises(LeaseLost, match="held by nobody"):
        world.leases.check(KEY, "one", first.token)
    assert world.leases.take(KEY, "one", NOW).token > first.token


def test_somebody_else_s_is_left_alone(world):
    lease = world.leases.take(KEY, "one", NOW)
    world.leases.release(KEY, "two")
    world.leases.check(KEY, "one", lease.token)


def test_a_lease_is_for_one_region(world):
    world.leases.take(KEY, "one", NOW)
    assert world.leases.take("api/prod/eu-west-1", "two", NOW).owner == "two"


def test_who_holds_it_is_read_without_taking_it_also_after_its_end(world):
    assert world.leases.holder(KEY) is None
    lease = world.leases.take(KEY, "one", NOW)
    assert world.leases.holder(KEY) == lease
    world.leases.release(KEY, "one")
    assert world.leases.holder(KEY) is None
