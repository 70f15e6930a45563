"""One region of a push as a group of tasks."""

from airflow.sdk import TaskGroup

from include.domain.service import Service
from plugins.operators.peak_windows import OffPeak
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


def region(service: Service, name: str) -> TaskGroup:
    """off peak → red/black → the baseline gone, and a rollback that skips itself where all is well."""
    here = {"service": service.service, "region": name}
    with TaskGroup(name.replace("-", "_")) as group:
        off_peak = OffPeak(task_id="off_peak", **here)
        plan = Plan(task_id="plan", push=off_peak.output, **here)
        launch_new = LaunchNew(task_id="launch_new", plan=plan.output, **here)
        in_service = InService(task_id="in_service", plan=launch_new.output, **here)
        red_red = RedRed(task_id="red_red", plan=in_service.output, **here)
        disable_baseline = DisableBaseline(task_id="disable_baseline", plan=red_red.output, **here)
        holds = Holds(task_id="holds", plan=disable_baseline.output, **here)
        delete_baseline = DeleteBaseline(task_id="delete_baseline", plan=holds.output, **here)
        delete_baseline >> RollBack(task_id="roll_back", **here).as_teardown()
    return group
