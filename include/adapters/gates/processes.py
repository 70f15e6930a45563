"""The processes that came from this one, wherever they went: Linux gives orphans to the nearest `subreaper`, so neither
a daemon nor a new session or process group hides one. Standard library only.
"""

import ctypes
import os
import resource
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
IGNORED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
GIVE_UP = 30.0      # seconds of SIGKILL: what is left then sleeps in the kernel
LOOK_EVERY = 0.02   # seconds
LOOKS_FIND_NONE = 3
libc = ctypes.CDLL(None, use_errno=True)


def adopt_orphans() -> None:
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "this system does not let a process adopt orphans; Linux is needed")


def outlives_signals() -> None:
    """Whoever asked decides when this process ends, and a command that signals its whole group does not."""
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)


def before_a_command() -> None:
    """In the child, before it becomes the command: dies with this process, takes signals, dumps no core."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in IGNORED:
        signal.signal(number, signal.SIG_DFL)


def reap() -> dict[int, int]:
    """The exit codes of the children that have died since; under 0: by that signal."""
    dead: dict[int, int] = {}
    with suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            dead[found[0]] = os.waitstatus_to_exitcode(found[1])
    return dead


def descendants() -> list[int]:
    """All that live."""
    parents: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        with suppress(OSError, ValueError):
            state, parent = Path(f"/proc/{int(entry)}/stat").read_text(errors="replace").rpartition(")")[2].split()[:2]
            if state not in {"Z", "X"}:
                parents[int(entry)] = int(parent)
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sorted(ours - {os.getpid()})


def end_all(grace: float, meanwhile: Callable[[], None]) -> tuple[list[str], list[int]]:
    """SIGTERM, and SIGKILL to those that are left after so many seconds. The names of all that there were, and the ids
    of those that cannot be killed. `meanwhile` is called again and again: what waits to be read could not end."""
    names = [_name(pid) for pid in _send(signal.SIGTERM, descendants())]
    _until(lambda: not descendants(), grace if names else 0, meanwhile)
    # Again and again: one that forks while it dies leaves another.
    _until(lambda: not _send(signal.SIGKILL, descendants()), GIVE_UP, meanwhile)
    return names, descendants()


def _until(true: Callable[[], bool], seconds: float, meanwhile: Callable[[], None]) -> None:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        meanwhile()
        reap()
        time.sleep(LOOK_EVERY)


def kill_all_of(folder: Path) -> None:
    """Those whose home lies in the folder: for when their guard was killed, and nobody adopted its orphans. Several
    looks must find none: a process that becomes another one has no environment for an instant."""
    looks, deadline = 0, time.monotonic() + GIVE_UP
    while looks < LOOKS_FIND_NONE and time.monotonic() < deadline:
        looks = 0 if _send(signal.SIGKILL, _of(folder)) else looks + 1
        time.sleep(LOOK_EVERY)


def _of(folder: Path) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and f"={folder}/".encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
    return found


def _send(number: int, pids: list[int]) -> list[int]:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
    return pids


def _name(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text(errors="replace").strip()
    return str(pid)
