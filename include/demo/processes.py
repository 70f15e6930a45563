"""The demo's processes: started in sessions of their own, logged to files, and gone when the demo is gone."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from include.demo import watchman

# As `nice` counts: where the two compete, the local cloud gets about twice the processor time of Airflow.
GIVES_WAY = 3


class Processes:
    """All processes of one demo. Whatever is started inside `marked()`, by anyone, is ended by `stop`."""

    def __init__(self, logs: Path):
        self.mark = uuid4().hex
        self.logs = logs
        self._children: dict[str, subprocess.Popen] = {}
        logs.mkdir(parents=True, exist_ok=True)
        self._watchman = subprocess.Popen([sys.executable, "-I", "-S", watchman.__file__, self.mark],
                                          stdin=subprocess.PIPE, start_new_session=True)

    @contextmanager
    def marked(self):
        """Processes that other code starts in here carry the mark too."""
        os.environ[watchman.VARIABLE] = self.mark
        try:
            yield
        finally:
            os.environ.pop(watchman.VARIABLE, None)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        """Start it with its output in `<logs>/<name>.log`; on a busy machine the local cloud's requests go first."""
        with open(self.log(name), "ab") as log:
            self._children[name] = subprocess.Popen(
                command, cwd=folder, env={**environment, watchman.VARIABLE: self.mark},
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        _give_way(self._children[name].pid)

    def pid(self, name: str) -> int:
        return self._children[name].pid

    def exit_code(self, name: str) -> int | None:
        """None while it runs."""
        return self._children[name].poll()

    def wait(self, name: str, timeout: float) -> int | None:
        """Its exit code, or None where it still runs after the time-out."""
        with suppress(subprocess.TimeoutExpired):
            return self._children[name].wait(timeout)
        return None

    def family(self, name: str) -> list[int]:
        """Ids of the living processes of its session: itself and what it started, also when itself is dead."""
        session = self.pid(name)
        return [pid for pid in watchman.carrying(self.mark) if _session(pid) == session]

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def last_lines(self, name: str, count: int = 12) -> str:
        """The end of its log, for an error message."""
        if not self.log(name).exists():
            return "(it wrote nothing)"
        with open(self.log(name), "rb") as log:
            log.seek(max(0, os.path.getsize(log.name) - 16_384))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-count:]) or "(it wrote nothing)"

    def stop(self, grace_seconds: float = 5) -> None:
        """Ask what we started to end, then end everything, orphans included. May be said twice."""
        for child in self._children.values():
            child.terminate()
        deadline = time.monotonic() + grace_seconds
        for name in self._children:
            self.wait(name, max(0.0, deadline - time.monotonic()))
        watchman.end(self.mark, grace_seconds=0)
        for child in self._children.values():
            child.wait()
        if self._watchman.stdin and not self._watchman.stdin.closed:
            self._watchman.stdin.close()
            self._watchman.wait()


def _session(pid: int) -> int | None:
    with suppress(ProcessLookupError):
        return os.getsid(pid)
    return None


def _give_way(pid: int) -> None:
    """A lower priority for the process and its children; for its session too, by which desktops share the time."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, max(GIVES_WAY, os.getpriority(os.PRIO_PROCESS, pid)))
    with suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(str(GIVES_WAY))
