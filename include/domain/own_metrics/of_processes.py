"""What the watcher of a branch and the bot in the room measure: processes that no push belongs to."""

from collections.abc import Sequence
from datetime import datetime

from include.domain.announcements import Announcement
from include.domain.own_metrics.metric import Measured
from include.domain.own_metrics.table import BACKLOG, CHAT_LOOKS, CHAT_SEEN, ERROR, OK, OLDEST, POLLED, POLLS


def answered(service: str, branch: str, now: datetime) -> list[Measured]:
    """A branch's remote was asked, and answered; once is enough for the failures to begin at 0."""
    here = {"service": service, "branch": branch}
    return [POLLS.of(1, **here, answer=OK), POLLS.of(0, **here, answer=ERROR), POLLED.of(now.timestamp(), **here)]


def no_answer(service: str, branch: str) -> list[Measured]:
    return [POLLS.of(1, service=service, branch=branch, answer=ERROR)]


def told(service: str, waiting: Sequence[Announcement], now: datetime) -> list[Measured]:
    """A look of the bot; `waiting` is what the room has not heard when it ends."""
    oldest = min((one.at.timestamp() for one in waiting), default=0)
    return [CHAT_LOOKS.of(1, service=service, answer=OK), CHAT_LOOKS.of(0, service=service, answer=ERROR),
            CHAT_SEEN.of(now.timestamp(), service=service), BACKLOG.of(len(waiting), service=service),
            OLDEST.of(oldest, service=service)]


def not_told(service: str) -> list[Measured]:
    return [CHAT_LOOKS.of(1, service=service, answer=ERROR)]
