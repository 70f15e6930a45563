"""The process dies at every port call of a push, before the call's effect and after it.

Run again from the top on another machine, the push ends as it would have; not run again, it is undone. Nothing is
orphaned, and no request is lost.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy

import pytest

from include.domain import asg_tags
from include.domain.push import Push, PushEnd
from tests.stories.flow import IN_A_REGION, Flow
from tests.stories.heard import Heard
from tests.stories.telling import runs
from tests.world.crash import Killed
from tests.world.declared import REGIONS, service
from tests.world.world import World

HERE = REGIONS[0]
SHORT = {"canary__bake_hours": 1, "canary__warm_up_minutes": 8, "canary__look_every_minutes": 60,
         "canary__min_requests": 10, "red_black__red_red_minutes": 16, "red_black__watch_minutes": 16}


@pytest.fixture(scope="module")
def quiet() -> World:
    """A warm world of one region, to be copied."""
    world = World(service(regions=1, **SHORT))
    world.images.add(world.branches.push("prod", "a fix"), "prod")
    return world


def flow_in(world: World) -> tuple[Flow, Push]:
    flow = Flow(world)
    return flow, flow.pushed_commit()


def every_death(quiet: World, prepare: Callable[[World], None], act: Callable[[World], None],
                runs_again: bool = True) -> Iterator[World]:
    """The world after `act`, once for each port call of it and for both moments of the death."""
    ready = deepcopy(quiet)
    prepare(ready)
    ready.executioner.calls.clear()
    calm = deepcopy(ready)
    act(calm)
    calls = len(calm.executioner.calls)
    assert calls > 20, "the story has no calls to die at"
    for number in range(1, calls + 1):
        for after in (False, True):
            world = deepcopy(ready)
            world.executioner.at, world.executioner.after, world.runs_again = number, after, runs_again
            try:
                act(world)
            except Killed:
                assert not runs_again
            world.executioner.at = 0
            world.runs_again = True
            assert any("killed" in line for line in world.log), f"nobody died at call {number} of {calls}"
            yield world


def nothing_of(world: World) -> None:
    """Nothing waits to be done."""


def push_the_region(world: World) -> None:
    flow, push = flow_in(world)
    flow.region(push, HERE)


def try_the_canary(world: World) -> None:
    flow, push = flow_in(world)
    assert flow.try_canary(push), world.log


def up_to(step: str) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        flow, push = flow_in(world)
        flow.region(push, HERE, until=step)
    return prepare


def roll_back(world: World) -> None:
    flow, _ = flow_in(world)
    flow.roll_back(HERE)


def story(world: World) -> str:
    return "\n".join([*world.log, *world.losses])


def assert_pushed(world: World) -> None:
    """One ASG on the new AMI, with the baseline's sizes and scaling, un-pinned, unsuspended."""
    region = world.regions[HERE]
    assert list(region.groups) == ["api-prod-v042"], story(world)
    new = region.groups["api-prod-v042"]
    assert (new.min_size, new.max_size, new.desired) == (2, 8, 4), story(world)
    assert new.scaling == {"cpu", "night"}, story(world)
    assert not new.suspended, story(world)
    assert asg_tags.SIZES not in new.tags, story(world)
    assert_nothing_lost(world)


def assert_undone(world: World) -> None:
    """The baseline as it was; the new ASG, if there is one, keeps nothing but its instances."""
    region = world.regions[HERE]
    old = region.groups["api-prod-v041"]
    assert (old.min_size, old.max_size, old.desired) == (2, 8, 4), story(world)
    assert not old.suspended, story(world)
    assert set(old.tags) <= {asg_tags.COLOUR, asg_tags.LEASE}, story(world)
    serving = {instance for tg in region.target_groups.values() for instance in tg.targets}
    assert serving == {machine.id for machine in old.machines}, story(world)
    assert_nothing_lost(world)


def assert_nothing_lost(world: World) -> None:
    assert world.lost == 0, story(world)


def test_a_region_ends_pushed_wherever_its_steps_die(quiet):
    for world in every_death(quiet, nothing_of, push_the_region):
        assert_pushed(world)


def test_a_canary_ends_retired_wherever_its_steps_die(quiet):
    for world in every_death(quiet, nothing_of, try_the_canary):
        region = world.regions[HERE]
        assert list(region.groups) == ["api-prod-v041"], story(world)
        assert [tg.name for tg in region.target_groups.values()] == ["api-prod"], story(world)
        assert list(region.weights.values()) == [100], story(world)
        assert_nothing_lost(world)


def test_a_canary_that_died_for_good_is_retired(quiet):
    def launch_and_die(world: World) -> None:
        flow, push = flow_in(world)
        flow.try_canary(push)

    for world in every_death(quiet, nothing_of, launch_and_die, runs_again=False):
        flow, push = flow_in(world)
        flow.retire(push)
        region = world.regions[HERE]
        assert list(region.groups) == ["api-prod-v041"], story(world)
        assert [tg.name for tg in region.target_groups.values()] == ["api-prod"], story(world)
        assert flow.finish(push).end == PushEnd.FAILURE_CLEAN, story(world)
        assert_nothing_lost(world)


def test_a_region_whose_step_died_for_good_is_undone_or_done(quiet):
    for world in every_death(quiet, nothing_of, push_the_region, runs_again=False):
        flow, push = flow_in(world)
        flow.roll_back(HERE)
        world.advance(20)
        record = flow.finish(push)
        if record.end == PushEnd.SUCCESS:
            assert_pushed(world)
        else:
            assert record.end == PushEnd.FAILURE_CLEAN, story(world)
            assert_undone(world)


@pytest.mark.parametrize("step", IN_A_REGION[1:])
def test_a_rollback_ends_undone_wherever_it_dies(quiet, step):
    for world in every_death(quiet, up_to(step), roll_back):
        assert_undone(world)


def push_it_all(world: World) -> None:
    flow, push = flow_in(world)
    assert flow.region(push, HERE), world.log


def undo_what_is_complete(world: World) -> None:
    flow, _ = flow_in(world)
    flow.roll_back(HERE, also_complete=True)


def test_a_baseline_that_is_launched_again_is_launched_once_wherever_the_rollback_dies(quiet):
    for world in every_death(quiet, push_it_all, undo_what_is_complete):
        groups = world.regions[HERE].groups
        assert sorted(groups) == ["api-prod-v042", "api-prod-v043"], story(world)
        back = groups["api-prod-v043"]
        assert back.ami == groups["api-prod-v042"].tags[asg_tags.REPLACES_AMI]
        assert (back.min_size, back.max_size, back.desired, back.scaling) == (2, 8, 4, {"cpu", "night"}), story(world)
        assert asg_tags.SIZES not in back.tags, story(world)
        serving = {instance for tg in world.regions[HERE].target_groups.values() for instance in tg.targets}
        assert serving == {machine.id for machine in back.machines}, story(world)
        assert_nothing_lost(world)


def test_wherever_it_dies_a_push_that_gives_way_takes_one_commit_up_and_leaves_nothing(quiet):
    def gives_way(world: World) -> None:
        first = world.branches.head("prod")

        def push_once_it_is_launched() -> None:
            if world.branches.head("prod") == first and "api-prod-canary-v042" in world.regions[HERE].groups:
                world.branches.push("prod", "newer")

        world.on_tick = push_once_it_is_launched
        flow = Heard(world)
        flow.record = flow.run()
        ends.append((flow.record.end, flow.record.commit, flow.failures))

    ends: list[tuple] = []
    for world in every_death(quiet, lambda world: None, gives_way):
        assert ends[-1] == (PushEnd.SUPERSEDED, ends[0][1], {}), world.log
        assert runs(world) == {HERE: ["api-prod-v041"]}, world.log
        assert len(world.archive.keys("heard/")) == 1
        assert not world.leases.held
        assert not world.lost, world.losses
