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
