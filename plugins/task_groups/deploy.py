"""A deploy to one environment as a group of tasks."""

from typing import Any

from airflow.sdk import TaskGroup, chain

from include.domain.service import Service
from plugins.operators.changes import TellChanges
from plugins.operators.deploy import BeginDeploy, FinishDeploy
from plugins.operators.pre_flight import PreFlight
from plugins.task_groups.region import end_of, region
from plugins.task_groups.undo_all import undo_all


def deploy(service: Service, environment: str, push: Any) -> TaskGroup:
    """begin → changes → pre-flight → region by region → its record. No canary: nobody is served there."""
    here = {"service": service.service, "environment": environment}
    names = [settings.region for settings in service.environments[environment].regions]
    with TaskGroup(environment) as group:
        begin = BeginDeploy(task_id="begin", push=push, **here)
        changes = TellChanges(task_id="changes", push=begin.output, **here)
        pre_flight = PreFlight(task_id="pre_flight", push=changes.output, **here)
        regions = [region(service, name, environment, gives_way=name == names[0]) for name in names]
        finish_deploy = FinishDeploy(task_id="finish_deploy", **here)
        finish_deploy.as_teardown(on_failure_fail_dagrun=True)
        chain(begin, changes, pre_flight, *regions, finish_deploy)
        ends = [end_of(deployed) for deployed in regions]
        ends >> finish_deploy
        for undone in undo_all(service, names, environment):
            ends >> undone >> finish_deploy
    return group
