"""The demo's service as a real git repository: branches `test`, `release` and `prod`, and commits of every kind."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pygit2

from include.domain.errors import BadInput
from include.local_cloud import service_files
from include.local_cloud.behaviour import FILE, Behaviour, read_behaviour
from include.local_cloud.service_files import KINDS, Read

BRANCHES = ("test", "release", "prod")


def create(path: str | Path) -> str:
    """A new repository at `path` with its three branches on the first commit, whose full hash is returned. `test` is
    checked out: nothing is ever merged into it."""
    path = Path(path)
    if path.exists() and any(path.iterdir()):
        raise BadInput(f"{path} is not empty: the service's repository is made in a new folder")
    repository = pygit2.init_repository(str(path), initial_head="test")
    message, files = service_files.first()
    first = _write(repository, files, message, parent=None)
    for branch in BRANCHES:
        repository.references.create(f"refs/heads/{branch}", first)
    repository.checkout_head(strategy=pygit2.enums.CheckoutStrategy.FORCE)
    return str(first)


def commit(path: str | Path, kind: str, branch: str = "prod") -> str:
    """A commit of this kind on the branch; returns its full hash."""
    if kind not in KINDS:
        raise BadInput(f"no kind of commit {kind!r}; there are {', '.join(KINDS)}")
    return _committed(path, branch, lambda before: service_files.changed(kind, before))


def commit_behaviour(path: str | Path, message: str, behaviour: str, branch: str = "prod") -> str:
    """A commit whose `behaviour.yaml` is this text; returns its full hash."""
    read_behaviour(behaviour)
    return _committed(path, branch, lambda _: (message, {FILE: behaviour}))


def _committed(path: str | Path, branch: str, change: Callable[[Read], tuple[str, dict[str, str]]]) -> str:
    repository = pygit2.Repository(str(path))
    reference = repository.references.get(f"refs/heads/{branch}") if branch in BRANCHES else None
    if reference is None:
        raise BadInput(f"{path} has no branch {branch!r}; the service's branches are {', '.join(BRANCHES)}")
    parent = reference.peel(pygit2.Commit)
    message, files = change(lambda name: _text(parent.tree, name))
    new = _write(repository, files, message, parent)
    reference.set_target(new)
    if not repository.head_is_detached and repository.head.name == reference.name:
        repository.checkout_head(paths=list(files), strategy=pygit2.enums.CheckoutStrategy.FORCE)
    return str(new)


def behaviour_at(path: str | Path, revision: str) -> Behaviour:
    """What the commit's `behaviour.yaml` declares; BadInput where there is no such commit, file or key."""
    try:
        found = pygit2.Repository(str(path)).get(pygit2.Oid(hex=revision))
    except (pygit2.GitError, ValueError) as error:
        raise BadInput(f"{path}: cannot read commit {revision!r}: {error}") from error
    if not isinstance(found, pygit2.Commit):
        raise BadInput(f"{path} has no commit {revision}")
    if FILE not in found.tree:
        raise BadInput(f"commit {revision[:12]} has no {FILE}")
    return read_behaviour(found.tree[FILE].data.decode("utf-8", "replace"), f"{FILE} of commit {revision[:12]}")


def _text(tree: pygit2.Tree, name: str) -> str:
    return tree[name].data.decode() if name in tree else ""


def _write(repository: pygit2.Repository, files: Mapping[str, str], message: str,
           parent: pygit2.Commit | None) -> pygit2.Oid:
    index = pygit2.Index()
    if parent:
        index.read_tree(parent.tree)
    for name, text in files.items():
        index.add(pygit2.IndexEntry(name, repository.create_blob(text.encode()), pygit2.enums.FileMode.BLOB))
    author = pygit2.Signature("a developer", "developer@localhost", int(datetime.now(UTC).timestamp()), 0)
    return repository.create_commit(None, author, author, message, index.write_tree(repository),
                                    [parent.id] if parent else [])
