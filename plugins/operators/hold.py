"""Holding a service back by hand, and letting it go on."""

from airflow.sdk import Param

from include.domain.audit import HOLD, RESUME
from plugins.operators.push import refuse_undeclared
from plugins.operators.step import StepOperator, Visit

HOLD_FORM = {
    "reason": Param(type="string", title="Reason", minLength=3, maxLength=300,
                    description="Shown by everything that waits for it."),
}


class HoldBack(StepOperator):
    """No canary is launched and no region is begun from now on."""

    by_hand = HOLD
    in_the_room = True
    of_a_push = False

    def step(self, visit: Visit) -> str:
        from include.steps.push.hold import hold

        return visit.take(hold, *who_and_why(visit))

    def says(self, value: str) -> str:
        return value


class Resume(HoldBack):
    """What was held back goes on."""

    by_hand = RESUME

    def step(self, visit: Visit) -> str:
        from include.steps.push.hold import resume

        return visit.take(resume, *who_and_why(visit))


def who_and_why(visit: Visit) -> tuple[str, str]:
    run, params = visit.context["dag_run"], visit.context["params"]
    refuse_undeclared(run.conf or {}, HOLD_FORM)
    return run.triggering_user_name or "a person", params["reason"]
