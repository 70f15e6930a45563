"""Looking for what pushes left over, and putting it right, in Airflow, against the in-memory world."""

import json
from datetime import UTC, datetime, time, timedelta

import pytest

from tests.dags.test_roll_back import half_way, weights_of
from tests.world.declared import REGIONS, service

__all__ = ["half_way"]


@pytest.fixture
def left_over(half_way):
    """The push died in two regions, and its leases have run out."""
    half_way.now += timedelta(hours=1)
    half_way.advance(20)
    return half_way


def clusters(world):
    return {region: port.asgs("api-prod") for region, port in world.clusters.items()}


def test_where_all_is_well_it_is_green_and_says_nothing_in_the_room(world, run):
    colour, states = run("api_repair")
    assert colour == "success"
    assert {task for task, state in states.items() if state == "success"} == {
        "us_east_1.look", "us_west_2.look", "eu_west_1.look", "finish_repair"}
    assert world.chat.room == []
    [key] = world.archive.keys("repairs/api/")
    assert [region["count"] for region in json.loads(world.archive.get(key))["regions"]] == [0, 0, 0]


def test_what_is_left_over_is_told_once_and_changed_by_nobody(left_over, run):
    before = clusters(left_over)
    colour, states = run("api_repair")
    assert colour == "failed"
    assert states["us_east_1.repair"] == "skipped"
    [said] = left_over.chat.room
    assert "us-east-1: left over: api-prod-v042 and api-prod-v041 stand in the middle of a push (left by api-" in said
    assert said.endswith("to have it put right: airflow dags trigger api_repair --conf "
                         '\'{"do_it": true, "regions": ["us-east-1", "us-west-2"], "reason": "…"}\'')
    assert clusters(left_over) == before


def test_told_to_do_it_it_puts_every_chosen_region_right(left_over, run):
    colour, states = run("api_repair", do_it=True, reason="the push died with its scheduler", regions=["us-east-1"])
    assert colour == "success"
    assert (states["us_east_1.repair"], states["us_west_2.repair"]) == ("success", "skipped")
    assert weights_of(left_over, "us-east-1") == ["api-prod-v041"]
    assert weights_of(left_over, "us-west-2") == ["api-prod-v042"]
    assert any("repaired; us-east-1: left over: nothing" in said for said in left_over.chat.room)
    assert left_over.lost == 0
    [key] = left_over.archive.keys("repairs/api/")
    assert json.loads(left_over.archive.get(key))["reason"] == "the push died with its scheduler"


def test_without_a_reason_nothing_is_done(left_over, run):
    before = clusters(left_over)
    colour, _ = run("api_repair", do_it=True, reason="")
    assert colour == "failed"
    assert "needs a reason" in left_over.chat.room[0]
    assert clusters(left_over) == before


def test_beside_a_push_that_lives_it_is_green_and_changes_nothing(half_way, run):
    before = clusters(half_way)
    colour, _ = run("api_repair", do_it=True, reason="to be sure")
    assert colour == "success"
    assert clusters(half_way) == before
    [key] = half_way.archive.keys("repairs/api/")
    held = [region["held"] for region in json.loads(half_way.archive.get(key))["regions"]]
    assert [text.split(" (")[0] for text in held] == [
        f"{region} is left alone: the lease of api/prod/{region} is held by patch push api-20261103T100000-abc123"
        for region in REGIONS[:2]] + [""]


@pytest.mark.parametrize(("declared", "at"), [
    pytest.param({}, (0, time(6)), id="Mondays, unless declared"),
    pytest.param({"repair": {"check_on": "fri", "check_at": "03:30"}}, (4, time(3, 30)), id="as declared"),
    pytest.param({"repair": {"check_on": "never"}}, None, id="by hand only")])
def test_it_looks_each_week_when_it_is_declared_to_and_never_at_once(declared, at, declare, dags):
    from airflow.serialization.serialized_objects import DagSerialization
    from airflow.timetables.base import TimeRestriction

    declare(api=service(**declared))
    dag = DagSerialization.from_dict(DagSerialization.to_dict(dags().dags["api_repair"]))
    assert (dag.max_active_runs, dag.catchup) == (1, False)
    info = dag.timetable.next_dagrun_info(
        last_automated_data_interval=None, restriction=TimeRestriction(None, None, catchup=False))
    assert (info and (info.run_after.weekday(), info.run_after.time())) == at
    assert info is None or info.run_after > datetime.now(UTC)
