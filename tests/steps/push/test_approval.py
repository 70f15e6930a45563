"""What a person is shown, how long they have, and what they said."""

import json
from datetime import timedelta

import pytest

from include.domain.approval import Answer, Approval
from include.domain.errors import NotApproved, Refused, Retryable
from include.domain.looks import Look, Wait
from include.domain.peak_windows import Market
from include.steps.lease import lease_key
from include.steps.push.approval import approval, evidence
from tests.steps.ready import HERE, ready
from tests.world.declared import MARKETS, elsewhere
from tests.world.squeezed import squeezed

WEEKLY = {"day": "tue", "at": "10:00", "users": ["ada"], "answer_hours": 24, "remind_hours": 2}
DECLARED = {"environments": elsewhere("staging"), "weekly": WEEKLY, "time_scale": 1, "time_zero": None}
QUIET = {name: Market(name, "UTC") for name in MARKETS}
LINK = "http://airflow/approve"
HOURS = timedelta(hours=1)


@pytest.fixture
def asked():
    """A push that waits for somebody, asked so many hours ago."""
    world, flow = ready(**DECLARED)
    push = flow.pushed_commit()

    def ask(hours=0.0, answer=None):
        look = Look(world.now, world.now - hours * HOURS)
        return approval(push, answer, LINK, world.service, look, world.leases)
    return ask


def test_at_first_the_room_is_told_where_to_click_and_looks_again_when_it_is_to_be_reminded(asked):
    waits = asked()
    assert isinstance(waits, Wait)
    assert waits.in_the_room
    assert waits.reason.startswith("a person is needed: ")
    assert waits.reason.endswith(f"until Wed 10:01 UTC: {LINK}")
    assert waits.next_look - waits.since == 22 * HOURS
    assert waits.gives_up - waits.since == 24 * HOURS


def test_before_the_time_is_over_the_room_is_reminded_once(asked):
    waits = asked(22)
    assert waits.in_the_room
    assert waits.reason.startswith("still nobody said go or no: after Tue 12:01 UTC nothing is pushed")
    assert waits.next_look == waits.gives_up == waits.since + 24 * HOURS


def test_nobody_s_silence_is_no_go(asked):
    with pytest.raises(NotApproved, match=r"^nobody answered in 24 h; nothing was pushed$"):
        asked(24)


def test_who_said_go_and_when_is_handed_on(asked):
    world, _ = ready()
    assert asked(3, Answer(True, "ada", world.now, "fine")) == Approval(
        "api-20261103T100000-abc123", "ada", world.now, "fine")


def test_an_answer_that_came_in_time_counts_also_where_it_is_read_late(asked):
    world, _ = ready()
    assert asked(30, Answer(True, "ada", world.now - 7 * HOURS)).by == "ada"


def test_no_ends_it_with_who_when_and_why(asked):
    world, _ = ready()
    with pytest.raises(NotApproved, match=r"^rejected by ada at Tue 10:01 UTC: the demo is today; nothing was pushed$"):
        asked(1, Answer(False, "ada", world.now, "the demo is today"))
    with pytest.raises(NotApproved, match=r"^rejected by ada at Tue 10:01 UTC; nothing was pushed$"):
        asked(1, Answer(False, "ada", world.now))


def test_while_it_waits_the_lease_of_the_canary_s_region_is_free():
    world, flow = ready(**DECLARED)
    push = flow.pushed_commit()
    key = lease_key("api", "prod", HERE)
    world.leases.take(key, push.id, world.now)
    approval(push, None, LINK, world.service, world.look(), world.leases)
    assert key not in world.leases.held
    world.leases.take(key, "another", world.now)
    approval(push, None, LINK, world.service, world.look(), world.leases)
    assert world.leases.held[key].owner == "another"


def seen(world, push):
    return evidence(push, world.service, QUIET, world.look(), world.branches, world.archive, "http://airflow/run",
                    world.clusters, world.metrics)


def judged(world, push):
    verdict = {"push_id": push.id, "decision": "go", "score": 98.0, "reason": "go: score 98", "metrics": 3,
               "report": "http://archive/canary.html"}
    world.archive.put(f"pushes/api/{push.id}/readings.json", json.dumps({"verdict": verdict}).encode(), "")


def test_what_there_is_to_decide_by_is_the_score_the_commit_the_pages_and_the_slots():
    world, flow = ready(**DECLARED)
    push = flow.pushed_commit()
    judged(world, push)
    found = seen(world, push)
    assert (found.score, found.reason, found.author) == (98.0, "go: score 98", "Ada")
    assert found.subject == world.branches.commit(push.commit).subject
    assert found.pages == (("Canary report", "http://archive/canary.html"), ("The push", "http://airflow/run"))
    assert [slot.region for slot in found.slots] == list(world.regions)


def test_what_changes_is_told_and_its_page_linked_where_it_is_kept():
    world, flow = ready(**DECLARED)
    push = flow.pushed_commit()
    judged(world, push)
    flow.changes(push)
    found = seen(world, push)
    assert ("What changes", f"memory://pushes/api/{push.id}/changes.html") in found.pages
    assert found.changes.startswith("1 commit of 1 person")


def test_what_would_change_of_the_scaling_is_shown_before_anybody_says_go():
    world, flow = ready(**DECLARED, scaling={})
    push = flow.pushed_commit()
    judged(world, push)
    squeezed(world, push, 40.0, report="http://archive/squeeze.html")
    found = seen(world, push)
    assert found.scaling[0].startswith("us-east-1: policy serin-requests from none to 1,680 requests a minute")
    assert found.scaling[2].startswith("us-east-1: minimum stays at 2: too little history")
    assert ("Squeeze", "http://archive/squeeze.html") in found.pages
    assert world.clusters[HERE].policies("api-prod-v041") == [], "nothing is changed yet"


def test_a_region_whose_scaling_cannot_be_told_keeps_nobody_from_deciding(monkeypatch):
    world, flow = ready(**DECLARED, scaling={})
    push = flow.pushed_commit()
    judged(world, push)

    def down(asg):
        raise Retryable("throttled")

    monkeypatch.setattr(world.clusters[HERE], "policies", down)
    assert seen(world, push).scaling == ("us-east-1: scaling cannot be told now: throttled",)


def test_without_declared_scaling_nothing_is_said_of_it():
    world, flow = ready(**DECLARED)
    push = flow.pushed_commit()
    judged(world, push)
    assert seen(world, push).scaling == ()


def test_without_a_score_nobody_is_asked():
    world, flow = ready(**DECLARED)
    with pytest.raises(Refused, match="has no score"):
        seen(world, flow.pushed_commit())
