"""The process dies at every port call of a squeeze, before the call's effect and after it.

Run again from the top it finds the same; not run again, the canary's retire leaves the weights as they were before the
canary. No request is lost.
"""

import re
from copy import deepcopy

import pytest

from include.domain.left_over import Mend
from tests.stories.repairing import lease_ran_out, looks, repaired
from tests.stories.squeezing import BAKED, HERE, launched, share, squeezable, weights
from tests.stories.test_dying_anywhere import story
from tests.world.crash import Killed

ALONE = {"api-prod": 100}
FEW = {"max_share_percent": 30, "step_minutes": 24}     # three points a step, and no end is found: a short squeeze
EVERY = 7                                               # calls: a look makes some ten, each kind at another place


@pytest.fixture(scope="module")
def ready():
    """A canary beside its baseline, and how many calls its squeeze makes."""
    world, flow = squeezable(plan=FEW)
    canary = launched(flow)
    world.executioner.calls.clear()
    calm_world, calm_flow = deepcopy((world, flow))
    assert calm_flow.squeeze(canary)
    return world, flow, canary, len(calm_world.executioner.calls)


def deaths(ready, runs_again):
    world, flow, canary, calls = ready
    assert calls > 200
    for number in range(1, calls + 1, EVERY):
        for after in (False, True):
            there, its = deepcopy((world, flow))
            there.executioner.at, there.executioner.after, there.runs_again = number, after, runs_again
            yield there, its, canary


def killed(world, flow, canary):
    """What the squeeze that is killed comes to; None where it died for good."""
    try:
        return flow.squeeze(canary)
    except Killed:
        return None
    finally:
        world.executioner.at, world.runs_again = 0, True


def test_run_again_it_finds_the_same_and_leaves_the_weights_as_they_were(ready):
    for world, flow, canary in deaths(ready, runs_again=True):
        spot = killed(world, flow, canary)

        assert any("killed" in line for line in world.log)
        assert spot.rps == pytest.approx(60, rel=0.03), story(world)
        assert weights(world) == BAKED, story(world)
        assert world.lost == 0, story(world)


def test_dead_for_good_it_is_retired_with_all_traffic_where_it_came_from(ready):
    up = 0
    for world, flow, canary in deaths(ready, runs_again=False):
        assert killed(world, flow, canary) is None
        up += share(world, "api-prod-canary") > 11
        flow.retire(flow.pushed_commit())

        assert weights(world) == ALONE, story(world)
        assert list(world.regions[HERE].groups) == ["api-prod-v041"], story(world)
        assert world.lost == 0, story(world)
    assert up > 10      # in as many it really was in the middle of a step


def test_a_repair_knows_the_weight_that_a_squeeze_left():
    world, flow = squeezable()
    canary = launched(flow)
    died_at(world, flow, canary, lambda: share(world, "api-prod-canary") > 30)
    lease_ran_out(world)
    left = looks(world)

    assert left.count == 2      # and the lease
    assert Mend.RETIRE.value in left.says
    assert re.search(r"with \d+ of \d+ parts of the traffic", left.says)
    repaired(world)
    assert weights(world) == ALONE
    assert world.lost == 0, world.losses


def test_a_run_after_a_death_puts_the_weights_back_first():
    """The first call that changes anything."""
    world, flow = squeezable()
    canary = launched(flow)
    died_at(world, flow, canary, lambda: share(world, "api-prod-canary") > 30)
    world.executioner.calls.clear()
    seen = []
    world.executioner.before = {"traffic.register": lambda: seen.append(weights(world)),
                                "traffic.deregister": lambda: seen.append(weights(world)),
                                "metrics.read": lambda: seen.append(weights(world))}
    flow.squeeze(canary)

    assert seen[0] == BAKED


def died_at(world, flow, canary, here):
    """The process dies at the first call after this is so."""
    def kill():
        if here():
            world.on_tick = bool
            world.executioner.at = len(world.executioner.calls) + 1

    world.on_tick, world.runs_again = kill, False
    assert killed(world, flow, canary) is None
    assert here()
