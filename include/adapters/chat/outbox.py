"""The team's room as an outbox in the archive, as the port `Chat`: a task says what there is to say, and the room's own
process tells it, whenever the room is there. No task ever waits for a chat server, and nothing is said twice."""

import logging

from include.domain.announcements import Announcement, month_of, written
from include.domain.errors import Refused
from include.ports import Archive

log = logging.getLogger("serin.chat")


class OutboxChat:
    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def say(self, announcement: Announcement) -> None:
        log.info("%s", announcement)
        try:
            self._archive.put(key(announcement), written(announcement), "application/json")
        except Refused:
            log.info("that was announced before")


def key(announcement: Announcement) -> str:
    return f"rooms/{announcement.service}/said/{month_of(announcement.about)}/{announcement.about}/{announcement.id}"
