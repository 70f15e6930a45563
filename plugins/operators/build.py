"""A commit becomes an AMI."""

from dataclasses import replace
from typing import Any

from include.domain.looks import Wait
from include.domain.push import Push
from plugins.operators.step import StepOperator, Visit


class BuildAmi(StepOperator):
    """The AMI of the push's commit, in every region, and its manifest in the archive; one that was built before is
    taken."""

    template_fields = ("push",)

    def __init__(self, *, push: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.push = push

    def step(self, visit: Visit) -> Push | Wait:
        from include.steps.images.build import build_ami
        from include.steps.images.manifest import keep_what_is_in, keep_what_runs

        built = visit.take(build_ami, self.push)
        if not isinstance(built, Wait):
            run = visit.ports.runs.this()
            visit.take(keep_what_is_in, built, f"{run}/tasks/{self.task_id}" if run else "")
            for environment in (self.environment, *self.also):
                visit.take(keep_what_runs, replace(built, environment=environment),
                           clusters=visit.everywhere("clusters", environment))
        return built

    def says(self, value: Push) -> str:
        return f"AMI {value.ami} is in every region"
