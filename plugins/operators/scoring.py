"""The verdict on the canary."""

from typing import Any

from include.domain.canary import Verdict
from include.domain.looks import Wait
from plugins.operators.step import StepOperator, Visit


class Score(StepOperator):
    """Go, or the push ends here; the report goes into the archive."""

    template_fields = ("canary",)
    in_the_room = True

    def __init__(self, *, canary: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.canary = canary

    def step(self, visit: Visit) -> Verdict | Wait:
        from include.steps.canary.scoring import score

        return visit.take(score, self.canary)

    def says(self, value: Verdict) -> str:
        return f"{value.reason} ({value.metrics} metrics) {value.report}".rstrip()
