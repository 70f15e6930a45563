"""The same AMI on both sides: whatever they differ by is learned, and nothing of prod is changed."""

import json

import pytest

from include.domain.errors import BadInput, GaveWay, Inconclusive, NoGo
from include.domain.looks import Wait
from include.domain.push import PushKind
from include.steps.canary import calibrate
from include.steps.canary.life import launch_canary
from include.steps.push.ends import PushRequest, start_push
from tests.steps.ready import HERE, KEY, ports, ready
from tests.world.region import Behaviour

ID = "api-20261103T030000-0a0b0c"


def started(world, flow):
    return calibrate.start_calibration("Ada", ID, flow.service, world.now, **ports(world, "clusters"))


def launched(world, flow, push):
    handed = ports(world, "clusters", "traffic", "images", "metrics", "leases", "runs", "archive")
    return world.run(lambda look: launch_canary(push, flow.service, look, **handed), "launch")


def baked(**declared):
    world, flow = ready(**declared)
    push = started(world, flow)
    found = launched(world, flow, push)
    world.run(lambda look: calibrate.bake_calibration(
        found, flow.service, look, **ports(world, "clusters", "traffic", "leases")), "bake")
    return world, flow, push, found


def learn(world, flow, found):
    return calibrate.learn(found, flow.service, world.metrics[HERE], world.archive)


def history(world):
    return world.archive.keys("history/api/")


def test_both_sides_run_the_running_ami_and_prod_is_as_it_was():
    world, flow = ready()
    push = started(world, flow)
    assert (push.kind, push.ami) == (PushKind.CALIBRATION, "")
    found = launched(world, flow, push)
    groups = world.regions[HERE].groups
    assert {groups[name].ami for name in (found.canary_asg, found.baseline_asg)} == {groups["api-prod-v041"].ami}


def test_what_runs_when_it_is_launched_counts_not_what_ran_when_it_was_asked_for():
    world, flow = ready()
    push = started(world, flow)
    world.regions[HERE].groups["api-prod-v041"].ami = newer = world.images.named(flow.pushed_commit().ami).ids[HERE]
    found = launched(world, flow, push)
    assert {world.regions[HERE].groups[name].ami for name in (found.canary_asg, found.baseline_asg)} == {newer}


def test_its_readings_go_to_history_and_it_is_told():
    world, flow, _, found = baked()
    verdict = learn(world, flow, found)
    assert verdict.reason.startswith("calibration: go: score 100")
    assert history(world) == [f"history/api/{found.bake_until:%Y%m%dT%H%M%SZ}-{ID}.npz"]
    assert json.loads(world.archive.get(f"pushes/api/{ID}/readings.json"))["verdict"]["reason"] == verdict.reason


def test_a_noisy_one_is_learned_too_and_says_so():
    world, flow = ready()
    push = started(world, flow)
    found = launched(world, flow, push)
    world.changes(HERE, found.canary_asg, Behaviour(p99_ms=200))
    there = ports(world, "clusters", "traffic", "leases")
    waits = calibrate.bake_calibration(found, flow.service, world.look(), **there)
    assert isinstance(waits, Wait), "harm ends no calibration"
    world.advance(31)
    verdict = learn(world, flow, found)
    assert verdict.decision == "no-go"
    assert "the same AMI on both sides is noisier than was known: no-go" in verdict.reason
    assert len(history(world)) == 1


def test_too_little_traffic_teaches_nothing():
    world, flow, _, found = baked(canary__min_requests=5000)
    with pytest.raises(Inconclusive, match="calibration: inconclusive"):
        learn(world, flow, found)
    assert history(world) == []


def test_one_that_fell_over_teaches_nothing():
    world, flow = ready()
    found = launched(world, flow, started(world, flow))
    world.dies(HERE, found.canary_asg)
    world.advance(3)
    with pytest.raises(NoGo, match="fell over"):
        calibrate.bake_calibration(found, flow.service, world.look(), **ports(world, "clusters", "traffic", "leases"))


def test_what_was_learned_stays_learned_when_the_step_runs_again():
    world, flow, _, found = baked()
    first = learn(world, flow, found)
    world.metrics[HERE].rows.clear()
    assert learn(world, flow, found) == first


def test_it_gives_way_to_a_push_that_waits_for_it_and_goes_on_when_it_is_retired():
    world, flow = ready()
    push = started(world, flow)
    canary = launched(world, flow, push)
    waits = launch_canary(flow.pushed_commit(), flow.service, world.look(),
                          **ports(world, "clusters", "traffic", "images", "metrics", "leases", "runs", "archive"))
    assert isinstance(waits, Wait)
    assert f"is held by calibration {ID} (run manual__1)" in waits.reason
    with pytest.raises(GaveWay, match=f"gives way to patch push {flow.push_id}: nothing is learned"):
        calibrate.bake_calibration(canary, flow.service, world.look(), **ports(world, "clusters", "traffic", "leases"))
    world.run(lambda look: calibrate.retire_calibration(
        push, flow.service, look, **ports(world, "clusters", "traffic", "metrics", "leases", "runs")), "retire")
    assert KEY not in world.leases.held
    assert set(world.regions[HERE].groups) == {"api-prod-v041"}
    assert launched(world, flow, flow.pushed_commit()).push_id == flow.push_id
    assert world.lost == 0, world.losses


def test_nobody_can_ask_for_a_push_that_is_none():
    world, flow = ready()
    with pytest.raises(BadInput, match="kind 'calibration' is not known: patch, weekly"):
        start_push(PushRequest("calibration", "", "", "", "Ada"), ID, flow.service, world.now,
                   **ports(world, "branches", "images"), clusters=world.clusters)
