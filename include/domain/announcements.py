"""What the team's room is told, as data: each thing once, however often a task that was run again says it."""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

MOST_OF_A_MESSAGE = 3000        # characters
MOST_OF_A_TOPIC = 240
DIGEST_FROM = 4                 # as many that wait to be told become one message


class Kind(StrEnum):
    """START and FINISH are of a whole push, and make the room's topic. NEEDED and FAILED want somebody to look."""

    START = "start"
    PROGRESS = "progress"
    NEEDED = "needed"
    FAILED = "failed"
    FINISH = "finish"


LOUD = (Kind.NEEDED, Kind.FAILED, Kind.FINISH)


@dataclass(frozen=True)
class Announcement:
    """`about` is the push, or the run, that it is of; `id` is the same for what says the same of the same task."""

    id: str
    service: str
    about: str
    task: str
    kind: str
    text: str
    at: datetime

    def __str__(self) -> str:
        return f"{self.about} {self.task}: {self.text}"


@dataclass(frozen=True)
class Message:
    """What is sent at once, and the ids of the announcements in it; `loud` where somebody should look."""

    ids: tuple[str, ...]
    text: str
    about: str
    loud: bool = False


def announcement(service: str, about: str, task: str, kind: str, text: str, at: datetime) -> Announcement:
    """A sentence that differs in its numbers only, as after a retry, is the same one."""
    said = "\0".join((service, about, task, kind, gist(text)))
    return Announcement(hashlib.sha256(said.encode()).hexdigest()[:16], service, about, task, str(kind), text, at)


def gist(sentence: str) -> str:
    """The sentence without its numbers and ids: `3 of 8 in service` and `4 of 8 in service` say the same."""
    return re.sub(r"\S*\d\S*", "#", sentence)


def messages(waiting: Iterable[Announcement]) -> list[Message]:
    """Those that wait to be told, the oldest first: one message each, or one for all of a push where there are many, as
    after hours without a room."""
    by_push: dict[str, list[Announcement]] = {}
    for one in sorted(waiting, key=lambda one: one.at):
        by_push.setdefault(one.about, []).append(one)
    return [message for some in by_push.values() for message in _of_a_push(some)]


def _of_a_push(some: Sequence[Announcement]) -> list[Message]:
    if len(some) < DIGEST_FROM:
        return [Message((one.id,), _short(str(one)), one.about, one.kind in LOUD) for one in some]
    lines = [f"{one.at:%H:%M} {one.task}: {one.text}" for one in some]
    told = "\n".join([f"{some[0].about}, {len(some)} things since {some[0].at:%Y-%m-%d %H:%M} UTC:", *lines])
    return [Message(tuple(one.id for one in some), _short(told), some[0].about, any(one.kind in LOUD for one in some))]


def printable(text: str) -> str:
    """Without what a terminal would obey and XML cannot hold: a server closes the connection of who sends it."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)


def _short(text: str) -> str:
    clean = printable(text)
    return clean if len(clean) <= MOST_OF_A_MESSAGE else f"{clean[:MOST_OF_A_MESSAGE]} … ({len(clean):,} characters)"


def topic(service: str, told: Iterable[Announcement]) -> str:
    """What was pushed last, and what is on its way, from all that was announced of the service."""
    ends = [one for one in sorted(told, key=lambda one: one.at)
            if one.kind in (Kind.START, Kind.FINISH) and is_push(one)]
    ended = {one.about for one in ends if one.kind == Kind.FINISH}
    last = next((one for one in reversed(ends) if one.kind == Kind.FINISH), None)
    running = [one for one in ends if one.kind == Kind.START and one.about not in ended]
    said = f"last: {_line(last)}" if last else "nothing was pushed yet"
    now = f"now: {_line(running[-1])}" if running else "nothing is on its way"
    return f"{service} · {said} · {now}"


def is_push(one: Announcement) -> bool:
    """Of a push to prod: a deploy has its environment in its id, too."""
    return re.fullmatch(rf"{re.escape(one.service)}-\d{{8}}T\d{{6}}-\w+", one.about) is not None


def _line(one: Announcement) -> str:
    text = " ".join(printable(one.text).split()).partition(". AWS was called")[0]
    return text if len(text) <= MOST_OF_A_TOPIC else f"{text[:MOST_OF_A_TOPIC]}…"


def month_of(about: str) -> str:
    """Under which announcements of a push are kept: the month in its id, as in api-20260105T120000-abc123."""
    found = re.search(r"-(\d{6})\d\dT\d{6}-", about)
    return found[1] if found else "other"


def written(one: Announcement) -> bytes:
    return json.dumps(asdict(one), default=datetime.isoformat).encode()


def read(body: bytes) -> Announcement:
    said = json.loads(body)
    known = {name: said[name] for name in ("id", "service", "about", "task", "kind", "text")}
    return Announcement(**known, at=datetime.fromisoformat(said["at"]))
