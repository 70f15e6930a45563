"""What pushes that died left over: looked for, put right when the run was told to, and told."""

from typing import Any

from airflow.sdk import Context, Param

from include.domain.audit import REPAIR
from include.domain.by_hand import to_repair
from include.domain.errors import BadInput, Final, NothingToUndo
from include.domain.left_over import Leftovers
from include.domain.looks import Wait
from include.domain.own_metrics.of_a_push import clean
from plugins import wiring
from plugins.notifiers.measuring import tell
from plugins.operators.failures import what_failed
from plugins.operators.push import refuse_undeclared
from plugins.operators.roll_back import PATIENT
from plugins.operators.step import StepOperator, Visit


def repair_form(regions: list[str]) -> dict[str, Param]:
    """What a person is asked. The weekly check takes the defaults: it only looks."""
    return {
        "do_it": Param(False, type="boolean", title="Do it", description="Off: only look, and say what would be done."),
        "regions": Param(regions, type="array", title="Regions", items={"enum": regions}, examples=regions,
                         minItems=1, uniqueItems=True),
        "reason": Param("", type="string", title="Reason", maxLength=500, description="Needed where it is done."),
    }


class LeftOver(Final):
    """Something is left over: the run is red until somebody sees to it."""


class LookOver(StepOperator):
    """What is left over in the region, whose it is, since when, and what would be done about it."""

    by_hand = REPAIR
    of_a_push = False

    def done_by_hand(self, context: Context) -> str:
        return self.by_hand if context["params"]["do_it"] else ""

    def step(self, visit: Visit) -> Leftovers:
        from include.steps.undoing.repair import look_over

        params = visit.context["params"]
        refuse_undeclared(visit.context["dag_run"].conf or {}, params)
        if params["do_it"] and not params["reason"].strip():
            raise BadInput("a repair that changes something needs a reason")
        if self.region not in params["regions"]:
            raise NothingToUndo(f"{self.region} was not chosen")
        return visit.take(look_over, visit.push_id)

    def says(self, value: Leftovers) -> str:
        return value.says


class Repair(StepOperator):
    """Put it right, if the run was told to."""

    template_fields = ("left",)
    in_the_room = True
    of_a_push = False

    def __init__(self, *, left: Any, **kwargs: Any):
        super().__init__(**(PATIENT | kwargs))
        self.left = left

    def step(self, visit: Visit) -> Leftovers | Wait:
        from include.steps.undoing.repair import repair

        if not self.left.count:
            raise NothingToUndo(self.left.says)
        if not visit.context["params"]["do_it"]:
            raise NothingToUndo("only looked: start the run with do_it to have it put right")
        return visit.take(repair, visit.push_id)

    def says(self, value: Leftovers) -> str:
        return f"repaired; {value.says}"


class FinishRepair(StepOperator):
    """Looks once more, and keeps what it saw. Red where anything is left over: of that alone the room hears."""

    of_a_push = False

    def step(self, visit: Visit) -> str:
        from include.steps.undoing.repair import finish_repair

        params, run = visit.context["params"], visit.context["dag_run"]
        failures = what_failed(visit.context)
        places = {region: wiring.ports(self.service, self.environment, region) for region in params["regions"]}
        asked = {"do_it": params["do_it"], "reason": params["reason"], "by": run.triggering_user_name or "schedule"}
        left = visit.take(finish_repair, visit.push_id, asked, failures, places=places)
        told = "; ".join(region.says for region in left)
        over = [region.region for region in left if region.count]
        if not over and set(params["regions"]) >= set(visit.ports.regions):
            tell(visit.ports, clean, self.service, self.environment)
        if failures or over:
            advice = f"to have it put right: {to_repair(self.service, self.environment, over)}"
            raise LeftOver("; ".join([told, *failures.values(), *([advice] if over and not params["do_it"] else [])]))
        return told

    def says(self, value: str) -> str:
        return value
