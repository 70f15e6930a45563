"""A commit by one command, as in the demo's container."""

import pygit2
import pytest

from include.demo import commit
from include.demo.scenery import repository_of
from include.local_cloud import service_repository


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.setenv("SERIN_SERVICES", str(tmp_path / "services"))
    path = repository_of(tmp_path, "api")
    service_repository.create(path)
    return pygit2.Repository(str(path))


@pytest.mark.parametrize(("words", "branch"), [([], "prod"), (["slow_tail", "--branch", "release"], "release")])
def test_it_is_on_its_branch(repository, capsys, words, branch):
    before = repository.branches[branch].target
    assert commit.main(words) == 0
    after = repository.branches[branch].target
    assert repository[after].parent_ids == [before]
    assert str(after) in capsys.readouterr().out


def test_without_a_demo_it_says_so(tmp_path, capsys):
    assert commit.main(["--folder", str(tmp_path)]) == 1
    assert "is the demo's local cloud running?" in capsys.readouterr().err
