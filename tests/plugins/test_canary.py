"""The canary's last task."""

from datetime import timedelta
from types import SimpleNamespace

from include.domain.looks import Look, Wait
from include.domain.push import Push
from plugins.operators.canary import STOPPED_TASKS_END_WITHIN, Retire
from plugins.operators.step import Visit
from tests.plugins.context import BEGAN, Task

PUSH = Push("api-1", "api", "prod", "patch", "c" * 40, "prod", "api-c", "", "Ada", BEGAN)


def retire(task, after, monkeypatch):
    monkeypatch.setattr("include.steps.canary.life.retire", lambda push: None)
    task.xcoms["start_push", "return_value"] = PUSH
    visit = Visit(SimpleNamespace(environment="prod"), Look(BEGAN + after, BEGAN), PUSH.id, task.context)
    return Retire(task_id="retire", service="api", region="us-east-1").step(visit)


def test_nothing_is_retired_while_a_stopped_task_may_still_launch_it(monkeypatch):
    task = Task("canary.retire")
    task.states = {"canary.launch": "failed"}
    assert isinstance(retire(task, timedelta(), monkeypatch), Wait)
    assert retire(task, STOPPED_TASKS_END_WITHIN, monkeypatch) is None


def test_after_a_no_go_it_is_retired_at_once(monkeypatch):
    task = Task("canary.retire")
    task.states = {"canary.score": "failed"}
    task.xcoms["canary.score", "failed"] = "no-go: 90"
    assert retire(task, timedelta(), monkeypatch) is None
