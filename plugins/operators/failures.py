"""Which tasks of a run failed, and why, in their own words."""

from typing import Any

from airflow.sdk import Context

from include.domain.declared.environments import ENVIRONMENTS
from include.domain.ending import Early
from plugins.notifiers.story import EARLY, FAILED, HARM, SAYS


def what_failed(context: Context, environment: str = "") -> dict[str, str]:
    """A sentence for each; one that was stopped could not say why, and is quoted with the last it said. Where a run
    deploys to several environments, those that are for this one."""
    ti = context["ti"]
    return {task: ti.xcom_pull(task_ids=task, key=FAILED) or _stopped(ti, task) for task in _failed(ti)
            if is_for(task, environment)}


def ended_early(context: Context, environment: str) -> Early | None:
    """How and why the push ended before it changed anything, by the task that found it out."""
    ti = context["ti"]
    said = (ti.xcom_pull(task_ids=task, key=EARLY) for task in _in_state(ti, "skipped") if is_for(task, environment))
    return next(filter(None, said), None)


def is_for(task: str, environment: str) -> bool:
    """Whether the task is for this environment, or for all: those of one alone are in a group of its name."""
    group = task.partition(".")[0]
    return not environment or group not in ENVIRONMENTS or group == environment


def what_harmed(context: Context) -> list[str]:
    """The sentences of those that failed because the AMI did harm."""
    ti = context["ti"]
    return [said for task in _failed(ti) if (said := ti.xcom_pull(task_ids=task, key=HARM))]


def was_stopped(context: Context) -> bool:
    """Whether one of them ended without a word: stopped by a person, or its machine died."""
    ti = context["ti"]
    return any(ti.xcom_pull(task_ids=task, key=FAILED) is None for task in _failed(ti))


def _failed(ti: Any) -> list[str]:
    return _in_state(ti, "failed")


def _in_state(ti: Any, wanted: str) -> list[str]:
    states = ti.get_task_states(dag_id=ti.dag_id, run_ids=[ti.run_id]).get(ti.run_id, {})
    return sorted(task for task, state in states.items() if state == wanted and task != ti.task_id)


def _stopped(ti: Any, task: str) -> str:
    said = ti.xcom_pull(task_ids=task, key=SAYS)
    return f"{task} was stopped" + (f", when it said: {said}" if said else "")
