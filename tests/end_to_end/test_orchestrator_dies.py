"""Airflow dies in the middle of a push, part after part and all of it at once: the push goes on, with no person."""

import pytest

from include.demo.airflow_runs import wait_for
from include.demo.stage import PUSH_DAG
from include.domain.push import PushEnd
from tests.end_to_end.pushes import Pushes, staged
from tests.end_to_end.supervisor import Supervisor

pytestmark = pytest.mark.timeout(1500)  # a busy machine takes minutes to start Airflow alone
REGION, MARKET = "us-west-2", "us_west"


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """One region, and a bake that looks so seldom that the triggerer has it in between, however late it begins."""
    with staged(tmp_path_factory.mktemp("dying"), bake_hours=6, look_seconds=25, regions={REGION: MARKET}) as made:
        yield made


@pytest.fixture(scope="module")
def pushes(stage) -> Pushes:
    return Pushes(stage)


@pytest.fixture
def airflow(stage):
    return Airflow(stage)


class Airflow:
    """Airflow as it dies under a push, and comes back."""

    def __init__(self, stage):
        self.supervisor, self._stage, self._run_id = Supervisor(stage), stage, ""

    def under(self, run_id):
        """It runs this push now."""
        self._run_id = run_id

    def until(self, task, state):
        wait_for(lambda: self._instance(task)["state"] == state, 300,
                 lambda: f"{task} is {self._instance(task)['state']}, and not {state}", every=0.2)
        self.supervisor.tell(f"{task} is {state}")

    def loses(self, component):
        self.supervisor.kill(component)
        self.supervisor.start(component)

    def loses_the_worker_of(self, task):
        self.supervisor.kill_worker(self._instance(task)["id"])

    def loses_everything(self):
        self.supervisor.kill_everything()
        self.supervisor.start()

    def tries(self, task):
        return self._instance(task)["try_number"]

    def _instance(self, task):
        return self._stage.runs.task_instance(PUSH_DAG, self._run_id, task)


def test_each_part_of_airflow_and_all_of_it_is_killed_and_the_push_goes_on(stage, pushes, airflow):
    """The push starts from a commit: the watch over the branch, too, outlives the triggerer that is killed before."""
    def kill_each(run_id):
        airflow.under(run_id)
        airflow.until("canary.bake", "deferred")
        airflow.loses("triggerer")
        airflow.until("us_west_2.launch_new", "running")
        airflow.loses("api-server")
        airflow.until("us_west_2.red_red", "running")
        airflow.loses_the_worker_of("us_west_2.red_red")
        airflow.until("us_west_2.disable_baseline", "running")
        airflow.loses_everything()
        airflow.until("us_west_2.holds", "running")
        airflow.loses("scheduler")
        airflow.loses("dag-processor")

    airflow.loses("triggerer")
    ended = pushes.commit("good", kill_each)

    assert_pushed(ended, stage, airflow)
    for task in ("red_red", "disable_baseline"):
        assert airflow.tries(f"us_west_2.{task}") > 1, f"the worker of {task} was killed, and nobody tried again"


def assert_pushed(ended, stage, airflow):
    """One ASG on the commit, nothing beside it, and no request that failed."""
    story = f"{airflow.supervisor}\n{ended}"
    assert ended.run_state == "success", story
    assert ended.record.end == PushEnd.SUCCESS, story
    assert ended.commits == {REGION: ended.record.commit}, story
    (region,) = stage.feed().regions()
    assert [group.colour for group in region.groups] == ["red"], story
    assert region.builders == 0, story
    assert ended.failed_outside == 0, story
    assert ended.requests > 5_000
