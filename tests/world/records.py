"""The in-memory twins of `Archive`, `Leases` and `Chat`."""

from datetime import datetime, timedelta

from include.domain.errors import LeaseLost, Refused
from include.domain.push import Event, Lease


class InMemoryArchive:
    """Objects that are written once."""

    def __init__(self):
        self.objects: dict[str, bytes] = {}
        self.said: dict[tuple[str, str], list[Event]] = {}

    def append(self, event: Event, service: str) -> None:
        events = self.said.setdefault((service, event.push_id), [])
        if event not in events:
            events.append(event)

    def events(self, service: str, push_id: str) -> list[Event]:
        return sorted(self.said.get((service, push_id), []), key=lambda event: event.at)

    def put(self, key: str, body: bytes, content_type: str) -> str:
        if self.objects.setdefault(key, body) != body:
            raise Refused(f"{key} is written already, and not the same")
        return f"memory://{key}"

    def get(self, key: str) -> bytes | None:
        return self.objects.get(key)

    def keys(self, prefix: str) -> list[str]:
        return sorted(key for key in self.objects if key.startswith(prefix))


class InMemoryLeases:
    """One lease a key; the token only grows."""

    def __init__(self, lasts: timedelta = timedelta(minutes=15)):
        self.lasts = lasts
        self.held: dict[str, Lease] = {}
        self.tokens: dict[str, int] = {}

    def take(self, key: str, owner: str, now: datetime, *, by_force: bool = False) -> Lease:
        lease = self.held.get(key)
        if lease and lease.owner == owner:
            self.held[key] = Lease(key, owner, lease.token, now + self.lasts)
            return self.held[key]
        if lease and lease.expires_at > now and not by_force:
            raise Refused(f"the lease of {key} is held by {lease.owner} until {lease.expires_at:%H:%M:%S} UTC")
        self.tokens[key] = self.tokens.get(key, 0) + 1
        self.held[key] = Lease(key, owner, self.tokens[key], now + self.lasts)
        return self.held[key]

    def check(self, key: str, owner: str, token: int) -> None:
        lease = self.held.get(key)
        if lease is None or (lease.owner, lease.token) != (owner, token):
            holder = f"{lease.owner} with token {lease.token}" if lease else "nobody"
            raise LeaseLost(f"{owner} lost the lease of {key} (token {token}): it is held by {holder}")

    def release(self, key: str, owner: str) -> None:
        if key in self.held and self.held[key].owner == owner:
            del self.held[key]

    def holder(self, key: str) -> Lease | None:
        return self.held.get(key)


class InMemoryChat:
    """The room, as a list."""

    def __init__(self):
        self.room: list[str] = []

    def say(self, text: str) -> None:
        self.room.append(text)
