"""Whole runs that the watcher started, in Airflow, against the in-memory world: superseded, and not needed at all."""

import json

import pytest

from include.domain import asg_tags
from include.domain.push import WATCHER
from plugins.operators import deploy, push
from tests.world.declared import REGIONS, elsewhere
from tests.world.region import Behaviour

STAGES = {"environments": elsewhere("integration", "staging")}


@pytest.fixture
def heard(monkeypatch):
    """What the watcher heard of."""
    def heard(commit):
        asked = {"commit": commit, "ami": "", "started_by": WATCHER, "reason": "new commit"}
        for module in (push, deploy):
            monkeypatch.setattr(module, "asked_for", lambda *_: asked)
    return heard


def records(world):
    found = [json.loads(body) for key, body in world.archive.objects.items() if key.endswith("/record.json")]
    return {record["environment"]: record for record in found}


def skipped(states):
    return {task for task, state in states.items() if state == "skipped"}


@pytest.fixture
def meanwhile(monkeypatch):
    """One more commit on the branch, as soon as something is so."""
    def meanwhile(world, branch, is_so):
        before = len(world.branches.commits)
        world.on_tick = lambda: len(world.branches.commits) == before and is_so() and world.branches.push(branch, "two")
    return meanwhile


def groups(world):
    return [name for region in world.regions.values() for name in region.groups]


@pytest.mark.parametrize("during", ["build", "launch"])
def test_a_push_that_is_superseded_in_its_canary_ends_clean_says_by_what_and_vetoes_nothing(during, world, run, heard,
                                                                                           meanwhile):
    older = world.branches.push("prod", "one")
    heard(older)
    meanwhile(world, "prod", lambda: world.images.started if during == "build" else "api-prod-canary-v042" in
              groups(world))
    colour, states = run("api_patch_push")
    newest = world.branches.head("prod")
    assert newest != older
    assert colour == "success"
    assert "failed" not in states.values()
    assert states["canary.retire"] == "success"
    assert skipped(states) >= {"canary.bake", "canary.score", "us_east_1.plan", "us_east_1.roll_back"}
    assert states["pre_flight"] == ("skipped" if during == "build" else "success")
    assert [sorted(world.regions[name].groups) for name in REGIONS] == [["api-prod-v041"]] * len(REGIONS)
    record = records(world)["prod"]
    assert (record["end"], record["regions"]) == ("Superseded", "")
    assert record["reason"] == f"superseded by commit {newest[:12]} of prod, which is built on {older[:12]}"
    assert not any(image.veto for image in world.images.images.values())
    assert not world.leases.held
    assert world.lost == 0


def test_one_that_is_already_being_pushed_is_finished(world, run, heard, meanwhile):
    older = world.branches.push("prod", "one")
    heard(older)
    meanwhile(world, "prod", lambda: "api-prod-v042" in groups(world))
    colour, _ = run("api_patch_push")
    assert colour == "success"
    assert world.branches.head("prod") != older
    record = records(world)["prod"]
    assert (record["end"], record["commit"]) == ("Success", older)


def test_a_commit_that_runs_everywhere_is_not_pushed_again_and_the_run_is_green(world, run, heard):
    commit = world.branches.push("prod", "merged after the weekly push")
    for region in world.regions.values():
        region.groups["api-prod-v041"].tags[asg_tags.COMMIT] = commit
    heard(commit)
    colour, states = run("api_patch_push")
    assert (colour, states["start_push"], states["finish_push"]) == ("success", "skipped", "success")
    assert states["build_ami"] == "skipped"
    record = records(world)["prod"]
    assert (record["end"], record["commit"], record["regions"]) == ("Success", commit, "")
    assert record["reason"].endswith("of prod already: there is nothing to push")
    assert any("there is nothing to push" in str(said) for said in world.chat.room)


@pytest.mark.parametrize("world", [STAGES], indirect=True)
def test_an_environment_that_runs_the_commit_is_passed_over_and_the_other_is_deployed(world, run, heard):
    commit = world.branches.push("release", "again")
    for name in ("integration", "staging"):
        world.beside(name)
    for region in world.elsewhere["integration"].regions.values():
        region.groups["api-integration-v041"].tags[asg_tags.COMMIT] = commit
    heard(commit)
    colour, states = run("api_release_deploy")
    assert colour == "success"
    assert {"integration.begin", "integration.us_east_1.plan"} <= skipped(states)
    found = records(world)
    assert (found["integration"]["regions"], found["staging"]["regions"]) == ("", "us-east-1")
    assert "nothing to deploy" in found["integration"]["reason"]


@pytest.mark.parametrize("world", [STAGES], indirect=True)
def test_a_deploy_gives_way_before_its_first_region_in_both_environments(world, run, heard, meanwhile):
    older = world.branches.push("release", "one")
    heard(older)
    for name in ("integration", "staging"):
        world.beside(name)
    meanwhile(world, "release", lambda: world.images.started)
    colour, _ = run("api_release_deploy")
    assert colour == "success"
    assert world.branches.head("release") != older
    assert {name: record["end"] for name, record in records(world).items()} == {
        "integration": "Superseded", "staging": "Superseded"}


def test_the_run_takes_the_head_whatever_its_event_said_and_its_record_names_every_commit_that_came_with_it(
        world, run, heard):
    """Airflow hands on the event of the first commit alone, where more came while another run was on its way."""
    running = world.branches.head("prod")
    for region in world.regions.values():
        region.groups["api-prod-v041"].tags[asg_tags.COMMIT] = running
    arrived = [world.branches.push("prod", f"commit {number}") for number in range(50)]
    heard(arrived[0])
    colour, _ = run("api_patch_push")
    record = records(world)["prod"]
    assert (colour, record["end"], record["commit"], record["previous"]) == ("success", "Success", arrived[-1], running)
    assert record["commits"].split(",") == [commit[:12] for commit in reversed(arrived)]


def test_a_second_event_of_a_commit_pushes_nothing_again(world, run, heard):
    commit = world.branches.push("prod", "one")
    world.behaves(commit, Behaviour(error_percent=20))
    heard(commit)
    assert run("api_patch_push")[0] == "failed"
    colour, states = run("api_patch_push")
    assert (colour, states["start_push"], states["build_ami"]) == ("success", "skipped", "skipped")
    ends = sorted(json.loads(body)["end"] for key, body in world.archive.objects.items()
                  if key.endswith("/record.json"))
    assert ends == ["FailureClean", "Superseded"]
    assert any("was taken up by api-" in str(said) and "which ended as FailureClean" in str(said)
               for said in world.chat.room)


GATES = {"gates": [{"name": "unit", "kind": "command", "commands": [["make", "test"]], "limit_minutes": 600}]}


@pytest.mark.parametrize("world", [GATES], indirect=True)
def test_a_push_whose_gate_is_still_being_tried_gives_way_and_nobody_is_told_of_a_gate(world, run, heard, meanwhile):
    older = world.branches.push("prod", "one")
    world.gates["unit"].undecided.add(older)
    heard(older)
    meanwhile(world, "prod", lambda: world.gates["unit"]._begun)
    colour, states = run("api_patch_push")
    assert (colour, states["gates.unit"], states["pre_flight"]) == ("success", "skipped", "skipped")
    assert records(world)["prod"]["end"] == "Superseded"
    assert not [said for said in world.chat.room if "did not pass" in said]
