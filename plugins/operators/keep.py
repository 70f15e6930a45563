"""Keeping a push by hand that its watch would roll back."""

from airflow.sdk import Param

from include.domain.audit import KEEP
from include.domain.errors import NothingToUndo
from plugins.operators.push import refuse_undeclared
from plugins.operators.step import StepOperator, Visit


def keep_form(regions: list[str]) -> dict[str, Param]:
    """What a person is asked who keeps a push."""
    return {
        "regions": Param(regions, type="array", title="Regions", items={"enum": regions}, examples=regions,
                         minItems=1, uniqueItems=True),
        "reason": Param(type="string", title="Reason", minLength=3, maxLength=150),
    }


class Keep(StepOperator):
    """Cancel the countdown of the push that is on its way in the region."""

    by_hand = KEEP
    in_the_room = True
    of_a_push = False

    def step(self, visit: Visit) -> str:
        from include.steps.undoing.keep import keep

        run, params = visit.context["dag_run"], visit.context["params"]
        refuse_undeclared(run.conf or {}, params)
        if self.region not in params["regions"]:
            raise NothingToUndo(f"{self.region} was not chosen")
        return visit.take(keep, run.triggering_user_name or "a person", params["reason"])

    def says(self, value: str) -> str:
        return value
