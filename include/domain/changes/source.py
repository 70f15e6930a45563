"""What comes with an AMI and what goes with the one that runs, as commits: by person, by ticket, by file."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

BINARY = -1     # lines of a file that has none

_MERGES = (
    re.compile(r"Merge pull request #\d+ from (\S+)"),
    re.compile(r"Merge (?:remote-tracking )?branch(?:es)? '([^']+)'"),
    re.compile(r"Merged? in (\S+) \(pull request #\d+\)"),
    re.compile(r"Merge (\S+) into \S+"),
)
_REVERTS = re.compile(r"This reverts commit ([0-9a-f]{7,64})")


@dataclass(frozen=True)
class File:
    """Lines added and removed; BINARY where it has no lines."""

    path: str
    added: int
    removed: int


@dataclass(frozen=True)
class SourceCommit:
    """One commit: untrusted text. `merged` is the branch that a merge brought in, `reverts` the commit that it takes
    back, `again` the same change under another hash on the other side."""

    sha: str
    author: str
    at: datetime
    subject: str
    body: str
    files: tuple[File, ...] = ()
    more_files: int = 0
    is_merge: bool = False
    merged: str = ""
    reverts: str = ""
    again: str = ""
    tickets: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True)
class Count:
    """A person or a ticket, and in how many commits."""

    name: str
    commits: int


@dataclass(frozen=True)
class Source:
    """`comes`: commits of the new AMI that do not run yet; `goes`: those that run and are not in it. The newest first.
    `files` is the net difference. `whole` is False where there are more commits than are told."""

    comes: tuple[SourceCommit, ...]
    goes: tuple[SourceCommit, ...]
    files: tuple[File, ...]
    more_files: int = 0
    whole: bool = True
    compare_url: str = ""

    @property
    def commits(self) -> int:
        """How many come; a merge by itself changes nothing, and is not counted."""
        return sum(not commit.is_merge for commit in self.comes)

    @property
    def people(self) -> tuple[Count, ...]:
        return _counted(commit.author for commit in self.comes if not commit.is_merge)

    @property
    def tickets(self) -> tuple[Count, ...]:
        """By how many of the commits that come name them."""
        return _counted(ticket for commit in self.comes for ticket in commit.tickets)

    @property
    def merged(self) -> tuple[str, ...]:
        """Branches, the one that was merged last first."""
        return tuple(dict.fromkeys(commit.merged for commit in self.comes if commit.merged))

    @property
    def added(self) -> int:
        return sum(max(0, file.added) for file in self.files)

    @property
    def removed(self) -> int:
        return sum(max(0, file.removed) for file in self.files)


def merged_branch(message: str) -> str:
    """The branch that a merge commit says it merges; "" where it says none."""
    subject = message.split("\n", 1)[0][:500]
    return next((match[1] for pattern in _MERGES if (match := pattern.match(subject))), "")


def reverted(message: str) -> str:
    """The commit that this one takes back, as git writes it; "" where it takes none back."""
    match = _REVERTS.search(message)
    return match[1] if match else ""


def came_again(goes: Sequence[SourceCommit], comes: Sequence[SourceCommit]) -> dict[str, str]:
    """Of commits that go, the hash under which the same change comes: a rebase keeps who, when and what it says."""
    known = {(commit.author, commit.at, commit.subject): commit.sha for commit in comes}
    told = {commit.sha: known.get((commit.author, commit.at, commit.subject), "") for commit in goes}
    return {sha: other for sha, other in told.items() if other}


def _counted(names: Iterable[str]) -> tuple[Count, ...]:
    return tuple(Count(name, count) for name, count in Counter(names).most_common())
