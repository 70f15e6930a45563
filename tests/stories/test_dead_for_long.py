"""The process dies, and nobody runs it again for longer than any limit of red/black: the time is nobody's fault.

A push that was on its way goes on; a rollback that was on its way is done, and needs no person.
"""

import pytest

from include.domain import asg_tags
from tests.steps.ready import HERE, planned
from tests.stories.flow import IN_A_REGION

BEYOND = 100   # the limit of these services is 60 s


def dies_at(world, call):
    world.executioner.calls.clear()
    world.executioner.at, world.executioner.after, world.dead_seconds = call, True, BEYOND


def story(world):
    return "\n".join([*world.log, *world.losses])


@pytest.mark.parametrize("call", [2, 5, 8, 11])
@pytest.mark.parametrize("step", IN_A_REGION)
def test_a_region_goes_on_after_its_limit_has_passed_with_nobody_there(step, call):
    world, flow, plan = planned(step)
    dies_at(world, call)

    for name in IN_A_REGION[IN_A_REGION.index(step):]:
        flow.step(name, plan, HERE)

    assert any("killed" in line for line in world.log), story(world)
    assert flow.failures == {}, story(world)
    assert list(world.regions[HERE].groups) == ["api-prod-v042"], story(world)
    assert world.lost == 0, story(world)


@pytest.mark.parametrize("call", [2, 5, 8, 11])
@pytest.mark.parametrize("step", IN_A_REGION[1:])
def test_a_rollback_goes_on_after_its_limit_has_passed_with_nobody_there(step, call):
    world, flow, _ = planned(step)
    dies_at(world, call)

    flow.roll_back(HERE)

    assert any("killed" in line for line in world.log), story(world)
    assert flow.failures == {}, story(world)
    assert asg_tags.SIZES not in world.regions[HERE].groups["api-prod-v041"].tags, story(world)
    assert world.lost == 0, story(world)
