"""What systemd or Kubernetes is to Airflow: what was killed is started again. And what kills it, to see that."""

import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from include.demo import watchman
from include.demo.airflow_home import COMPONENTS
from include.demo.stage import Stage


class Supervisor:
    """Kills with SIGKILL. As text it is what was killed and started when: for an assertion that fails."""

    def __init__(self, stage: Stage):
        self._stage, self._processes = stage, stage.processes
        self._told: list[str] = []
        self._began = time.monotonic()

    def kill(self, component: str) -> None:
        """The component alone: what it started lives on, as a scheduler's workers do."""
        self._kill(component, [self._processes.pid(component)])
        self._processes.wait(component, 30)

    def kill_worker(self, task_instance: str) -> None:
        """The process of a task, and the worker that supervises it."""
        found = [pid for pid in watchman.carrying(self._processes.mark) if task_instance in title(pid)]
        # The worker may name the task instance too, and its parent is the scheduler, which is to go on.
        workers = {pid for pid in (*found, *map(parent, found)) if "airflow scheduler" not in title(pid)}
        self._kill(f"the worker of {task_instance}", sorted(workers))

    def kill_everything(self) -> None:
        """Every process of Airflow, workers and tasks included, as when its machine loses power."""
        self._kill("everything", [pid for name in COMPONENTS for pid in self._processes.family(name)])
        for component in COMPONENTS:
            self._processes.wait(component, 30)

    def start(self, *components: str) -> None:
        """These components, or all; returns when Airflow answers again."""
        for component in components or COMPONENTS:
            self._stage.home.start_component(component, *COMPONENTS[component])
        self._stage.home.wait_until_ready()
        self.tell(f"started {', '.join(components) or 'everything'}")

    def tell(self, what: str) -> None:
        self._told.append(f"{time.monotonic() - self._began:5.1f} s  {what}")

    def __str__(self) -> str:
        return "\n".join(self._told)

    def _kill(self, what: str, pids: Sequence[int]) -> None:
        assert pids, f"{what}: there is no process to kill"
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.tell(f"killed {what} ({len(pids)} processes)")


def title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
