"""What the dashboard read, kept for some seconds: many readers are one, and AWS is asked once for all of them."""

from datetime import datetime, timedelta
from threading import Lock

from include.dashboard.pushes import Pushes
from include.dashboard.view import Sources, View, read_view
from include.domain.errors import SerinError
from include.steps.branches.where import where
from plugins import wiring

FRESH = timedelta(seconds=5)


class Kept:
    """Of each service, in the API server's process."""

    def __init__(self) -> None:
        self._services: dict[str, _OfAService] = {}
        self._lock = Lock()

    def view(self, service: str, now: datetime) -> View:
        return self._of(service).view(now)

    def read(self, service: str, key: str) -> bytes | None:
        """An object of the archive."""
        return self._of(service).ask.archive.get(key)

    def where(self, service: str, what: str) -> list[str]:
        """In sentences; what cannot be told is one, too."""
        ask = self._of(service).ask
        try:
            return where(what, ask.service, ask.branches, ask.images, ask.archive, ask.places).lines()
        except SerinError as error:
            return [str(error)]

    def _of(self, service: str) -> "_OfAService":
        """A service that was declared anew is read anew."""
        declared = wiring.service_named(service)
        with self._lock:
            there = self._services.get(service)
            if there is None or there.ask.service != declared:
                self._services[service] = there = _OfAService(_sources(service))
            return there


class _OfAService:
    def __init__(self, ask: Sources):
        self.ask = ask
        self._pushes = Pushes(ask.service.service, ask.archive)
        self._view: View | None = None
        self._lock = Lock()

    def view(self, now: datetime) -> View:
        """One reads, and the others wait for what it finds."""
        with self._lock:
            if self._view is None or now - self._view.read_at > FRESH:
                self._view = read_view(self.ask, self._pushes, now)
            return self._view


def _sources(service: str) -> Sources:
    wiring.declared.cache_clear()
    everywhere = wiring.ports(service, "prod", "")
    declared = everywhere.service
    places = {(environment, here.region): wiring.ports(service, environment, here.region).clusters
              for environment, settings in declared.environments.items() for here in settings.regions}
    return Sources(declared, places, everywhere.archive, everywhere.leases, everywhere.branches, everywhere.images,
                   everywhere.markets)
