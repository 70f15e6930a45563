"""Bare mirrors of repositories behind https, in the user's cache; several processes may share one."""

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pygit2

from include.domain.errors import BadInput, Retryable

T = TypeVar("T")
SILENT = pygit2.RemoteCallbacks  # no credentials but those of the URL: without them, a question is a refusal
FETCHED = "serin-fetched"  # in the mirror, once its first fetch has ended
EVERY_BRANCH = "+refs/heads/*:refs/heads/*"  # "+": a rewritten history is taken as it is now
REFUSED = ("authentication", "401", "403", "404", "not found", "certificate", "unsupported url", "credentials")
CONNECT_MILLISECONDS, ANSWER_MILLISECONDS = 10_000, 60_000


def mirror(url: str, *, fetch: bool = False) -> pygit2.Repository:
    """The mirror as it is, made when there is none, brought up to date when asked to."""
    path = _cache() / f"{hashlib.sha256(url.encode()).hexdigest()[:24]}.git"
    with _alone(path.with_suffix(".lock")):
        repository, is_new = _opened(path)
        if fetch or is_new:
            asked(shown(url), lambda: _fetch(repository, url))
            (path / FETCHED).touch()
        return repository


def _fetch(repository: pygit2.Repository, url: str) -> None:
    """Branches that are gone go first: a new `prod/x` cannot be written beside an old `prod`. What a merge of another
    process pushes from is left alone."""
    remote = repository.remotes.create_anonymous(url)
    there = {head.name for head in remote.list_heads(callbacks=SILENT(), proxy=True)}
    for name in {name for name in repository.references if name.startswith("refs/heads/")} - there:
        repository.references.delete(name)
    remote.fetch([EVERY_BRANCH], callbacks=SILENT(), proxy=True)


def shown(repository: str) -> str:
    """The URL without what may be a password."""
    return re.sub(r"(?<=://)[^/@]*@", "", repository)


def asked(repository: str, question: Callable[[], T]) -> T:
    """The remote's answer; BadInput where it refuses us, Retryable where it cannot be reached."""
    pygit2.settings.server_connect_timeout = CONNECT_MILLISECONDS
    pygit2.settings.server_timeout = ANSWER_MILLISECONDS
    try:
        return question()
    except (pygit2.GitError, ValueError, KeyError) as error:
        said = f"repository {repository}: {str(error).replace(chr(10), ' ')[:300]}"
        refused = any(text in said.lower() for text in REFUSED)
        raise (BadInput if refused else Retryable)(said) from error


def _opened(path: Path) -> tuple[pygit2.Repository, bool]:
    """A mirror whose first fetch never ended, or that cannot be read, is made anew."""
    if (path / FETCHED).exists():
        try:
            return pygit2.Repository(str(path)), False
        except pygit2.GitError:
            pass
    shutil.rmtree(path, ignore_errors=True)
    return pygit2.init_repository(str(path), bare=True), True


def _cache() -> Path:
    """The user's own folder: a shared one could be filled by somebody else first."""
    named = os.environ.get("XDG_CACHE_HOME")
    folder = Path(named) / "serin" if named else Path(tempfile.gettempdir()) / f"serin-{os.getuid()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise BadInput(f"{folder} belongs to another user: set XDG_CACHE_HOME")
    return folder


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
