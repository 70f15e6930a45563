"""Packages as a file of the service lists them: what it says, and why that may not be all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from json import JSONDecodeError
from pathlib import PurePosixPath

from include.domain.manifest import Package

MOST = 20_000           # packages of one file
LONGEST = 300           # characters of a name, a version or a purl
_NAMED = 3              # of what is wrong, so many are named


@dataclass(frozen=True)
class Listed:
    """`unread` says why these may not be all packages; empty where they are."""

    packages: tuple[Package, ...]
    unread: str = ""


def read_packages(path: str, body: bytes) -> Listed:
    """What the file lists, read as its name says."""
    try:
        return reader_of(path)(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return Listed((), f"it is not UTF-8 at byte {error.start}")
    except JSONDecodeError as error:
        return Listed((), f"it is no JSON at line {error.lineno}: {error.msg}")
    except RecursionError:
        return Listed((), "it is nested too deeply")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Listed((), f"it is not what its name says: {type(error).__name__}: {error}"[:LONGEST])


def reader_of(path: str) -> Callable[[str], Listed]:
    """KeyError where no reader knows files of such a name."""
    from include.domain.packages.package_lock import read_package_lock
    from include.domain.packages.requirements import read_requirements
    from include.domain.packages.sbom import read_sbom

    file = PurePosixPath(path)
    if file.name in ("package-lock.json", "npm-shrinkwrap.json"):
        return read_package_lock
    return {".txt": read_requirements, ".json": read_sbom}[file.suffix]


def listed(packages: Iterable[Package], wrong: Iterable[str] = ()) -> Listed:
    """In the order of their names, each once."""
    found = sorted(set(map(_short, packages)), key=lambda one: (one.name.lower(), one.version, one.purl))
    said = list(wrong)
    if len(found) > MOST:
        said.append(f"it lists {len(found)} packages, of which {MOST} are kept")
    more = f" and {len(said) - _NAMED} more" if len(said) > _NAMED else ""
    return Listed(tuple(found[:MOST]), "; ".join(said[:_NAMED]) + more)


def _short(package: Package) -> Package:
    return Package(*(printable(text) for text in (package.name, package.version, package.kind, package.purl)))


def printable(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text[:LONGEST])
