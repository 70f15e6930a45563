"""What a step measures while it waits, and when it ends."""

from dataclasses import dataclass
from datetime import datetime
from traceback import walk_tb

from include.domain.canary import Decision, Verdict
from include.domain.errors import Guard, Inconclusive, NoGo, SerinError
from include.domain.looks import Wait, Why
from include.domain.own_metrics.metric import NONE, Measured
from include.domain.own_metrics.of_a_push import begun
from include.domain.own_metrics.table import (
    DONE,
    ERRORS,
    FAILED,
    JUDGED,
    JUDGED_AT,
    NEXT_LOOK,
    REGION_TIME,
    ROLLBACKS,
    SAVES,
    SCORE,
    STEP_TIME,
    UNSAID,
    VERDICTS,
    WAIT_SINCE,
    WAIT_TIME,
)
from include.domain.push import Push, RegionPlan

AGAIN = "again"
STARTS = ("start_push", "begin")     # of a push, and of a deploy in each environment that it goes to
SAVED_BY_WAITING = {Why.CAPACITY: Guard.CAN_CARRY, Why.LEASE: Guard.LEASE}
ADAPTERS = "include.adapters."


@dataclass(frozen=True)
class Place:
    """Whose step it is, and where: the labels of what it measures."""

    service: str
    environment: str
    region: str
    flow: str
    step: str

    @property
    def here(self) -> dict[str, str]:
        return {"service": self.service, "environment": self.environment}

    @property
    def labels(self) -> dict[str, str]:
        return {**self.here, "region": self.region, "flow": self.flow, "step": self.step}


@dataclass(frozen=True)
class Waiting:
    """What a step waits for, and since when it has been that."""

    why: str
    since: datetime


def place(service: str, environment: str, region: str, dag: str, task: str) -> Place:
    """The gates are one step, however a team calls them, and so are the regions that are undone together."""
    group, _, step = task.rpartition(".")
    group = group.rpartition(".")[2]
    named = {"gates": "gate", "undo_all": "roll_back"}.get(group, step)
    return Place(service, environment, region, dag.removeprefix(f"{service}_"), named)


def waits(where: Place, wait: Wait, before: Waiting | None, now: datetime) -> list[Measured]:
    """`before` is what it waited for until now; a guard that makes it wait counts once, not at each look."""
    if before and before.why == wait.why:
        return [*_goes_on(where, wait, before.since), *_score(where, wait.score)]
    guard = SAVED_BY_WAITING.get(wait.why)
    saved = [SAVES.of(1, **where.here, guard=guard)] if guard else []
    over = waited(where, before, now) if before else []
    return [*over, *_goes_on(where, wait, now), *saved, *_score(where, wait.score)]


def waited(where: Place, before: Waiting, now: datetime) -> list[Measured]:
    """The wait is over."""
    seconds = (now - before.since).total_seconds()
    return [WAIT_TIME.of(seconds, **where.here, step=where.step, why=before.why),
            WAIT_SINCE.of(0, **where.labels, why=before.why), NEXT_LOOK.of(0, **where.labels)]


def done(where: Place, value: object, since: datetime, now: datetime) -> list[Measured]:
    took = [STEP_TIME.of((now - since).total_seconds(), **where.labels, end=DONE)]
    if isinstance(value, Push) and where.step in STARTS:
        took += begun(value)
    if isinstance(value, Verdict):
        took += [VERDICTS.of(1, **where.here, decision=value.decision), *_judged(where, value, now)]
    if isinstance(value, RegionPlan) and where.step == "delete_baseline":
        seconds = (now - value.planned_at).total_seconds()
        took.append(REGION_TIME.of(seconds, **where.here, region=where.region))
    return took


def failed(where: Place, error: BaseException, since: datetime, now: datetime) -> list[Measured]:
    took = [STEP_TIME.of((now - since).total_seconds(), **where.labels, end=FAILED), _error(where, error, FAILED)]
    guard = getattr(error, "guard", "")
    if guard:
        took.append(SAVES.of(1, **where.here, guard=guard))
    if isinstance(error, NoGo | Inconclusive):
        decision = error.verdict.decision if error.verdict else _decision(error)
        took += [VERDICTS.of(1, **where.here, decision=decision), *_judged(where, error.verdict, now)]
    return took


def again(where: Place, error: BaseException) -> list[Measured]:
    """A passing fault: Airflow runs the task again."""
    return [_error(where, error, AGAIN)]


def rolled_back(where: Place, by: str, end: str) -> list[Measured]:
    return [ROLLBACKS.of(1, **where.here, by=by, end=end)]


def unsaid(service: str, environment: str, where: str) -> list[Measured]:
    return [UNSAID.of(1, service=service, environment=environment, where=where)]


def port_of(error: BaseException) -> str:
    """The port whose adapter raised it; "none" where it was no adapter."""
    names = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__)]
    ours = [name.removeprefix(ADAPTERS) for name in names if name.startswith(ADAPTERS)]
    rooms = [name.partition(".")[0] for name in ours if "." in name]
    return rooms[-1] if rooms else NONE


def _goes_on(where: Place, wait: Wait, since: datetime) -> list[Measured]:
    return [WAIT_SINCE.of(since.timestamp(), **where.labels, why=wait.why),
            NEXT_LOOK.of(wait.next_look.timestamp(), **where.labels)]


def _score(where: Place, score: float | None) -> list[Measured]:
    return [] if score is None else [SCORE.of(score, **where.here)]


def _judged(where: Place, verdict: Verdict | None, now: datetime) -> list[Measured]:
    at = [JUDGED_AT.of(now.timestamp(), **where.here)]
    return [*at, *_score(where, verdict.score), JUDGED.of(verdict.metrics, **where.here)] if verdict else at


def _decision(error: NoGo | Inconclusive) -> Decision:
    return Decision.NO_GO if isinstance(error, NoGo) else Decision.INCONCLUSIVE


def _error(where: Place, error: BaseException, then: str) -> Measured:
    named = type(error).__name__ if isinstance(error, SerinError) else "unexpected"
    return ERRORS.of(1, **where.here, step=where.step, port=port_of(error), error=named, then=then)
