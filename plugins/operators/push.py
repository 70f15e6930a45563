"""The two ends of a push."""

from collections.abc import Mapping
from typing import Any

from airflow.sdk import Context, Param

from include.domain.announcements import Kind
from include.domain.by_hand import to_roll_back
from include.domain.errors import BadInput, Final
from include.domain.push import WATCHER, Push, PushEnd, PushKind, PushRecord
from plugins.operators.aws_calls import of_the_run
from plugins.operators.failures import ended_early, what_failed, what_harmed
from plugins.operators.step import StepOperator, Visit, give_way

AMI = "^[A-Za-z0-9()\\[\\] ./'@_-]{0,128}$"    # what AWS takes as a name, and every id
COMMIT = "^([0-9a-f]{7,40})?$"

# Shown as a form in the UI. A run that the branch watcher starts takes the defaults.
PATCH_FORM = {
    "commit": Param("", type="string", title="Commit", pattern=COMMIT,
                    description="7 to 40 hex digits. Empty, and no AMI: the head of the prod branch."),
    "ami": Param("", type="string", title="AMI", pattern=AMI,
                 description="Name or id of an AMI that was built before, instead of a commit."),
    "reason": Param("", type="string", title="Reason", maxLength=500, description="Why this is pushed now."),
}


class PushEnded(Final):
    """The push did not succeed: its run is red, whatever its tasks say."""


class StartPush(StepOperator):
    """What is pushed, why, and who started it."""

    in_the_room = True
    tells = Kind.START

    def __init__(self, *, kind: str = PushKind.PATCH, **kwargs: Any):
        super().__init__(**kwargs)
        self.kind = kind

    def step(self, visit: Visit) -> Push:
        from include.steps.push.already import must_be_needed
        from include.steps.push.ends import PushRequest, start_push

        asked, clusters = asked_for(visit.context), visit.everywhere("clusters")
        push = visit.take(start_push, PushRequest(kind=str(self.kind), **asked), clusters=clusters)
        visit.context["ti"].xcom_push("return_value", push)     # its record is written, also where it is not needed
        must_be_needed(push, clusters)
        give_way(visit, push)
        return push

    def says(self, value: Push) -> str:
        what = f"commit {value.commit[:12]}" if value.commit else f"AMI {value.ami}"
        why = value.reason or "no reason given"
        return f"{what} of {value.service} is on its way, started by {value.started_by}: {why}"


class FinishPush(StepOperator):
    """What the regions really run decides how the push ended; the run is red unless that is success."""

    in_the_room = True
    tells = Kind.FINISH

    def step(self, visit: Visit) -> PushRecord:
        from include.steps.push.ends import finish_push

        failures = what_failed(visit.context, self.environment)
        push = visit.push
        if push is None:
            raise PushEnded(f"it never started: {'; '.join(failures.values()) or 'the first task did not run'}")
        failures = failures | self.vetoed(visit, push)
        record = visit.take(finish_push, push, failures, aws_calls=of_the_run(visit.context, self.environment),
                            clusters=visit.everywhere("clusters"),
                            early=ended_early(visit.context, self.environment),
                            approval=visit.context["ti"].xcom_pull(task_ids="approve"))
        if record.end not in (PushEnd.SUCCESS, PushEnd.SUPERSEDED):
            visit.context["ti"].xcom_push("return_value", record)
            raise PushEnded(f"{record.end}: {record.reason}")
        return record

    def vetoed(self, visit: Visit, push: Push) -> dict[str, str]:
        """The AMI is not to be pushed again where it did harm; what says so."""
        from include.steps.images.veto import veto_for_harm

        said = visit.take(veto_for_harm, push, what_harmed(visit.context))
        return {"veto": said} if said else {}

    def says(self, value: PushRecord) -> str:
        if not value.regions:
            return f"{value.end}: {value.reason}"
        regions = value.regions.split(",")
        runs = f"{value.end}: {value.ami} runs in {', '.join(regions)}. {value.reason}".rstrip()
        undo = to_roll_back(value.service, value.environment, regions, value.push_id)
        return f"{runs} AWS was called {value.aws_calls} times. To undo it: {undo}"


def asked_for(context: Context, form: Mapping[str, Any] = PATCH_FORM) -> dict[str, str]:
    """What the run was asked to push, and who asked: the newest event of the branch, or the form."""
    run = context["dag_run"]
    if events := [event for heard in (context.get("triggering_asset_events") or {}).values() for event in heard]:
        payload = events[-1].extra.get("payload", {})
        return {"commit": str(payload.get("commit", "")), "ami": "", "started_by": WATCHER,
                "reason": f"new commit on {payload.get('branch', 'the prod branch')}"}
    refuse_undeclared(run.conf or {}, form)
    params = context["params"]
    return {"commit": params["commit"], "ami": params.get("ami", ""), "reason": params["reason"],
            "started_by": run.triggering_user_name or "a person"}


def refuse_undeclared(conf: Mapping[str, Any], form: Mapping[str, Any]) -> None:
    """Airflow takes any key in a run's conf; one that nothing reads was meant for something."""
    if unknown := sorted(set(conf) - set(form)):
        raise BadInput(f"this run knows no {', '.join(map(repr, unknown))}; it takes {', '.join(form) or 'nothing'}")
