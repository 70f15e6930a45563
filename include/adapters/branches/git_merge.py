"""Merging one branch into another, as the port `Merges`: in memory, without a work tree, and never by force.

The commit is made in the repository itself where it is on this machine, else in its mirror, from where it is pushed. A
branch that moved meanwhile is merged anew; one that is merged already is left as it is.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pygit2

from include.adapters.branches.git_conflict import conflict
from include.adapters.branches.git_local import branch_ref, local_path, open_local
from include.adapters.branches.git_mirror import mirror
from include.adapters.branches.git_remote import HEADS, Callbacks, Remote
from include.adapters.branches.git_text import as_text
from include.domain.errors import BadInput, Conflict, Refused, Retryable
from include.domain.repositories import Access, shown
from include.ports import Merged

TRIES = 5
MOST_OF_WORDS = 500     # characters of what a remote says while it is pushed to
MOVED = ("non-fastforward", "non-fast-forward", "does not match", "not present locally",
         "fetch first", "stale info")


class GitMerges:
    """`repository` is a path, a file:// URL, an https:// URL or one of ssh; `name` and `email` sign; `access` opens a
    remote one."""

    def __init__(self, repository: str, name: str, email: str, access: Access | None = None) -> None:
        self._repository = repository
        self._path = local_path(repository)
        self._remote = Remote(repository, access)
        self._by = (name, email)

    def merge(self, source: str, into: str, message: str, commit: str = "") -> Merged:
        for _ in range(TRIES):
            repository = self._fresh()
            ours, theirs = (self._head(repository, branch) for branch in (into, source))
            theirs = self._so_far(repository, theirs, source, commit) if commit else theirs
            merged = self._merged(repository, ours, theirs, source, into, message)
            if merged.how == "already" or self._moves(repository, into, ours, merged.commit):
                return merged
        raise Retryable(f"{into} of {shown(self._repository)} moved {TRIES} times while {source} was merged into it")

    def _merged(self, repository: pygit2.Repository, ours: pygit2.Commit, theirs: pygit2.Commit, source: str,
                into: str, message: str) -> Merged:
        base = repository.merge_base(ours.id, theirs.id)
        if base is None:
            raise Refused(f"{source} and {into} of {shown(self._repository)} share no history: nothing is merged")
        if base == theirs.id:
            return Merged(str(ours.id), "already")
        if base == ours.id:
            return Merged(str(theirs.id), "fast-forward")
        index = repository.merge_commits(ours, theirs)
        if index.conflicts is not None:
            raise Conflict(conflict(repository, index.conflicts, base, {into: ours, source: theirs}))
        signature = pygit2.Signature(*self._by)
        made = repository.create_commit(None, signature, signature, message, index.write_tree(repository),
                                        [ours.id, theirs.id])
        return Merged(str(made), "merge")

    def _fresh(self) -> pygit2.Repository:
        return open_local(self._path, self._repository) if self._path else mirror(self._remote, fetch=True)

    def _head(self, repository: pygit2.Repository, branch: str) -> pygit2.Commit:
        found = repository.references.get(branch_ref(branch))
        if found is None:
            raise BadInput(f"there is no branch {branch!r} in {shown(self._repository)}: nothing is merged")
        return found.peel(pygit2.Commit)

    def _so_far(self, repository: pygit2.Repository, head: pygit2.Commit, source: str, commit: str) -> pygit2.Commit:
        """The commit, if the branch still holds it."""
        found = repository.get(commit) if re.fullmatch(r"[0-9a-f]{40}", commit) else None
        if not isinstance(found, pygit2.Commit) or (
                found.id != head.id and not repository.descendant_of(head.id, found.id)):
            raise BadInput(f"{source} of {shown(self._repository)} does not hold commit {commit!r}: nothing is merged")
        return found

    def _moves(self, repository: pygit2.Repository, into: str, was: pygit2.Commit, commit: str) -> bool:
        """False where the branch is no longer where it was."""
        move = _move_here if self._path else self._push
        return move(repository, branch_ref(into), was, commit)

    def _push(self, repository: pygit2.Repository, ref: str, was: pygit2.Commit, commit: str) -> bool:
        """By a ref of its own, for several processes share the mirror; the remote refuses what is no fast-forward."""
        ours = f"refs/serin/{commit}"
        repository.references.create(ours, commit, force=True)
        answer = _Answer(self._remote)
        remote = repository.remotes.create_anonymous(self._repository)
        try:
            self._remote.asked(lambda: _unless_moved(
                lambda: remote.push([f"{ours}:{ref}"], callbacks=answer, proxy=True), answer))
        finally:
            repository.references.delete(ours)
        if answer.refused and not answer.moved:
            raise Refused(f"{shown(self._repository)} refuses to move {ref.removeprefix(HEADS)}: {answer.reason}")
        return not answer.moved


class _Answer(Callbacks):
    """What the remote said of the one ref that was pushed, and why in words of its own."""

    def __init__(self, remote: Remote) -> None:
        super().__init__(remote)
        self.refused, self.moved, self._words = "", False, ""

    @property
    def reason(self) -> str:
        words = " ".join(as_text(self._words.encode(), MOST_OF_WORDS).split())
        return f"{self.refused} ({words})" if words else self.refused

    def sideband_progress(self, string: str) -> None:
        self._words = (self._words + string)[:2 * MOST_OF_WORDS]

    def push_update_reference(self, refname: str, message: str | None) -> None:
        self.refused = as_text((message or "").encode(), MOST_OF_WORDS)
        self.moved = _says_moved(self.refused)


def _unless_moved(push: Callable[[], None], answer: _Answer) -> None:
    try:
        push()
    except pygit2.GitError as error:
        if not _says_moved(str(error)):
            raise
        answer.moved = True


def _says_moved(text: str) -> bool:
    said = text.lower().replace("fastforwardable", "fastforward")
    return any(words in said for words in MOVED)


def _move_here(repository: pygit2.Repository, ref: str, was: pygit2.Commit, commit: str) -> bool:
    """git itself refuses a target that is not the one that was read."""
    if not repository.is_bare and not repository.head_is_detached and repository.references.get("HEAD").target == ref:
        raise Refused(f"{Path(repository.workdir)} has {ref.removeprefix(HEADS)} checked out: it cannot be moved there")
    found = repository.references.get(ref)
    if found is None or found.target != was.id:
        return False
    try:
        found.set_target(commit)
    except pygit2.GitError as error:
        if _says_moved(str(error)):
            return False
        raise
    return True
