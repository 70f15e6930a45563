"""One push per cluster: whoever comes second waits and says for whom; who lost the lease stops."""

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from functools import partial

import pytest

from include.domain.push import PushEnd
from tests.steps.test_lease import CHANGING
from tests.stories.flow import Flow
from tests.stories.telling import runs, tells
from tests.world.crash import Executioner
from tests.world.declared import REGIONS, service
from tests.world.world import World

HERE = REGIONS[0]
KEY = "api/prod/us-east-1"


def ready() -> tuple[World, Flow]:
    world = World(service(regions=1))
    world.images.add(world.branches.push("prod", "a fix"), "prod")
    return world, Flow(world)


def test_a_push_waits_for_the_holder_of_the_lease_by_name_and_goes_on_when_it_is_given_back():
    world, flow = ready()
    first, ends = "api-20261103T090000-first0", world.now + timedelta(seconds=10)
    world.leases.take(KEY, first, world.now)
    world.on_tick = lambda: world.now >= ends and world.leases.release(KEY, first)
    record = flow.push()
    tells(world, "canary.launch: waits: the lease of api/prod/us-east-1 is held by api-20261103T090000-first0 since",
          "canary.launch: done", "Success")
    assert record.end == PushEnd.SUCCESS


def test_a_push_that_waits_too_long_for_a_lease_changes_nothing():
    world, flow = ready()
    world.leases.take(KEY, "somebody", world.now)
    record = flow.push()
    assert "held by somebody" in record.reason
    assert record.end == PushEnd.FAILURE_CLEAN
    assert runs(world) == {HERE: ["api-prod-v041"]}
    assert world.leases.held[KEY].owner == "somebody"


def test_a_step_whose_lease_was_taken_changes_nothing_any_more():
    world, flow = ready()
    flow.region(flow.pushed_commit(), HERE, until="disable_baseline")
    before = world.clusters[HERE].asgs("api-prod"), dict(world.regions[HERE].weights)
    world.leases.take(KEY, "a person", world.now, by_force=True)
    flow.step("disable_baseline", flow.plan, HERE)
    assert "held by a person" in flow.failures["us_east_1.disable_baseline"]
    assert (world.clusters[HERE].asgs("api-prod"), world.regions[HERE].weights) == before


def test_a_lease_that_is_taken_in_the_middle_of_a_step_stops_its_next_change():
    world, flow = ready()
    flow.region(flow.pushed_commit(), HERE, until="disable_baseline")
    taken = lambda: world.leases.take(KEY, "a person", world.now, by_force=True)  # noqa: E731
    world.executioner.before = {"clusters.suspend": taken}
    flow.step("disable_baseline", flow.plan, HERE)
    assert "lost the lease" in flow.failures["us_east_1.disable_baseline"]
    assert "traffic.deregister" not in world.executioner.calls


def test_the_lease_is_renewed_at_every_look():
    world, flow = ready()
    world.leases.lasts = 5 * flow.service.lasts(minutes=1)
    record = flow.push()
    assert record.end == PushEnd.SUCCESS, world.log
    assert world.leases.tokens == {KEY: 1}


def test_a_push_takes_over_from_one_whose_run_has_ended():
    world, flow = ready()
    dead = Flow(world, "api-20261103T095000-dead00")
    dead.region(dead.pushed_commit(), HERE, until="launch_new")
    world.dag_runs.states[world.dag_runs.here] = True
    world.dag_runs.here = "http://airflow/dags/api_patch_push/runs/manual__2"
    record = flow.push()
    assert record.end == PushEnd.SUCCESS, world.log
    assert world.leases.tokens[KEY] > dead.plan.lease_token


def roll_back_by_hand(world: World, push_id: str) -> None:
    """What another process does, with the lease: none of its calls is counted."""
    world.leases.take(KEY, "a person", world.now, by_force=True)
    asleep, world.executioner = world.executioner, Executioner()
    other = Flow(world, push_id)
    other.roll_back(HERE, owner="a person")
    world.executioner = asleep
    assert not other.failures, other.failures


def pausing_before(number: int, world: World, meanwhile: Callable[[], None]) -> Callable[[], None]:
    """The process sleeps just before this call of it, and wakes when others are done."""
    def pause() -> None:
        if len(world.executioner.calls) == number - 1:
            world.executioner.pause = None
            meanwhile()
    return pause


def is_change(call: str) -> bool:
    return call.partition(".")[2] in CHANGING


@pytest.mark.parametrize("step", ["launch_new", "disable_baseline", "delete_baseline"])
def test_a_process_that_sleeps_while_a_person_rolls_back_changes_nothing_when_it_wakes(step):
    """Before every call of the step but the changes themselves: nothing can make one of a check and what follows it."""
    world, flow = ready()
    flow.region(flow.pushed_commit(), HERE, until=step)
    world.executioner.calls.clear()
    paused, awake = deepcopy(flow), deepcopy(flow)
    awake.step(step, awake.plan, HERE)
    calls = awake.world.executioner.calls
    assert any(map(is_change, calls))
    for number in (n for n, call in enumerate(calls, 1) if not is_change(call)):
        flow = deepcopy(paused)
        world = flow.world
        world.executioner.pause = pausing_before(number, world, partial(roll_back_by_hand, world, flow.push_id))
        flow.step(step, flow.plan, HERE)
        after = world.executioner.calls[number - 1:]
        assert not any(map(is_change, after)), (number, after)
        assert flow.failures or not any(map(is_change, calls[number:])), (number, world.log)
        assert world.lost == 0, world.losses
