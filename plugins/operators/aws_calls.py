"""The AWS calls of a task over all its processes: after a retry and after a deferral it goes on counting. Law 7: what
could not be kept is in the log, and fails nothing."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from airflow.sdk import Context

from include.domain.aws_calls import added
from plugins import wiring
from plugins.operators.failures import is_for

CALLS = "aws_calls"    # the key of the XCom, and of the task's store


@contextmanager
def counted(context: Context, log: Any) -> Iterator[None]:
    """What is called inside is kept when the process leaves it, however it does; once, not at each look."""
    before = wiring.aws_calls()
    try:
        yield
    finally:
        try:
            _keep(context, wiring.aws_calls() - before)
        except Exception as error:
            log.warning("the AWS calls of this task could not be kept: %s", error)


def of_the_run(context: Context, environment: str = "") -> Counter[str]:
    """Those of all tasks of this run, or of this environment's, that came to an end, or to a deferral."""
    ti = context["ti"]
    states = ti.get_task_states(dag_id=ti.dag_id, run_ids=[ti.run_id]).get(ti.run_id, {})
    return added(ti.xcom_pull(task_ids=task, key=CALLS) or {} for task in states
                 if task != ti.task_id and is_for(task, environment))


def _keep(context: Context, calls: Counter[str]) -> None:
    """Airflow empties a task's XComs when it is tried again, and leaves its store."""
    store = context.get("task_state_store")
    total = dict(added([store.get(CALLS) or {} if store else {}, calls]))
    if store:
        store.set(CALLS, total)
    context["ti"].xcom_push(CALLS, total)
