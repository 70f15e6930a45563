"""A squeeze by hand: its tasks, where they are not a canary's."""

from airflow.sdk import Param

from include.domain.audit import SQUEEZE
from include.domain.looks import Wait
from include.domain.push import Push
from include.domain.squeeze.sweet_spot import SweetSpot
from plugins.operators.calibrate import RetireCalibration
from plugins.operators.push import AMI, refuse_undeclared
from plugins.operators.squeeze import Squeeze
from plugins.operators.step import StepOperator, Visit

START = "start_squeeze"
SQUEEZE_FORM = {
    "ami": Param("", type="string", title="AMI", pattern=AMI,
                 description="Name or id of an AMI that was built before. Empty: the one that runs."),
    "reason": Param("", type="string", title="Reason", maxLength=500, description="Why it is squeezed now."),
}


class StartSqueeze(StepOperator):
    """Which AMI is squeezed."""

    by_hand = SQUEEZE

    def step(self, visit: Visit) -> Push:
        from include.steps.squeeze.by_hand import start_squeeze

        run, params = visit.context["dag_run"], visit.context["params"]
        refuse_undeclared(run.conf or {}, SQUEEZE_FORM)
        return visit.take(start_squeeze, params["ami"], params["reason"], run.triggering_user_name or "a person")

    def says(self, value: Push) -> str:
        return f"squeeze of {value.ami}, started by {value.started_by}: {value.reason or 'no reason given'}"


class SqueezeByHand(Squeeze):
    """The same as in a push; what could not be found is red."""

    gives_way = False

    def step(self, visit: Visit) -> SweetSpot | Wait:
        from include.steps.squeeze.by_hand import must_have_found

        answer = super().step(visit)
        return answer if isinstance(answer, Wait) else must_have_found(answer)


class RetireSqueezed(RetireCalibration):
    """Both sides, and then the lease."""

    start, what = START, "squeeze"
