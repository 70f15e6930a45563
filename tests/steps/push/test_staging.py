"""Which commit staging proves."""

from datetime import timedelta

import pytest

from include.domain.errors import GaveUp, Refused
from include.domain.looks import Look, Wait
from include.domain.push import PushEnd
from include.steps.push.staging import healthy_in_staging
from tests.steps.in_staging import STAGING, deployed
from tests.world.declared import elsewhere, service
from tests.world.world import World

ASG = "api-staging-v041"


@pytest.fixture
def world():
    made = World(service(environments=elsewhere(STAGING), weekly={"day": "tue", "at": "10:00", "users": ["ada"]}))
    made.beside(STAGING)
    return made


def found(world, look=None):
    there = world.elsewhere[STAGING]
    return healthy_in_staging(world.service, look or world.look(), there.clusters, there.traffic, world.archive)


def beside(world, commit, end=PushEnd.SUCCESS, *, record=True):
    """One more ASG that takes traffic: its commit, by a deploy that ended so."""
    [region] = world.elsewhere[STAGING].regions.values()
    older = region.groups[ASG]
    region.groups["api-staging-v042"] = type(older)(
        "api-staging-v042", world.now, older.ami, "lt-1", "1", older.target_groups, max_size=4, min_size=1, desired=2)
    world.advance(15)
    return deployed(world, commit, end, "api-staging-v042", record=record)


def test_it_is_the_commit_that_runs_healthy_by_a_deploy_that_ended_well(world):
    commit = world.branches.push("release", "better")
    deployed(world, commit)
    assert found(world) == commit


@pytest.mark.parametrize(("end", "says"), [
    (PushEnd.FAILURE_DIRTY, "ended FailureDirty: why it ended so"),
    (PushEnd.FAILURE_CLEAN, "ended FailureClean: why it ended so")])
def test_one_whose_deploy_did_not_end_well_proves_nothing(world, end, says):
    commit = world.branches.push("release", "better")
    deployed(world, commit, end)
    with pytest.raises(Refused, match=f"no commit is healthy in all of staging: us-east-1: the deploy of {ASG} with "
                                      f"commit {commit[:12]} {says}"):
        found(world)


def test_one_that_is_not_healthy_proves_nothing(world):
    deployed(world, world.branches.push("release", "better"))
    world.elsewhere[STAGING].dies("us-east-1", ASG)
    world.advance(3)
    with pytest.raises(Refused, match=f"is not healthy: {ASG} has 1 of 2"):
        found(world)


def test_what_nobody_deployed_proves_nothing(world):
    with pytest.raises(Refused, match=f"us-east-1: {ASG} was not deployed by Serin"):
        found(world)


def test_a_region_without_traffic_proves_nothing(world):
    for region in world.elsewhere[STAGING].regions.values():
        region.groups.clear()
    with pytest.raises(Refused, match="us-east-1: nothing takes traffic"):
        found(world)


def test_while_a_newer_one_is_being_deployed_the_older_one_that_still_runs_counts(world):
    older, newer = world.branches.push("release", "older"), world.branches.push("release", "newer")
    deployed(world, older)
    beside(world, newer, record=False)
    assert found(world) == older


def test_of_two_that_are_healthy_the_one_whose_deploy_ended_last_counts(world):
    older, newer = world.branches.push("release", "older"), world.branches.push("release", "newer")
    deployed(world, older)
    beside(world, newer)
    assert found(world) == newer


def test_a_deploy_that_is_about_to_end_is_waited_for_and_not_for_ever(world):
    deployed(world, world.branches.push("release", "newer"), record=False)
    waits = found(world)
    assert isinstance(waits, Wait)
    assert waits.reason.startswith("a deploy to staging is on its way: us-east-1: the deploy of api-staging-v041 with ")
    assert waits.next_look > world.now
    hours = timedelta(minutes=world.service.red_black.region_minutes) / world.service.time_scale
    with pytest.raises(GaveUp, match="a deploy to staging is on its way"):
        found(world, Look(world.now, world.now - hours - timedelta(seconds=1)))
