"""Whole calibrations in Airflow, against the in-memory world."""

from datetime import UTC, datetime, time

import pytest

from include.domain.errors import Inconclusive, Refused
from tests.world.declared import REGIONS, service

V041 = {region: ["api-prod-v041"] for region in REGIONS}


def serving(world):
    return {name: sorted(region.groups) for name, region in world.regions.items()}


def test_it_fills_the_history_and_leaves_nothing_behind(world, run):
    colour, states = run("api_calibrate")
    assert colour == "success"
    assert set(states) == {"start_calibration", "launch", "bake", "learn", "retire"}
    assert len(world.archive.keys("history/api/")) == 1
    assert serving(world) == V041
    assert not world.leases.held
    assert world.lost == 0
    assert any("calibration: go" in said for said in world.chat.room)


def test_one_that_teaches_nothing_is_red_and_still_retired(world, run, monkeypatch):
    def refuses(canary):
        raise Inconclusive("inconclusive: too few requests")

    monkeypatch.setattr("include.steps.canary.calibrate.learn", refuses)
    colour, states = run("api_calibrate")
    assert (colour, states["learn"]) == ("failed", "failed")
    assert serving(world) == V041
    assert not world.leases.held


def test_one_that_gives_way_to_a_push_alarms_nobody_teaches_nothing_and_is_retired(world, run):
    world.on_tick = lambda: world.leases.want("api/prod/us-east-1", "patch push api-1")
    colour, states = run("api_calibrate")
    assert colour == "success"
    assert {task: state for task, state in states.items() if state != "success"} == {
        "bake": "skipped", "learn": "skipped"}
    assert not world.archive.keys("history/api/")
    assert serving(world) == V041
    assert not world.leases.held


def test_one_that_cannot_start_is_red(world, run):
    colour, states = run("api_calibrate", nonsense=1)
    assert (colour, states["start_calibration"]) == ("failed", "failed")
    assert "knows no 'nonsense'" in world.chat.room[-1]


def test_a_pair_that_cannot_be_retired_is_red(world, run, monkeypatch):
    def refuses(push):
        raise Refused("the canary's target group is held by somebody")

    monkeypatch.setattr("include.steps.canary.calibrate.retire_calibration", refuses)
    colour, states = run("api_calibrate")
    assert (colour, states["retire"]) == ("failed", "failed")


@pytest.mark.parametrize(("declared", "at"), [
    pytest.param({}, None, id="by hand only, unless declared"),
    pytest.param({"canary__calibrate_at": "03:30"}, time(3, 30), id="each night")])
def test_it_runs_when_it_is_declared_to_and_never_at_once(declared, at, declare, dags):
    """As the scheduler asks, the first time that it hears of the DAG."""
    from airflow.serialization.serialized_objects import DagSerialization
    from airflow.timetables.base import TimeRestriction

    declare(api=service(**declared))
    dag = DagSerialization.from_dict(DagSerialization.to_dict(dags().dags["api_calibrate"]))
    assert (dag.max_active_runs, dag.catchup) == (1, False)
    info = dag.timetable.next_dagrun_info(
        last_automated_data_interval=None, restriction=TimeRestriction(None, None, catchup=False))
    assert (info and info.run_after.time()) == at
    assert info is None or info.run_after > datetime.now(UTC)
