"""A push as it is in production: real Airflow, real HTTP, nothing replaced."""

import pytest

from include.domain.push import PushEnd

pytestmark = pytest.mark.timeout(420)


def test_a_good_commit_reaches_all_regions_and_no_request_is_lost(stage, pushes):
    ended = pushes.commit("good")

    assert ended.run_state == "success", ended
    assert ended.record.end == PushEnd.SUCCESS, ended
    assert set(ended.commits.values()) == {ended.record.commit}, ended
    assert ended.asgs == {region: ["api-prod-v042"] for region in stage.regions}, ended
    assert ended.failed_outside == 0, ended
    assert ended.requests > 5_000
