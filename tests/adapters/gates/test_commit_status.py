"""What a forge's commit statuses and checks come to, asked over real HTTP."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from include.adapters.gates.commit_status import CommitStatusGates
from include.adapters.http import client
from include.domain.declared.gates import StatusGate
from include.domain.errors import BadInput, GaveUp
from include.domain.gates import Outcome
from include.domain.looks import Look, Wait
from tests.adapters.gates.forge_server import forge

BEGAN = datetime(2026, 11, 3, 10, tzinfo=UTC)
COMMIT = "ab" * 20
HOUR = timedelta(hours=1)


@pytest.fixture
def served():
    with forge() as (made, url):
        made.url = url
        yield made


@pytest.fixture
def gates(served):
    return gates_of(served.url, "github")


def gates_of(url, kind, **changed):
    connection = SimpleNamespace(conn_id="forge", conn_type="http", host=url, schema=None, port=None, login=None,
                                 password=None, extra_dejson={"token": "s3cret"})
    gate = StatusGate.model_validate({"name": "unit", "kind": "commit_status", "forge": kind, "connection": "forge",
                                      "repository": "example/api", "check": "ci/test"} | changed)
    return CommitStatusGates(gate, client(connection), HOUR)


def look(gates, minutes=0.0):
    return gates.outcome(COMMIT, Look(BEGAN + timedelta(minutes=minutes), BEGAN))


# --- GitHub

@pytest.mark.parametrize(("state", "passed"), [("success", True), ("failure", False), ("error", False)])
def test_a_status_decides_and_is_quoted_with_its_address(gates, served, state, passed):
    served.status(COMMIT, state, description="2 of 400 failed", target_url="https://ci.example/7")
    found = look(gates, 3)
    assert isinstance(found, Outcome)
    assert (found.passed, found.reason, found.last_lines, found.address, found.seconds) == (
        passed, f"'ci/test' is {state}", "2 of 400 failed", "https://ci.example/7", 180)


@pytest.mark.parametrize(("conclusion", "passed"), [
    ("success", True), ("failure", False), ("neutral", False), ("cancelled", False), ("skipped", False),
    ("timed_out", False), ("action_required", False), ("stale", False), ("startup_failure", False)])
def test_of_a_check_only_success_passes(gates, served, conclusion, passed):
    served.check(COMMIT, "completed", conclusion, html_url="https://github.example/runs/1")
    found = look(gates)
    assert (found.passed, found.reason) == (passed, f"'ci/test' is {conclusion}")


@pytest.mark.parametrize("word", ["queued", "in_progress", "waiting", "requested", "pending"])
def test_a_check_that_is_not_completed_is_waited_for(gates, served, word):
    served.check(COMMIT, word)
    waits = look(gates)
    assert isinstance(waits, Wait)
    assert (waits.reason, waits.gives_up) == (f"'ci/test' of {COMMIT[:12]} is {word}", BEGAN + HOUR)


def test_a_status_that_is_pending_for_long_is_looked_at_less_often_and_given_up_at_the_limit(gates, served):
    served.status(COMMIT, "pending")
    pauses = [look(gates, minutes).next_look - (BEGAN + timedelta(minutes=minutes)) for minutes in (0, 2, 20)]
    assert pauses == [timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=1)]
    with pytest.raises(GaveUp, match=r"gave up after 1:00:00: 'ci/test' of abababababab is pending"):
        look(gates, 60)


def test_what_other_names_say_is_ignored_and_named_while_ours_is_missing(gates, served):
    served.status(COMMIT, "failure", context="ci/lint")
    served.check(COMMIT, "completed", "failure", name="ci/test ")
    waits = look(gates)
    assert isinstance(waits, Wait)
    assert waits.reason == "127.0.0.1 (example/api) has no 'ci/test' of abababababab yet, but 'ci/lint', 'ci/test '"


def test_no_status_at_all_is_waited_for_and_never_passed(gates):
    assert look(gates).reason.endswith("yet, but nothing at all")
    with pytest.raises(GaveUp, match="nothing at all"):
        look(gates, 61)


def test_of_a_status_and_a_check_of_one_name_both_must_pass(gates, served):
    served.status(COMMIT, "success")
    served.check(COMMIT, "in_progress")
    assert isinstance(look(gates), Wait)
    served.checks.clear()
    served.check(COMMIT, "completed", "success")
    served.check(COMMIT, "completed", "failure")
    assert look(gates).passed is False


def test_a_status_on_the_second_page_is_found(gates, served):
    served.status(COMMIT, "success")
    for number in range(150):
        served.status(COMMIT, "failure", context=f"ci/{number}")
    assert look(gates).passed


def test_the_token_is_sent_and_no_more_is_asked_than_needed(gates, served):
    served.status(COMMIT, "success")
    look(gates)
    assert [headers["Authorization"] for _, headers in served.asked] == ["Bearer s3cret"] * 2


# --- a forge that does not answer

@pytest.mark.parametrize(("answer", "says"), [
    ((503, {}, "<h1>Unicorn!</h1>"), "HTTP 503: <h1>Unicorn!</h1>"),
    ((429, {}, "slow down"), "HTTP 429: slow down"),
    ((403, {"x-ratelimit-remaining": "0"}, "rate limit"), "HTTP 403: rate limit"),
    ((403, {"retry-after": "60"}, "secondary limit"), "HTTP 403: secondary limit"),
    ((422, {}, "No commit found for SHA"), "HTTP 422: No commit found for SHA"),
    ((200, {}, "<html>"), "its answer is no JSON: <html>"),
])
def test_a_forge_that_is_down_or_too_busy_is_waited_for_and_its_answer_counts_when_it_is_back(
        gates, served, answer, says):
    served.status(COMMIT, "success")
    served.answers = [answer]
    waits = look(gates)
    assert isinstance(waits, Wait)
    assert waits.reason == f"127.0.0.1 (example/api) cannot be asked: {says}"
    assert look(gates, 1).passed


def test_a_forge_that_cannot_be_reached_until_the_limit_is_given_up_with_why():
    with forge() as (_, url):
        pass
    gates = gates_of(url, "github")
    assert "cannot be asked: ConnectError" in look(gates).reason
    with pytest.raises(GaveUp, match="ConnectError"):
        look(gates, 60)


@pytest.mark.parametrize(("answer", "says"), [
    ((401, {}, "Bad credentials"), "127.0.0.1 refuses: HTTP 401: Bad credentials; the connection needs a token"),
    ((403, {}, "Resource not accessible"), "127.0.0.1 refuses: HTTP 403: Resource not accessible; the connection"),
    ((404, {}, "Not Found"), f"127.0.0.1 has no /repos/example/api/commits/{COMMIT}/status: HTTP 404: Not Found"),
    ((301, {"location": "https://evil.example"}, "Moved"), "HTTP 301: Moved"),
    ((200, {}, "[]"), r"answers unlike github: TypeError"),
    ((200, {}, '{"statuses": [{"state": 1}]}'), r"answers unlike github: KeyError"),
])
def test_what_waiting_cannot_mend_is_refused_at_once_without_the_token(gates, served, answer, says):
    served.answers = [answer]
    with pytest.raises(BadInput, match=says) as refused:
        look(gates)
    assert "s3cret" not in str(refused.value)


def test_what_others_wrote_is_shown_shortened_and_leads_nowhere_but_to_the_web(gates, served):
    served.status(COMMIT, "failure", description="\x1b[31m" + "x" * 5000, target_url="javascript:alert(1)")
    found = look(gates)
    assert found.address == ""
    assert found.last_lines.isprintable()
    assert len(found.last_lines) < 300


# --- GitLab

@pytest.mark.parametrize(("word", "passed"), [("success", True), ("failed", False), ("canceled", False),
                                              ("skipped", False)])
def test_a_status_of_gitlab_decides(served, word, passed):
    served.job(COMMIT, word)
    assert look(gates_of(served.url, "gitlab")).passed is passed
    assert served.asked[0][0].startswith("/api/v4/projects/example%2Fapi/repository/commits/")


@pytest.mark.parametrize("word", ["created", "pending", "running", "manual", "scheduled", "preparing"])
def test_a_status_of_gitlab_that_is_not_decided_is_waited_for(served, word):
    served.job(COMMIT, word)
    assert isinstance(look(gates_of(served.url, "gitlab")), Wait)


def test_of_several_of_one_name_the_newest_of_gitlab_counts(served):
    served.job(COMMIT, "failed", id=7)
    served.job(COMMIT, "success", id=9)
    served.job(COMMIT, "failed", id=8)
    assert look(gates_of(served.url, "gitlab")).passed
