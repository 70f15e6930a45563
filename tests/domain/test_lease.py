"""The lease as a value: what is said of its holder, and about how long a push needs it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from include.domain.lease import Lease, canary_lasts, held_by, is_silent, push_lasts
from include.domain.push import Push, PushKind
from tests.world.declared import REGIONS, service

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = Lease("api/prod/us-west-2", "api-1", 3, NOW + timedelta(hours=24), since=NOW - timedelta(minutes=118),
              renewed_at=NOW - timedelta(minutes=1), what="patch push",
              run="http://airflow/dags/api_patch_push/runs/manual__1", until=NOW + timedelta(minutes=40))


@pytest.mark.parametrize(("left", "said"), [
    (timedelta(seconds=12), "about 12 s more"),
    (timedelta(seconds=121), "about 3 minutes more"),
    (timedelta(minutes=40), "about 40 minutes more"),
    (timedelta(minutes=121), "about 3 hours more"),
    (timedelta(0), "longer than was thought: until about 12:00 UTC"),
    (timedelta(hours=-13), "longer than was thought: until about 2026-02-28 23:00 UTC")])
def test_a_lease_says_for_whom_since_when_and_about_how_long(left, said):
    assert held_by(replace(LEASE, until=NOW + left), NOW) == (
        f"the lease of api/prod/us-west-2 is held by patch push api-1 (run manual__1) since 10:02 UTC, {said}")


def test_a_holder_that_said_nothing_of_its_work_has_it_until_the_end_of_the_lease():
    bare = replace(LEASE, what="", run="", until=None)
    assert held_by(bare, NOW) == ("the lease of api/prod/us-west-2 is held by api-1 since 10:02 UTC, "
                                  "until 2026-03-02 12:00 UTC at the latest")


def test_a_holder_is_silent_so_long_after_its_last_sign_of_life_not_after_it_took_the_lease():
    assert is_silent(LEASE, NOW, timedelta(minutes=1))
    assert not is_silent(LEASE, NOW, timedelta(minutes=2))


def a_push(kind):
    return Push("api-1", "api", "prod", kind, "c" * 40, "prod", "", "", "Ada", NOW)


def test_a_push_needs_a_region_for_itself_and_for_those_that_come_after_it():
    declared = service(time_scale=1, time_zero=None, red_black__red_red_minutes=10, red_black__watch_minutes=60)
    assert [push_lasts(declared, "prod", region) / timedelta(minutes=1) for region in REGIONS] == [210, 140, 70]


def test_the_canary_s_region_is_needed_for_the_bake_too_and_by_a_calibration_for_nothing_else():
    declared = service(time_scale=1, time_zero=None, canary__bake_hours=4)
    bake = timedelta(hours=4)
    assert canary_lasts(a_push(PushKind.CALIBRATION), declared) == bake
    assert canary_lasts(a_push(PushKind.PATCH), declared) == bake + push_lasts(declared, "prod", REGIONS[0])
