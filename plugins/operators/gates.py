"""A commit at the gates that its service declares."""

from typing import Any

from include.domain.errors import NotPassed
from include.domain.gates import GateResult
from include.domain.looks import Wait
from plugins.links.archived import LOG, LogLink
from plugins.operators.step import StepOperator, Visit


class TryGate(StepOperator):
    """One gate: what it said of the commit before, or a new try. Where it says no, the flow stops here."""

    template_fields = ("push",)
    operator_extra_links = (LogLink(),)
    gives_way = True

    def __init__(self, *, push: Any, gate: str, **kwargs: Any):
        super().__init__(**kwargs)
        self.push, self.gate = push, gate

    def step(self, visit: Visit) -> GateResult | Wait:
        from include.steps.gates.trying import try_gate

        try:
            found = visit.take(try_gate, self.push, self.gate, gate=visit.ports.gate(self.gate),
                               clusters=visit.everywhere("clusters"))
        except NotPassed as no:
            visit.context["ti"].xcom_push(LOG, no.log)
            raise
        if isinstance(found, GateResult):
            visit.context["ti"].xcom_push(LOG, found.log)
        return found

    def says(self, value: GateResult) -> str:
        before = "" if value.push_id == self.push.id else f" (in {value.push_id})"
        return f"{value.commit[:12]} passed gate {value.name}{before}: {value.reason}; its log: {value.log}"
