"""Commits on the branches test and release, on their way to their environments."""

from dataclasses import replace

import pytest

from include.domain.errors import BadInput
from include.domain.push import PushEnd
from tests.stories.heard import Deploy
from tests.stories.telling import runs, tells
from tests.world.declared import elsewhere, service
from tests.world.region import Behaviour
from tests.world.world import World

UNMEASURED = {"red_red_minutes": 8, "watch_minutes": 80, "compare": False}


def only(environment, **red_black):
    """A world that has nothing but this environment."""
    there = elsewhere(environment)
    if red_black:
        there[environment]["red_black"] = red_black
    return World(service(environments=there), environment=environment)


def test_a_commit_on_the_test_branch_runs_in_test():
    world = only("test")
    commit = world.branches.push("test", "an idea")
    record = Deploy(world, "test").run()
    tells(world, "build_ami: done", "pre_flight: done", "us_east_1.off_peak: done", "us_east_1.launch_new: done",
          "us_east_1.red_red: done", "us_east_1.disable_baseline: done", "us_east_1.holds: done",
          "us_east_1.delete_baseline: done", "Success: us-east-1")
    assert not [line for line in world.log if "canary" in line]
    assert (record.end, record.kind, record.environment, record.commit) == (PushEnd.SUCCESS, "deploy", "test", commit)
    assert runs(world) == {"us-east-1": ["api-test-v042"]}
    assert world.lost == 0, world.losses


def test_a_commit_on_release_runs_in_integration_and_in_staging_from_one_build():
    world = World(service(regions=1, environments=elsewhere("integration", "staging")))
    both = [world.beside(name) for name in ("integration", "staging")]
    world.branches.push("release", "for next week")
    for place in both:
        place.advance((world.now - place.now).total_seconds())
        first = "api-20261103T100000-abc123-integration"
        assert Deploy(place, "release", taken_by=first).run().end == PushEnd.SUCCESS
    assert len(world.images.started) == 1
    assert [runs(place)["us-east-1"] for place in both] == [["api-integration-v042"], ["api-staging-v042"]]
    assert runs(world) == {"us-east-1": ["api-prod-v041"]}
    assert not sum(place.lost for place in both)
    assert not world.leases.held


def test_what_its_traffic_shows_is_undone_by_itself():
    world = only("staging")
    world.behaves(world.branches.push("release", "worse"), Behaviour(error_percent=30))
    record = Deploy(world, "release").run()
    tells(world, "us_east_1.red_red: failed: api-staging-v042 is worse than api-staging-v041",
          "us_east_1.roll_back: done")
    assert (record.end, record.regions) == (PushEnd.FAILURE_CLEAN, "")
    assert world.lost == 0, world.losses


def test_an_older_commit_is_deployed_where_the_branch_was_moved_back_to_it():
    world = only("test")
    older = world.branches.push("test", "one")
    assert Deploy(world, "test").run().end == PushEnd.SUCCESS
    world.branches.push("test", "two")
    assert Deploy(world, "test", "api-20261103T110000-def456").run().end == PushEnd.SUCCESS
    world.branches.heads["test"] = older
    record = Deploy(world, "test", "api-20261103T120000-fed789").run()
    assert (record.end, record.commit) == (PushEnd.SUCCESS, older)


@pytest.mark.parametrize("metrics", ["empty", "unknown"])
def test_where_it_is_declared_that_nothing_is_measured_a_deploy_goes_by_health_and_asks_no_metric(metrics, monkeypatch):
    world = only("test", **UNMEASURED)
    _without_metrics(world, metrics, monkeypatch)
    world.branches.push("test", "an idea")
    record = Deploy(world, "test").run()
    tells(world, "by health and alarms alone: red_black.compare is false here", "us_east_1.holds: waits: watched until",
          "Success")
    assert record.end == PushEnd.SUCCESS, world.log
    assert world.lost == 0, world.losses


def test_where_it_is_not_declared_no_data_is_never_success(monkeypatch):
    world = only("test", red_red_minutes=8, watch_minutes=8, limit_minutes=240)
    _without_metrics(world, "empty", monkeypatch)
    world.branches.push("test", "an idea")
    record = Deploy(world, "test").run()
    assert record.end == PushEnd.FAILURE_CLEAN
    assert "was measured yet" in record.reason
    assert runs(world)["us-east-1"][0] == "api-test-v041"


def test_what_is_not_measured_loses_no_traffic_to_fewer_instances_than_there_were(monkeypatch):
    world = only("test", **UNMEASURED)
    world.branches.push("test", "fewer than there were")
    flow = Deploy(world, "test")
    step = flow.step
    monkeypatch.setattr(flow, "step", lambda name, plan, region: step(name, replace(plan, baseline_desired=9), region))
    record = flow.run()
    tells(world, "us_east_1.disable_baseline: waits: api-test-v041 keeps its traffic: 5 healthy instances would keep "
          "taking traffic, and there were 9: what they must carry is not measured here", "us_east_1.roll_back: done")
    assert record.end == PushEnd.FAILURE_CLEAN
    assert world.lost == 0, world.losses


def _without_metrics(world, metrics, monkeypatch):
    for store in world.metrics.values():
        store.blind = True
        store.rows.clear()

        def read(*_, **__):
            raise BadInput("there is no table metrics")

        if metrics == "unknown":
            monkeypatch.setattr(store, "read", read)
