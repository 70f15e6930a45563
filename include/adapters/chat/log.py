"""The team's room as lines in the task's log."""

import logging

from include.domain.announcements import Announcement

log = logging.getLogger("serin.chat")


class LogChat:
    def __init__(self, room: str) -> None:
        self._room = room or "log"

    def say(self, announcement: Announcement) -> None:
        """One record a line; control characters cannot forge another."""
        for line in str(announcement).splitlines():
            log.info("[%s] %s", self._room, "".join(c if c.isprintable() else " " for c in line))
