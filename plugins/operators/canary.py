"""The canary's life, except its score."""

from datetime import timedelta
from typing import Any

from include.domain.canary import Canary
from include.domain.errors import NothingToUndo
from include.domain.looks import Wait
from include.domain.push import Push
from plugins.operators.failures import was_stopped
from plugins.operators.step import StepOperator, Visit

# A task that a person stops runs on until Airflow's next heartbeat; what it still creates would be left behind.
STOPPED_TASKS_END_WITHIN = timedelta(seconds=10)


class LaunchCanary(StepOperator):
    """Canary and baseline side by side: equal size, equal share of traffic."""

    template_fields = ("push",)
    in_the_room = True
    gives_way = True

    def __init__(self, *, push: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.push = push

    def step(self, visit: Visit) -> Canary | Wait:
        from include.steps.canary.life import launch_canary

        return visit.take(launch_canary, self.push)

    def says(self, value: Canary) -> str:
        return (f"{value.canary_asg} and {value.baseline_asg} take {value.share_percent} % of {value.region} each, "
                f"until {value.bake_until:%H:%M:%S} UTC")


class Bake(StepOperator):
    """Wait while real traffic tells; overwhelming harm ends it at once."""

    template_fields = ("canary",)
    gives_way = True

    def __init__(self, *, canary: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.canary = canary

    def step(self, visit: Visit) -> Canary | Wait:
        from include.steps.canary.life import bake

        return visit.take(bake, self.canary)

    def says(self, value: Canary) -> str:
        return f"{value.canary_asg} baked"


class Retire(StepOperator):
    """Weights back first, then the canary's and the baseline's ASGs. A teardown: it runs whatever happened."""

    def step(self, visit: Visit) -> Wait | None:
        push = self.push(visit)
        settled = visit.look.since + STOPPED_TASKS_END_WITHIN
        if visit.look.now < settled and was_stopped(visit.context):
            return Wait("a task of this push was stopped, and may still be ending", visit.look.since, settled)
        return self.take(visit, push)

    def push(self, visit: Visit) -> Push:
        """Whose canary it is; NothingToUndo where there is none."""
        push = visit.push
        if push is None:
            raise NothingToUndo("the push never started, so there is no canary")
        return push

    def take(self, visit: Visit, push: Push) -> Wait | None:
        from include.steps.canary.life import retire

        return visit.take(retire, push)

    def says(self, value: None) -> str:
        return "canary and baseline are gone"
