"""Branches merged onwards."""

from typing import Any

from airflow.sdk import Context, Param
from airflow.sdk.exceptions import AirflowFailException

from include.domain.audit import MERGE
from include.domain.push import PushEnd
from include.ports import Merged
from plugins.operators.push import refuse_undeclared
from plugins.operators.step import StepOperator, Visit

# A run that the branch starts takes the default.
MERGE_FORM = {
    "reason": Param("", type="string", title="Reason", maxLength=500, description="Why it is merged now."),
}
HOW = {"already": "had it all", "fast-forward": "was moved forwards", "merge": "has a merge commit"}


class MergeBranch(StepOperator):
    """One branch into another. A conflict merges nothing: the task is red, and the room is told who can mend it."""

    by_hand = MERGE
    in_the_room = True
    of_a_push = False

    def __init__(self, *, source: str, into: str, why: str, **kwargs: Any):
        super().__init__(**kwargs)
        self.source, self.into, self.why = source, into, why

    def step(self, visit: Visit) -> Merged:
        from include.steps.branches.merges import merge_branch

        refuse_undeclared(visit.context["dag_run"].conf or {}, MERGE_FORM)
        return visit.take(merge_branch, self.source, self.into, self.why)

    def says(self, value: Merged) -> str:
        return f"{self.source} is merged into {self.into}, which {HOW[value.how]}: it stands at {value.commit[:12]}"


class MergePushed(StepOperator):
    """What was pushed, merged into the prod branch, once its push has ended well; else this says nothing, and is as red
    as the push is. A teardown: it decides the colour of the run, also where a person ends that. What fails here undoes
    nothing."""

    in_the_room = True

    def execute(self, context: Context) -> Merged:
        record = context["ti"].xcom_pull(task_ids="finish_push")
        if record is None or record.end != PushEnd.SUCCESS:
            raise AirflowFailException("nothing is merged: the push did not end well, as finish_push says")
        return super().execute(context)

    def step(self, visit: Visit) -> Merged:
        from include.steps.branches.merges import merge_pushed

        return visit.take(merge_pushed, visit.push)

    def says(self, value: Merged) -> str:
        return f"what was pushed is merged, and prod {HOW[value.how]}: it stands at {value.commit[:12]}"
