"""The watch over a new ASG: what fails starts a countdown, what fails at its end is undone, and only a clean period
certifies. A person may keep the push in spite of what fails; nothing certifies it while it does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from include.domain import asg_tags
from include.domain.cluster import Asg


@dataclass(frozen=True)
class Alarm:
    """An alarm as its store tells it. `state`: OK, ALARM, or INSUFFICIENT_DATA, which is neither."""

    name: str
    state: str
    reason: str = ""

    @property
    def fires(self) -> bool:
        return self.state == "ALARM"

    @property
    def is_known(self) -> bool:
        return self.state in {"ALARM", "OK"}


@dataclass(frozen=True)
class Seen:
    """One look: what fails, what could not be told, and the numbers, in sentences."""

    failing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    numbers: str = ""


@dataclass(frozen=True)
class Watch:
    """How a watch stands. `failing_since` begins its countdown, `clean_since` its clean period; `kept` says who keeps
    the push whatever fails, and why; empty where nobody does."""

    failing_since: datetime | None
    clean_since: datetime
    kept: str


class Turn(StrEnum):
    """What a look leads to."""

    WAIT = "wait"
    CERTIFY = "certify"
    UNDO = "undo"


@dataclass(frozen=True)
class Next:
    """`at` is when the watch ends if nothing changes: the end of the countdown, or of the clean period."""

    turn: Turn
    failing_since: datetime | None
    clean_since: datetime
    at: datetime


def watch_of(new: Asg, began: datetime) -> Watch:
    """From the tags of the new ASG. A clean period that an earlier watch began counts from this one's beginning."""
    failing, clean = (_instant(new.tags.get(tag)) for tag in (asg_tags.FAILING_SINCE, asg_tags.CLEAN_SINCE))
    return Watch(failing, max(began, clean or began), new.tags.get(asg_tags.KEPT, ""))


def next_turn(watch: Watch, seen: Seen, now: datetime, lasts: timedelta, countdown: timedelta) -> Next:
    """What is not known neither fails nor is clean: a countdown goes on, and nothing is certified."""
    if seen.failing:
        return _failing(watch, now, countdown)
    if watch.failing_since and seen.unknown:
        return Next(Turn.WAIT, watch.failing_since, watch.clean_since, now + lasts)
    clean_since = now if watch.failing_since else watch.clean_since
    certified = now >= clean_since + lasts and not seen.unknown
    return Next(Turn.CERTIFY if certified else Turn.WAIT, None, clean_since, clean_since + lasts)


def _failing(watch: Watch, now: datetime, countdown: timedelta) -> Next:
    since = watch.failing_since or now
    is_over = now >= since + countdown and watch.failing_since is not None and not watch.kept
    return Next(Turn.UNDO if is_over else Turn.WAIT, since, watch.clean_since, since + countdown)


def tags_of(watch: Watch, then: Next) -> dict[str, str | None]:
    """What must be written before anything else is done: the countdown outlives whoever counts."""
    tags: dict[str, str | None] = {}
    if then.failing_since != watch.failing_since:
        tags[asg_tags.FAILING_SINCE] = _text(then.failing_since)
    if then.clean_since != watch.clean_since:
        tags[asg_tags.CLEAN_SINCE] = _text(then.clean_since)
    return tags


def alarms_seen(alarms: Sequence[Alarm]) -> Seen:
    """Each that fires, with the reason that its store gives, and each that has too little data."""
    return Seen(tuple(f"alarm {a.name} fires{f': {a.reason}' if a.reason else ''}" for a in alarms if a.fires),
                tuple(f"alarm {a.name} is {a.state}" for a in alarms if not a.is_known))


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _text(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat() if instant else None
