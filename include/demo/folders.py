"""One folder a demo, under `.demo`: kept after its end, so that logs can be read, and removed by the next demo."""

import fcntl
import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import IO


class Folder:
    """A new folder; its lock says to other demos that this one is alive, and goes with the process."""

    def __init__(self, parent: Path):
        parent.mkdir(parents=True, exist_ok=True)
        remove_ended(parent)
        self.path = parent / f"{datetime.now().astimezone():%Y%m%d-%H%M%S}-{os.getpid()}"
        self.path.mkdir()
        self._lock = _lock(self.path)


def remove_ended(parent: Path) -> None:
    """Remove the folders of demos that are no longer alive."""
    for folder in parent.iterdir():
        if folder.is_dir() and (lock := _lock(folder)):
            shutil.rmtree(folder, ignore_errors=True)
            lock.close()


def _lock(folder: Path) -> IO | None:
    """The lock of the folder, held until it is closed; None where somebody else holds it."""
    lock = open(folder / "running", "w")  # noqa: SIM115
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock
