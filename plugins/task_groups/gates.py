"""What a commit must pass before its AMI goes anywhere, as a group of tasks."""

from collections.abc import Sequence
from typing import Any

from airflow.sdk import TaskGroup

from include.domain.declared.environments import PROD
from include.domain.service import Service
from plugins.operators.gates import TryGate


def gates(service: Service, push: Any, environment: str = PROD, also: Sequence[str] = ()) -> list[TaskGroup]:
    """One task a gate, all side by side; no group where the service declares none."""
    if not service.gates:
        return []
    here = {"service": service.service, "environment": environment, "also": also}
    with TaskGroup("gates") as group:
        for gate in service.gates:
            TryGate(task_id=gate.name, push=push, gate=gate.name, **here)
    return [group]
