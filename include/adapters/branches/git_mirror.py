"""Bare mirrors of remote repositories, in the user's cache; several processes may share one."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pygit2

from include.adapters.branches.git_remote import HEADS, Callbacks, Remote
from include.domain.errors import BadInput, Retryable

FETCHED = "serin-fetched"  # in the mirror, once its first fetch has ended
EVERY_BRANCH = "+refs/heads/*:refs/heads/*"  # "+": a rewritten history is taken as it is now


def mirror(remote: Remote, *, fetch: bool = False) -> pygit2.Repository:
    """The mirror as it is, made when there is none, brought up to date when asked to."""
    path = _cache() / f"{hashlib.sha256(remote.url.encode()).hexdigest()[:24]}.git"
    with _alone(path.with_suffix(".lock")):
        repository, is_new = _opened(path)
        if fetch or is_new:
            remote.asked(lambda: _fetch(repository, remote))
            (path / FETCHED).touch()
        return repository


def fetch_commit(remote: Remote, sha: str) -> None:
    """A commit that no branch holds any more, if the remote still gives it. It answered a moment ago, so whatever it
    says now is taken for a no: some just hang up."""
    repository = mirror(remote)
    fetch = repository.remotes.create_anonymous(remote.url).fetch
    with suppress(BadInput, Retryable):
        remote.asked(lambda: fetch([sha], callbacks=Callbacks(remote), proxy=True))


def _fetch(repository: pygit2.Repository, remote: Remote) -> None:
    """Branches that are gone go first: a new `prod/x` cannot be written beside an old `prod`. What a merge of another
    process pushes from is left alone."""
    there = remote.listed(repository).keys()
    for name in {name for name in repository.references if name.startswith(HEADS)} - there:
        repository.references.delete(name)
    repository.remotes.create_anonymous(remote.url).fetch([EVERY_BRANCH], callbacks=Callbacks(remote), proxy=True)


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
