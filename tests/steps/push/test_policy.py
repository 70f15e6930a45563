"""What follows when a region fails."""

import pytest

from include.domain.errors import NothingToUndo
from include.steps.lease import roll_back_owner
from include.steps.push.policy import hold_region, undo_with_the_others
from tests.steps.ready import HERE, planned, ready
from tests.stories.flow import Flow
from tests.world.declared import REGIONS, service
from tests.world.world import World

THERE = REGIONS[1]


def hold(world, push_id: str) -> str:
    return hold_region(push_id, world.service, "prod", HERE, world.clusters[HERE])


@pytest.mark.parametrize(("until", "says"), [
    ("in_service", "us-east-1 is held as it is: api-prod-v041 and api-prod-v042 take traffic; api_roll_back undoes"),
    ("holds", "us-east-1 is held as it is: api-prod-v042 takes traffic, api-prod-v041 is kept without; api_roll_back"),
])
def test_what_a_held_region_keeps_is_said_and_nothing_is_changed(until, says):
    world, flow, _ = planned(until)
    before = world.clusters[HERE].asgs("api-prod")
    assert hold(world, flow.push_id).startswith(says)
    assert world.clusters[HERE].asgs("api-prod") == before


def test_a_region_in_which_nothing_is_half_way_is_not_held():
    world, flow = ready()
    for _ in range(2):
        with pytest.raises(NothingToUndo, match="left nothing half way in us-east-1"):
            hold(world, flow.push_id)
        flow.region(flow.pushed_commit(), HERE)


def two_regions() -> tuple[World, Flow]:
    """The first one complete."""
    world = World(service(regions=2))
    world.images.add(world.branches.push("prod", "a fix"), "prod")
    flow = Flow(world)
    assert flow.region(flow.pushed_commit(), HERE), flow.failures
    return world, flow


def with_the_others(world, push_id: str, region: str) -> str:
    owner = roll_back_owner(push_id)
    there = {name: port for name, port in world.ports(region).items()
             if name in {"clusters", "traffic", "limits", "metrics", "leases", "runs"}}
    return world.run(lambda look: undo_with_the_others(
        owner, push_id, world.service, "prod", region, look, world.clusters, **there), "undo_all")


def test_a_finished_region_goes_back_with_the_one_that_failed_and_saying_it_again_changes_nothing():
    world, flow = two_regions()
    said = with_the_others(world, flow.push_id, HERE)
    assert said.startswith("us-east-1: api-prod-v043 takes the traffic again with 4 instances")
    assert with_the_others(world, flow.push_id, HERE) == said
    assert sorted(world.regions[HERE].groups) == ["api-prod-v042", "api-prod-v043"]
    assert world.lost == 0, world.losses


def test_where_every_region_is_complete_none_goes_back():
    world, flow = two_regions()
    assert flow.region(flow.pushed_commit(), THERE), flow.failures
    with pytest.raises(NothingToUndo, match="is complete in every region"):
        with_the_others(world, flow.push_id, HERE)


def test_a_region_whose_own_rollback_failed_is_left_to_a_person():
    world, flow = two_regions()
    flow.region(flow.pushed_commit(), THERE, until="holds")
    with pytest.raises(NothingToUndo, match="is not complete in us-west-2"):
        with_the_others(world, flow.push_id, THERE)
