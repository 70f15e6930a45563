"""The squeeze's task: it remembers from look to look, and lets go where it is stopped."""

from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowTaskTerminated

from include.domain.looks import Wait
from plugins import wiring
from plugins.operators import step
from plugins.operators.squeeze import Squeeze
from tests.plugins.context import BEGAN, Clock, Ports, Task

CANARY = SimpleNamespace(push_id="api-1", score=None, reason="carries 80", report="")


@pytest.fixture
def told(monkeypatch):
    """A task of a squeeze, what its looks remember, and who was let go."""
    clock, said = Clock(), SimpleNamespace(looks=[], let_go=[], answers=[])
    monkeypatch.setattr(wiring, "ports", lambda *_: Ports())
    monkeypatch.setattr(step, "now", clock)
    monkeypatch.setattr("plugins.operators.squeeze.now", clock)
    monkeypatch.setattr(step, "sleep", clock.sleep)

    def look(canary, squeezing, look):
        said.looks.append(squeezing)
        answer = said.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        squeezing.began = BEGAN
        return answer or Wait("squeezes", look.since, look.now + step.SLEEPS_AT_LEAST)

    monkeypatch.setattr("include.steps.squeeze.live.squeeze", look)
    monkeypatch.setattr("include.steps.squeeze.live.let_go", lambda canary: said.let_go.append(canary))
    said.task = Squeeze(task_id="squeeze", service="api", region="us-east-1", canary=CANARY)
    said.task.gives_way = False
    return said


def test_it_keeps_its_worker_and_remembers(told):
    told.answers = [None, None, CANARY]

    assert told.task.execute(Task("canary.squeeze").context) is CANARY
    assert len({id(squeezing) for squeezing in told.looks}) == 1
    assert told.let_go == []


@pytest.mark.parametrize("stopped", [AirflowTaskTerminated("stopped"), RuntimeError("a fault")], ids=str)
def test_where_it_is_stopped_or_fails_the_weights_go_back(told, stopped):
    told.answers = [None, stopped]

    with pytest.raises(type(stopped)):
        told.task.execute(Task("canary.squeeze").context)
    assert told.let_go == [CANARY]


def test_before_it_began_there_is_nothing_to_let_go(told):
    told.answers = [AirflowTaskTerminated("stopped")]

    with pytest.raises(AirflowTaskTerminated):
        told.task.execute(Task("canary.squeeze").context)
    assert told.let_go == []


def test_that_it_cannot_be_let_go_hides_no_reason(told, monkeypatch):
    def fails(canary):
        raise OSError("no network")

    monkeypatch.setattr("include.steps.squeeze.live.let_go", fails)
    told.answers = [None, AirflowTaskTerminated("stopped")]

    with pytest.raises(AirflowTaskTerminated):
        told.task.execute(Task("canary.squeeze").context)
