"""Whole calibrations in Airflow, against the in-memory world."""

from datetime import UTC, datetime

import pytest

from include.domain.errors import Refused
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


def test_one_that_cannot_launch_is_red_and_still_retired(world, run):
    world.load = 0
    world.regions[REGIONS[0]].groups["api-prod-v041"].desired = 0
    world.advance(60)
    colour, states = run("api_calibrate")
    assert colour == "failed"
    assert states["learn"] in {"upstream_failed", "skipped"}
    assert not world.archive.keys("history/")


def test_a_pair_that_cannot_be_retired_is_red(world, run, monkeypatch):
    def refuses(push):
        raise Refused("the canary's target group is held by somebody")

    monkeypatch.setattr("include.steps.calibrate.retire_calibration", refuses)
    colour, states = run("api_calibrate")
    assert (colour, states["retire"]) == ("failed", "failed")


@pytest.mark.parametrize(("declared", "next_run"), [
    pytest.param({}, None, id="by hand only, unless declared"),
    pytest.param({"canary__calibrate_at": "03:30"}, datetime(2026, 1, 6, 3, 30, tzinfo=UTC), id="each night")])
def test_it_runs_when_it_is_declared_to(declared, next_run, declare, dags):
    from airflow.timetables.base import TimeRestriction

    declare(api=service(**declared))
    dag = dags().dags["api_calibrate"]
    assert (dag.max_active_runs, dag.catchup) == (1, False)
    restriction = TimeRestriction(earliest=datetime(2026, 1, 5, 12, tzinfo=UTC), latest=None, catchup=True)
    from airflow.serialization.serialized_objects import DagSerialization

    timetable = DagSerialization.from_dict(DagSerialization.to_dict(dag)).timetable
    info = timetable.next_dagrun_info(last_automated_data_interval=None, restriction=restriction)
    assert (info and info.run_after) == next_run
