"""What every `Merges` promises."""

import pytest

from include.domain.errors import BadInput, Conflict
from include.ports import Merged


def test_a_branch_that_is_behind_is_moved_forwards_and_then_stays(world):
    assert world.merges.merge("prod", "release", "a fix") == Merged(world.commit, "fast-forward")
    assert world.branches.head("release") == world.commit
    assert world.merges.merge("prod", "release", "a fix") == Merged(world.commit, "already")
    assert world.merges.merge("test", "release", "nothing new") == Merged(world.commit, "already")


def test_a_conflict_merges_nothing(world):
    world.commit_to("release")
    work = world.branches.head("release")
    with pytest.raises(Conflict, match=r"prod cannot be merged into release: both changed .+ Nothing was merged"):
        world.merges.merge("prod", "release", "a fix")
    assert world.branches.head("release") == work


def test_an_unknown_branch_is_named(world):
    with pytest.raises(BadInput, match="nobody"):
        world.merges.merge("prod", "nobody", "a fix")
    with pytest.raises(BadInput, match="nobody"):
        world.merges.merge("nobody", "release", "a fix")


def test_a_branch_is_merged_so_far_as_it_was_asked_and_no_further(world):
    world.merges.merge("prod", "release", "so that neither has anything of its own")
    world.commit_to("release")
    pushed = world.branches.head("release")
    world.commit_to("release")
    assert world.branches.head("release") != pushed
    assert world.merges.merge("release", "prod", "weekly", pushed) == Merged(pushed, "fast-forward")
    assert world.branches.head("prod") == pushed
    assert world.merges.merge("release", "prod", "weekly", pushed) == Merged(pushed, "already")


def test_a_commit_that_the_branch_does_not_hold_is_not_merged(world):
    world.commit_to("test")
    elsewhere, before = world.branches.head("test"), world.branches.head("prod")
    for commit in (elsewhere, "0" * 40, "main", "--upload-pack=x"):
        with pytest.raises(BadInput, match=r"release.* does not hold commit"):
            world.merges.merge("release", "prod", "weekly", commit)
    assert world.branches.head("prod") == before
