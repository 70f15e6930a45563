"""The demo's exit code and its last words are those of the push."""

from datetime import UTC, datetime

import pytest

from include.demo import outcome, scene
from include.demo.live_view import Picture, RegionPicture
from include.demo.push_story import PushStory
from include.domain.push import Event, PushRecord

AT = datetime(2026, 1, 13, 12, tzinfo=UTC)


def record(end, reason=""):
    return PushRecord("api-1", "api", "prod", "patch", "c" * 40, "api-cccccccccccc", end, reason,
                      "us-east-1,us-west-2", 99.0, "branch watcher", AT, AT)


@pytest.mark.parametrize(("ended", "run_state", "code"), [
    (record("Success"), "success", 0),
    (record("FailureClean"), "failed", 1),
    (record("FailureDirty"), "failed", 2),
    (record("FailureClean"), "success", 1),
    (record("Success"), "failed", 3),
    (None, "failed", 3),
    (None, "success", 3),
])
def test_only_a_success_that_airflow_confirms_is_exit_code_zero(ended, run_state, code):
    assert outcome.exit_code(ended, run_state) == code


def test_a_failure_is_told_by_its_first_cause():
    story = PushStory.of([Event("api-1", AT, "canary.score", "", "failed", "no-go: score 12 is under 95")])

    assert outcome.told(record("FailureClean", "see events"), story, "failed") == (
        "FailureClean: no-go: score 12 is under 95")
    assert "without a record" in outcome.told(None, PushStory(), "failed")


def test_success_names_the_ami_and_the_regions():
    assert outcome.told(record("Success"), PushStory(), "success") == (
        "Success: api-cccccccccccc runs in us-east-1, us-west-2.")


def test_the_numbers_of_each_region_are_told():
    group = scene.Group("api-prod-v042", "c", "red", 1.0, (scene.HEALTHY,) * 5)
    black = scene.Group("api-prod-v041", "b", "black", 0, (scene.IDLE,) * 4)
    picture = Picture("", 0, 0, [RegionPicture("us-east-1", "", False, [black, group],
                                               scene.Served(20_000, 12, 900, 11))], PushStory())

    assert outcome.lines(picture, 245) == [
        "us-east-1   api-prod-v042 5/5  20,000 requests, 1 failed outside the canary's share; "
        "inside the canary's share 11 of 900",
        "Wall time 4 min 05 s, set-up included."]
