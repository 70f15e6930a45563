"""A report as a sentence, and as JSON."""

import json
from dataclasses import replace

import pytest

from include.domain.changes.report import Told, headline, read_told, told_of, written
from include.domain.changes.source import Source
from tests.reports.change_reports import commit, report


def one(**changes):
    """What is beside the one AMI that runs."""
    against, = report(3, 0, 0).against
    return report(against=(replace(against, **changes),), launches=())


@pytest.mark.parametrize(("changes", "says"), [
    ({"source": Source((), (), ())}, "the same commit, the same libraries"),
    ({"source": Source((commit(0),), (), ())}, "1 commit of 1 person, the same libraries"),
    ({"source": Source((commit(0),), (), (), whole=False)}, "at least 1 commit of 1 person, the same libraries"),
    ({"source": Source((), (commit(0), commit(1)), ())}, "0 commits, 2 commits that ran go out, the same libraries"),
    ({"source": Source((commit(0),), (replace(commit(1), again="a" * 40),), ())},
     "1 commit of 1 person, the same libraries"),
    ({"source": Source((replace(commit(0), is_merge=True),), (), ())}, "0 commits, the same libraries"),
    ({"source": None}, "the same libraries"),
    ({"source": None, "libraries": None, "config": None}, "what changed is not known"),
], ids=["the same", "one", "cut", "only out", "rebased", "a merge alone", "no source", "nothing"])
def test_the_headline_says_what_is_known_and_no_more(changes, says):
    assert headline(one(**changes)) == says


def test_nothing_runs():
    assert headline(report(against=(), launches=())) == "nothing is known of what runs"


def test_the_line_for_the_room_has_the_address_before_what_is_missing():
    assert Told("12 commits", "https://x", "Jira is down").line == "12 commits: https://x; Jira is down"
    assert Told("12 commits", "", "Jira is down").line == "12 commits; Jira is down"
    assert Told("12 commits", "https://x").line == "12 commits: https://x"


def test_what_was_told_is_read_back_from_the_json_also_from_one_that_said_less():
    given = report(missing=("Jira is down",))
    told = told_of(given, "https://x")
    body = written(given, told)
    assert read_told(body) == told
    said = json.loads(body)
    del said["not_said"]
    assert read_told(json.dumps(said).encode()) == replace(told, missing="")
