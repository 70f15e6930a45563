"""The service's git repository, read only, as the port `Branches`. Nothing here runs a program or writes a ref of it.

A repository on this machine is opened where it is; a remote one is mirrored into a cache, and fetched only for a commit
that the mirror lacks. Names and messages are untrusted: they are checked or decoded, never passed on as options.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import pygit2

from include.adapters.branches import git_files, git_history
from include.adapters.branches.git_local import (
    branch_name,
    branch_ref,
    heads_of,
    local_heads,
    local_path,
    named,
    open_local,
)
from include.adapters.branches.git_mirror import fetch_commit, mirror
from include.adapters.branches.git_remote import HEADS, Remote
from include.adapters.branches.git_text import as_commit
from include.domain.errors import BadInput
from include.domain.repositories import Access, shown
from include.ports import Change, Commit, FileChange

WHOLE_HASH = 40  # digits


class GitBranches:
    """`repository` is a path, a file:// URL, an https:// URL or one of ssh; `access` opens a remote one."""

    def __init__(self, repository: str, access: Access | None = None) -> None:
        self._repository = repository
        self._path = local_path(repository)
        self._remote = Remote(repository, access)

    def head(self, branch: str) -> str:
        ref = branch_ref(branch)
        heads = local_heads(self._open()) if self._path else self._remote.heads()
        if ref not in heads:
            raise BadInput(f"there is no branch {branch!r} in {shown(self._repository)}: {named(heads)}")
        return heads[ref]

    def commit(self, revision: str) -> Commit:
        return as_commit(self._at(revision)[1])

    def is_older(self, commit: str, than: str) -> bool | None:
        try:
            (_, older), (repository, newer) = self._at(commit), self._at(than)
        except BadInput:
            return None
        return repository.descendant_of(newer.id, older.id)

    def between(self, old: str, new: str, most: int = 2000) -> list[Change]:
        (_, older), (repository, newer) = self._at(old), self._at(new)
        return git_history.between(repository, older, newer, most)

    def files(self, old: str, new: str) -> list[FileChange]:
        (_, older), (repository, newer) = self._at(old), self._at(new)
        return list(git_history.files_changed(repository, older.tree, newer.tree))

    def read(self, commit: str, path: str) -> bytes | None:
        return git_files.read(*self._at(commit), path)

    def paths(self, commit: str, under: str = "") -> list[str]:
        return git_files.paths(self._at(commit)[1], under)

    def export(self, commit: str, folder: Path) -> list[str]:
        return git_files.export(*self._at(commit), folder)

    def holding(self, commit: str) -> list[str]:
        if not self._path:
            mirror(self._remote, fetch=True)
        repository, found = self._at(commit)
        heads = [(branch_name(ref), head) for ref, head in local_heads(repository).items()]
        return git_history.holding(repository, found, heads)

    def built_on(self, commit: str, branches: Sequence[str], most: int = 2000) -> list[str]:
        repository, found = self._at(commit)
        return git_history.built_on(repository, found, heads_of(repository, branches), most)

    def newest(self, branches: Sequence[str], most: int) -> list[Commit]:
        repository = self._open() if self._path else mirror(self._remote, fetch=True)
        return git_history.newest(repository, heads_of(repository, branches), most)

    def naming(self, ticket: str, branches: Sequence[str], most: int = 2000) -> list[Commit]:
        repository = self._open() if self._path else mirror(self._remote, fetch=True)
        return git_history.naming(repository, ticket, heads_of(repository, branches), most)

    def _at(self, revision: str) -> tuple[pygit2.Repository, pygit2.Commit]:
        """The commit, and the repository on this machine that has it: a mirror is fetched for what it lacks."""
        wanted = revision.strip().lower()
        if not re.fullmatch(r"[0-9a-f]{7,40}", wanted):
            raise BadInput(f"commit {revision!r}: give 7 to 40 hex digits of its hash")
        repository = self._open() if self._path else mirror(self._remote)
        try:
            return repository, self._find(repository, wanted)
        except BadInput:
            if self._path:
                raise
        repository = mirror(self._remote, fetch=True)
        if len(wanted) == WHOLE_HASH and wanted not in repository:
            fetch_commit(self._remote, wanted)
        return repository, self._find(repository, wanted)

    def _find(self, repository: pygit2.Repository, wanted: str) -> pygit2.Commit:
        there = f"commit {wanted} of {shown(self._repository)}"
        try:
            found = repository[wanted]
        except KeyError as error:
            raise BadInput(f"{there}: there is none") from error
        except pygit2.GitError as error:
            several = "ambiguous" in str(error)
            raise BadInput(f"{there}: several objects begin so; give more digits" if several
                           else f"{there} cannot be read: {error}") from error
        if not isinstance(found, pygit2.Commit):
            raise BadInput(f"{there}: that is a {found.type_str}, not a commit")
        return found

    def _open(self) -> pygit2.Repository:
        return open_local(self._path, self._repository)


def remote_head(repository: str, branch: str, access: Access | None = None) -> str | None:
    """The hash of the branch's newest commit, or None without such a branch; asks the remote, clones nothing."""
    ref = branch_ref(branch)
    return _remote_refs(repository, access).get(ref)


def remote_heads(repository: str, access: Access | None = None) -> dict[str, str]:
    """The same of each branch, by its name."""
    return {ref.removeprefix(HEADS): head for ref, head in _remote_refs(repository, access).items()}


def _remote_refs(repository: str, access: Access | None) -> dict[str, str]:
    path = local_path(repository)
    return local_heads(open_local(path, repository)) if path else Remote(repository, access).heads()
