"""The steps of one region, from the plan to the baseline's end; what each does is written in `include/steps`."""

from collections.abc import Callable
from typing import Any

from include.domain.looks import Wait
from include.domain.push import RegionPlan
from plugins.operators.step import StepOperator, Visit


class Plan(StepOperator):
    """What will be done in the region, and the lease to do it."""

    template_fields = ("push",)

    def __init__(self, *, push: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.push = push

    def step(self, visit: Visit) -> RegionPlan | Wait:
        from include.steps.red_black.region import plan

        return visit.take(plan, self.push, self.region)

    def says(self, value: RegionPlan) -> str:
        size = f"{value.new} with {value.size} instances will take over from {value.baseline}: {value.size_why}"
        return "; ".join([size, *value.scaling_said.splitlines()])


class _OfThePlan(StepOperator):
    """A step that is handed the plan, and hands it on."""

    template_fields = ("plan",)

    def __init__(self, *, plan: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.plan = plan

    def verb(self) -> Callable[..., RegionPlan | Wait]:
        raise NotImplementedError

    def step(self, visit: Visit) -> RegionPlan | Wait:
        return visit.take(self.verb(), self.plan)


class LaunchNew(_OfThePlan):
    """The new ASG, at its size, step by step."""

    def verb(self):
        from include.steps.red_black.region import launch_new
        return launch_new

    def says(self, value: RegionPlan) -> str:
        return f"{value.new} was sized to {value.size}"


class InService(_OfThePlan):
    """Every instance of the new ASG takes traffic."""

    def verb(self):
        from include.steps.red_black.region import in_service
        return in_service

    def says(self, value: RegionPlan) -> str:
        return f"all {value.size} instances of {value.new} take traffic"


class RedRed(_OfThePlan):
    """Both take traffic, and are compared."""

    def verb(self):
        from include.steps.red_black.region import red_red
        return red_red

    def says(self, value: RegionPlan) -> str:
        return f"{value.new} is no worse than {value.baseline}"


class DisableBaseline(_OfThePlan):
    """The baseline gives up its traffic, if the new ASG can carry it, and stays as black."""

    def verb(self):
        from include.steps.red_black.region import disable_baseline
        return disable_baseline

    def says(self, value: RegionPlan) -> str:
        return f"{value.new} takes all traffic; {value.baseline} is kept without"


class Holds(_OfThePlan):
    """The new ASG is watched while the old one is still there."""

    def verb(self):
        from include.steps.red_black.region import holds
        return holds

    def says(self, value: RegionPlan) -> str:
        return f"{value.new} holds"


class DeleteBaseline(_OfThePlan):
    """The very last: the old ASG is deleted."""

    in_the_room = True

    def verb(self):
        from include.steps.red_black.region import delete_baseline
        return delete_baseline

    def says(self, value: RegionPlan) -> str:
        return f"{value.region} runs {value.new}; {value.baseline} is gone"
