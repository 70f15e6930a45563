"""The two ends of a push."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from airflow.sdk import Context, Param

from include.domain.announcements import Kind
from include.domain.audit import PUSH
from include.domain.by_hand import to_roll_back
from include.domain.declared.environments import PROD
from include.domain.errors import BadInput, Final, Superseded
from include.domain.looks import Wait
from include.domain.own_metrics.of_a_push import ended
from include.domain.push import WATCHER, Push, PushEnd, PushKind, PushRecord
from plugins.notifiers.measuring import tell
from plugins.operators.aws_calls import of_the_run
from plugins.operators.failures import ended_early, what_failed, what_harmed
from plugins.operators.step import StepOperator, Visit

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

    by_hand = PUSH
    in_the_room = True
    tells = Kind.START

    def __init__(self, *, kind: str = PushKind.PATCH, **kwargs: Any):
        super().__init__(**kwargs)
        self.kind = kind

    def step(self, visit: Visit) -> Push | Wait:
        from include.steps.push.already import must_be_needed
        from include.steps.push.ends import PushRequest

        branch = visit.ports.service.branches.prod
        request = PushRequest(kind=str(self.kind), branch=branch, **asked_for(visit.context))
        clusters = visit.everywhere("clusters")
        push = started(visit, request, PROD, clusters)
        if not isinstance(push, Wait):
            must_be_needed(push, clusters)
        return push

    def says(self, value: Push) -> str:
        what = f"commit {value.commit[:12]}" if value.commit else f"AMI {value.ami}"
        why = value.reason or "no reason given"
        return f"{what} of {value.service} is on its way, started by {value.started_by}: {why}"


def started(visit: Visit, request: Any, flow: str, clusters: Mapping[str, Any]) -> Push | Wait:
    """The push of what was asked for; of the head of the branch where the watcher asked. Once that is known it is
    handed on, for a push that is refused, or not needed, has a record, too."""
    from include.steps.push.ends import as_asked, start_push
    from include.steps.push.heard import take_up

    ti = visit.context["ti"]
    if request.started_by == WATCHER:
        taken = visit.take(take_up, request.branch, flow)
        if isinstance(taken, Wait):
            return taken
        request = replace(request, commit=taken.commit)
        ti.xcom_push("return_value", visit.take(as_asked, request))
        if taken.settled:
            raise Superseded(taken.settled)
    push = visit.take(start_push, request, clusters=clusters)
    ti.xcom_push("return_value", push)
    return push


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
        tell(visit.ports, ended, record)
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
    """What the run was asked to push, and who asked: the events of the branch, the oldest first, or the form."""
    run = context["dag_run"]
    if events := [event for heard in (context.get("triggering_asset_events") or {}).values() for event in heard]:
        oldest, newest = (event.extra.get("payload", {}) for event in (events[0], events[-1]))
        return {"commit": str(newest.get("commit", "")), "ami": "", "started_by": WATCHER,
                "previous": str(oldest.get("previous", "")),
                "reason": f"new commit on {newest.get('branch', 'the branch')}"}
    refuse_undeclared(run.conf or {}, form)
    params = context["params"]
    return {"commit": params["commit"], "ami": params.get("ami", ""), "reason": params["reason"],
            "started_by": run.triggering_user_name or "a person"}


def refuse_undeclared(conf: Mapping[str, Any], form: Mapping[str, Any]) -> None:
    """Airflow takes any key in a run's conf; one that nothing reads was meant for something."""
    if unknown := sorted(set(conf) - set(form)):
        raise BadInput(f"this run knows no {', '.join(map(repr, unknown))}; it takes {', '.join(form) or 'nothing'}")
