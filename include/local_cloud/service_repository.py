"""The demo's service as a real git repository: branches `test`, `release` and `prod`, and commits of every kind."""

from datetime import UTC, datetime
from pathlib import Path

import pygit2
import yaml

from include.domain.errors import BadInput
from include.local_cloud.behaviour import FILE, Behaviour, read_behaviour

BRANCHES = ("test", "release", "prod")
COMMITS = Path(__file__).with_name("commits")
KINDS = ("good", "slow_tail", "errors", "leak", "half_capacity", "does_not_start")

README = """# api

What the viewers' devices ask first.
`behaviour.yaml` says how an instance of this version behaves under load.
Change it on the branch `prod` and commit: the change goes to production.

| key | means |
|---|---|
| `starts` | false: it runs and never answers, not even its health check |
| `start_seconds` | from running to healthy |
| `slots`, `service_ms` | requests worked on at once, and how long each takes: slots / service time is its capacity |
| `tail` | `percent` of the requests take `times` as long |
| `errors` | per endpoint, the per cent of its requests that are answered 500 |
| `not_found_percent` | answered 404 |
| `idle_cpu_percent` | cpu without a request |
| `memory_mb`, `memory_limit_mb` | what it needs, and where it is restarted |
| `leak_mb_per_minute` | what it never gives back |
"""


def create(path: str | Path) -> str:
    """A new repository at `path` with its three branches on the first commit, whose full hash is returned."""
    path = Path(path)
    if path.exists() and any(path.iterdir()):
        raise BadInput(f"{path} is not empty: the service's repository is made in a new folder")
    repository = pygit2.init_repository(str(path), initial_head="prod")
    message, behaviour = _kind("first")
    files = {"README.md": README, FILE: behaviour, "CHANGES.md": f"- {message}\n"}
    first = _write(repository, files, message, parent=None)
    for branch in BRANCHES:
        repository.references.create(f"refs/heads/{branch}", first)
    repository.checkout_head(strategy=pygit2.enums.CheckoutStrategy.FORCE)
    return str(first)


def commit(path: str | Path, kind: str, branch: str = "prod") -> str:
    """A commit of this kind on the branch; returns its full hash."""
    if kind not in KINDS:
        raise BadInput(f"no kind of commit {kind!r}; there are {', '.join(KINDS)}")
    repository = pygit2.Repository(str(path))
    reference = repository.references.get(f"refs/heads/{branch}") if branch in BRANCHES else None
    if reference is None:
        raise BadInput(f"{path} has no branch {branch!r}; the service's branches are {', '.join(BRANCHES)}")
    message, behaviour = _kind(kind)
    parent = reference.peel(pygit2.Commit)
    changes = parent.tree["CHANGES.md"].data.decode() if "CHANGES.md" in parent.tree else ""
    new = _write(repository, {FILE: behaviour, "CHANGES.md": f"{changes}- {message}\n"}, message, parent)
    reference.set_target(new)
    if not repository.head_is_detached and repository.head.name == reference.name:
        repository.checkout_head(paths=[FILE, "CHANGES.md"], strategy=pygit2.enums.CheckoutStrategy.FORCE)
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


def _kind(kind: str) -> tuple[str, str]:
    """The commit's message, and its whole behaviour.yaml: the first version's with this kind's changes."""
    first = yaml.safe_load((COMMITS / "first.yaml").read_text())
    declared = yaml.safe_load((COMMITS / f"{kind}.yaml").read_text())
    behaviour = yaml.safe_dump(first["behaviour"] | declared["behaviour"], sort_keys=False)
    read_behaviour(behaviour, f"{kind}.yaml")
    return declared["message"], behaviour


def _write(repository: pygit2.Repository, files: dict[str, str], message: str,
           parent: pygit2.Commit | None) -> pygit2.Oid:
    tree = repository.TreeBuilder(parent.tree) if parent else repository.TreeBuilder()
    for name, text in files.items():
        tree.insert(name, repository.create_blob(text.encode()), pygit2.enums.FileMode.BLOB)
    author = pygit2.Signature("Robin Ekberg", "robin@example.com", int(datetime.now(UTC).timestamp()), 0)
    return repository.create_commit(None, author, author, message, tree.write(), [parent.id] if parent else [])
