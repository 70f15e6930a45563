"""Undoing a push in one region: by itself when the push failed there, or by a person's hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from airflow.sdk import Param

from include.domain.audit import ROLL_BACK
from include.domain.declared.environments import PROD
from include.domain.errors import NothingToUndo, Refused
from include.domain.looks import Wait
from include.domain.own_metrics.of_a_push import standing
from include.domain.own_metrics.table import A_PERSON, ITSELF
from include.domain.push import Push
from plugins.notifiers.measuring import tell
from plugins.operators.push import refuse_undeclared
from plugins.operators.step import StepOperator, Visit

# A rollback that gives up leaves the region half way: it is tried for minutes longer than the push.
PATIENT = {"retries": 30}


class RollBack(StepOperator):
    """Undo what this push left half way in the region.

    A teardown: it runs whatever happened, and skips itself where all is well.
    """

    in_the_room = True
    undoes = ITSELF

    def __init__(self, **kwargs: Any):
        super().__init__(**(PATIENT | kwargs))

    def step(self, visit: Visit) -> str | Wait:
        from include.steps.lease import roll_back_owner
        from include.steps.undoing.roll_back import roll_back

        push = push_of(visit)
        return visit.take(roll_back, roll_back_owner(push.id), push.id, also_complete=False)

    def says(self, value: str) -> str:
        return value


def push_of(visit: Visit) -> Push:
    push = visit.push
    if push is None:
        raise NothingToUndo("the push never started, so there is nothing to undo")
    return push


def roll_back_form(regions: list[str], environment: str = PROD) -> dict[str, Param]:
    """What a person is asked who rolls back by hand."""
    return {
        "regions": Param(regions, type="array", title="Regions", items={"enum": regions}, examples=regions,
                         minItems=1, uniqueItems=True),
        "reason": Param(type="string", title="Reason", minLength=3, maxLength=500),
        "veto": Param(environment == PROD, type="boolean", title="Veto the AMI",
                      description="On: it is not pushed again until somebody lifts the veto."),
        "push": Param("", type="string", title="Push", maxLength=100,
                      description="Id of the push to undo. Empty: the newest that can still be undone."),
    }


class PushToUndo(StepOperator):
    """Which push a person wants undone in the region. Decided once: while it is being undone, it is not to be found."""

    by_hand = ROLL_BACK

    def step(self, visit: Visit) -> str:
        from include.steps.undoing.roll_back import push_to_undo

        params = visit.context["params"]
        refuse_undeclared(visit.context["dag_run"].conf or {}, params)
        if self.region not in params["regions"]:
            raise NothingToUndo(f"{self.region} was not chosen")
        with _nothing_is_refused():
            return params["push"] or visit.take(push_to_undo)

    def says(self, value: str) -> str:
        return f"{value} is undone in {self.region}"


class RollBackByHand(StepOperator):
    """Undo it, with the lease from whoever holds it."""

    template_fields = ("push",)
    in_the_room = True
    undoes = A_PERSON

    def __init__(self, *, push: Any, **kwargs: Any):
        super().__init__(**(PATIENT | kwargs))
        self.push = push

    def step(self, visit: Visit) -> str | Wait:
        from include.steps.undoing.roll_back import roll_back

        with _nothing_is_refused():
            done = visit.take(roll_back, visit.push_id, self.push, also_complete=True)
        if isinstance(done, Wait):
            return done
        run, reason = visit.context["dag_run"], visit.context["params"]["reason"]
        return f"{done} ({run.triggering_user_name or 'a person'}: {reason})"

    def says(self, value: str) -> str:
        return value


class FinishRollBack(StepOperator):
    """Once the chosen regions are done: the AMI's veto, and what the records of the undone pushes say. A teardown."""

    by_hand = ROLL_BACK
    in_the_room = True

    def __init__(self, *, regions: list[str], **kwargs: Any):
        super().__init__(**kwargs)
        self.regions = regions

    def step(self, visit: Visit) -> str:
        from include.steps.images.veto import veto_undone
        from include.steps.push.record import revise_record

        run, params, ti = visit.context["dag_run"], visit.context["params"], visit.context["ti"]
        by, clusters = run.triggering_user_name or "a person", visit.everywhere("clusters")
        pulled = (ti.xcom_pull(task_ids=f"{region.replace('-', '_')}.push_to_undo") for region in self.regions)
        said = []
        for push_id in sorted({push for push in pulled if push}):
            record = visit.take(revise_record, push_id=push_id, reason=f"rolled back by {by}: {params['reason']}",
                                clusters=clusters)
            if record:
                tell(visit.ports, standing, record)
                said.append(f"{push_id} is {record.end} now")
            said += [visit.take(veto_undone, push_id=push_id, reason=params["reason"], by=by,
                                clusters=clusters)] if params["veto"] else []
        if not any(said):
            raise NothingToUndo("nothing was undone")
        return "; ".join(filter(None, said))

    def says(self, value: str) -> str:
        return value


@contextmanager
def _nothing_is_refused() -> Iterator[None]:
    """A person asked for it: that there is nothing to undo is a failure, not a task to skip."""
    try:
        yield
    except NothingToUndo as nothing:
        raise Refused(str(nothing)) from nothing
