"""Whether every region could take the push."""

from typing import Any

from include.domain.push import Push
from plugins.operators.step import StepOperator, Visit


class PreFlight(StepOperator):
    """All that would stop the push in any region, known before the canary bakes for hours."""

    template_fields = ("push",)
    gives_way = True

    def __init__(self, *, push: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.push = push

    def step(self, visit: Visit) -> Push:
        from include.steps.push.pre_flight import pre_flight

        return visit.take(pre_flight, self.push,
                          **{port: visit.everywhere(port) for port in ("clusters", "traffic", "limits", "alarms")})

    def says(self, value: Push) -> str:
        return f"every region can take {value.ami}"
