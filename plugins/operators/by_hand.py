"""The beginning of what a person does by hand: may it be, why, and who. All that before anything is changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from airflow.sdk import Context

from include.domain.audit import FREE, GO, NEVER_REFUSED, NO_GO, HumanAct, about
from include.domain.errors import BadInput
from plugins import wiring
from plugins.permissions import must_be_held

BY_ITSELF = ("scheduled", "asset_triggered")


def begin(act: str, ports: wiring.Ports, context: Context, log: Any) -> None:
    """Keeps who did it and why, where a person started the run. BadInput without a reason, or where the auth manager
    passes over the service's permissions; what cannot be kept is not done. A rollback alone goes on in any case."""
    run = context["dag_run"]
    if not is_by_hand(run):
        return
    try:
        reason = str(context["params"].get("reason") or "").strip()
        must_be_held(ports.service)
        if act not in FREE and not reason:
            raise BadInput(f"{act}: what a person starts needs a reason")
        keep(of_run(act, ports, context, reason), run, ports)
    except Exception as error:
        if act not in NEVER_REFUSED:
            raise
        log.warning("who asked for it, and why, could not be kept: %s", error)


def is_by_hand(run: Any) -> bool:
    """Neither a timetable nor a branch started it."""
    kind = getattr(run, "run_type", "manual")
    return str(getattr(kind, "value", kind)) not in BY_ITSELF


def of_run(act: str, ports: wiring.Ports, context: Context, reason: str) -> HumanAct:
    """The same from each of its tasks, at each try."""
    run = context["dag_run"]
    filled_in: Mapping[str, Any] = run.conf or {}
    return HumanAct(ports.service.service, ports.environment, act, run.triggering_user_name or "a person",
                    run.run_after, reason, about(filled_in), ports.runs.this())


def keep(act: HumanAct, run: Any, ports: wiring.Ports) -> None:
    from include.steps.push.audit import keep_act

    keep_act(act, run.run_id, ports.archive)


def keep_answer(go: bool, by: str, at: datetime, comment: str, ports: wiring.Ports, context: Context, log: Any) -> None:
    """A push is under way by then, so that nothing of this fails it (law 7): its record names who said go, too."""
    act = HumanAct(ports.service.service, ports.environment, GO if go else NO_GO, by, at, comment, "",
                   ports.runs.this())
    try:
        keep(act, context["dag_run"], ports)
    except Exception as error:
        log.warning("who answered, and why, could not be kept: %s", error)
