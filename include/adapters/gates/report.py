"""The files of a checkout that are kept as a gate's report. What a commit's commands left there is untrusted: only
plain files that really lie in the checkout are read."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

MOST_FILES, MOST_BYTES = 100, 20_000_000


def kept_files(checkout: Path, patterns: Sequence[str]) -> tuple[tuple[tuple[str, bytes], ...], list[str]]:
    """Path and content of each, and what a person must know of those that are not kept."""
    kept: list[tuple[str, bytes]] = []
    notes = [f"nothing fits {pattern!r}" for pattern in patterns if not any(checkout.glob(pattern))]
    room = MOST_BYTES
    for path in _files(checkout, patterns):
        name = os.fsencode(path.relative_to(checkout)).decode("utf-8", "replace")
        body = _plain(path, checkout, room)
        if body is None or len(kept) == MOST_FILES:
            notes.append(f"{name!r} is not kept: at most {MOST_FILES} plain files of {MOST_BYTES / 1e6:.0f} MB are")
            continue
        kept.append((name, body))
        room -= len(body)
    return tuple(kept), notes


def _files(checkout: Path, patterns: Sequence[str]) -> Iterator[Path]:
    found = {path for pattern in patterns for path in checkout.glob(pattern)}
    yield from sorted(path for path in found if not path.is_dir())


def _plain(path: Path, checkout: Path, room: int) -> bytes | None:
    try:
        if not path.parent.resolve().is_relative_to(checkout.resolve()):
            return None
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (OSError, RuntimeError):     # a loop of links
        return None
    with open(opened, "rb") as file:
        told = os.fstat(opened)
        return file.read() if stat.S_ISREG(told.st_mode) and told.st_size <= room else None
