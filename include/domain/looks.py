"""How a step speaks about time: it is handed one `Look`, and answers with a value or with a `Wait`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from include.domain.errors import GaveUp


@dataclass(frozen=True)
class Look:
    """One look at the world. `since` outlives retries: it is when this task looked for the first time. `unseen` is for
    how long of that nobody looked though it was time to: whoever should have was dead."""

    now: datetime
    since: datetime
    unseen: timedelta = timedelta()


class Why(StrEnum):
    """What is waited for, in one word. WORK: what was begun takes its time."""

    WORK = "work"
    PEAK = "peak"
    FREEZE = "freeze"
    HOLD = "hold"
    LEASE = "lease"
    CAPACITY = "capacity"
    HAND = "hand"
    APPROVAL = "approval"


@dataclass(frozen=True)
class Wait:
    """Not yet. `reason` is one sentence for log, UI and chat; `gives_up` is None where only a person ends the wait.

    `score` is the canary's score so far, 0 to 100, where the wait is a bake. `in_the_room`: the team must hear of it.
    `limit` says what its limit is made of, where that is more than a setting.
    """

    reason: str
    since: datetime
    next_look: datetime
    gives_up: datetime | None = None
    score: float | None = None
    in_the_room: bool = False
    limit: str = ""
    why: Why = Why.WORK


def pause(look: Look, *, least: timedelta, most: timedelta) -> timedelta:
    """How long to the next look: a quarter of what was waited so far. What is done after a minute is seen a quarter of
    a minute later at the latest, and what takes an hour is not asked for every few seconds."""
    waited = look.now - look.since - look.unseen
    return min(most, max(least, waited / 4))


def wait_or_give_up(reason: str, look: Look, *, look_every: timedelta, limit: timedelta, made_of: str = "",
                    why: Why = Why.WORK) -> Wait:
    """A Wait until the next look, or GaveUp with the same reason once `limit` has passed since the first look.

    What nobody saw is no reason to give up: a night without Airflow must not undo a push that only waits for its turn.
    """
    gives_up = look.since + look.unseen + limit
    if look.now >= gives_up:
        raise GaveUp(f"gave up after {limit}{f' ({made_of})' if made_of else ''}: {reason}")
    return Wait(reason, look.since, min(look.now + look_every, gives_up), gives_up, limit=made_of, why=why)
