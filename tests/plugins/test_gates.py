"""A gate as a task: what it says, and the link to its log."""

from datetime import timedelta

import pytest
from airflow.sdk.exceptions import AirflowFailException

from include.domain.gates import log_key
from include.domain.push import Push
from plugins import wiring
from plugins.links.archived import LOG, LogLink, on_the_web
from plugins.operators import step
from plugins.operators.gates import TryGate
from tests.plugins.context import Task
from tests.world.declared import service
from tests.world.world import World

UNIT = {"name": "unit", "kind": "command", "commands": [["make", "test"]]}


@pytest.fixture
def world(monkeypatch):
    world = World(service(regions=1, gates=[UNIT]))

    class Ports:
        service, environment, region, regions, chat, gate = (
            world.service, "prod", "us-east-1", ["us-east-1"], world.chat, staticmethod(world.gate))

        def __getattr__(self, name):
            return (world.ports() | {"meter": world.meter})[name]
    monkeypatch.setattr(wiring, "ports", lambda *_: Ports())
    monkeypatch.setattr(step, "now", lambda: world.now)
    monkeypatch.setattr(step, "sleep", world.advance)
    monkeypatch.setattr(step, "SLEEPS_UP_TO", timedelta(days=1))
    return world


def task_of(world, commit, push_id="api-1"):
    push = Push(push_id, "api", "prod", "patch", commit, "prod", "", "", "Ada", world.now)
    return Task("gates.unit"), TryGate(task_id="unit", service="api", push=push, gate="unit")


def test_a_commit_that_passes_is_told_with_its_log_and_its_link_leads_there(world):
    commit = world.branches.push("prod", "better")
    task, operator = task_of(world, commit)
    result = operator.execute(task.context)
    assert task.says.startswith(f"{commit[:12]} passed gate unit: passed after ")
    assert task.says.endswith(f"; its log: memory://{log_key('api', commit, 'unit')}")
    assert task.xcoms["gates.unit", LOG] == result.log
    assert not world.chat.room, "what passes needs nobody"


def test_what_passed_in_another_flow_is_told_so(world):
    commit = world.branches.push("prod", "better")
    task_of(world, commit, "test-1")[1].execute(Task("gates.unit").context)
    task, operator = task_of(world, commit, "api-1")
    operator.execute(task.context)
    assert "passed gate unit (in test-1): " in task.says


def test_what_does_not_pass_fails_without_a_retry_is_told_in_the_room_and_is_no_harm(world):
    commit = world.branches.push("prod", "worse", author="Grace")
    world.gates["unit"].refuses[commit] = "`make test` ended with exit code 2"
    task, operator = task_of(world, commit)
    with pytest.raises(AirflowFailException, match="did not pass gate unit"):
        operator.execute(task.context)
    [said] = world.chat.room
    assert "gates.unit: failed: " in said
    for told in ("gate unit", "`make test` ended with exit code 2", "memory://gates/api/", "commits of Grace"):
        assert told in said
    assert task.xcoms["gates.unit", LOG] == f"memory://{log_key('api', commit, 'unit')}"
    assert ("gates.unit", "harm") not in task.xcoms


@pytest.mark.parametrize(("address", "page"), [
    ("s3://archive/serin/gates/a b.log", "https://s3.console.aws.amazon.com/s3/object/archive?prefix=serin%2Fgates%2Fa%20b.log"),
    ("https://ci.example/7", "https://ci.example/7"), ("memory://x", ""), ("javascript:alert(1)", ""), ("", "")])
def test_a_link_leads_to_what_a_browser_shows(address, page):
    assert on_the_web(address) == page
    task = Task("gates.unit")
    task.xcoms["gates.unit", LOG] = address
    assert LogLink().get_link(None, ti_key=task.ti) == page


def test_a_task_that_kept_no_log_has_no_link():
    assert LogLink().get_link(None, ti_key=Task("gates.unit").ti) == ""
