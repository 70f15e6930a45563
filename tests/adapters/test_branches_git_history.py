"""Histories that people rewrite, as they are read in place and through a mirror."""

from pathlib import Path

import pygit2
import pytest

from include.adapters.branches.git import GitBranches, remote_head
from include.adapters.branches.git_merge import GitMerges
from include.domain.errors import BadInput, Refused
from include.ports import FileChange

Files = dict[str, str]


class Served:
    """A bare repository whose commits hold these files and no others."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.git = pygit2.init_repository(str(path), bare=True)

    def commit(self, branch: str, files: Files, *parents: str) -> str:
        tree = self.git.TreeBuilder()
        for name, text in files.items():
            tree.insert(name, self.git.create_blob(text.encode()), pygit2.enums.FileMode.BLOB)
        who = pygit2.Signature("Zoë", "z@example.org", 1_772_000_000, 0)
        made = self.git.create_commit(None, who, who, " ".join(files) or "empty", tree.write(), list(parents))
        self.git.references.create(f"refs/heads/{branch}", made, force=True)
        return str(made)


@pytest.fixture
def served(tmp_path) -> Served:
    return Served(tmp_path / "api.git")


@pytest.fixture(params=["in place", "mirrored"])
def url(request, served, tmp_path, monkeypatch) -> str:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if request.param == "mirrored":
        monkeypatch.setattr("include.adapters.branches.git.local_path", lambda _: None)
        monkeypatch.setattr("include.adapters.branches.git_merge.local_path", lambda _: None)
    return served.path.as_uri()


@pytest.fixture
def branches(url) -> GitBranches:
    return GitBranches(url)


def of(changes) -> list[str]:
    return [change.commit.sha for change in changes]


def test_after_a_force_push_what_was_there_is_still_compared_with_what_is(served, branches):
    first = served.commit("prod", {"a": "1\n"})
    gone = served.commit("prod", {"a": "1\n", "b": "1\n"}, first)
    assert branches.commit(gone).sha == gone
    new = served.commit("prod", {"a": "2\n"}, first)
    assert branches.head("prod") == new
    assert (of(branches.between(gone, new)), of(branches.between(new, gone))) == ([new], [gone])
    assert branches.files(gone, new) == [FileChange("a", 1, 1), FileChange("b", 0, 1)]
    assert branches.is_older(gone, new) is False
    assert (branches.holding(gone), branches.holding(new)) == ([], ["prod"])


def test_a_history_that_begins_anew_has_all_its_commits_between(served, branches):
    old = served.commit("prod", {"a": "1\n"})
    branches.commit(old)
    begun = served.commit("prod", {"c": "1\n"})
    new = served.commit("prod", {"c": "2\n"}, begun)
    assert of(branches.between(old, new)) == [new, begun]
    assert (branches.is_older(old, new), branches.is_older(new, old)) == (False, False)
    assert branches.between(old, new)[1].files == (FileChange("c", 1, 0),)


def test_a_branch_that_was_deleted_is_not_there_any_more_and_the_others_are(served, branches, url):
    work = served.commit("work", {"a": "1\n"})
    prod = served.commit("prod", {"a": "2\n"}, work)
    assert branches.holding(work) == ["prod", "work"]
    served.git.references.delete("refs/heads/work")
    with pytest.raises(BadInput, match=r"there is no branch 'work' in .+: prod$"):
        branches.head("work")
    assert remote_head(url, "work") is None
    assert branches.holding(work) == ["prod"]
    assert branches.head("prod") == prod
    with pytest.raises(BadInput, match=r"no branch 'work' in .+: nothing is merged"):
        GitMerges(url, "Serin", "serin@example.org").merge("work", "prod", "onwards")


def test_histories_that_share_nothing_are_not_merged(served, url):
    work, prod = served.commit("work", {"a": "1\n"}), served.commit("prod", {"b": "1\n"})
    with pytest.raises(Refused, match=r"work and prod of .+ share no history: nothing is merged"):
        GitMerges(url, "Serin", "serin@example.org").merge("work", "prod", "onwards")
    assert (remote_head(url, "work"), remote_head(url, "prod")) == (work, prod)


def test_a_merge_changes_what_none_of_its_parents_has_so(served, branches):
    first = served.commit("prod", {"a": "1\n", "b": "1\n"})
    left = served.commit("left", {"a": "2\n", "b": "1\n"}, first)
    right = served.commit("right", {"a": "1\n", "b": "2\n"}, first)
    clean = served.commit("clean", {"a": "2\n", "b": "2\n"}, left, right)
    evil = served.commit("prod", {"a": "2\n", "b": "2\n", "evil": "1\n"}, left, right)
    assert branches.between(left, clean)[0].files == ()
    changes = branches.between(first, evil)
    assert changes[0].files == (FileChange("evil", 1, 0),)
    assert changes[0].parents == (left, right)
    assert set(of(changes)) == {evil, left, right}


def test_a_commit_comes_before_those_that_it_is_built_on_whatever_their_clocks_say(served, branches):
    shas = [served.commit("prod", {"a": "0\n"})]
    for number in range(1, 30):
        shas.append(served.commit("prod", {"a": f"{number}\n"}, shas[-1]))
    assert of(branches.between(shas[0], shas[-1])) == shas[:0:-1]
    assert of(branches.between(shas[0], shas[-1], most=3)) == shas[:-4:-1]
