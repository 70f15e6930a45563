"""What the bot answers, from a world whose push it has seen; and whom it obeys."""

from dataclasses import replace
from datetime import timedelta

import pytest

from include.chat_bot.answers import Answers, Sources
from include.chat_bot.room import Heard
from include.domain.announcements import Kind, announcement
from include.domain.errors import Refused, Retryable
from include.domain.peak_windows import Market
from include.steps.push.hold import hold
from tests.stories.flow import Flow
from tests.world.declared import MARKETS, REGIONS, service
from tests.world.world import World

ADA = "ada@example.org"


class Stage:
    """A world, and everything that was asked of Airflow."""

    def __init__(self, **chat):
        settings = {"kind": "xmpp", "room": "api@rooms", "connection": "chat", "may_act": [ADA]} | chat
        self.world = World(service(chat=settings))
        self.flow, self.started, self.said = Flow(self.world), [], []
        world = self.world
        quiet = {name: Market(name, "UTC") for name in MARKETS}
        self.places = {("prod", region): port for region, port in world.clusters.items()}
        self.ask = Sources(world.archive, world.leases, world.branches, world.images, self.places, quiet, self.start)
        self.answers = Answers(self.flow.service, self.ask, lambda: world.now)

    def start(self, dag, conf):
        self.started.append((dag, conf))
        return f"http://airflow/dags/{dag}/runs/1"

    def announce(self, text, kind, about="api-20261103T100000-abc123"):
        at = self.world.now + timedelta(seconds=len(self.said))
        self.said.append(announcement("api", about, "finish_push", kind, text, at))

    def asks(self, text, account=ADA, who="Ada"):
        return self.answers.answer(Heard(text, who, account, None), self.said)


def test_the_status_is_what_runs_in_every_region_and_what_is_on_its_way():
    stage = Stage()
    stage.announce("commit 1 is on its way", Kind.START)
    answer = stage.asks("status")
    assert [line.partition(":")[0] for line in answer.splitlines()[:3]] == list(REGIONS)
    assert "api-prod-v041" in answer
    assert "4 in service" in answer
    assert answer.endswith("commit 1 is on its way")
    stage.announce("Success", Kind.FINISH)
    assert stage.asks("status").endswith("nothing is on its way")


def test_a_region_that_does_not_answer_hides_no_other():
    stage = Stage()
    stage.world.clusters[REGIONS[1]].asgs = down
    answer = stage.asks("status").splitlines()
    assert answer[1] == f"{REGIONS[1]}: does not answer: no answer"
    assert "api-prod-v041" in answer[2]


def down(*_):
    raise Retryable("no answer")


def test_the_history_has_the_last_five_pushes_the_newest_first_and_no_deploys():
    stage = Stage()
    for number in range(7):
        stage.announce(f"Success {'x' * number}", Kind.FINISH, f"api-20261103T10000{number}-abc123")
    stage.announce("Success", Kind.FINISH, "api-staging-20261103T110000-abc123")
    lines = stage.asks("history").splitlines()
    assert [line.rpartition(" ")[2].count("x") for line in lines] == [6, 5, 4, 3, 2]
    assert Stage().asks("history") == "no push ended in this month or the last"


def test_why_is_the_last_verdict_with_its_page():
    stage = Stage()
    assert stage.asks("why") == "no canary was judged in this month or the last"
    stage.world.branches.push("prod", "a fix")
    stage.flow.push()
    stage.announce("Success", Kind.FINISH, stage.flow.push_id)
    stage.announce("commit 2 is on its way", Kind.START, "api-20261103T110000-ffffff")
    answer = stage.asks("why")
    assert answer.startswith(f"{stage.flow.push_id}: go: score ")
    assert "canary.html" in answer


def test_the_next_slot_is_told_for_every_region():
    answer = Stage().asks("next slot")
    assert [line.partition(":")[0] for line in answer.splitlines()] == list(REGIONS)
    assert answer.splitlines()[0].startswith(f"{REGIONS[0]}: now")


def test_who_may_act_and_who_holds_what():
    stage = Stage()
    assert stage.asks("who") == f"{ADA} may hold, resume and roll back here\nnothing is on its way"
    stage.world.leases.take(f"api/prod/{REGIONS[0]}", "api-1", stage.world.now)
    assert f"api/prod/{REGIONS[0]}:" in stage.asks("who")


def test_where_is_told_of_a_commit_and_of_a_ticket():
    stage = Stage()
    commit = stage.world.branches.push("prod", "PROJ-1: faster")
    for asked in (commit[:10], "PROJ-1"):
        answer = stage.asks(f"where {asked}")
        assert "PROJ-1: faster" in answer
        assert f"prod, {REGIONS[0]}: none of 4 instances" in answer
    assert stage.asks("where") == "where is what? Give a commit or a ticket"
    assert "is no commit and no ticket" in stage.asks("where my socks")


def test_what_nobody_knows_is_answered_with_what_is_known():
    assert "roll back <region>" in Stage().asks("make me a sandwich")


@pytest.mark.parametrize(("text", "dag", "conf"), [
    ("hold the database moves", "api_hold", {"reason": f"the database moves (asked for by {ADA} in the room)"}),
    ("resume", "api_resume", {"reason": f"no reason given (asked for by {ADA} in the room)"}),
    (f"roll back {REGIONS[2]} it is slow", "api_roll_back",
     {"reason": f"it is slow (asked for by {ADA} in the room)", "regions": [REGIONS[2]]})])
def test_a_declared_person_is_obeyed_through_airflow_and_named_in_the_record(text, dag, conf):
    stage = Stage()
    assert f"http://airflow/dags/{dag}/runs/1" in stage.asks(text)
    assert stage.started == [(dag, conf)]


@pytest.mark.parametrize(("account", "says"), [("", "does not show me who you are"),
                                               ("eve@example.org", "eve@example.org is not declared in chat.may_act")])
@pytest.mark.parametrize("text", ["hold", "resume", f"roll back {REGIONS[0]}"])
def test_nobody_else_is_whatever_their_nick(account, says, text):
    stage = Stage()
    assert says in stage.asks(text, account, who=ADA)
    assert not stage.started


def test_an_unknown_region_is_not_rolled_back():
    stage = Stage()
    assert stage.asks("roll back mars-1") == f"roll back where? There are {', '.join(REGIONS)}"
    assert not stage.started


def test_a_long_reason_is_cut_to_what_the_form_takes():
    stage = Stage()
    stage.asks(f"hold {'x' * 1000}")
    assert len(stage.started[0][1]["reason"]) == 300


def test_what_airflow_refuses_is_said():
    stage = Stage()

    def refuses(*_):
        raise Refused("Airflow answered 403")
    stage.answers = Answers(stage.flow.service, replace(stage.ask, start=refuses), lambda: stage.world.now)
    assert stage.asks("hold it") == "that could not be answered now: Airflow answered 403"


def test_a_service_that_is_held_back_says_so_in_its_status():
    stage = Stage()
    hold("Grace", "the database moves", stage.flow.service, "prod", stage.world.now, stage.world.leases)
    assert "held back in prod by Grace" in stage.asks("status")
