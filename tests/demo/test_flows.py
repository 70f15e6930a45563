"""How each flow of the demo begins, and the question that a weekly push puts."""

import pytest

from include.demo import flows
from include.demo.flows import APPROVE, FLOWS, Question
from include.demo.push_story import PushStory
from include.demo.side_by_side import SideBySide
from include.demo.stage import PUSH_DAG, WEEKLY_DAG
from include.domain.errors import Final
from include.domain.push import Event, PushEnd
from tests.demo.test_feed import AT

COMMIT = "c" * 40


class Record:
    def __init__(self, end=PushEnd.SUCCESS, commit=COMMIT):
        self.end, self.commit = end, commit
        self.regions = "us-west-2" if end == PushEnd.SUCCESS else ""


class Feed:
    """Pushes with their records; None where one has not ended."""

    def __init__(self, **records):
        self.records = records

    def pushes(self):
        return sorted(self.records)

    def record(self, push_id):
        return self.records[push_id]

    def story(self, push_id):
        return PushStory((Event(push_id, AT, "t", "", "done", push_id),))


class Stage:
    """What the demo asks of its stage; its runs, and itself as Airflow."""

    def __init__(self, feed=None, tasks=None):
        self.kept, self.found, self.done = feed, tasks or {}, []
        self.runs = self.home = self
        self.address = "http://airflow"

    def feed(self, *environments):
        assert environments == ("staging",)
        return self.kept

    def check(self): ...

    def trigger(self, dag, conf, run_id):
        self.done.append((dag, conf))

    def tasks(self, dag, run_id):
        return self.found

    def answer(self, *answer):
        self.done.append(answer)


def test_a_weekly_push_is_started_when_staging_runs_the_commit():
    stage, told = Stage(Feed(another=Record(commit="d" * 40), ours=Record())), []
    FLOWS["weekly"].begin(stage, COMMIT, told.append)
    assert stage.done == [(WEEKLY_DAG, {"reason": "the demo's weekly push"})]
    assert "staging runs cccccccccccc" in told[-1]


def test_what_did_not_come_to_staging_is_no_weekly_push(monkeypatch):
    stage = Stage(Feed(ours=Record(PushEnd.FAILURE_CLEAN)))
    with pytest.raises(Final, match="staging does not run cccccccccccc, so there is nothing for a weekly push"):
        FLOWS["weekly"].begin(stage, COMMIT, lambda _: None)
    monkeypatch.setattr(flows, "STAGING_SECONDS", 0)
    with pytest.raises(TimeoutError, match="did not come to staging"):
        FLOWS["weekly"].begin(Stage(Feed(ours=None)), COMMIT, lambda _: None)
    assert stage.done == []


@pytest.mark.parametrize("name", ["patch", "test", "release"])
def test_the_other_flows_begin_by_themselves(name):
    stage = Stage()
    FLOWS[name].begin(stage, COMMIT, lambda _: None)
    assert stage.done == []


@pytest.mark.parametrize(("once", "answers"), [(False, 0), (True, 1)])
def test_a_question_is_told_once_with_its_address_and_nobody_answers_for_a_person(once, answers):
    stage, told = Stage(tasks={APPROVE: None}), []
    question = Question(stage, FLOWS["weekly"], told.append, once)
    question.look("run", "running")
    assert told == []
    stage.found = {APPROVE: "awaiting_input"}
    for _ in range(3):
        question.look("run", "running")
    assert f"http://airflow/dags/{WEEKLY_DAG}/runs/run/tasks/approve/required_actions" in told[0]
    assert len(told) == 1 + answers
    assert [answer[:4] for answer in stage.done] == [(WEEKLY_DAG, "run", "approve", "Reject")] * answers


def test_a_patch_push_asks_nobody():
    question = Question(Stage(tasks={APPROVE: "awaiting_input"}), FLOWS["patch"], pytest.fail, once=True)
    question.look("run", "running")
    assert FLOWS["patch"].dag == PUSH_DAG


def side_by_side(integration, staging):
    return SideBySide({"integration": Feed(**{"api-1-integration": integration}),
                       "staging": Feed(**{"api-1-staging": staging})})


@pytest.mark.parametrize(("integration", "staging", "end"), [
    (PushEnd.SUCCESS, PushEnd.SUCCESS, PushEnd.SUCCESS),
    (PushEnd.SUCCESS, PushEnd.FAILURE_CLEAN, PushEnd.FAILURE_CLEAN),
    (PushEnd.FAILURE_DIRTY, PushEnd.FAILURE_CLEAN, PushEnd.FAILURE_DIRTY)])
def test_deploys_side_by_side_end_as_the_worst_of_them(integration, staging, end):
    both = side_by_side(Record(integration), Record(staging))
    assert both.pushes() == ["api-1"]
    assert both.record("api-1").end == both.record("api-1-staging").end == end
    assert {event.text for event in both.story("api-1").events} == {"api-1-integration", "api-1-staging"}


def test_deploys_side_by_side_have_ended_when_each_has():
    assert side_by_side(Record(), None).record("api-1") is None
