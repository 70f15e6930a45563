"""The bot in the team's room: tells what waits to be told, keeps the topic right, and answers. Whatever fails is tried
again at the next look; nothing of it reaches a push."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from include.chat_bot.delivery import Delivery
from include.chat_bot.room import Heard, Room
from include.domain.announcements import Announcement, messages, topic
from include.domain.own_metrics.of_processes import not_told, told
from include.ports import Meter

log = logging.getLogger("serin.chat_bot")
LOOK_SECONDS = 2.0
MOST_SECONDS = 60.0     # between looks while the archive does not answer


class Bot:
    """`answer(heard, announcements)` gives the text of an answer; it may take its time, and speaks to AWS."""

    def __init__(self, service: str, room: Room, delivery: Delivery, now: Callable[[], datetime],
                 answer: Callable[[Heard, list[Announcement]], str], meter: Meter, every: float = LOOK_SECONDS):
        self._service, self._room, self._delivery, self._now = service, room, delivery, now
        self._answer, self._every, self._meter = answer, every, meter
        self._announced: list[Announcement] = []

    async def sit(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._room.stay())
            tasks.create_task(self._tell_for_ever())
            tasks.create_task(self._listen())

    async def look(self) -> None:
        """One look: what waits is told, in its order; what the room does not take waits on."""
        self._announced, waiting = await self._in_a_thread(self._delivery.look, self._now())
        left = await self._tell(waiting) if self._room.there else waiting
        self._meter.tell(told(self._service, left, self._now()))

    async def _tell(self, waiting: list[Announcement]) -> list[Announcement]:
        """What the room did not take."""
        seen = set(self._room.seen)
        if had := [one for one in waiting if one.id in seen]:     # told by a bot that died before it could note it
            await self._in_a_thread(self._delivery.told, had)
        by_id = {one.id: one for one in waiting if one.id not in seen}
        for message in messages(by_id.values()):
            if not await self._room.tell(message):
                return list(by_id.values())
            await self._in_a_thread(self._delivery.told, [by_id.pop(one) for one in message.ids])
        await self._room.set_topic(topic(self._service, self._announced))
        return []

    async def _tell_for_ever(self) -> None:
        pause = self._every
        while True:
            try:
                await self.look()
                pause = self._every
            except Exception:
                log.exception("nothing could be told; it is tried again in %g s", pause)
                self._meter.tell(not_told(self._service))
                pause = min(2 * pause, MOST_SECONDS)
            await asyncio.sleep(pause)

    async def _listen(self) -> None:
        async for heard in self._room.heard():
            try:
                said = await self._in_a_thread(self._answer, heard, self._announced)
                if said:
                    await self._room.answer(heard, said)
            except Exception as error:
                log.exception("%s could not be answered", heard.who)
                await self._apologise(heard, error)

    async def _apologise(self, heard: Heard, error: Exception) -> None:
        try:
            why = f"that could not be answered: {type(error).__name__}; the bot's log says more"
            await self._room.answer(heard, why)
        except Exception:
            log.exception("nor could that be said")

    @staticmethod
    async def _in_a_thread(call: Callable[..., Any], *values: Any) -> Any:
        """The archive and AWS are asked by ordinary calls: meanwhile the room must not wait."""
        return await asyncio.to_thread(call, *values)
