"""Commits on the three branches, and a weekly push, as a team meets them: real Airflow, real traffic, one click."""

import pytest

from include.demo.declaration import OTHERS
from include.demo.stage import MERGE_DAG, PUSH_DAG, RELEASE_DAG, TEST_DAG, WEEKLY_DAG
from include.domain.push import PushEnd
from tests.end_to_end.browser import Browser, chromium
from tests.end_to_end.flows import APPROVE, Flows
from tests.end_to_end.pushes import staged

pytestmark = pytest.mark.timeout(1500)  # a busy machine takes minutes to start Airflow alone
REGION, MARKET = "us-west-2", "us_west"
DAGS = (TEST_DAG, RELEASE_DAG, PUSH_DAG, MERGE_DAG, WEEKLY_DAG)


@pytest.fixture(scope="module")
def flows(tmp_path_factory):
    """One region for all, so that no AMI is copied; the flows overlap wherever they can."""
    with staged(tmp_path_factory.mktemp("flows"), bake_hours=5, regions={REGION: MARKET},
                others=dict.fromkeys(OTHERS, REGION)) as stage:
        yield Flows(stage)


def test_each_branch_goes_its_way_and_the_weekly_push_waits_for_one_click(flows, tmp_path):
    tried, fix = flows.stage.commit("slow_tail", "test"), flows.stage.commit("good", "prod")
    flows.until(lambda: flows.head("release") == fix, "prod was not merged back into release")
    work = flows.stage.commit("good", "release")

    assert flows.ended("test", tried).end == PushEnd.SUCCESS, flows.stories("test")
    assert flows.ended("staging", work).end == PushEnd.SUCCESS, flows.stories("staging")
    assert flows.ended("integration", work).end == PushEnd.SUCCESS, flows.stories("integration")
    assert [flows.runs_in(name) for name in ("test", "integration", "staging")] == [{tried}, {work}, {work}]
    assert flows.ended("prod", fix).end == PushEnd.SUCCESS, flows.stories("prod")
    assert flows.runs_in("prod") == {fix}

    run = flows.weekly("one_click")
    question = flows.question(run)
    assert work[:12] in question["subject"]
    assert "**Score " in question["body"]
    assert REGION in question["body"]
    assert flows.runs_in("prod") == {fix}, "the push began before anybody said so"
    _says_go(flows, run, work, tmp_path)

    pushed = flows.ended("prod", work)
    assert pushed.end == PushEnd.SUCCESS, flows.stories("prod")
    assert flows.runs_in("prod") == {work}
    flows.until(lambda: flows.head("prod") == work, "release was not merged into prod")
    assert pushed.approved_by == "Anonymous"
    assert flows.states(*DAGS) == {dag: {"success"} for dag in DAGS}, flows.stories()
    requests, failed = flows.served()
    assert requests > 5_000
    assert failed == 0


def _says_go(flows, run, work, folder):
    """As a person does it, in a browser; where this machine has none, over the REST API."""
    if not chromium():
        flows.answer(run, "Push it", "go")
        return
    with Browser(folder) as browser:
        browser.open(f"{flows.stage.home.address}/serin/api")
        browser.sees("What runs")
        browser.sees(work[:12])
        browser.open(flows.address_of_question(run))
        browser.sees(work[:12])
        browser.press("Push it")
        flows.until(lambda: flows.task(run, APPROVE) == "success", "nobody was heard", 60)
    assert flows.question(run)["chosen_options"] == ["Push it"]
