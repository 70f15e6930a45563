"""What stands behind every demo: the services' repositories and declarations, and a local cloud on which their first
version serves in three regions. No Airflow."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from include.catalog import load_markets, load_service
from include.demo import declaration
from include.demo.declaration import SERVICE
from include.domain.declared.environments import PROD
from include.domain.service import Service
from include.local_cloud import service_repository
from include.local_cloud.cloud import LocalCloud
from include.local_cloud.furnish import furnish

SIZE, CLOUD_SCALE, CLUSTERS = 4, 60, 64


class Scenery:
    """Everything lies in `folder`; `peak_rps` are the requests of a region, of which each service gets an equal part;
    `declared` is what the services declare in another way than the demo's (`declaration.write`)."""

    def __init__(self, folder: Path, *, markets: Path = declaration.MARKETS, peak_rps: float = 150, size: int = SIZE,
                 names: Sequence[str] = (SERVICE,), **declared: Any):
        self.folder, self.cloud = folder, None
        self._markets, self._peak_rps, self._size, self._declared = markets, peak_rps, size, declared
        self.repositories = {name: repository_of(folder, name) for name in names}

    def start(self, around: Callable[[], AbstractContextManager] = nullcontext, **cloud: Any) -> None:
        """Repositories, declarations, and an empty cloud; `around` is entered while its processes start."""
        self._firsts = {name: service_repository.create(path) for name, path in self.repositories.items()}
        self.services = self._declare(declaration.time_zero(datetime.now(UTC)))
        self.cloud = LocalCloud(self.folder / "cloud", CLOUD_SCALE, markets=list(load_markets(self._markets).values()),
                                time_scale=self.service.time_scale, time_zero=self.service.time_zero, **cloud)
        with around():
            self.cloud.start()

    def furnish(self) -> None:
        each = len(self.regions) + len(self.others)
        for number, (name, first) in enumerate(self._firsts.items()):
            furnish(self.cloud.endpoint, str(self.repositories[name]), first, self.regions, name, PROD, self._size,
                    network=self.cloud.network, others=self.others, first_block=number * each, blocks=CLUSTERS)

    def load(self) -> None:
        """From now on the viewers ask."""
        self.cloud.load(peak_rps=self._peak_rps, load_balancers=[f"{name}-{PROD}" for name in self.services])

    @property
    def service(self) -> Service:
        """The first."""
        return next(iter(self.services.values()))

    @property
    def regions(self) -> list[str]:
        return [here.region for here in self.service.environments[PROD].regions]

    @property
    def others(self) -> dict[str, str]:
        """The environments before prod, each with its region."""
        return {name: here.regions[0].region for name, here in self.service.environments.items() if name != PROD}

    def _declare(self, zero: datetime) -> Mapping[str, Service]:
        markets = load_markets(self._markets)
        return {name: load_service(declaration.write(self.folder / "services", path, zero, self._markets, service=name,
                                                     **self._declared), markets)
                for name, path in self.repositories.items()}


def repository_of(folder: Path, service: str) -> Path:
    return folder / "repositories" / service
