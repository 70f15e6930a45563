"""A push dies for good, at every call of a region's push, of a canary and of a rollback, and nobody undoes it. Once its
lease has run out a repair does: nothing is left over, prod is whole, and no request is lost."""

from copy import deepcopy
from datetime import timedelta

import pytest

from include.domain.cluster import NewAsg
from include.domain.errors import GaveUp, NothingToUndo
from include.domain.left_over import Leftovers
from include.domain.looks import Wait
from include.steps.repair import look_over, repair
from tests.stories.flow import IN_A_REGION, Flow
from tests.stories.telling import serving, tells
from tests.stories.test_dying_anywhere import (
    HERE,
    assert_nothing_lost,
    assert_pushed,
    assert_undone,
    every_death,
    flow_in,
    nothing_of,
    push_it_all,
    push_the_region,
    quiet,
    roll_back,
    story,
    try_the_canary,
    undo_what_is_complete,
    up_to,
)
from tests.world.world import World

__all__ = ["quiet"]
REPAIR = "api-20261105T060000-fixit0"


def looks(world: World, owner: str = REPAIR) -> Leftovers:
    place = ports(world, "clusters", "traffic", "leases", "runs")
    return look_over(owner, world.service, "prod", HERE, world.look(), *place)


def repaired(world: World, owner: str = REPAIR) -> Leftovers:
    place = ports(world, "clusters", "traffic", "metrics", "leases", "runs")
    return world.run(lambda look: repair(owner, world.service, "prod", HERE, look, *place), "repair")


def ports(world: World, *names: str) -> list:
    there = world.ports(HERE)
    return [there[name] for name in names]


def lease_ran_out(world: World) -> None:
    """The lease has run out, and nothing else happened: nobody was there."""
    world.now += timedelta(hours=1)
    world.advance(20)


def assert_whole(world: World) -> None:
    """Pushed, or as it was; and nobody is in the way of the next push."""
    region = world.regions[HERE]
    assert [tg.name for tg in region.target_groups.values()] == ["api-prod"], story(world)
    assert not world.leases.held, story(world)
    if "api-prod-v041" in region.groups:
        assert_undone(world)
    else:
        assert_pushed(world)


@pytest.mark.parametrize("act", [push_the_region, try_the_canary], ids=["a region", "a canary"])
def test_wherever_a_push_died_for_good_a_repair_leaves_nothing(quiet, act):
    mended = 0
    for world in every_death(quiet, nothing_of, act, runs_again=False):
        lease_ran_out(world)
        mended += bool(looks(world).count)
        repaired(world)
        world.advance(20)
        assert looks(world) == Leftovers(HERE, 0, f"{HERE}: left over: nothing"), story(world)
        assert_whole(world)
    assert mended > 50, "hardly any of these deaths left something over"


@pytest.mark.parametrize("step", ["in_service", "holds"])
def test_wherever_a_rollback_died_for_good_a_repair_goes_on_with_it(quiet, step):
    for world in every_death(quiet, up_to(step), roll_back, runs_again=False):
        lease_ran_out(world)
        repaired(world)
        world.advance(20)
        assert not looks(world).count, story(world)
        assert_undone(world)


def test_wherever_the_rollback_of_a_complete_push_died_for_good_a_repair_ends_with_one_that_serves(quiet):
    """The AMI of its baseline is launched again, as api-prod-v043; before that nothing is half way."""
    for world in every_death(quiet, push_it_all, undo_what_is_complete, runs_again=False):
        lease_ran_out(world)
        repaired(world)
        world.advance(20)
        assert not looks(world).count, story(world)
        began = "api-prod-v043" in world.regions[HERE].groups
        assert serving(world, HERE) == {"api-prod-v043" if began else "api-prod-v042"}, story(world)
        assert not world.leases.held, story(world)
        assert_nothing_lost(world)


def left_by_a_canary(world: World) -> None:
    flow, push = flow_in(world)
    flow.retire = lambda push: None
    flow.try_canary(push)


def left_in_the_middle(world: World) -> None:
    up_to("holds")(world)


@pytest.mark.parametrize("leave", [left_by_a_canary, left_in_the_middle])
def test_a_repair_that_dies_anywhere_is_said_again(quiet, leave):
    def prepare(world: World) -> None:
        leave(world)
        lease_ran_out(world)
        assert looks(world).count

    for world in every_death(quiet, prepare, lambda world: repaired(world) and None):
        world.advance(20)
        assert not looks(world).count, story(world)
        assert_whole(world)


@pytest.mark.parametrize("step", IN_A_REGION)
def test_beside_a_push_that_lives_nothing_is_changed(quiet, step):
    world = deepcopy(quiet)
    up_to(step)(world)
    before = deepcopy((world.clusters[HERE].asgs("api-prod"), world.regions[HERE].weights, world.leases.held))
    with pytest.raises(NothingToUndo, match=r"us-east-1 is left alone: .* held by patch push api-20261103T100000"):
        repaired(world)
    assert looks(world).held
    assert (world.clusters[HERE].asgs("api-prod"), world.regions[HERE].weights, world.leases.held) == before


def test_a_person_who_takes_the_lease_stops_it_at_its_next_look(quiet):
    world = deepcopy(quiet)
    left_in_the_middle(world)
    lease_ran_out(world)
    place = ports(world, "clusters", "traffic", "metrics", "leases", "runs")
    assert isinstance(repair(REPAIR, world.service, "prod", HERE, world.look(), *place), Wait)
    world.leases.take("api/prod/us-east-1", "a person", world.now, by_force=True)
    with pytest.raises(NothingToUndo, match="held by a person"):
        repaired(world)


def test_what_a_push_left_whose_run_has_ended_is_put_right_before_its_lease_runs_out(quiet):
    world = deepcopy(quiet)
    left_in_the_middle(world)
    world.advance(20)
    assert "is held by" in looks(world).held
    world.dag_runs.states[world.dag_runs.here] = True
    assert looks(world).count
    repaired(world)
    world.advance(20)
    assert_whole(world)


def test_what_was_kept_long_enough_is_deleted_and_not_before(quiet):
    world = deepcopy(quiet)
    left_in_the_middle(world)
    Flow(world).roll_back(HERE)
    assert not looks(world).count
    world.now += timedelta(days=2)
    world.advance(20)
    assert "v042 is black, and was kept until" in looks(world).says
    repaired(world)
    world.advance(20)
    assert list(world.regions[HERE].groups) == ["api-prod-v041"]
    assert_nothing_lost(world)


def test_nothing_is_deleted_while_those_that_serve_cannot_do_without(quiet):
    world = deepcopy(quiet)
    left_in_the_middle(world)
    Flow(world).roll_back(HERE)
    world.now += timedelta(days=2)
    world.regions[HERE].load_rps = 260
    world.advance(20)
    with pytest.raises(GaveUp, match="v042 is kept: 4 healthy instances would keep taking traffic, but 260 requests/s"):
        repaired(world)
    assert "api-prod-v042" in world.regions[HERE].groups
    assert not world.leases.held


def test_where_a_person_deleted_the_new_asg_the_black_one_takes_the_traffic_again(quiet):
    world = deepcopy(quiet)
    left_in_the_middle(world)
    world.load = 0
    world.clusters[HERE].delete("api-prod-v042")
    lease_ran_out(world)
    assert "api-prod-v041 is disabled, and nothing else takes the traffic of api-prod" in looks(world).says
    repaired(world)
    assert serving(world, HERE) == {"api-prod-v041"}
    assert_undone(world)


def test_black_that_somebody_registered_again_is_taken_off_when_the_others_carry(quiet):
    world = deepcopy(quiet)
    left_in_the_middle(world)
    Flow(world).roll_back(HERE)
    traffic, new = world.traffic[HERE], world.regions[HERE].groups["api-prod-v042"]
    traffic.register(traffic.target_group("api-prod"), [machine.id for machine in new.machines])
    world.advance(20)
    assert "api-prod-v042" in looks(world).says
    repaired(world)
    assert_undone(world)


def test_what_only_a_person_can_decide_is_told_and_left(quiet):
    world = deepcopy(quiet)
    clusters, here = world.clusters[HERE], world.regions[HERE]
    clusters.create(NewAsg("api-prod-v050", "api-prod-v041", here.groups["api-prod-v041"].ami, 4, {}))
    clusters.resize("api-prod-v050", minimum=1, maximum=4, desired=1)
    world.advance(20)
    assert repaired(world).says.endswith("all take traffic (of no push): a person must take all but one of them away")
    assert serving(world, HERE) == {"api-prod-v041", "api-prod-v050"}


def test_what_it_does_is_told_while_it_does_it(quiet):
    world = deepcopy(quiet)
    left_in_the_middle(world)
    lease_ran_out(world)
    repaired(world)
    tells(world, "repair: waits: api-prod-v041 must take traffic first", "repair: waits: api-prod-v041 takes traffic "
          "again; api-prod-v042 still drains", "repair: waits: was done: api-prod-v042 and api-prod-v041 stand in the "
          "middle of a push (left by api-20261103T100000-abc123", "repair: done")
