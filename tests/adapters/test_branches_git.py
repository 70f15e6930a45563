"""The service's repository, read with pygit2: in place, or through a mirror."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pygit2
import pytest

from include.adapters.branches import git_mirror
from include.adapters.branches.git import GitBranches, remote_head
from include.adapters.branches.git_remote import Remote
from include.domain.errors import BadInput, Retryable

AT = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))


class Served:
    """A repository with commits made by hand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.git = pygit2.init_repository(str(path), bare=True)

    def commit(self, message: bytes | str, branch: str = "prod", parent: str | None = None) -> str:
        who = pygit2.Signature("Zoë", "z@example.org", int(AT.timestamp()), 120)
        tree = self.git.TreeBuilder().write()
        if isinstance(message, str):
            made = str(self.git.create_commit(None, who, who, message, tree, [parent] if parent else []))
        else:
            head = f"tree {tree}\nauthor Zo\xeb <z> {int(AT.timestamp())} +0200\ncommitter Z <z> 0 +0000\n\n"
            made = str(self.git.odb.write(pygit2.enums.ObjectType.COMMIT, head.encode("latin-1") + message))
        self.git.references.create(f"refs/heads/{branch}", made, force=True)
        return made


@pytest.fixture
def served(tmp_path) -> Served:
    return Served(tmp_path / "with space" / "api.git")


@pytest.fixture(params=["path", "file"])
def repository(request, served) -> str:
    return str(served.path) if request.param == "path" else served.path.as_uri()


def test_the_head_of_a_branch_is_a_full_hash(served, repository):
    first = served.commit("one", branch="feature/a")
    assert GitBranches(repository).head("feature/a") == remote_head(repository, "feature/a") == first


def test_an_unknown_branch_names_those_there_are(served, repository):
    served.commit("one", "prod")
    served.commit("one", "test")
    with pytest.raises(BadInput, match=r"no branch 'main' in .+: prod, test"):
        GitBranches(repository).head("main")
    assert remote_head(repository, "main") is None


def test_a_commit_is_found_by_its_full_and_its_short_hash(served, repository):
    sha = served.commit("Fix the tail\n\nA longer story")
    commit = GitBranches(repository).commit(sha[:7])
    assert commit == GitBranches(repository).commit(sha.upper())
    assert (commit.sha, commit.author, commit.subject) == (sha, "Zoë", "Fix the tail")
    assert commit.authored_at == AT
    assert commit.authored_at.tzinfo is UTC


@pytest.mark.parametrize("revision", ["", "abc123", "prod", "HEAD", "--all", "a" * 41, "abcdefg", "abc1234^{tree}"])
def test_only_a_hash_is_a_revision(served, revision):
    served.commit("one")
    with pytest.raises(BadInput, match="give 7 to 40 hex digits"):
        GitBranches(str(served.path)).commit(revision)


def test_a_branch_that_looks_like_a_hash_is_not_taken_for_one(served):
    served.commit("one", branch="abcdef1")
    with pytest.raises(BadInput, match=r"commit abcdef1 of .+: there is none"):
        GitBranches(str(served.path)).commit("abcdef1")


def test_an_ambiguous_short_hash_asks_for_more_digits(served, monkeypatch):
    blobs: dict[str, str] = {}
    for number in range(60_000):
        oid = str(pygit2.hash(str(number).encode()))
        if oid[:7] in blobs:
            break
        blobs[oid[:7]] = str(number)
    for content in (blobs[oid[:7]], str(number)):
        served.git.create_blob(content.encode())
    with pytest.raises(BadInput, match="several objects begin so"):
        GitBranches(str(served.path)).commit(oid[:7])


def test_what_is_no_commit_is_refused(served):
    blob = str(served.git.create_blob(b"x"))
    with pytest.raises(BadInput, match="that is a blob, not a commit"):
        GitBranches(str(served.path)).commit(blob)


def test_words_that_are_not_utf8_are_shown_all_the_same(served):
    sha = served.commit(b"caf\xe9\n")
    commit = GitBranches(str(served.path)).commit(sha)
    assert (commit.subject, commit.author) == ("caf�", "Zo�")


def test_an_empty_message_has_an_empty_subject(served):
    assert GitBranches(str(served.path)).commit(served.commit("")).subject == ""


@pytest.mark.parametrize("branch", ["", "-upload-pack", "a..b", "a b", "a~1", "a\nb", "/a", "a.lock", "@{-1}"])
def test_hostile_branch_names_are_refused(served, branch):
    with pytest.raises(BadInput, match="cannot be the name of a branch"):
        GitBranches(str(served.path)).head(branch)
    with pytest.raises(BadInput, match="cannot be the name of a branch"):
        remote_head(str(served.path), branch)




def test_a_folder_without_a_repository_is_bad_input(tmp_path):
    with pytest.raises(BadInput, match=f"repository {tmp_path}"):
        GitBranches(str(tmp_path)).head("prod")


@pytest.mark.parametrize(("said", "kind"), [
    ("remote authentication required but no callback set", BadInput),
    ("unexpected http status code: 404", BadInput),
    ("failed to connect to host: timed out", Retryable),
    ("unexpected http status code: 502", Retryable),
])
def test_a_remote_that_refuses_us_is_told_from_one_that_is_away(said, kind):
    def fail():
        raise pygit2.GitError(said)
    with pytest.raises(kind, match=said):
        Remote("https://host/x").asked(fail)


def test_a_remote_that_cannot_be_reached_is_retryable_and_its_password_is_not_told(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(Retryable) as caught:
        remote_head("http://me:secret@127.0.0.1:9/x.git", "prod")
    assert "secret" not in str(caught.value)


@pytest.fixture
def mirrored(served, tmp_path, monkeypatch) -> str:
    """A URL that is read through the mirror. libgit2 speaks only the smart protocol over http, so the transport of
    the test is a file:// URL that is treated as a remote one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("include.adapters.branches.git.local_path", lambda _: None)
    return served.path.as_uri()


def test_a_remote_repository_is_asked_for_heads_without_a_clone(served, mirrored, tmp_path):
    first = served.commit("one")
    assert remote_head(mirrored, "prod") == GitBranches(mirrored).head("prod") == first
    assert remote_head(mirrored, "nobody") is None
    assert not (tmp_path / "cache").exists()


def test_a_commit_that_the_mirror_lacks_is_fetched(served, mirrored):
    branches, first = GitBranches(mirrored), served.commit("one")
    assert branches.commit(first[:8]).subject == "one"
    second = served.commit("two", parent=first)
    assert branches.commit(second[:8]).subject == "two"
    with pytest.raises(BadInput, match="there is none"):
        branches.commit("f" * 40)


def test_a_rewritten_history_is_followed(served, mirrored):
    branches, old = GitBranches(mirrored), served.commit("one")
    branches.commit(old)
    new = served.commit("another start")
    assert branches.head("prod") == new
    assert branches.commit(new).subject == "another start"
    served.git.references.delete("refs/heads/prod")
    third = served.commit("three", branch="prod/deeper")
    assert branches.commit(third).subject == "three"


def test_a_mirror_that_a_crash_left_half_made_is_made_anew(served, mirrored, tmp_path):
    first = served.commit("one")
    GitBranches(mirrored).commit(first)
    path, = (tmp_path / "cache" / "serin").glob("*.git")
    (path / "HEAD").unlink()
    assert GitBranches(mirrored).commit(first).sha == first
    (path / "serin-fetched").unlink()
    assert GitBranches(mirrored).commit(first).sha == first


def test_many_at_once_share_one_mirror(served, mirrored):
    first = served.commit("one")
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda _: GitBranches(mirrored).commit(first).sha, range(12)))
    assert found == [first] * 12


def test_a_cache_that_belongs_to_somebody_else_is_not_used(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(git_mirror.os, "getuid", lambda: 4_000_000)
    with pytest.raises(BadInput, match="belongs to another user: set XDG_CACHE_HOME"):
        git_mirror.mirror(Remote("https://host/x"))
