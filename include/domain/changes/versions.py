"""How far it is from one version to another. What is no version by its own kind's rules is not guessed at.

Rules: Semantic Versioning 2.0.0 (https://semver.org), and PEP 440 for Python through `packaging`.
"""

import re
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

_SEMVER = re.compile(r"v?(0|[1-9]\d{0,17})\.(0|[1-9]\d{0,17})\.(0|[1-9]\d{0,17})"
                     r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?", re.ASCII)
LEVELS = ("major", "minor", "patch")
PRE_RELEASE = "pre-release"
LONGEST = 200
# They order their versions by rules of their own, with epochs, tildes and letters.
OF_THEIR_OWN = frozenset({"deb", "rpm", "apk", "alpm", "maven", "gem", "portage"})


@dataclass(frozen=True)
class Jump:
    """`direction`: 1 up, −1 down, 0 not to be told."""

    direction: int
    level: str = ""
    may_break: bool = False


@dataclass(frozen=True)
class _Read:
    order: tuple
    release: tuple[int, int, int]
    is_final: bool
    epoch: int = 0


def jump(old: str, new: str, kind: str = "") -> Jump | None:
    """None where one of the two is no version, or both count as the same."""
    before, after = _read(old, kind), _read(new, kind)
    if before is None or after is None or type(before.order[0]) is not type(after.order[0]):
        return None
    if before.order == after.order:
        return None
    direction = 1 if after.order > before.order else -1
    level = _level(before, after)
    lower = min(before.release, after.release)
    return Jump(direction, level, level == "major" or (level == "minor" and lower[0] == 0))


def _level(before: _Read, after: _Read) -> str:
    if before.epoch != after.epoch:
        return "major"
    differs = (level for level, one, other in zip(LEVELS, before.release, after.release, strict=True) if one != other)
    same = "" if before.is_final and after.is_final else PRE_RELEASE
    return next(differs, same)


def _read(text: str, kind: str) -> _Read | None:
    if kind in OF_THEIR_OWN or len(text) > LONGEST or not text.isascii():
        return None
    return _pep440(text) if kind == "pypi" else _semver(text)


def _semver(text: str) -> _Read | None:
    match = _SEMVER.fullmatch(text)
    if match is None:
        return None
    release = int(match[1]), int(match[2]), int(match[3])
    return _Read((release, match[4] is None, _identifiers(match[4] or "")), release, match[4] is None)


def _identifiers(pre: str) -> tuple:
    """Numbers are less than words, and fewer parts less than more."""
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in pre.split(".") if part)


def _pep440(text: str) -> _Read | None:
    try:
        version = Version(text)
    except (InvalidVersion, ValueError):
        return None
    release = (*version.release, 0, 0, 0)[:3]
    return _Read((version,), release, not version.is_prerelease, version.epoch)
