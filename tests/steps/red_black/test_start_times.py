"""Start times of past pushes are kept, and limit later waits."""

from datetime import timedelta

from include.domain.errors import Retryable
from include.domain.looks import Look
from include.steps.red_black.launch import in_service
from include.steps.red_black.start_times import launch_limit
from tests.steps.ready import HERE, planned, ports
from tests.stories.flow import PORTS
from tests.world.region import Behaviour, Times

FOLDER = f"starts/api/prod/{HERE}/"


def past(world, *seconds, month="202611"):
    for number, one in enumerate(seconds):
        world.archive.put(f"{FOLDER}api-{month}01T0000{number:02}-abc123_{one}", b"{}", "application/json")


def starts(world):
    return world.archive.keys(FOLDER)


def test_the_time_from_the_last_launch_until_all_were_healthy_is_kept_once():
    world, flow, found = planned("in_service")
    began = world.now
    assert flow.step("in_service", found, HERE) == found
    key, = starts(world)
    seconds = float(key.rpartition("_")[2])
    assert key.startswith(f"{FOLDER}{found.push_id}_")
    times = world.regions[HERE].times
    assert times.launch < seconds <= (world.now - began).total_seconds() + 1
    world.advance(300)
    flow.step("in_service", found, HERE)
    assert starts(world) == [key]


def test_a_wait_is_limited_by_what_pushes_before_needed_and_says_so():
    world, flow, found = planned("in_service")
    past(world, 4, 5, 4, 4, 3)
    world.behaves(found.commit, Behaviour(starts=False))
    for machine in world.regions[HERE].groups[found.new].machines:
        machine.behaviour = Behaviour(starts=False)
    world.regions[HERE].times = Times(grace=600)
    flow.step("in_service", found, HERE)
    assert flow.failures["us_east_1.in_service"].startswith(
        "gave up after 0:00:15 (3 × 5 s, which 95 % of the last 5 starts stayed under): api-prod-v042 has")


def test_starts_of_the_month_before_count_too():
    world, flow, found = planned("in_service")
    past(world, 20, 20, 20, month="202610")
    past(world, 4, 4)
    archive = world.ports(HERE)["archive"]
    assert launch_limit(found, 1, flow.service, world.now, archive).lasts == timedelta(seconds=60)


def test_an_archive_that_is_down_fails_no_push(monkeypatch):
    world, flow, found = planned("launch_new")

    def down(*_):
        raise Retryable("S3 is down")

    monkeypatch.setattr(world.archive, "keys", down)
    assert flow.step("launch_new", found, HERE) == found
    assert flow.step("in_service", found, HERE) == found


def test_a_start_that_nobody_watched_is_not_kept():
    world, flow, found = planned("in_service")
    world.advance(60)
    look = Look(world.now, world.now, timedelta(seconds=50))
    assert in_service(found, flow.service, look, **ports(world, *PORTS["in_service"])) == found
    assert starts(world) == []
