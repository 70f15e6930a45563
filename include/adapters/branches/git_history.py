"""What changed between two commits, and which branches hold one; read from a repository that is on this machine."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import pygit2

from include.adapters.branches.git_text import MOST_OF_A_MESSAGE, as_commit, as_text
from include.domain.changes.tickets import ticket_ids
from include.domain.errors import BadInput
from include.ports import Change, Commit, FileChange

BINARY = -1             # lines of a file that has none
MOST_OF_A_PATH = 1_000  # characters


def between(repository: pygit2.Repository, old: pygit2.Commit, new: pygit2.Commit, most: int) -> list[Change]:
    """Newest first, and no commit before one that is built on it."""
    order = pygit2.enums.SortMode.TOPOLOGICAL | pygit2.enums.SortMode.TIME
    walk = repository.walk(new.id, order)
    walk.hide(old.id)
    try:
        return [_change(repository, commit) for commit in islice(walk, most)]
    except pygit2.GitError as error:
        raise BadInput(f"the commits from {str(old.id)[:12]} to {str(new.id)[:12]} cannot be read: {error}") from error


def files_changed(repository: pygit2.Repository, old: pygit2.Tree | None, new: pygit2.Tree) -> tuple[FileChange, ...]:
    """The net difference, by path."""
    return _by_path(dict(_files(_difference(repository, old, new))))


def holding(repository: pygit2.Repository, commit: pygit2.Commit, heads: Iterable[tuple[str, str]]) -> list[str]:
    """Of these branches (their names and hashes) those whose history holds the commit, by name."""
    return sorted(name for name, head in heads
                  if head == str(commit.id) or repository.descendant_of(head, commit.id))


def built_on(repository: pygit2.Repository, commit: pygit2.Commit, heads: Iterable[str], most: int) -> list[str]:
    """Parents first: a commit has it where one of its parents has."""
    walk = repository.walk(None, pygit2.enums.SortMode.TOPOLOGICAL | pygit2.enums.SortMode.REVERSE)
    for head in heads:
        walk.push(head)
    walk.hide(commit.id)
    has, found = {commit.id}, []
    for one in walk:
        if len(found) < most and not has.isdisjoint(one.parent_ids):
            has.add(one.id)
            found.append(str(one.id))
    return found


def newest(repository: pygit2.Repository, heads: Iterable[str], most: int) -> list[Commit]:
    return [as_commit(commit) for commit in _newest(repository, heads, most)]


def naming(repository: pygit2.Repository, ticket: str, heads: Iterable[str], most: int) -> list[Commit]:
    project = ticket.rpartition("-")[0]
    return [as_commit(commit) for commit in _newest(repository, heads, most)
            if ticket.encode() in commit.raw_message
            and ticket in ticket_ids(commit.raw_message.decode("utf-8", "replace"), {project})]


def _newest(repository: pygit2.Repository, heads: Iterable[str], most: int) -> Iterator[pygit2.Commit]:
    walk = repository.walk(None, pygit2.enums.SortMode.TOPOLOGICAL | pygit2.enums.SortMode.TIME)
    for head in heads:
        walk.push(head)
    return islice(walk, most)


def _change(repository: pygit2.Repository, commit: pygit2.Commit) -> Change:
    return Change(as_commit(commit), as_text(commit.raw_message, MOST_OF_A_MESSAGE),
                  tuple(str(parent) for parent in commit.parent_ids), _own_files(repository, commit))


def _own_files(repository: pygit2.Repository, commit: pygit2.Commit) -> tuple[FileChange, ...]:
    """Of a merge only what differs from each of its parents: the rest came with their commits."""
    parents = commit.parents
    own = dict(_files(_difference(repository, parents[0].tree if parents else None, commit.tree)))
    for parent in parents[1:]:
        differ = {_raw_path(delta) for delta in _difference(repository, parent.tree, commit.tree).deltas}
        own = {path: file for path, file in own.items() if path in differ}
    return _by_path(own)


def _difference(repository: pygit2.Repository, old: pygit2.Tree | None, new: pygit2.Tree) -> pygit2.Diff:
    if old is None:
        return new.diff_to_tree(swap=True, context_lines=0)
    return repository.diff(old, new, context_lines=0)


def _files(difference: pygit2.Diff) -> Iterator[tuple[bytes, FileChange]]:
    for patch in difference:
        delta = patch.delta
        _, added, removed = patch.line_stats
        lines = (BINARY, BINARY) if delta.is_binary else (added, removed)
        yield _raw_path(delta), FileChange(as_text(_raw_path(delta), MOST_OF_A_PATH), *lines)


def _raw_path(delta: pygit2.DiffDelta) -> bytes:
    return delta.new_file.raw_path or delta.old_file.raw_path


def _by_path(files: Mapping[bytes, FileChange]) -> tuple[FileChange, ...]:
    return tuple(sorted(files.values(), key=lambda file: file.path))
