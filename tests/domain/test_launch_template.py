"""Which version of a launch template runs, which one a push made, and which one nobody pushed."""

from datetime import UTC, datetime

import pytest

from include.domain.launch_template import TemplateVersion, described, launches_of

ASG, OTHER = "api-prod-v042", "api-prod-canary-v042"
BY_HAND = ""


def versions(*made_for):
    """Numbered from 1; each made for this ASG, or by hand."""
    return [TemplateVersion(str(number), described(asg, "ami-1", "1") if asg else "better disks",
                            datetime(2026, 11, number, tzinfo=UTC), "") for number, asg in enumerate(made_for, 1)]


@pytest.mark.parametrize(("made_for", "runs", "made", "newest"), [
    ((BY_HAND,), "1", None, None),
    ((BY_HAND, ASG), "2", "2", None),
    ((BY_HAND, ASG, OTHER), "2", "2", None),
    ((BY_HAND, ASG, BY_HAND), "2", "2", "3"),
    ((BY_HAND, ASG, BY_HAND, BY_HAND, OTHER), "2", "2", "4"),
    ((BY_HAND, ASG, BY_HAND), "3", "2", None),
    ((BY_HAND, ASG, OTHER, ASG), "2", "2", None),
    ((BY_HAND, OTHER), "2", None, None),
], ids=["first", "pushed", "canary after it", "by hand after it", "the newest by hand", "by hand and given to it",
        "made again after it", "made for another"])
def test_what_runs_what_was_made_for_it_and_what_is_newer_and_of_nobody(made_for, runs, made, newest):
    for order in (versions(*made_for), versions(*made_for)[::-1]):
        found = launches_of(ASG, "lt-1", runs, order)
        assert found.runs.number == runs
        assert (found.made and found.made.number, found.newest and found.newest.number) == (made, newest)


def test_versions_are_ordered_as_numbers():
    found = launches_of(ASG, "lt-1", "9", versions(*[BY_HAND] * 11))
    assert found.newest.number == "11"


def test_a_version_that_is_gone_is_not_made_up():
    assert launches_of(ASG, "lt-1", "7", versions(BY_HAND)) is None
