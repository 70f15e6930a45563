"""A push that the watcher started gives way to a newer commit of its branch."""

from dataclasses import replace

import pytest

from include.domain.errors import Retryable, Superseded
from include.domain.push import WATCHER
from include.steps.branches.superseding import must_be_the_newest
from tests.steps.ready import ready


@pytest.fixture
def pushed():
    """The repository, and the watcher's push of the head of prod."""
    world, flow = ready()
    return world.branches, replace(flow.pushed_commit(), started_by=WATCHER)


def test_the_newest_commit_gives_way_to_nothing(pushed):
    branches, push = pushed
    must_be_the_newest(push, branches)


def test_a_commit_that_is_built_on_it_supersedes_and_is_named(pushed):
    branches, push = pushed
    branches.push("prod", "one more")
    newest = branches.push("prod", "and another")
    with pytest.raises(Superseded, match=f"by commit {newest[:12]} of prod, which is built on {push.commit[:12]}"):
        must_be_the_newest(push, branches)


@pytest.mark.parametrize("to", ["another", "before"])
def test_a_branch_that_was_rewritten_without_it_supersedes_and_says_so(pushed, to):
    branches, push = pushed
    [before] = branches.parents[push.commit]
    branches.heads["prod"] = before
    head = branches.push("prod", "instead") if to == "another" else before
    with pytest.raises(Superseded, match=f"by commit {head[:12]}: prod was rewritten, and does not have "):
        must_be_the_newest(push, branches)


def test_what_a_person_asked_for_gives_way_to_nothing(pushed):
    branches, push = pushed
    branches.push("prod", "one more")
    must_be_the_newest(replace(push, started_by="Ada"), branches)


def test_where_the_remote_is_not_reached_or_the_branch_is_gone_nothing_newer_is_known(pushed, monkeypatch):
    branches, push = pushed
    del branches.heads["prod"]
    must_be_the_newest(push, branches)

    def unreachable(branch):
        raise Retryable("no route to host")

    monkeypatch.setattr(branches, "head", unreachable)
    must_be_the_newest(push, branches)
