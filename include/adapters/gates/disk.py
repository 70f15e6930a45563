"""What a gate's folder takes of the worker's disk, and how it is removed. Standard library only."""

import fcntl
import os
import shutil
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

KEEP_FREE = 256 * 1024 * 1024   # bytes that others on the same disk need
LOOK_EVERY = 2.0                # seconds, and more where a look takes long
SHARE = 20                      # looking takes one part of so many
MARK = "lives"
NEW = 600.0                     # seconds


class Disk:
    """The folder's share of the disk, looked at now and then."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        self._next = time.monotonic() + LOOK_EVERY

    def is_filled(self) -> str:
        """Why the commands must end; empty where they need not, or it is not time to look."""
        if time.monotonic() < self._next:
            return ""
        began = time.monotonic()
        used, disk = size_of(self._folder), os.statvfs(self._folder)
        self._next = time.monotonic() + max(LOOK_EVERY, SHARE * (time.monotonic() - began))
        if used > self._most:
            return f"{used / 1e6:,.0f} MB of the disk are taken, and {self._most / 1e6:,.0f} MB may be"
        if disk.f_bavail * disk.f_frsize < KEEP_FREE:
            return (f"the worker's disk is full: under {KEEP_FREE / 1e6:,.0f} MB are free, and {used / 1e6:,.0f} MB "
                    "are taken here")
        return ""


def size_of(folder: Path) -> int:
    """Bytes on the disk of all that is in it; links are not followed."""
    total = 0
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            with suppress(OSError):
                total += os.lstat(os.path.join(root, name)).st_blocks * 512
    return total


def mark(folder: Path) -> IO[bytes]:
    """As long as this is open, the folder is in use; what a machine lost with its power is not."""
    lives = (folder / MARK).open("wb")
    fcntl.flock(lives, fcntl.LOCK_EX)
    return lives


def abandoned(beside: Path, pattern: str) -> list[Path]:
    """Folders of gates whose guard and worker died at once. A new one is left alone: its guard may still begin."""
    return [folder for folder in beside.glob(pattern) if _is_abandoned(folder)]


def _is_abandoned(folder: Path) -> bool:
    try:
        told = folder.lstat()
        if not stat.S_ISDIR(told.st_mode) or told.st_uid != os.geteuid() or time.time() - told.st_mtime < NEW:
            return False
        with (folder / MARK).open("rb") as lives:
            fcntl.flock(lives, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return folder.exists()
    except OSError:     # somebody has it, or it is not ours
        return False
    return True


def remove(folder: Path) -> None:
    """Also what was made unreadable."""
    for root, folders, _ in os.walk(folder):
        for name in folders:
            path = os.path.join(root, name)
            with suppress(OSError):
                if not os.path.islink(path):
                    os.chmod(path, 0o700)
    shutil.rmtree(folder, ignore_errors=True)
