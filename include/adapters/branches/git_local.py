"""A repository on this machine, and the names of branches wherever they are."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pygit2

from include.adapters.branches.git_remote import HEADS
from include.adapters.branches.git_text import MOST_OF_A_NAME, as_line
from include.domain.errors import BadInput
from include.domain.repositories import Transport, shown, transport

NAMED = 20      # branches that a sentence lists


def local_path(repository: str) -> Path | None:
    """Where it is on this machine; None where it is a remote one."""
    if transport(repository) != Transport.HERE:
        return None
    url = urlsplit(repository)
    return Path(unquote(url.path)) if url.scheme == "file" else Path(repository).expanduser()


def open_local(path: Path, repository: str) -> pygit2.Repository:
    try:
        return pygit2.Repository(str(path))
    except pygit2.GitError as error:
        raise BadInput(f"repository {shown(repository)}: {error}") from error


def local_heads(repository: pygit2.Repository) -> dict[str, str]:
    """A branch that names one that is not there is none."""
    found = {}
    for name in repository.references:
        if name.startswith(HEADS):
            with suppress(KeyError, pygit2.GitError):
                found[name] = str(repository.references[name].resolve().target)
    return found


def heads_of(repository: pygit2.Repository, branches: Iterable[str]) -> list[str]:
    heads = local_heads(repository)
    return [heads[ref] for ref in map(branch_ref, branches) if ref in heads]


def named(refs: Iterable[str]) -> str:
    names = sorted(branch_name(ref) for ref in refs)
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more or "none at all"


def branch_name(ref: str) -> str:
    """Of a ref as somebody pushed it: fit to be printed."""
    return as_line(os.fsencode(ref.removeprefix(HEADS)), MOST_OF_A_NAME)


def branch_ref(branch: str) -> str:
    """The full name of the branch; BadInput for what cannot be one."""
    ref = f"{HEADS}{branch}"
    if branch.startswith("-") or not pygit2.reference_is_valid_name(ref):
        raise BadInput(f"{branch!r} cannot be the name of a branch")
    return ref

