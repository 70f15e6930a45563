"""Undoing a push in one region: by itself when the push failed there, or by a person's hand."""

from typing import Any

from airflow.sdk import Param

from include.domain.errors import NothingToUndo, Refused
from include.domain.looks import Wait
from plugins.operators.push import refuse_undeclared
from plugins.operators.step import StepOperator, Visit, the_push

# A rollback that gives up leaves the region half way: it is tried for minutes longer than the push.
PATIENT = {"retries": 10}


class RollBack(StepOperator):
    """Undo what this push did in the region.

    A teardown: it runs whatever happened, and skips itself where all is well.
    """

    in_the_room = True

    def __init__(self, **kwargs: Any):
        super().__init__(**(PATIENT | kwargs))

    def step(self, visit: Visit) -> str | Wait:
        from include.steps.roll_back import roll_back

        push = the_push(visit.context)
        if push is None:
            raise NothingToUndo("the push never started, so there is nothing to undo")
        return visit.take(roll_back, f"{push.id}.roll_back", push.id)

    def says(self, value: str) -> str:
        return value


def roll_back_form(regions: list[str]) -> dict[str, Param]:
    """What a person is asked who rolls back by hand."""
    return {
        "regions": Param(regions, type="array", title="Regions", items={"enum": regions}, examples=regions,
                         minItems=1, uniqueItems=True),
        "reason": Param(type="string", title="Reason", minLength=3, maxLength=500),
        "push": Param("", type="string", title="Push", maxLength=100,
                      description="Id of the push to undo. Empty: the newest that can still be undone."),
    }


class RollBackByHand(StepOperator):
    """Undo a push in the region, if it was chosen. It takes the lease from whoever holds it."""

    in_the_room = True

    def __init__(self, **kwargs: Any):
        super().__init__(**(PATIENT | kwargs))

    def step(self, visit: Visit) -> str | Wait:
        from include.steps.roll_back import push_to_undo, roll_back

        run, params = visit.context["dag_run"], visit.context["params"]
        refuse_undeclared(run.conf or {}, params)
        if self.region not in params["regions"]:
            raise NothingToUndo(f"{self.region} was not chosen")
        try:
            undo = params["push"] or visit.take(push_to_undo)
            done = visit.take(roll_back, visit.push_id, undo)
        except NothingToUndo as nothing:
            raise Refused(str(nothing)) from nothing
        if isinstance(done, Wait):
            return done
        return f"{done} ({run.triggering_user_name or 'a person'}: {params['reason']})"

    def says(self, value: str) -> str:
        return value
