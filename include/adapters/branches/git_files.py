"""The files of one commit: read, listed, and written into a folder. Who wrote them is not trusted with the machine.

git itself makes no commit with `..` or `.git` in a path, but anybody can write one by hand; and a link may point
anywhere. What would land, or lead, outside the folder is left out and named.
"""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pygit2

from include.adapters.branches.git_text import as_text
from include.domain.errors import BadInput

MOST_OF_A_FILE = 50_000_000             # bytes of one file that is read
MOST_FILES, MOST_BYTES = 200_000, 4_000_000_000     # of one commit that is written out
MOST_OF_A_PATH = 1_000                  # characters
FOLDER, LINK, SUBMODULE = (pygit2.enums.FileMode.TREE, pygit2.enums.FileMode.LINK, pygit2.enums.FileMode.COMMIT)
EXECUTABLE = pygit2.enums.FileMode.BLOB_EXECUTABLE
Entry = tuple[bytes, pygit2.Object]     # the path from the root of the commit


def read(repository: pygit2.Repository, commit: pygit2.Commit, path: str) -> bytes | None:
    """None where there is no file: a folder, a link and a submodule are none."""
    try:
        found = commit.tree[path]
    except (KeyError, ValueError, pygit2.GitError):
        return None
    if not isinstance(found, pygit2.Blob) or found.filemode == LINK:
        return None
    size = _size(repository, found)
    if size > MOST_OF_A_FILE:
        raise BadInput(f"{path} of commit {str(commit.id)[:12]} has {size:,} bytes: no more than {MOST_OF_A_FILE:,} "
                       "are read")
    return found.data


def paths(commit: pygit2.Commit, under: str) -> list[str]:
    """Every file (links and submodules too) in the folder, or the file itself, by its path from the root."""
    top = under.strip("/")
    try:
        found = commit.tree[top] if top else commit.tree
    except (KeyError, ValueError, pygit2.GitError):
        return []
    if not isinstance(found, pygit2.Tree):
        return [top]
    return sorted(as_text(path, MOST_OF_A_PATH) for path, entry in _walked(found, os.fsencode(top), commit)
                  if entry.filemode != FOLDER)


def export(repository: pygit2.Repository, commit: pygit2.Commit, folder: Path) -> list[str]:
    """Links come last, so that nothing is written through one; those that lead outside are taken away again."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BadInput(f"{folder} is not empty: a commit is written into a new folder")
    links, left_out, written = [], [], 0
    for path, entry in _walked(commit.tree, b"", commit):
        if not _is_safe(entry.raw_name):
            left_out.append(path)
        elif entry.filemode == LINK:
            links.append((path, entry))
        else:
            written += _size(repository, entry)
            if written > MOST_BYTES:
                raise BadInput(f"commit {str(commit.id)[:12]} has more than {MOST_BYTES:,} bytes: they are not written")
            left_out.extend(_written(folder, path, entry))
    left_out.extend(_linked(folder, links))
    return sorted(as_text(path, MOST_OF_A_PATH) for path in left_out)


def _walked(top: pygit2.Tree, prefix: bytes, commit: pygit2.Commit) -> Iterator[Entry]:
    """Each entry, folders before what is in them; a commit can name one tree a billion times."""
    waiting, seen = [(prefix, top)], 0
    while waiting:
        path, tree = waiting.pop()
        for entry in tree:
            seen += 1
            if seen > MOST_FILES:
                raise BadInput(f"commit {str(commit.id)[:12]} has more than {MOST_FILES:,} files and folders")
            here = b"/".join(filter(None, (path, entry.raw_name)))
            yield here, entry
            if entry.filemode == FOLDER and _is_safe(entry.raw_name):
                waiting.append((here, entry))


def _is_safe(name: bytes) -> bool:
    """git checks nothing else out either."""
    return not (name in (b"", b".", b"..") or b"/" in name or name.lower().rstrip(b" .") in (b".git", b"git~1"))


def _size(repository: pygit2.Repository, entry: pygit2.Object) -> int:
    return 0 if entry.filemode in (FOLDER, SUBMODULE) else repository.odb.read_header(entry.id)[1]


def _written(folder: Path, path: bytes, entry: pygit2.Object) -> list[bytes]:
    """The path where it could not be written: a name that is there twice, or is too long for a disk."""
    target = os.path.join(os.fsencode(folder), path)
    try:
        if entry.filemode in (FOLDER, SUBMODULE):
            os.mkdir(target)
        else:
            mode = 0o755 if entry.filemode == EXECUTABLE else 0o644
            with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode), "wb") as file:
                file.write(entry.data)
    except (FileExistsError, FileNotFoundError, NotADirectoryError):
        return [path]
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        return [path]
    return []


def _linked(folder: Path, links: list[Entry]) -> list[bytes]:
    left_out, made = [], []
    for path, entry in links:
        target = os.path.join(os.fsencode(folder), path)
        try:
            os.symlink(entry.data, target)
        except (OSError, ValueError):
            left_out.append(path)
        else:
            made.append((path, target))
    return left_out + _kept_inside(os.fsencode(folder.resolve()), made)


def _kept_inside(top: bytes, made: list[tuple[bytes, bytes]]) -> list[bytes]:
    """Judged when all are there: one link may lead outside by way of another."""
    outside = [(path, target) for path, target in made if not _leads_inside(top, target)]
    for _, target in outside:
        os.unlink(target)
    return [path for path, _ in outside]


def _leads_inside(top: bytes, link: bytes) -> bool:
    leads = os.path.realpath(link)
    return leads == top or leads.startswith(top + b"/")
