"""The ends of a deploy, and its beginning in each environment that it goes to."""

from typing import Any

from airflow.sdk import Param

from include.domain.audit import DEPLOY
from include.domain.looks import Wait
from include.domain.push import Push, PushKind
from plugins.operators.push import COMMIT, FinishPush, asked_for, started
from plugins.operators.step import StepOperator, Visit

DEPLOY_FORM = {
    "commit": Param("", type="string", title="Commit", pattern=COMMIT,
                    description="7 to 40 hex digits. Empty: the head of the branch."),
    "reason": Param("", type="string", title="Reason", maxLength=500, description="Why this is deployed now."),
}


class StartDeploy(StepOperator):
    """What is deployed, why, and who started it."""

    by_hand = DEPLOY
    in_the_room = True

    def __init__(self, *, flow: str, branch: str, **kwargs: Any):
        super().__init__(**kwargs)
        self.flow, self.branch = flow, branch

    def step(self, visit: Visit) -> Push | Wait:
        from include.steps.push.ends import PushRequest

        asked = asked_for(visit.context, DEPLOY_FORM)
        return started(visit, PushRequest(kind=str(PushKind.DEPLOY), branch=self.branch, **asked), self.flow, {})

    def says(self, value: Push) -> str:
        where = " and ".join((self.environment, *self.also))
        return (f"commit {value.commit[:12]} of {value.service} is on its way to {where}, started by "
                f"{value.started_by}: {value.reason or 'no reason given'}")


class BeginDeploy(StepOperator):
    """The deploy as it goes to this environment; where its commit runs already, the rest is skipped."""

    template_fields = ("push",)
    gives_way = True

    def __init__(self, *, push: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.push = push

    def step(self, visit: Visit) -> Push:
        from include.steps.push.deploys import begin_deploy

        return visit.take(begin_deploy, visit.of_here(self.push), clusters=visit.everywhere("clusters"))

    def says(self, value: Push) -> str:
        return f"AMI {value.ami} goes to {value.environment}"


class FinishDeploy(FinishPush):
    """What the regions of this environment really run decides how the deploy ended. What was seen where nobody is
    served vetoes no AMI: the weekly push takes what is healthy in staging, and every push has its canary."""

    def vetoed(self, visit: Visit, push: Push) -> dict[str, str]:
        return {}
