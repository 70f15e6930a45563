"""The regions that were finished go back when a later one failed, where the service declares it."""

from collections.abc import Sequence

from airflow.sdk import TaskGroup

from include.domain.declared.environments import PROD
from include.domain.declared.red_black import WhenARegionFails
from include.domain.service import Service
from plugins.operators.policy import UndoWithTheOthers


def undo_all(service: Service, regions: Sequence[str], environment: str = PROD) -> list[UndoWithTheOthers]:
    """One task a region, all in parallel; none where the policy is another."""
    if service.within(environment).red_black.when_a_region_fails != WhenARegionFails.UNDO_ALL:
        return []
    with TaskGroup("undo_all"):
        return [UndoWithTheOthers(task_id=name.replace("-", "_"), service=service.service, environment=environment,
                                  region=name).as_teardown() for name in regions]
