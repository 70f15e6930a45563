"""What changes with a push, before anything is changed."""

from typing import Any

from include.domain.changes.report import Told
from include.domain.looks import Wait
from include.domain.push import Push
from plugins.links.archived import CHANGES, ChangesLink
from plugins.operators.step import StepOperator, Visit


class TellChanges(StepOperator):
    """Commits, libraries, config and launch templates beside what runs: a page, and a line in the room. Law 7: nothing
    here fails the push."""

    template_fields = ("push",)
    operator_extra_links = (ChangesLink(),)
    in_the_room = True

    def __init__(self, *, push: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.push, self.told = push, Told("", "")

    def step(self, visit: Visit) -> Push | Wait:
        told = self._told(visit)
        if isinstance(told, Wait):
            return told
        self.told = told
        if told.page:
            visit.context["ti"].xcom_push(CHANGES, told.page)
        return self.push

    def says(self, value: Push) -> str:
        return self.told.line

    def _told(self, visit: Visit) -> Told | Wait:
        try:
            from include.steps.changes.tell import tell_changes

            return visit.take(tell_changes, self.push, clusters=visit.everywhere("clusters"))
        except Exception as error:
            self.log.exception("what changes cannot be told")
            return Told(f"what changes cannot be told: {type(error).__name__}: {error}", "")
