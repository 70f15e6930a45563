"""From the outbox to the room: what waits to be told, and what was told. Both lie in the archive, so neither a chat
server that was away nor a bot that was restarted loses a word or says one twice."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from include.domain.announcements import Announcement, read
from include.domain.errors import Refused
from include.ports import Archive

MONTH = timedelta(days=31)


class Delivery:
    """The announcements of one service on their way to one room of one kind ("xmpp", "slack")."""

    def __init__(self, service: str, kind: str, archive: Archive):
        self._said, self._told = f"rooms/{service}/said/", f"rooms/{service}/told-{kind}/"
        self._archive = archive
        self._known: dict[str, Announcement] = {}
        self._since: datetime | None = None

    def look(self, now: datetime) -> tuple[list[Announcement], list[Announcement]]:
        """All of this month and the last, and those of them that wait to be told. What was said before the room's first
        day is history: nobody wants to hear years of it."""
        since = self._first_day(now)
        months = [*sorted({f"{at:%Y%m}/" for at in (now - MONTH, now)}), "other/"]
        said = [key.removeprefix(self._said) for month in months for key in self._archive.keys(self._said + month)]
        told = {key.removeprefix(self._told) for month in months for key in self._archive.keys(self._told + month)}
        every = [self._read(key) for key in said]
        return every, [one for key, one in zip(said, every, strict=True) if key not in told and one.at >= since]

    def told(self, announcements: Iterable[Announcement]) -> None:
        ids = {one.id for one in announcements}
        for key, one in self._known.items():
            if one.id in ids:
                self._archive.put(self._told + key, b"", "text/plain")

    def _read(self, key: str) -> Announcement:
        if key not in self._known:
            self._known[key] = read(self._archive.get(self._said + key) or b"{}")
        return self._known[key]

    def _first_day(self, now: datetime) -> datetime:
        if self._since is None:
            key = f"{self._told}since"
            body = self._archive.get(key)
            if body is None:
                body = now.isoformat().encode()
                try:
                    self._archive.put(key, body, "text/plain")
                except Refused:     # another bot was faster by a moment
                    body = self._archive.get(key) or body
            self._since = datetime.fromisoformat(body.decode())
        return self._since
