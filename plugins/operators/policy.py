"""What follows when a region fails, where that is not the rollback of the region itself."""

from typing import Any

from include.domain.looks import Wait
from include.domain.own_metrics.table import ITSELF
from plugins.operators.roll_back import PATIENT, push_of
from plugins.operators.step import StepOperator, Visit


class Hold(StepOperator):
    """In place of the rollback, where a person is to decide: says what the region keeps. A teardown, as that is."""

    in_the_room = True

    def step(self, visit: Visit) -> str:
        from include.steps.push.policy import hold_region

        return visit.take(hold_region, push_of(visit).id)

    def says(self, value: str) -> str:
        return value


class UndoWithTheOthers(StepOperator):
    """Another region failed, so this one, which is complete, goes back, too. A teardown: skipped where all is well."""

    in_the_room = True
    undoes = ITSELF

    def __init__(self, **kwargs: Any):
        super().__init__(**(PATIENT | kwargs))

    def step(self, visit: Visit) -> str | Wait:
        from include.steps.lease import roll_back_owner
        from include.steps.push.policy import undo_with_the_others

        push = push_of(visit)
        return visit.take(undo_with_the_others, roll_back_owner(push.id), push.id,
                          everywhere=visit.everywhere("clusters"))

    def says(self, value: str) -> str:
        return value
