"""Links from a task's page to the report that its value names."""

from types import SimpleNamespace

import pytest

from include.domain.canary import Verdict
from plugins.links.archived import ReportLink
from plugins.operators.scoring import Score
from plugins.operators.squeeze import Squeeze


def link_of(value):
    ti = SimpleNamespace(task_id="canary.score", xcom_pull=lambda task_ids: value if task_ids == "canary.score" else 0)
    return ReportLink().get_link(None, ti_key=ti)


def test_a_report_in_the_archive_opens_where_a_browser_shows_it():
    verdict = Verdict("api-1", "go", 99.0, "go", 16, "s3://archive/pushes/api/api-1/canary.html")
    assert link_of(verdict).startswith("https://s3.console.aws.amazon.com/s3/object/archive?prefix=pushes")


@pytest.mark.parametrize("value", [None, Verdict("api-1", "go", 99.0, "go", 16)], ids=["failed", "no page"])
def test_a_task_without_a_report_has_no_link(value):
    assert link_of(value) == ""


@pytest.mark.parametrize("operator", [Score, Squeeze])
def test_tasks_that_report_have_the_link(operator):
    assert [link.name for link in operator.operator_extra_links] == ["Report"]
