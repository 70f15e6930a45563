"""Watches the head of a branch: a new commit is an event of the branch's asset."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from plugins import wiring

# The triggerer writes an event to the database within about a second; only then may the head be remembered.
PERSISTED_AFTER_SECONDS = 5


class BranchHeadTrigger(BaseEventTrigger):
    """Fires when the head is another than the one remembered. The head that is found first is only remembered: what is
    on the branch when the watching begins is no new commit. After a restart nothing is lost; the newest commit may
    come twice."""

    def __init__(self, repository: str, branch: str, every_seconds: float, connection: str = ""):
        super().__init__()
        self.repository, self.branch, self.every_seconds = repository, branch, every_seconds
        self.connection = connection

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return (f"{type(self).__module__}.{type(self).__qualname__}",
                {"repository": self.repository, "branch": self.branch, "every_seconds": self.every_seconds,
                 "connection": self.connection})

    async def run(self) -> AsyncIterator[TriggerEvent]:
        store = self.asset_state_store
        known = await store.aget("head")
        while True:
            head = await self._head()
            if head and head != known:
                if known:
                    yield TriggerEvent({"commit": head, "previous": known, "branch": self.branch})
                    await asyncio.sleep(PERSISTED_AFTER_SECONDS)
                await store.aset("head", head)
                known = head
            await asyncio.sleep(self.every_seconds)

    async def _head(self) -> str | None:
        """None where there is no such branch or the remote could not be asked: the next look asks again."""
        try:
            return await asyncio.to_thread(wiring.branch_head, self.repository, self.branch,
                                           self.connection)
        except Exception as error:
            self.log.warning("the head of %s could not be read: %s", self.branch, error)
            return None
