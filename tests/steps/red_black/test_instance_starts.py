"""How long each instance took to start is kept by its AMI's commit, as looks saw it and as its metrics tell."""

from datetime import timedelta

import pytest

from include.domain import asg_tags
from include.domain.errors import Retryable
from include.domain.looks import Look
from include.steps.red_black.instance_starts import known_starts, note_healthy, note_series, of_plan
from include.steps.red_black.ladder import targets_of
from tests.steps.canary.test_life import launched
from tests.steps.ready import HERE, planned, ready


def note(world, flow, plan):
    new = next(asg for asg in world.clusters[HERE].asgs("api-prod") if asg.name == plan.new)
    note_healthy(of_plan(plan), new, targets_of(new, world.traffic[HERE]), world.look(), world.clusters[HERE],
                 world.archive)


def told(world, flow, plan, asg=""):
    note_series(of_plan(plan), asg or plan.new, flow.service, world.look(), world.clusters[HERE], world.metrics[HERE],
                world.archive)


def test_a_push_keeps_the_time_of_each_instance_from_its_launch_until_a_look_saw_it_healthy():
    world, _, plan = planned("red_red")
    starts = known_starts("api", plan.commit, world.archive)
    times = world.regions[HERE].times
    assert starts.started == plan.size
    assert times.launch <= starts.taking_median <= starts.taking_95
    assert starts.taking_95 <= times.launch + times.health_check + 3
    assert (starts.steadied, starts.steady_95) == (0, None), "no instance has metrics of its own"


def test_the_canary_and_its_baseline_tell_the_starts_of_both_amis():
    world, flow = ready()
    world.regions[HERE].groups["api-prod-v041"].tags[asg_tags.COMMIT] = "0" * 40
    found = launched(world, flow)
    for commit in (found.commit, "0" * 40):
        assert known_starts("api", commit, world.archive).started == 1


def test_an_instance_is_noted_once_however_often_it_is_looked_at():
    world, flow, plan = planned("red_red")
    before = dict(world.archive.objects)
    world.advance(60)
    note(world, flow, plan)
    assert world.archive.objects == before


def test_what_an_earlier_process_noted_is_not_noted_again(monkeypatch):
    world, flow, plan = planned("red_red")
    monkeypatch.setattr("include.steps.red_black.instance_starts._kept", {})
    before = dict(world.archive.objects)
    world.advance(60)
    note(world, flow, plan)
    assert world.archive.objects == before


def test_what_nobody_looked_at_is_not_noted():
    world, _, plan = planned("launch_new")
    world.clusters[HERE].resize("api-prod-v041", minimum=4, maximum=8, desired=5)
    world.advance(30)
    new = next(asg for asg in world.clusters[HERE].asgs("api-prod") if asg.name == "api-prod-v041")
    look = Look(world.now, world.now, timedelta(seconds=20))
    note_healthy(of_plan(plan), new, targets_of(new, world.traffic[HERE]), look, world.clusters[HERE], world.archive)
    assert known_starts("api", plan.commit, world.archive) is None


def test_metrics_of_instances_tell_more_to_the_point_until_the_first_request_and_until_latency_is_steady():
    world, flow, plan = planned("red_red")
    group, store = world.regions[HERE].groups[plan.new], world.metrics[HERE]
    launched = {a.launched: a.started_at for a in world.clusters[HERE].activities(plan.new)}
    world.advance(60)
    for machine in group.machines:
        for second in range(60):
            at = launched[machine.id] + timedelta(seconds=second)
            if second >= 4:
                slow = 400 if second < 14 else 80
                store.write(plan.new, at, {"requests.all": 10, "latency_ms.all.p99": slow}, machine.id)
    told(world, flow, plan)
    starts = known_starts("api", plan.commit, world.archive)
    assert (starts.started, starts.steadied) == (plan.size, plan.size)
    assert starts.taking_95 == pytest.approx(5, abs=1), "to the end of the first point with a request"
    assert starts.steady_median == pytest.approx(13, abs=2), "half of the five points are at the level"
    world.advance(60)
    told(world, flow, plan)
    assert known_starts("api", plan.commit, world.archive) == starts


def test_starts_of_other_regions_count_and_those_of_other_commits_do_not():
    world, _, plan = planned("red_red")
    world.archive.put(f"instance_starts/api/{plan.commit}/eu-west-1/p/x_series.json",
                      b'{"taking": {"i-1": 90}, "steady": {"i-1": 99}}', "application/json")
    world.archive.put("instance_starts/api/another/eu-west-1/p/x.json", b'{"taking": {"i-2": 900}}', "application/json")
    starts = known_starts("api", plan.commit, world.archive)
    assert (starts.started, starts.taking_95, starts.steady_95) == (plan.size + 1, 90, 99)


def test_an_archive_that_is_down_fails_no_push(monkeypatch):
    world, flow, plan = planned("launch_new")

    def down(*_):
        raise Retryable("S3 is down")

    monkeypatch.setattr(world.archive, "keys", down)
    monkeypatch.setattr(world.archive, "get", down)
    assert flow.step("launch_new", plan, HERE) == plan
    told(world, flow, plan)
    assert known_starts("api", plan.commit, world.archive) is None
