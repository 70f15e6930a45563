"""Packages of two AMIs: what was added and removed, what went up and down, and how far."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from include.domain.changes.versions import Jump, jump


class How(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    UP = "up"
    DOWN = "down"
    CHANGED = "changed"     # to another version, of which nobody can say whether it is newer


Key = tuple[str, str]       # kind (pypi, npm, deb …) and name
Packages = Iterable[tuple[str, str, str]]   # kind, name, version


@dataclass(frozen=True)
class LibraryChange:
    """`jump` is how far it went: major, minor, patch, pre-release, or "" where no number says. `may_break` where its
    numbers promise nothing: a major version, or a minor one before 1.0."""

    kind: str
    name: str
    how: str
    old: str
    new: str
    jump: str = ""
    may_break: bool = False


def library_changes(old: Packages, new: Packages) -> tuple[LibraryChange, ...]:
    """By name. A package that has several versions at once has each of them added or removed by itself."""
    before, after = _by_key(old), _by_key(new)
    found = []
    for key in before.keys() | after.keys():
        gone, come = sorted(before[key] - after[key]), sorted(after[key] - before[key])
        if len(gone) == len(come) == 1:
            found.append(_moved(key, gone[0], come[0]))
        else:
            found += [LibraryChange(*key, How.REMOVED, version, "") for version in gone]
            found += [LibraryChange(*key, How.ADDED, "", version) for version in come]
    return tuple(sorted(found, key=lambda change: (change.name.lower(), change.name, change.kind, change.old,
                                                   change.new)))


def _by_key(packages: Packages) -> dict[Key, set[str]]:
    found: dict[Key, set[str]] = defaultdict(set)
    for kind, name, version in packages:
        found[kind, name].add(version)
    return found


def _moved(key: Key, old: str, new: str) -> LibraryChange:
    far = jump(old, new, key[0]) or Jump(0)
    how = How.UP if far.direction > 0 else How.DOWN if far.direction < 0 else How.CHANGED
    return LibraryChange(*key, how, old, new, far.level, far.may_break)
