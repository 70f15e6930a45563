"""What the two ends of a push measure."""

from datetime import UTC, datetime, timedelta

import pytest

from include.domain.own_metrics.of_a_push import begun, clean, ended, standing
from include.domain.own_metrics.table import DIRTY, PUSH_SINCE, PUSH_TIME, PUSHES, ROLLBACKS, SAVES, VERDICTS
from include.domain.push import Push, PushEnd, PushKind, PushRecord

AT = datetime(2026, 11, 3, 10, tzinfo=UTC)
PUSH = Push("api-1", "api", "prod", PushKind.PATCH, "abc", "prod", "", "a reason", "ann", AT)


def record(end):
    return PushRecord("api-1", "api", "prod", "patch", "abc", "ami", end, "a reason", "", None, "ann", AT,
                      AT + timedelta(hours=5))


def told(measured, metric):
    return {tuple(sorted(one.labels.items())): one.value for one in measured if one.metric is metric}


def test_a_push_that_begins_says_since_when_it_is_on_its_way():
    [(labels, since)] = told(begun(PUSH), PUSH_SINCE).items()
    assert dict(labels) == {"service": "api", "environment": "prod", "kind": "patch"}
    assert since == AT.timestamp()


@pytest.mark.parametrize(("metric", "label", "rare"), [
    (PUSHES, "end", "FailureDirty"), (ROLLBACKS, "end", "failed"), (SAVES, "guard", "fencing_token"),
    (VERDICTS, "decision", "error")])
def test_what_is_rare_begins_at_0_so_that_its_first_time_is_an_increase(metric, label, rare):
    zeros = told(begun(PUSH), metric)
    assert set(zeros.values()) == {0}
    assert rare in {dict(labels)[label] for labels in zeros}


@pytest.mark.parametrize("end", PushEnd)
def test_a_push_that_ended_counts_once_with_its_end_and_is_not_on_its_way_any_more(end):
    measured = ended(record(end))
    [(labels, count)] = told(measured, PUSHES).items()
    assert (dict(labels)["end"], count) == (str(end), 1)
    assert list(told(measured, PUSH_TIME).values()) == [5 * 3600]
    assert list(told(measured, PUSH_SINCE).values()) == [0]
    assert list(told(measured, DIRTY).values()) == [end == PushEnd.FAILURE_DIRTY]


def test_a_rollback_by_hand_and_a_repair_end_the_dirt():
    assert [one.value for one in standing(record(PushEnd.FAILURE_CLEAN))] == [0]
    assert [one.value for one in clean("api", "prod")] == [0]
