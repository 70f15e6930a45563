"""Starts and stops the local cloud: the control process and the data process, on free ports and a network of their own.

    with LocalCloud(directory) as cloud:
        furnish(cloud.endpoint, repository, commit, network=cloud.network)
        cloud.load(peak_rps=80)
"""

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from include.domain.errors import Final
from include.domain.peak_windows import Market
from include.local_cloud.aws import LocalSession
from include.local_cloud.data.settings import Settings
from include.local_cloud.network import claim_network

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS, STOP_SECONDS = 60, 5


class LocalCloud:
    """`cloud_scale`: AWS seconds in one second here. `markets`, `time_scale` and `time_zero` make the viewers' day.
    `lasts` changes single AWS durations, as control's `--lasts` does. `listen` and `ports`, of control and of data, say
    where both answer beside 127.0.0.1: others reach a cloud in a container by its host's name."""

    def __init__(self, directory: str | Path, cloud_scale: float = 60, *, markets: Sequence[Market] = (),
                 time_scale: float = 1, time_zero: datetime | None = None, keep_seconds: int = 1200,
                 lasts: Mapping[str, float] = {}, listen: str = "127.0.0.1", ports: tuple[int, int] = (0, 0)):
        self.directory = Path(directory).resolve()
        self.metrics_db = str(self.directory / "metrics.db")
        self.identity = secrets.token_hex(8)
        self.endpoint = self.data_url = self.network = ""
        self._scale, self._lasts = cloud_scale, dict(lasts)
        self._listen, self._ports = listen, ports
        self._viewers = {"markets": tuple(markets), "time_scale": time_scale, "time_zero": time_zero,
                         "keep_seconds": keep_seconds}
        self._processes: dict[str, subprocess.Popen] = {}
        self._claim = None

    def start(self) -> "LocalCloud":
        """Returns when both processes serve; Final says which did not, with the end of its log. Twice is no error."""
        if self._processes:
            return self
        self.directory.mkdir(parents=True, exist_ok=True)
        self.network, self._claim = claim_network()
        try:
            self._start_control()
            self._start_data()
            self._write_facts()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Both processes are gone when this returns. Saying it twice is no error."""
        for process in reversed(self._processes.values()):
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()
        if self._claim:
            self._claim.close()

    def __enter__(self) -> "LocalCloud":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def session(self, region: str) -> LocalSession:
        return LocalSession(self.endpoint, region)

    def load(self, **settings: Any) -> dict[str, Any]:
        """Change the viewers' load while it runs: peak_rps, regions (region to peak), load_balancers."""
        return _ask(f"{self.data_url}/load", settings)

    def state(self) -> dict[str, Any]:
        """The data plane's /state."""
        return _ask(f"{self.data_url}/state")

    def ended(self) -> str:
        """A sentence about a process that ended by itself; empty while both run."""
        return "; ".join(f"the local cloud's {name} process ended with {process.returncode}: {self._log_end(name)}"
                         for name, process in self._processes.items() if process.poll() is not None)

    # --- the two processes

    def _start_control(self) -> None:
        lasts = [text for name, seconds in self._lasts.items() for text in ("--lasts", f"{name}={seconds:g}")]
        ready = self.directory / "control.json"
        self._start("control", ready, "--directory", str(self.directory), "--network", self.network,
                    "--scale", f"{self._scale:g}", "--identity", self.identity, "--parent", str(os.getpid()),
                    "--listen", self._listen, "--port", str(self._ports[0]), *lasts)
        self.endpoint = json.loads(ready.read_text())["endpoint"]
        if _ask(f"{self.endpoint}/serin/identity")["identity"] != self.identity:
            raise Final(f"{self.endpoint} is not this cloud's control process")

    def _start_data(self) -> None:
        settings, ready = self.directory / "data_settings.json", self.directory / "data.json"
        settings.write_text(Settings(control=self.endpoint, identity=self.identity, metrics_db=self.metrics_db,
                                     parent=os.getpid(), listen=self._listen, port=self._ports[1],
                                     **self._viewers).model_dump_json())
        self._start("data", ready, str(settings), str(ready))
        self.data_url = f"http://127.0.0.1:{json.loads(ready.read_text())['port']}"
        if self.state()["identity"] != self.identity:
            raise Final(f"{self.data_url} is not this cloud's data process")

    def _start(self, name: str, ready: Path, *arguments: str) -> None:
        ready.unlink(missing_ok=True)
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        with (self.directory / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", f"include.local_cloud.{name}", *arguments], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, env={**os.environ, "PYTHONPATH": path})
        deadline = time.monotonic() + START_SECONDS
        while not ready.exists():
            if self._processes[name].poll() is not None:
                raise Final(self.ended())
            if time.monotonic() > deadline:
                raise Final(f"the local cloud's {name} process did not serve within {START_SECONDS} s: "
                            f"{self._log_end(name)}")
            time.sleep(0.02)

    def _log_end(self, name: str) -> str:
        return (self.directory / f"{name}.log").read_text(errors="replace")[-2000:]

    def _write_facts(self) -> None:
        facts = {"endpoint": self.endpoint, "data_url": self.data_url, "metrics_db": self.metrics_db,
                 "network": self.network, "identity": self.identity,
                 "pids": {name: process.pid for name, process in self._processes.items()}}
        (self.directory / "local_cloud.json").write_text(json.dumps(facts, indent=2) + "\n")


def _ask(url: str, body: Any = None) -> Any:
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(),
                                     {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise Final(f"{url}: {error.code}: {error.read(1000).decode(errors='replace')}") from error
