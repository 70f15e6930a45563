"""Gates: commits that pass go on, one that does not stops there, with nothing changed."""

import pytest

from include.domain.push import PushEnd
from tests.stories.flow import Flow
from tests.stories.telling import runs, tells
from tests.world.declared import service
from tests.world.world import World

GATES = [{"name": "unit", "kind": "command", "commands": [["make", "test"]]},
         {"name": "ci", "kind": "commit_status", "connection": "forge", "repository": "example/api", "check": "ci"}]


@pytest.fixture
def world():
    return World(service(regions=1, gates=GATES))


def pushed(world, push_id="api-20261103T100000-abc123"):
    flow = Flow(world, push_id)
    flow.record = flow.push()
    return flow


def test_a_commit_that_passes_every_gate_goes_on(world):
    commit = world.branches.push("prod", "better")
    flow = pushed(world)
    tells(world, "gates.unit: waits: unit is being tried", "gates.unit: done", "gates.ci: done", "pre_flight: done",
          "Success")
    assert flow.record.end == PushEnd.SUCCESS
    assert [gate.tried for gate in world.gates.values()] == [[commit], [commit]]


@pytest.mark.parametrize("gate", ["unit", "ci"])
def test_a_gate_that_refuses_stops_the_push_before_anything_is_changed_and_vetoes_nothing(world, gate):
    commit = world.branches.push("prod", "worse", author="Grace")
    world.gates[gate].refuses[commit] = "2 of 400 tests failed"
    flow = pushed(world)
    tells(world, f"gates.{gate}: failed: {commit[:12]} did not pass gate {gate}: 2 of 400 tests failed",
          "FailureClean: ")
    assert flow.record.end == PushEnd.FAILURE_CLEAN
    assert "commits of Grace" in flow.record.reason
    assert not any("pre_flight" in line for line in world.log)
    assert runs(world) == {"us-east-1": ["api-prod-v041"]}
    assert world.images.find(commit).veto == ""


def test_all_gates_that_refuse_are_said(world):
    commit = world.branches.push("prod", "worse")
    for gate in world.gates.values():
        gate.refuses[commit] = "no"
    assert set(pushed(world).failures) == {"gates.unit", "gates.ci"}


def test_a_gate_that_does_not_decide_ends_the_push_at_its_limit(world):
    commit = world.branches.push("prod", "slow")
    world.gates["ci"].undecided.add(commit)
    flow = pushed(world)
    tells(world, "gates.ci: waits: ci is being tried", "gates.ci: failed: ", "FailureClean: ")
    assert "gave up after 0:00:07.500000: ci is being tried" in flow.failures["gates.ci"]


def test_the_same_commit_is_not_tried_again_by_the_next_push(world):
    commit = world.branches.push("prod", "flaky")
    world.gates["ci"].refuses[commit] = "no"
    assert pushed(world).record.end == PushEnd.FAILURE_CLEAN
    del world.gates["ci"].refuses[commit]
    assert pushed(world, "api-20261103T120000-abc124").record.end == PushEnd.SUCCESS
    assert world.gates["unit"].tried == [commit], "it had passed"
    assert world.gates["ci"].tried == [commit, commit], "it had not"
