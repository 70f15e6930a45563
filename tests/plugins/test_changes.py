"""The task that tells what changes: no fault of it fails a push."""

from types import SimpleNamespace

import pytest

from include.domain.changes.report import Told
from include.domain.errors import BadInput, Final, Retryable
from include.domain.push import Push
from plugins import wiring
from plugins.links.archived import CHANGES, ChangesLink
from plugins.operators.changes import TellChanges
from tests.plugins.context import BEGAN, Ports, Task

PUSH = Push("api-1", "api", "prod", "patch", "c" * 40, "prod", "api-c", "", "Ada", BEGAN)
PAGE = "https://s3.example.com/serin/pushes/api/api-1/changes.html"


@pytest.fixture
def ports(monkeypatch):
    ports = Ports()
    for port in ("branches", "images", "clusters", "tickets"):
        setattr(ports, port, SimpleNamespace())
    ports.regions = ["us-east-1"]
    monkeypatch.setattr(wiring, "ports", lambda *_: ports)
    return ports


def executed(monkeypatch, answer):
    def tell(push, service, look, branches, images, clusters, archive, tickets):
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("include.steps.changes.tell.tell_changes", tell)
    task = Task("changes")
    handed_on = TellChanges(task_id="changes", service="api", push=PUSH).execute(task.context)
    return task, handed_on


def test_the_push_is_handed_on_and_the_room_hears_what_changes_and_where_it_can_be_read(ports, monkeypatch):
    task, handed_on = executed(monkeypatch, Told("12 commits of 4 people, 3 libraries up", PAGE, "Jira did not answer"))
    assert handed_on == PUSH
    assert task.says == f"12 commits of 4 people, 3 libraries up: {PAGE}; Jira did not answer"
    assert str(ports.chat.room[-1]).endswith(task.says)
    assert task.xcoms["changes", CHANGES] == PAGE


@pytest.mark.parametrize("error", [BadInput("no"), Final("no"), Retryable("down"), KeyError("a bug")], ids=repr)
def test_no_fault_of_it_fails_the_push(ports, monkeypatch, error):
    task, handed_on = executed(monkeypatch, error)
    assert handed_on == PUSH
    assert "what changes cannot be told" in task.says
    assert ("changes", CHANGES) not in task.xcoms


def test_a_port_that_cannot_even_be_made_fails_no_push(ports, monkeypatch):
    del ports.tickets
    assert executed(monkeypatch, Told("", ""))[1] == PUSH


@pytest.mark.parametrize(("kept", "link"), [(PAGE, PAGE), (None, ""), ("javascript:alert(1)", ""), ("memory://x", "")])
def test_the_button_of_the_task_opens_the_page_that_it_wrote_and_nothing_else(kept, link):
    task = Task("changes")
    task.xcoms["changes", CHANGES] = kept
    assert ChangesLink().get_link(None, ti_key=task.ti) == link
