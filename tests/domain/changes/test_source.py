"""Commits by person, by ticket and by branch."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from include.domain.changes.source import BINARY, Count, File, Source, SourceCommit, came_again, merged_branch, reverted

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
FIRST = SourceCommit("a" * 40, "Ada", NOON, "API-1: faster", "", tickets=("API-1",))


def source(*comes, goes=(), files=()):
    return Source(tuple(comes), tuple(goes), tuple(files))


@pytest.mark.parametrize(("message", "branch"), [
    ("Merge branch 'feature/API-1' into release", "feature/API-1"),
    ("Merge branch 'feature/API-1'", "feature/API-1"),
    ("Merge remote-tracking branch 'origin/fix'", "origin/fix"),
    ("Merge pull request #12 from ada/faster\n\nAnswer faster", "ada/faster"),
    ("Merged in ada/faster (pull request #3)", "ada/faster"),
    ("Merge prod into release", "prod"),
    ("Merge all the things", ""),
    ("Answer faster\n\nMerge branch 'x'", ""),
    ("", ""),
], ids=str)
def test_the_branch_of_a_merge_is_read_from_its_first_line(message, branch):
    assert merged_branch(message) == branch


def test_a_commit_that_takes_another_back_names_it():
    assert reverted(f'Revert "faster"\n\nThis reverts commit {"b" * 40}.') == "b" * 40
    assert reverted("faster") == ""


def test_people_and_tickets_are_counted_the_most_first_without_merges():
    second = replace(FIRST, sha="b" * 40, author="Bo", tickets=("OPS-2",))
    third = replace(FIRST, sha="c" * 40, author="Bo", tickets=("API-1", "OPS-3"))
    merge = replace(FIRST, sha="d" * 40, author="Cy", is_merge=True, merged="fix", tickets=())
    told = source(merge, third, second, FIRST)
    assert told.commits == 3
    assert told.people == (Count("Bo", 2), Count("Ada", 1))
    assert told.tickets[0] == Count("API-1", 2)
    assert {count.name for count in told.tickets} == {"API-1", "OPS-2", "OPS-3"}
    assert told.merged == ("fix",)


def test_lines_of_binary_files_are_not_counted():
    told = source(files=[File("app.py", 10, 3), File("logo.png", BINARY, BINARY), File("a.txt", 1, 0)])
    assert (told.added, told.removed) == (11, 3)


def test_a_change_that_only_got_another_hash_comes_again():
    rebased = replace(FIRST, sha="b" * 40)
    later = replace(FIRST, sha="c" * 40, at=NOON + timedelta(minutes=1))
    assert came_again([FIRST], [rebased, later]) == {FIRST.sha: rebased.sha}
    assert came_again([FIRST], [later]) == {}
