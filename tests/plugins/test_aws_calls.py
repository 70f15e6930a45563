"""The AWS calls of a task, over retries and deferrals, and those of a run."""

from collections import Counter

import pytest
from airflow.sdk.exceptions import TaskDeferred

from plugins import wiring
from plugins.operators.aws_calls import counted, of_the_run
from tests.plugins.context import LOG, Task


@pytest.fixture
def made(monkeypatch):
    """What this process called so far."""
    calls = Counter({"s3.GetObject": 40})
    monkeypatch.setattr(wiring, "aws_calls", lambda: Counter(calls))
    return calls


def test_what_was_called_inside_is_kept_also_where_the_task_fails_or_defers(made):
    def fails():
        with counted(task.context, LOG):
            made.update({"elbv2.DescribeTargetHealth": 3, "s3.GetObject": 1})
            raise TaskDeferred(trigger=None, method_name="look_again")

    task = Task()
    with pytest.raises(TaskDeferred):
        fails()
    assert task.xcoms["us_east_1.holds", "aws_calls"] == {"elbv2.DescribeTargetHealth": 3, "s3.GetObject": 1}


def test_the_next_process_of_the_task_goes_on_counting_though_airflow_emptied_its_xcoms(made):
    task = Task()
    for _ in range(3):
        task.xcoms.clear()
        with counted(task.context, LOG):
            made.update({"elbv2.DescribeTargetHealth": 2})
    assert task.xcoms["us_east_1.holds", "aws_calls"] == {"elbv2.DescribeTargetHealth": 6}


def test_a_count_that_cannot_be_kept_fails_nothing(made):
    task = Task()
    task.ti.xcom_push = lambda *_: 1 / 0
    with counted(task.context, LOG):
        made.update({"s3.GetObject": 1})


def test_a_run_has_those_of_all_its_other_tasks(made):
    task = Task(task_id="finish_push")
    task.states = {"start_push": "success", "us_east_1.holds": "failed", "eu_west_1.plan": "upstream_failed",
                   "finish_push": "running"}
    task.xcoms = {("start_push", "aws_calls"): {"s3.GetObject": 2},
                  ("us_east_1.holds", "aws_calls"): {"s3.GetObject": 1, "elbv2.DescribeTargetHealth": 5}}
    assert of_the_run(task.context) == {"s3.GetObject": 3, "elbv2.DescribeTargetHealth": 5}
