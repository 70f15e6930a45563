"""Runs the commands of one gate in a process of its own, and lets nothing of them outlive it.

`python -m include.adapters.gates.guard FOLDER` reads one line of JSON, runs the commands that it names, and writes
lines of JSON: `{"runs": …, "says": …}` while they run, at last one `{"end": …}`, with the output in FOLDER/log. It then
waits until its standard input closes, and removes the folder. Where that closes earlier, because whoever asked was
stopped or killed, it ends everything at once and removes the folder too. Standard library only: it starts in 50 ms.
"""

import json
import os
import select
import shlex
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from include.adapters.gates.disk import Disk, mark, remove
from include.adapters.gates.output import NOTE, Output, shortened
from include.adapters.gates.processes import adopt_orphans, before_a_command, end_all, outlives_signals, reap

LOOK_EVERY = 0.05       # seconds
TELL_EVERY = 1.0        # seconds
CHUNK = 64 * 1024
ASKS, ANSWERS = 0, 1    # standard input and output


class Guard:
    """One run of the commands."""

    def __init__(self, folder: Path, asked: dict[str, Any]) -> None:
        self._folder, self._asked = folder, asked
        self._began = self._told_at = time.monotonic()
        self._output, self._disk = Output(), Disk(folder, asked["disk_bytes"])
        self._reads, self._writes = os.pipe()

    def run(self) -> dict[str, Any]:
        """`end` is exit (with its code), missing, limit, disk or alone; all but the first say why."""
        end = self._commands()
        seconds = time.monotonic() - self._began
        names, immortal = end_all(self._asked["grace_seconds"], self._read)
        if names:
            self._note(f"{len(names)} processes were left running, and are ended: {', '.join(sorted(set(names)))}")
        if immortal:
            self._note(f"processes {', '.join(map(str, immortal))} cannot be killed")
        self._read()
        with suppress(OSError):     # a full disk takes no log
            (self._folder / "log").write_bytes(self._output.kept())
        return {"seconds": seconds, **end}

    def _commands(self) -> dict[str, Any]:
        for argv in self._asked["commands"]:
            command = shlex.join(argv)
            self._note(f"$ {command}")
            end = self._command(argv, command)
            if end != {"end": "exit", "code": 0}:
                return {"command": command, **end}
        return {"end": "exit", "code": 0, "command": ""}

    def _command(self, argv: list[str], command: str) -> dict[str, Any]:
        try:
            process = subprocess.Popen(
                argv, cwd=self._asked["folder"], env=self._asked["environment"], stdin=subprocess.DEVNULL,
                stdout=self._writes, stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=before_a_command)
        except (OSError, subprocess.SubprocessError) as error:
            self._note(f"cannot be run: {error}")
            return {"end": "missing", "why": str(error)}
        while True:
            if process.pid in (dead := reap()):
                process.returncode = dead[process.pid]
                return {"end": "exit", "code": process.returncode}
            if stopped := self._must_end():
                self._note(stopped["why"])
                return stopped
            self._tell(command)

    def _must_end(self) -> dict[str, Any]:
        if ASKS in self._read(LOOK_EVERY):
            return {"end": "alone", "why": "nobody waits for it any more"}
        if time.monotonic() - self._began > self._asked["limit_seconds"]:
            return {"end": "limit", "why": "the limit has passed"}
        if filled := self._disk.is_filled():
            return {"end": "disk", "why": filled}
        return {}

    def _read(self, seconds: float = 0.0) -> list[int]:
        """What there is to read, first waited for so long, in small bites: a flood is no reason to miss the limit."""
        heard = select.select([self._reads, ASKS], [], [], seconds)[0]
        for _ in range(64):
            if not select.select([self._reads], [], [], 0)[0]:
                break
            self._output.write(os.read(self._reads, CHUNK))
        return heard

    def _tell(self, command: str) -> None:
        """Whoever asked may be busy: then it is not told."""
        if time.monotonic() < self._told_at + TELL_EVERY:
            return
        self._told_at = time.monotonic()
        os.set_blocking(ANSWERS, False)
        with suppress(BlockingIOError):
            say({"runs": shortened(command), "says": self._output.last_line()})
        os.set_blocking(ANSWERS, True)

    def _note(self, sentence: str) -> None:
        self._read()
        self._output.write(f"{NOTE}, after {time.monotonic() - self._began:.1f} s] {sentence}\n".encode())


def say(line: dict[str, Any]) -> None:
    with suppress(BrokenPipeError):
        os.write(ANSWERS, json.dumps(line).encode() + b"\n")


def main(folder: Path) -> None:
    adopt_orphans()
    outlives_signals()
    lives = mark(folder)
    try:
        if asked := sys.stdin.readline():
            say(Guard(folder, json.loads(asked)).run())
            sys.stdin.read()    # closes when the log was read
    finally:
        remove(folder)
        lives.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
