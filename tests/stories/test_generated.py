"""A service with too little traffic is squeezed with load that is made for it, at an instance that no user sees."""

from dataclasses import replace
from datetime import timedelta

import pytest

from include.domain.errors import Retryable
from include.domain.push import PushEnd
from include.domain.red_black.versions import Said
from tests.stories.squeezing import BAKED, HERE, NEW, RUNNING, launched, squeezable, weights
from tests.world.crash import Killed
from tests.world.region import Behaviour

PATHS = {"home.tv": "/home", "play.tv": "/play"}
PLAN = {"kind": "generated", "generated": {"port": 8080, "paths": PATHS, "max_rps": 400}}


def ready(new=None, plan=None, **declared):
    """Twenty requests a second are far from enough to find an end of."""
    world, flow = squeezable(new, {"step_minutes": 60, **PLAN, **(plan or {})}, load_rps=20, **declared)
    for region in world.regions.values():
        for group in region.groups.values():
            for machine in group.machines:
                machine.behaviour = Behaviour(carries_rps=RUNNING)
    region = world.regions[HERE]
    region.behaviours[region.groups["api-prod-v041"].ami] = Behaviour(carries_rps=RUNNING)
    if new is None:
        world.behaves(world.branches.head("prod"), Behaviour(carries_rps=NEW))
    return world, flow


def test_it_finds_what_both_amis_carry_though_the_region_has_a_tenth_of_that():
    world, flow = ready()
    spot = flow.squeeze(launched(flow))
    assert spot.kind == "generated"
    assert spot.rps == pytest.approx(NEW, rel=0.08)
    assert spot.saturation_rps == pytest.approx(NEW, rel=0.03)
    assert spot.baseline_rps == pytest.approx(RUNNING, rel=0.08)
    assert spot.baseline_saturation_rps == pytest.approx(RUNNING, rel=0.03)
    assert world.lost == 0, world.losses


def test_no_user_sees_the_instance_that_is_driven_and_the_weights_come_back():
    world, flow = ready()
    flow.squeeze(launched(flow))
    driven = world.load_makers[HERE].log
    assert len({instance for instance, *_ in driven}) == 2
    assert {weight for *_, weight in driven} == {0}
    assert weights(world) == BAKED


def test_nothing_above_the_declared_rate_is_ever_sent():
    world, flow = ready(plan={"generated": {"port": 8080, "paths": PATHS, "max_rps": 30}})
    spot = flow.squeeze(launched(flow))
    assert max(rps for _, rps, _ in world.load_makers[HERE].log) <= 30
    assert spot.rps_high is None
    assert "at least 30 requests/s" in spot.reason


def test_an_instance_that_answers_nothing_is_told_and_prod_stays_as_it_was():
    world, flow = ready()
    canary = launched(flow)
    for machine in world.regions[HERE].groups[canary.canary_asg].machines:
        world.instances[HERE].said[machine.id] = Said(500)
    spot = flow.squeeze(canary)
    assert spot.rps is None
    assert "there is nothing to compare with" in spot.reason
    assert weights(world) == BAKED


def test_endpoints_that_nobody_named_are_not_sent_and_without_any_nothing_is_squeezed():
    world, flow = ready(plan={"generated": {"port": 8080, "paths": {"buy": "/buy"}}})
    spot = flow.squeeze(launched(flow))
    assert ("none of the endpoints that prod is asked for has a path in squeeze.generated.paths (home.tv, "
            in spot.reason)
    assert world.load_makers[HERE].log == []
    assert weights(world) == BAKED


def test_it_ends_with_the_weights_back_where_prod_loses_its_instances():
    world, flow = ready()
    canary, load = launched(flow), world.load_makers[HERE]

    def dies():
        if len(load.log) == 3:
            world.on_tick = bool
            world.regions[HERE].no_capacity = "We currently do not have sufficient capacity."
            for _ in range(4):
                world.dies(HERE, "api-prod-v041")

    world.on_tick = dies
    spot = flow.squeeze(canary)
    assert "no healthy instance would keep taking traffic" in spot.reason
    assert weights(world) == BAKED


def test_a_load_that_could_not_be_sent_for_once_costs_the_step_and_not_the_squeeze(monkeypatch):
    world, flow = ready()
    canary, load, times = launched(flow), world.load_makers[HERE], []
    drive = load.drive

    def fails_once(*values):
        times.append(world.now)
        if len(times) == 5:
            raise Retryable("the address could not be asked for")
        return drive(*values)

    monkeypatch.setattr(load, "drive", fails_once)
    spot = flow.squeeze(canary)
    assert spot.rps == pytest.approx(NEW, rel=0.08)
    assert weights(world) == BAKED


@pytest.mark.parametrize("at", [1, 4, 9])
def test_a_process_that_dies_leaves_weights_that_the_next_run_and_the_retire_put_right(at):
    world, flow = ready()
    canary = launched(flow)
    drives = []

    def dies():
        drives.append(world.now)
        if len(drives) == at:
            raise Killed("before load.drive")

    world.executioner.before = {"load.drive": dies}
    spot = flow.squeeze(canary)
    assert len(drives) > at
    assert spot.rps == pytest.approx(NEW, rel=0.08)
    flow.retire(flow.pushed_commit())
    assert not flow.failures
    assert set(weights(world)) == {"api-prod"}


def test_half_the_capacity_is_caught_with_generated_load_too():
    world, flow = ready(new=Behaviour(carries_rps=RUNNING / 2))
    record = flow.push()
    assert record.end == PushEnd.FAILURE_CLEAN
    assert "is 0.5" in record.reason
    assert world.lost == 0, world.losses


def test_it_gives_up_at_its_limit_with_what_it_knows():
    world, flow = ready(plan={"limit_minutes": 400})
    began = world.now
    spot = flow.squeeze(launched(flow))
    assert "it was not done within 400 minutes" in spot.reason
    assert world.now - began < flow.service.lasts(minutes=400) + timedelta(seconds=120)
    assert weights(world) == BAKED


@pytest.mark.parametrize(("late_steps", "finds"), [(1, True), (2, True), (99, False)])
def test_a_worker_that_is_late_with_its_load_measures_that_rate_again_and_only_a_lasting_lateness_ends_it(
        monkeypatch, late_steps, finds):
    world, flow = ready()
    canary, load, late = launched(flow), world.load_makers[HERE], []
    drive = load.drive

    def sometimes_late(*values):
        found = drive(*values)
        if len(load.log) > 3 and len(late) < late_steps:
            late.append(values[2])
            return replace(found, late_ms=500.0)
        return found

    monkeypatch.setattr(load, "drive", sometimes_late)
    spot = flow.squeeze(canary)
    assert len(set(late)) == 1, "the same rate each time"
    if finds:
        assert spot.rps == pytest.approx(NEW, rel=0.08)
    else:
        assert "the worker that makes the load was 500 ms late" in spot.reason
        assert len(late) == 3
    assert weights(world) == BAKED
