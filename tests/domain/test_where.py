"""What is told of a place, in sentences."""

from datetime import UTC, datetime

import pytest

from include.domain.where import CommitPlace, Place, Where, share


@pytest.mark.parametrize(("instances", "of", "says"), [
    (8, 8, "100 %"), (999, 1000, "99 %"), (1, 1000, "under 1 %"), (1, 3, "33 %")])
def test_a_share_is_never_all_of_less_nor_nothing_of_some(instances, of, says):
    assert share(Place("prod", "us-east-1", instances, of)) == says


@pytest.mark.parametrize(("place", "says"), [
    (Place("test", "us-east-1"), "test, us-east-1: no instance is in service"),
    (Place("test", "us-east-1", of=2), "test, us-east-1: none of 2 instances"),
    (Place("test", "us-east-1", silent="Retryable: throttled"), "test, us-east-1: not known: Retryable: throttled"),
    (Place("test", "us-east-1", of=2, unclear=("api-test-v001", "api-test-v002")),
     "test, us-east-1: none of 2 instances; whether api-test-v001 and api-test-v002 have it is not known")])
def test_what_is_not_there_and_what_is_not_known_are_told_apart(place, says):
    commit = CommitPlace("ab" * 20, "Ada", "a fix", datetime(2026, 11, 3, tzinfo=UTC), ("prod",), places=(place,))
    assert Where("abab", (commit,)).lines()[-1] == says
