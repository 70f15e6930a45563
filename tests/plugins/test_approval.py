"""The question to a person as Airflow is told it: once, and its answer is never lost."""

import json
from datetime import timedelta

import pytest
from airflow.sdk.exceptions import AirflowFailException, TaskAwaitingInput

from include.domain.push import Push
from plugins import wiring
from plugins.operators import approval, step
from plugins.operators.approval import GO, NO, Approve
from tests.plugins.context import BEGAN, Clock, Task
from tests.world.declared import MARKETS, elsewhere, service
from tests.world.world import World

WEEKLY = {"day": "tue", "at": "10:00", "users": ["ada"], "answer_hours": 24, "remind_hours": 2}
HOURS = timedelta(hours=1) / 480
TIMED_OUT = {"error": "The response timeout has passed", "error_type": "timeout"}
PUSH = Push("api-1", "api", "prod", "weekly", "", "release", "api-x", "the weekly push", "the timetable", BEGAN)


def answer(chosen, by="ada", **more):
    return {"chosen_options": [chosen], "params_input": {}, "responded_at": BEGAN + 3 * HOURS, "timedout": False,
            "responded_by_user": {"id": by, "name": by}} | more


class Asked:
    """One task that asks: `asked` are the questions that Airflow was told."""

    def __init__(self, monkeypatch):
        world = World(service(environments=elsewhere("staging"), weekly=WEEKLY))
        push = Push(**vars(PUSH) | {"commit": world.branches.head("release")})
        verdict = {"push_id": push.id, "decision": "go", "score": 98.0, "reason": "go", "metrics": 3}
        self.clock, self.asked, self.room = Clock(), [], world.chat.room
        self.task = Task("approve")
        self.task.ti.id = "1"
        self.task.ti.map_index = -1
        self.task.xcoms["build_ami", "return_value"] = push
        ports = wiring.Ports(world.service, "prod", "")
        vars(ports).update(world.ports() | {"chat": world.chat, "runs": world.dag_runs})
        markets = {name: wiring.Market(name, "UTC") for name in MARKETS}
        monkeypatch.setattr(wiring.Ports, "markets", markets)
        monkeypatch.setattr(wiring, "ports", lambda *_: ports)
        monkeypatch.setattr(step, "now", self.clock)
        monkeypatch.setattr(approval, "upsert_hitl_detail", lambda **question: self.asked.append(question))
        self.push_id = step.push_id("api", self.task.context)
        world.archive.put(f"pushes/api/{self.push_id}/readings.json", json.dumps({"verdict": verdict}).encode(), "")

    def wakes(self, event=None):
        """A fresh worker takes the task up, with what Airflow woke it with; what it parks with, or its value."""
        operator = Approve(task_id="approve", service="api")
        self.task.context["task"] = operator
        try:
            return operator.look_again(self.task.context, event, "") if event else operator.execute(self.task.context)
        except TaskAwaitingInput as parked:
            return getattr(operator, parked.method_name) and parked.timeout


@pytest.fixture
def asked(monkeypatch):
    return Asked(monkeypatch)


def test_airflow_is_told_the_question_who_may_answer_and_when_to_wake_it(asked):
    assert asked.wakes() == 22 * HOURS
    [question] = asked.asked
    assert (question["options"], question["assigned_users"]) == ([GO, NO], [{"id": "ada", "name": "ada"}])
    assert question["subject"].startswith("Push api ")
    assert question["params"]["comment"]["schema"]["type"] == ["null", "string"], "else the page demands a comment"
    assert "defaults" not in question, "a default would be taken for an answer"


def test_woken_to_remind_it_does_not_ask_again_which_would_wipe_out_an_answer_that_comes_just_then(asked):
    asked.wakes()
    asked.clock.now += 22 * HOURS
    assert asked.wakes(TIMED_OUT) == 2 * HOURS
    assert len(asked.asked) == 1


def test_woken_at_the_end_nothing_is_pushed(asked):
    asked.wakes()
    asked.clock.now += 24 * HOURS
    with pytest.raises(AirflowFailException, match="nobody answered in 24 h"):
        asked.wakes(TIMED_OUT)


def test_the_answer_is_kept_so_that_whoever_tries_again_does_not_ask_again(asked):
    asked.wakes()
    first = asked.wakes(answer(GO))
    assert (first.by, first.at, first.push_id) == ("ada", BEGAN + 3 * HOURS, asked.push_id)
    assert asked.wakes() == first
    assert len(asked.asked) == 1


def test_a_person_who_clears_the_task_is_asked_anew(asked):
    asked.wakes()
    with pytest.raises(AirflowFailException, match="rejected by ada"):
        asked.wakes(answer(NO))
    asked.task.ti.max_tries += 1
    assert asked.wakes() == 22 * HOURS
    assert len(asked.asked) == 2


def test_a_comment_is_kept_as_text(asked):
    asked.wakes()
    comment = "<b>{{ go }}</b>"
    assert asked.wakes(answer(GO, params_input={"comment": comment})).comment == comment


def test_a_question_that_airflow_forgot_is_put_again_with_the_time_that_is_left(asked):
    asked.wakes()
    asked.clock.now += 20 * HOURS
    assert asked.wakes() == 2 * HOURS
    assert len(asked.asked) == 2
