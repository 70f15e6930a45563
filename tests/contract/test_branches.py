"""What every `Branches` promises."""

import pytest

from include.domain.errors import BadInput


def test_the_head_of_a_branch_is_a_full_hash(world):
    assert world.branches.head("prod") == world.commit
    assert len(world.commit) == 40


def test_an_unknown_branch_is_answered_with_those_there_are(world):
    with pytest.raises(BadInput, match="prod"):
        world.branches.head("nobody")


@pytest.mark.parametrize("digits", [7, 12, 40])
def test_a_commit_is_found_by_a_hash_of_any_length(world, digits):
    commit = world.branches.commit(world.commit[:digits])
    assert commit.sha == world.commit
    assert commit.subject
    assert commit.author
    assert commit.authored_at.tzinfo is not None


@pytest.mark.parametrize("revision", ["0" * 40, "123456", "prod", "--all", "HEAD", ""])
def test_what_is_no_commit_is_refused_by_name(world, revision):
    with pytest.raises(BadInput, match=f"commit .*{revision}"):
        world.branches.commit(revision)


def test_a_commit_is_older_than_what_is_built_on_it_and_not_than_itself(world):
    first = world.branches.head("test")
    assert world.branches.is_older(first, world.commit) is True
    assert world.branches.is_older(first[:12], world.commit[:7]) is True
    assert world.branches.is_older(world.commit, first) is False
    assert world.branches.is_older(world.commit, world.commit) is False


@pytest.mark.parametrize("unknown", ["0" * 40, "", "prod"])
def test_nobody_knows_whether_a_commit_that_is_not_there_is_older(world, unknown):
    assert world.branches.is_older(unknown, world.commit) is None
    assert world.branches.is_older(world.commit, unknown) is None


def test_the_commits_between_two_are_those_that_only_the_newer_one_has_the_newest_first(world):
    first = world.branches.head("test")
    world.commit_to("prod")
    newest = world.branches.head("prod")
    changes = world.branches.between(first[:12], newest[:12])
    assert [change.commit.sha for change in changes] == [newest, world.commit]
    assert [change.parents for change in changes] == [(world.commit,), (first,)]
    assert changes[1].commit == world.branches.commit(world.commit)
    assert changes[1].message.startswith(changes[1].commit.subject)
    assert "CHANGES.md" in {file.path for file in changes[0].files}
    assert world.branches.between(first, newest, most=1) == changes[:1]


def test_nothing_is_between_a_commit_and_one_that_it_is_built_on(world):
    assert world.branches.between(world.commit, world.branches.head("test")) == []
    assert world.branches.between(world.commit, world.commit) == []


def test_of_two_branches_that_went_apart_each_has_its_own(world):
    world.commit_to("release")
    release = world.branches.head("release")
    assert [change.commit.sha for change in world.branches.between(world.commit, release)] == [release]
    assert [change.commit.sha for change in world.branches.between(release, world.commit)] == [world.commit]


def test_the_net_difference_counts_lines_and_is_the_same_backwards(world):
    first = world.branches.head("test")
    forwards = {file.path: (file.added, file.removed) for file in world.branches.files(first, world.commit)}
    assert forwards["CHANGES.md"] == (1, 0)
    assert {file.path: (file.removed, file.added) for file in world.branches.files(world.commit, first)} == forwards
    assert world.branches.files(first, first) == []


def test_a_file_is_read_as_its_commit_has_it(world):
    first = world.branches.head("test")
    before, after = (world.branches.read(commit, "CHANGES.md") for commit in (first, world.commit))
    assert after.startswith(before)
    assert len(after.splitlines()) == len(before.splitlines()) + 1
    assert [world.branches.read(first, path) for path in ("nobody", "../CHANGES.md", "/etc/passwd", "")] == [None] * 4


def test_files_are_listed_by_their_paths_and_read_by_them(world):
    paths = world.branches.paths(world.commit)
    assert "CHANGES.md" in paths
    assert paths == sorted(paths)
    assert None not in [world.branches.read(world.commit, path) for path in paths]
    assert world.branches.paths(world.commit, "CHANGES.md") == ["CHANGES.md"]
    assert world.branches.paths(world.commit, "nobody") == []


def test_a_commit_is_written_into_a_new_folder_and_into_no_other(world, tmp_path):
    folder = tmp_path / "here" / "it"
    assert world.branches.export(world.commit[:12], folder) == []
    written = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert written == {path: world.branches.read(world.commit, path) for path in world.branches.paths(world.commit)}
    with pytest.raises(BadInput, match="is not empty"):
        world.branches.export(world.commit, folder)


def test_the_branches_that_hold_a_commit_are_named(world):
    assert world.branches.holding(world.commit) == ["prod"]
    assert world.branches.holding(world.branches.head("test")) == ["prod", "release", "test"]
    world.merges.merge("prod", "release", "a fix")
    assert world.branches.holding(world.commit[:7]) == ["prod", "release"]


def test_what_is_built_on_a_commit_is_told_by_branch_the_oldest_first_without_itself(world):
    first = world.branches.head("test")
    world.commit_to("prod")
    world.commit_to("release")
    newest = world.branches.head("prod")
    assert world.branches.built_on(first[:12], ["prod"]) == [world.commit, newest]
    assert world.branches.built_on(first, ["prod"], most=1) == [world.commit]
    assert world.branches.built_on(world.commit, ["prod", "release", "nobody"]) == [newest]
    assert set(world.branches.built_on(first, ["release", "prod"])) == {
        world.commit, newest, world.branches.head("release")}
    assert world.branches.built_on(newest, ["prod", "release"]) == []


def test_commits_that_name_a_ticket_are_found_the_newest_first_and_no_other_ticket_s(world):
    found = [world.commit_saying("prod", message) for message in (
        "API-12: faster", "Say API-123 and API-1234", "no ticket", "Merge of faster\n\nfixes API-12, at last")]
    assert [commit.sha for commit in world.branches.naming("API-12", ["test", "prod"])] == [found[3], found[0]]
    assert [commit.sha for commit in world.branches.naming("API-123", ["prod"])] == [found[1]]
    assert world.branches.naming("API-12", ["test", "nobody"]) == []
    assert [commit.sha for commit in world.branches.naming("API-12", ["prod"], most=2)] == [found[3]]
    assert world.branches.naming("API-99", ["prod"]) == []


@pytest.mark.parametrize("revision", ["0" * 40, "prod", "--all"])
def test_every_question_about_an_unknown_commit_is_refused_by_name(world, revision, tmp_path):
    ask = world.branches
    for question in (lambda: ask.between(revision, world.commit), lambda: ask.between(world.commit, revision),
                     lambda: ask.files(revision, world.commit), lambda: ask.read(revision, "a"),
                     lambda: ask.paths(revision), lambda: ask.export(revision, tmp_path / "x"),
                     lambda: ask.holding(revision), lambda: ask.built_on(revision, ["prod"])):
        with pytest.raises(BadInput, match=f"commit .*{revision}"):
            question()


def test_the_newest_commits_of_several_branches_are_told_together_each_once(world):
    first = world.commit
    second = world.commit_saying("prod", "second")
    assert [commit.sha for commit in world.branches.newest(["prod", "release", "nobody"], 1)] == [second]
    both = [commit.sha for commit in world.branches.newest(["prod", "release"], 10)]
    assert both[0] == second
    assert both.count(first) == 1
    assert world.branches.newest(["nobody"], 10) == []
