"""One region of a push as a group of tasks."""

from collections.abc import Callable
from functools import partial

from airflow.sdk import TaskGroup

from include.domain.declared.environments import PROD
from include.domain.declared.red_black import WhenARegionFails
from include.domain.service import Service
from plugins.operators.peak_windows import OffPeak
from plugins.operators.policy import Hold
from plugins.operators.red_black import (
    DeleteBaseline,
    DisableBaseline,
    Holds,
    InService,
    LaunchNew,
    Plan,
    RedRed,
)
from plugins.operators.roll_back import RollBack
from plugins.operators.step import StepOperator


def region(service: Service, name: str, environment: str = PROD, *, gives_way: bool = False) -> TaskGroup:
    """off peak → red/black → the baseline gone, and a rollback (or a hold) that skips itself where all is well."""
    here = {"service": service.service, "environment": environment, "region": name}
    with TaskGroup(name.replace("-", "_")) as group:
        off_peak = OffPeak(task_id="off_peak", gives_way=gives_way, **here)
        plan = Plan(task_id="plan", push=off_peak.output, **here)
        launch_new = LaunchNew(task_id="launch_new", plan=plan.output, **here)
        in_service = InService(task_id="in_service", plan=launch_new.output, **here)
        red_red = RedRed(task_id="red_red", plan=in_service.output, **here)
        disable_baseline = DisableBaseline(task_id="disable_baseline", plan=red_red.output, **here)
        holds = Holds(task_id="holds", plan=disable_baseline.output, **here)
        delete_baseline = DeleteBaseline(task_id="delete_baseline", plan=holds.output, **here)
        delete_baseline >> _when_it_fails(service.within(environment))(**here).as_teardown()
    return group


def end_of(group: TaskGroup) -> StepOperator:
    """The task that runs whatever happened."""
    return next(task for task in group.children.values() if task.is_teardown)


def _when_it_fails(service: Service) -> Callable[..., StepOperator]:
    if service.red_black.when_a_region_fails == WhenARegionFails.HOLD:
        return partial(Hold, task_id="hold")
    return partial(RollBack, task_id="roll_back")
