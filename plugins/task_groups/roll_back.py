"""A rollback by hand in one region as a group of tasks."""

from airflow.sdk import TaskGroup

from include.domain.declared.environments import PROD
from include.domain.service import Service
from plugins.operators.roll_back import PushToUndo, RollBackByHand


def roll_back(service: Service, name: str, environment: str = PROD) -> TaskGroup:
    """which push → undo it; both are skipped where the region was not chosen."""
    here = {"service": service.service, "environment": environment, "region": name}
    with TaskGroup(name.replace("-", "_")) as group:
        push = PushToUndo(task_id="push_to_undo", **here)
        RollBackByHand(task_id="roll_back", push=push.output, **here)
    return group
