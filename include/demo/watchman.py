"""Ends every process of one demo, also when the demo itself was killed. Standard library only: it starts in 50 ms.

All that a demo starts carries one mark in its environment, and children inherit it: neither a new session nor a dead
parent hides a process from the mark. (Airflow's idle workers ignore SIGTERM and outlive a killed scheduler.)

`python watchman.py MARK` waits until its standard input closes or its parent is gone, then ends what
carries the mark.
"""

import os
import select
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

VARIABLE = "SERIN_DEMO_MARK"


def carrying(mark: str) -> list[int]:
    """Ids of the living processes that carry the mark, this one excepted."""
    needle = f"{VARIABLE}={mark}".encode()
    return [pid for pid in _processes() if pid != os.getpid() and needle in _environment(pid) and _alive(pid)]


def end(mark: str, grace_seconds: float = 6) -> list[int]:
    """SIGTERM to all, SIGKILL to those that are left after the grace; returns those that had to be killed."""
    _signal(carrying(mark), signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    while carrying(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    killed: list[int] = []
    while left := carrying(mark):  # again and again: one that forks while it dies leaves another
        _signal(left, signal.SIGKILL)
        killed += left
        time.sleep(0.05)
    return sorted(set(killed))


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _environment(pid: int) -> list[bytes]:
    with suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return []


def _alive(pid: int) -> bool:
    with suppress(OSError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state not in {"Z", "X"}
    return False


def _signal(pids: list[int], number: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _wait_for_the_end_of(parent: int) -> None:
    while os.getppid() == parent:
        if select.select([sys.stdin], [], [], 1)[0] and not os.read(sys.stdin.fileno(), 1):
            return


if __name__ == "__main__":
    _wait_for_the_end_of(os.getppid())
    end(sys.argv[1])
