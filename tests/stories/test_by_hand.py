"""A person in the console, in the middle of a push: the push stops and says what changed, and what was set stays."""

from collections.abc import Callable

import pytest

from include.domain import asg_tags
from tests.stories.flow import Flow
from tests.stories.telling import serving, tells
from tests.world.clusters import moved
from tests.world.declared import REGIONS, service
from tests.world.region import Group, Region
from tests.world.world import World

HERE = REGIONS[0]
TAKES_OR_SIZES = {"clusters.resize", "clusters.suspend", "clusters.resume", "clusters.copy_scaling", "clusters.delete",
                  "traffic.register", "traffic.deregister", "traffic.set_weights"}
OLD, NEW = "api-prod-v041", "api-prod-v042"
BY_A_PERSON, BY_A_POLICY = "a user request explicitly set group desired capacity", "a monitor alarm in state ALARM"


def before(step: str) -> tuple[World, Flow, Region]:
    world = World(service(regions=1))
    world.images.add(world.branches.push("prod", "a fix"), "prod")
    flow = Flow(world)
    flow.region(flow.pushed_commit(), HERE, until=step)
    assert not flow.failures, flow.failures
    return world, flow, world.regions[HERE]


def sized(group: Group, desired: int, why: str) -> None:
    group.cause = moved(why, group.desired, desired)
    group.desired = desired


def grown(region: Region) -> None:
    sized(region.groups[OLD], 6, BY_A_PERSON)


def maximum_raised(region: Region) -> None:
    region.groups[OLD].max_size = 20


def new_grown(region: Region) -> None:
    sized(region.groups[NEW], 6, BY_A_PERSON)


def suspended(region: Region) -> None:
    region.groups[NEW].suspended.add("ReplaceUnhealthy")


def detached(region: Region) -> None:
    """AWS takes the instances out with it."""
    region.groups[OLD].target_groups = ()
    tg = next(tg for tg in region.target_groups.values() if tg.name == "api-prod")
    for machine in region.groups[OLD].machines:
        region.deregister(tg, machine.id)


def deregistered(region: Region) -> None:
    tg = next(tg for tg in region.target_groups.values() if tg.name == "api-prod")
    region.deregister(tg, region.groups[OLD].machines[0].id)


def resumed(region: Region) -> None:
    region.groups[OLD].suspended.discard("Launch")


@pytest.mark.parametrize(("step", "hand", "said"), [
    ("launch_new", maximum_raised, "api-prod-v041: maximum from 8 to 20"),
    ("in_service", new_grown, "api-prod-v042: desired from 5 to 6"),
    ("red_red", grown, "api-prod-v041: desired from 4 to 6"),
    ("red_red", deregistered, "taken out of api-prod"),
    ("disable_baseline", suspended, "api-prod-v042: suspended ReplaceUnhealthy"),
    ("disable_baseline", detached, "api-prod-v041: detached from api-prod"),
    ("holds", resumed, "api-prod-v041: resumed Launch"),
    ("delete_baseline", maximum_raised, "api-prod-v041: maximum from 8 to 20"),
], ids=lambda value: getattr(value, "__name__", value))
def test_the_next_step_stops_and_says_what_changed(step: str, hand: Callable[[Region], None], said: str):
    world, flow, region = before(step)
    hand(region)
    world.advance(1)
    world.executioner.calls.clear()
    flow.step(step, flow.plan, HERE)
    assert said in flow.failures[f"us_east_1.{step}"], world.log
    assert not TAKES_OR_SIZES & set(world.executioner.calls)
    flow.roll_back(HERE)
    assert serving(world, HERE) == {OLD}
    assert world.lost == 0, world.losses


def test_what_a_person_set_stays_through_the_rollback_and_is_said():
    _, flow, region = before("red_red")
    grown(region)
    region.groups[OLD].max_size = 20
    flow.step("red_red", flow.plan, HERE)
    said = flow.roll_back(HERE)
    assert "api-prod-v041 stays at 4/20/6 (min/max/desired), as a person set it" in said
    old = region.groups[OLD]
    assert (old.min_size, old.max_size, old.desired) == (4, 20, 6)
    assert set(old.tags) <= {asg_tags.COLOUR, asg_tags.LEASE}


def test_a_baseline_that_grows_by_its_own_policy_is_no_hand():
    world, flow, region = before("red_red")
    sized(region.groups[OLD], 6, BY_A_POLICY)
    for step in ("red_red", "disable_baseline", "holds", "delete_baseline"):
        assert flow.step(step, flow.plan, HERE), flow.failures
    assert serving(world, HERE) == {NEW}


def test_an_instance_that_aws_replaces_is_no_hand():
    world, flow, _ = before("red_red")
    world.dies(HERE, OLD)
    assert flow.step("red_red", flow.plan, HERE), flow.failures


def test_one_stale_read_stops_nothing():
    world, flow, region = before("red_red")
    clusters = world.clusters[HERE]
    shown, reads = clusters.asgs, []

    def stale_once(cluster):
        reads.append(cluster)
        region.groups[OLD].max_size, kept = (20 if len(reads) == 1 else 8), 8
        found = shown(cluster)
        region.groups[OLD].max_size = kept
        return found

    clusters.asgs = stale_once
    assert flow.step("red_red", flow.plan, HERE), flow.failures
    tells(world, "red_red: waits: somebody seems to have changed us-east-1 by hand (api-prod-v041: maximum from 8",
          "red_red: done")
    assert asg_tags.BY_HAND not in region.groups[OLD].tags


def test_a_whole_push_takes_nothing_of_its_own_for_a_hand():
    world, _, region = before("")
    assert not any("by hand" in line for line in world.log)
    assert serving(world, HERE) == {NEW}
    assert not {asg_tags.WROTE, asg_tags.BY_HAND} & set(region.groups[NEW].tags)
