"""The in-memory twins of `Branches` and `Merges`: commits with their files, and branches that point at them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha1
from pathlib import Path

from include.domain.changes.tickets import ticket_ids
from include.domain.errors import BadInput, Conflict
from include.ports import Change, Commit, FileChange, Merged

CHANGES = "CHANGES.md"
Files = Mapping[str, bytes]


class InMemoryBranches:
    """A repository: branches point at commits, and those at the ones before them."""

    def __init__(self, now: datetime, branches: tuple[str, ...] = ("test", "release", "prod")):
        self.now = now
        self.commits: dict[str, Commit] = {}
        self.messages: dict[str, str] = {}
        self.heads: dict[str, str] = {}
        self.parents: dict[str, tuple[str, ...]] = {}
        self.trees: dict[str, Files] = {}
        for branch in branches:
            self.push(branch, "first")

    def push(self, branch: str, message: str, files: Files | None = None, author: str = "Ada") -> str:
        """One more commit on the branch: a line in its CHANGES.md, and these files."""
        sha = sha1(message.encode(), usedforsecurity=False).hexdigest()
        head, subject = self.heads.get(branch, ""), message.partition("\n")[0]
        before = self.trees.get(head, {})
        self.commits[sha], self.messages[sha] = Commit(sha, author, subject, self.now), message
        self.parents.setdefault(sha, (head,) if head else ())
        changes = before.get(CHANGES, b"") + f"- {subject}\n".encode()
        self.trees.setdefault(sha, {**before, CHANGES: changes, **(files or {})})
        self.heads[branch] = sha
        return sha

    def history(self, sha: str) -> set[str]:
        """The commit and all before it."""
        found, waiting = set(), [sha]
        while waiting:
            here = waiting.pop()
            if here not in found:
                found.add(here)
                waiting.extend(self.parents[here])
        return found

    def head(self, branch: str) -> str:
        if branch not in self.heads:
            raise BadInput(f"there is no branch {branch!r}: {', '.join(sorted(self.heads))}")
        return self.heads[branch]

    def commit(self, revision: str) -> Commit:
        is_hash = 7 <= len(revision) <= 40 and all(c in "0123456789abcdef" for c in revision.lower())
        found = [c for sha, c in self.commits.items() if is_hash and sha.startswith(revision.lower())]
        if len(found) != 1:
            raise BadInput(f"commit {revision!r}: {len(found)} commits have it")
        return found[0]

    def is_older(self, commit: str, than: str) -> bool | None:
        try:
            older, newer = self.commit(commit).sha, self.commit(than).sha
        except BadInput:
            return None
        return older != newer and older in self.history(newer)

    def between(self, old: str, new: str, most: int = 2000) -> list[Change]:
        """No commit is made before those that it is built on."""
        own = self.history(self.commit(new).sha) - self.history(self.commit(old).sha)
        return [self._change(sha) for sha in reversed(self.commits) if sha in own][:most]

    def files(self, old: str, new: str) -> list[FileChange]:
        return differences(self._tree(old), self._tree(new))

    def read(self, commit: str, path: str) -> bytes | None:
        return self._tree(commit).get(path)

    def paths(self, commit: str, under: str = "") -> list[str]:
        top = under.strip("/")
        return sorted(path for path in self._tree(commit) if not top or path == top or path.startswith(f"{top}/"))

    def export(self, commit: str, folder: Path) -> list[str]:
        tree = self._tree(commit)
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BadInput(f"{folder} is not empty: a commit is written into a new folder")
        for path, body in tree.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(body)
        return []

    def holding(self, commit: str) -> list[str]:
        sha = self.commit(commit).sha
        return sorted(branch for branch, head in self.heads.items() if sha in self.history(head))

    def built_on(self, commit: str, branches: Sequence[str], most: int = 2000) -> list[str]:
        sha, there = self.commit(commit).sha, self._all_of(branches)
        return [one for one in self.commits if one in there and one != sha and sha in self.history(one)][:most]

    def newest(self, branches: Sequence[str], most: int) -> list[Commit]:
        there = self._all_of(branches)
        return [self.commits[sha] for sha in reversed(self.commits) if sha in there][:most]

    def naming(self, ticket: str, branches: Sequence[str], most: int = 2000) -> list[Commit]:
        return [one for one in self.newest(branches, most) if ticket in ticket_ids(self.messages[one.sha])]

    def _all_of(self, branches: Sequence[str]) -> set[str]:
        return set().union(*(self.history(self.heads[branch]) for branch in branches if branch in self.heads))

    def _tree(self, commit: str) -> Files:
        return self.trees[self.commit(commit).sha]

    def _change(self, sha: str) -> Change:
        """What none of the parents has so."""
        sides = [differences(self.trees[parent], self.trees[sha]) for parent in self.parents[sha]] or [
            differences({}, self.trees[sha])]
        own = set.intersection(*({file.path for file in side} for side in sides))
        return Change(self.commits[sha], self.messages[sha], self.parents[sha],
                      tuple(file for file in sides[0] if file.path in own))


class InMemoryMerges:
    """Two branches that went apart conflict, unless `joins`."""

    def __init__(self, branches: InMemoryBranches):
        self.branches, self.joins = branches, False

    def merge(self, source: str, into: str, message: str, commit: str = "") -> Merged:
        theirs, ours = self.branches.head(source), self.branches.head(into)
        if commit and commit not in self.branches.history(theirs):
            raise BadInput(f"{source} does not hold commit {commit!r}: nothing is merged")
        theirs = commit or theirs
        if theirs in self.branches.history(ours):
            return Merged(ours, "already")
        if ours in self.branches.history(theirs):
            self.branches.heads[into] = theirs
            return Merged(theirs, "fast-forward")
        if not self.joins:
            raise Conflict(f"{source} cannot be merged into {into}: both changed app.py. Nothing was merged")
        sha = self.branches.push(into, message)
        self.branches.parents[sha] = (ours, theirs)
        return Merged(sha, "merge")


def differences(old: Files, new: Files) -> list[FileChange]:
    return [FileChange(path, *_lines(old.get(path, b""), new.get(path, b"")))
            for path in sorted(old.keys() | new.keys()) if old.get(path) != new.get(path)]


def _lines(old: bytes, new: bytes) -> tuple[int, int]:
    if b"\0" in old + new:
        return -1, -1
    before, after = Counter(old.splitlines()), Counter(new.splitlines())
    return (after - before).total(), (before - after).total()
