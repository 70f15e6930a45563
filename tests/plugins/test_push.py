"""What a run was asked to push, and what is known of its failures at the end."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from include.domain.errors import BadInput
from include.domain.push import PushEnd, PushRecord
from plugins.operators.failures import was_stopped, what_failed
from plugins.operators.push import PATCH_FORM, FinishPush, asked_for, refuse_undeclared
from tests.plugins.context import Task

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


def heard(*payloads):
    events = [SimpleNamespace(extra={"payload": payload}) for payload in payloads]
    return {"api_prod_branch": events}


def test_a_run_of_the_watcher_pushes_the_newest_commit_it_heard_of():
    task = Task()
    task.context["triggering_asset_events"] = heard(
        {"commit": "a" * 40, "previous": "0" * 40, "branch": "prod"},
        {"commit": "b" * 40, "previous": "a" * 40, "branch": "prod"})
    assert asked_for(task.context) == {"commit": "b" * 40, "ami": "", "started_by": "branch watcher",
                                       "previous": "0" * 40, "reason": "new commit on prod"}


def test_an_event_that_somebody_posted_without_a_commit_means_the_head():
    task = Task()
    task.context["triggering_asset_events"] = {"api_prod_branch": [SimpleNamespace(extra={})]}
    assert asked_for(task.context)["commit"] == ""


def test_a_run_by_hand_pushes_what_its_form_says_for_who_asked():
    task = Task(triggering_user_name="ada")
    task.context["params"] = {"commit": "abcdef0", "ami": "", "reason": "a fix"}
    assert asked_for(task.context) == {"commit": "abcdef0", "ami": "", "reason": "a fix", "started_by": "ada"}


def test_a_key_that_nothing_reads_is_refused_by_name():
    with pytest.raises(BadInput, match=r"'comit'.*commit, ami, reason"):
        refuse_undeclared({"comit": "abcdef0"}, PATCH_FORM)


@pytest.mark.parametrize(("field", "text"), [
    ("commit", "--upload-pack=x"), ("commit", "abc"), ("commit", "g" * 40), ("ami", "ami; rm -rf"), ("ami", "a" * 129)])
def test_the_form_takes_no_text_that_is_no_commit_and_no_ami(field, text):
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        PATCH_FORM[field].resolve(text)


def test_each_failed_task_is_quoted_and_one_that_was_stopped_with_the_last_it_said():
    task = Task("finish_push")
    task.states = {"canary.score": "failed", "us_east_1.holds": "failed", "us_west_2.plan": "upstream_failed",
                   "build_ami": "success", "finish_push": "failed"}
    task.xcoms = {("canary.score", "failed"): "no-go: 90", ("us_east_1.holds", "says"): "watched until 10:00"}
    assert what_failed(task.context) == {
        "canary.score": "no-go: 90",
        "us_east_1.holds": "us_east_1.holds was stopped, when it said: watched until 10:00"}
    assert was_stopped(task.context)


def test_a_task_that_failed_in_its_own_words_was_not_stopped():
    task = Task("canary.retire")
    task.states = {"canary.score": "failed"}
    task.xcoms = {("canary.score", "failed"): "no-go: 90"}
    assert not was_stopped(task.context)


def test_a_success_says_how_it_is_undone():
    record = PushRecord("api-20261103T100000-abc123", "api", "prod", "patch", "", "api-1", PushEnd.SUCCESS, "",
                        "us-east-1,us-west-2", 99.0, "Ada", NOON, NOON)
    assert FinishPush(task_id="finish_push", service="api").says(record) == (
        "Success: api-1 runs in us-east-1, us-west-2. AWS was called 0 times. To undo it: "
        "airflow dags trigger api_roll_back --conf "
        """'{"regions": ["us-east-1", "us-west-2"], "push": "api-20261103T100000-abc123", "reason": "…"}'""")
