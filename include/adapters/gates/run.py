"""One run of a gate's commands: the folder with the commit's files, and the guard that owns it."""

import json
import logging
import os
import select
import subprocess
import sys
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from include.adapters.gates.disk import abandoned, remove
from include.adapters.gates.output import NOTE
from include.adapters.gates.processes import kill_all_of
from include.domain.declared.gates import CommandGate
from include.domain.errors import Retryable
from include.ports import Branches

PROJECT = Path(__file__).parents[3]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PREFIX = "serin-gate-"
GRACE = 5               # seconds from SIGTERM to SIGKILL
LATEST = 60             # seconds that the guard has to end all and to clean up
MB = 1_000_000
log = logging.getLogger(__name__)


class Run:
    """The folder, and the guard that owns it."""

    def __init__(self, gate: CommandGate, commit: str, branches: Branches, limit: timedelta) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        _clean_up(self._folder.parent)
        self.checkout, self._heard = self._folder / "checkout", b""
        self.runs, self._says = "its commands begin", ""
        self._guard = subprocess.Popen(
            [sys.executable, "-m", "include.adapters.gates.guard", str(self._folder)], cwd=PROJECT, bufsize=0,
            env={"PYTHONPATH": str(PROJECT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        try:
            left_out = branches.export(commit, self.checkout)
            self._ask(gate, commit, limit)
        except BaseException:
            self.close()
            raise
        self.left_out = [f"{path} leads out of the checkout, and was left out" for path in left_out]

    def end(self) -> dict[str, Any] | None:
        """How it ended; None while it runs."""
        while select.select([self._guard.stdout], [], [], 0)[0]:
            heard = os.read(self._guard.stdout.fileno(), 65_536)
            if not heard:
                raise Retryable(f"what runs the commands died with exit code {self._guard.wait(LATEST)}")
            self._heard += heard
            *lines, self._heard = self._heard.split(b"\n")
            for line in map(json.loads, lines):
                if "end" in line:
                    return line
                self._tell(line["runs"], line["says"])
        return None

    def _tell(self, runs: str, says: str) -> None:
        """What is printed changes with every look: it goes to the task's log, and not into the reason to wait."""
        self.runs = f"`{runs}` runs"
        if says and says != self._says:
            log.info("%s says: %s", runs, says)
        self._says = says

    def output(self) -> bytes:
        with suppress(FileNotFoundError):
            return (self._folder / "log").read_bytes()
        return f"{NOTE}] the output could not be kept: the disk was full\n".encode()

    def close(self) -> None:
        """The guard ends what still runs, and removes the folder."""
        self._guard.stdin.close()
        self._guard.stdout.close()
        try:
            self._guard.wait(LATEST)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            self._guard.wait()
        if self._guard.returncode != 0:
            kill_all_of(self._folder)
        remove(self._folder)
        if self._folder.exists():
            log.warning("%s could not be removed", self._folder)

    def _ask(self, gate: CommandGate, commit: str, limit: timedelta) -> None:
        for name in ("home", "tmp"):
            (self._folder / name).mkdir()
        environment = {"PATH": PATH, "LANG": "C.UTF-8", "HOME": str(self._folder / "home"),
                       "TMPDIR": str(self._folder / "tmp"), "SERIN_COMMIT": commit, **gate.environment}
        asked = {"commands": gate.commands, "folder": str(self.checkout / gate.folder), "environment": environment,
                 "limit_seconds": limit.total_seconds(), "disk_bytes": gate.disk_mb * MB,
                 "grace_seconds": GRACE}
        self._guard.stdin.write(json.dumps(asked).encode() + b"\n")


def _clean_up(beside: Path) -> None:
    for folder in abandoned(beside, f"{PREFIX}*"):
        log.warning("%s was left by a worker that died with its guard: it is removed", folder)
        kill_all_of(folder)
        remove(folder)
