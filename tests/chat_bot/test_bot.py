"""What the bot measures of itself, with a room in memory."""

import asyncio
from datetime import UTC, datetime, timedelta

from include.adapters.chat.outbox import OutboxChat
from include.chat_bot.bot import Bot
from include.chat_bot.delivery import Delivery
from include.domain.announcements import Kind, announcement
from include.domain.own_metrics.table import BACKLOG, CHAT_LOOKS, CHAT_SEEN, OLDEST
from tests.world.records import InMemoryArchive, InMemoryMeter

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


class Room:
    """It takes so many messages, and is there or not."""

    def __init__(self, takes=0, there=True):
        self.takes, self.there, self.seen, self.topic = takes, there, [], ""

    async def tell(self, message):
        self.takes -= 1
        return self.takes >= 0

    async def set_topic(self, topic):
        self.topic = topic


def looked(room, say=2):
    """What the bot measured in one look at so many announcements."""
    archive, meter = InMemoryArchive(), InMemoryMeter()
    delivery = Delivery("api", "xmpp", archive)
    delivery.look(NOON - timedelta(hours=1))
    for minute in range(say):
        OutboxChat(archive).say(announcement("api", "api-20261103T100000-abc123", f"step{minute}", Kind.PROGRESS,
                                             "word " + "x" * minute, NOON - timedelta(minutes=10 - minute)))
    bot = Bot("api", room, delivery, lambda: NOON, lambda *_: "", meter)
    asyncio.run(bot.look())
    return meter


def test_a_room_that_takes_all_leaves_nothing_waiting():
    meter = looked(Room(takes=2))
    assert (meter.values(BACKLOG), meter.values(OLDEST), meter.values(CHAT_SEEN)) == ([0], [0], [NOON.timestamp()])
    assert (meter.total(CHAT_LOOKS, answer="ok"), meter.total(CHAT_LOOKS, answer="error")) == (1, 0)


def test_what_the_room_does_not_take_waits_and_since_when_is_told():
    meter = looked(Room(takes=1))
    assert (meter.values(BACKLOG), meter.values(OLDEST)) == ([1], [(NOON - timedelta(minutes=9)).timestamp()])


def test_a_room_that_is_away_is_behind_with_all_of_it():
    meter = looked(Room(there=False))
    assert (meter.values(BACKLOG), meter.values(OLDEST)) == ([2], [(NOON - timedelta(minutes=10)).timestamp()])
