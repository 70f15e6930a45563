"""Branches merged onwards."""

from typing import Any

from airflow.sdk import Param

from include.ports import Merged
from plugins.operators.push import refuse_undeclared
from plugins.operators.step import StepOperator, Visit

MERGE_FORM: dict[str, Param] = {}       # nothing is asked
HOW = {"already": "had it all", "fast-forward": "was moved forwards", "merge": "has a merge commit"}


class MergeBranch(StepOperator):
    """One branch into another. A conflict merges nothing: the task is red, and the room is told who can mend it."""

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
