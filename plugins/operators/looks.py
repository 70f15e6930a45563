"""When a task looks, kept where it outlives the task's process: since when, until when, and how long nobody did."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Context

from include.domain.looks import Look
from include.domain.own_metrics.of_a_step import Waiting

# Airflow resumes a deferred task some seconds late; whoever is later than this was dead, or tries again after a fault.
LATE = timedelta(seconds=15)
# A task that looks every second need not write that down every second.
KEPT_EVERY = timedelta(seconds=10)


class Looks:
    """The looks of one task, over retries and deferrals. A person who clears the task starts them anew (Airflow then
    raises `max_tries`)."""

    def __init__(self, context: Context, now: datetime):
        self._store = context.get("task_state_store")
        self._key = f"looks.{context['ti'].max_tries}"
        kept = self._store.get(self._key) if self._store else None
        self.is_first = kept is None
        self._since = datetime.fromisoformat(kept["since"]) if kept else now
        self._due = self._kept = datetime.fromisoformat(kept["due"]) if kept else now
        self._unseen = timedelta(seconds=kept["unseen_seconds"]) if kept else timedelta()
        self.waiting = _read(kept or {})
        if self.is_first:
            self._keep()

    @property
    def since(self) -> datetime:
        return self._since

    def look(self, now: datetime) -> Look:
        """The look at this moment; what it comes too late is time that nobody saw."""
        late = now - self._due
        if late > LATE:
            self._unseen, self._due = self._unseen + late, now
        return Look(now, self._since, self._unseen)

    def waits_for(self, why: str, now: datetime) -> Waiting | None:
        """What was waited for until now; kept when the next look is."""
        before = self.waiting
        if before is None or before.why != why:
            self.waiting = Waiting(why, now)
        return before

    def due(self, moment: datetime) -> None:
        """When the next one is to come."""
        self._due = moment
        if moment >= self._kept + KEPT_EVERY:
            self._keep()

    def _keep(self) -> None:
        self._kept = self._due
        if self._store:
            self._store.set(self._key, {"since": self._since.isoformat(), "due": self._due.isoformat(),
                                        "unseen_seconds": self._unseen.total_seconds(), **self._waits})

    @property
    def _waits(self) -> dict[str, str]:
        return {"why": self.waiting.why, "waits_since": self.waiting.since.isoformat()} if self.waiting else {}


def _read(kept: Mapping[str, Any]) -> Waiting | None:
    return Waiting(kept["why"], datetime.fromisoformat(kept["waits_since"])) if "why" in kept else None
