"""Packages of two AMIs compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.changes.libraries import How, LibraryChange, library_changes

NAMES = st.sampled_from(["flask", "Flask", "numpy", "left-pad", "<script>", "zlib1g"])
KINDS = st.sampled_from(["pypi", "npm", "deb", ""])
VERSIONS = st.one_of(st.from_regex(r"[0-3]\.[0-3]\.[0-3](-rc\.[0-2])?", fullmatch=True), st.text(max_size=8))
SETS = st.sets(st.tuples(KINDS, NAMES, VERSIONS), max_size=12)


def applied(old, changes):
    new = set(old)
    for change in changes:
        if change.how != How.ADDED:
            new.remove((change.kind, change.name, change.old))
        if change.how != How.REMOVED:
            new.add((change.kind, change.name, change.new))
    return new


@given(SETS, SETS)
def test_what_changed_put_on_the_old_packages_gives_the_new_ones(old, new):
    assert applied(old, library_changes(old, new)) == new


@given(SETS)
def test_the_same_packages_did_not_change(packages):
    assert library_changes(packages, packages) == ()


@given(SETS, SETS)
def test_the_other_way_round_everything_is_the_other_way_round(old, new):
    turned = {How.ADDED: How.REMOVED, How.REMOVED: How.ADDED, How.UP: How.DOWN, How.DOWN: How.UP}
    there = {(c.kind, c.name, c.old, c.new, c.how, c.jump) for c in library_changes(old, new)}
    back = {(c.kind, c.name, c.new, c.old, turned.get(c.how, c.how), c.jump) for c in library_changes(new, old)}
    assert there == back


@pytest.mark.parametrize(("kind", "old", "new", "how", "jump", "may_break"), [
    ("npm", "1.2.3", "2.0.0", How.UP, "major", True),
    ("npm", "1.2.3", "1.3.0", How.UP, "minor", False),
    ("npm", "1.2.3", "1.2.4", How.UP, "patch", False),
    ("npm", "0.2.3", "0.3.0", How.UP, "minor", True),
    ("npm", "0.2.3", "0.2.4", How.UP, "patch", False),
    ("npm", "0.9.0", "1.0.0", How.UP, "major", True),
    ("npm", "2.0.0", "1.9.9", How.DOWN, "major", True),
    ("npm", "1.10.0", "1.9.0", How.DOWN, "minor", False),
    ("npm", "1.0.0-rc.1", "1.0.0-rc.2", How.UP, "pre-release", False),
    ("npm", "1.0.0-rc.10", "1.0.0-rc.9", How.DOWN, "pre-release", False),
    ("npm", "1.0.0-alpha", "1.0.0-alpha.1", How.UP, "pre-release", False),
    ("npm", "1.0.0-1", "1.0.0-alpha", How.UP, "pre-release", False),
    ("npm", "1.0.0-rc.1", "1.0.0", How.UP, "pre-release", False),
    ("npm", "1.0.0", "1.1.0-rc.1", How.UP, "minor", False),
    ("npm", "1.0.0+build1", "1.0.0+build2", How.CHANGED, "", False),
    ("golang", "v1.2.3", "v1.3.0", How.UP, "minor", False),
    ("pypi", "1.2", "1.2.1", How.UP, "patch", False),
    ("pypi", "2.0rc1", "2.0", How.UP, "pre-release", False),
    ("pypi", "2.0", "2.0.post1", How.UP, "", False),
    ("pypi", "2024.1", "2025.1", How.UP, "major", True),
    ("pypi", "2025.1", "1!1.0", How.UP, "major", True),
    ("pypi", "1.0", "1.0.0", How.CHANGED, "", False),
    ("deb", "1.2.3-1", "1.2.3-2", How.CHANGED, "", False),
    ("deb", "1:2.36-9+deb12u4", "1:2.36-9+deb12u7", How.CHANGED, "", False),
    ("rpm", "1.2.3", "1.2.4", How.CHANGED, "", False),
    ("npm", "latest", "1.0.0", How.CHANGED, "", False),
    ("", "1.0.0", "abcdef", How.CHANGED, "", False),
    ("npm", "1.0.0", "1.0.²", How.CHANGED, "", False),
], ids=str)
def test_how_far_a_version_went_is_told_where_its_numbers_say_so(kind, old, new, how, jump, may_break):
    assert library_changes([(kind, "x", old)], [(kind, "x", new)]) == (
        LibraryChange(kind, "x", how, old, new, jump, may_break),)


def test_several_versions_of_one_package_are_each_their_own():
    changes = library_changes([("npm", "x", "1.0.0"), ("npm", "x", "2.0.0")],
                              [("npm", "x", "2.0.0"), ("npm", "x", "3.0.0"), ("npm", "x", "4.0.0")])
    assert sorted((c.how, c.old or c.new) for c in changes) == [
        (How.ADDED, "3.0.0"), (How.ADDED, "4.0.0"), (How.REMOVED, "1.0.0")]


def test_the_same_name_of_another_kind_is_another_package():
    changes = library_changes([("npm", "x", "1.0.0")], [("pypi", "x", "1.0.0")])
    assert {change.how for change in changes} == {How.ADDED, How.REMOVED}
