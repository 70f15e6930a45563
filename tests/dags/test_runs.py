"""DAG runs, asked of a real Airflow from inside a task."""

import pytest

from plugins.runs import AirflowRuns
from tests.stories.flow import Flow
from tests.world.declared import REGIONS

HOME = "http://airflow.example:8080"


class Asking(AirflowRuns):
    """Asks of some runs more as soon as a task names its own; "" is the one that asks."""

    def __init__(self, *runs):
        self.runs = runs

    def this(self):
        self.here = super().this()
        self.heard = {run: self.ended(run or self.here) for run in self.runs}
        return self.here


@pytest.fixture
def asks(world, run, monkeypatch):
    """A rollback by hand, in which Airflow is asked about these runs: its run's own name, and what was heard."""
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", f"{HOME}/")
    flow = Flow(world)
    world.images.add(world.branches.push("prod", "better"), "prod")
    flow.region(flow.pushed_commit(), REGIONS[0], until="holds")

    def ask(*runs):
        world.dag_runs = Asking(*runs)
        colour, _ = run("api_roll_back", regions=[REGIONS[0]], reason="errors on play")
        assert colour == "success"
        return world.dag_runs.here, world.dag_runs.heard

    return ask


def test_a_run_is_named_by_its_page_and_what_is_not_there_any_more_has_ended(asks):
    gone, elsewhere = f"{HOME}/dags/api_patch_push/runs/manual__long_ago", "http://another.example/dags/x/runs/1"
    here, heard = asks("", gone, elsewhere)
    assert here.startswith(f"{HOME}/dags/api_roll_back/runs/manual__")
    assert heard == {"": False, gone: True, elsewhere: None}


def test_a_run_that_failed_has_ended(asks, run):
    from airflow.models.dagrun import DagRun

    assert run("api_roll_back", regions=[REGIONS[1]], reason="nothing was pushed there")[0] == "failed"
    ended = max(DagRun.find(dag_id="api_roll_back"), key=lambda found: found.run_after)
    page = f"{HOME}/dags/api_roll_back/runs/{ended.run_id}"
    assert asks(page)[1] == {page: True}


def test_outside_of_a_task_nothing_can_be_asked(monkeypatch):
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", HOME)
    assert AirflowRuns().ended(f"{HOME}/dags/asks/runs/1") is None


def test_an_airflow_without_an_address_names_no_run_and_knows_of_none(monkeypatch):
    monkeypatch.delenv("AIRFLOW__API__BASE_URL", raising=False)
    assert AirflowRuns().this() == ""
    assert AirflowRuns().ended("/dags/asks/runs/1") is None
