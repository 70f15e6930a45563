"""What is left over in one region as a group of tasks."""

from airflow.sdk import TaskGroup

from include.domain.declared.environments import PROD
from include.domain.service import Service
from plugins.operators.repair import LookOver, Repair


def repair(service: Service, name: str, environment: str = PROD) -> TaskGroup:
    """look → put it right, if the run was told to; both are skipped where the region was not chosen."""
    here = {"service": service.service, "environment": environment, "region": name}
    with TaskGroup(name.replace("-", "_")) as group:
        look = LookOver(task_id="look", **here)
        Repair(task_id="repair", left=look.output, **here)
    return group
