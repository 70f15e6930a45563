"""A push dies for good, at every call of a region's push, of a canary and of a rollback, and nobody undoes it. Once its
lease has run out a repair does: nothing is left over, prod is whole, and no request is lost."""


import pytest

from include.domain.left_over import Leftovers
from tests.stories.repairing import lease_ran_out, left_in_the_middle, looks, repaired
from tests.stories.telling import serving
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
