"""Lifting the veto on an AMI, by hand."""

from airflow.sdk import Param

from include.domain.audit import LIFT_VETO
from plugins.operators.push import AMI, refuse_undeclared
from plugins.operators.step import StepOperator, Visit

LIFT_FORM = {
    "ami": Param(type="string", title="AMI", pattern=AMI, minLength=1, description="Its name, or an id of it."),
    "reason": Param(type="string", title="Reason", minLength=3, maxLength=500,
                    description="Why it may be pushed again."),
}


class LiftVeto(StepOperator):
    """The AMI may be pushed again."""

    by_hand = LIFT_VETO
    in_the_room = True
    of_a_push = False

    def step(self, visit: Visit) -> str:
        from include.steps.images.veto import lift_veto

        run, params = visit.context["dag_run"], visit.context["params"]
        refuse_undeclared(run.conf or {}, LIFT_FORM)
        return visit.take(lift_veto, params["ami"], params["reason"], run.triggering_user_name or "a person")

    def says(self, value: str) -> str:
        return value
