"""What is in prod and not in release."""

import pytest

from include.steps.branches.hygiene import not_merged_back
from tests.world.world import World


@pytest.fixture
def world():
    return World()


def said(world) -> str:
    return not_merged_back(world.service, world.branches)


def test_a_release_that_holds_all_of_prod_is_clean(world):
    assert said(world) == ""
    world.branches.push("prod", "a fix")
    world.merges.merge("prod", "release", "onwards")
    world.branches.push("release", "work")
    assert said(world) == ""


def test_a_commit_of_prod_alone_is_named_with_its_author(world):
    world.branches.push("release", "work")
    fix = world.branches.push("prod", "a fix", author="Bo")
    assert said(world) == (f"release lacks 1 commit of prod: {fix[:12]} by Bo (a fix). A push of release would take it "
                           "out of production: merge prod into release first (api_merge_back does)")


def test_of_many_the_newest_are_named_and_all_are_counted(world):
    shas = [world.branches.push("prod", f"fix {number}")[:12] for number in range(5)]
    sentence = said(world)
    assert sentence.startswith(f"release lacks 5 commits of prod: {shas[4]} by Ada (fix 4), {shas[3]} ")
    assert f"{shas[2]} by Ada (fix 2) and 2 more. A push of release would take them out" in sentence
    assert shas[1] not in sentence


def test_a_count_that_was_not_ended_says_so(world, monkeypatch):
    monkeypatch.setattr("include.steps.branches.hygiene.COUNTED", 2)
    for number in range(3):
        world.branches.push("prod", f"fix {number}")
    assert "release lacks 2 or more commits of prod" in said(world)


def test_a_subject_of_a_thousand_words_is_cut(world):
    world.branches.push("prod", "word " * 1000)
    assert len(said(world)) < 400


def test_a_merge_that_only_prod_has_counts(world):
    world.branches.push("release", "work")
    world.branches.push("prod", "a fix")
    world.merges.joins = True
    merge = world.merges.merge("release", "prod", "the weekly push").commit
    assert f"2 commits of prod: {merge[:12]} by Ada (the weekly push), " in said(world)
