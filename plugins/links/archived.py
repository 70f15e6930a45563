"""Links from a task's page to what it kept: the task says the address in an XCom, and Airflow shows a button."""

from typing import Any
from urllib.parse import quote

from airflow.sdk import BaseOperator, BaseOperatorLink

CONSOLE = "https://s3.console.aws.amazon.com/s3/object"
LOG = "log"             # the XCom with the address of a task's log
CHANGES = "changes"     # the XCom with the address of the page of what changes


class LogLink(BaseOperatorLink):
    """What the task's work printed."""

    name = "Log"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        """Worked out when the task ends, also where it failed; `ti_key` is the task instance itself then."""
        return on_the_web(ti_key.xcom_pull(task_ids=ti_key.task_id, key=LOG) or "")


class ReportLink(BaseOperatorLink):
    """The page that the task's value names."""

    name = "Report"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        return on_the_web(getattr(ti_key.xcom_pull(task_ids=ti_key.task_id), "report", ""))


class ChangesLink(BaseOperatorLink):
    """The page of what changes."""

    name = "What changes"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        return on_the_web(ti_key.xcom_pull(task_ids=ti_key.task_id, key=CHANGES) or "")


def on_the_web(address: str) -> str:
    """The page on which a browser shows it: an object of S3 in AWS's console; "" for what no browser shows."""
    if address.startswith("s3://"):
        bucket, _, key = address.removeprefix("s3://").partition("/")
        return f"{CONSOLE}/{quote(bucket)}?prefix={quote(key, safe='')}"
    return address if address.startswith(("https://", "http://")) else ""
