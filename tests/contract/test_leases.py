"""What every `Leases` promises."""

from datetime import UTC, datetime, timedelta

import pytest

from include.domain.errors import LeaseHeld, LeaseLost
from include.domain.lease import Work

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
LONG_AFTER = NOW + timedelta(days=3)
KEY = "api/prod/us-east-1"


def test_a_lease_is_held_by_one_and_the_other_hears_by_whom(world):
    lease = world.leases.take(KEY, "one", NOW)
    assert (lease.key, lease.owner) == (KEY, "one")
    assert lease.expires_at > NOW
    with pytest.raises(LeaseHeld, match="held by one since 12:00 UTC") as refused:
        world.leases.take(KEY, "two", NOW)
    assert refused.value.lease == lease


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


def test_it_says_what_it_was_taken_for_by_which_run_since_when_and_about_until_when(world):
    work = Work("patch push", "http://airflow/dags/api_patch_push/runs/manual__1", LONG_AFTER)
    world.leases.take(KEY, "one", NOW, work=work)
    world.leases.take(KEY, "one", SOON)
    found = world.leases.holder(KEY)
    assert (found.what, found.run, found.until) == (work.what, work.run, work.until)
    assert (found.since, found.renewed_at) == (NOW, SOON)


def test_the_first_estimate_stands_until_its_holder_does_something_else(world):
    world.leases.take(KEY, "one", NOW, work=Work("patch push", "", SOON))
    assert world.leases.take(KEY, "one", SOON, work=Work("patch push", "", LONG_AFTER)).until == SOON
    assert world.leases.take(KEY, "one", SOON, work=Work("rollback", "", LONG_AFTER)).until == LONG_AFTER


def test_a_new_holder_takes_nothing_over_of_what_the_last_one_said(world):
    world.leases.take(KEY, "one", NOW, work=Work("patch push", "run", LONG_AFTER))
    second = world.leases.take(KEY, "two", SOON, by_force=True)
    assert (second.what, second.run, second.until, second.since) == ("", "", None, SOON)


def test_it_is_taken_from_one_holder_and_not_from_who_had_it_after_that_one(world):
    left = world.leases.take(KEY, "one", NOW)
    second = world.leases.take(KEY, "two", NOW, over=left)
    assert second.token > left.token
    with pytest.raises(LeaseHeld, match="held by two"):
        world.leases.take(KEY, "three", NOW, over=left)
    world.leases.release(KEY, "two")
    again = world.leases.take(KEY, "one", NOW)
    with pytest.raises(LeaseHeld, match="held by one"):
        world.leases.take(KEY, "three", NOW, over=left)
    assert again.token > second.token


def test_a_new_token_is_above_what_is_asked_for_and_a_renewed_one_stays(world):
    assert world.leases.take(KEY, "one", NOW, above=41).token == 42
    assert world.leases.take(KEY, "one", NOW, above=50).token == 42


def test_its_holder_can_read_who_waits_for_it_the_first_one_and_renews_it_with_that(world):
    world.leases.take(KEY, "one", NOW)
    world.leases.want(KEY, "push two")
    world.leases.want(KEY, "push three")
    world.leases.take(KEY, "one", SOON)
    assert world.leases.holder(KEY).wanted_by == "push two"
    world.leases.release(KEY, "one")
    assert world.leases.take(KEY, "two", SOON).wanted_by == ""


def test_nobody_is_told_of_a_wish_for_a_lease_that_nobody_holds(world):
    world.leases.want(KEY, "push two")
    world.leases.take(KEY, "one", NOW)
    world.leases.release(KEY, "one")
    world.leases.want(KEY, "push two")
    assert world.leases.holder(KEY) is None
    assert world.leases.take(KEY, "one", NOW).wanted_by == ""
