"""The in-memory twins of `Archive`, `Leases`, `Runs`, `Tickets` and `Chat`."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from include.domain.announcements import Announcement
from include.domain.changes.tickets import Ticket
from include.domain.errors import Refused
from include.domain.lease import Lease, Work, must_be_held, taken, wanted
from include.domain.own_metrics.metric import Measured, Metric
from include.domain.push import Event


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

    def folders(self, prefix: str) -> list[str]:
        events = [f"pushes/{service}/{push_id}/events/" for service, push_id in self.said]
        below = (key.removeprefix(prefix) for key in [*self.objects, *events] if key.startswith(prefix))
        return sorted({rest.partition("/")[0] for rest in below if "/" in rest})


class InMemoryLeases:
    """One lease a key; the token only grows."""

    def __init__(self, lasts: timedelta = timedelta(minutes=15)):
        self.lasts = lasts
        self.leases: dict[str, Lease] = {}

    @property
    def held(self) -> dict[str, Lease]:
        """Those that somebody has, by key."""
        return {key: lease for key, lease in self.leases.items() if lease.owner}

    @property
    def tokens(self) -> dict[str, int]:
        """The greatest of each key."""
        return {key: lease.token for key, lease in self.leases.items()}

    def take(self, key: str, owner: str, now: datetime, *, work: Work | None = None, by_force: bool = False,
             over: Lease | None = None, above: int = 0) -> Lease:
        self.leases[key] = taken(self.leases.get(key), key, owner, now, self.lasts, work, by_force=by_force, over=over,
                                 above=above)
        return self.leases[key]

    def want(self, key: str, by: str) -> None:
        if with_wish := wanted(self.leases.get(key), by):
            self.leases[key] = with_wish

    def holder(self, key: str) -> Lease | None:
        return self.held.get(key)

    def check(self, key: str, owner: str, token: int) -> None:
        must_be_held(self.holder(key), key, owner, token)

    def release(self, key: str, owner: str) -> None:
        if key in self.held and self.held[key].owner == owner:
            self.leases[key] = replace(self.leases[key], owner="")


class InMemoryRuns:
    """DAG runs: `states` says of a run whether it ended (None: it cannot be asked); one that is not there has."""

    def __init__(self, here: str = "http://airflow/dags/api_patch_push/runs/manual__1"):
        self.here = here
        self.states: dict[str, bool | None] = {here: False}

    def this(self) -> str:
        return self.here

    def ended(self, run: str) -> bool | None:
        return self.states.get(run, True)


class InMemoryTickets:
    """`tickets` is what a test puts there; `down` is why nothing is answered."""

    def __init__(self):
        self.tickets: dict[str, Ticket] = {}
        self.down: Exception | None = None

    def read(self, ids: Sequence[str]) -> dict[str, Ticket]:
        if self.down:
            raise self.down
        return {one: self.tickets[one] for one in ids if one in self.tickets}


class InMemoryMeter:
    """What was told, and how each counter and gauge stands."""

    def __init__(self):
        self.told: list[Measured] = []

    def tell(self, measured: Iterable[Measured]) -> None:
        self.told += measured

    def values(self, metric: Metric, **labels: str) -> list[float]:
        """All that was told of it with these labels, in order."""
        return [one.value for one in self.told if one.metric is metric
                and labels.items() <= one.labels.items()]

    def total(self, metric: Metric, **labels: str) -> float:
        return sum(self.values(metric, **labels))


class InMemoryChat:
    """The room, as a list."""

    def __init__(self):
        self.said: dict[str, Announcement] = {}

    @property
    def room(self) -> list[str]:
        """What was said, as the room reads it."""
        return [str(one) for one in self.said.values()]

    def say(self, announcement: Announcement) -> None:
        self.said.setdefault(announcement.id, announcement)
