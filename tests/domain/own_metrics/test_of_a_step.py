"""What a step measures while it waits, and when it ends."""

from datetime import UTC, datetime, timedelta

import pytest

from include.domain.canary import Verdict
from include.domain.errors import ChangedByHand, FencedOff, GaveUp, Guard, Inconclusive, LeaseLost, NoGo
from include.domain.looks import Wait, Why
from include.domain.own_metrics import of_a_step
from include.domain.own_metrics.of_a_step import Place, Waiting, place
from include.domain.own_metrics.table import (
    ERRORS,
    JUDGED,
    NEXT_LOOK,
    SAVES,
    SCORE,
    STEP_TIME,
    VERDICTS,
    WAIT_SINCE,
    WAIT_TIME,
)

AT = datetime(2026, 11, 3, 10, tzinfo=UTC)
SOON = AT + timedelta(minutes=5)
HERE = Place("api", "prod", "us-east-1", "patch_push", "holds")


def wait(why=Why.WORK, score=None):
    return Wait("3 of 4", AT, SOON, why=why, score=score)


def of(measured, metric):
    return [one for one in measured if one.metric is metric]


@pytest.mark.parametrize(("dag", "task", "flow", "step"), [
    ("api_patch_push", "us_east_1.holds", "patch_push", "holds"),
    ("api_weekly_push", "gates.the team's own", "weekly_push", "gate"),
    ("api_release_deploy", "staging.us_east_1.launch_new", "release_deploy", "launch_new"),
    ("api_release_deploy", "staging.undo_all.us_east_1", "release_deploy", "roll_back"),
    ("api_patch_push", "start_push", "patch_push", "start_push")])
def test_steps_have_few_names_whatever_a_team_calls_its_gates(dag, task, flow, step):
    assert place("api", "prod", "us-east-1", dag, task) == Place("api", "prod", "us-east-1", flow, step)


def test_a_wait_says_since_when_and_when_it_is_looked_at_again():
    measured = of_a_step.waits(HERE, wait(Why.PEAK), None, AT)
    assert [(one.value, one.labels["why"]) for one in of(measured, WAIT_SINCE)] == [(AT.timestamp(), "peak")]
    assert [one.value for one in of(measured, NEXT_LOOK)] == [SOON.timestamp()]
    assert of(measured, SAVES) == []


def test_a_wait_for_the_same_thing_goes_on_from_where_it_began():
    measured = of_a_step.waits(HERE, wait(Why.PEAK), Waiting(Why.PEAK, AT), SOON)
    assert [one.value for one in of(measured, WAIT_SINCE)] == [AT.timestamp()]
    assert of(measured, WAIT_TIME) == []


def test_a_wait_for_something_else_ends_the_one_before():
    measured = of_a_step.waits(HERE, wait(Why.HOLD), Waiting(Why.PEAK, AT), SOON)
    assert [(one.value, one.labels["why"]) for one in of(measured, WAIT_TIME)] == [(300, "peak")]
    assert {one.labels["why"]: one.value for one in of(measured, WAIT_SINCE)} == {"peak": 0, "hold": SOON.timestamp()}
    assert of(measured, NEXT_LOOK)[-1].value == SOON.timestamp()


@pytest.mark.parametrize(("why", "guard"), [(Why.CAPACITY, Guard.CAN_CARRY), (Why.LEASE, Guard.LEASE)])
def test_a_guard_that_makes_a_step_wait_saved_once_however_often_it_looks(why, guard):
    first = of_a_step.waits(HERE, wait(why), None, AT)
    again = of_a_step.waits(HERE, wait(why), Waiting(why, AT), SOON)
    assert [(one.value, one.labels["guard"]) for one in of([*first, *again], SAVES)] == [(1, guard)]


@pytest.mark.parametrize(("error", "guard"), [
    (LeaseLost("x"), Guard.LEASE_LOST), (FencedOff("x"), Guard.FENCING_TOKEN), (ChangedByHand("x"), Guard.BY_HAND)])
def test_a_guard_that_ends_a_step_saved(error, guard):
    assert [one.labels["guard"] for one in of(of_a_step.failed(HERE, error, AT, SOON), SAVES)] == [guard]


def test_another_failure_is_no_guards_work():
    assert of(of_a_step.failed(HERE, GaveUp("x"), AT, SOON), SAVES) == []


@pytest.mark.parametrize(("error", "decision", "scores"), [
    (NoGo("early harm"), "no-go", []), (Inconclusive("too little"), "inconclusive", []),
    (NoGo("x", Verdict("p", "no-go", 90, "x", 30)), "no-go", [90]),
    (Inconclusive("x", Verdict("p", "error", 0, "x", 0)), "error", [0])])
def test_a_verdict_that_stops_the_push_counts_as_what_it_was(error, decision, scores):
    measured = of_a_step.failed(HERE, error, AT, SOON)
    assert [one.labels["decision"] for one in of(measured, VERDICTS)] == [decision]
    assert [one.value for one in of(measured, SCORE)] == scores


def test_a_go_counts_with_its_score_and_what_it_was_made_of():
    measured = of_a_step.done(HERE, Verdict("p", "go", 98.5, "x", 1000), AT, SOON)
    assert [one.labels["decision"] for one in of(measured, VERDICTS)] == ["go"]
    assert [one.value for one in of(measured, SCORE)] == [98.5]
    assert [one.value for one in of(measured, JUDGED)] == [1000]
    assert [(one.value, one.labels["end"]) for one in of(measured, STEP_TIME)] == [(300, "done")]


def test_the_score_of_a_bake_is_told_while_it_bakes():
    measured = of_a_step.waits(HERE, wait(score=97.0), None, AT)
    assert [one.value for one in of(measured, SCORE)] == [97.0]


def test_an_error_is_named_by_its_type_and_by_the_port_that_raised_it():
    from include.adapters.http import client

    with pytest.raises(AttributeError) as raised:
        client(None)
    [error] = of(of_a_step.again(HERE, raised.value), ERRORS)
    assert (error.labels["error"], error.labels["port"], error.labels["then"]) == ("unexpected", "none", "again")


def test_an_error_of_an_adapter_names_its_port():
    from include.adapters.metrics.sql import SqlMetrics

    with pytest.raises(AttributeError) as raised:
        SqlMetrics(None, "us-east-1", None, 1).read(["a"], AT, SOON)
    assert of_a_step.port_of(raised.value) == "metrics"
