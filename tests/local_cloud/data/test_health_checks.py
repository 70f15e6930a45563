"""Thresholds, pure; the requests themselves are tested with the region."""

import pytest

from include.local_cloud.data.health_checks import Streak


@pytest.mark.parametrize(("begins", "answers", "state"), [
    ("initial", [True], "healthy"),
    ("initial", [False], "initial"),
    ("initial", [False, False], "unhealthy"),
    ("healthy", [False], "healthy"),
    ("healthy", [False, True, False], "healthy"),
    ("healthy", [False, False], "unhealthy"),
    ("unhealthy", [True, True], "unhealthy"),
    ("unhealthy", [True, True, True], "healthy"),
    ("unhealthy", [True, True, False, True, True], "unhealthy")],
    ids=lambda value: str(value).replace("True", "ok").replace("False", "bad"))
def test_a_state_changes_after_its_threshold_in_a_row(begins, answers, state):
    streak = Streak(healthy_threshold=3, unhealthy_threshold=2, state=begins)
    for good in answers:
        streak.add(good)
    assert streak.state == state
