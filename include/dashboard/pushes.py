"""Pushes and deploys from the archive: those that ended by their records, those on their way by their events."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from include.domain.push import Event, PushEnd, PushRecord
from include.ports import Archive
from include.steps.push.record import kept_record

MOST = 40                           # of the newest are read
READERS = 8
FORGOTTEN = timedelta(days=14)      # a push without an end for so long died with its Airflow
STARTED = re.compile(r"-(\d{8}T\d{6})-\w+$")


@dataclass(frozen=True)
class OnItsWay:
    """A push that has not ended: `doing` are its newest sentences, task by task; `score` is the canary's so far."""

    push: str
    since: datetime
    doing: tuple[Event, ...]
    score: float | None


class Pushes:
    """Reads each record once: what has ended changes only by a revision, which the newest few are looked at for."""

    LOOKED_AT_AGAIN = 5
    TOOK_TRAFFIC = "red_red"            # the step from which on the new ASG served viewers

    def __init__(self, service: str, archive: Archive):
        self._service, self._archive = service, archive
        self._ended: dict[str, PushRecord] = {}
        self._undone: dict[str, bool] = {}

    def undone(self) -> set[str]:
        """Pushes that took prod's traffic and gave it back."""
        for push, record in self._ended.items():
            if record.end == PushEnd.FAILURE_CLEAN and record.environment == "prod" and push not in self._undone:
                self._undone[push] = any(event.task.endswith(f".{self.TOOK_TRAFFIC}")
                                         for event in self._archive.events(self._service, push))
        return {push for push, is_undone in self._undone.items() if is_undone}

    def read(self, now: datetime) -> tuple[list[PushRecord], list[OnItsWay]]:
        """The newest first, both."""
        ids = sorted(self._archive.folders(f"pushes/{self._service}/"), key=_started, reverse=True)[:MOST]
        ask = [push for number, push in enumerate(ids) if number < self.LOOKED_AT_AGAIN or push not in self._ended]
        with ThreadPoolExecutor(READERS) as readers:
            records = dict(zip(ask, readers.map(lambda push: kept_record(self._service, push, self._archive)[0], ask),
                               strict=True))
        self._ended |= {push: record for push, record in records.items() if record}
        running = [push for push, record in records.items() if record is None and _is_young(push, now)]
        return ([self._ended[push] for push in ids if push in self._ended],
                [found for push in running if (found := self._on_its_way(push))])

    def _on_its_way(self, push: str) -> OnItsWay | None:
        events = self._archive.events(self._service, push)
        if not events:
            return None
        newest = {(event.task, event.region): event for event in events}
        doing = sorted((event for event in newest.values() if event.state in ("started", "waits", "looked")),
                       key=lambda event: event.at)
        scores = [event.score for event in events if event.score is not None]
        return OnItsWay(push, events[0].at, tuple(doing or events[-1:]), scores[-1] if scores else None)


def _started(push: str) -> str:
    found = STARTED.search(push)
    return found[1] if found else ""


def _is_young(push: str, now: datetime) -> bool:
    text = _started(push)
    return bool(text) and now - datetime.strptime(f"{text}+0000", "%Y%m%dT%H%M%S%z") < FORGOTTEN


def of_prod(records: Sequence[PushRecord]) -> list[PushRecord]:
    return [record for record in records if record.environment == "prod"]
