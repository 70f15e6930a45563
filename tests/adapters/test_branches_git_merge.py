"""Branches merged with pygit2: in the repository itself, or through a mirror and a push."""

from collections.abc import Callable
from pathlib import Path

import pygit2
import pytest

from include.adapters.branches import git_merge
from include.adapters.branches.git_merge import GitMerges
from include.domain.errors import BadInput, Conflict, Refused, Retryable
from include.ports import Merged

MESSAGE = "Merge prod into release\n\nCo-authored <script>"


class Served:
    """A bare repository whose commits are made by hand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.git = pygit2.init_repository(str(path), bare=True)

    def commit(self, branch: str, files: dict[str, str], author: str = "Zoë") -> str:
        """One more commit on the branch, which changes these files; a branch that is not there starts anew."""
        ref = f"refs/heads/{branch}"
        parents = [self.git.references[ref].target] if ref in self.git.references else []
        index = pygit2.Index()
        if parents:
            index.read_tree(self.git[parents[0]].peel(pygit2.Commit).tree)
        for name, content in files.items():
            index.add(pygit2.IndexEntry(name, self.git.create_blob(content.encode()), pygit2.enums.FileMode.BLOB))
        who = pygit2.Signature(author, "z@example.org", 1_772_000_000, 0)
        tree = index.write_tree(self.git)
        return str(self.git.create_commit(ref, who, who, f"change {' '.join(files)}", tree, parents))

    def branch(self, name: str, at: str) -> None:
        self.git.references.create(f"refs/heads/{name}", at)

    def head(self, branch: str) -> pygit2.Commit:
        return self.git.references[f"refs/heads/{branch}"].peel(pygit2.Commit)

    def text(self, branch: str, name: str) -> str:
        return self.head(branch).tree[name].data.decode()


@pytest.fixture
def served(tmp_path) -> Served:
    served = Served(tmp_path / "api.git")
    first = served.commit("prod", {"a": "1\n", "b": "1\n"})
    served.branch("release", first)
    return served


@pytest.fixture(params=["here", "pushed"])
def merges(request, served, tmp_path, monkeypatch) -> GitMerges:
    """In place, and as behind https: libgit2 speaks only the smart protocol there, so it is a file:// URL that is
    treated as a remote one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = GitMerges(served.path.as_uri(), "Serin", "serin@example.org")
    if request.param == "pushed":
        made._path = None
    return made


def meanwhile(monkeypatch, does: Callable[[], object]) -> None:
    """Something happens on the remote between the merge and the moment in which the branch is moved."""
    moves, done = GitMerges._moves, []

    def later(*arguments):
        if not done:
            done.append(does())
        return moves(*arguments)
    monkeypatch.setattr(GitMerges, "_moves", later)


def test_a_branch_that_has_nothing_of_its_own_is_moved_forwards(served, merges):
    fix = served.commit("prod", {"a": "2\n"})
    assert merges.merge("prod", "release", MESSAGE) == Merged(fix, "fast-forward")
    assert str(served.head("release").id) == fix


def test_what_is_merged_already_is_left_as_it_is(served, merges):
    work = served.commit("release", {"b": "2\n"})
    assert merges.merge("prod", "release", MESSAGE) == Merged(work, "already")
    assert str(served.head("release").id) == work


def test_two_that_went_apart_are_joined_by_a_commit_that_says_so(served, merges):
    work, fix = served.commit("release", {"b": "2\n"}), served.commit("prod", {"a": "2\n"})
    merged = merges.merge("prod", "release", MESSAGE)
    made = served.head("release")
    assert merged == Merged(str(made.id), "merge")
    assert [str(parent.id) for parent in made.parents] == [work, fix]
    assert (served.text("release", "a"), served.text("release", "b")) == ("2\n", "2\n")
    assert (made.message, made.author.name, made.author.email) == (MESSAGE, "Serin", "serin@example.org")
    assert merges.merge("prod", "release", MESSAGE).how == "already"


def test_a_conflict_merges_nothing_and_names_the_files_and_their_last_authors(served, merges):
    work = served.commit("release", {"a": "theirs\n", "b": "2\n"}, "Bo")
    served.commit("prod", {"a": "ours\n"}, "Cy")
    served.commit("prod", {"c": "1\n"}, "Di")
    with pytest.raises(Conflict, match=r"prod cannot be merged into release: both changed a "
                                       r"\(release: Bo in [0-9a-f]{12}, prod: Cy in [0-9a-f]{12}\)\. Nothing was"):
        merges.merge("prod", "release", MESSAGE)
    assert str(served.head("release").id) == work


def test_a_conflict_of_many_files_names_a_few(served, merges):
    files = {f"f{number}": "x\n" for number in range(9)}
    served.commit("release", files)
    served.commit("prod", {name: "y\n" for name in files})
    with pytest.raises(Conflict, match=r"f4 \(.+\) and 4 more"):
        merges.merge("prod", "release", MESSAGE)


def test_a_commit_that_lands_meanwhile_is_kept(served, merges, monkeypatch):
    served.commit("release", {"b": "2\n"})
    fix = served.commit("prod", {"a": "2\n"})
    meanwhile(monkeypatch, lambda: served.commit("release", {"c": "late\n"}))
    assert merges.merge("prod", "release", MESSAGE).how == "merge"
    assert served.text("release", "c") == "late\n"
    assert served.git.descendant_of(served.head("release").id, fix)


def test_a_branch_that_never_stands_still_is_tried_again_later(served, merges, monkeypatch):
    served.commit("prod", {"a": "2\n"})
    monkeypatch.setattr(GitMerges, "_moves", lambda *_: False)
    with pytest.raises(Retryable, match=r"release of .+ moved 5 times while prod was merged into it"):
        merges.merge("prod", "release", MESSAGE)


def test_histories_that_share_nothing_are_not_joined(served, merges):
    served.commit("other", {"a": "1\n"})
    with pytest.raises(Refused, match=r"other and release of .+ share no history"):
        merges.merge("other", "release", MESSAGE)


@pytest.mark.parametrize("branch", ["nobody", "--force", "a b", "HEAD"])
def test_what_is_no_branch_is_refused_by_name(merges, branch):
    with pytest.raises(BadInput, match=branch):
        merges.merge(branch, "release", MESSAGE)
    with pytest.raises(BadInput, match=branch):
        merges.merge("prod", branch, MESSAGE)


def test_a_remote_that_protects_the_branch_is_quoted(served, merges, monkeypatch):
    served.commit("prod", {"a": "2\n"})
    if merges._path:
        pytest.skip("git asks no hook for a repository of this machine")

    def refused(self, refname, message):
        self.refused = "protected branch hook declined"
    monkeypatch.setattr(git_merge._Answer, "push_update_reference", refused)
    with pytest.raises(Refused, match="refuses to move release: protected branch hook declined"):
        merges.merge("prod", "release", MESSAGE)


def test_nothing_of_a_push_is_left_in_the_mirror(served, merges, tmp_path):
    served.commit("prod", {"a": "2\n"})
    merges.merge("prod", "release", MESSAGE)
    for path in (tmp_path / "cache").glob("serin/*.git"):
        assert not [name for name in pygit2.Repository(str(path)).references if name.startswith("refs/serin/")]


def test_a_branch_that_is_checked_out_is_not_moved_under_the_feet_of_its_work_tree(served, tmp_path):
    fix = served.commit("prod", {"a": "2\n"})
    tree = pygit2.clone_repository(served.path.as_uri(), str(tmp_path / "tree"), checkout_branch="release")
    tree.references.create("refs/heads/prod", fix)
    with pytest.raises(Refused, match="has release checked out"):
        GitMerges(str(tmp_path / "tree"), "Serin", "serin@example.org").merge("prod", "release", MESSAGE)
