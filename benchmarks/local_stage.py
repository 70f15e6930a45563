"""The steps on the local cloud with the real adapters, without Airflow: a stage for the actors of the tests."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from include.adapters.metrics.sql import SqlMetrics
from include.domain.service import Service
from include.local_cloud.aws import LocalSession
from include.local_cloud.furnish import BUCKET, BUCKET_REGION
from include.ports import Metrics, Runs
from plugins import wiring
from tests.world.actors import ENVIRONMENT, Stage

INSTANCE_RPS = 55       # one instance of the first version carries 66
RULES = [{"pattern": "errors.*", "tier": "critical", "group": "errors", "direction": "higher"}]


def declared(repository: Path, regions: Sequence[str], time_scale: float, **red_black: Any) -> Service:
    """The demo's service with short waits: minutes are seconds where `time_scale` is 60."""
    places = [{"region": region, "markets": ["americas"], "load_balancer": "api-prod", "target_group": "api-prod"}
              for region in regions]
    return Service.model_validate({
        "service": "api", "repository": str(repository), "build": {"base_ami": "serin-base"},
        "environments": {ENVIRONMENT: {"connection": "aws", "regions": places}},
        "canary": {"region": regions[0], "size": 1, "share_percent": 10, "bake_hours": 0.1, "min_requests": 10},
        "red_black": {"instance_rps": INSTANCE_RPS, "red_red_minutes": 3, "watch_minutes": 3, "limit_minutes": 120,
                      "region_minutes": 300, **red_black},
        "metrics": {"connection": "metrics", "step_seconds": 1, "rules": RULES},
        "archive": {"connection": "aws", "bucket": BUCKET, "region": BUCKET_REGION},
        "time_scale": time_scale, "time_zero": datetime.now(UTC)})


class LocalPorts(wiring.Ports):
    """What `wiring` builds from Airflow's connections, built from the local cloud's address."""

    def __init__(self, service: Service, region: str, sessions: Mapping[str, LocalSession], metrics_db: str):
        super().__init__(service, ENVIRONMENT, region)
        self._sessions, self._metrics_db = sessions, metrics_db

    def session(self, region: str, environment: str = "") -> Any:
        return self._sessions[region]

    @property
    def _kept(self) -> tuple[Any, str, str]:
        kept = self.service.archive
        return self._sessions[kept.region], kept.bucket, kept.prefix

    @cached_property
    def metrics(self) -> Metrics:
        source = self.service.metrics
        return SqlMetrics(SqliteHook(self._metrics_db), self.region, source, source.step_seconds)

    @cached_property
    def runs(self) -> Runs:
        return AloneRuns()


class SqliteHook:
    """What the adapter needs of Airflow's DbApiHook."""

    placeholder = "?"

    def __init__(self, path: str):
        self._path = path

    def get_records(self, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        with sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=10) as database:
            return database.execute(sql, parameters or ()).fetchall()


class AloneRuns:
    """There is no Airflow; every other run may still be alive."""

    def this(self) -> str:
        return "local://benchmark"

    def ended(self, run: str) -> bool | None:
        return None


class LocalStage(Stage):
    """`tell` is handed each sentence of the story."""

    def __init__(self, service: Service, sessions: Mapping[str, LocalSession], metrics_db: str, tell: Any = print):
        self.service, self.tell, self.sessions = service, tell, sessions
        self.regions = list(sessions)
        self.ports = {region: LocalPorts(service, region, sessions, metrics_db) for region in self.regions}

    def now(self) -> datetime:
        return datetime.now(UTC)

    def port(self, name: str, region: str, owner: str, push_id: str) -> Any:
        return getattr(self.ports[region or self.regions[0]], name)
