"""A gate of declared commands, as the port `Gate`: the commit's files in a folder of their own, the commands in
processes of their own, and nothing of either left behind.

The guard (`guard.py`) does the work and this looks at it: it also notices when this process is gone. A gate that was
begun lives with the task's process; one that is taken again begins anew.
"""

import json
import logging
import os
import select
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from include.adapters.gates.output import NOTE, last_lines, shortened
from include.adapters.gates.processes import kill_all_of
from include.adapters.gates.report import kept_files
from include.domain.declared.gates import CommandGate
from include.domain.errors import Retryable
from include.domain.gates import Outcome
from include.domain.looks import Look, Wait, pause
from include.ports import Branches

PROJECT = Path(__file__).parents[3]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LOOK_AT_LEAST, LOOK_AT_MOST = timedelta(seconds=0.2), timedelta(seconds=5)  # short: it keeps its worker
GRACE = 5               # seconds from SIGTERM to SIGKILL
LATEST = 60             # seconds that the guard has to end all and to clean up
SHOWN = 10              # lines
MB = 1_000_000
log = logging.getLogger(__name__)


class CommandGates:
    def __init__(self, gate: CommandGate, branches: Branches, limit: timedelta) -> None:
        self._gate, self._branches, self._limit = gate, branches, limit
        self._run: _Run | None = None

    def outcome(self, commit: str, look: Look) -> Outcome | Wait:
        if self._run is None:
            self._run = _Run(self._gate, commit, self._branches, self._limit)
            self._began = look.now
        try:
            end = self._run.end()
            if end is None:
                next_look = look.now + pause(look, least=LOOK_AT_LEAST, most=LOOK_AT_MOST)
                return Wait(f"{self._gate.name}: {self._run.runs}", look.since, next_look, self._began + self._limit)
            found = self._outcome(end, self._run)
        except BaseException:
            self._close()
            raise
        self._close()
        return found

    def _outcome(self, end: dict[str, Any], run: "_Run") -> Outcome:
        files, notes = kept_files(run.checkout, self._gate.report)
        output = run.output() + "".join(f"{NOTE}] {note}\n" for note in (*run.left_out, *notes)).encode()
        return Outcome(end["end"] == "exit" and end["code"] == 0, self._sentence(end), end["seconds"],
                       output.decode("utf-8", "replace").encode(), last_lines="\n".join(last_lines(output, SHOWN)),
                       report=files)

    def _sentence(self, end: dict[str, Any]) -> str:
        command, after = shortened(end["command"]), f"after {end['seconds']:.1f} s"
        match end["end"]:
            case "exit" if end["code"] == 0:
                return f"passed {after}"
            case "exit" if end["code"] < 0:
                return f"`{command}` was killed by signal {-end['code']} {after}"
            case "exit":
                return f"`{command}` ended with exit code {end['code']} {after}"
            case "limit":
                return f"`{command}` did not end within {self._limit}, and was killed"
            case "missing":
                return f"`{command}` could not be run in {self._gate.folder}: {end['why']}"
        return f"`{command}` was killed {after}: {end['why']}"

    def _close(self) -> None:
        run, self._run = self._run, None
        if run:
            run.close()


class _Run:
    """The folder, and the guard that owns it."""

    def __init__(self, gate: CommandGate, commit: str, branches: Branches, limit: timedelta) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="serin-gate-"))
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
        with suppress(subprocess.TimeoutExpired):
            self._guard.wait(LATEST)
        if self._guard.returncode != 0:
            kill_all_of(self._folder)
        shutil.rmtree(self._folder, ignore_errors=True)
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
