"""What a push says of itself, as lines."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from include.demo.push_story import AHEAD, AT_WORK, DONE, FAILED, UNDONE, PushStory, line
from include.domain.push import Event

T0 = datetime(2026, 1, 13, 12, tzinfo=UTC)


def event(second, task, state, text="", region="us-west-2", score=None):
    return Event("api-1", T0 + timedelta(seconds=second), task, region, state, text, score)


def test_a_task_is_at_work_until_it_is_done_or_failed():
    story = PushStory.of([event(0, "start_push", "started"), event(1, "start_push", "done"),
                          event(2, "canary.bake", "started"), event(3, "canary.bake", "waits", "bakes until 12:01"),
                          event(4, "canary.retire", "failed", "no")])

    assert [(at_work.task, at_work.text) for at_work in story.at_work] == [("canary.bake", "bakes until 12:01")]


def test_events_that_arrive_late_are_told_in_their_order():
    story = PushStory.of([event(5, "b", "done", "second"), event(1, "a", "done", "first")])

    assert [told.text for told in story.last(2)] == ["first", "second"]


def test_the_first_failure_is_the_cause():
    story = PushStory.of([event(1, "canary.score", "failed", "no-go: score 12 is under 95"),
                          event(2, "finish_push", "failed", "FailureClean")])

    assert story.failures[0] == "no-go: score 12 is under 95"


def test_what_was_waited_for_is_told_until_the_task_says_something_else():
    story = PushStory.of([event(1, "build_ami", "waits", "is starting"), event(2, "build_ami", "done", "made"),
                          event(3, "canary.launch", "waits", "0 of 1"), event(4, "canary.launch", "waits", "1 of 2")])

    assert [told.text for told in story.last(5)] == ["made", "1 of 2"]


@pytest.mark.parametrize(("events", "stage"), [
    ([], AHEAD),
    ([event(0, "us_west_2.plan", "done")], AT_WORK),
    ([event(0, "us_west_2.delete_baseline", "done")], DONE),
    ([event(0, "us_west_2.red_red", "failed")], FAILED),
    ([event(0, "us_west_2.red_red", "failed"), event(1, "us_west_2.roll_back", "started")], FAILED),
    ([event(0, "us_west_2.red_red", "failed"), event(1, "us_west_2.roll_back", "done")], UNDONE),
    ([event(0, "us_west_2.delete_baseline", "done"), event(1, "undo_all.us_west_2", "done")], UNDONE),
])
def test_a_region_is_as_far_as_its_last_step(events, stage):
    assert dict(PushStory.of(events).stages(["us-west-2"]))["us-west-2"] == stage


def test_looks_form_the_curve_of_the_score_and_no_lines():
    story = PushStory.of([event(1, "canary.bake", "looked", "score so far", score=80.0),
                          event(2, "canary.bake", "looked", "score so far", score=97.0)])

    assert story.scores == [80.0, 97.0]
    assert story.last(5) == []


@pytest.mark.parametrize(("told", "expected"), [
    (event(0, "us_west_2.plan", "done", "all well"), "us_west_2.plan  all well"),
    (event(0, "canary.bake", "waits", "bakes", score=96.4), "canary.bake (us-west-2)  waits: bakes · score 96"),
    (event(0, "start_push", "started", region=""), "start_push  started"),
])
def test_a_line_names_the_region_once(told, expected):
    assert line(told) == expected


def test_a_deploy_has_no_canary_among_its_stages():
    told = PushStory.of([replace(event(0, "staging.us_west_2.plan", "done"), push_id="api-1-staging")])

    assert [name for name, _ in told.stages(["staging.us-west-2"])] == ["build_ami", "staging.us-west-2"]
    assert told.stages(["staging.us-west-2"])[-1][1] == AT_WORK
