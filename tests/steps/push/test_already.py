"""A commit that runs everywhere already need not be pushed."""

from dataclasses import replace

import pytest

from include.domain import asg_tags
from include.domain.errors import NothingToPush
from include.domain.push import WATCHER
from include.steps.push.already import must_be_needed
from tests.stories.flow import Flow
from tests.world.declared import REGIONS, service
from tests.world.world import World


@pytest.fixture
def pushed():
    """A world of two regions, and the watcher's push of a commit that both run."""
    world = World(service(regions=2))
    world.branches.push("prod", "a fix")
    push = replace(Flow(world).pushed_commit(), started_by=WATCHER)
    for region in world.regions.values():
        region.groups["api-prod-v041"].tags[asg_tags.COMMIT] = push.commit
    return world, push


def test_a_commit_that_every_region_runs_is_not_pushed_and_says_so(pushed):
    world, push = pushed
    with pytest.raises(NothingToPush, match=f"{push.commit[:12]} runs in us-east-1, us-west-2 of prod already"):
        must_be_needed(push, world.clusters)


def test_what_a_person_asks_for_is_pushed_again(pushed):
    world, push = pushed
    must_be_needed(replace(push, started_by="Ada"), world.clusters)


def test_where_one_region_does_not_run_it_it_is_pushed(pushed):
    world, push = pushed
    world.regions[REGIONS[1]].groups["api-prod-v041"].tags[asg_tags.COMMIT] = "f" * 40
    must_be_needed(push, world.clusters)


def test_where_another_asg_takes_traffic_too_it_is_pushed(pushed):
    world, push = pushed
    groups = world.regions[REGIONS[0]].groups
    groups["api-prod-v042"] = replace(groups["api-prod-v041"], name="api-prod-v042")
    must_be_needed(push, world.clusters)


def test_a_push_that_made_what_runs_goes_on(pushed):
    world, push = pushed
    for region in world.regions.values():
        region.groups["api-prod-v041"].tags[asg_tags.PUSH] = push.id
    must_be_needed(push, world.clusters)
