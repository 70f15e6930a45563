"""Whole pushes in Airflow, against the in-memory world: what they leave behind, and the colour of their run."""

import json

import pytest

from include.domain.errors import Refused
from include.domain.own_metrics.table import PUSH_SINCE, PUSHES, REGION_TIME, ROLLBACKS, VERDICTS
from tests.world.declared import REGIONS
from tests.world.region import Behaviour


def serving(world):
    """The ASGs of each region."""
    return {name: sorted(region.groups) for name, region in world.regions.items()}


def records(world):
    return [json.loads(body) for key, body in world.archive.objects.items() if key.endswith("/record.json")]


def events(world):
    return [event for told in world.archive.said.values() for event in told]


V041, V042 = ({region: [f"api-prod-v04{n}"] for region in REGIONS} for n in (1, 2))


def test_a_good_commit_reaches_every_region_and_the_run_is_green(world, run):
    commit = world.branches.push("prod", "better")
    colour, states = run("api_patch_push", reason="it is better")
    assert colour == "success"
    assert {task for task, state in states.items() if state != "success"} == {
        "us_east_1.roll_back", "us_west_2.roll_back", "eu_west_1.roll_back"}
    assert serving(world) == V042
    assert world.lost == 0
    assert len(world.archive.keys("manifests/api/")) == 2       # the new AMI's, and that of what ran
    [record] = records(world)
    assert (record["end"], record["commit"], record["regions"]) == ("Success", commit, ",".join(REGIONS))
    told = [(event.task, event.state) for event in events(world)]
    assert told[0] == ("start_push", "started")
    assert told[-1] == ("finish_push", "done")
    assert not [task for task, _ in told if task.endswith("roll_back")]
    assert [event.score for event in events(world) if event.task == "canary.score"][-1] >= 95
    assert world.meter.total(PUSHES, end="Success", kind="patch") == world.meter.total(PUSHES) == 1
    assert world.meter.values(PUSH_SINCE)[-1] == 0
    assert [world.meter.total(REGION_TIME, region=region) > 0 for region in REGIONS] == [True] * 3


def test_a_no_go_retires_the_canary_touches_no_region_and_is_red(world, run):
    world.behaves(world.branches.push("prod", "worse"), Behaviour(error_percent=20))
    colour, states = run("api_patch_push")
    assert colour == "failed"
    assert states["canary.retire"] == "success"
    assert {states[f"{region}.off_peak"] for region in ("us_east_1", "us_west_2", "eu_west_1")} == {"upstream_failed"}
    assert serving(world) == V041
    [record] = records(world)
    assert record["end"] == "FailureClean"
    assert "no-go" in record["reason"]
    assert record["reason"].endswith(f"AMI {record['ami']} is vetoed; api_lift_veto lifts it")
    assert "no-go" in world.images.named(record["ami"]).veto
    assert world.meter.total(VERDICTS, decision="no-go") == world.meter.total(VERDICTS) == 1
    assert world.meter.total(ROLLBACKS) == 0


def test_what_only_prod_traffic_shows_is_rolled_back_and_red(world, run):
    world.behaves(world.branches.push("prod", "worse in prod"), Behaviour(prod_error_percent=20))
    colour, states = run("api_patch_push")
    assert colour == "failed"
    assert states["canary.score"] == "success"
    assert states["us_east_1.roll_back"] == "success"
    assert states["us_west_2.off_peak"] == "upstream_failed"
    assert states["us_west_2.roll_back"] == "skipped"
    assert serving(world)["us-west-2"] == ["api-prod-v041"]
    [record] = records(world)
    assert record["end"] == "FailureClean"
    assert "is worse than api-prod-v041" in world.images.named(record["ami"]).veto
    assert world.lost == 0


FAILS_IN = Behaviour(prod_error_percent=20)
LATER = REGIONS[1]


@pytest.fixture
def fails_later(world):
    """A commit that does harm in the second region only."""
    commit = world.branches.push("prod", "worse elsewhere")
    image = world.images.add(commit, "prod")
    world.regions[LATER].behaviours[image.ids[LATER]] = FAILS_IN
    return world


def test_a_later_region_that_fails_is_undone_and_the_finished_one_stays_by_default(fails_later, run):
    colour, states = run("api_patch_push")
    assert (colour, states["us_west_2.roll_back"]) == ("failed", "success")
    assert (states["us_east_1.roll_back"], states["eu_west_1.off_peak"]) == ("skipped", "upstream_failed")
    assert serving(fails_later)["us-east-1"] == ["api-prod-v042"]
    [record] = records(fails_later)
    assert (record["end"], record["regions"]) == ("FailureDirty", "us-east-1")
    assert "push again, or roll back api-" in record["reason"]
    assert fails_later.lost == 0


@pytest.mark.parametrize("world", [{"red_black__when_a_region_fails": "undo_all"}], indirect=True)
def test_with_undo_all_the_finished_regions_go_back_too_and_all_run_the_older_ami(fails_later, run):
    colour, states = run("api_patch_push")
    assert colour == "failed"
    assert [states[f"undo_all.{region}"] for region in ("us_east_1", "us_west_2", "eu_west_1")] == [
        "success", "skipped", "skipped"]
    assert serving(fails_later)["us-east-1"] == ["api-prod-v042", "api-prod-v043"]
    [record] = records(fails_later)
    assert (record["end"], record["regions"]) == ("FailureClean", "")
    amis = {fails_later.regions[region].groups[name].ami
            for region, name in (("us-east-1", "api-prod-v043"), ("us-west-2", "api-prod-v041"))}
    assert amis == {image.ids[region] for image in [fails_later.images.find(fails_later.branches.head("test"))]
                    for region in ("us-east-1", "us-west-2")}
    assert fails_later.lost == 0


@pytest.mark.parametrize("world", [{"red_black__when_a_region_fails": "undo_all"}], indirect=True)
def test_with_undo_all_a_good_push_undoes_nothing(world, run):
    world.branches.push("prod", "better")
    colour, states = run("api_patch_push")
    assert colour == "success"
    assert {state for task, state in states.items() if task.startswith("undo_all")} == {"skipped"}
    assert serving(world) == V042


@pytest.mark.parametrize("world", [{"red_black__when_a_region_fails": "hold"}], indirect=True)
def test_with_hold_nothing_is_undone_and_the_room_and_the_record_say_what_a_person_can_do(fails_later, run):
    colour, states = run("api_patch_push")
    assert (colour, states["us_west_2.hold"], states["us_east_1.hold"]) == ("failed", "success", "skipped")
    assert serving(fails_later)[LATER] == ["api-prod-v041", "api-prod-v042"]
    assert any("us-west-2 is held as it is: api-prod-v041 and api-prod-v042 take traffic; api_roll_back undoes api-"
               in said for said in fails_later.chat.room)
    [record] = records(fails_later)
    assert record["end"] == "FailureDirty"
    assert "both left in us-west-2: roll back api-" in record["reason"]
    assert fails_later.lost == 0


def test_a_canary_that_cannot_be_retired_stops_the_push(world, run, monkeypatch):
    def refuses(push):
        raise Refused("the canary's target group is held by somebody")

    monkeypatch.setattr("include.steps.canary.life.retire", refuses)
    world.branches.push("prod", "better")
    colour, states = run("api_patch_push")
    assert colour == "failed"
    assert states["canary.score"] == "success"
    assert states["us_east_1.off_peak"] == "upstream_failed"
    assert "api-prod-v042" not in serving(world)["us-east-1"]
    assert records(world)[0]["ami"]
    assert world.images.named(records(world)[0]["ami"]).veto == "", "the AMI did no harm"


def test_what_cannot_be_pushed_changes_nothing_and_is_red(world, run):
    colour, states = run("api_patch_push", nonsense=1)
    assert colour == "failed"
    assert states["start_push"] == "failed"
    assert states["canary.retire"] == "skipped"
    assert serving(world) == V041
    [said] = [event.text for event in events(world) if event.task == "finish_push" and event.state == "failed"]
    assert "knows no 'nonsense'" in said


def test_a_worker_that_dies_in_any_step_is_followed_by_one_that_goes_on(world, run):
    world.branches.push("prod", "better")
    deaths = {"create": 1, "set_weights": 2, "suspend": 1, "deregister": 1, "delete": 1}
    world.executioner = Fate(deaths)
    colour, _ = run("api_patch_push")
    assert not deaths, "each of these calls killed its worker"
    assert colour == "success"
    assert serving(world) == V042
    assert world.lost == 0


class Fate:
    """Kills at the first calls of these verbs, before their effect or after it in turn."""

    def __init__(self, deaths):
        self.deaths, self.after = deaths, False

    def count(self, call):
        verb = call.split(".")[1]
        if verb not in self.deaths:
            return False
        self.after = not self.after
        self.deaths[verb] -= 1
        if not self.deaths[verb]:
            del self.deaths[verb]
        return True


GATES = {"gates": [{"name": "unit", "kind": "command", "commands": [["make", "test"]]},
                   {"name": "lint", "kind": "command", "commands": [["make", "lint"]]}]}


@pytest.mark.parametrize("world", [GATES], indirect=True)
def test_a_gate_that_refuses_stops_the_push_where_nothing_was_changed(world, run):
    commit = world.branches.push("prod", "worse")
    world.gates["unit"].refuses[commit] = "2 of 400 tests failed"
    colour, states = run("api_patch_push")
    assert colour == "failed"
    assert (states["gates.unit"], states["gates.lint"], states["pre_flight"]) == (
        "failed", "success", "upstream_failed")
    assert serving(world) == V041
    [record] = records(world)
    assert record["end"] == "FailureClean"
    assert "did not pass gate unit: 2 of 400 tests failed" in record["reason"]
    assert world.images.find(commit).veto == ""


@pytest.mark.parametrize("world", [GATES], indirect=True)
def test_gates_that_pass_let_the_push_on(world, run):
    world.branches.push("prod", "better")
    colour, states = run("api_patch_push")
    assert (colour, states["gates.unit"], states["gates.lint"]) == ("success", "success", "success")
    assert serving(world) == V042
