"""The demo's world: a local cloud with api-prod-v041 under traffic in three regions, and Airflow beside it. Several
services can stand on the one cloud."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from include.adapters.archive.s3 import S3Archive
from include.demo import declaration
from include.demo.airflow_home import AirflowHome
from include.demo.airflow_runs import AirflowRuns
from include.demo.airflow_settings import connection
from include.demo.declaration import SERVICE
from include.demo.feed import Feed
from include.demo.processes import Processes
from include.demo.scenery import Scenery
from include.demo.side_by_side import SideBySide
from include.domain.declared.environments import PROD
from include.domain.errors import Final
from include.domain.service import Service
from include.local_cloud import service_repository
from include.local_cloud.cloud import LocalCloud
from include.local_cloud.service_repository import BRANCHES

PUSH_DAG, ROLL_BACK_DAG, WEEKLY_DAG = f"{SERVICE}_patch_push", f"{SERVICE}_roll_back", f"{SERVICE}_weekly_push"
TEST_DAG, RELEASE_DAG, MERGE_DAG = f"{SERVICE}_test_deploy", f"{SERVICE}_release_deploy", f"{SERVICE}_merge_back"
# botocore insists on a key; the local cloud asks for none.
NOBODY = {"login": "demo", "password": "demo"}


class Stage:
    """Everything lies in `folder`. `tell` is called with a sentence at each step of the way up; `airflow` makes the
    Airflow that stands beside; the rest is the scenery's (`Scenery`)."""

    def __init__(self, folder: Path, tell: Callable[[str], Any] = lambda _: None, *,
                 markets: Path = declaration.MARKETS,
                 airflow: Callable[[Path, Processes, Mapping[str, str]], AirflowHome] = AirflowHome, **scenery: Any):
        self.folder, self._tell, self._airflow, self._markets = folder, tell, airflow, markets
        self.scenery = Scenery(folder, markets=markets, **scenery)
        self.processes = Processes(folder / "logs")

    def start(self) -> None:
        """Cloud and Airflow's database side by side, then Airflow; ready for a commit when it returns."""
        self.scenery.start(self.processes.marked)
        self._tell(f"a local cloud answers as AWS at {self.cloud.endpoint}")
        self.home = self._airflow(self.folder / "airflow", self.processes, self._environment())
        with ThreadPoolExecutor(1) as beside:
            furnished = beside.submit(self.scenery.furnish)
            self.home.migrate()
            self.home.start()
            furnished.result()
            first = ", ".join(f"{name}-prod-v041" for name in self.services)
            self._tell(f"{first} serves in {', '.join(self.regions)}; Airflow starts …")
            self.home.wait_until_ready()
        self.runs = AirflowRuns(self.home.client)
        for name in self.services:
            self._wait_until_known(name)
        # not before: Airflow's start takes every core of a small machine
        self.scenery.load()
        self._tell(f"Airflow is at {self.home.address}")

    @property
    def cloud(self) -> LocalCloud | None:
        return self.scenery.cloud

    @property
    def services(self) -> Mapping[str, Service]:
        return self.scenery.services

    @property
    def service(self) -> Service:
        """The first."""
        return self.scenery.service

    @property
    def repositories(self) -> Mapping[str, Path]:
        return self.scenery.repositories

    @property
    def repository(self) -> Path:
        """The first service's."""
        return next(iter(self.repositories.values()))

    @property
    def regions(self) -> list[str]:
        return self.scenery.regions

    @property
    def others(self) -> dict[str, str]:
        """The environments before prod, each with its region."""
        return self.scenery.others

    def commit(self, kind: str, branch: str = "prod", service: str = SERVICE) -> str:
        """A commit; on the branch `prod` the push follows by itself."""
        return service_repository.commit(self.repositories[service], kind, branch)

    def check(self) -> None:
        """NotReady or Final where a process that the demo needs has ended."""
        self.home.raise_if_one_ended()
        if ended := self.cloud.ended():
            raise Final(ended)

    def feed(self, *environments: str, service: str = SERVICE) -> Feed | SideBySide:
        """Of prod, of another environment, or of deploys to several side by side."""
        if environments in ((), (PROD,)):
            return self._feed(service, PROD)
        return SideBySide({name: self._feed(service, name) for name in environments})

    def _feed(self, service: str, environment: str) -> Feed:
        archive = self.services[service].archive
        kept = S3Archive(self.cloud.session(archive.region), archive.bucket, archive.prefix)
        regions = [here.region for here in self.services[service].environments[environment].regions]
        return Feed(self.cloud.endpoint, self.cloud.data_url, kept, service, regions, environment)

    def stop(self) -> None:
        """Leaves nothing running. May be said twice."""
        self.processes.stop()
        if self.cloud:
            self.cloud.stop()

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _wait_until_known(self, service: str) -> None:
        self.runs.wait_until_parsed(f"{service}_weekly_push" if self.others else f"{service}_patch_push")
        for branch in BRANCHES if self.others else ("prod",):
            self.runs.wait_until_watched(f"{service}_{branch}_branch")

    def _environment(self) -> dict[str, str]:
        return {
            "SERIN_SERVICES": str(self.folder / "services"),
            "SERIN_MARKETS": str(self._markets),
            "AIRFLOW_CONN_AWS_PROD": connection("aws", **NOBODY, extra={"endpoint_url": self.cloud.endpoint,
                                                                        "region_name": self.service.archive.region}),
            "AIRFLOW_CONN_METRICS": connection("sqlite", host=str(self.cloud.metrics_db)),
        }
