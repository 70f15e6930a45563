"""The demo's world: a local cloud with api-prod-v041 under traffic in three regions, and Airflow beside it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from include.adapters.archive.s3 import S3Archive
from include.catalog import load_markets, load_service
from include.demo import declaration
from include.demo.airflow_home import AirflowHome
from include.demo.airflow_runs import AirflowRuns
from include.demo.airflow_settings import connection
from include.demo.feed import Feed
from include.demo.processes import Processes
from include.demo.side_by_side import SideBySide
from include.domain.declared.environments import PROD
from include.domain.errors import Final
from include.local_cloud import service_repository
from include.local_cloud.cloud import LocalCloud
from include.local_cloud.furnish import furnish
from include.local_cloud.service_repository import BRANCHES

SERVICE = "api"
PUSH_DAG, ROLL_BACK_DAG, WEEKLY_DAG = f"{SERVICE}_patch_push", f"{SERVICE}_roll_back", f"{SERVICE}_weekly_push"
TEST_DAG, RELEASE_DAG, MERGE_DAG = f"{SERVICE}_test_deploy", f"{SERVICE}_release_deploy", f"{SERVICE}_merge_back"
SIZE, CLOUD_SCALE = 4, 60
# botocore insists on a key; the local cloud asks for none.
NOBODY = {"login": "demo", "password": "demo"}


class Stage:
    """Everything lies in `folder`. `tell` is called with a sentence at each step of the way up; `declared` is what the
    service declares in another way than the demo's (`declaration.write`)."""

    def __init__(self, folder: Path, tell: Callable[[str], Any] = lambda _: None, *,
                 markets: Path = declaration.MARKETS, peak_rps: float = 150, **declared: Any):
        self.folder, self._tell = folder, tell
        self._markets, self._peak_rps, self._declared = markets, peak_rps, declared
        self.repository = folder / "repository"
        self.processes = Processes(folder / "logs")
        self.cloud: LocalCloud | None = None

    def start(self) -> None:
        """Cloud and Airflow's database side by side, then Airflow; ready for a commit when it returns."""
        first = service_repository.create(self.repository)
        path = declaration.write(self.folder / "services", self.repository, declaration.time_zero(datetime.now(UTC)),
                                 self._markets, **self._declared)
        self.service = load_service(path, load_markets(self._markets))
        self._start_cloud()
        self._tell(f"a local cloud answers as AWS at {self.cloud.endpoint}")
        self.home = AirflowHome(self.folder / "airflow", self.processes, self._environment())
        with ThreadPoolExecutor(1) as beside:
            furnished = beside.submit(self._furnish, first)
            self.home.migrate()
            self.home.start()
            furnished.result()
            self._tell(f"{SERVICE}-prod-v041 serves in {', '.join(self.regions)}; Airflow starts …")
            self.home.wait_until_ready()
        self.runs = AirflowRuns(self.home.client)
        self.runs.wait_until_parsed(WEEKLY_DAG if self.others else PUSH_DAG)
        for branch in BRANCHES if self.others else ("prod",):
            self.runs.wait_until_watched(f"{SERVICE}_{branch}_branch")
        self.cloud.load(peak_rps=self._peak_rps)  # not before: Airflow's start takes every core of a small machine
        self._tell(f"Airflow is at {self.home.address}")

    @property
    def regions(self) -> list[str]:
        return [here.region for here in self.service.environments["prod"].regions]

    @property
    def others(self) -> dict[str, str]:
        """The environments before prod, each with its region."""
        return {name: here.regions[0].region for name, here in self.service.environments.items() if name != PROD}

    def commit(self, kind: str, branch: str = "prod") -> str:
        """A commit; on the branch `prod` the push follows by itself."""
        return service_repository.commit(self.repository, kind, branch)

    def check(self) -> None:
        """NotReady or Final where a process that the demo needs has ended."""
        self.home.raise_if_one_ended()
        if ended := self.cloud.ended():
            raise Final(ended)

    def feed(self, *environments: str) -> Feed | SideBySide:
        """Of prod, of another environment, or of deploys to several side by side."""
        if environments in ((), (PROD,)):
            return self._feed(PROD)
        return SideBySide({name: self._feed(name) for name in environments})

    def _feed(self, environment: str) -> Feed:
        archive = self.service.archive
        kept = S3Archive(self.cloud.session(archive.region), archive.bucket, archive.prefix)
        regions = [here.region for here in self.service.environments[environment].regions]
        return Feed(self.cloud.endpoint, self.cloud.data_url, kept, SERVICE, regions, environment)

    def stop(self) -> None:
        """Leaves nothing running. May be said twice."""
        self.processes.stop()
        if self.cloud:
            self.cloud.stop()

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start_cloud(self) -> None:
        self.cloud = LocalCloud(self.folder / "cloud", CLOUD_SCALE, markets=list(load_markets(self._markets).values()),
                                time_scale=self.service.time_scale, time_zero=self.service.time_zero)
        with self.processes.marked():
            self.cloud.start()

    def _furnish(self, first: str) -> None:
        furnish(self.cloud.endpoint, str(self.repository), first, self.regions, SERVICE, "prod", SIZE,
                network=self.cloud.network, others=self.others)

    def _environment(self) -> dict[str, str]:
        return {
            "SERIN_SERVICES": str(self.folder / "services"),
            "SERIN_MARKETS": str(self._markets),
            "AIRFLOW_CONN_AWS_PROD": connection("aws", **NOBODY, extra={"endpoint_url": self.cloud.endpoint,
                                                                        "region_name": self.service.archive.region}),
            "AIRFLOW_CONN_METRICS": connection("sqlite", host=str(self.cloud.metrics_db)),
        }
