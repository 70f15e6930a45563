"""The room as an outbox: a task never waits for a chat server, and says nothing twice."""

from datetime import UTC, datetime, timedelta

from include.adapters.chat.outbox import OutboxChat, key
from include.domain.announcements import announcement, read
from tests.world.records import InMemoryArchive

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def said(minute: int):
    at = NOON + timedelta(minutes=minute)
    return announcement("api", "api-20260105T120000-abc123", "score", "progress", "go", at)


def test_it_is_kept_until_somebody_tells_it():
    archive = InMemoryArchive()
    OutboxChat(archive).say(said(0))
    assert read(archive.get(key(said(0)))) == said(0)
    assert archive.keys("rooms/api/said/202601/api-20260105T120000-abc123/")


def test_a_task_that_is_run_again_says_nothing_new():
    archive = InMemoryArchive()
    OutboxChat(archive).say(said(0))
    OutboxChat(archive).say(said(5))
    assert len(archive.keys("rooms/api/")) == 1
    assert read(archive.get(key(said(5)))).at == NOON
