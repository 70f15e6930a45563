"""What one instance carries, found under prod traffic."""

from typing import TYPE_CHECKING, Any

from airflow.sdk import Context

from include.domain.looks import Look, Wait
from include.domain.squeeze.sweet_spot import SweetSpot
from plugins.links.archived import ReportLink
from plugins.operators.step import StepOperator, Visit, now, push_id

if TYPE_CHECKING:
    from include.steps.squeeze.running import Squeezing


class Squeeze(StepOperator):
    """One instance of the canary gets more and more traffic, then one of the baseline; it goes back at the first sign
    that it is too much, and where the task is stopped."""

    template_fields = ("canary",)
    operator_extra_links = (ReportLink(),)
    in_the_room = True
    gives_way = True

    def __init__(self, *, canary: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.canary = canary
        self._squeezing: Squeezing | None = None

    def look_again(self, context: Context, event: Any = None, told: str = "") -> Any:
        try:
            return super().look_again(context, event, told)
        except BaseException:
            self._let_go(context)       # also where the task was stopped, or gives way, between two looks
            raise

    def step(self, visit: Visit) -> SweetSpot | Wait:
        from include.steps.squeeze.live import squeeze
        from include.steps.squeeze.running import Squeezing

        self._squeezing = self._squeezing or Squeezing()
        return visit.take(squeeze, self.canary, self._squeezing)

    def says(self, value: SweetSpot) -> str:
        return f"{value.reason} {value.report}".rstrip()

    def _let_go(self, context: Context) -> None:
        """Airflow gives a stopped task seconds: enough for one call, and `retire` does the same a little later."""
        if self._squeezing is None or self._squeezing.began is None:
            return
        from include.steps.squeeze.live import let_go

        look = Look(now(), now())
        visit = Visit(self._ports(), look, push_id(self.service, context, self.environment), context)
        try:
            visit.take(let_go, self.canary)
        except Exception as error:
            self.log.warning("the weights could not be put back: %s", error)
