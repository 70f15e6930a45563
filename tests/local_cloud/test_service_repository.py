"""The demo's service is a real git repository."""

import subprocess
import sys

import pytest

from include.domain.errors import BadInput
from include.local_cloud import service_repository
from include.local_cloud.behaviour import Behaviour


@pytest.fixture
def repository(tmp_path):
    path = tmp_path / "api"
    return path, service_repository.create(path)


def git(path, *arguments):
    return subprocess.run(["git", "-C", str(path), "-c", f"safe.directory={path}", *arguments], check=True,
                          capture_output=True, text=True).stdout.strip()


def test_three_branches_begin_at_the_first_commit(repository):
    path, first = repository
    assert {git(path, "rev-parse", branch) for branch in ("test", "release", "prod")} == {first}


def test_a_commit_moves_its_branch_alone_and_leaves_a_clean_folder(repository):
    path, first = repository
    new = service_repository.commit(path, "good")
    assert git(path, "rev-parse", "prod", "prod~1", "release").split() == [new, first, first]
    assert git(path, "status", "--porcelain") == ""


def test_a_commit_to_a_branch_that_is_not_checked_out_leaves_the_folder_alone(repository):
    path, _ = repository
    service_repository.commit(path, "leak", branch="release")
    assert git(path, "status", "--porcelain") == ""
    assert "leak_mb_per_minute: 0" in (path / "behaviour.yaml").read_text()


@pytest.mark.parametrize(("kind", "changed"), [
    ("good", {}), ("slow_tail", {"tail"}), ("errors", {"errors"}), ("leak", {"leak_mb_per_minute"}),
    ("half_capacity", {"slots"}), ("does_not_start", {"starts"})])
def test_each_kind_changes_what_its_name_says_and_nothing_else(repository, kind, changed):
    path, first = repository
    sound = service_repository.behaviour_at(path, first).model_dump()
    new = service_repository.behaviour_at(path, service_repository.commit(path, kind)).model_dump()
    assert {key for key in sound if sound[key] != new[key]} == set(changed)


def test_a_good_commit_after_a_bad_one_is_sound_again(repository):
    path, first = repository
    service_repository.commit(path, "errors")
    good = service_repository.commit(path, "good")
    assert service_repository.behaviour_at(path, good) == service_repository.behaviour_at(path, first)


def test_half_the_capacity_is_half():
    sound, half = Behaviour(), Behaviour(slots=2)
    assert half.slots / half.service_ms == sound.slots / sound.service_ms / 2


def test_an_unknown_kind_or_branch_is_refused_with_those_there_are(repository):
    path, _ = repository
    with pytest.raises(BadInput, match="good, slow_tail, errors, leak, half_capacity, does_not_start"):
        service_repository.commit(path, "bad")
    with pytest.raises(BadInput, match="test, release, prod"):
        service_repository.commit(path, "good", branch="--upload-pack=x")


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path):
    (tmp_path / "mine").touch()
    with pytest.raises(BadInput, match="is not empty"):
        service_repository.create(tmp_path)


@pytest.mark.parametrize("revision", ["a" * 40, "abc", "prod; rm -rf /", ""])
def test_no_such_commit_is_said(repository, revision):
    with pytest.raises(BadInput):
        service_repository.behaviour_at(repository[0], revision)


def test_the_services_page_explains_every_key(repository):
    readme = (repository[0] / "README.md").read_text()
    assert [key for key in Behaviour.model_fields if f"`{key}`" not in readme] == []


def test_some_commits_change_packages_and_config_of_some_environments(repository):
    path, first = repository
    new = service_repository.commit(path, "good")
    assert git(path, "diff", "--numstat", first, new).split("\n") == [
        "1\t0\tCHANGES.md", "1\t1\tconfig/prod.yaml", "1\t1\tconfig/staging.yaml", "2\t2\trequirements.txt"]
    packages = git(path, "show", "prod:requirements.txt")
    assert "orjson==3.10.12" in packages
    assert "uvloop" not in packages
    assert git(path, "log", "-1", "--format=%s", "prod") == "API-412 Show the next episode while the credits run"


def test_the_first_commit_has_config_for_every_environment_and_one_region(repository):
    assert git(repository[0], "ls-tree", "-r", "--name-only", "prod", "config").split() == [
        f"config/{of}.yaml" for of in ("integration", "prod", "prod/eu-west-1", "staging", "test")]


@pytest.mark.parametrize("kind", ["", *service_repository.KINDS])
def test_the_services_own_tests_are_green_for_every_kind(repository, kind):
    path, _ = repository
    if kind:
        service_repository.commit(path, kind)
    done = subprocess.run([sys.executable, "-m", "unittest", "discover", "tests"], cwd=path, check=False,
                          capture_output=True, text=True)
    assert (done.returncode, "Ran 1 test" in done.stderr) == (0, True), done.stderr


def test_the_branches_that_serin_merges_into_are_not_checked_out(repository):
    path, _ = repository
    assert git(path, "symbolic-ref", "--short", "HEAD") == "test"
