"""What every `Gate` promises: one in memory, one that runs commands, and one that asks a forge."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from include.adapters.gates.command import CommandGates
from include.adapters.gates.commit_status import CommitStatusGates
from include.adapters.http import client
from include.domain.declared.gates import CommandGate, StatusGate
from include.domain.gates import Outcome
from include.domain.looks import Look, Wait
from tests.adapters.cloud import eventually
from tests.adapters.gates.forge_server import forge
from tests.world.branches import InMemoryBranches
from tests.world.declared import service
from tests.world.world import START, World

LIMIT = timedelta(minutes=10)
UNIT = {"name": "unit", "kind": "command", "commands": [["sh", "verdict"]]}


class Commits:
    """`makes(verdict)` is a commit that the gate passes, refuses, or cannot decide on."""

    def __init__(self, gate, makes, advance=lambda: None):
        self.gate, self.makes, self.advance = gate, makes, advance

    def decides(self, commit):
        """All that the gate answers, until it has decided."""
        answers, began = [], datetime.now(UTC)

        def decided():
            answers.append(self.gate.outcome(commit, Look(began + timedelta(seconds=len(answers)), began)))
            self.advance()
            return isinstance(answers[-1], Outcome)
        eventually(decided, "an outcome")
        return answers


@contextmanager
def in_memory(request):
    world = World(service(regions=1, gates=[UNIT | {"limit_minutes": 60}]))
    gate = world.gates["unit"]

    def makes(verdict):
        commit = world.branches.push("prod", verdict)
        if verdict == "refused":
            gate.refuses[commit] = "1 test failed"
        if verdict == "undecided":
            gate.undecided.add(commit)
        return commit
    yield Commits(gate, makes, lambda: world.advance(1))


@contextmanager
def of_commands(request):
    branches = InMemoryBranches(START)
    scripts = {"passed": b"echo well; sleep 0.1", "refused": b"echo 1 test failed; exit 1", "undecided": b"sleep 60"}
    gate = CommandGates(CommandGate.model_validate(UNIT), branches, LIMIT)
    yield Commits(gate, lambda verdict: branches.push("prod", verdict, {"verdict": scripts[verdict]}))
    gate._close()


@contextmanager
def of_a_forge(request):
    states = {"passed": "success", "refused": "failure", "undecided": "pending"}
    declared = StatusGate(name="unit", kind="commit_status", connection="forge", repository="example/api", check="ci")
    with forge() as (served, url):
        connection = SimpleNamespace(conn_id="forge", conn_type="http", host=url, schema=None, port=None, login=None,
                                     password=None, extra_dejson={})
        gate = CommitStatusGates(declared, client(connection), LIMIT)

        def makes(verdict):
            commit = str(len(served.statuses)).rjust(40, "a")
            served.status(commit, states[verdict], "ci", description="1 test failed")
            return commit
        yield Commits(gate, makes)


MAKERS = {"in memory": in_memory, "commands": of_commands, "a forge": of_a_forge}


@pytest.fixture(params=list(MAKERS))
def commits(request):
    with MAKERS[request.param](request) as made:
        yield made


def test_a_commit_passes_with_a_reason_and_a_log(commits):
    *waits, outcome = commits.decides(commits.makes("passed"))
    assert outcome.passed is True
    assert outcome.reason
    assert outcome.log
    assert outcome.seconds >= 0
    assert all(wait.reason and wait.gives_up > wait.next_look > wait.since for wait in waits)


def test_a_commit_that_is_refused_says_why_in_its_last_lines(commits):
    outcome = commits.decides(commits.makes("refused"))[-1]
    assert outcome.passed is False
    assert "1 test failed" in outcome.last_lines
    assert b"1 test failed" in outcome.log


def test_what_is_not_decided_is_waited_for_and_says_until_when(commits):
    began = datetime.now(UTC)
    wait = commits.gate.outcome(commits.makes("undecided"), Look(began, began))
    assert isinstance(wait, Wait)
    assert wait.reason
    assert began < wait.next_look < wait.gives_up


def test_one_commit_says_nothing_of_another_and_each_may_be_asked_again(commits):
    refused, passed = commits.makes("refused"), commits.makes("passed")
    assert [commits.decides(commit)[-1].passed for commit in (refused, passed, refused)] == [False, True, False]
