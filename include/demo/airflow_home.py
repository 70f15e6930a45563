"""Airflow as four processes in one folder: SQLite, LocalExecutor, ready to work when `start` returns."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from include.demo.airflow_settings import ROOT, airflow_environment
from include.demo.ports import free_port
from include.demo.processes import Processes

# The log servers are not needed: the API server reads the same folder.
COMPONENTS = {"api-server": (), "scheduler": ("--skip-serve-logs",), "dag-processor": (),
              "triggerer": ("--skip-serve-logs",)}


class NotReady(Exception):
    """Something did not come up; the message names it, and shows the end of its log."""


class AirflowHome:
    """One AIRFLOW_HOME with its components; `environment` holds the connections and where the services are declared."""

    def __init__(self, folder: Path, processes: Processes, environment: Mapping[str, str]):
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(base_url=self.address, timeout=30, trust_env=False)
        self.components: dict[str, tuple[str, ...]] = dict(COMPONENTS)
        self._processes = processes
        self._environment = airflow_environment(folder, self.port, environment)
        folder.mkdir(parents=True, exist_ok=True)

    def migrate(self, timeout: float = 240) -> None:
        """Make the database. It needs nothing else, so it can run while the cloud starts."""
        self._start("migrate", "db", "migrate")
        code = self._processes.wait("migrate", timeout)
        if code is None:
            raise NotReady(self._story("migrate", f"was not done after {timeout:.0f} s"))
        if code:
            raise NotReady(self._story("migrate", f"ended with {code}"))

    def start(self) -> None:
        for component, options in self.components.items():
            self.start_component(component, *options)

    def start_component(self, component: str, *options: str) -> None:
        self._start(component, component, *options)

    def wait_until_ready(self, timeout: float = 240) -> None:
        """All healthy, and the API server warm: its first call for a task takes seconds, and tasks time out."""
        deadline = time.monotonic() + timeout
        while missing := self._not_healthy():
            self.raise_if_one_ended()
            if time.monotonic() > deadline:
                raise NotReady(self._story(missing[0], f"was not healthy after {timeout:.0f} s"))
            time.sleep(0.3)
        self.client.get("/execution/health", timeout=60).raise_for_status()

    def _not_healthy(self) -> list[str]:
        try:
            answer = self.client.get("/api/v2/monitor/health", timeout=10)
            health = answer.json() if answer.is_success else {}
        except (httpx.HTTPError, ValueError):
            health = {}
        if not health:
            return ["api-server"]
        names = {"scheduler": "scheduler", "dag_processor": "dag-processor", "triggerer": "triggerer"}
        return [name for key, name in names.items() if health.get(key, {}).get("status") != "healthy"]

    def raise_if_one_ended(self) -> None:
        for component in self.components:
            if (code := self._processes.exit_code(component)) is not None:
                raise NotReady(self._story(component, f"ended with {code}"))

    def _start(self, name: str, *arguments: str) -> None:
        self._processes.start(name, [sys.executable, "-m", "airflow", *arguments], self._environment, ROOT)

    def _story(self, name: str, what: str) -> str:
        return (f"Airflow's {name} {what}. The end of {self._processes.log(name)}:\n"
                f"{self._processes.last_lines(name)}")
