"""The canary as a group of tasks."""

from airflow.sdk import TaskGroup

from include.domain.service import Service
from plugins.operators.canary import Bake, LaunchCanary, Retire
from plugins.operators.scoring import Score
from plugins.operators.squeeze import Squeeze


def canary(service: Service, push) -> TaskGroup:
    """launch → bake → squeeze → score, and retire whatever happened. What comes after needs both: a go, and the canary
    gone."""
    here = {"service": service.service, "region": service.canary.region}
    with TaskGroup("canary") as group:
        launch = LaunchCanary(task_id="launch", push=push, **here)
        bake = Bake(task_id="bake", canary=launch.output, **here)
        squeezed = "" if service.squeeze.kind == "none" else Squeeze(
            task_id="squeeze", canary=bake.output, **here).output
        score = Score(task_id="score", canary=bake.output, sweet_spot=squeezed, **here)
        score >> Retire(task_id="retire", **here).as_teardown()
    return group
