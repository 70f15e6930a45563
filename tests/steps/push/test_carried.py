"""Which commits came with a push."""

import pytest

from include.domain import asg_tags
from include.domain.errors import Retryable
from include.steps.push.carried import carried
from tests.stories.flow import Flow
from tests.world.declared import REGIONS, service
from tests.world.world import World


@pytest.fixture
def world():
    return World(service(regions=2))


def run(world, *commits):
    for region, commit in zip(REGIONS, commits, strict=False):
        world.regions[region].groups["api-prod-v041"].tags[asg_tags.COMMIT] = commit


def push(world, **changes):
    made = Flow(world).pushed_commit()
    return type(made)(**(vars(made) | changes))


@pytest.mark.parametrize("first", [0, 1], ids=["the older one first", "the newer one first"])
def test_where_regions_ran_different_commits_it_counts_from_the_oldest(first, world):
    ran = [world.branches.head("prod"), world.branches.push("prod", "one")]
    newest = world.branches.push("prod", "two")
    run(world, ran[first], ran[1 - first])
    assert carried(push(world), world.clusters, world.branches) == (ran[0], f"{newest[:12]},{ran[1][:12]}")


def test_where_no_tag_says_what_ran_it_counts_from_where_the_branch_stood(world):
    before = world.branches.head("prod")
    newest = world.branches.push("prod", "one")
    assert carried(push(world, previous=before), world.clusters, world.branches) == (before, newest[:12])
    assert carried(push(world), world.clusters, world.branches) == ("", "")


def test_a_repository_that_cannot_tell_fails_nothing(world, monkeypatch):
    before = world.branches.head("prod")
    run(world, before, before)
    world.branches.push("prod", "one")
    pushed = push(world)

    def unreachable(*_):
        raise Retryable("no route to host")

    monkeypatch.setattr(world.branches, "between", unreachable)
    assert carried(pushed, world.clusters, world.branches) == (before, "")
