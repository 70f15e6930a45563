"""What two branches both changed, told to those who changed it."""

import os
from collections.abc import Iterable

import pygit2

from include.adapters.branches.git_text import MOST_OF_A_NAME, as_line

NAMED = 5               # files that a conflict names
LOOKED_THROUGH = 2000   # commits of one side, to find who changed a file last
Heads = dict[str, pygit2.Commit]


def conflict(repository: pygit2.Repository, conflicts: Iterable, base: pygit2.Oid, heads: Heads) -> str:
    """A sentence for whoever must merge by hand: the files, and who changed them last on either side."""
    paths = sorted({entry.path for sides in conflicts for entry in sides if entry is not None})
    told = [f"{as_line(os.fsencode(path), MOST_OF_A_NAME)} ({_both(repository, base, heads, path)})"
            for path in paths[:NAMED]]
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    into, source = heads
    return (f"{source} cannot be merged into {into}: both changed {', '.join(told)}{more}. Nothing was merged; merge "
            f"{source} into {into} by hand")


def _both(repository: pygit2.Repository, base: pygit2.Oid, heads: Heads, path: str) -> str:
    return ", ".join(_last(repository, base, branch, head, path) for branch, head in heads.items())


def _last(repository: pygit2.Repository, base: pygit2.Oid, branch: str, head: pygit2.Commit, path: str) -> str:
    """Who changed the file last on this side of the merge base."""
    walk = repository.walk(head.id, pygit2.enums.SortMode.TOPOLOGICAL)
    walk.hide(base)
    for number, commit in enumerate(walk):
        if number == LOOKED_THROUGH:
            break
        if any(_entry(commit, path) != _entry(parent, path) for parent in commit.parents[:1]):
            who = as_line(commit.author.raw_name, MOST_OF_A_NAME)
            return f"{branch}: {who} in {str(commit.id)[:12]}"
    return f"{branch}: nobody found"


def _entry(commit: pygit2.Commit, path: str) -> pygit2.Oid | None:
    try:
        return commit.tree[path].id
    except KeyError:
        return None
