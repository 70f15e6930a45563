"""Whole deploys in Airflow, against the in-memory world: a branch's commit in each environment that it goes to."""

import json
import re

import pytest

from tests.world.declared import elsewhere
from tests.world.region import Behaviour

DECLARED = {"environments": elsewhere("test", "integration", "staging")}
WHERE = {"test": ("test",), "release": ("integration", "staging")}


@pytest.fixture
def everywhere(world):
    """The world with all environments."""
    for names in WHERE.values():
        for name in names:
            world.beside(name)
    return world


def records(world):
    found = [json.loads(body) for key, body in world.archive.objects.items() if key.endswith("/record.json")]
    return {record["environment"]: record for record in found}


def serving(world):
    return {name: [asg for region in place.regions.values() for asg in region.groups]
            for name, place in ({"prod": world} | world.elsewhere).items()}


@pytest.mark.parametrize("world", [DECLARED], indirect=True)
@pytest.mark.parametrize("branch", list(WHERE))
def test_a_commit_reaches_every_environment_of_its_branch_and_no_other(branch, everywhere, run):
    commit, before = everywhere.branches.push(branch, "better"), serving(everywhere)
    colour, states = run(f"api_{branch}_deploy")
    assert colour == "success"
    assert {task for task, state in states.items() if state != "success"} == {
        f"{name}.us_east_1.roll_back" for name in WHERE[branch]}
    found = records(everywhere)
    assert set(found) == set(WHERE[branch])
    for name in WHERE[branch]:
        assert (found[name]["end"], found[name]["commit"], found[name]["kind"]) == ("Success", commit, "deploy")
        assert found[name]["push_id"].endswith(f"-{name}")
    now = serving(everywhere)
    assert {name for name in now if now[name] != before[name]} == set(WHERE[branch])
    assert all(now[name] == [f"api-{name}-v042"] for name in WHERE[branch])
    assert not sum(place.lost for place in everywhere.elsewhere.values())
    assert not everywhere.leases.held


@pytest.mark.parametrize("world", [DECLARED], indirect=True)
def test_one_environment_that_fails_holds_the_other_up_in_nothing(everywhere, run):
    commit = everywhere.branches.push("release", "worse in staging")
    everywhere.elsewhere["staging"].behaves(commit, Behaviour(error_percent=30))
    colour, states = run("api_release_deploy")
    assert colour == "failed"
    assert states["staging.us_east_1.roll_back"] == "success"
    assert (states["integration.finish_deploy"], states["staging.finish_deploy"]) == ("success", "failed")
    found = records(everywhere)
    assert (found["integration"]["end"], found["staging"]["end"]) == ("Success", "FailureClean")
    assert "us_east_1" in found["staging"]["reason"] or "is worse than" in found["staging"]["reason"]
    assert not everywhere.images.find(commit).veto


@pytest.mark.parametrize("world", [DECLARED], indirect=True)
def test_both_pages_tell_of_the_build_that_they_share(everywhere, run):
    everywhere.branches.push("release", "better")
    run("api_release_deploy")
    told = {push_id: {event.task for event in events} for (_, push_id), events in everywhere.archive.said.items()}
    assert len(told) == 2
    for push_id, tasks in told.items():
        own = push_id.rpartition("-")[2]
        assert {"start_deploy", "build_ami", f"{own}.begin", f"{own}.finish_deploy"} <= tasks
        assert not {task for task in tasks if task.partition(".")[0] in {"integration", "staging"} - {own}}


@pytest.mark.parametrize("world", [DECLARED], indirect=True)
def test_a_deploy_that_could_not_be_built_has_its_record_in_each_environment(everywhere, run):
    everywhere.branches.push("release", "no package")
    everywhere.images.broken = "the base AMI serin-base is gone"
    colour, _ = run("api_release_deploy")
    assert colour == "failed"
    assert {name: (record["end"], record["reason"]) for name, record in records(everywhere).items()} == dict.fromkeys(
        WHERE["release"], ("FailureClean", "the base AMI serin-base is gone"))


@pytest.mark.parametrize("world", [DECLARED], indirect=True)
def test_what_a_person_asks_for_is_deployed(everywhere, run):
    older = everywhere.branches.push("test", "one")
    everywhere.branches.push("test", "two")
    colour, _ = run("api_test_deploy", commit=older[:9], reason="to see it fail")
    assert colour == "success"
    assert records(everywhere)["test"]["commit"] == older
    assert any(f"commit {older[:12]} of api is on its way to test, started by " in said
               and said.endswith(": to see it fail") for said in everywhere.chat.room)
    assert not [said for said in everywhere.chat.room if "push" in re.sub(r" --conf .*|\S+://\S+", "", said)]


GATES = {"gates": [{"name": "unit", "kind": "command", "commands": [["make", "test"]]}]}


@pytest.mark.parametrize("world", [DECLARED | GATES], indirect=True)
def test_a_commit_that_does_not_pass_a_gate_goes_to_no_environment_and_each_record_says_so(everywhere, run):
    commit, before = everywhere.branches.push("release", "worse", author="Grace"), serving(everywhere)
    everywhere.elsewhere["integration"].gates["unit"].refuses[commit] = "2 of 400 tests failed"
    colour, states = run("api_release_deploy")
    assert (colour, states["gates.unit"], states["build_ami"]) == ("failed", "failed", "success")
    assert serving(everywhere) == before
    for name, record in records(everywhere).items():
        assert (name, record["end"]) == (name, "FailureClean")
        assert "did not pass gate unit: 2 of 400 tests failed" in record["reason"]
        assert "commits of Grace" in record["reason"]
    assert set(records(everywhere)) == set(WHERE["release"])


@pytest.mark.parametrize("world", [DECLARED | GATES], indirect=True)
def test_a_commit_that_passed_on_one_branch_is_not_tried_again_on_the_next(everywhere, run):
    commit = everywhere.branches.push("test", "better")
    assert run("api_test_deploy")[0] == "success"
    everywhere.branches.heads["release"] = commit
    everywhere.elsewhere["integration"].gates["unit"].refuses[commit] = "would be asked again"
    assert run("api_release_deploy")[0] == "success"


@pytest.mark.parametrize("world", [DECLARED], indirect=True)
def test_a_deploy_is_rolled_back_by_hand_in_its_environment_and_vetoes_nothing_unless_asked(everywhere, run):
    first = everywhere.branches.head("release")
    commit = everywhere.branches.push("release", "better")
    run("api_release_deploy")
    colour, states = run("api_staging_roll_back", reason="it looks odd")
    assert (colour, states["us_east_1.roll_back"]) == ("success", "success")
    staging, image = everywhere.elsewhere["staging"], everywhere.images.find(first)
    serving = [group.ami for region in staging.regions.values() for group in region.groups.values() if group.desired
               and group.tags.get("serin:colour") != "black"]
    assert serving == [image.ids["us-east-1"]]
    assert not everywhere.images.find(commit).veto
    revised = [json.loads(body) for key, body in everywhere.archive.objects.items() if key.endswith("record-2.json")]
    assert [(record["environment"], record["end"]) for record in revised] == [("staging", "FailureClean")]
    assert sorted(everywhere.elsewhere["integration"].regions["us-east-1"].groups) == ["api-integration-v042"]


@pytest.mark.parametrize("world", [DECLARED], indirect=True)
def test_what_a_dead_deploy_left_over_is_found_and_put_right_in_its_environment_alone(everywhere, run):
    everywhere.regions["us-east-1"].groups["api-prod-v041"].suspended.add("AZRebalance")
    group = everywhere.elsewhere["test"].regions["us-east-1"].groups["api-test-v041"]
    group.tags |= {"serin:push": "api-20261101T100000-abc123-test", "serin:suspended": "Launch"}
    group.suspended.add("Launch")
    assert run("api_test_repair")[0] == "failed"
    assert "airflow dags trigger api_test_repair --conf" in str(everywhere.chat.room[-1])
    assert run("api_test_repair", do_it=True, reason="the deploy died")[0] == "success"
    assert not group.suspended
    assert run("api_staging_repair")[0] == "success"
