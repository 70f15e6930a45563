"""Watches the head of a branch: a new commit is an event of the branch's asset."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from include.domain.own_metrics.of_processes import answered, no_answer
from plugins import wiring
from plugins.triggers import looks

# The triggerer takes events over once a second, and writes each to the database in the turn in which it takes it.
TAKEN_OVER_AFTER_SECONDS = 5
NEXT_TURN_AFTER_SECONDS = 2
NO_BRANCH = ""


class BranchHeadTrigger(BaseEventTrigger):
    """Fires when the head is another than the one remembered. What is on the branch when the watching begins is no new
    commit: it is only remembered, also that there is no such branch yet. After a restart nothing is lost; the newest
    commit may come twice."""

    def __init__(self, repository: str, branch: str, every_seconds: float, connection: str = "",
                 service: str = ""):
        super().__init__()
        self.repository, self.branch, self.every_seconds = repository, branch, every_seconds
        self.connection, self.service = connection, service

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return (f"{type(self).__module__}.{type(self).__qualname__}",
                {"repository": self.repository, "branch": self.branch, "every_seconds": self.every_seconds,
                 "connection": self.connection, "service": self.service})

    async def run(self) -> AsyncIterator[TriggerEvent]:
        store = self.asset_state_store
        known = await store.aget("head")
        while True:
            head = await self._head()
            if known is None and head is not None:
                known = head
                await store.aset("head", known)
            elif head and head != known:
                yield TriggerEvent({"commit": head, "previous": known, "branch": self.branch})
                await self._until_it_is_written()
                known = head
                await store.aset("head", known)
            await asyncio.sleep(looks.pause(self.repository, self.every_seconds))

    async def _until_it_is_written(self) -> None:
        """What the triggerer answers after it took the event over, it answers in a turn at whose end the event is in
        the database, or the triggerer is dead; what is asked in a later turn is answered after that."""
        await asyncio.sleep(TAKEN_OVER_AFTER_SECONDS)
        await self.asset_state_store.aget("head")
        await asyncio.sleep(NEXT_TURN_AFTER_SECONDS)

    async def _head(self) -> str | None:
        """NO_BRANCH where there is none; None where the remote could not be asked: the next look asks again."""
        try:
            head = await looks.LOOKS.head(self.repository, self.branch, self.connection)
        except Exception as error:
            self.log.warning("the head of %s could not be read: %s", self.branch, error)
            wiring.meter().tell(no_answer(self.service, self.branch))
            return None
        wiring.meter().tell(answered(self.service, self.branch, datetime.now(UTC)))
        return head or NO_BRANCH
