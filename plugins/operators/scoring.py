"""The verdict on the canary, and what is said of it before."""

from typing import Any

from airflow.sdk import Param

from include.domain.audit import REPORT
from include.domain.canary import Verdict
from include.domain.looks import Wait
from plugins.links.archived import ReportLink
from plugins.operators.push import refuse_undeclared
from plugins.operators.step import StepOperator, Visit

REPORT_FORM: dict[str, Param] = {}      # nothing is asked


class Score(StepOperator):
    """Go, or the push ends here; the report goes into the archive. `sweet_spot` is "" where nothing is squeezed."""

    template_fields = ("canary", "sweet_spot")
    operator_extra_links = (ReportLink(),)
    gives_way = True
    in_the_room = True

    def __init__(self, *, canary: Any, sweet_spot: Any = "", **kwargs: Any):
        super().__init__(**kwargs)
        self.canary, self.sweet_spot = canary, sweet_spot

    def step(self, visit: Visit) -> Verdict | Wait:
        from include.steps.canary.scoring import score

        return visit.take(score, self.canary, sweet_spot=self.sweet_spot or None)

    def says(self, value: Verdict) -> str:
        return f"{value.reason} ({value.metrics} metrics) {value.report}".rstrip()


class ReportNow(StepOperator):
    """The page of the canary that bakes, for a person who does not want to wait."""

    by_hand = REPORT
    in_the_room = True
    of_a_push = False

    def step(self, visit: Visit) -> str:
        from include.steps.canary.interim import report_now

        refuse_undeclared(visit.context["dag_run"].conf or {}, REPORT_FORM)
        return visit.take(report_now, self.environment)

    def says(self, value: str) -> str:
        return f"the canary so far: {value}"
